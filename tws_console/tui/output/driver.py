"""The terminal driver: Textual's own, but it tolerates every byte, never blocks on output and ends on a hang-up.

Textual 8.2.8 ends the program on one byte that is not UTF-8, on some Kitty key reports, and spins on end of file
(drivers/linux_driver.py, _xterm_parser.py). May import textual.
"""

from __future__ import annotations

import asyncio
import os
import select
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tws_console.tui.output.writer import PatientWriter

PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
PASTE_IDLE = 1.0
"""Seconds without input after which a paste without an end is dropped: it would swallow later keys, the stop too."""
CHUNK = 4096


class HungUp(Message):
    """The terminal has gone."""


class InputWatcher(Protocol):
    """What looks at input before the loop does."""

    def watch(self) -> None:
        """Called once, before the first message."""
        ...

    def seen(self, message: Message) -> bool:
        """True when nobody else may get the message. Called in the thread that reads the terminal."""
        ...


class ConsoleDriver(LinuxDriver):
    """Textual's driver with the weak places replaced. The app's `gate` sees all input before the loop."""

    def start_application_mode(self) -> None:
        self._gate: InputWatcher | None = getattr(self._app, "gate", None)
        if self._gate is not None:
            self._gate.watch()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        blocking = self._writer_thread
        if blocking is None:
            return
        blocking.stop()
        loop = asyncio.get_running_loop()
        writer = PatientWriter(sys.__stderr__ or sys.stderr, lambda: _from_thread(loop, self._repaint))
        writer.start()
        self._writer_thread = writer  # type: ignore[assignment]

    def _get_terminal_size(self) -> tuple[int, int]:
        """What the terminal itself says: an exported COLUMNS or LINES, which Textual prefers, knows of no resize."""
        try:
            columns, lines = os.get_terminal_size(self.fileno)
        except OSError:
            columns = lines = 0
        return (columns, lines) if columns and lines else super()._get_terminal_size()

    def _repaint(self) -> None:
        self._app.refresh(repaint=True, layout=True)

    def process_message(self, message: Message) -> None:
        if self._gate is None or not self._gate.seen(message):
            super().process_message(message)

    def run_input_thread(self) -> None:
        """Read, decode and parse until the program ends or the terminal has gone."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        keys = _Keys(self._debug)
        while not self.exit_event.is_set():
            ready, _, _ = select.select([self.fileno], [], [], 0.1)
            if ready:
                try:
                    data = os.read(self.fileno, CHUNK)
                except OSError:
                    data = b""
                if not data:
                    self.process_message(HungUp())
                    return
                for message in keys.feed(decode(data)):
                    self.process_message(message)
            for message in keys.tick():
                self.process_message(message)


class _Keys:
    """A parser that is replaced when it fails or hangs in a paste."""

    def __init__(self, debug: bool) -> None:
        self._debug = debug
        self._parser = XTermParser(debug)
        self._pasting = False
        self._last = monotonic()

    def feed(self, text: str) -> list[Message]:
        self._last = monotonic()
        found: list[Message] = []
        try:
            found.extend(self._parser.feed(text))
        except Exception:
            # Whatever a terminal sends, a report nobody understands must not end the program that holds live orders.
            self._parser = XTermParser(self._debug)
            self._pasting = False
            return found
        start, end = text.rfind(PASTE_START), text.rfind(PASTE_END)
        if start > end:
            self._pasting = True
        elif end >= 0 or any(isinstance(message, events.Paste) for message in found):
            self._pasting = False
        return found

    def tick(self) -> list[Message]:
        if self._pasting and monotonic() - self._last > PASTE_IDLE:
            self._parser = XTermParser(self._debug)
            self._pasting = False
        try:
            return list(self._parser.tick())
        except Exception:
            self._parser = XTermParser(self._debug)
            return []


def _from_thread(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)
