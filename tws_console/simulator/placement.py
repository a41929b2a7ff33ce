"""Owns the decoding of placeOrder by server version. Imports `wire`, `attributes`, `contracts`, `orders`.

The field order and its version gates follow the official client libraries between server versions 157 and 178. What
the practice market does not act on is kept as it came, by name, so that it is echoed.
"""

from decimal import Decimal
from typing import cast

from tws_console.simulator.attributes import DEFAULTS, FLAG, NUMBER, TEXT, WHOLE, as_kind, as_written, is_scaled
from tws_console.simulator.contracts import read_query
from tws_console.simulator.orders import Condition, Leg, Placement, Terms
from tws_console.simulator.wire import Cursor, is_unset, plain

_LEG_EXTRAS = (WHOLE, WHOLE, TEXT, WHOLE)  # openClose, shortSaleSlot, designatedLocation, exemptCode
_CONDITIONS = {
    "1": (TEXT, FLAG, NUMBER, WHOLE, TEXT, WHOLE),  # price, with contract, exchange and trigger method
    "3": (TEXT, FLAG, TEXT),  # time
    "4": (TEXT, FLAG, WHOLE),  # margin cushion
    "5": (TEXT, TEXT, TEXT, TEXT),  # execution
    "6": (TEXT, FLAG, WHOLE, WHOLE, TEXT),  # volume
    "7": (TEXT, FLAG, NUMBER, WHOLE, TEXT),  # change in per cent
}


def read_placement(fields: list[str], version: int) -> Placement:
    """Decode the fields after the message number. Raises ValueError when the message is malformed."""
    cursor = Cursor(fields)
    order_id = cursor.identity()
    query = read_query(cursor)
    cursor.skip(2)  # secIdType, secId
    values = _read_head(cursor)
    if query.sec_type == "BAG":
        _read_legs(cursor, values)
    _read_middle(cursor, version, values)
    _read_tail(cursor, values)
    _read_versioned(cursor, version, values)
    return Placement(order_id, query, Terms(**values))  # type: ignore[arg-type]


def _keep(cursor: Cursor, values: dict[str, object], *names: str) -> None:
    """Keep the next fields, without those that say what TWS writes anyway. ValueError when one does not fit."""
    kept = values.setdefault("kept", {})
    assert isinstance(kept, dict)
    for name in names:
        field = cursor.text()
        if not is_unset(field) and (written := as_written(name, field)) != DEFAULTS[name]:
            kept[name] = written


def _read_head(cursor: Cursor) -> dict[str, object]:
    values: dict[str, object] = {
        "action": cursor.text(),
        "quantity": cursor.decimal() or Decimal(0),
        "order_type": cursor.text(),
        "limit": cursor.decimal(),
        "aux": cursor.decimal(),
        "tif": (tif := cursor.text()) or "DAY",
        "preset_tif": not tif,
        "oca_group": cursor.text(),
        "account": cursor.text(),
        "open_close": cursor.text(),
        "origin": cursor.integer(),
        "order_ref": cursor.text(),
        "transmit": cursor.flag(),
        "parent_id": cursor.integer(),
    }
    _keep(cursor, values, "blockOrder", "sweepToFill")
    values["display_size"] = cursor.integer()
    values["trigger_method"] = cursor.integer()
    values["outside_rth"] = cursor.flag()
    values["hidden"] = cursor.flag()
    return values


def _read_legs(cursor: Cursor, values: dict[str, object]) -> None:
    values["legs"] = tuple(_read_leg(cursor) for _ in range(_count(cursor)))
    values["leg_prices"] = tuple(as_kind(NUMBER, cursor.text()) for _ in range(_count(cursor)))
    values["routing"] = tuple((cursor.text(), cursor.text()) for _ in range(_count(cursor)))


def _read_leg(cursor: Cursor) -> Leg:
    con_id, ratio, action, exchange = cursor.integer(), cursor.integer(), cursor.text(), cursor.text()
    return Leg(con_id, ratio, action, exchange, tuple(as_kind(kind, cursor.text()) for kind in _LEG_EXTRAS))


def _count(cursor: Cursor) -> int:
    """How many items follow; never more than the fields that are there."""
    return min(cursor.integer(), cursor.left)


