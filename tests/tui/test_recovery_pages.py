"""The inbox and the away page: what they show, and that a choice is about the intent of the key press."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.tui import recovery_data as data
from tests.tui.console import Hand, console_app, screen_text
from tests.tui.fake_engine import FakeEngine
from tests.tui.waiting import until
from tws_console.tui.app import ConsoleApp
from tws_console.tui.modals.recovery import AcknowledgeModal, ChoiceModal


async def on_page(pilot: Pilot[int], key: str, mode: str) -> None:
    await until(pilot, lambda: pilot.app.current_mode == "trade", "the trade page")
    await pilot.press(key)
    await until(pilot, lambda: pilot.app.current_mode == mode, mode)


async def answer(pilot: Pilot[int], app: ConsoleApp, hand: Hand, key: str) -> None:
    """Answer the question that is up, once it takes keys."""
    await pilot.pause()
    hand.move(1)
    await pilot.press(key)
    await until(pilot, lambda: not app.screen.is_modal, "the question to close")


def unsettled() -> FakeEngine:
    engine = FakeEngine()
    engine.recovery.unresolved = data.UNRESOLVED
    return engine


@pytest.mark.parametrize(("key", "call"), [("a", "adopt"), ("c", "cancel-intent"), ("u", "mark-not-sent")])
async def test_choice_is_carried_out_when_the_question_is_answered_yes(key: str, call: str) -> None:
    engine, hand = unsettled(), Hand()
    app = console_app(engine, hand=hand)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_page(pilot, "i", "inbox")
        await until(pilot, lambda: "no answer was recorded" in screen_text(app), "the evidence")
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, ChoiceModal), "the question")
        await answer(pilot, app, hand, "y")
        await until(pilot, lambda: (call, data.INTENT.ulid) in engine.calls, "the choice")
        await until(pilot, lambda: "Inbox 1" in screen_text(app), "one intent less")


@pytest.mark.parametrize("key", ["enter", "escape", "n"])
async def test_nothing_is_decided_when_the_question_is_answered_no(key: str) -> None:
    engine, hand = unsettled(), Hand()
    app = console_app(engine, hand=hand)
    async with app.run_test(size=(80, 24)) as pilot:
        await on_page(pilot, "i", "inbox")
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, ChoiceModal), "the question")
        await answer(pilot, app, hand, key)
        assert [call for call, _ in engine.calls if call == "mark-not-sent"] == []
        assert "Inbox 2" in screen_text(app)


async def test_choice_is_about_the_intent_of_the_key_press_when_the_list_changes_meanwhile() -> None:
    engine, hand = unsettled(), Hand()
    app = console_app(engine, hand=hand)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_page(pilot, "i", "inbox")
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, ChoiceModal), "the question")
        newer = replace(data.UNRESOLVED[0], intent=replace(data.INTENT, ulid="01K5A0000000000000000000ZZ"))
        engine.recovery.unresolved = (newer, *data.UNRESOLVED)
        engine.changes.mark(session=True)
        await answer(pilot, app, hand, "y")
        await until(pilot, lambda: ("mark-not-sent", data.INTENT.ulid) in engine.calls, "the choice")


async def test_adopt_asks_nothing_when_no_order_could_be_it() -> None:
    app = console_app(unsettled())
    async with app.run_test(size=(120, 36)) as pilot:
        await on_page(pilot, "i", "inbox")
        await pilot.press("j", "a")
        await until(pilot, lambda: "No order at the broker could be it" in screen_text(app), "the refusal")
        assert not app.screen.is_modal


async def test_refused_choice_is_told_and_the_intent_stays() -> None:
    engine, hand = unsettled(), Hand()
    engine.recovery.refusal = "its fate has become known meanwhile: look again"
    app = console_app(engine, hand=hand)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_page(pilot, "i", "inbox")
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, ChoiceModal), "the question")
        await answer(pilot, app, hand, "y")
        await until(pilot, lambda: "its fate has become known meanwhile" in screen_text(app), "the refusal")
        assert "Inbox 2" in screen_text(app)


async def test_away_page_shows_what_needs_a_look_first_and_acknowledges_it() -> None:
    engine, hand = FakeEngine(), Hand()
    engine.reconciler.report = data.REPORT
    engine.put_session(reduce_only=data.REASON)
    app = console_app(engine, hand=hand)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_page(pilot, "A", "away")
        await until(pilot, lambda: "Away 6" in screen_text(app), "the rows")
        text = screen_text(app)
        assert " REDUCE " in text
        assert text.index("POSITION") < text.index("? gone") < text.index("✓ fill") < text.index("● changed")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AcknowledgeModal), "the question")
        await answer(pilot, app, hand, "y")
        await until(pilot, lambda: ("acknowledge", None) in engine.calls, "the answer")
        await until(pilot, lambda: " REDUCE " not in screen_text(app), "the chip to go")


async def test_changes_are_not_acknowledged_when_the_reason_changed_under_the_question() -> None:
    engine, hand = FakeEngine(), Hand()
    engine.reconciler.report = data.REPORT
    engine.put_session(reduce_only=data.REASON)
    app = console_app(engine, hand=hand)
    async with app.run_test(size=(80, 24)) as pilot:
        await on_page(pilot, "A", "away")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AcknowledgeModal), "the question")
        engine.put_session(reduce_only="KO moved by +1: no known fill explains it")
        await answer(pilot, app, hand, "y")
        assert ("acknowledge", None) not in engine.calls


async def test_pages_say_so_when_there_is_nothing() -> None:
    app = console_app(FakeEngine())
    async with app.run_test(size=(80, 24)) as pilot:
        await on_page(pilot, "i", "inbox")
        await until(pilot, lambda: "Nothing waits for a decision." in screen_text(app), "the empty inbox")
        await pilot.press("A")
        await until(pilot, lambda: "Not compared yet" in screen_text(app), "the empty away page")


async def test_zero_lists_every_page_and_enter_goes_to_one() -> None:
    hand = Hand()
    app = console_app(FakeEngine(), hand=hand)
    async with app.run_test(size=(80, 24)) as pilot:
        await on_page(pilot, "0", "trade")
        await until(pilot, lambda: "while away" in screen_text(app), "the list")
        await pilot.press("space", "a", "w", "a", "y")
        await answer(pilot, app, hand, "enter")
        await until(pilot, lambda: app.current_mode == "away", "the away page")
