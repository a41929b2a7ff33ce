"""placeOrder as ib_async encodes it, at every server version it may meet."""

from decimal import Decimal

import pytest
from ib_async import LimitOrder, Order, Stock, TagValue
from ib_async.order import PriceCondition, TimeCondition

from tests.support.encoder import Encoder
from tests.support.raw_client import place_fields
from tws_console.simulator.placement import read_placement

VERSIONS = [version for version in range(157, 179) if version != 158]


def _encoded(version: int, order: Order) -> list[str]:
    encoder = Encoder(version)
    encoder.placeOrder(77, Stock("AAPL", "SMART", "USD", conId=265598), order)  # type: ignore[no-untyped-call]
    return encoder.fields[1:]


@pytest.mark.parametrize("version", VERSIONS)
def test_placement_is_read_whole_when_encoded_for(version: int) -> None:
    order = LimitOrder(
        "SELL", 120, 200.01, auxPrice=201, tif="GTC", account="DU1", orderRef="note", transmit=False, parentId=4,
        ocaGroup="g", ocaType=1, outsideRth=True, whatIf=True, goodTillDate="20261231 23:59:59 UTC",
    )  # fmt: skip
    placement = read_placement(_encoded(version, order), version)
    terms = placement.terms
    assert (placement.order_id, placement.contract.con_id, placement.contract.symbol) == (77, 265598, "AAPL")
    assert (terms.action, terms.quantity, terms.order_type) == ("SELL", Decimal(120), "LMT")
    assert (terms.limit, terms.aux) == (Decimal("200.01"), Decimal(201))
    assert (terms.tif, terms.account, terms.order_ref) == ("GTC", "DU1", "note")
    assert (terms.oca_group, terms.oca_type, terms.parent_id) == ("g", 1, 4)
    assert (terms.transmit, terms.what_if, terms.outside_rth) == (False, True, True)
    assert terms.good_till == "20261231 23:59:59 UTC"


@pytest.mark.parametrize("version", [157, 166, 178])
def test_what_if_is_found_when_optional_parts_precede_it(version: int) -> None:
    order = LimitOrder("BUY", 1, 10, whatIf=True, algoStrategy="Adaptive", hedgeType="D", scalePriceIncrement=0.5)
    order.algoParams = [TagValue("adaptivePriority", "Urgent")]
    order.deltaNeutralOrderType = "LMT"
    order.conditions = [PriceCondition(conId=265598, price=9), TimeCondition(time="20261231 10:00:00")]
    terms = read_placement(_encoded(version, order), version).terms
    assert terms.what_if
    assert terms.algo_params == (("adaptivePriority", "Urgent"),)


def test_prices_are_unknown_when_unset() -> None:
    order = Order(action="BUY", totalQuantity=1, orderType="MKT", tif="DAY")
    terms = read_placement(_encoded(178, order), 178).terms
    assert terms.limit is None
    assert terms.aux is None


@pytest.mark.parametrize(("version", "count"), [(157, 110), (176, 115), (178, 114)])
def test_plain_order_has_the_documented_field_count_when_encoded_for(version: int, count: int) -> None:
    ours = place_fields(77, limit="200", version=version)
    theirs = _encoded(version, LimitOrder("BUY", 100, 200))
    assert len(ours) == len(theirs) + 1 == count


@pytest.mark.parametrize("length", [0, 1, 20, 60, 100])
def test_placement_raises_when_cut_short(length: int) -> None:
    with pytest.raises(ValueError, match="missing"):
        read_placement(_encoded(178, LimitOrder("BUY", 100, 200))[:length], 178)
