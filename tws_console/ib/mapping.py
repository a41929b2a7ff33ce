"""Values at the border: the broker's text to Decimal, UTC and Instrument, and our values to ib_async's carriers.

Owns every sentinel of the wire. Imports model, ports and ib_async's carriers. Nothing here is a float on our side of
the border: numbers are read from the wire's text and written as positional text.

Sentinels: ib_async 2.1.0 util.py and IBKR Campus TWS API docs. Time formats: recordings of Gateway 10.40 and ib_async
issues.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from ib_async.contract import Contract
from ib_async.order import Order

from tws_console.engine.ports import Placement
from tws_console.model.instrument import Instrument

UNSET_INTEGER = 2147483647
UNSET_LONG = 9223372036854775807
UNSET_TEXT = frozenset(
    {
        "",
        str(UNSET_INTEGER),
        str(UNSET_LONG),
        "1.7976931348623157e308",
        "1.7976931348623157e+308",
        "inf",
        "infinity",
        "infinite",
        "-infinity",
        "nan",
    }
)
NO_LIMIT = frozenset({"MKT", "STP", "TRAIL", "MOC", "MOO", "MIT", "MTL", "MKT PRT", "STP PRT"})
NO_AUX = frozenset({"MKT", "LMT", "MOC", "LOC", "MOO", "LOO", "MTL", "MKT PRT"})

ZONE_ALIASES = {
    "Eastern Standard Time": "America/New_York",
    "Central Standard Time": "America/Chicago",
    "Mountain Standard Time": "America/Denver",
    "Pacific Standard Time": "America/Los_Angeles",
    "GMT Standard Time": "Europe/London",
    "Greenwich Standard Time": "Africa/Abidjan",
    "W. Europe Standard Time": "Europe/Berlin",
    "Central Europe Standard Time": "Europe/Budapest",
    "Central European Standard Time": "Europe/Warsaw",
    "Romance Standard Time": "Europe/Paris",
    "E. Europe Standard Time": "Europe/Chisinau",
    "FLE Standard Time": "Europe/Kyiv",
    "Israel Standard Time": "Asia/Jerusalem",
    "Arabian Standard Time": "Asia/Dubai",
    "India Standard Time": "Asia/Kolkata",
    "Singapore Standard Time": "Asia/Singapore",
    "China Standard Time": "Asia/Shanghai",
    "Taipei Standard Time": "Asia/Taipei",
    "Tokyo Standard Time": "Asia/Tokyo",
    "Korea Standard Time": "Asia/Seoul",
    "AUS Eastern Standard Time": "Australia/Sydney",
    "New Zealand Standard Time": "Pacific/Auckland",
    "E. South America Standard Time": "America/Sao_Paulo",
    "EDT": "America/New_York",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "CEST": "Europe/Berlin",
    "BST": "Europe/London",
    "JST": "Asia/Tokyo",
    "HKT": "Asia/Hong_Kong",
}


def decimal_or_none(text: str) -> Decimal | None:
    """A number of the wire; None for empty and for every way of saying unset. Raises ValueError for anything else."""
    if text in UNSET_TEXT:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        if text.lower() in UNSET_TEXT:
            return None
        raise ValueError(f"{text!r} is no number") from None
    if not value.is_finite() or (len(text) > 20 and text.lower() in UNSET_TEXT):
        return None
    return value


def integer(text: str) -> int:
    """An id or counter; 0 for empty and unset. Raises ValueError for anything that is no integer."""
    value = int(text) if text else 0
    return 0 if value in {UNSET_INTEGER, UNSET_LONG} else value


def flag(text: str) -> bool:
    return text not in {"", "0", "false"}


def zone_of(name: str) -> tzinfo | None:
    """The time zone by the name TWS uses, Windows names included; None when it is not known."""
    if not name:
        return None
    try:
        return ZoneInfo(ZONE_ALIASES.get(name, name))
    except (KeyError, ValueError, OSError):
        return None


def utc_time(text: str, default: tzinfo | None) -> datetime | None:
    """A time of the wire as UTC: `20260825 14:11:30 US/Eastern`, or with a dash, which means UTC.

    Text without a zone is read in `default`; None when that is unknown too, or when it is no time.
    """
    words = text.split(maxsplit=2)
    zone: tzinfo | None
    if len(words) == 1 and "-" in text:
        day, _, clock = text.partition("-")
        zone = UTC
    elif len(words) == 2:
        day, clock = words
        zone = default
    elif len(words) == 3:
        day, clock = words[:2]
        zone = zone_of(words[2])
    else:
        return None
    if zone is None:
        return None
    try:
        return datetime.strptime(f"{day} {clock}", "%Y%m%d %H:%M:%S").replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        return None


def strike_or_none(text: str) -> Decimal | None:
    """The strike; TWS writes 0 for whatever has none."""
    value = decimal_or_none(text)
    return value if value else None


def right_of(text: str) -> str:
    return "" if text in {"?", "0"} else text


def instrument_of(fields: list[str], start: int) -> Instrument:
    """The eleven contract fields that orders, executions and positions share: conId to tradingClass."""
    con_id, symbol, sec_type, expiry, strike, right, multiplier, exchange, currency, local, trading = fields[
        start : start + 11
    ]
    return Instrument(
        con_id=integer(con_id),
        symbol=symbol,
        sec_type=sec_type,
        exchange=exchange,
        currency=currency,
        local_symbol=local,
        trading_class=trading,
        expiry=expiry,
        strike=strike_or_none(strike),
        right=right_of(right),
        multiplier=multiplier,
    )


def plain(value: Decimal) -> str:
    """Positional text: str() of a Decimal may hold an exponent, which TWS refuses."""
    return format(value, "f")


def refuse_control_characters(text: str) -> str:
    """The text itself. Raises ValueError when it holds a control character: a NUL would shift every later field."""
    for character in text:
        if character < " " or "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff":
            raise ValueError(f"{text!r} holds a character that cannot be sent to TWS")
    return text


def contract_for(instrument: Instrument) -> Contract:
    """A fresh carrier. A known conId goes with symbol, type, exchange and currency alone, the rest could only
    contradict it.
    """
    contract: Any = Contract()
    contract.conId = instrument.con_id
    contract.symbol = refuse_control_characters(instrument.symbol)
    contract.secType = refuse_control_characters(instrument.sec_type)
    contract.exchange = refuse_control_characters(instrument.exchange)
    contract.currency = refuse_control_characters(instrument.currency)
    if not instrument.con_id:
        contract.primaryExchange = refuse_control_characters(instrument.primary_exch)
        contract.localSymbol = refuse_control_characters(instrument.local_symbol)
        contract.tradingClass = refuse_control_characters(instrument.trading_class)
        contract.lastTradeDateOrContractMonth = refuse_control_characters(instrument.expiry)
        contract.right = refuse_control_characters(instrument.right)
        contract.multiplier = refuse_control_characters(instrument.multiplier)
        if instrument.strike is not None:
            contract.strike = plain(instrument.strike)
    return contract  # type: ignore[no-any-return]


def order_for(placement: Placement, what_if: bool = False) -> Order:
    """A fresh carrier with every number as positional text. A what-if must be transmitted (IBKR message 413)."""
    order: Any = Order()
    order.action = refuse_control_characters(placement.action)
    order.totalQuantity = plain(placement.quantity)
    order.orderType = refuse_control_characters(placement.order_type)
    if placement.limit_price is not None:
        order.lmtPrice = plain(placement.limit_price)
    if placement.aux_price is not None:
        order.auxPrice = plain(placement.aux_price)
    order.tif = refuse_control_characters(placement.tif)
    order.account = refuse_control_characters(placement.account)
    order.orderRef = refuse_control_characters(placement.order_ref)
    order.outsideRth = placement.outside_rth
    order.transmit = placement.transmit or what_if
    order.parentId = placement.parent_id
    order.whatIf = what_if
    return order  # type: ignore[no-any-return]
