"""The question before an order is sent, answered with real keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from textual.pilot import Pilot

from tests.tui import fake_data as data
from tests.tui.fake_engine import FakeEngine
from tests.tui.host import Host
from tests.tui.tickets import BIG, CROSS, FLIP, FROZEN, NOTIONAL, PASSED, ticket
from tests.tui.waiting import text_of, until
from tws_console.model.session import Mode
from tws_console.model.ticket import Ticket
from tws_console.model.verdict import Verdict, WhatIf
from tws_console.tui.modals.confirm import Answer, Confirmed, ConfirmModal


class Asked:
    """The app with the question open and old enough to be answered."""

    def __init__(self, host: Host, pilot: Pilot[int], modal: ConfirmModal) -> None:
        self.host, self.pilot, self.modal = host, pilot, modal
        self.results: list[Confirmed | None] = []

    @property
    def text(self) -> str:
        return text_of(self.host, self.modal)

    @property
    def answer(self) -> Answer | None:
        return self.results[0].answer if self.results and self.results[0] else None

    @property
    def open(self) -> bool:
        return self.host.screen is self.modal


@asynccontextmanager
async def asking(
    asked: Ticket | None = None,
    verdicts: tuple[Verdict, ...] = PASSED,
    engine: FakeEngine | None = None,
    mode: Mode = Mode.PAPER,
    young: bool = False,
) -> AsyncIterator[Asked]:
    engine = engine or FakeEngine()
    engine.trading.answers = verdicts
    engine.put_session(mode=mode)
    host = Host(engine)
    async with host.run_test(size=(80, 24)) as pilot:
        modal = ConfirmModal(asked or ticket())
        found = Asked(host, pilot, modal)
        await host.push_screen(modal, found.results.append)
        await until(pilot, lambda: modal._shown_at is not None, "the question")
        if not young:
            host.wait(0.2)
        yield found


async def test_order_is_not_sent_when_enter_is_pressed() -> None:
    async with asking() as asked:
        await asked.pilot.press("enter")
        assert asked.answer is Answer.NO


@pytest.mark.parametrize("key", ["escape", "n"])
async def test_order_is_not_sent_when_no_is_pressed(key: str) -> None:
    async with asking() as asked:
        await asked.pilot.press(key)
        assert asked.answer is Answer.NO


async def test_one_y_answers_yes_when_all_checks_passed() -> None:
    async with asking() as asked:
        await asked.pilot.press("y")
        assert asked.answer is Answer.YES
        assert asked.results[0] is not None
        assert asked.results[0].approval.ticket == ticket()


async def test_keys_answer_nothing_when_the_question_is_younger_than_150_ms() -> None:
    async with asking(young=True) as asked:
        await asked.pilot.press("y", "enter", "escape")
        assert asked.open
        asked.host.wait(0.16)
        await asked.pilot.press("y")
        assert asked.answer is Answer.YES


async def test_letters_reach_nothing_below_when_the_question_is_open() -> None:
    async with asking() as asked:
        await asked.pilot.press("b", "c", "t", "q", "1")
        assert asked.open
        assert asked.host.letters == 0


async def test_paste_answers_nothing_when_the_question_is_open() -> None:
    from textual import events

    async with asking() as asked:
        asked.host.post_message(events.Paste("y\n"))
        await asked.pilot.pause()
        assert asked.open
        assert asked.results == []


async def test_y_needs_enter_when_there_is_a_warning() -> None:
    async with asking(verdicts=(BIG, *PASSED)) as asked:
        await asked.pilot.press("y")
        assert asked.open
        assert "ENTER" in asked.text
        await asked.pilot.press("enter")
        assert asked.answer is Answer.YES


async def test_second_y_is_no_when_enter_is_asked_for() -> None:
    async with asking(verdicts=(BIG, *PASSED)) as asked:
        await asked.pilot.press("y", "y")
        assert asked.answer is Answer.NO


@pytest.mark.parametrize(
    ("typed", "answer"), [("aapl", Answer.YES), ("AAPL", Answer.YES), ("aap", Answer.NO), ("", Answer.NO)]
)
async def test_symbol_must_be_typed_when_the_position_flips(typed: str, answer: Answer) -> None:
    async with asking(ticket("SELL", "500", "187.50"), (FLIP, CROSS, *PASSED)) as asked:
        assert "FLIPS to short" in asked.text
        await asked.pilot.press(*typed, "enter")
        assert asked.answer is answer


async def test_symbol_must_be_typed_when_live_has_a_warning() -> None:
    async with asking(verdicts=(BIG, *PASSED), mode=Mode.LIVE) as asked:
        assert "LIVE real money" in asked.text
        assert "DU1234567" in asked.text
        assert "╔" in asked.text
        await asked.pilot.press("y", "enter")
        assert asked.answer is Answer.NO


async def test_nothing_sends_when_a_check_blocks() -> None:
    async with asking(verdicts=(NOTIONAL, *PASSED)) as asked:
        assert "refused" in asked.text
        assert "MAX_NOTIONAL" in asked.text
        assert asked.host.asked("what_if") == []
        await asked.pilot.press("y", *"aapl")
        assert asked.open
        await asked.pilot.press("enter")
        assert asked.answer is Answer.NO


async def test_question_becomes_a_refusal_when_a_freeze_comes_while_it_is_open() -> None:
    async with asking() as asked:
        asked.host.fake.trading.answers = (FROZEN, *PASSED)
        await asked.pilot.press("y")
        assert asked.open
        assert "FROZEN" in asked.text
        await asked.pilot.press("y", "enter")
        assert asked.answer is Answer.NO


async def test_question_is_asked_again_when_the_quote_has_moved() -> None:
    async with asking() as asked:
        asked.host.fake.trading.moved = "the ask moved from 187.52 to 187.60"
        await asked.pilot.press("y")
        assert asked.open
        assert "Asked again: the ask moved" in asked.text
        asked.host.fake.trading.moved = ""
        await asked.pilot.press("y")
        assert asked.answer is Answer.YES


async def test_position_and_notional_are_shown_when_asked() -> None:
    async with asking() as asked:
        assert "+300 → +400   adding" in asked.text
        assert "18,730.00 USD" in asked.text
        assert "-0.12%  -22 ticks" in asked.text
        assert "own BUY 100 at 187.50   same side, no cross" in asked.text
        assert "init +4,682.50  maint +4,256.82" in asked.text


async def test_position_is_a_question_mark_when_it_is_not_known() -> None:
    engine = FakeEngine()
    engine.trading.position_of = lambda account, con_id: None  # type: ignore[method-assign]
    async with asking(engine=engine) as asked:
        assert "? → ?   not known" in asked.text


async def test_margin_says_unavailable_when_tws_does_not_answer() -> None:
    engine = FakeEngine()
    engine.trading.preview = WhatIf(unavailable="TWS did not answer in 4 s")
    async with asking(engine=engine) as asked:
        await until(asked.pilot, lambda: "unavailable: TWS did not answer in 4 s" in asked.text, "unavailable")
        await asked.pilot.press("y")
        assert asked.answer is Answer.YES


async def test_waiting_is_shown_and_yes_is_possible_when_the_preview_is_late() -> None:
    engine = FakeEngine()
    never = asyncio.Event()

    async def slow(asked_for: Ticket, timeout: float = 4.0) -> WhatIf:
        await never.wait()
        return WhatIf()

    engine.trading.what_if = slow  # type: ignore[method-assign,assignment]
    async with asking(engine=engine) as asked:
        asked.host.wait(1.2)
        await until(asked.pilot, lambda: "waiting for TWS  1.4 s of 4 s" in asked.text, "the seconds waited")
        await asked.pilot.press("y")
        assert asked.answer is Answer.YES


async def test_preview_is_asked_again_when_w_is_pressed() -> None:
    async with asking() as asked:
        await until(asked.pilot, lambda: len(asked.host.asked("what_if")) == 1, "the first preview")
        await asked.pilot.press("w")
        await until(asked.pilot, lambda: len(asked.host.asked("what_if")) == 2, "the second preview")
        assert asked.open


async def test_edit_goes_back_when_e_is_pressed() -> None:
    async with asking() as asked:
        await asked.pilot.press("e")
        assert asked.answer is Answer.EDIT


async def test_foreign_text_is_shown_literally_when_it_looks_like_markup() -> None:
    engine = FakeEngine()
    odd = replace(data.AAPL, long_name="[/AAPL] [b]Inc\x1b[2J")
    async with asking(replace(ticket(), instrument=odd), engine=engine) as asked:
        assert "[/AAPL] [b]Inc [2J" in asked.text


async def test_old_order_is_named_with_its_owner_when_it_is_foreign() -> None:
    engine = FakeEngine()
    foreign = replace(data.ORDERS[4], instrument=data.AAPL, limit_price=Decimal("187.20"))
    engine.put_order(foreign)
    async with asking(engine=engine) as asked:
        assert "c7 SELL 2 at 187.20" in asked.text
        assert "the other side" in asked.text


async def test_staging_says_so_when_transmit_is_off() -> None:
    async with asking(ticket(transmit=False)) as asked:
        assert "Stage this order?" in asked.text
        assert "not transmitted." in asked.text
        assert "y stage at TWS (PAPER)" in asked.text


async def test_open_question_is_answered_no_when_a_stop_is_sent() -> None:
    async with asking() as asked:
        await asked.pilot.press("ctrl+g")
        asked.host.wait(1.0)
        await asked.pilot.press("enter")
        await until(asked.pilot, lambda: bool(asked.results), "the answer")
        assert asked.answer is Answer.NO
        assert len(asked.host.asked("fire")) == 1


async def test_question_survives_when_the_stop_bar_is_closed_again() -> None:
    async with asking() as asked:
        await asked.pilot.press("ctrl+g", "escape")
        assert asked.open
        assert asked.results == []
        asked.host.wait(1.1)
        await asked.pilot.press("y")
        assert asked.answer is Answer.YES
