"""Marked orders: seen, counted, acted on exactly as they were marked, and let go in words when they end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui import fake_data as data
from tests.tui.console import orders_table, screen_text
from tests.tui.fake_engine import FakeDrained
from tests.tui.test_console_dialogs import Console, console
from tests.tui.waiting import until
from tws_console.model.ids import OrderKey
from tws_console.model.order import Order, Status
from tws_console.model.order_scope import OrderScope
from tws_console.tui.modals.scope import ScopeModal

UNKNOWN, STAGED = data.ORDERS[12], data.ORDERS[13]


def gutter(on: Console, order: Order) -> str:
    """The first two cells of an order's row, empty while it has none."""
    table = orders_table(on.app)
    line = table.window.line_of(order.key)
    return "" if line is None else table.render_line(2 + line).text[:2]


def first_rows(on: Console, count: int) -> list[Order]:
    """The orders of the table's first rows."""
    keys = orders_table(on.app).window.keys[:count]
    return [order for key in keys for order in data.ORDERS if order.key == key]


async def marked_two(on: Console) -> list[Order]:
    """Mark the first and the third row with the keys."""
    first, _, third = first_rows(on, 3)
    await on.press("space", "j", "j", "space")
    await until(on.pilot, lambda: "2 marked" in screen_text(on.app), "the count")
    return [first, third]


async def test_mark_is_in_the_gutter_and_counted_when_space_is_pressed_and_goes_when_pressed_again() -> None:
    async with console() as on:
        first, third = await marked_two(on)
        assert gutter(on, first) == " *"
        assert gutter(on, third) == "▌*"
        await on.press("space")
        await until(on.pilot, lambda: "1 marked" in screen_text(on.app), "one mark less")
        assert gutter(on, third) == "▌ "


async def test_all_rows_are_marked_by_the_star_and_none_after_escape() -> None:
    async with console() as on:
        await on.press("*")
        await until(on.pilot, lambda: "15 marked" in screen_text(on.app), "all marks")
        assert "cancel the 15 marked orders" in screen_text(on.app)
        await on.press("escape")
        await until(on.pilot, lambda: "marked" not in screen_text(on.app), "no mark")
        assert orders_table(on.app).marked == ()


async def test_exactly_the_marked_orders_are_listed_and_cancelled_when_c_is_answered_with_yes() -> None:
    async with console() as on:
        first, third = await marked_two(on)
        await on.press("j", "c")
        await on.dialog(ScopeModal)
        text = screen_text(on.app)
        assert "Cancel the 2 marked orders?" in text
        assert str(first.key) in text
        assert str(third.key) in text
        assert text.count("#") == 2
        await on.press("y", "enter")
        await until(on.pilot, lambda: bool(on.asked("fire_at")), "the cancel")
        assert on.asked("fire_at") == [OrderScope(keys=frozenset({first.key, third.key}))]
        assert on.asked("cancel") == []
        await on.press("escape")
        await until(on.pilot, lambda: on.app.current_mode == "trade", "the trade page")
        assert orders_table(on.app).marked == ()


async def test_marks_stay_and_nothing_is_cancelled_when_the_question_is_answered_with_enter() -> None:
    async with console() as on:
        await marked_two(on)
        await on.press("c")
        await on.dialog(ScopeModal)
        await on.press("enter")
        await until(on.pilot, lambda: on.app.screen is on.app.page, "the page")
        assert on.asked("fire_at") == []
        assert len(orders_table(on.app).marked) == 2


async def test_marked_orders_are_the_first_choice_when_several_are_asked_about() -> None:
    async with console() as on:
        first, third = await marked_two(on)
        await on.press("C")
        await on.dialog(ScopeModal)
        text = screen_text(on.app)
        assert "▌ the 2 marked orders" in text
        assert "symbol " in text
        await on.press("y", "enter")
        await until(on.pilot, lambda: bool(on.asked("fire_at")), "the cancel")
        assert on.asked("fire_at") == [OrderScope(keys=frozenset({first.key, third.key}))]


async def test_marks_are_those_of_the_key_press_when_an_order_ends_while_the_question_is_open() -> None:
    async with console() as on:
        first, third = await marked_two(on)
        await on.press("c")
        await on.dialog(ScopeModal)
        on.engine.end_order(first.key, status=Status.FILLED)
        await until(on.pilot, lambda: len(orders_table_of_page(on)) == 1, "the mark's end")
        await on.press("y", "enter")
        await until(on.pilot, lambda: bool(on.asked("fire_at")), "the cancel")
        assert on.asked("fire_at") == [OrderScope(keys=frozenset({first.key, third.key}))]


def orders_table_of_page(on: Console) -> tuple[Order, ...]:
    assert on.app.page is not None
    assert on.app.page.orders_pane is not None
    return on.app.page.orders_pane.marked


async def test_mark_goes_in_words_when_its_order_ends() -> None:
    async with console((120, 36)) as on:
        first, third = await marked_two(on)
        on.engine.end_order(first.key, status=Status.FILLED)
        await until(on.pilot, lambda: "1 marked" in screen_text(on.app), "one mark less")
        words = f"A mark is gone: {first.action} {first.quantity} {first.instrument.name} {first.key} is filled"
        await until(on.pilot, lambda: words in screen_text(on.app), "the words")
        assert orders_table(on.app).marked == (third,)


