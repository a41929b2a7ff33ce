"""A scope holds what it names and nothing else; none at all holds nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tws_console.model.ids import OrderKey, Owner
from tws_console.model.instrument import Instrument
from tws_console.model.order import Order, Status
from tws_console.model.order_scope import OrderScope, scope_of

ORDER = Order(
    OrderKey.perm(7),
    Owner.FOREIGN,
    Instrument(265598, "AAPL"),
    perm_id=7,
    client_id=3,
    account="DU1",
    action="BUY",
    status=Status.WORKING,
)


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        (OrderScope(symbol="aapl"), True),
        (OrderScope(symbol="AAP"), False),
        (OrderScope(client_id=3), True),
        (OrderScope(client_id=0), False),
        (OrderScope(account="DU1", side="BUY"), True),
        (OrderScope(account="DU1", side="SELL"), False),
        (OrderScope(keys=frozenset({OrderKey.perm(7)})), True),
        (OrderScope(keys=frozenset({OrderKey.perm(8)})), False),
        (OrderScope(), False),
    ],
)
def test_order_is_held_when_every_given_condition_fits(scope: OrderScope, held: bool) -> None:
    assert scope.holds(ORDER) is held


def test_order_named_by_its_number_is_still_held_when_the_broker_has_told_its_permid() -> None:
    named = OrderScope(keys=frozenset({OrderKey.alias(3, 44)}))

    assert named.holds(replace(ORDER, key=OrderKey.alias(3, 44), perm_id=None, order_id=44))
    assert named.holds(replace(ORDER, order_id=44))
    assert not named.holds(replace(ORDER, order_id=45))
    assert not named.holds(replace(ORDER, client_id=4, order_id=44))


def test_manual_orders_are_not_held_by_the_number_that_all_of_them_carry() -> None:
    named = OrderScope(keys=frozenset({OrderKey.alias(0, 0)}))

    assert not named.holds(replace(ORDER, client_id=0, order_id=0))


def test_scope_names_what_it_reaches_when_orders_are_live() -> None:
    other = replace(ORDER, key=OrderKey.perm(8), perm_id=8, client_id=4, status=Status.CANCELLED)

    found = scope_of([ORDER, other], OrderScope(symbol="AAPL", side="BUY"))

    assert (found.accounts, found.clients, found.symbols) == (("DU1",), (3,), ("AAPL",))
    assert (found.side, found.everything, found.words) == ("BUY", False, "AAPL, buys")
