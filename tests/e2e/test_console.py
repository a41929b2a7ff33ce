"""The real console in a pseudo-terminal, driven by keys alone, on its own demo simulator."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import AT_ANY_HOUR, HeldId
from tests.support.simulator import SimulatorProcess, wait_until
from tests.support.terminal import Terminal

PROGRAM = [sys.executable, "-m", "tws_console"]
PLACE, CANCEL, GLOBAL_CANCEL = 3, 4, 58


@pytest.fixture
def sim() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config.toml").write_text(AT_ANY_HOUR, encoding="utf-8")
    return {"TWS_CONSOLE_HOME": str(tmp_path)}


def console(sim: SimulatorProcess, home: dict[str, str], columns: int = 120, lines: int = 36) -> Terminal:
    return Terminal([*PROGRAM, "--port", str(sim.port)], columns, lines, home)


def ready(terminal: Terminal) -> str:
    """Wait until the orders of everybody are on screen."""
    return terminal.wait_for(lambda text: "manual" in text and "Working" in text and "Positions 10" in text)


def open_stop_bar(terminal: Terminal) -> None:
    """The bar takes enter only 150 ms after it was painted; its countdown tells that the time has passed."""
    terminal.press("ctrl+g")
    terminal.wait_for("STOP ALL ORDERS?")
    terminal.wait_for(lambda text: re.search(r"\b5\.[0-6] s", text) is not None)


def test_newcomer_trades_and_stops_when_only_keys_are_used(sim: SimulatorProcess, home: dict[str, str]) -> None:
    known = {one["perm_id"] for one in sim.book()}
    with console(sim, home) as terminal:
        ready(terminal)

        place_limit_order(terminal)
        wait_until(lambda: len(sim.book(client_id=11, symbol="KO")) == 1)
        terminal.wait_for(lambda text: re.search(r"KO +BUY +10 .*● Working +own", text) is not None)

        cancel_own_order(terminal)
        wait_until(lambda: not sim.book(client_id=11))
        assert len(sim.requests(CANCEL)) == 1

        open_stop_bar(terminal)
        terminal.press("enter")
        terminal.wait_for("PROVED")

        assert not sim.book()
        senders = [row["client_id"] for row in sim.requests(GLOBAL_CANCEL)]
        assert 11 in senders
        assert len(senders) == len(set(senders)), "once on each connection"
        assert f"cancelled {len(known)}" in terminal.text


def place_limit_order(terminal: Terminal) -> None:
    """Buy 10 KO at 65 from the row of somebody else's KO order: fill the form, choose to transmit, review, confirm."""
    terminal.press(*["down"] * 5)
    terminal.wait_for(lambda text: "▌ KO" in text)
    terminal.press("b")
    terminal.wait_for(lambda text: "Ticket BUY" in text and "COCA-COLA" in text)
    terminal.press(*["backspace"] * 3, "10", "tab", "tab", *["backspace"] * 5, "65", *["tab"] * 4, "right")
    terminal.wait_for(lambda text: re.search(r"Send as +transmit", text) is not None)
    terminal.press("enter")
    terminal.wait_for(lambda text: "Send this order?" in text and "what-if answered" in text)
    terminal.press_until("y", lambda text: "Send this order?" not in text)


def cancel_own_order(terminal: Terminal) -> None:
    """Put the cursor on the own order, press c, answer y."""
    terminal.press("end")
    terminal.wait_for(lambda text: re.search(r"▌ KO .* own ", text) is not None)
    # The ticket may only be giving the focus back: then the key says that no order is under the cursor.
    terminal.press_until("c", "Cancel this order?", seconds=5.0)
    # A dialog takes no key in its first 150 ms, so that a letter typed ahead answers nothing: ask until it is taken.
    terminal.press_until("y", lambda text: "Cancel this order?" not in text)


def test_stop_sends_nothing_when_its_key_is_held_down(sim: SimulatorProcess, home: dict[str, str]) -> None:
    with console(sim, home) as terminal:
        ready(terminal)
        terminal.press(*["ctrl+g"] * 60)
        terminal.wait_for("STOP ALL ORDERS?")
        terminal.press("x")
        terminal.wait_for(lambda text: "STOP ALL ORDERS?" not in text)
        terminal.press("enter")

        assert terminal.quit() == 0
        assert not sim.requests(GLOBAL_CANCEL)
        assert not sim.requests(CANCEL)


