"""Measures from enter, written to a pseudo-terminal, to the global cancel at the server. Imports test support, and
config for the freeze that each stop leaves behind.
"""

from __future__ import annotations

import os
import random
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.figures import Series, alternate
from tests.bench.shell import GLOBAL_CANCEL, SCRIPT, environment
from tests.support.simulator import SimulatorProcess, wait_until
from tests.support.terminal import Terminal
from tws_console.config.freeze import RELEASE_PHRASE, FreezeFile

BARE = Path(__file__).with_name("bare_keys.py")
COUNTED_DOWN = re.compile(r"\b5\.[0-6] s")
"""The bar takes enter 150 ms after it was painted; its countdown tells that they have passed."""


def enter(sim: SimulatorProcess, terminal: Terminal) -> float:
    """Milliseconds from the key to its first cancel. Raises when the key was lost or sent more than one on a
    connection: the console sends on the stop's own connection, then on the main one.
    """
    newest = max((row["seq"] for row in sim.requests()), default=0)
    time.sleep(random.uniform(0.02, 0.3))  # not in step with ticks, frames or polls
    before = time.monotonic_ns()
    terminal.press("enter")
    wait_until(lambda: bool(sim.requests(GLOBAL_CANCEL, newest)))
    rows = sim.requests(GLOBAL_CANCEL, newest)
    if len({row["client_id"] for row in rows}) != len(rows):
        raise RuntimeError("one key has sent more than one cancel on a connection")
    return (min(int(row["ns"]) for row in rows) - before) / 1e6


def stop(sim: SimulatorProcess, terminal: Terminal) -> float:
    """One whole stop of the console: bar, enter, proof, release, back."""
    terminal.press("ctrl+g")
    terminal.wait_for("STOP ALL ORDERS?")
    terminal.wait_for(lambda text: COUNTED_DOWN.search(text) is not None)
    took = enter(sim, terminal)
    terminal.wait_for("esc back")
    terminal.wait_for(lambda text: "PROVED" in text and "not yet" not in text.lower())
    FreezeFile(sim.host, sim.port).release(RELEASE_PHRASE)
    terminal.press("escape")
    terminal.wait_for("1 Trade")
    return took


def measure(home: Path, rounds: int, each: int, floor_each: int = 40) -> list[Series]:
    """Bare asyncio client first and last, the console with the default book between; all keys of all blocks count."""
    os.environ["TWS_CONSOLE_HOME"] = str(home)
    env = environment(home)
    with SimulatorProcess() as sim:
        console = [str(SCRIPT), "--host", sim.host, "--port", str(sim.port)]
        bare = [sys.executable, str(BARE), sim.host, str(sim.port), "3000"]
        with Terminal(console, 120, 36, env) as desk, Terminal(bare, 80, 24, env) as floor:
            desk.wait_for(lambda text: "manual" in text and "Positions 10" in text)
            floor.wait_for("READY")

            def block(
                once: Callable[[SimulatorProcess, Terminal], float], terminal: Terminal, count: int
            ) -> list[float]:
                return [once(sim, terminal) for _ in range(count)]

            return alternate(
                ("bare asyncio client", lambda: block(enter, floor, floor_each)),
                {"console": lambda: block(stop, desk, each)},
                rounds,
            )