async def test_mark_goes_and_no_star_stays_when_the_marked_order_under_the_cursor_ends() -> None:
    async with console() as on:
        await on.press("space")
        first = first_rows(on, 1)[0]
        await until(on.pilot, lambda: gutter(on, first) == "▌*", "the mark")
        on.engine.end_order(first.key, status=Status.CANCELLED)
        await until(on.pilot, lambda: orders_table(on.app).on_ghost, "the ghost")
        assert gutter(on, first) == "▌ "
        await on.press("space")
        assert orders_table(on.app).marked == ()


async def test_mark_stays_on_its_order_when_the_broker_tells_the_permid() -> None:
    async with console() as on:
        orders_table(on.app).go_to(UNKNOWN.key)
        await on.press("space")
        named = replace(UNKNOWN, key=OrderKey.perm(1902837499), perm_id=1902837499, status=Status.WORKING)
        on.engine.rename_order(UNKNOWN.key, named)
        await until(on.pilot, lambda: gutter(on, named) == "▌*", "the mark on the new key")
        assert orders_table(on.app).marked == (named,)


async def test_marked_order_is_the_one_asked_about_when_it_got_its_permid_while_rows_hold_still() -> None:
    async with console() as on:
        orders_table(on.app).go_to(UNKNOWN.key)
        await on.press("space", "k", "k")
        named = replace(UNKNOWN, key=OrderKey.perm(1902837499), perm_id=1902837499, status=Status.WORKING)
        on.engine.rename_order(UNKNOWN.key, named)
        await until(on.pilot, lambda: on.engine.changes.pending == FakeDrained(), "the look at it")
        await on.press("c")
        await on.dialog(ScopeModal)
        assert str(named.key) in screen_text(on.app)
        await on.press("y", "enter")
        await until(on.pilot, lambda: bool(on.asked("fire_at")), "the cancel")
        assert on.asked("fire_at") == [OrderScope(keys=frozenset({named.key}))]


async def test_orders_that_end_with_the_marked_ones_are_counted_when_they_are_not_marked() -> None:
    parent = data.ORDERS[1]
    async with console() as on:
        orders_table(on.app).go_to(parent.key)
        await on.press("space", "c")
        await on.dialog(ScopeModal)
        assert "2 more orders end with them" in screen_text(on.app)
        await on.press("escape", "*", "c")
        await on.dialog(ScopeModal)
        assert "more orders end with them" not in screen_text(on.app)


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_answers_are_on_the_screen_when_there_is_most_to_say(size: tuple[int, int]) -> None:
    async with console(size) as on:
        # Others' orders, one by hand, and a parent whose children are not marked; the cursor is on an own order.
        for row in (4, 6, 9, 1):
            orders_table(on.app).go_to(data.ORDERS[row].key)
            await on.press("space")
        await on.press("C")
        await on.dialog(ScopeModal)
        text = screen_text(on.app)
        for words in ("more orders end with them", "by hand in TWS", "enter esc", "then enter cancel them", "╰"):
            assert words in text


async def test_row_that_is_held_back_is_not_marked_when_all_that_are_shown_are() -> None:
    async with console() as on:
        table, parent = orders_table(on.app), data.ORDERS[0]
        child = replace(
            parent,
            key=OrderKey.perm(77),
            perm_id=77,
            order_id=999,
            parent_id=parent.order_id or 0,
            parent_perm_id=parent.perm_id,
        )
        await on.press("j")
        on.engine.put_order(child)
        await until(on.pilot, lambda: table.window.waiting == 1, "the row that waits")
        await on.press("*")
        await until(on.pilot, lambda: "15 marked" in screen_text(on.app), "the marks")
        assert child.key not in {order.key for order in table.marked}
        on.hand.move(4.0)
        await until(on.pilot, lambda: table.window.line_of(child.key) is not None, "the row")
        assert gutter(on, child) == "  "


async def test_marks_that_are_scrolled_away_are_named_as_such_when_asked() -> None:
    async with console() as on:
        first = first_rows(on, 1)[0]
        await on.press("space", "G", "space", "c")
        await on.dialog(ScopeModal)
        lines = screen_text(on.app).splitlines()
        (scrolled,) = [text for text in lines if "not in view" in text]
        assert str(first.key) in scrolled


async def test_nothing_can_be_said_yes_to_when_all_marked_orders_are_staged_or_by_hand() -> None:
    async with console() as on:
        orders_table(on.app).go_to(STAGED.key)
        await on.press("space")
        orders_table(on.app).go_to(data.ORDERS[9].key)
        await on.press("space", "c")
        await on.dialog(ScopeModal)
        text = screen_text(on.app)
        assert "staged: stays" in text
        assert "by hand: stays" in text
        await on.press("y", "enter")
        await until(on.pilot, lambda: on.app.screen is on.app.page, "the page")
        assert on.asked("fire_at") == []


async def test_every_marked_order_can_be_seen_when_more_are_marked_than_fit() -> None:
    async with console() as on:
        await on.press("*", "c")
        await on.dialog(ScopeModal)
        seen = screen_text(on.app)
        assert "of 15" in seen
        await on.press("pagedown", "pagedown", "pagedown")
        seen += screen_text(on.app)
        missing = [order.key for order in data.ORDERS if str(order.key) not in seen]
        assert missing == []
