"""The real console under a pseudo terminal that misbehaves: odd bytes, endless pastes, hang-ups, no reading."""

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
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

from tws_console.tui.input.parser import PASTE_IDLE

ROOT = Path(__file__).parents[2]
DEADLINE = 60.0


def drawing(data: bytes) -> bytes:
    """Without what pyte does not know: the private forms of SGR-like sequences; none is used for drawing."""
    return data.replace(b"\x1b[?2026$p", b"").replace(b"\x1b[?2048$p", b"")


def cells(screen: pyte.Screen) -> list[list[pyte.screens.Char]]:
    """Every character with its colours."""
    return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]


class Terminal:
    """A child console on a pseudo terminal of 120 by 36 cells."""

    def __init__(self, *arguments: str, **environ: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        settings = {**os.environ, "TERM": "xterm-256color", "TEXTUAL_DISABLE_KITTY_KEY": "1", **environ}
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tests.tui.child_console", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env=settings,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self.open = True
        self.raw = b""
        self.screen = pyte.Screen(120, 36)
        self.stream = pyte.ByteStream(self.screen)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Read until the condition holds; fails with the screen after the deadline."""
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, f"never came: {what}\n{self.text}"
            self.read()

    def read(self, most: int = 65536) -> bool:
        """Take what is there, within a moment. False when there was nothing."""
        if not select.select([self.master], [], [], 0.05)[0]:
            return False
        try:
            data = os.read(self.master, most)
        except OSError:
            return False
        self.raw += data
        self.stream.feed(drawing(data))
        return True

    def read_up(self) -> None:
        """Read until nothing came for a second."""
        end = time.monotonic() + DEADLINE
        quiet = 0
        while quiet < 20:
            assert time.monotonic() < end, f"it never stops writing\n{self.text}"
            quiet = 0 if self.read() else quiet + 1

    def ended(self) -> bool:
        return self.child.poll() is not None

    def hang_up(self) -> None:
        os.close(self.master)
        self.open = False

    def close(self) -> None:
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        if self.open:
            os.close(self.master)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    found = Terminal()
    yield found
    found.close()


def shown(terminal: Terminal) -> bool:
    return "Positions 10" in terminal.text


def quit_by_keys(terminal: Terminal) -> None:
    """The way out that a person takes; the dialog takes no key in its first moment, so `y` is typed until it counts."""
    terminal.until(lambda: shown(terminal), "the trade page")
    terminal.type(b"q")
    terminal.until(lambda: "Quit?" in terminal.text, "the question")
    end = time.monotonic() + DEADLINE
    while not terminal.ended():
        assert time.monotonic() < end
        if b"\x1b[?1049l" not in terminal.raw:
            terminal.type(b"y")
        terminal.read()


def type_until(terminal: Terminal, key: bytes, condition: Callable[[], bool]) -> None:
    """Type a key until it has counted: one that comes in a burst with others does nothing."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, terminal.text
        terminal.type(key)
        select.select([], [], [], 0.05)  # two in one read would be such a burst themselves
        terminal.read()


def test_console_has_the_size_of_its_terminal_when_the_environment_names_another() -> None:
    terminal = Terminal(COLUMNS="80", LINES="24")
    try:
        terminal.until(lambda: shown(terminal), "the trade page")
        terminal.until(lambda: "Buying power" in terminal.text, "what only a wide account strip shows")
    finally:
        terminal.close()


def test_console_goes_on_when_bytes_are_not_utf8_and_reports_make_no_sense(terminal: Terminal) -> None:
    terminal.until(lambda: shown(terminal), "the trade page")
    terminal.type(b"\xff\xfe\x80\xc3")
    terminal.type(b"\x1b[103;5:2u")
    type_until(terminal, b"2", lambda: "last confirmed" in terminal.text)
    terminal.type(b"1")
    quit_by_keys(terminal)
    assert terminal.child.returncode == 0
    assert b"\x1b[?1049l" in terminal.raw


def test_keys_work_again_when_a_paste_never_ended(terminal: Terminal) -> None:
    terminal.until(lambda: shown(terminal), "the trade page")
    terminal.type(b"\x1b[200~q y q")
    quiet = time.monotonic() + PASTE_IDLE + 0.5
    terminal.until(lambda: time.monotonic() > quiet, "the end of the paste's second")
    type_until(terminal, b"2", lambda: "last confirmed" in terminal.text)
    assert not terminal.ended()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_exit_status_tells_the_signal_when_one_ends_it(terminal: Terminal, number: signal.Signals) -> None:
    terminal.until(lambda: shown(terminal), "the trade page")
    terminal.child.send_signal(number)
    terminal.until(terminal.ended, "the end")
    assert terminal.child.returncode == 128 + number


def test_console_ends_when_the_terminal_hangs_up(terminal: Terminal) -> None:
    terminal.until(lambda: shown(terminal), "the trade page")
    terminal.hang_up()
    assert terminal.child.wait(DEADLINE) == 129


def test_newest_frame_is_shown_when_the_terminal_did_not_read_for_a_while() -> None:
    terminal = Terminal("6000")
    try:
        terminal.until(lambda: shown(terminal), "the trade page")
        # Nothing is read here: the terminal's own buffer fills up, then the console's backlog, and frames are dropped.
        for _ in range(60):
            terminal.type(b"2")
            terminal.type(b"3")
            select.select([], [], [], 0.02)
        # On a busy machine the keys above arrive as one burst, in which a key does nothing.
        type_until(terminal, b"1", lambda: shown(terminal) and "Orders 15" in terminal.text)
        quit_by_keys(terminal)
        assert terminal.child.returncode == 0
    finally:
        terminal.close()


def assert_whole(terminal: Terminal) -> None:
    """A console that is told that it was stopped paints everything anew: the same as is there, or the test fails."""
    terminal.read_up()
    caught_up, since = cells(terminal.screen), len(terminal.raw)
    anew = pyte.Screen(120, 36)
    terminal.child.send_signal(signal.SIGCONT)

    def same() -> bool:
        anew.reset()
        pyte.ByteStream(anew).feed(drawing(terminal.raw[since:]))
        return cells(anew) == caught_up

    terminal.until(same, "the same screen, painted anew")


@pytest.mark.parametrize("backlog", ["6000", "400000"])
def test_screen_is_as_painted_anew_when_a_slow_terminal_has_caught_up(backlog: str) -> None:
    terminal = Terminal(backlog, "busy")
    try:
        terminal.until(lambda: shown(terminal), "the trade page")
        for key in [b"2", b"3", b"\x07", b"x", b"?", b"\x1b", b"1", b"\x07", b"x"] * 5:
            terminal.type(key)
            for _ in range(8):  # longer than a lone escape takes to be one
                terminal.read(64)  # about two kilobytes a second
                select.select([], [], [], 0.02)
        terminal.child.send_signal(signal.SIGUSR1)
        type_until(terminal, b"1", lambda: "77.77" in terminal.text and shown(terminal))
        assert_whole(terminal)
    finally:
        terminal.close()


def appears(path: Path) -> None:
    """Wait for a file without reading the terminal."""
    end = time.monotonic() + DEADLINE
    while not path.exists():
        assert time.monotonic() < end, f"never came: {path.name}"
        select.select([], [], [], 0.05)


def test_screen_is_whole_without_another_key_when_the_frames_before_the_last_were_dropped(tmp_path: Path) -> None:
    terminal = Terminal("6000", "busy", TELL=str(tmp_path))
    try:
        terminal.until(lambda: shown(terminal), "the trade page")
        appears(tmp_path / "dropped")
        terminal.type(b"2")
        terminal.child.send_signal(signal.SIGUSR1)
        appears(tmp_path / "settled")
        # Nothing changes any more: what comes now is what waited, and what is painted because frames were dropped.
        terminal.until(lambda: "77.77" in terminal.text, "the last price")
        assert_whole(terminal)
    finally:
        terminal.close()


def test_no_colour_leaves_the_program_when_no_color_is_set() -> None:
    terminal = Terminal(NO_COLOR="1")
    try:
        terminal.until(lambda: shown(terminal), "the trade page")
        quit_by_keys(terminal)
    finally:
        terminal.close()
    assert re.search(rb"\x1b\[[0-9;]*;7;[0-9;]*m PAPER ", terminal.raw), "the chip is turned over"
    for colour in (b"38;2", b"48;2", b"38;5", b"48;5"):
        assert colour not in terminal.raw
