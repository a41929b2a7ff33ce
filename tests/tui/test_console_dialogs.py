"""Ticket, question, stop and palette inside the whole console: from the row under the cursor to what is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from tests.tui import fake_data as data
from tests.tui import proofs
from tests.tui.console import Hand, console_app, orders_table, screen_text
from tests.tui.fake_engine import FakeEngine
from tests.tui.tickets import PASSED
from tests.tui.waiting import until
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.order import Status
from tws_console.model.stop import Outcome
from tws_console.model.ticket import Ticket
from tws_console.tui.app import ConsoleApp
from tws_console.tui.commands import CommandPalette
from tws_console.tui.modals.confirm import ConfirmModal
from tws_console.tui.modals.dialog import Dialog
from tws_console.tui.modals.release import ReleaseModal
from tws_console.tui.modals.takeover import TakeoverModal
from tws_console.tui.screens.proof import ProofScreen
from tws_console.tui.widgets.order_form import OrderForm


class Console:
    def __init__(self, app: ConsoleApp, pilot: Pilot[int], engine: FakeEngine, hand: Hand) -> None:
        self.app, self.pilot, self.engine, self.hand = app, pilot, engine, hand

    @property
    def form(self) -> OrderForm:
        assert isinstance(self.app.focused, OrderForm)
        return self.app.focused

    def asked(self, name: str) -> list[object]:
        return [value for called, value in self.engine.calls if called == name]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def dialog(self, kind: type[Dialog[Any]]) -> None:
        await until(self.pilot, lambda: isinstance(self.app.screen, kind), kind.__name__)
        screen = self.app.screen
        assert isinstance(screen, Dialog)
        await until(self.pilot, lambda: screen._shown_at is not None, "its paint")
        self.hand.move(0.2)


@asynccontextmanager
async def console(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Console]:
    engine, hand = FakeEngine(), Hand()
    engine.trading.answers = PASSED
    app = console_app(engine, hand=hand)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "the trade page")
        await until(pilot, lambda: "orders" in screen_text(app).lower(), "the orders")
        yield Console(app, pilot, engine, hand)


async def test_ticket_is_filled_from_the_row_and_sent_when_b_enter_and_y_are_pressed() -> None:
    async with console() as on:
        await on.press("b")
        await until(on.pilot, lambda: isinstance(on.app.focused, OrderForm), "the ticket")
        await until(on.pilot, lambda: bool(on.form.form.draft.steps), "the price steps")
        assert on.form.form.draft.symbol == "AAPL"
        await on.press("enter")
        await on.dialog(ConfirmModal)
        assert "Stage this order?" in screen_text(on.app)
        await on.press("y")
        await until(on.pilot, lambda: bool(on.asked("place")), "the order")
        (sent,) = on.asked("place")
        assert isinstance(sent, Ticket)
        assert (sent.request.quantity, sent.request.limit_price) == (Decimal(100), Decimal("187.50"))
        assert sent.request.transmit is False


async def test_page_keys_and_quit_are_text_when_the_ticket_has_the_focus() -> None:
    async with console() as on:
        await on.press("b")
        await until(on.pilot, lambda: isinstance(on.app.focused, OrderForm), "the ticket")
        await on.press("end", "2", "q", "tab", "tab", "tab")
        assert on.app.current_mode == "trade"
        assert on.form.form.draft.quantity == "1002q"


async def test_footer_names_no_key_of_the_fields_while_a_kept_draft_is_offered() -> None:
    async with console() as on:
        await on.press("b")
        await until(on.pilot, lambda: isinstance(on.app.focused, OrderForm), "the ticket")
        await on.press("1", "escape")
        await until(on.pilot, lambda: not isinstance(on.app.focused, OrderForm), "the orders")
        await on.press("s")
        await until(on.pilot, lambda: "A draft is kept" in screen_text(on.app), "the offer")
        await until(on.pilot, lambda: "enter review" not in screen_text(on.app), "another footer")
        await on.press("n")
        await until(on.pilot, lambda: "enter review" in screen_text(on.app), "the footer of the fields")


async def test_list_of_pages_begins_with_a_page_when_0_is_pressed() -> None:
    async with console() as on:
        await on.press("0")
        await on.dialog(CommandPalette)
        assert "▌ Pages      Trade" in screen_text(on.app)
        assert "all pages" not in screen_text(on.app)


async def test_paste_is_typed_into_the_ticket_when_it_has_the_focus() -> None:
    async with console() as on:
        await on.press("b")
        await until(on.pilot, lambda: isinstance(on.app.focused, OrderForm), "the ticket")
        on.app.post_message(events.Paste("7\n"))
        await until(on.pilot, lambda: on.form.form.draft.quantity == "1007", "the pasted digit")


async def test_stop_leads_to_the_proof_and_back_when_sent_over_a_question() -> None:
    async with console() as on:
        await on.press("c")
        await until(on.pilot, lambda: isinstance(on.app.screen, Dialog), "the question")
        on.engine.stop.report = proofs.STOPPING
        await on.press("ctrl+g")
        await until(on.pilot, lambda: "STOP ALL ORDERS?" in screen_text(on.app), "the bar")
        on.hand.move(1.1)
        await on.press("enter")
        assert on.asked("fire") == [None]
        await until(on.pilot, lambda: isinstance(on.app.screen, ProofScreen), "the proof page")
        await until(on.pilot, lambda: "■ STOPPING   0.812 s   2 of 8" in screen_text(on.app), "the steps")
        assert on.asked("cancel") == []
        on.engine.stop.report = proofs.PROVED
        on.engine.changes.mark(stop=True)
        await until(on.pilot, lambda: "✓ PROVED" in screen_text(on.app), "the verdict")
        await on.press("escape")
        await until(on.pilot, lambda: on.app.current_mode == "trade", "the trade page")
        assert not isinstance(on.app.screen, Dialog)


async def test_stop_bar_opens_when_the_terminal_is_too_small() -> None:
    async with console((40, 10)) as on:
        await on.press("ctrl+g")
        await until(on.pilot, lambda: "STOP ALL?  ENTER sends " in screen_text(on.app), "the bar with its key")
        on.hand.move(1.1)
        await on.press("enter")
        assert on.asked("fire") == [None]


async def test_freeze_is_released_when_the_phrase_is_typed_after_the_palette() -> None:
    async with console() as on:
        on.engine.put_session(frozen=True, frozen_since="09:12:46")
        await on.press("ctrl+p")
        await on.dialog(CommandPalette)
        await on.press(*"release", "enter")
        await on.dialog(ReleaseModal)
        await on.press(*"resume trading", "enter")
        await until(on.pilot, lambda: on.asked("release") == ["resume trading"], "the release")


async def test_own_order_is_cancelled_as_it_was_shown_when_y_is_pressed() -> None:
    async with console() as on:
        await on.press("c")
        await until(on.pilot, lambda: isinstance(on.app.screen, Dialog), "the question")
        screen = on.app.screen
        assert isinstance(screen, Dialog)
        await until(on.pilot, lambda: screen._shown_at is not None, "its paint")
        on.hand.move(0.2)
        assert "Cancel this order?" in screen_text(on.app)
        await on.press("y")
        await until(on.pilot, lambda: on.asked("cancel") == [data.ORDERS[0]], "the cancel")
        told = "✓ BUY 100 AAPL limit 187.50: cancelled"
        await until(on.pilot, lambda: told in screen_text(on.app), "the notice")


async def test_no_letter_is_lost_when_typed_before_the_palette_has_settled() -> None:
    async with console() as on:
        await on.press("ctrl+p")
        await until(on.pilot, lambda: isinstance(on.app.screen, CommandPalette), "the palette")
        await on.press(*"light", "enter")
        assert "> light" in screen_text(on.app)
        assert isinstance(on.app.screen, CommandPalette)
        assert on.app.theme == "tws-dark"


async def test_footer_names_only_what_works_in_the_field_when_the_ticket_has_the_focus() -> None:
    async with console((120, 36)) as on:
        await on.press("b")
        await until(on.pilot, lambda: isinstance(on.app.focused, OrderForm), "the ticket")
        assert "tick" not in screen_text(on.app).splitlines()[-1]
        await on.press("tab")
        await until(on.pilot, lambda: "space choose" in screen_text(on.app).splitlines()[-1], "the key of the type")
        await on.press("tab")
        await until(on.pilot, lambda: "bid ask mid last" in screen_text(on.app).splitlines()[-1], "those of the price")
        assert "choose" not in screen_text(on.app).splitlines()[-1]


async def test_positions_open_when_enter_is_pressed_under_a_verdict() -> None:
    async with console() as on:
        on.engine.stop.report = proofs.STOPPING
        on.app.switch_mode("proof")
        await until(on.pilot, lambda: "■ STOPPING" in screen_text(on.app), "the running proof")
        await on.press("enter")
        assert on.app.current_mode == "proof"
        on.engine.stop.report = proofs.PROVED
        on.engine.changes.mark(stop=True)
        await until(on.pilot, lambda: "enter positions" in screen_text(on.app), "the verdict's keys")
        await on.press("enter")
        await until(on.pilot, lambda: on.app.current_mode == "positions", "the positions page")


async def test_staged_order_is_not_said_to_be_ended_by_the_stop_when_asked_to_cancel() -> None:
    async with console() as on:
        staged = next(order for order in data.ORDERS if order.status is Status.STAGED)
        orders_table(on.app).go_to(staged.key)
        await on.press("c")
        await until(on.pilot, lambda: "cannot be cancelled here" in screen_text(on.app), "the refusal")
        assert "^G does not touch it" in screen_text(on.app)
        assert "^G cancels it" not in screen_text(on.app)


async def test_foreign_order_is_taken_over_as_it_was_shown_when_y_and_enter_are_pressed() -> None:
    async with console() as on:
        foreign = next(order for order in data.ORDERS if order.client_id == 12)
        orders_table(on.app).go_to(foreign.key)
        await until(on.pilot, lambda: "by takeover of client 12" in screen_text(on.app), "the words about the row")
        await on.press("c")
        await on.dialog(TakeoverModal)
        assert "Connects as client 12 for a moment" in screen_text(on.app)
        await on.press("y")
        assert on.asked("takeover") == []
        await on.press("enter")
        await until(on.pilot, lambda: on.asked("takeover") == [foreign], "the takeover")
        assert on.asked("cancel") == []


@pytest.mark.parametrize("keys", [("enter",), ("y", "n"), ("y", "y"), ("y", "escape"), ("escape",)])
async def test_foreign_order_is_left_alone_when_the_answer_is_not_yes(keys: tuple[str, ...]) -> None:
    async with console() as on:
        foreign = next(order for order in data.ORDERS if order.client_id == 12)
        orders_table(on.app).go_to(foreign.key)
        await on.press("c")
        await on.dialog(TakeoverModal)
        await on.press(*keys)
        await until(on.pilot, lambda: not isinstance(on.app.screen, TakeoverModal), "the end of the question")
        assert on.asked("takeover") == []


@pytest.mark.parametrize(("word", "sent"), [("tsla", True), ("ts", False), ("", False), ("yes", False)])
async def test_manual_order_needs_its_symbol_typed_when_it_would_be_bound(word: str, sent: bool) -> None:
    async with console() as on:
        manual = next(order for order in data.ORDERS if order.owner is Owner.MANUAL)
        assert manual.instrument.symbol == "TSLA"
        orders_table(on.app).go_to(manual.key)
        await on.press("c")
        await on.dialog(TakeoverModal)
        assert "binds all 2 manual orders" in " ".join(screen_text(on.app).split())
        await on.press(*word, "enter")
        await until(on.pilot, lambda: not isinstance(on.app.screen, TakeoverModal), "the end of the question")
        if sent:
            await until(on.pilot, lambda: on.asked("takeover") == [manual], "the takeover")
        else:
            assert on.asked("takeover") == []


@pytest.mark.parametrize("size", [(60, 20), (80, 24)], ids=["60x20", "80x24"])
async def test_question_keeps_its_answers_in_sight_when_many_orders_would_be_bound(size: tuple[int, int]) -> None:
    async with console(size) as on:
        manual = next(order for order in data.ORDERS if order.owner is Owner.MANUAL)
        for number in range(500, 520):
            on.engine.put_order(replace(manual, key=OrderKey.perm(number), perm_id=number))
        orders_table(on.app).go_to(manual.key)
        await on.press("c")
        await on.dialog(TakeoverModal)
        text = screen_text(on.app)
        assert "binds all 22 manual orders" in " ".join(text.replace("│", " ").split())
        assert "to cancel it type TSLA" in text


async def test_proof_has_the_orders_of_the_newest_stop_when_a_key_was_just_pressed() -> None:
    async with console() as on:
        on.engine.stop.report = proofs.PROVED
        on.app.switch_mode("proof")
        await until(on.pilot, lambda: "PROVED" in screen_text(on.app), "the former proof")
        await on.press("j")

        newer = proofs.line(data.ORDERS[8], Outcome.LIVE, reason="takeover c12")
        on.engine.stop.report = replace(proofs.STOPPING, started_at="2026-11-20T14:30:00.000Z", orders=(newer,))
        on.engine.changes.mark(stop=True)

        await until(on.pilot, lambda: "takeover c12" in screen_text(on.app), "the order of the new stop")
        assert "1-1 of 1" in screen_text(on.app)
