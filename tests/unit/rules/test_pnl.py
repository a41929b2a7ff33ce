"""Sums where unknown stays unknown, and how far orders cover a position."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rules.build import AAPL, order
from tws_console.model.ids import OrderKey
from tws_console.model.order import Order, Status
from tws_console.model.position import Position
from tws_console.rules.pnl import cover, total, totals

D = Decimal
HELD = Position("DU1234567", AAPL, D(100), market_value=D(18_750), daily_pnl=D(5), unrealized_pnl=D(7))


@given(st.lists(st.none() | st.decimals(-1000, 1000, places=2)))
def test_total_is_unknown_exactly_when_one_part_is(values: list[Decimal | None]) -> None:
    known = [value for value in values if value is not None]
    assert total(values) == (sum(known, D(0)) if len(known) == len(values) else None)


def test_totals_keep_each_unknown_to_its_own_column() -> None:
    both = totals([replace(HELD, realized_pnl=D(1)), HELD])
    assert (both.currency, both.value, both.daily, both.unrealized) == ("USD", D(37_500), D(10), D(14))
    assert both.realized is None


def test_totals_are_unknown_when_currencies_differ() -> None:
    euro = replace(HELD, instrument=replace(AAPL, currency="EUR"))
    mixed = totals([HELD, euro])
    assert (mixed.currency, mixed.value, mixed.daily) == ("", None, None)


def sell(quantity: str, perm_id: int, group: str = "", status: Status = Status.WORKING) -> Order:
    return order("SELL", quantity, key=OrderKey.perm(perm_id), oca_group=group, status=status)


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([], "none"),
        ([order("BUY", "100")], "none"),
        ([order("SELL", "100", account="DU7654321")], "none"),
        ([order("SELL", "100", instrument=replace(AAPL, con_id=1))], "none"),
        ([sell("100", 1, status=Status.CANCELLED)], "none"),
        ([replace(sell("100", 1), quantity=None, remaining=None)], "none"),
        ([sell("50", 1)], "part"),
        ([sell("50", 1), sell("50", 2)], "full"),
        ([sell("50", 1, "g"), sell("50", 2, "g")], "part"),
        ([sell("100", 1, status=Status.WAIT_PARENT)], "full"),
    ],
)
def test_cover_counts_open_closing_orders_of_the_same_holding(orders: list[Order], expected: str) -> None:
    assert cover(HELD, orders) == expected


def test_cover_of_a_short_is_by_buys_and_of_nothing_is_a_dash() -> None:
    assert cover(replace(HELD, quantity=D(-100)), [order("BUY", "100")]) == "full"
    assert cover(replace(HELD, quantity=D(0)), [order("SELL", "100")]) == "-"


def test_closed_position_leaves_the_sums_known_when_nothing_is_told_of_its_value() -> None:
    closed = replace(HELD, quantity=D(0), market_value=None, unrealized_pnl=None, daily_pnl=D(-2))
    both = totals([HELD, closed])
    assert (both.value, both.unrealized, both.daily) == (D(18_750), D(7), D(3))
    assert totals([HELD, replace(closed, quantity=D(1))]).unrealized is None
