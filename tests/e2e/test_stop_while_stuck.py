"""The stop under real keys while the console's event loop stands still: a long callback, a collection, a full disk."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.simulator import SimulatorProcess, wait_until
from tests.support.terminal import Terminal
from tws_console.engine.stop_lane import CLIENT_IDS

GLOBAL_CANCEL = 58
OWN = CLIENT_IDS[0]


@contextmanager
def console(sim: SimulatorProcess, home: Path) -> Iterator[Terminal]:
    """A console that is loaded and holds the stop's own connection."""
    pipe = home / "stuck"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "tests.support.stuck_console", "--port", str(sim.port)]
    env = {"TWS_CONSOLE_HOME": str(home), "STUCK_PIPE": str(pipe)}
    with Terminal(command, 120, 36, env) as terminal:
        terminal.wait_for(lambda text: "manual" in text and "Positions 10" in text)
        wait_until(lambda: OWN in {client["client_id"] for client in sim.ctl("clients")})
        yield terminal


@contextmanager
def standing_still(terminal: Terminal, home: Path) -> Iterator[None]:
    """The console's loop stands still inside this block."""
    assert terminal.process is not None
    terminal.process.send_signal(signal.SIGUSR1)
    # Opening the pipe for writing waits until the loop's thread has opened it for reading, and stands there.
    with open(home / "stuck", "wb") as pipe:
        yield
        pipe.write(b"g")


def cancels(sim: SimulatorProcess) -> list[int]:
    return [row["client_id"] for row in sim.requests(GLOBAL_CANCEL)]


def enter_until_sent(sim: SimulatorProcess, terminal: Terminal) -> None:
    """An enter that comes too early keeps the bar open, so it is pressed until it counts."""

    def sent() -> bool:
        terminal.press("enter")
        return bool(cancels(sim))

    wait_until(sent)


def test_stop_is_sent_and_proved_when_the_loop_stands_still(sim: SimulatorProcess, tmp_path: Path) -> None:
    with console(sim, tmp_path) as terminal:
        with standing_still(terminal, tmp_path):
            terminal.press("ctrl+g")
            enter_until_sent(sim, terminal)

            assert cancels(sim) == [OWN]
            assert list((tmp_path / "freeze").glob("*.json"))
            assert "STOP ALL ORDERS?" not in terminal.text

        terminal.wait_for("PROVED")
        assert cancels(sim) == [OWN, 11]
        assert not sim.book()


def test_nothing_is_sent_when_another_key_closes_the_bar_while_the_loop_stands_still(
    sim: SimulatorProcess, tmp_path: Path
) -> None:
    with console(sim, tmp_path) as terminal:
        with standing_still(terminal, tmp_path):
            terminal.press("ctrl+g", "x", *["enter"] * 5)
        terminal.wait_for("NOT SENT")
        terminal.wait_for(lambda text: "NOT SENT" not in text)

        assert terminal.quit() == 0
        assert not cancels(sim)
        assert not list((tmp_path / "freeze").glob("*"))


def test_nothing_is_sent_when_enter_is_pasted_or_typed_ahead_while_the_loop_stands_still(
    sim: SimulatorProcess, tmp_path: Path
) -> None:
    with console(sim, tmp_path) as terminal:
        with standing_still(terminal, tmp_path):
            terminal.send(b"\x07\r\x1b[200~\r\x1b[201~")
        terminal.wait_for("press it again")
        terminal.press("x")
        terminal.wait_for(lambda text: "STOP ALL ORDERS?" not in text)

        assert not cancels(sim)
