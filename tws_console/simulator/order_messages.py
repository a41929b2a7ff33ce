"""Owns the rows about orders: openOrder, orderStatus, completedOrder, execDetails, commissionReport.

Imports `wire`, `attributes`, `orders`, `contracts` and `ports`. Field order and version gates as the official client
libraries and ib_async 2.1.0 (decoder.py) read them at server versions 157 to 178; values that TWS fills in on any order
(OCA type 3, clearing intent IB, delta-neutral type "None") as in recordings of Gateway 10.40 (github deepentropy/ibx).
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tws_console.simulator.attributes import echo, is_scaled
from tws_console.simulator.contracts import Contract
from tws_console.simulator.orders import FILLED, PRE_SUBMITTED, Execution, Order, Terms
from tws_console.simulator.ports import Preview
from tws_console.simulator.wire import UNSET_DOUBLE, UNSET_INTEGER, frame, plain, seal

_EASTERN = ZoneInfo("US/Eastern")
_DELTA_NEUTRAL = "deltaNeutralOrderType deltaNeutralAuxPrice deltaNeutralConId deltaNeutralSettlingFirm"
_DELTA_NEUTRAL += " deltaNeutralClearingAccount deltaNeutralClearingIntent deltaNeutralOpenClose"
_DELTA_NEUTRAL += " deltaNeutralShortSale deltaNeutralShortSaleSlot deltaNeutralDesignatedLocation"
_DELTA_NEUTRAL += " continuousUpdate referencePriceType"
_DONE_DELTA_NEUTRAL = (
    "volatility volatilityType deltaNeutralOrderType deltaNeutralAuxPrice deltaNeutralConId deltaNeutralShortSale"
)
_DONE_DELTA_NEUTRAL += " deltaNeutralShortSaleSlot deltaNeutralDesignatedLocation continuousUpdate referencePriceType"
_NO_MARGINS = [UNSET_DOUBLE] * 9
_BENCHMARK = "referenceContractId isPeggedChangeAmountDecrease peggedChangeAmount referenceChangeAmount"
_BENCHMARK += " referenceExchangeId"
_COMPETING = "minTradeQty minCompeteSize competeAgainstBestOffset midOffsetAtWhole midOffsetAtHalf"
_SHAREHOLDER = "Not an insider or substantial shareholder"
_SCALE = "scaleInitLevelSize scaleSubsLevelSize scalePriceIncrement"
_SCALED = f"{_SCALE} scalePriceAdjustValue scalePriceAdjustInterval scaleProfitOffset scaleAutoReset"
_SCALED += " scaleInitPosition scaleInitFillQty scaleRandomPercent"


def tws_time(at: datetime, version: int) -> str:
    """A time as TWS writes it: US/Eastern, with the zone's name from server version 174 on."""
    local = at.astimezone(_EASTERN)
    return f"{local:%Y%m%d %H:%M:%S} US/Eastern" if version >= 174 else f"{local:%Y%m%d  %H:%M:%S}"


def _price(value: Decimal | None) -> str:
    return "0.0" if value is None else plain(value)


def _flag(value: bool) -> str:
    return "1" if value else "0"


def _contract(contract: Contract, exchange: str, no_right: str = "?") -> list[str]:
    return [
        str(contract.con_id),
        contract.symbol,
        contract.sec_type,
        contract.expiry,
        plain(contract.strike),
        contract.right or no_right,
        contract.multiplier,
        exchange,
        contract.currency,
        contract.local_symbol,
        contract.trading_class,
    ]


def _benchmark(terms: Terms) -> Sequence[str]:
    """What an order is pegged to, for the one type that is."""
    return echo(terms.kept, _BENCHMARK) if terms.order_type == "PEG BENCH" else ()


def _competing(terms: Terms, version: int) -> Sequence[str]:
    """The attributes of orders that compete at IBKRATS or stand at the midpoint."""
    return echo(terms.kept, _COMPETING) if version >= 170 else ()


