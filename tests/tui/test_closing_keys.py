"""Closing and flattening positions, and arming a live account, by keys inside the whole console."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.tui import fake_data as data
from tests.tui.console import screen_text
from tests.tui.fake_engine import FakeFlattenResult
from tests.tui.test_console_dialogs import Console, console
from tests.tui.waiting import until
from tws_console.model.position import Position
from tws_console.model.session import Mode
from tws_console.model.ticket import Ticket
from tws_console.rules.flatten_plan import How
from tws_console.tui.commands import CommandPalette
from tws_console.tui.modals.arm import ArmModal
from tws_console.tui.modals.confirm import ConfirmModal
from tws_console.tui.modals.flatten import FlattenModal, scopes

LIVE = {"mode": Mode.LIVE, "port": 7496, "accounts": ("U1234567",)}
HELD = tuple(row for row in data.POSITIONS if row.quantity)


async def on_positions(on: Console) -> Position:
    """The first position, with the cursor on it."""
    await on.press("3")
    await until(on.pilot, lambda: on.app.current_mode == "positions", "the positions page")
    await until(on.pilot, lambda: on.app.page is not None and on.app.page.selected_position() is not None, "a row")
    page = on.app.page
    assert page is not None
    found = page.selected_position()
    assert found is not None
    return found


async def test_closing_ticket_holds_side_and_quantity_and_may_only_close() -> None:
    async with console((120, 36)) as on:
        held = await on_positions(on)

        await on.press("x")
        await until(on.pilot, lambda: "closes only" in screen_text(on.app), "the closing ticket")
        form = on.form
        draft = form.form.draft
        assert (draft.side, draft.quantity, draft.account) == ("SELL", f"{held.quantity:f}", held.account)
        assert on.asked("place") == []

        await on.press("enter")
        await on.dialog(ConfirmModal)
        screen = on.app.screen
        assert isinstance(screen, ConfirmModal)
        assert screen.ticket.reduce_only
        await on.press("y")
        await until(on.pilot, lambda: len(on.asked("place")) == 1, "the order")
        (sent,) = on.asked("place")
        assert isinstance(sent, Ticket)
        assert (sent.reduce_only, sent.request.quantity) == (True, held.quantity)


async def test_nothing_is_closed_when_the_position_is_zero() -> None:
    async with console((120, 36)) as on:
        held = await on_positions(on)
        on.engine.put_position(Position(held.account, held.instrument, Decimal(0)))
        await until(on.pilot, lambda: on.app.page is not None and not on.app.page.selected_position().quantity, "zero")  # type: ignore[union-attr]

        await on.press("x")

        await until(on.pilot, lambda: "No position to close" in screen_text(on.app), "the notice")
        assert on.app.current_mode == "positions"


@pytest.mark.parametrize(
    ("keys", "count", "how"),
    [
        (("y", "enter"), 1, How("LMT")),
        (("f2", "y", "enter"), 1, How("MKT")),
        (("up", "y", "enter"), len(HELD), How("LMT")),
        (("enter",), 0, None),
        (("y", "y"), 0, None),
        (("y", "down", "enter"), 0, None),
        (("escape",), 0, None),
        (("X", "x", "enter"), 0, None),
    ],
)
async def test_flatten_sends_the_positions_shown_only_after_y_and_enter(
    keys: tuple[str, ...], count: int, how: How | None
) -> None:
    async with console() as on:
        held = await on_positions(on)
        await on.press("X")
        await on.dialog(FlattenModal)
        assert f"{held.instrument.name} {held.quantity:+,f}" in screen_text(on.app)

        await on.press(*keys)
        await until(on.pilot, lambda: not isinstance(on.app.screen, FlattenModal), "the end of the question")

        if not count:
            assert on.asked("flatten") == []
            return
        await until(on.pilot, lambda: len(on.asked("flatten")) == 1, "the order to close")
        (sent,) = on.asked("flatten")
        assert isinstance(sent, tuple)
        assert (len(sent[0]), sent[1]) == (count, how)
        assert held in sent[0]
        if count > 1:
            await until(on.pilot, lambda: f"all {count} closed" in screen_text(on.app), "the outcome")


async def test_flatten_names_what_is_not_proved_closed() -> None:
    async with console((120, 36)) as on:
        on.engine.flatten.result = FakeFlattenResult("refused", "no price")
        await on_positions(on)
        await on.press("X")
        await on.dialog(FlattenModal)
        await on.press("up", "y", "enter")

        told = f"0 of {len(HELD)} closed, not proved closed: AAPL, "
        await until(on.pilot, lambda: told in screen_text(on.app), "the outcome")


@pytest.mark.parametrize(("typed", "sent"), [("AAPL", 1), ("aapl", 1), ("AAP", 0), ("y", 0), ("", 0)])
async def test_flatten_asks_for_the_symbol_on_a_live_account(typed: str, sent: int) -> None:
    async with console() as on:
        on.engine.put_session(**LIVE)
        held = await on_positions(on)
        assert held.instrument.name == "AAPL"
        await on.press("X")
        await on.dialog(FlattenModal)
        assert "to close type AAPL then enter" in screen_text(on.app)

        await on.press(*typed, "enter")
        await until(on.pilot, lambda: not isinstance(on.app.screen, FlattenModal), "the end of the question")

        assert len(on.asked("flatten")) == sent


def test_scopes_are_those_that_differ() -> None:
    first = HELD[0]
    labels = [scope.word for scope in scopes(first, HELD)]
    assert labels == [first.instrument.name, first.account, "all"]
    assert [scope.word for scope in scopes(first, [first])] == [first.instrument.name]
    assert [scope.word for scope in scopes(None, HELD)] == ["all"]


async def test_live_account_is_armed_by_its_phrase_and_disarmed_from_the_palette() -> None:
    async with console() as on:
        on.engine.put_session(**LIVE)
        await until(on.pilot, lambda: "READ-ONLY" in screen_text(on.app), "the chip")
        await on.press("ctrl+p")
        await on.dialog(CommandPalette)
        await on.press(*"arm a live", "enter")
        await on.dialog(ArmModal)
        assert "trade live U1234567" in screen_text(on.app)

        await on.press(*"trade live U1234567", "enter")
        await until(on.pilot, lambda: on.asked("arm_live") == ["trade live U1234567"], "the arming")
        await until(on.pilot, lambda: screen_text(on.app).startswith(" LIVE ARMED "), "the banner")

        await on.press("ctrl+p")
        await on.dialog(CommandPalette)
        await on.press(*"disarm", "enter")
        await until(on.pilot, lambda: on.asked("disarm_live") == [None], "the disarming")


async def test_wrong_phrase_arms_nothing_and_paper_says_so() -> None:
    async with console() as on:
        await on.press("ctrl+p")
        await on.dialog(CommandPalette)
        await on.press(*"arm a live", "enter")
        await until(on.pilot, lambda: "nothing has to be armed" in screen_text(on.app), "the notice")

        on.engine.put_session(**LIVE)
        await on.press("ctrl+p")
        await on.dialog(CommandPalette)
        await on.press(*"arm a live", "enter")
        await on.dialog(ArmModal)
        await on.press(*"trade live U1", "enter")
        await until(on.pilot, lambda: not isinstance(on.app.screen, ArmModal), "the end of the question")
        assert on.asked("arm_live") == []
