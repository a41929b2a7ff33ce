"""Runs the simulator as a process of its own, for tests that need a server to talk to.

The process ends with the test whatever happens: it watches its standard input, which is a pipe of this one.
"""

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

START_TIMEOUT = 60.0


class SimulatorProcess:
    """`with SimulatorProcess("empty") as sim:` gives sim.host, sim.port, sim.control and sim.ctl("book")."""

    def __init__(self, scenario: str = "default", *options: str, seed: int = 1) -> None:
        self.scenario = scenario
        self.host = "127.0.0.1"
        self.port = 0
        self.control = ""
        self.pid = 0
        self._options = [*options, "--seed", str(seed)]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "SimulatorProcess":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait for the line that says where it listens."""
        command = [sys.executable, "-m", "tws_console.simulator", "--port", "0", "--exit-with-stdin"]
        self._process = subprocess.Popen(
            [*command, "--scenario", self.scenario, *self._options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            self._read_announcement(self._process)
        except BaseException:
            self.stop()
            raise

    def _read_announcement(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        readable, _, _ = select.select([process.stdout], [], [], START_TIMEOUT)
        line = process.stdout.readline() if readable else b""
        if not line:
            raise RuntimeError(f"the simulator did not start, exit code {process.poll()}")
        document = json.loads(line)
        self.host, _, port = document["listening"].rpartition(":")
        self.port = int(port)
        self.control = document["control"]
        self.pid = document["pid"]

    def stop(self) -> None:
        """End the process and wait for it."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)

    def ctl(self, verb: str, *args: object) -> Any:
        """One control request; returns the JSON document. RuntimeError when it names an error."""
        host, _, port = self.control.rpartition(":")
        request = {"verb": verb, "args": [str(arg) for arg in args]}
        with socket.create_connection((host, int(port)), 60) as connection:
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as answers:
                document = json.loads(answers.readline())
        if isinstance(document, dict) and "error" in document:
            raise RuntimeError(document["error"])
        return document

    def book(self, **wanted: object) -> list[dict[str, Any]]:
        """Live and staged orders, those only whose fields have the wanted values."""
        return [row for row in self.ctl("book") if all(row[key] == value for key, value in wanted.items())]

    def requests(self, message: int | None = None, since: int = 0) -> list[dict[str, Any]]:
        """The log of requests that have arrived, those of one message number only if it is given."""
        rows = self.ctl("log", "--since", since)
        return [row for row in rows if message in (None, row["message"])]


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Block until `condition()` holds; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("the condition did not come true in time")
        time.sleep(0.01)
