"""Measures from enter, written to a pseudo-terminal, to the global cancel at the server, while the server floods the
program. Imports test support, and config for the freeze that each stop leaves behind; the relay between program and
simulator is `feeder`.

A key that is lost, or sends twice, ends the run. The console's stop is not proved here, so that the next key finds the
same book (`flooded_console`).
"""

from __future__ import annotations

import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from tests.bench.figures import Series, alternate
from tests.bench.shell import environment
from tests.support.simulator import SimulatorProcess
from tests.support.terminal import Terminal
from tws_console.config.freeze import RELEASE_PHRASE, FreezeFile

FOLDER = Path(__file__).parent
PATIENCE = 60.0
RATE = 5000
SETTLED = 0.4
"""Seconds after the bar was seen in which enter counts by all means: it does 150 ms after the paint."""
UNREAD = 6.0
"""Seconds for which the terminal is not read before the key."""


class Feed:
    """The relay as a child. `cancels` holds client id and nanoseconds of each cancel that has arrived."""

    def __init__(self, sim: SimulatorProcess, rows: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.feeder", str(sim.port), str(rows)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.cancels: queue.Queue[tuple[int, int]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            client_id, at = line.split()
            self.cancels.put((int(client_id), int(at)))

    def flood(self, client_id: int, rate: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"feed {client_id} {rate}\n")
        self._process.stdin.flush()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


class Program:
    """One program on a terminal of its own, connected through the relay."""

    def __init__(self, feed: Feed, command: Sequence[str], client_id: int, env: dict[str, str]) -> None:
        self.feed = feed
        self.client_id = client_id
        self.terminal = Terminal(command, 120, 36, env)

    def prepare(self) -> None:
        """Bring it to where the next enter sends."""

    def after(self) -> None:
        """Bring it back."""

    def enter(self) -> float:
        """Milliseconds from the key to its cancel. Raises when the key was lost or has sent more than one."""
        self.prepare()
        time.sleep(random.uniform(0.02, 0.3))  # not in step with ticks, frames or polls
        before = time.monotonic_ns()
        self.terminal.press("enter")
        _, arrived = self.feed.cancels.get(timeout=PATIENCE)
        self.after()
        if not self.feed.cancels.empty():
            raise RuntimeError("one key has sent more than one cancel")
        return (arrived - before) / 1e6

    def queue_requests(self) -> None:
        self.terminal.press("x")

    def block(self, count: int, rate: int, before_each: Callable[[Program], None] | None = None) -> list[float]:
        self.feed.flood(self.client_id, rate)
        found = []
        for _ in range(count):
            if before_each is not None:
                before_each(self)
            found.append(self.enter())
        self.feed.flood(self.client_id, 0)
        return found


class Console(Program):
    """The console: the bar has to be opened, and enter counts 150 ms after its paint."""

    def prepare(self) -> None:
        self.terminal.press("ctrl+g")
        self.terminal.wait_for("STOP ALL ORDERS?")
        time.sleep(SETTLED)

    def after(self) -> None:
        # Each key is the first stop of its day: one that finds the endpoint frozen has no file to rename.
        FreezeFile("127.0.0.1", self.feed.port).release(RELEASE_PHRASE)
        self.terminal.wait_for("STOPPING")
        self.terminal.press_until("escape", "1 Trade")

    def queue_requests(self) -> None:
        assert self.terminal.process is not None
        self.terminal.process.send_signal(signal.SIGUSR1)
        time.sleep(0.05)


class Unread(Console):
    """The console on a terminal that stops reading: the bar cannot be seen, so enter counts a second after the key."""

    def prepare(self) -> None:
        self.terminal.pause()
        time.sleep(UNREAD)
        self.terminal.press("ctrl+g")
        time.sleep(1.2)

    def after(self) -> None:
        self.terminal.resume()
        super().after()


class Bench:
    """A simulator behind a relay, and how each program is started. One program runs at a time."""

    def __init__(self, home: Path, feed: Feed, rows: int, console: type[Console] = Console) -> None:
        os.environ["TWS_CONSOLE_HOME"] = str(home)
        self._env = environment(home)
        self._feed = feed
        self._rows = rows
        self._console = console

    def bare(self, script: str, client_id: int) -> Program:
        command = [sys.executable, str(FOLDER / script), "127.0.0.1", str(self._feed.port), str(client_id)]
        return Program(self._feed, command, client_id, self._env)

    def ours(self, client_id: int, *options: str) -> Program:
        where = ["--host", "127.0.0.1", "--port", str(self._feed.port), "--client-id", str(client_id)]
        command = [sys.executable, "-m", "tests.bench.flooded_console", *options, *where]
        return self._console(self._feed, command, client_id, self._env)

    def block(
        self, start: Callable[[], Program], count: int, before_each: Callable[[Program], None] | None = None
    ) -> Callable[[], list[float]]:
        """A measurement of `count` keys in a program that is started for it."""

        def measure() -> list[float]:
            program = start()
            with program.terminal as terminal:
                ours = isinstance(program, Console)
                terminal.wait_for(f"of {self._rows}" if ours else "READY", PATIENCE)
                if ours:
                    time.sleep(2.0)  # the stop's own connection opens once everything is loaded
                return program.block(count, RATE, before_each)

        return measure


def measured(
    home: Path,
    rows: int,
    rounds: int,
    each: int,
    before_each: Callable[[Program], None] | None = None,
    *,
    console: type[Console] = Console,
    with_ib: bool = True,
) -> list[Series]:
    """Floor first and last; the peer and the console with and without the stop's own connection between."""
    with SimulatorProcess("many-orders") as sim, closing(Feed(sim, rows)) as feed:
        bench = Bench(home, feed, rows, console)
        floor = bench.block(lambda: bench.bare("bare_keys.py", 3000), each)
        peer = {"bare ib_async": bench.block(lambda: bench.bare("bare_ib.py", 3001), each, before_each)}
        consoles = {
            "console": bench.block(lambda: bench.ours(11), each, before_each),
            "console, main link only": bench.block(lambda: bench.ours(11, "--no-lane"), each, before_each),
        }
        return alternate(("bare asyncio client", floor), (peer if with_ib else {}) | consoles, rounds)


def stream(home: Path, rounds: int, each: int) -> list[Series]:
    """5,000 messages a second over 1,000 rows."""
    return measured(home, 1000, rounds, each)


def queued(home: Path, rounds: int, each: int) -> list[Series]:
    """The same behind 500 requests that wait for their turn."""
    return measured(home, 1000, rounds, each, Program.queue_requests)


def polled(home: Path, rounds: int, each: int) -> list[Series]:
    """5,000 rows that are asked for every 2 s, and 5,000 messages a second."""
    return measured(home, 5000, rounds, each)


def unread(home: Path, rounds: int, each: int) -> list[Series]:
    """A terminal that has read nothing for 6 s."""
    return measured(home, 1000, rounds, each, console=Unread, with_ib=False)
