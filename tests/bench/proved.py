"""Measures how long a stop takes until it is proved, with 500 orders of eight clients and of nobody open at its start.
Imports test support, and config for the freeze that each stop leaves behind.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.bench.figures import Series, alternate
from tests.bench.keys import COUNTED_DOWN
from tests.bench.shell import SCRIPT, environment
from tests.support.raw_client import place_fields
from tests.support.simulator import SimulatorProcess, wait_until
from tests.support.terminal import Terminal
from tests.support.threaded_simulator import BlockingClient
from tws_console.config.freeze import RELEASE_PHRASE, FreezeFile

BARE = Path(__file__).with_name("bare_proof.py")
CLIENTS, EACH, BY_HAND = 8, 62, 4
PRICES = {"AAPL": 231, "MSFT": 472, "NVDA": 178, "KO": 71, "INTC": 34, "TSLA": 391, "AMD": 204, "IBM": 305}
PACE = 0.025
"""Seconds between two orders of a client: a server takes fifty messages a second from each."""


def fill_book(sim: SimulatorProcess) -> None:
    """500 resting orders, none of them by whoever measures."""
    clients = [BlockingClient(sim.port) for _ in range(CLIENTS)]
    first = [client.start(400 + number) for number, client in enumerate(clients)]
    ids = [next(int(message[2]) for message in pushed if message[0] == "9") for pushed in first]
    terms = itertools.cycle(itertools.product(PRICES, ("BUY", "SELL"), ("DU1234567", "DU7654321")))
    for number in range(EACH):
        for client, first_id in zip(clients, ids, strict=True):
            symbol, action, account = next(terms)
            limit = round(PRICES[symbol] * (0.8 if action == "BUY" else 1.2), 2)
            client.send(
                *place_fields(
                    first_id + number,
                    con_id=0,
                    symbol=symbol,
                    action=action,
                    limit=f"{limit:.2f}",
                    account=account,
                    quantity=1 + number,
                )
            )
        time.sleep(PACE)
    for client in clients:
        client.settle()
        client.socket.close()
    for _ in range(BY_HAND):
        sim.ctl("manual", "BUY", "10", "AAPL", "LMT", "150")
    if len(sim.book()) != CLIENTS * EACH + BY_HAND:
        raise RuntimeError(f"{len(sim.book())} orders are open, not {CLIENTS * EACH + BY_HAND}")


def thaw(sim: SimulatorProcess) -> None:
    FreezeFile(sim.host, sim.port).release(RELEASE_PHRASE)


def shell(command: Sequence[str], sim: SimulatorProcess, env: dict[str, str]) -> float:
    """Milliseconds from the start of a process to its end, which must be a success."""
    before = time.monotonic_ns()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if process.wait(120) != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    took = (time.monotonic_ns() - before) / 1e6
    wait_until(lambda: not sim.ctl("clients"))
    return took


def console(sim: SimulatorProcess, env: dict[str, str]) -> float:
    """Milliseconds from enter to PROVED on the terminal."""
    with Terminal([str(SCRIPT), "--host", sim.host, "--port", str(sim.port)], 120, 36, env) as terminal:
        terminal.wait_for(f"Orders {CLIENTS * EACH + BY_HAND}", 60)
        time.sleep(2.0)  # the stop's own connection opens once everything is loaded
        terminal.press("ctrl+g")
        terminal.wait_for(lambda text: COUNTED_DOWN.search(text) is not None)
        before = time.monotonic_ns()
        terminal.press("enter")
        terminal.wait_for("PROVED", 60)
        return (time.monotonic_ns() - before) / 1e6


def measure(home: Path, rounds: int, each: int) -> list[Series]:
    """Bare socket script first and last; panic and the console between."""
    os.environ["TWS_CONSOLE_HOME"] = str(home)
    env = environment(home)

    def runs(once: Callable[[SimulatorProcess], float]) -> Callable[[], list[float]]:
        return lambda: list(one_each(once))

    def one_each(once: Callable[[SimulatorProcess], float]) -> Iterator[float]:
        for _ in range(each):
            with SimulatorProcess("empty") as sim:
                fill_book(sim)
                yield once(sim)
                thaw(sim)

    def where(sim: SimulatorProcess) -> list[str]:
        return ["--host", sim.host, "--port", str(sim.port), "--client-id", "12"]

    return alternate(
        (
            "bare socket script, two empty lists",
            runs(lambda sim: shell([sys.executable, str(BARE), sim.host, str(sim.port), "3000"], sim, env)),
        ),
        {
            "panic, shell to exit 0": runs(lambda sim: shell([str(SCRIPT), "panic", *where(sim)], sim, env)),
            "console, enter to PROVED": runs(lambda sim: console(sim, env)),
        },
        rounds,
    )
