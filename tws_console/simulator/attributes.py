"""Owns the attributes of orders that are echoed only: what TWS writes for each, and how a row gets them quickly.

Imports `wire` only. Names as in the client libraries; defaults as in recordings of Gateway 10.40 (github
deepentropy/ibx).
"""

from collections.abc import Mapping, Sequence
from functools import cache

from tws_console.simulator.wire import UNSET_DOUBLE, UNSET_INTEGER

_EMPTY = "faPercentage faProfile rule80A settlingFirm designatedLocation startingPrice stockRefPrice delta"
_EMPTY += " stockRangeLower stockRangeUpper minQty nbboPriceCap volatility clearingAccount softDollarName"
_EMPTY += " softDollarValue extOperator"
_ZERO = "discretionaryAmt shortSaleSlot auctionStrategy blockOrder sweepToFill eTradeOnly firmQuoteOnly volatilityType"
_ZERO += " continuousUpdate referencePriceType optOutSmartRouting notHeld solicited randomizeSize randomizePrice"
_ZERO += " adjustableTrailingUnit cashQty isOmsContainer discretionaryUpToLimitPrice autoCancelParent"
_NO_PRICE = "triggerPrice adjustedStopPrice adjustedStopLimitPrice adjustedTrailingAmount"
_NO_NUMBER = "scaleInitLevelSize scaleSubsLevelSize duration postToAts"

DEFAULTS: dict[str, str] = {
    **dict.fromkeys(_EMPTY.split(), ""),
    **dict.fromkeys(_ZERO.split(), "0"),
    **dict.fromkeys(_NO_PRICE.split(), UNSET_DOUBLE),
    **dict.fromkeys(_NO_NUMBER.split(), UNSET_INTEGER),
    "exemptCode": "-1",
    "clearingIntent": "IB",
    "adjustedOrderType": "None",
}


def echo(kept: Mapping[str, str], names: str) -> Sequence[str]:
    """The values of some attributes, named with spaces between them, of an order that keeps these.

    Orders seldom have any, so that the row of the defaults is made once for each set of names.
    """
    return [kept.get(name, DEFAULTS[name]) for name in names.split()] if kept else _defaults(names)


@cache
def _defaults(names: str) -> tuple[str, ...]:
    return tuple(DEFAULTS[name] for name in names.split())
