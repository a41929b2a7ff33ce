"""Rows of positions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.tui import fake_data as data
from tws_console.model.position import Position
from tws_console.tui.views import positions
from tws_console.tui.views.selection import position_lines

FLAT = replace(next(held for held in data.POSITIONS if not held.quantity), market_price=None, seen_at=0.0)
HELD = replace(data.POSITIONS[0], market_price=None)


def context(*, link_up: bool = True) -> positions.PositionContext:
    return positions.PositionContext(
        lambda con_id: None, data.MONOTONIC, lambda held: "-", Decimal(1_000_000), "USD", link_up
    )


def last(held: Position) -> str:
    return positions.row(held, context()).cells["last"].text


def test_flat_position_needs_no_price_when_none_comes() -> None:
    assert last(FLAT) == "-"
    assert not positions.is_old(FLAT, context())
    assert position_lines(FLAT, "-", None, 120)[1] == ()


def test_flat_position_has_nothing_unrealized_when_nothing_is_told_of_it() -> None:
    cells = positions.row(replace(FLAT, market_value=None, unrealized_pnl=None), context()).cells
    assert (cells["value"].text, cells["unreal"].text) == ("-", "-")


def test_held_position_without_a_price_is_unknown_and_old() -> None:
    assert last(HELD) == "?"
    assert positions.is_old(HELD, context())


def test_flat_position_is_old_too_when_the_link_is_down() -> None:
    assert positions.is_old(FLAT, context(link_up=False))
