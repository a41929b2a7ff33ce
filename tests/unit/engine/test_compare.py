"""What changed, from fixed values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from tws_console.engine.compare import (
    changed_orders,
    gone_orders,
    known_orders,
    known_positions,
    new_orders,
    unexplained_positions,
)
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.instrument import Instrument
from tws_console.model.order import Order, Status
from tws_console.model.position import Fill, Position
from tws_console.model.recovery import FieldChange, LastKnown

KO = Instrument(8894, "KO")
AT = datetime(2026, 9, 15, 13, 0, tzinfo=UTC)
ORDER = Order(
    OrderKey.perm(7), Owner.OWN, KO, 7, 11, 3, "DU1", "BUY", D(10), D(0), D(10), order_type="LMT",
    limit_price=D(50), tif="DAY", status=Status.WORKING,
)  # fmt: skip


def fill(exec_id: str, quantity: int, action: str = "BUY", instrument: Instrument = KO) -> Fill:
    return Fill(exec_id, 7, 11, 3, "DU1", instrument, action, D(quantity), D(50), None, AT, False)


def held(quantity: int) -> Position:
    return Position("DU1", KO, D(quantity))


def known(
    orders: tuple[Order, ...] = (), positions: tuple[Position, ...] = (), fills: tuple[str, ...] = ()
) -> LastKnown:
    return LastKnown(AT, known_orders(orders), known_positions(positions), frozenset(fills))


def test_known_orders_leave_out_what_ended_or_has_no_name() -> None:
    staged = replace(ORDER, perm_id=None, status=Status.STAGED)
    assert known_orders([ORDER, replace(ORDER, status=Status.FILLED), staged]) == known_orders([ORDER])


@pytest.mark.parametrize(
    ("row", "filled", "outcome"),
    [
        (None, 0, "unknown"),
        (None, 10, "filled"),
        (replace(ORDER, status=Status.CANCELLED), 0, "cancelled"),
        (replace(ORDER, status=Status.GONE), 0, "unknown"),
        (replace(ORDER, status=Status.EXPIRED), 4, "expired"),
    ],
)
def test_gone_orders_name_the_end_that_was_witnessed(row: Order | None, filled: int, outcome: str) -> None:
    rows = {} if row is None else {7: row}
    fills = [fill("a", filled)] if filled else []
    (gone,) = gone_orders(known((ORDER,)), rows, {}, fills)
    assert gone.outcome == outcome


def test_nothing_is_gone_new_or_changed_when_the_order_is_the_same() -> None:
    before = known((ORDER,))
    assert gone_orders(before, {7: ORDER}, {}, ()) == ()
    assert new_orders(before, [ORDER]) == ()
    assert changed_orders(before, [replace(ORDER, filled=None)]) == ()


def test_changed_orders_name_each_term_that_moved() -> None:
    (changed,) = changed_orders(known((ORDER,)), [replace(ORDER, limit_price=D(51), filled=D(3))])
    assert changed.changes == (FieldChange("limit_price", D(50), D(51)), FieldChange("filled", D(0), D(3)))


@pytest.mark.parametrize(
    ("before", "fills", "now", "unexplained"),
    [
        (0, {}, 0, None),
        (100, {"a": fill("a", 40, "SELL")}, 60, None),
        (100, {"a": fill("a", 40, "SELL")}, 100, 40),
        (0, {}, 25, 25),
        (25, {}, 0, -25),
        (0, {"known": fill("known", 5)}, 0, None),
        (0, {"bag": fill("bag", 5, instrument=replace(KO, sec_type="BAG"))}, 0, None),
    ],
)
def test_positions_are_unexplained_when_fills_since_then_do_not_add_up(
    before: int, fills: dict[str, Fill], now: int, unexplained: int | None
) -> None:
    last = known(positions=(held(before),), fills=("known",))
    found = unexplained_positions(last, [held(now)] if now else [], fills)
    assert [change.unexplained for change in found] == ([] if unexplained is None else [D(unexplained)])
