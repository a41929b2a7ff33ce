"""What an order carries beyond the terms that this program places and reads: by name, for whoever must not strip it.

A change of an order restates the whole order, so whatever a change does not carry may be lost (github deepentropy/ibx
pull request 373). Values that TWS fills in on any plain order say nothing: clearing intent IB, delta-neutral type None,
OCA type 3, a trailing stop price, price management (recordings of Gateway 10.40). Imports mapping and ib_async's
carrier; its fields still hold the wire's text here.
"""

from __future__ import annotations

from ib_async.order import Order

from tws_console.ib.mapping import UNSET_TEXT

_NAMES: dict[str, str] = {
    "hidden": "hidden",
    "displaySize": "iceberg display size",
    "allOrNone": "all-or-none",
    "minQty": "minimum quantity",
    "goodAfterTime": "good-after time",
    "goodTillDate": "good-till date",
    "discretionaryAmt": "discretionary amount",
    "discretionaryUpToLimitPrice": "discretionary up to the limit",
    "percentOffset": "percent offset",
    "trailingPercent": "trailing percent",
    "lmtPriceOffset": "limit offset",
    "triggerMethod": "trigger method",
    "triggerPrice": "adjustment trigger price",
    "adjustedOrderType": "adjusted order type",
    "blockOrder": "block order",
    "sweepToFill": "sweep to fill",
    "notHeld": "not held",
    "solicited": "solicited",
    "randomizeSize": "randomized size",
    "randomizePrice": "randomized price",
    "optOutSmartRouting": "opt-out of smart routing",
    "algoStrategy": "algo",
    "conditions": "conditions",
    "hedgeType": "hedge",
    "scaleInitLevelSize": "scale",
    "scaleSubsLevelSize": "scale",
    "scalePriceIncrement": "scale",
    "volatility": "volatility",
    "volatilityType": "volatility",
    "continuousUpdate": "continuous update",
    "referencePriceType": "reference price",
    "deltaNeutralOrderType": "delta neutral",
    "basisPoints": "basis points",
    "startingPrice": "starting price",
    "stockRefPrice": "stock reference price",
    "stockRangeLower": "stock range",
    "stockRangeUpper": "stock range",
    "delta": "delta",
    "nbboPriceCap": "price cap",
    "shortSaleSlot": "short sale slot",
    "designatedLocation": "designated location",
    "exemptCode": "exempt code",
    "rule80A": "rule 80A",
    "settlingFirm": "settling firm",
    "clearingAccount": "clearing account",
    "clearingIntent": "clearing intent",
    "faGroup": "advisor group",
    "faMethod": "advisor method",
    "faPercentage": "advisor percentage",
    "faProfile": "advisor profile",
    "modelCode": "model",
    "openClose": "open or close",
    "origin": "origin",
    "cashQty": "cash quantity",
    "isOmsContainer": "OMS container",
    "duration": "duration",
    "postToAts": "post to ATS",
    "autoCancelParent": "cancel the parent too",
    "minTradeQty": "minimum trade quantity",
    "minCompeteSize": "minimum compete size",
    "competeAgainstBestOffset": "compete offset",
    "midOffsetAtWhole": "midpoint offset",
    "midOffsetAtHalf": "midpoint offset",
}
_SILENT = UNSET_TEXT | {"0", "0.0", "false", "none", "[]"}
"""Values, in lower case, that say nothing of any attribute."""
_PLAIN: dict[str, frozenset[str]] = {
    "exemptCode": frozenset({"-1"}),
    "openClose": frozenset({"O"}),
    "clearingIntent": frozenset({"IB"}),
}
"""What further values a plain order shows."""


def further_attributes(order: Order) -> tuple[str, ...]:
    """The names, in words and each once, of what the order carries beyond side, size, type, prices, TIF, account,
    reference, hours, parent and group.
    """
    found = {
        name: None
        for field, name in _NAMES.items()
        if (text := str(getattr(order, field))).lower() not in _SILENT and text not in _PLAIN.get(field, ())
    }
    return tuple(found)