def open_order(order: Order, version: int, preview: Preview | None = None) -> bytes:
    """An openOrder row; with a preview it is the answer to a what-if."""
    terms, kept = order.terms, order.terms.kept
    fields = ["5", str(order.order_id), *_contract(order.contract, order.exchange), *_basics(terms)]
    fields += [terms.account, terms.open_close, str(terms.origin), terms.order_ref]
    fields += [str(order.shown_client), str(order.perm_id)]
    fields += [_flag(terms.outside_rth), _flag(terms.hidden), *echo(kept, "discretionaryAmt")]
    fields += [terms.good_after, "", *_allocation(terms, version)]
    fields += [terms.model_code, terms.good_till, *echo(kept, "rule80A"), _optional(terms.percent_offset)]
    fields += echo(kept, "settlingFirm shortSaleSlot designatedLocation exemptCode auctionStrategy")
    fields += echo(kept, "startingPrice stockRefPrice delta stockRangeLower stockRangeUpper")
    fields += [str(terms.display_size or UNSET_INTEGER), *echo(kept, "blockOrder sweepToFill")]
    fields += [_flag(terms.all_or_none), *echo(kept, "minQty"), str(terms.oca_type or 3)]
    fields += echo(kept, "eTradeOnly firmQuoteOnly nbboPriceCap")
    fields += [str(terms.parent_id), str(terms.trigger_method), *echo(kept, "volatility volatilityType")]
    fields += echo(kept, _DELTA_NEUTRAL)
    fields += [_trail_echo(order), _optional(terms.trailing_percent), "", "", *_combo(terms)]
    fields += [*_scale(terms), *_hedge(terms), *echo(kept, "optOutSmartRouting clearingAccount clearingIntent")]
    fields += [*echo(kept, "notHeld"), *_underlying(terms), *_algo(terms)]
    fields += [*echo(kept, "solicited"), _flag(terms.what_if)]
    fields += [*_state(order, preview), *echo(kept, "randomizeSize randomizePrice"), *_benchmark(terms)]
    fields += [*_conditions(terms)]
    fields += [*echo(kept, "adjustedOrderType triggerPrice"), _trail_echo(order), _offset(terms)]
    fields += echo(kept, "adjustedStopPrice adjustedStopLimitPrice adjustedTrailingAmount adjustableTrailingUnit")
    fields += [*echo(kept, "softDollarName softDollarValue"), "", *echo(kept, "cashQty"), "1"]
    fields += echo(kept, "isOmsContainer discretionaryUpToLimitPrice")
    fields.append("1" if terms.order_type == "LMT" else echo(kept, "usePriceMgmtAlgo")[0])
    for gate, name in ((158, "duration"), (160, "postToAts"), (162, "autoCancelParent")):
        if version >= gate:
            fields += echo(kept, name)
    return seal([*fields, *_competing(terms, version)])


def _allocation(terms: Terms, version: int) -> list[str]:
    """Group, method and percentage of an advisor's order, before server version 177 the profile too."""
    profile = echo(terms.kept, "faProfile") if version < 177 else []
    return [terms.fa_group, terms.fa_method, *echo(terms.kept, "faPercentage"), *profile]


def _scale(terms: Terms) -> Sequence[str]:
    """The levels of a scale order; behind an increment of the price seven more fields follow."""
    return echo(terms.kept, _SCALED if is_scaled(terms.kept) else _SCALE)


def _hedge(terms: Terms) -> Sequence[str]:
    return echo(terms.kept, "hedgeType hedgeParam" if "hedgeType" in terms.kept else "hedgeType")


def _underlying(terms: Terms) -> Sequence[str]:
    """The delta-neutral contract: whether there is one, and its id, delta and price."""
    present = "deltaNeutralContract" in terms.kept
    return echo(
        terms.kept, "deltaNeutralContract underConId underDelta underPrice" if present else "deltaNeutralContract"
    )


def _basics(terms: Terms) -> list[str]:
    return [
        terms.action,
        plain(terms.quantity),
        terms.order_type,
        _price(terms.limit),
        _price(terms.aux),
        terms.tif,
        terms.oca_group,
    ]


