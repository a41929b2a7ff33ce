"""What a takeover touches besides its order, and how hard it is to agree to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.rules.build import order
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.order import Order, Status
from tws_console.model.session import Mode
from tws_console.rules.risk import Friction
from tws_console.rules.takeover import attach_id, blast, friction, sentences


def one(perm_id: int, **changes: Any) -> Order:
    """A foreign order of client 7."""
    values: dict[str, Any] = {"owner": Owner.FOREIGN, "client_id": 7, "order_id": perm_id} | changes
    return order(key=OrderKey.perm(perm_id), perm_id=perm_id, **values)


def by_hand(perm_id: int, order_id: int = 0) -> Order:
    return one(perm_id, owner=Owner.MANUAL, client_id=0, order_id=order_id)


def test_only_the_order_is_touched_when_it_stands_alone() -> None:
    target = one(1)
    found = blast(target, [target, one(2), by_hand(3)])
    assert (found.client_id, found.binds, found.ends) == (7, (), ())
    assert "client 7" in sentences(target, found)[0]
    assert "326" in sentences(target, found)[1]


def test_children_end_with_it_when_it_is_a_parent() -> None:
    parent = one(1, order_id=40)
    told = one(2, parent_perm_id=1)
    numbered = one(3, parent_id=40)
    others_number = one(4, parent_id=40, client_id=8)
    found = blast(parent, [parent, told, numbered, others_number])
    assert found.ends == (told, numbered)
    assert "With it 2 orders end: SELL 100 AAPL #2, SELL 100 AAPL #3." in sentences(parent, found)


def test_group_ends_with_it_when_it_is_one_that_cancels_all() -> None:
    target, sibling = one(1, oca_group="g"), one(2, oca_group="g", client_id=9)
    elsewhere = one(3, oca_group="g", account="DU7654321")
    assert blast(target, [target, sibling, elsewhere, one(4)]).ends == (sibling,)


def test_unbound_manual_orders_are_named_when_client_0_would_bind_them() -> None:
    target = by_hand(1)
    found = blast(target, [target, by_hand(2), by_hand(3, order_id=-2), one(4)])
    assert attach_id(target) == 0
    assert [order.perm_id for order in found.binds] == [1, 2]
    assert any("binds all 2 manual orders" in sentence and "#2" in sentence for sentence in sentences(target, found))


def test_orders_are_counted_when_they_are_many() -> None:
    target = by_hand(1)
    found = blast(target, [target, *(by_hand(number) for number in range(2, 12))])
    assert any("and 5 more" in sentence for sentence in sentences(target, found))


def test_staged_order_is_not_counted_when_it_carries_the_same_group() -> None:
    target = one(1, oca_group="g")
    assert blast(target, [target, one(2, oca_group="g", status=Status.STAGED)]).ends == ()


@pytest.mark.parametrize(
    ("target", "mode", "expected"),
    [
        (one(1, owner=Owner.OWN, client_id=12), Mode.LIVE, Friction.YES),
        (one(1), Mode.PAPER, Friction.YES_ENTER),
        (one(1), Mode.LIVE, Friction.SYMBOL),
        (by_hand(1), Mode.PAPER, Friction.SYMBOL),
        (by_hand(1, order_id=-2), Mode.PAPER, Friction.YES_ENTER),
    ],
)
def test_friction_grows_when_more_is_touched(target: Order, mode: Mode, expected: Friction) -> None:
    assert friction(target, blast(target, [target]), mode) is expected
