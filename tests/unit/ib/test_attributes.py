"""Which attributes an order tells beyond the terms that are read, from carriers as the decoder leaves them."""

from __future__ import annotations

from typing import Any

import pytest
from ib_async.order import Order

from tws_console.ib.attributes import further_attributes

ECHO: dict[str, Any] = {
    "hidden": "0",
    "displaySize": "",
    "exemptCode": "-1",
    "ocaType": "3",
    "clearingIntent": "IB",
    "deltaNeutralOrderType": "None",
    "adjustedOrderType": "None",
    "trailStopPrice": "188.5",
    "usePriceMgmtAlgo": "1",
    "dontUseAutoPriceForHedge": "1",
    "triggerPrice": "1.7976931348623157E308",
    "lmtPriceOffset": "1.7976931348623157E308",
    "duration": "2147483647",
    "volatility": "Infinity",
    "openClose": "O",
}
"""What a recorded Gateway fills in on a plain stock order."""


def carrier(**fields: Any) -> Order:
    order: Any = Order()
    for name, value in {**ECHO, **fields}.items():
        setattr(order, name, value)
    return order  # type: ignore[no-any-return]


def test_plain_order_carries_nothing_further_when_tws_fills_in_its_defaults() -> None:
    assert further_attributes(carrier()) == ()


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("hidden", "1", "hidden"),
        ("displaySize", "100", "iceberg display size"),
        ("allOrNone", "1", "all-or-none"),
        ("minQty", "50", "minimum quantity"),
        ("goodTillDate", "20991231 23:59:59 US/Eastern", "good-till date"),
        ("goodAfterTime", "20991231 23:59:59 US/Eastern", "good-after time"),
        ("trailingPercent", "1.5", "trailing percent"),
        ("algoStrategy", "Adaptive", "algo"),
        ("conditions", ["a condition"], "conditions"),
        ("triggerMethod", "2", "trigger method"),
        ("openClose", "C", "open or close"),
        ("clearingIntent", "PTA", "clearing intent"),
        ("cashQty", "1000", "cash quantity"),
        ("notHeld", "1", "not held"),
    ],
)
def test_attribute_is_named_when_the_order_carries_it(field: str, value: Any, name: str) -> None:
    assert further_attributes(carrier(**{field: value})) == (name,)


def test_attribute_is_named_once_when_two_fields_make_it() -> None:
    assert further_attributes(carrier(scaleInitLevelSize="100", scalePriceIncrement="0.1")) == ("scale",)
