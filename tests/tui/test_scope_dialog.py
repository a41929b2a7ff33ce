"""`C`: which orders are cancelled is chosen, seen and answered before anything is sent."""

from __future__ import annotations

from tests.tui.console import screen_text
from tests.tui.test_console_dialogs import console
from tests.tui.waiting import until
from tws_console.model.order_scope import OrderScope
from tws_console.tui.modals.scope import ScopeModal
from tws_console.tui.screens.proof import ProofScreen


async def test_orders_of_the_chosen_scope_are_cancelled_when_y_is_pressed() -> None:
    async with console() as on:
        await on.press("C")
        await on.dialog(ScopeModal)
        assert "symbol AAPL" in screen_text(on.app)
        await on.press("down", "down", "y", "enter")
        await until(on.pilot, lambda: isinstance(on.app.screen, ProofScreen), "the proof page")

        (scope,) = on.asked("fire_at")

        assert isinstance(scope, OrderScope)
        assert scope.account
        assert scope == OrderScope(account=scope.account)
        assert not on.asked("fire")


async def test_nothing_is_cancelled_when_the_scope_question_is_answered_with_enter() -> None:
    async with console() as on:
        await on.press("C")
        await on.dialog(ScopeModal)
        await on.press("enter")
        await until(on.pilot, lambda: on.app.screen is on.app.page, "the page")

        assert not on.asked("fire_at")


async def test_nothing_is_cancelled_when_y_is_not_followed_by_enter_for_orders_of_others() -> None:
    async with console() as on:
        await on.press("C")
        await on.dialog(ScopeModal)
        await on.press("up", "y")
        assert "any other key: no" in screen_text(on.app)
        await on.press("y")
        await until(on.pilot, lambda: on.app.screen is on.app.page, "the page")

        assert not on.asked("fire_at")


async def test_orders_by_hand_are_named_when_the_scope_holds_some() -> None:
    async with console() as on:
        await on.press("C")
        await on.dialog(ScopeModal)
        await on.press("up")

        text = screen_text(on.app)

        assert "sells" in text
        assert "by hand in TWS" in text


async def test_scope_question_is_withdrawn_when_a_stop_is_sent() -> None:
    async with console() as on:
        await on.press("C")
        await on.dialog(ScopeModal)
        await on.press("ctrl+g")
        on.hand.move(1.1)
        await on.press("enter")
        await until(on.pilot, lambda: bool(on.asked("fire")), "the stop")
        await until(on.pilot, lambda: not isinstance(on.app.screen, ScopeModal), "the question to go")

        assert not on.asked("fire_at")


async def test_answers_and_frame_are_on_the_smallest_screen_when_there_is_much_to_say() -> None:
    async with console((60, 20)) as on:
        await on.press("space", "*", "C")
        await on.dialog(ScopeModal)
        lines = screen_text(on.app).splitlines()
        assert "then enter cancel them" in lines[-3]
        assert "╰" in lines[-2]
        assert "enter esc no" in lines[-1]
