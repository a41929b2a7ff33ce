"""The terminal driver: Textual's own, but it tolerates every byte, never blocks on output and ends on a hang-up.

Textual 8.2.8 ends the program on one byte that is not UTF-8, on some Kitty key reports, and spins on end of file
(drivers/linux_driver.py). May import textual.
"""

from __future__ import annotations

import asyncio
import os
import select
import sys
import termios
import tty
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import Protocol

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tws_console.tui.input.parser import InputParser
from tws_console.tui.output.writer import PatientWriter

CHUNK = 4096
SCREEN_MODES = "\x1b[?1049h\x1b[?25l\x1b[?1004h\x1b[?2004h\x1b[?7l"
"""Alternate screen, no cursor, focus reports, bracketed paste, no line wrap."""


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

    def _sigcont_application(self, *_: object) -> None:
        """Textual takes every SIGCONT as a resume and starts a second pair of threads; ours only went on."""
        if self._must_signal_resume:
            super()._sigcont_application()
        else:
            _from_thread(self._loop, self._go_on)

    def _go_on(self) -> None:
        """The program was stopped and goes on: whoever had the terminal meanwhile may have left it in any state. In
        the background it stays untouched, as touching it would stop the program again.
        """
        if self._in_background():
            return
        try:
            modes = termios.tcgetattr(self.fileno)
            modes[tty.IFLAG] = self._patch_iflag(modes[tty.IFLAG])
            modes[tty.LFLAG] = self._patch_lflag(modes[tty.LFLAG])
            termios.tcsetattr(self.fileno, termios.TCSANOW, modes)
        except termios.error:
            return
        self.write(SCREEN_MODES)
        self._enable_mouse_support()
        self._repaint()

    def _in_background(self) -> bool:
        try:
            return os.tcgetpgrp(self.fileno) != os.getpgrp()
        except OSError:  # not our controlling terminal: nobody stops us for touching it
            return False

    def _repaint(self) -> None:
        self._app.refresh(repaint=True, layout=True)

    def process_message(self, message: Message) -> None:
        if self._gate is None or not self._gate.seen(message):
            super().process_message(message)

    def run_input_thread(self) -> None:
        """Read, decode and parse until the program ends or the terminal has gone."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        keys = InputParser(debug=self._debug)
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


def _from_thread(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)
