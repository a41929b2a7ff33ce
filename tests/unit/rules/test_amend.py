"""Changes of live orders: what differs, what forbids it, and that nothing else of the order moves."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rules.build import order
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.instrument import Instrument
from tws_console.model.order import ENDED, Order, Status
from tws_console.model.ticket import OrderRequest
from tws_console.rules.amend import (
    STEADY,
    TERMS,
    Wish,
    cannot_modify,
    changes,
    in_bracket,
    parent_to_send,
    request_after,
    tickets_after,
)

STEADY_ORDER = order("BUY", "100", "187.50", order_type="LMT", tif="DAY", status=Status.WORKING, filled=Decimal(0))

cents = st.integers(1, 1_000_000).map(lambda n: Decimal(n) / 100)
sizes = st.integers(1, 10_000).map(Decimal)
wishes = st.builds(
    Wish,
    quantity=st.none() | sizes,
    limit_price=st.none() | cents,
    aux_price=st.none() | cents,
    tif=st.sampled_from([None, "DAY", "IOC", "GTC"]),
)
PRICED = {"LMT": ("187.50", None), "MKT": (None, None), "STP": (None, "187.50"), "STP LMT": ("187.50", "187.00")}


@st.composite
def orders(draw: st.DrawFn) -> Order:
    order_type = draw(st.sampled_from(sorted(PRICED)))
    limit, aux = PRICED[order_type]
    quantity = draw(sizes)
    filled = Decimal(draw(st.integers(0, int(quantity) - 1)))
    return order(
        draw(st.sampled_from(["BUY", "SELL"])),
        str(quantity),
        limit,
        order_type=order_type,
        aux_price=None if aux is None else Decimal(aux),
        tif=draw(st.sampled_from(["DAY", "GTC"])),
        filled=filled,
        outside_rth=draw(st.booleans()),
        status=draw(st.sampled_from(sorted(STEADY))),
    )


@given(of=orders(), wish=wishes)
def test_only_what_was_asked_for_differs_when_a_change_is_allowed(of: Order, wish: Wish) -> None:
    after = request_after(of, wish)
    if not isinstance(after, OrderRequest):
        return
    told = {change.field for change in changes(of, wish)}
    assert told
    for name in TERMS:
        wanted = getattr(wish, name)
        expected = getattr(of, name) if wanted is None else wanted
        assert getattr(after, name) == expected
        assert (name in told) is (expected != getattr(of, name))
    assert (after.action, after.order_type, after.outside_rth) == (of.action, of.order_type, of.outside_rth)
    assert (after.account, after.con_id) == (of.account, of.instrument.con_id)
    assert after.quantity > (of.filled or 0)


@given(of=orders(), wish=wishes)
def test_every_refused_change_names_a_field_and_a_rule(of: Order, wish: Wish) -> None:
    after = request_after(of, wish)
    if isinstance(after, OrderRequest):
        return
    assert after
    assert all(error.field in {*TERMS, "change"} and error.rule and error.msg for error in after)


@given(of=orders(), wish=wishes)
def test_open_part_and_whole_differ_by_what_has_filled(of: Order, wish: Wish) -> None:
    after = request_after(of, wish)
    if not isinstance(after, OrderRequest):
        return
    left, whole = tickets_after(of, after, of.instrument)
    assert whole.request.quantity - left.request.quantity == of.filled
    assert left.request.quantity > 0


@pytest.mark.parametrize(
    ("of", "wish", "field", "rule"),
    [
        ({}, Wish(), "change", "different"),
        ({}, Wish(quantity=Decimal(100)), "change", "different"),
        ({"filled": Decimal(60)}, Wish(quantity=Decimal(60)), "quantity", "more-than-filled"),
        ({"filled": Decimal(60)}, Wish(quantity=Decimal(50)), "quantity", "more-than-filled"),
        ({}, Wish(quantity=Decimal(0)), "quantity", "more-than-0"),
        ({}, Wish(limit_price=Decimal(-1)), "limit_price", "more-than-0"),
        ({}, Wish(aux_price=Decimal(180)), "aux_price", "not-allowed"),
        ({"order_type": "MKT", "limit_price": None}, Wish(limit_price=Decimal(1)), "limit_price", "not-allowed"),
        ({}, Wish(tif="GTC"), "tif", "tif-change"),
        ({"tif": "GTC"}, Wish(tif="IOC"), "tif", "tif-change"),
        ({"tif": "GTC"}, Wish(tif="DAY"), "tif", "tif-change"),
    ],
)
def test_change_is_refused_when_it_breaks_a_rule_of_form(of: dict[str, Any], wish: Wish, field: str, rule: str) -> None:
    errors = request_after(replace(STEADY_ORDER, **of), wish)
    assert not isinstance(errors, OrderRequest)
    assert [(error.field, error.rule) for error in errors] == [(field, rule)]


def test_day_becomes_ioc_when_asked() -> None:
    after = request_after(STEADY_ORDER, Wish(tif="IOC"))
    assert isinstance(after, OrderRequest)
    assert after.tif == "IOC"


def why(of: Order, *others: Order, listed: bool = True) -> str:
    return cannot_modify(of, live=[of, *others], listed=listed)


@pytest.mark.parametrize("status", sorted(set(Status)))
def test_only_a_steady_order_can_be_changed(status: Status) -> None:
    reason = why(replace(STEADY_ORDER, status=status))
    assert bool(reason) is (status not in STEADY)
    assert ("not live" in reason) is (status in ENDED)


@pytest.mark.parametrize(
    ("of", "words"),
    [
        ({"status": Status.STAGED}, "a new order replaces it"),
        ({"stale": True}, "link loss"),
        ({"perm_id": None}, "not told all"),
        ({"quantity": None}, "not told all"),
        ({"owner": Owner.MANUAL, "client_id": 0, "order_id": 0}, "by hand"),
        ({"attributes": ("hidden", "algo")}, "carries hidden, algo"),
        ({"order_type": "TRAIL"}, "the order type TRAIL"),
        ({"tif": "OPG"}, "the TIF OPG"),
        ({"instrument": Instrument(1, "AAPL", sec_type="OPT")}, "the security type OPT"),
        ({"oca_group": "pair"}, "OCA group pair"),
        ({"oca_group": "pair", "parent_id": 4}, "OCA group pair"),
    ],
)
def test_order_is_left_alone_when_a_change_could_harm_it(of: dict[str, Any], words: str) -> None:
    assert words in why(replace(STEADY_ORDER, **of))


def test_order_is_left_alone_when_another_live_one_has_its_number() -> None:
    twin = replace(STEADY_ORDER, key=OrderKey.perm(5), perm_id=5)
    assert "two orders" in why(STEADY_ORDER, twin)
    assert why(STEADY_ORDER, replace(twin, status=Status.CANCELLED)) == ""
    assert why(STEADY_ORDER, replace(twin, client_id=99)) == ""


def test_child_carries_its_parent_only_while_that_is_live() -> None:
    child = replace(STEADY_ORDER, parent_id=40, oca_group="1902837400")
    parent = replace(STEADY_ORDER, key=OrderKey.perm(4), perm_id=4, order_id=40)
    assert in_bracket(child)
    assert why(child, parent) == ""
    assert "not complete" in why(child, parent, listed=False)
    assert parent_to_send(child, [child, parent]) == 40
    assert parent_to_send(child, [child, replace(parent, status=Status.FILLED)]) == 0
    assert parent_to_send(child, [child, replace(parent, client_id=99)]) == 0
    assert parent_to_send(STEADY_ORDER, [STEADY_ORDER, parent]) == 0
