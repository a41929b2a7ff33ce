"""Owns the attributes of orders that are echoed only: what TWS writes for each, and how a row gets them quickly.

Imports `wire` only. Names as in the client libraries; defaults as in recordings of Gateway 10.40 (github
deepentropy/ibx).
"""

from collections.abc import Mapping, Sequence
from functools import cache

from tws_console.simulator.wire import UNSET_DOUBLE, UNSET_INTEGER, is_unset, number, plain, whole

TEXT, FLAG, WHOLE, NUMBER = "text", "flag", "whole", "number"

_TEXTS = "faPercentage faProfile rule80A settlingFirm designatedLocation clearingAccount softDollarName"
_TEXTS += " softDollarValue extOperator hedgeType hedgeParam referenceExchangeId deltaNeutralSettlingFirm"
_TEXTS += " deltaNeutralClearingAccount deltaNeutralClearingIntent deltaNeutralDesignatedLocation"
_FLAGS = "blockOrder sweepToFill eTradeOnly firmQuoteOnly continuousUpdate optOutSmartRouting notHeld solicited"
_FLAGS += " randomizeSize randomizePrice isOmsContainer discretionaryUpToLimitPrice autoCancelParent usePriceMgmtAlgo"
_FLAGS += " isPeggedChangeAmountDecrease deltaNeutralShortSale deltaNeutralContract scaleAutoReset scaleRandomPercent"
_COUNTS = "shortSaleSlot auctionStrategy volatilityType referencePriceType adjustableTrailingUnit deltaNeutralConId"
_COUNTS += " deltaNeutralShortSaleSlot underConId referenceContractId"
_NO_COUNTS = "scaleInitLevelSize scaleSubsLevelSize scalePriceAdjustInterval scaleInitPosition scaleInitFillQty"
_EMPTY_COUNTS = "minQty duration postToAts minTradeQty minCompeteSize"
_PRICES = "triggerPrice adjustedStopPrice adjustedStopLimitPrice adjustedTrailingAmount scalePriceAdjustValue"
_PRICES += " scaleProfitOffset"
_EMPTY_NUMBERS = "startingPrice stockRefPrice delta stockRangeLower stockRangeUpper nbboPriceCap volatility"
_EMPTY_NUMBERS += " deltaNeutralAuxPrice scalePriceIncrement competeAgainstBestOffset midOffsetAtWhole midOffsetAtHalf"

DEFAULTS: dict[str, str] = {
    **dict.fromkeys(_TEXTS.split(), ""),
    **dict.fromkeys(_EMPTY_NUMBERS.split(), ""),
    **dict.fromkeys(_EMPTY_COUNTS.split(), ""),
    **dict.fromkeys(_FLAGS.split(), "0"),
    **dict.fromkeys(_COUNTS.split(), "0"),
    **dict.fromkeys(_PRICES.split(), UNSET_DOUBLE),
    **dict.fromkeys(_NO_COUNTS.split(), UNSET_INTEGER),
    "exemptCode": "-1",
    "discretionaryAmt": "0",
    "cashQty": "0",
    "peggedChangeAmount": "0",
    "referenceChangeAmount": "0",
    "underDelta": "0",
    "underPrice": "0",
    "clearingIntent": "IB",
    "adjustedOrderType": "None",
    "deltaNeutralOrderType": "None",
    "deltaNeutralOpenClose": "?",
}
_WORDS = frozenset(_TEXTS.split()) | {
    "clearingIntent",
    "adjustedOrderType",
    "deltaNeutralOrderType",
    "deltaNeutralOpenClose",
}
_YES_OR_NO = frozenset(_FLAGS.split())
_WHOLE = frozenset(f"{_COUNTS} {_NO_COUNTS} {_EMPTY_COUNTS} exemptCode".split())


def as_written(name: str, field: str) -> str:
    """What a client has sent for an attribute, as TWS writes it. ValueError when it is no value of that kind."""
    kind = TEXT if name in _WORDS else FLAG if name in _YES_OR_NO else WHOLE if name in _WHOLE else NUMBER
    return as_kind(kind, field)


def as_kind(kind: str, field: str) -> str:
    """A field of one kind as TWS writes it, empty when it is unset. ValueError when it is no value of that kind.

    Echoed, such a field would break the rows of every client that is shown the order.
    """
    if kind == TEXT:
        return field
    if kind == FLAG:
        return "1" if field.lower() in ("1", "true") else "0"
    if is_unset(field):
        return ""
    return str(whole(field)) if kind == WHOLE else plain(number(field))


def is_scaled(kept: Mapping[str, str]) -> bool:
    """Whether an order has a price increment, behind which placeOrder and openOrder have seven fields more."""
    return "scalePriceIncrement" in kept and number(kept["scalePriceIncrement"]) > 0


def echo(kept: Mapping[str, str], names: str) -> Sequence[str]:
    """The values of some attributes, named with spaces between them, of an order that keeps these.

    Orders seldom have any, so that the row of the defaults is made once for each set of names.
    """
    return [kept.get(name, DEFAULTS[name]) for name in names.split()] if kept else _defaults(names)


@cache
def _defaults(names: str) -> tuple[str, ...]:
    return tuple(DEFAULTS[name] for name in names.split())