def _read_middle(cursor: Cursor, version: int, values: dict[str, object]) -> None:
    cursor.skip()  # the old sharesAllocation
    _keep(cursor, values, "discretionaryAmt")
    values["good_after"] = cursor.text()
    values["good_till"] = cursor.text()
    values["fa_group"] = cursor.text()
    values["fa_method"] = cursor.text()
    _keep(cursor, values, "faPercentage")
    if version < 177:
        _keep(cursor, values, "faProfile")
    values["model_code"] = cursor.text()
    _keep(cursor, values, "shortSaleSlot", "designatedLocation", "exemptCode")
    values["oca_type"] = cursor.integer()
    _keep(cursor, values, "rule80A", "settlingFirm")
    values["all_or_none"] = cursor.flag()
    _keep(cursor, values, "minQty")
    values["percent_offset"] = cursor.decimal()
    _keep(cursor, values, "eTradeOnly", "firmQuoteOnly", "nbboPriceCap", "auctionStrategy", "startingPrice")
    _keep(cursor, values, "stockRefPrice", "delta", "stockRangeLower", "stockRangeUpper")
    cursor.skip()  # overridePercentageConstraints, which is no attribute of the order
    _keep(cursor, values, "volatility", "volatilityType")
    has_second = bool(cursor.peek())
    _keep(cursor, values, "deltaNeutralOrderType", "deltaNeutralAuxPrice")
    if has_second:
        _keep(cursor, values, "deltaNeutralConId", "deltaNeutralSettlingFirm", "deltaNeutralClearingAccount")
        _keep(cursor, values, "deltaNeutralClearingIntent", "deltaNeutralOpenClose", "deltaNeutralShortSale")
        _keep(cursor, values, "deltaNeutralShortSaleSlot", "deltaNeutralDesignatedLocation")
    _keep(cursor, values, "continuousUpdate", "referencePriceType")
    values["trail_stop"] = cursor.decimal()
    values["trailing_percent"] = cursor.decimal()
    _read_scale(cursor, values)
    has_hedge = bool(cursor.peek())
    _keep(cursor, values, "hedgeType", *(["hedgeParam"] if has_hedge else []))
    _keep(cursor, values, "optOutSmartRouting", "clearingAccount", "clearingIntent", "notHeld", "deltaNeutralContract")
    if "deltaNeutralContract" in cast(dict[str, str], values["kept"]):
        _keep(cursor, values, "underConId", "underDelta", "underPrice")


def _read_scale(cursor: Cursor, values: dict[str, object]) -> None:
    _keep(cursor, values, "scaleInitLevelSize", "scaleSubsLevelSize", "scalePriceIncrement")
    if is_scaled(cast(dict[str, str], values["kept"])):
        _keep(cursor, values, "scalePriceAdjustValue", "scalePriceAdjustInterval", "scaleProfitOffset")
        _keep(cursor, values, "scaleAutoReset", "scaleInitPosition", "scaleInitFillQty", "scaleRandomPercent")
    cursor.skip(3)  # scaleTable, activeStart, activeStop


def _read_tail(cursor: Cursor, values: dict[str, object]) -> None:
    strategy = cursor.text()
    values["algo_strategy"] = strategy
    if strategy:
        values["algo_params"] = tuple((cursor.text(), cursor.text()) for _ in range(cursor.integer()))
    cursor.skip()  # algoId
    values["what_if"] = cursor.flag()
    cursor.skip()  # miscOptions
    _keep(cursor, values, "solicited", "randomizeSize", "randomizePrice")
    if values["order_type"] == "PEG BENCH":
        _keep(cursor, values, "referenceContractId", "isPeggedChangeAmountDecrease", "peggedChangeAmount")
        _keep(cursor, values, "referenceChangeAmount", "referenceExchangeId")
    values["conditions"] = tuple(_read_condition(cursor) for _ in range(_count(cursor)))
    if values["conditions"]:
        values["conditions_ignore_rth"] = cursor.flag()
        values["conditions_cancel"] = cursor.flag()
    _keep(cursor, values, "adjustedOrderType", "triggerPrice")
    values["limit_offset"] = cursor.decimal()
    _keep(cursor, values, "adjustedStopPrice", "adjustedStopLimitPrice", "adjustedTrailingAmount")
    _keep(cursor, values, "adjustableTrailingUnit", "extOperator", "softDollarName", "softDollarValue")
    _read_cash(cursor, values)
    cursor.skip(4)  # the four fields of MiFID II, which no answer carries
    cursor.skip()  # dontUseAutoPriceForHedge
    _keep(cursor, values, "isOmsContainer", "discretionaryUpToLimitPrice", "usePriceMgmtAlgo")


def _read_cash(cursor: Cursor, values: dict[str, object]) -> None:
    cash, kept = cursor.decimal(), values["kept"]
    assert isinstance(kept, dict)
    if cash:
        values["cash"] = cash
        kept["cashQty"] = plain(cash)


def _read_condition(cursor: Cursor) -> Condition:
    kind = cursor.text()
    if kind not in _CONDITIONS:
        raise ValueError(f"condition type {kind[:20]!r} is unknown")
    return Condition(kind, tuple(as_kind(each, cursor.text()) for each in _CONDITIONS[kind]))


def _read_versioned(cursor: Cursor, version: int, values: dict[str, object]) -> None:
    for gate, name in ((158, "duration"), (160, "postToAts"), (162, "autoCancelParent")):
        if version >= gate:
            _keep(cursor, values, name)
    for gate in (166, 169):  # advancedErrorOverride, manualOrderTime
        if version >= gate:
            cursor.skip()
    if version >= 170 and values["order_type"] == "PEG MID":
        _keep(cursor, values, "midOffsetAtWhole", "midOffsetAtHalf")
