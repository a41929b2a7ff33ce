"""Measures from the start of a process in a pseudo-terminal to the bytes that show a text. Imports test support."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.figures import Series, alternate
from tests.bench.shell import SCRIPT, environment
from tests.support.simulator import SimulatorProcess

EMPTY = Path(__file__).with_name("empty_app.py")
ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[PX^_\]].*?(?:\x1b\\|\x07)|.)", re.DOTALL)
STOP = b"^G STOP"
PANE = b"Orders"
"""Title of the console's first pane: something is on screen, whether or not it can be stopped from there."""
PATIENCE = 30.0
GRACE = 10.0


def one(command: Sequence[str], env: dict[str, str], text: bytes = STOP) -> float:
    """Milliseconds until the text is there; the program is ended afterwards and its output read to the end."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    before = time.monotonic_ns()
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True)
    os.close(slave)
    try:
        return (_shown(master, text) - before) / 1e6
    finally:
        process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while process.poll() is None and time.monotonic() < deadline:
            _read(master, 0.02)
        if process.poll() is None:
            process.kill()
        process.wait(GRACE)
        os.close(master)


def _shown(master: int, text: bytes) -> int:
    seen, deadline = b"", time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        data = _read(master, 1.0)
        at = time.monotonic_ns()
        seen += data
        if text in ESCAPES.sub(b"", seen):
            return at
    raise RuntimeError(f"the text never came; the last output was {seen[-400:]!r}")


def _read(master: int, seconds: float) -> bytes:
    readable, _, _ = select.select([master], [], [], seconds)
    try:
        return os.read(master, 65536) if readable else b""
    except OSError:  # Linux tells the end of a pseudo-terminal so
        return b""


def measure(home: Path, rounds: int, each: int) -> list[Series]:
    """Empty Textual app first and last, the console between."""
    with SimulatorProcess() as sim:
        env = environment(home) | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}

        def block(command: list[str], text: bytes = STOP) -> Callable[[], list[float]]:
            return lambda: [one(command, env, text) for _ in range(each)]

        empty, console = [sys.executable, str(EMPTY)], [str(SCRIPT), "--host", sim.host, "--port", str(sim.port)]
        for command in (empty, console):
            one(command, env)
        return alternate(
            ("empty Textual app", block(empty)),
            {"console, first pane": block(console, PANE), "console, STOP": block(console)},
            rounds,
        )
