"""Runs a program in a pseudo-terminal and looks at its screen through a terminal emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte

KEYS: Mapping[str, bytes] = {
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "left": b"\x1b[D",
    "right": b"\x1b[C",
    "backspace": b"\x7f",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "f2": b"\x1bOQ",
    "f8": b"\x1b[19~",
    "ctrl+g": b"\x07",
    "ctrl+p": b"\x10",
    "ctrl+q": b"\x11",
}


class Terminal:
    """`with Terminal([...], 120, 36) as terminal:` gives press, wait_for and text."""

    def __init__(
        self, command: Sequence[str], columns: int = 120, lines: int = 36, env: Mapping[str, str] | None = None
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.raw = bytearray()
        self._stream = pyte.ByteStream(self.screen)
        self._command = list(command)
        self._env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        self._changed = threading.Condition()
        self._master = -1
        self._closed = False
        self._reading = threading.Event()
        self._reading.set()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._wake, self._woken = os.pipe()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Terminal:
        self._master, slave = pty.openpty()
        size = struct.pack("HHHH", self.screen.lines, self.screen.columns, 0, 0)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
        self.process = subprocess.Popen(
            self._command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._env,
            start_new_session=True,
            close_fds=True,
        )
        os.close(slave)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.hang_up()

    def pause(self) -> None:
        """Read nothing more, as a stalled link does: what the program writes fills the terminal's own buffer."""
        self._reading.clear()

    def resume(self) -> None:
        self._reading.set()

    def _read(self) -> None:
        while True:
            self._reading.wait()
            ready, _, _ = select.select([self._master, self._wake], [], [])
            if self._wake in ready:
                return
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            if not data:
                return
            with self._changed:
                self.raw += data
                self._stream.feed(data)
                self._changed.notify_all()

    @property
    def text(self) -> str:
        """The screen as it is now."""
        with self._changed:
            return "\n".join(line.rstrip() for line in self.screen.display)

    def line_with(self, text: str) -> str:
        """The first line of the screen that holds the text, empty when none does."""
        return next((line for line in self.text.splitlines() if text in line), "")

    def send(self, data: bytes) -> None:
        os.write(self._master, data)

    def press(self, *keys: str) -> None:
        """Type keys by name; other text is typed as it stands, one character after the other."""
        for key in keys:
            if key in KEYS:
                self.send(KEYS[key])
            else:
                for character in key:
                    self.send(character.encode())

    def wait_for(self, wanted: str | Callable[[str], bool], seconds: float = 60.0) -> str:
        """Wait until the screen holds the text or satisfies the condition; returns the screen."""
        condition: Callable[[str], bool] = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + seconds
        with self._changed:
            while not condition(shown := "\n".join(line.rstrip() for line in self.screen.display)):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not on the screen in {seconds} s: {wanted!r}\n{shown}")
                self._changed.wait(left)
        return shown

    def press_until(self, key: str, wanted: str | Callable[[str], bool], seconds: float = 0.25) -> None:
        """Press a key until the screen shows that it was taken: dialogs take none in their first moment, nothing takes
        one that comes in a burst.
        """
        for _ in range(240):
            self.press(key)
            try:
                self.wait_for(wanted, seconds)
            except AssertionError:
                continue
            return
        raise AssertionError(f"{key} was never taken")

    def quit(self) -> int:
        """Press q until the program ends; its exit code. One q that is read together with keys before it acts on
        nothing.
        """
        assert self.process is not None
        for _ in range(240):
            try:
                self.press("q")
                return self.process.wait(0.25)
            except (OSError, subprocess.TimeoutExpired):
                continue
        return self.process.wait(1)

    def wait_end(self, seconds: float = 60.0) -> int:
        """The exit code of the program."""
        assert self.process is not None
        return self.process.wait(seconds)

    def hang_up(self) -> None:
        """Close the terminal, as a dropped SSH does. The reader ends first: the next terminal gets the same descriptor,
        and a reader that was left would take its output.
        """
        if not self._closed:
            self._closed = True
            os.write(self._woken, b"\0")
            self.resume()
            self._reader.join(10)
            for descriptor in (self._master, self._wake, self._woken):
                os.close(descriptor)