@pytest.mark.parametrize("key", ["y", "space", "escape", "b", "tab", "1"])
def test_stop_bar_closes_and_sends_nothing_when_any_other_key_follows(
    sim: SimulatorProcess, home: dict[str, str], key: str
) -> None:
    with console(sim, home) as terminal:
        ready(terminal)
        open_stop_bar(terminal)
        terminal.press(" " if key == "space" else key)
        terminal.wait_for(lambda text: "STOP ALL ORDERS?" not in text)

        assert terminal.quit() == 0
        assert not sim.requests(GLOBAL_CANCEL)


def test_paste_presses_no_key_when_it_is_full_of_them(sim: SimulatorProcess, home: dict[str, str]) -> None:
    with console(sim, home) as terminal:
        ready(terminal)
        terminal.send(b"\x1b[200~bqcy\x07\r\r\x1b[201~")
        terminal.press_until("?", "Keys")
        terminal.press_until("escape", lambda text: "Keys" not in text)

        assert terminal.quit() == 0
        assert not sim.requests(PLACE)
        assert not sim.requests(GLOBAL_CANCEL)


def test_console_goes_on_when_the_terminal_sends_odd_bytes(sim: SimulatorProcess, home: dict[str, str]) -> None:
    with console(sim, home) as terminal:
        ready(terminal)
        terminal.send(b"\xff\xfe\x1b[103;5:2u\xc3")
        terminal.press_until("?", "Keys")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_console_ends_cleanly_when_a_signal_ends_it(
    sim: SimulatorProcess, home: dict[str, str], number: signal.Signals, status: int
) -> None:
    with console(sim, home) as terminal:
        ready(terminal)
        assert terminal.process is not None
        terminal.process.send_signal(number)

        assert terminal.wait_end() == status
        wait_until(lambda: not sim.ctl("clients"))
        assert not list((Path(home["TWS_CONSOLE_HOME"]) / "running").iterdir())


def test_console_ends_when_its_terminal_is_closed(sim: SimulatorProcess, home: dict[str, str]) -> None:
    with console(sim, home) as terminal:
        ready(terminal)
        terminal.hang_up()

        assert terminal.wait_end() != 0
        wait_until(lambda: not sim.ctl("clients"))


def test_console_says_what_to_do_when_nothing_listens(home: dict[str, str]) -> None:
    with Terminal([*PROGRAM, "--port", "1"], 80, 24, home) as terminal:
        shown = terminal.wait_for(lambda text: "TWS" in text and "retry" in text and "✗" in text)

        assert "demo" in shown
        assert terminal.quit() == 0


def test_demo_ends_with_its_console(home: dict[str, str]) -> None:
    with Terminal([*PROGRAM, "--demo"], 120, 36, home) as terminal:
        ready(terminal)
        (running,) = (Path(home["TWS_CONSOLE_HOME"]) / "running").iterdir()
        fields = dict(line.split("=", 1) for line in running.read_text().splitlines())
        assert fields["mode"] == "demo"
        assert terminal.quit() == 0
        assert not running.exists()


def test_too_small_terminal_says_so_and_loses_nothing(sim: SimulatorProcess, home: dict[str, str]) -> None:
    with console(sim, home, 40, 10) as terminal:
        terminal.wait_for("Too small: 40x10")
        assert terminal.quit() == 0


def test_panic_in_another_shell_stops_the_console_that_runs(sim: SimulatorProcess, home: dict[str, str]) -> None:
    with console(sim, home) as terminal:
        ready(terminal)
        with Terminal([*PROGRAM, "panic", "--json"], 200, 50, home) as shell:
            assert shell.wait_end() == 0
        terminal.wait_for("FREEZE")
        terminal.wait_for("No open orders")
        assert not sim.book()


def test_theme_with_a_bad_colour_is_one_sentence(home: dict[str, str]) -> None:
    folder = Path(home["TWS_CONSOLE_HOME"]) / "themes"
    folder.mkdir()
    built_in = (Path(__file__).parents[2] / "themes" / "dark.toml").read_text()
    (folder / "broken.toml").write_text(built_in.replace("#d5dce4", "#nonsense"))
    with Terminal([*PROGRAM, "--theme", "broken"], 200, 24, home) as terminal:
        assert terminal.wait_end() == 3
        shown = terminal.wait_for("#nonsense")
    assert "Traceback" not in shown


def test_console_goes_on_under_a_free_id_only_when_asked_to(sim: SimulatorProcess, home: dict[str, str]) -> None:
    with HeldId(sim.port, 11), console(sim, home) as terminal:
        terminal.wait_for(lambda text: "Client id 11 is in use" in text and "goes on under a free id" in text)
        assert [client["client_id"] for client in sim.ctl("clients")] == [11]

        terminal.press("f")

        terminal.wait_for("own client 12")
        ready(terminal)
