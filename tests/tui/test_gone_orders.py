"""Orders that left the list without a told end: seen for ten minutes, counted as problems, open to no action."""

from __future__ import annotations

from dataclasses import replace

from tests.tui import fake_data as data
from tests.tui.console import Hand, console_app, orders_table, screen_text
from tests.tui.fake_engine import FakeEngine
from tests.tui.waiting import until
from tws_console.model.order import Status
from tws_console.tui.gone import SHOWN_FOR, GoneRows
from tws_console.tui.modals.cancel import CancelModal

GONE = replace(data.ORDERS[4], status=Status.GONE)
WHY = "It left the list, its end is not known: look in TWS."


def test_gone_order_is_shown_for_its_time_and_no_longer_when_the_clock_goes_on() -> None:
    rows = GoneRows()
    assert rows.shown([GONE], 100.0) == [GONE]
    assert rows.shown([GONE], 100.0 + SHOWN_FOR - 1) == [GONE]
    assert rows.shown([GONE], 100.0 + SHOWN_FOR) == []


def test_time_starts_anew_when_a_gone_order_came_back_and_went_again() -> None:
    rows = GoneRows()
    rows.shown([GONE], 100.0)
    rows.shown([], 200.0)
    assert rows.shown([GONE], 100.0 + SHOWN_FOR) == [GONE]


def test_other_ends_are_not_shown_when_they_are_told() -> None:
    ended = [replace(GONE, status=status) for status in (Status.FILLED, Status.CANCELLED, Status.REJECTED)]
    assert GoneRows().shown(ended, 100.0) == []


async def test_gone_row_stays_in_its_place_and_refuses_cancel_until_its_time_is_over() -> None:
    engine, hand = FakeEngine(), Hand()
    app = console_app(engine, hand=hand)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "1-15 of 15" in screen_text(app), "the orders")
        before = tuple(order.key for order in sorted(data.ORDERS, key=lambda order: (order.first_seen, order.key)))
        orders_table(app).go_to(GONE.key)
        engine.end_order(GONE.key, status=Status.GONE)
        await until(pilot, lambda: "Orders 14" in screen_text(app), "the title")
        assert "1 gone" in screen_text(app)
        assert "!5" in screen_text(app)
        assert orders_table(app).window.keys == before
        assert orders_table(app).cursor == GONE.key
        assert WHY in screen_text(app)
        await pilot.press("c")
        await until(pilot, lambda: "cannot be cancelled here" in screen_text(app), "the refusal")
        assert "^G cancels it" not in screen_text(app)
        dialog = app.screen
        assert isinstance(dialog, CancelModal)
        await until(pilot, lambda: dialog._shown_at is not None, "its paint")
        hand.move(0.2)
        await pilot.press("escape")
        hand.move(SHOWN_FOR + 1)
        await until(pilot, lambda: "gone" not in screen_text(app), "its end")
        hand.move(3)
        await until(pilot, lambda: "1-14 of 14" in screen_text(app), "the end of the ghost")
