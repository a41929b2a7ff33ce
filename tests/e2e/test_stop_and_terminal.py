"""A stop that runs while its terminal or its process is in trouble: it goes on, ends proved, and spins nowhere."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.support.simulator import SimulatorProcess, wait_until
from tests.support.terminal import Terminal
from tws_console.engine.stop_lane import CLIENT_IDS

ALL_ORDERS, GLOBAL_CANCEL = 16, 58
POLL_GAP = 1_000_000_000
"""Nanoseconds. A running stop asks for lists four times a second, the console alone every two."""
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def console(sim: SimulatorProcess, home: Path) -> Iterator[Terminal]:
    """A console with everything loaded, the stop's own connection too."""
    with Terminal(Program.command("--port", sim.port), 120, 36, {"TWS_CONSOLE_HOME": str(home)}) as terminal:
        terminal.wait_for(lambda text: "manual" in text and "Positions 10" in text)
        wait_until(lambda: CLIENT_IDS[0] in {client["client_id"] for client in sim.ctl("clients")})
        yield terminal


def send_stop(sim: SimulatorProcess, terminal: Terminal) -> None:
    """The bar, then enter until it counts: a too early one keeps the bar open."""

    def sent() -> bool:
        terminal.press("enter")
        return bool(sim.requests(GLOBAL_CANCEL))

    terminal.press("ctrl+g")
    wait_until(sent)


def lists(sim: SimulatorProcess) -> list[int]:
    """When the console's requests for all open orders arrived, in nanoseconds."""
    return [row["ns"] for row in sim.requests(ALL_ORDERS) if row["client_id"] == 11]


def fields(terminal: Terminal) -> list[str]:
    """The process as the kernel sees it: state first, then the rest of its line."""
    assert terminal.process is not None
    return Path(f"/proc/{terminal.process.pid}/stat").read_text().rpartition(")")[2].split()


def threads(terminal: Terminal) -> int:
    assert terminal.process is not None
    return len(os.listdir(f"/proc/{terminal.process.pid}/task"))


def processor_seconds(terminal: Terminal) -> float:
    used = fields(terminal)
    return (int(used[11]) + int(used[12])) / TICKS


def entered_screen(terminal: Terminal, since: int) -> bool:
    """Whether the program has taken the whole screen anew, in what it wrote behind the first `since` bytes."""
    return b"\x1b[?1049h" in terminal.raw[since:]


def test_stop_is_proved_when_its_process_was_stopped_in_the_middle(sim: SimulatorProcess, tmp_path: Path) -> None:
    sim.ctl("fault", "no-global-cancel")
    with console(sim, tmp_path) as terminal:
        assert terminal.process is not None
        send_stop(sim, terminal)
        terminal.wait_for("STOPPING")

        terminal.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: fields(terminal)[0] == "T")
        assert sim.book()
        sim.ctl("clear", "all")
        terminal.process.send_signal(signal.SIGCONT)

        terminal.wait_for("PROVED")
        assert not sim.book()


def test_console_takes_keys_once_when_its_process_was_stopped(sim: SimulatorProcess, tmp_path: Path) -> None:
    with console(sim, tmp_path) as terminal:
        assert terminal.process is not None
        before = threads(terminal)
        for _ in range(3):
            terminal.process.send_signal(signal.SIGSTOP)
            wait_until(lambda: fields(terminal)[0] == "T")
            painted = len(terminal.raw)
            terminal.process.send_signal(signal.SIGCONT)
            wait_until(partial(entered_screen, terminal, painted))

        assert threads(terminal) <= before
        terminal.press("2")
        terminal.wait_for("another client")
        terminal.press("1")
        terminal.wait_for("Positions 10")
        assert terminal.quit() == 0


def test_stop_is_proved_while_the_terminal_reads_nothing(sim: SimulatorProcess, tmp_path: Path) -> None:
    with console(sim, tmp_path) as terminal:
        send_stop(sim, terminal)
        terminal.pause()

        def has_ended() -> bool:
            """Lists come seldom again: nothing is to be proved any more."""
            at = lists(sim)
            return len(at) > 2 and at[-1] - at[-2] > POLL_GAP and at[-2] - at[-3] > POLL_GAP

        wait_until(has_ended)
        assert not sim.book()
        assert "PROVED" not in terminal.text

        terminal.resume()
        terminal.wait_for("PROVED")
        assert len({row["client_id"] for row in sim.requests(GLOBAL_CANCEL)}) == len(sim.requests(GLOBAL_CANCEL))


def test_stop_ends_and_nothing_spins_when_the_terminal_hangs_up(sim: SimulatorProcess, tmp_path: Path) -> None:
    sim.ctl("fault", "no-global-cancel")
    with console(sim, tmp_path) as terminal:
        send_stop(sim, terminal)
        terminal.wait_for("STOPPING")
        terminal.hang_up()

        seen = len(lists(sim))
        wait_until(lambda: len(lists(sim)) > seen + 2)
        used, first = processor_seconds(terminal), lists(sim)[-1]
        wait_until(lambda: lists(sim)[-1] - first > 2 * POLL_GAP)
        seconds = (lists(sim)[-1] - first) / 1e9
        assert processor_seconds(terminal) - used < 0.5 * seconds

        sim.ctl("clear", "all")
        assert terminal.wait_end() == 129
        assert not sim.book()
        wait_until(lambda: not sim.ctl("clients"))


@pytest.mark.parametrize("stray", [b"\x1b[?62;22qc", b"\x1bP>|quick t2b\x1b\\", b"bqcy2"])
def test_nothing_acts_when_the_terminal_replies_unasked(sim: SimulatorProcess, tmp_path: Path, stray: bytes) -> None:
    with console(sim, tmp_path) as terminal:
        terminal.send(stray)
        terminal.press_until("?", "Keys")
        shown = terminal.text
        for other in ("Cancel this order?", "Quit?", "Ticket BUY ─ KO", "another client"):
            assert other not in shown
        assert terminal.process is not None
        assert terminal.process.poll() is None
