"""Owns the decoding of placeOrder by server version. Imports `wire`, `contracts` and `orders`.

The field order and its version gates follow the official client libraries between server versions 157 and 178.
"""

from decimal import Decimal

from tws_console.simulator.contracts import read_query
from tws_console.simulator.orders import Condition, Leg, Placement, Terms
from tws_console.simulator.wire import Cursor

_CONDITION_FIELDS = {"1": 6, "3": 3, "4": 3, "5": 4, "6": 5, "7": 5}


def read_placement(fields: list[str], version: int) -> Placement:
    """Decode the fields after the message number. Raises ValueError when the message is malformed."""
    cursor = Cursor(fields)
    order_id = cursor.integer()
    query = read_query(cursor)
    cursor.skip(2)  # secIdType, secId
    values = _read_head(cursor)
    if query.sec_type == "BAG":
        _read_legs(cursor, values)
    _read_middle(cursor, version, values)
    _read_tail(cursor, values)
    _read_versioned(cursor, version)
    return Placement(order_id, query, Terms(**values))  # type: ignore[arg-type]


def _read_head(cursor: Cursor) -> dict[str, object]:
    values: dict[str, object] = {
        "action": cursor.text(),
        "quantity": cursor.decimal() or Decimal(0),
        "order_type": cursor.text(),
        "limit": cursor.decimal(),
        "aux": cursor.decimal(),
        "tif": cursor.text(),
        "oca_group": cursor.text(),
        "account": cursor.text(),
        "open_close": cursor.text(),
        "origin": cursor.integer(),
        "order_ref": cursor.text(),
        "transmit": cursor.flag(),
        "parent_id": cursor.integer(),
    }
    cursor.skip(2)  # blockOrder, sweepToFill
    values["display_size"] = cursor.integer()
    values["trigger_method"] = cursor.integer()
    values["outside_rth"] = cursor.flag()
    values["hidden"] = cursor.flag()
    return values


def _read_legs(cursor: Cursor, values: dict[str, object]) -> None:
    values["legs"] = tuple(_read_leg(cursor) for _ in range(_count(cursor)))
    values["leg_prices"] = tuple(cursor.text() for _ in range(_count(cursor)))
    values["routing"] = tuple((cursor.text(), cursor.text()) for _ in range(_count(cursor)))


def _read_leg(cursor: Cursor) -> Leg:
    con_id, ratio, action, exchange = cursor.integer(), cursor.integer(), cursor.text(), cursor.text()
    return Leg(con_id, ratio, action, exchange, tuple(cursor.text() for _ in range(4)))


def _count(cursor: Cursor) -> int:
    """How many items follow; never more than the fields that are there."""
    return min(cursor.integer(), cursor.left)


def _read_middle(cursor: Cursor, version: int, values: dict[str, object]) -> None:
    cursor.skip(2)  # the old sharesAllocation, discretionaryAmt
    values["good_after"] = cursor.text()
    values["good_till"] = cursor.text()
    cursor.skip(3)  # faGroup, faMethod, faPercentage
    if version < 177:
        cursor.skip()  # faProfile
    values["model_code"] = cursor.text()
    cursor.skip(3)  # shortSaleSlot, designatedLocation, exemptCode
    values["oca_type"] = cursor.integer()
    cursor.skip(2)  # rule80A, settlingFirm
    values["all_or_none"] = cursor.flag()
    cursor.skip()  # minQty
    values["percent_offset"] = cursor.decimal()
    cursor.skip(12)  # eTradeOnly .. volatilityType
    if cursor.text():  # deltaNeutralOrderType
        cursor.skip(8 + 1)
    else:
        cursor.skip()  # deltaNeutralAuxPrice
    cursor.skip(2)  # continuousUpdate, referencePriceType
    values["trail_stop"] = cursor.decimal()
    values["trailing_percent"] = cursor.decimal()
    cursor.skip(2)  # scaleInitLevelSize, scaleSubsLevelSize
    increment = cursor.decimal()
    if increment is not None and increment > 0:
        cursor.skip(7)
    cursor.skip(3)  # scaleTable, activeStart, activeStop
    if cursor.text():  # hedgeType
        cursor.skip()
    cursor.skip(4)  # optOutSmartRouting, clearingAccount, clearingIntent, notHeld
    if cursor.flag():  # delta-neutral contract
        cursor.skip(3)


def _read_tail(cursor: Cursor, values: dict[str, object]) -> None:
    strategy = cursor.text()
    values["algo_strategy"] = strategy
    if strategy:
        values["algo_params"] = tuple((cursor.text(), cursor.text()) for _ in range(cursor.integer()))
    cursor.skip()  # algoId
    values["what_if"] = cursor.flag()
    cursor.skip(4)  # miscOptions, solicited, randomizeSize, randomizePrice
    if values["order_type"] in ("PEG BENCH", "PEGBENCH"):
        cursor.skip(5)
    values["conditions"] = tuple(_read_condition(cursor) for _ in range(_count(cursor)))
    if values["conditions"]:
        values["conditions_ignore_rth"] = cursor.flag()
        values["conditions_cancel"] = cursor.flag()
    cursor.skip(2)  # adjustedOrderType, triggerPrice
    values["limit_offset"] = cursor.decimal()
    cursor.skip(16)  # adjustedStopPrice .. usePriceMgmtAlgo


def _read_condition(cursor: Cursor) -> Condition:
    kind = cursor.text()
    if kind not in _CONDITION_FIELDS:
        raise ValueError(f"condition type {kind[:20]!r} is unknown")
    return Condition(kind, tuple(cursor.text() for _ in range(_CONDITION_FIELDS[kind])))


def _read_versioned(cursor: Cursor, version: int) -> None:
    for gate in (158, 160, 162, 166, 169):  # duration, postToAts, autoCancelParent, errorOverride, manualOrderTime
        if version >= gate:
            cursor.skip()
