"""Trailing orders, conditions, combinations and algos: read as ib_async writes them, written as ib_async reads them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from ib_async import ComboLeg, Contract, Order, Stock, TagValue
from ib_async.decoder import Decoder
from ib_async.order import (
    ExecutionCondition,
    MarginCondition,
    PercentChangeCondition,
    PriceCondition,
    TimeCondition,
    VolumeCondition,
)

from tests.support.encoder import Encoder
from tws_console.simulator import order_messages
from tws_console.simulator.gateway import Gateway, Settings
from tws_console.simulator.orders import Order as Held
from tws_console.simulator.placement import read_placement

VERSIONS = [version for version in range(157, 179) if version != 158]
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


class Sink:
    """Takes every callback of the decoder."""

    ib: Any = None
    defaultTimezone = UTC

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args: self.calls.append(args)


@pytest.fixture(scope="module")
def gateway() -> Gateway:
    return Gateway(Settings())


def _conditions() -> list[Any]:
    return [
        PriceCondition(conId=265598, exch="SMART", price=9.5, isMore=False, conjunction="o"),
        TimeCondition(time="20261231 10:00:00 UTC"),
        MarginCondition(percent=30),
        ExecutionCondition(secType="STK", exch="SMART", symbol="AAPL"),
        VolumeCondition(volume=100, conId=265598, exch="SMART"),
        PercentChangeCondition(changePercent=2.5, conId=265598, exch="SMART"),
    ]


def _rich_order() -> Order:
    order = Order(
        action="SELL", totalQuantity=7, orderType="TRAIL LIMIT", lmtPriceOffset=0.5, trailStopPrice=195.5,
        trailingPercent=2.5, percentOffset=0.01, tif="GTC", account="DU1234567", algoStrategy="Adaptive",
        conditionsCancelOrder=True,
    )  # fmt: skip
    order.algoParams = [TagValue("adaptivePriority", "Urgent")]
    order.conditions = _conditions()
    return order


def _bag() -> Contract:
    legs = [ComboLeg(265598, 1, "BUY", "SMART"), ComboLeg(272093, 2, "SELL", "NASDAQ", openClose=1)]
    return Contract(secType="BAG", symbol="AAPL,MSFT", currency="USD", exchange="SMART", comboLegs=legs)


def _round_trip(gateway: Gateway, version: int, contract: Contract, order: Order) -> tuple[Held, tuple[Any, ...]]:
    encoder = Encoder(version)
    encoder.placeOrder(77, contract, order)  # type: ignore[no-untyped-call]
    placement = read_placement(encoder.fields[1:], version)
    listing = gateway.exchange.admission.resolve(placement.contract, placement.terms)
    held = Held(1790930293760001, 11, 77, listing, "SMART", placement.terms, NOW)  # type: ignore[arg-type]
    sink = Sink()
    decoder = Decoder(sink, version)  # type: ignore[arg-type]
    decoder.openOrder(order_messages.open_order(held, version)[4:].decode().split("\0")[:-1])  # type: ignore[no-untyped-call]
    decoder.completedOrder(order_messages.completed_order(held, version)[4:].decode().split("\0")[:-1])  # type: ignore[no-untyped-call]
    opened, completed = sink.calls
    return held, (*opened[1:3], *completed[:2])


@pytest.mark.parametrize("version", VERSIONS)
def test_rich_order_comes_back_as_it_was_sent_when_version_is(gateway: Gateway, version: int) -> None:
    sent = _rich_order()
    held, (_, opened, _, completed) = _round_trip(gateway, version, Stock("AAPL", "SMART", "USD", conId=265598), sent)
    assert held.terms.trailing_percent == Decimal("2.5")
    for order in (opened, completed):
        assert (order.orderType, order.lmtPriceOffset, order.trailingPercent) == ("TRAIL LIMIT", 0.5, 2.5)
        assert order.percentOffset == 0.01
        assert order.conditions == sent.conditions
        assert order.algoParams == sent.algoParams
        assert order.conditionsCancelOrder


@pytest.mark.parametrize("version", VERSIONS)
def test_combination_comes_back_as_it_was_sent_when_version_is(gateway: Gateway, version: int) -> None:
    order = Order(action="BUY", totalQuantity=2, orderType="LMT", lmtPrice=-3.25, tif="DAY", account="DU1234567")
    order.smartComboRoutingParams = [TagValue("NonGuaranteed", "1")]
    sent = _bag()
    _, (opened, opened_order, completed, completed_order) = _round_trip(gateway, version, sent, order)
    for contract in (opened, completed):
        assert contract.secType == "BAG"
        assert contract.comboLegs == sent.comboLegs
    for back in (opened_order, completed_order):
        assert back.lmtPrice == -3.25
        assert back.smartComboRoutingParams == order.smartComboRoutingParams
        assert back.account == "DU1234567"


def test_trailing_stop_is_shown_where_it_stands_when_it_has_moved(gateway: Gateway) -> None:
    held, _ = _round_trip(gateway, 178, Stock("AAPL", "SMART", "USD", conId=265598), _rich_order())
    held.stop = Decimal("201.5")
    sink = Sink()
    Decoder(sink, 178).openOrder(order_messages.open_order(held, 178)[4:].decode().split("\0")[:-1])  # type: ignore[arg-type, no-untyped-call]
    assert sink.calls[0][2].trailStopPrice == 201.5


@pytest.mark.parametrize("count", ["999999999", "-3"])
def test_placement_with_an_absurd_count_is_refused_or_read_to_its_end(count: str) -> None:
    encoder = Encoder(178)
    encoder.placeOrder(77, _bag(), Order(action="BUY", totalQuantity=2, orderType="MKT", tif="DAY"))  # type: ignore[no-untyped-call]
    fields = encoder.fields[1:]
    fields[34] = count
    with pytest.raises(ValueError, match=r"missing|number"):
        read_placement(fields, 178)
