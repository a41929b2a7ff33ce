"""The keys of the proof page: each does what its foot line and the help page say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from tests.tui import proofs
from tests.tui.console import screen_text
from tests.tui.test_console_dialogs import Console, console
from tests.tui.waiting import until
from tws_console.model.stop import StopReport
from tws_console.tui.modals.help import HelpModal
from tws_console.tui.screens.proof import ProofScreen


@asynccontextmanager
async def on_proof(report: StopReport, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Console]:
    async with console(size) as on:
        on.engine.stop.report = report
        await on.press("ctrl+g")
        await until(on.pilot, lambda: "STOP ALL ORDERS?" in screen_text(on.app), "the bar")
        on.hand.move(1.1)
        await on.press("enter")
        await until(on.pilot, lambda: isinstance(on.app.screen, ProofScreen), "the proof page")
        await until(on.pilot, lambda: "Proof  cancelled" in screen_text(on.app), "the rows")
        on.hand.move(1.1)
        yield on


async def test_report_is_in_the_clipboard_and_the_foot_says_so_when_y_is_pressed() -> None:
    async with on_proof(proofs.NOT_CONFIRMED) as on:
        await on.press("y")
        await until(on.pilot, lambda: "y copied" in screen_text(on.app), "the word")
        assert on.app.clipboard.startswith("not-confirmed 7.204 s 127.0.0.1:7497")
        assert "884120391\tMSFT" in on.app.clipboard


async def test_foot_offers_to_copy_again_when_another_stop_began() -> None:
    async with on_proof(proofs.NOT_CONFIRMED) as on:
        await on.press("y")
        await until(on.pilot, lambda: "y copied" in screen_text(on.app), "the word")
        on.engine.stop.report = proofs.LATER
        on.engine.changes.mark(stop=True)
        await until(on.pilot, lambda: "y copy report" in screen_text(on.app), "the offer")


async def test_connection_is_tried_now_when_r_is_pressed() -> None:
    async with on_proof(proofs.NOT_CONFIRMED) as on:
        assert "r reconnect now" in screen_text(on.app)
        await on.press("r")
        await until(on.pilot, lambda: bool(on.asked("retry_now")), "the try")
        assert on.asked("refresh") == []


async def test_stop_is_sent_once_more_when_its_keys_are_pressed_over_the_running_proof() -> None:
    async with on_proof(proofs.STOPPING) as on:
        await on.press("ctrl+g")
        await until(on.pilot, lambda: "STOP ALL ORDERS?" in screen_text(on.app), "the bar")
        on.hand.move(1.1)
        await on.press("enter")
        await until(on.pilot, lambda: len(on.asked("fire")) == 2, "the second stop")


async def test_positions_are_shown_by_enter_only_when_a_verdict_stands() -> None:
    async with on_proof(proofs.STOPPING) as on:
        await on.press("enter")
        assert on.app.current_mode == "proof"
        on.engine.stop.report = proofs.PROVED
        on.engine.changes.mark(stop=True)
        await until(on.pilot, lambda: "✓ PROVED" in screen_text(on.app), "the verdict")
        await on.press("enter")
        await until(on.pilot, lambda: on.app.current_mode == "positions", "the positions")


async def test_help_names_the_keys_of_this_page_when_it_is_asked_for() -> None:
    async with on_proof(proofs.NOT_CONFIRMED) as on:
        await on.press("?")
        await on.dialog(HelpModal)
        text = screen_text(on.app)
        for words in ("copy report", "reconnect now", "esc", "positions"):
            assert words in text
        assert "flatten" not in text


async def test_whole_reason_follows_the_cursor_when_it_moves() -> None:
    async with on_proof(proofs.NOT_CONFIRMED) as on:
        assert "MSFT #884120391  cancel sent again" in screen_text(on.app)
        await on.press("j")
        await until(on.pilot, lambda: "GME #550019290  global again" in screen_text(on.app), "the second reason")


async def test_cursor_stays_on_the_first_row_until_somebody_moves_it() -> None:
    later = (*proofs.CANCELLED, *proofs.OPEN)
    async with on_proof(replace(proofs.STOPPING, orders=proofs.CANCELLED)) as on:
        assert f"AAPL {proofs.CANCELLED[0].key}  status" in screen_text(on.app)
        on.engine.stop.report = replace(proofs.STOPPING, orders=later)
        on.engine.changes.mark(stop=True)
        await until(on.pilot, lambda: "MSFT #884120391  cancel sent again" in screen_text(on.app), "the live one")
        await on.press("j")
        await until(on.pilot, lambda: "GME #550019290  global again" in screen_text(on.app), "the second one")
        on.engine.stop.report = replace(proofs.STOPPING, orders=(proofs.FILLED, *later))
        on.engine.changes.mark(stop=True)
        await until(on.pilot, lambda: "filled 1" in screen_text(on.app), "the fill")
        assert "GME #550019290  global again" in screen_text(on.app)
