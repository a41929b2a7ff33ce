"""`m`: new terms beside the old ones, then what the change means; only what differs is sent, and only to that order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.tui import fake_data as data
from tests.tui.console import orders_table, screen_text
from tests.tui.test_console_dialogs import Console, console
from tests.tui.tickets import BIG, CROSS, FLIP, NOTIONAL, PASSED
from tests.tui.waiting import until
from tws_console.model.order import Order
from tws_console.model.session import Mode
from tws_console.rules.amend import Wish
from tws_console.tui.modals.modify import AmendModal, ModifyModal

AAPL, NVDA, FOREIGN, STAGED = data.ORDERS[0], data.ORDERS[1], data.ORDERS[4], data.ORDERS[13]


async def amending(on: Console, order: Order) -> AmendModal:
    """Press `m` on the row of an order."""
    orders_table(on.app).go_to(order.key)
    await on.press("m")
    await on.dialog(AmendModal)
    dialog = on.app.screen
    assert isinstance(dialog, AmendModal)
    await until(on.pilot, lambda: bool(dialog.form.draft.steps), "the price steps")
    return dialog


async def asked_about(on: Console, *keys: str) -> ModifyModal:
    """Type keys into the new terms and go on to the second question."""
    await on.press(*keys, "enter")
    await on.dialog(ModifyModal)
    dialog = on.app.screen
    assert isinstance(dialog, ModifyModal)
    await until(on.pilot, lambda: "the rules are asked" not in screen_text(on.app), "the verdicts")
    return dialog


async def test_only_the_price_is_sent_to_the_order_that_was_shown_when_only_it_was_changed() -> None:
    async with console() as on:
        await amending(on, AAPL)
        await asked_about(on, "tab", "down")
        text = screen_text(on.app)
        assert "Limit       187.50 → 187.49" in text
        assert "Quantity" not in text
        await on.press("y")
        await until(on.pilot, lambda: bool(on.asked("modify")), "the change")
        assert on.asked("modify") == [(AAPL, Wish(limit_price=Decimal("187.49")))]
        await until(on.pilot, lambda: f"{AAPL.key}: changed" in screen_text(on.app), "the word for it")


async def test_order_of_the_key_press_is_changed_when_the_cursor_moved_behind_the_question() -> None:
    async with console() as on:
        await amending(on, AAPL)
        assert on.app.page is not None
        table = on.app.page.orders_pane
        assert table is not None
        table.go_to(NVDA.key)
        await asked_about(on, "ctrl+u", *"50")
        await on.press("y")
        await until(on.pilot, lambda: bool(on.asked("modify")), "the change")
        assert on.asked("modify") == [(AAPL, Wish(quantity=Decimal(50)))]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("ctrl+u", "0"), "must be more than 0, got 0"),
        (("ctrl+u", *"60"), "must be more than the 60 already filled, got 60"),
        (("tab", "ctrl+u", *"134.203"), "tick is 0.01: 134.20 or 134.21"),
        (("tab", "tab", "space"), "can change from DAY to IOC only, not from GTC to IOC"),
    ],
    ids=["zero", "less-than-filled", "tick", "tif"],
)
async def test_error_stands_beside_its_field_and_nothing_is_asked_when_a_term_cannot_be(
    keys: tuple[str, ...], words: str
) -> None:
    async with console() as on:
        dialog = await amending(on, NVDA)
        await on.press(*keys)
        # A whole sentence does not fit beside its field: what is left of it stands below.
        await until(on.pilot, lambda: words in " ".join(screen_text(on.app).replace("│", " ").split()), "the error")
        assert f"✗ {words[:20]}" in screen_text(on.app)
        await on.press("enter")
        assert on.app.screen is dialog
        await on.press("escape")
        await until(on.pilot, lambda: on.app.screen is on.app.page, "the page")
        assert on.asked("modify") == []


async def test_nothing_is_asked_when_nothing_was_changed() -> None:
    async with console() as on:
        dialog = await amending(on, AAPL)
        await on.press("enter")
        await until(on.pilot, lambda: "Nothing is changed yet." in screen_text(on.app), "the words")
        assert on.app.screen is dialog


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (FOREIGN, "Only client 7 can modify it."),
        (STAGED, "It is staged and not at the market: a new order replaces it."),
    ],
    ids=["foreign", "staged"],
)
async def test_words_say_why_when_an_order_cannot_be_changed_from_here(order: Order, words: str) -> None:
    async with console((120, 36)) as on:
        orders_table(on.app).go_to(order.key)
        await on.press("m")
        await until(on.pilot, lambda: words in screen_text(on.app), "the words")
        assert on.app.screen is on.app.page


async def test_y_alone_changes_nothing_when_a_check_warns() -> None:
    async with console() as on:
        on.engine.modifying.answers = (BIG, *PASSED)
        await amending(on, AAPL)
        await asked_about(on, "9")
        await on.press("y")
        assert on.asked("modify") == []
        await on.press("enter")
        await until(on.pilot, lambda: bool(on.asked("modify")), "the change")


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_change_checks_and_answers_are_on_the_screen_when_everything_changes_and_much_warns(
    size: tuple[int, int],
) -> None:
    order = replace(data.ORDERS[5], client_id=3, owner=AAPL.owner)
    async with console(size) as on:
        on.engine.modifying.answers = (BIG, FLIP, CROSS, *PASSED)
        on.engine.put_order(order)
        dialog = ModifyModal(order, Wish(Decimal(5), Decimal("5940.25"), Decimal("5940.00"), "IOC"))
        await on.app.push_screen(dialog)
        await until(on.pilot, lambda: "Checks" in screen_text(on.app), "the verdicts")
        lines = screen_text(on.app).splitlines()
        text = "\n".join(lines)
        for words in ("2 → 5", "5948.50 → 5940.25", "5948.00 → 5940.00", "DAY → IOC", "then enter"):
            assert words in text
        assert "stop all" in lines[-1]
        assert "╰" in text


async def test_symbol_has_to_be_typed_when_the_rest_would_flip_the_position_of_a_live_account() -> None:
    async with console() as on:
        on.engine.put_session(mode=Mode.LIVE, port=7496, armed=("U1234567",))
        on.engine.modifying.answers = (FLIP, *PASSED)
        await amending(on, AAPL)
        await asked_about(on, "9")
        await on.press(*"aapx", "enter")
        await until(on.pilot, lambda: on.app.screen is on.app.page, "the page")
        assert on.asked("modify") == []
        await amending(on, AAPL)
        await asked_about(on, "9")
        await on.press(*"aapl", "enter")
        await until(on.pilot, lambda: bool(on.asked("modify")), "the change")


async def test_no_key_changes_the_order_when_a_rule_blocks() -> None:
    async with console() as on:
        on.engine.modifying.answers = (NOTIONAL, *PASSED)
        await amending(on, AAPL)
        await asked_about(on, "9")
        assert "refused" in screen_text(on.app)
        await on.press("y", "enter")
        await until(on.pilot, lambda: on.app.screen is on.app.page, "the page")
        assert on.asked("modify") == []


async def test_reason_is_told_when_the_broker_refuses_the_change() -> None:
    async with console((120, 36)) as on:
        on.engine.modifying.outcome, on.engine.modifying.reason = "refused", "Order modify failed (462)"
        await amending(on, AAPL)
        await asked_about(on, "tab", "down")
        await on.press("y")
        await until(on.pilot, lambda: "refused: Order modify failed (462)" in screen_text(on.app), "the reason")


async def test_questions_are_withdrawn_and_nothing_is_changed_when_a_stop_is_sent() -> None:
    async with console() as on:
        await amending(on, AAPL)
        await asked_about(on, "9")
        await on.press("ctrl+g")
        on.hand.move(1.1)
        await on.press("enter")
        await until(on.pilot, lambda: bool(on.asked("fire")), "the stop")
        await until(on.pilot, lambda: not isinstance(on.app.screen, ModifyModal), "the question to go")
        assert on.asked("modify") == []


async def test_line_of_the_row_names_the_key_only_where_the_order_can_be_changed() -> None:
    async with console((120, 36)) as on:
        orders_table(on.app).go_to(AAPL.key)
        await until(on.pilot, lambda: "can: m modify  c cancel" in screen_text(on.app), "the way")
        orders_table(on.app).go_to(FOREIGN.key)
        await until(on.pilot, lambda: "by takeover of client 7" in screen_text(on.app), "the other way")
        assert "m modify  c cancel by" not in screen_text(on.app)
        hidden = replace(AAPL, attributes=("hidden",))
        on.engine.put_order(hidden)
        orders_table(on.app).go_to(AAPL.key)
        await until(on.pilot, lambda: "can: c cancel" in screen_text(on.app), "no such way")
