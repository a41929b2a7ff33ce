"""Measures from a shell's start of a process to the global cancel at the server. Imports the test support only."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.bench.figures import Series, alternate
from tests.support.simulator import SimulatorProcess, wait_until

GLOBAL_CANCEL = 58
BARE = Path(__file__).with_name("bare_stop.py")
SCRIPT = Path(sys.executable).with_name("tws-console")


def environment(home: Path) -> dict[str, str]:
    """Without our variables, and without the one that would have us compile our modules anew at each start, while those
    of installed packages are compiled.
    """
    left_out = ("TWS_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return {**kept, "TWS_CONSOLE_HOME": str(home)}


def one(sim: SimulatorProcess, command: Sequence[str], env: Mapping[str, str]) -> float:
    """Milliseconds until the cancel of this process has arrived; waits for its end."""
    newest = max((row["seq"] for row in sim.requests()), default=0)
    before = time.monotonic_ns()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if process.wait(60) != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    wait_until(lambda: not sim.ctl("clients"))
    (arrived,) = sim.requests(GLOBAL_CANCEL, newest)
    return (int(arrived["ns"]) - before) / 1e6


def measure(home: Path, rounds: int, each: int) -> list[Series]:
    """Bare script first and last; panic with everything on its command line, and with a profile to look up."""
    clients = itertools.count(2000)
    if not SCRIPT.exists():
        raise RuntimeError(f"{SCRIPT} is not there: install the project into this interpreter's environment")
    with SimulatorProcess("empty") as sim:
        (home / "config.toml").write_text(
            f'default_profile = "paper"\n[profiles.paper]\nhost = "{sim.host}"\nport = {sim.port}\nclient_id = 11\n'
        )
        env = environment(home)
        where = ["--host", sim.host, "--port", str(sim.port)]

        def block(command: Callable[[], list[str]]) -> Callable[[], list[float]]:
            return lambda: [one(sim, command(), env) for _ in range(each)]

        def bare() -> list[str]:
            return [sys.executable, str(BARE), sim.host, str(sim.port), str(next(clients))]

        block(bare)()
        return alternate(
            ("bare socket script", block(bare)),
            {
                "panic, endpoint and id given": block(lambda: [str(SCRIPT), "panic", *where, "--client-id", "12"]),
                "panic, profile looked up": block(lambda: [str(SCRIPT), "panic"]),
            },
            rounds,
        )