def _optional(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _offset(terms: Terms) -> str:
    return UNSET_DOUBLE if terms.limit_offset is None else plain(terms.limit_offset)


def _trail_echo(order: Order) -> str:
    """Where a trailing stop stands; on other orders a figure that TWS fills in and that means nothing."""
    terms = order.terms
    if terms.is_trail and order.stop is not None:
        return plain(order.stop)
    if terms.is_stop:
        return _price(terms.aux)
    return plain(terms.limit + 1) if terms.limit is not None else UNSET_DOUBLE


def _combo(terms: Terms) -> list[str]:
    """The legs in words and as fields, their prices, the routing parameters."""
    words = ",".join(f"{leg.ratio * leg.sign}|{leg.con_id}" for leg in terms.legs)
    fields = [words, str(len(terms.legs))]
    for leg in terms.legs:
        fields += [str(leg.con_id), str(leg.ratio), leg.action, leg.exchange, *leg.extras]
    fields += [str(len(terms.leg_prices)), *terms.leg_prices, str(len(terms.routing))]
    return fields + [part for pair in terms.routing for part in pair]


def _conditions(terms: Terms) -> list[str]:
    fields = [str(len(terms.conditions))]
    for condition in terms.conditions:
        fields += [condition.kind, *condition.fields]
    if terms.conditions:
        fields += [_flag(terms.conditions_ignore_rth), _flag(terms.conditions_cancel)]
    return fields


def _algo(terms: Terms) -> list[str]:
    if not terms.algo_strategy:
        return [""]
    flat = [part for pair in terms.algo_params for part in pair]
    return [terms.algo_strategy, str(len(terms.algo_params)), *flat]


def _state(order: Order, preview: Preview | None) -> list[str]:
    if preview is None:
        fee = plain(order.commission) if order.charged and order.commission is not None else UNSET_DOUBLE
        currency = "" if fee == UNSET_DOUBLE else order.contract.currency
        return [order.status, *_NO_MARGINS, fee, UNSET_DOUBLE, UNSET_DOUBLE, currency, order.warning]
    before, after = preview.before, preview.after
    rows = (before, before.changed_to(after), after)
    figures = [plain(value) for row in rows for value in (row.initial, row.maintenance, row.equity)]
    return [PRE_SUBMITTED, *figures, plain(preview.fee), UNSET_DOUBLE, UNSET_DOUBLE, order.contract.currency, ""]


def order_status(order: Order) -> bytes:
    """An orderStatus row; filled and remaining are cumulative."""
    return frame(
        3,
        order.order_id,
        order.status,
        order.filled,
        order.remaining,
        order.average,
        order.perm_id,
        order.terms.parent_id,
        order.last_price,
        order.shown_client,
        order.why_held,
        order.cap,
    )


def completed_order(order: Order, version: int) -> bytes:
    """A completedOrder row: it names neither client nor order id, only the permId."""
    terms, kept = order.terms, order.terms.kept
    fields = ["101", *_contract(order.contract, order.exchange), *_basics(terms)]
    if order.status == FILLED:
        fields[13] = "0"  # the total quantity; what was filled is told by a field of its own (recorded)
    fields += [terms.account, terms.open_close, str(terms.origin), terms.order_ref, str(order.perm_id)]
    fields += [_flag(terms.outside_rth), _flag(terms.hidden), *echo(kept, "discretionaryAmt")]
    fields += [terms.good_after, *_allocation(terms, version)]
    fields += [terms.model_code, terms.good_till, *echo(kept, "rule80A"), _optional(terms.percent_offset)]
    fields += echo(kept, "settlingFirm shortSaleSlot designatedLocation exemptCode")
    fields += echo(kept, "startingPrice stockRefPrice delta stockRangeLower stockRangeUpper")
    fields += [str(terms.display_size or UNSET_INTEGER), *echo(kept, "sweepToFill"), _flag(terms.all_or_none)]
    fields += [*echo(kept, "minQty"), str(terms.oca_type or 3), str(terms.trigger_method)]
    fields += echo(kept, _DONE_DELTA_NEUTRAL)
    fields += [_trail_echo(order), _optional(terms.trailing_percent), *_combo(terms), *_scale(terms), *_hedge(terms)]
    fields += [*echo(kept, "clearingAccount clearingIntent notHeld"), *_underlying(terms), *_algo(terms)]
    fields += [*echo(kept, "solicited"), order.status, *echo(kept, "randomizeSize randomizePrice")]
    fields += [*_benchmark(terms), *_conditions(terms), _trail_echo(order), _offset(terms), *echo(kept, "cashQty"), "1"]
    fields += [*echo(kept, "isOmsContainer"), _cancel_date(order), plain(order.filled), UNSET_INTEGER]
    fields += [*echo(kept, "autoCancelParent"), _SHAREHOLDER, "0", "0", str(order.parent_perm or 9223372036854775807)]
    fields += [f"{order.ended_at.astimezone(_EASTERN):%Y%m%d %H:%M:%S} US/Eastern", order.completed_status]
    return seal([*fields, *_competing(terms, version)])


def _cancel_date(order: Order) -> str:
    """GTC orders end with the calendar quarter after the present one; a change renews the date."""
    if order.terms.tif != "GTC":
        return ""
    renewed = order.renewed or order.created
    quarter = (renewed.month - 1) // 3 + 1
    year, month = (renewed.year, quarter * 3 + 3) if quarter < 4 else (renewed.year + 1, 3)
    return f"{year}{month:02d}{31 if month in (3, 12) else 30} 16:00:00 US/Eastern"


def execution_details(execution: Execution, request_id: int, version: int) -> bytes:
    """An execDetails row; `request_id` is -1 for a fill as it happens."""
    order = execution.order
    fields = ["11", str(request_id), str(order.order_id), *_contract(execution.contract, execution.venue, no_right="")]
    fields += [execution.exec_id, tws_time(execution.at, version), execution.account, execution.venue]
    fields += ["BOT" if execution.sign > 0 else "SLD", plain(execution.quantity), plain(execution.price)]
    fields += [str(order.perm_id), str(order.shown_client), "0", plain(execution.cumulative)]
    fields += [
        plain(execution.average),
        order.terms.order_ref,
        "",
        "",
        order.terms.model_code,
        "1" if execution.added else "2",
    ]
    if version >= 178:
        fields.append("0")
    return seal(fields)


def commission_report(execution: Execution) -> bytes:
    """A commissionReport; the realized profit of an opening trade is unset, as is the yield of what is no bond."""
    realized = UNSET_DOUBLE if execution.realized is None else plain(execution.realized)
    return frame(
        59, 1, execution.exec_id, execution.commission, execution.contract.currency, realized, UNSET_DOUBLE, ""
    )
