"""Owns the bars of the past: which there are and what they hold. Imports `market`, `schedule`, `contracts`.

Sizes, durations and kinds as in IBKR Campus TWS API docs, Historical Bars. Bars are made from the same function of time
as the ticks, so both agree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tws_console.simulator import schedule
from tws_console.simulator.contracts import Contract
from tws_console.simulator.market import Extent, Market, step_of

DAY, WEEK, MONTH = 86_400, 604_800, 2_592_000
SIZES = {"1 secs": 1, "5 secs": 5, "10 secs": 10, "15 secs": 15, "30 secs": 30, "1 min": 60, "2 mins": 120}
SIZES |= {"3 mins": 180, "5 mins": 300, "10 mins": 600, "15 mins": 900, "20 mins": 1200, "30 mins": 1800}
SIZES |= {"1 hour": 3600, "2 hours": 7200, "3 hours": 10_800, "4 hours": 14_400, "8 hours": 28_800}
SIZES |= {"1 day": DAY, "1 week": WEEK, "1W": WEEK, "1 month": MONTH, "1M": MONTH, "1 sec": 1, "1 mins": 60}
LEGAL_SIZES = "1 secs, 5 secs, 10 secs, 15 secs, 30 secs, 1 min, 2 mins, 3 mins, 5 mins, 10 mins, 15 mins, 20 mins, "
LEGAL_SIZES += "30 mins, 1 hour, 2 hours, 3 hours, 4 hours, 8 hours, 1 day, 1W, 1M"
KINDS = {"TRADES": "Trades", "MIDPOINT": "Midpoint", "BID": "Bid", "ASK": "Ask", "BID_ASK": "Bid/Ask"}
KINDS |= {"ADJUSTED_LAST": "Trades", "AGGTRADES": "Trades", "FEE_RATE": "FeeRate", "SCHEDULE": "Schedule"}
KINDS |= {"HISTORICAL_VOLATILITY": "HistoricalVolatility", "OPTION_IMPLIED_VOLATILITY": "OptionVolatility"}
KINDS |= {"YIELD_BID": "YieldBid", "YIELD_ASK": "YieldAsk", "YIELD_BID_ASK": "YieldBidAsk", "YIELD_LAST": "YieldLast"}
MAX_BARS = 20_000
_DURATION = re.compile(r"(\d{1,6})(?: ?([SDWMY]))?", re.IGNORECASE)
MAX_SECONDS_OF_ONE = 2000
# The most of a unit that can be asked for, and the name of the unit.
_LONGEST = {"S": (86_400, "seconds"), "D": (365, "days"), "W": (52, "weeks"), "M": (12, "months"), "Y": (68, "years")}
NO_DURATION = "Historical data request duration not specified."
WRONG_DURATION = "When specifying a unit, historical data request duration format is integer{SPACE}unit (S|D|W|M|Y)."
NEVER_TRADED = ("CASH", "CFD")


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for. `end` is aware; `all_day` is a day whose session never closes."""

    contract: Contract
    end: datetime
    duration: str
    seconds: int
    kind: str
    liquid: bool
    all_day: date | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. Volume, average and count are -1 where nothing was traded; `day` is set for bars of a day and more."""

    start: datetime
    day: date | None
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    average: Decimal
    trades: int


def read_duration(written: str) -> tuple[int, str]:
    """A number and its unit; seconds where none is named. ValueError with the words of TWS when it is neither."""
    if not written.strip():
        raise ValueError(NO_DURATION)
    parts = _DURATION.fullmatch(written.strip())
    if parts is None:
        raise ValueError(WRONG_DURATION)
    count, unit = int(parts[1]), (parts[2] or "S").upper()
    most, name = _LONGEST[unit]
    if count == 0:
        raise ValueError("Historical data requested duration is invalid.")
    if count > most and unit == "S":
        raise ValueError(f"Historical data request for greater than {most} seconds rejected.")
    if count > most:
        raise ValueError(f"Historical data requests for durations longer than {most} {name} must be made in years.")
    return count, unit


def too_long(seconds: int, duration: str) -> str | None:
    """What the service says to a duration that is too long for the size of the bars; None when it is not."""
    if seconds > 1:
        return None
    count, unit = read_duration(duration)
    return None if unit == "S" and count <= MAX_SECONDS_OF_ONE else "Time length exceed max."


def offers(contract: Contract, kind: str) -> bool:
    """Whether there is history of this kind for a contract."""
    if kind in ("TRADES", "ADJUSTED_LAST", "AGGTRADES"):
        return contract.sec_type not in NEVER_TRADED and (kind != "AGGTRADES" or contract.sec_type == "CRYPTO")
    if kind in ("BID", "ASK", "BID_ASK", "MIDPOINT"):
        return contract.sec_type != "IND"
    if kind.startswith("YIELD"):
        return contract.sec_type == "BOND"
    if kind in ("HISTORICAL_VOLATILITY", "OPTION_IMPLIED_VOLATILITY"):
        return contract.sec_type in ("STK", "IND")
    return kind == "SCHEDULE" or contract.sec_type == "STK"


def head_of(contract: Contract) -> datetime:
    """Since when there is history of a contract."""
    if contract.expiry and contract.sec_type != "BOND":
        born = datetime.strptime(contract.expiry, "%Y%m%d").replace(tzinfo=UTC) - timedelta(days=500)
        return born.replace(hour=14, minute=30)
    return datetime(1990 + contract.con_id % 20, 1 + contract.con_id % 12, 2 + contract.con_id % 7, 14, 30, tzinfo=UTC)


def sessions(query: Query) -> list[tuple[date, datetime, datetime]]:
    """The sessions that the duration covers, oldest first, each cut off at the end that was asked for."""
    count, unit = read_duration(query.duration)
    spans = {"S": timedelta(seconds=count), "W": timedelta(days=7 * count), "M": timedelta(days=30 * count)}
    begin = query.end - spans.get(unit, timedelta(days=366 * count if unit == "Y" else 2 * count + 10))
    begin = max(begin, head_of(query.contract))
    found: list[tuple[date, datetime, datetime]] = []
    day = query.end.astimezone(ZoneInfo(query.contract.time_zone)).date()
    while datetime.combine(day, datetime.max.time(), UTC) + timedelta(hours=14) > begin:
        session = _session(query, day)
        if session is not None and session[0] < query.end and session[1] > begin:
            found.append((day, max(session[0], begin) if unit == "S" else session[0], min(session[1], query.end)))
            if unit == "D" and len(found) == count:
                break
        day -= timedelta(days=1)
    return found[::-1]


def _session(query: Query, day: date) -> tuple[datetime, datetime] | None:
    if query.contract.has_expired(day):
        return None
    if day == query.all_day:
        zone = ZoneInfo(query.contract.time_zone)
        begins = datetime.combine(day, datetime.min.time(), zone)
        return begins, datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
    return schedule.session_of(query.contract, day, liquid=query.liquid)


def bars(market: Market, query: Query) -> Iterator[Bar]:
    """The bars of a request, oldest first, not more than MAX_BARS. ValueError for a wrong duration."""
    spans = sessions(query)
    if query.seconds >= DAY:
        yield from (_bar(market, query, begin, end, day) for day, begin, end in _grouped(spans, query.seconds))
        return
    starts: list[tuple[datetime, datetime]] = []
    size = timedelta(seconds=query.seconds)
    for _, begin, end in spans:
        at = begin.astimezone(UTC)
        at -= timedelta(seconds=at.timestamp() % query.seconds)
        while at < end:
            starts.append((max(at, begin), min(at + size, end)))
            at += size
    for begin, end in starts[-MAX_BARS:]:
        yield _bar(market, query, begin, end, None)


def _grouped(spans: list[tuple[date, datetime, datetime]], seconds: int) -> list[tuple[date, datetime, datetime]]:
    made: dict[tuple[int, ...], tuple[date, datetime, datetime]] = {}
    for day, begin, end in spans:
        key: tuple[int, ...] = (day.toordinal(),)
        if seconds == WEEK:
            key = day.isocalendar()[:2]
        elif seconds == MONTH:
            key = (day.year, day.month)
        made[key] = (day, made[key][1] if key in made else begin, end)
    return list(made.values())


def _bar(market: Market, query: Query, begin: datetime, end: datetime, day: date | None) -> Bar:
    first = step_of(begin)
    extent = market.extent(query.contract, first, max(first, step_of(end) - 1))
    return bar_of(market, query.contract, query.kind, extent, begin, day)


def bar_of(market: Market, contract: Contract, kind: str, extent: Extent, start: datetime, day: date | None) -> Bar:
    """Trading told as one kind of bar."""
    prices = (extent.open, extent.high, extent.low, extent.close)
    if kind in ("TRADES", "ADJUSTED_LAST", "AGGTRADES"):
        average = (sum(prices, Decimal(0)) / 4).quantize(contract.min_tick / 10)
        volume, trades = (0, 0) if contract.sec_type == "IND" else (extent.volume, extent.trades)
        return Bar(start, day, *prices, volume, average, trades)
    below = contract.spread_ticks // 2 * contract.min_tick
    above = contract.spread_ticks * contract.min_tick - below
    if kind == "BID_ASK":
        figures = [extent.open - below, extent.high + above, extent.low - below, extent.close + above]
    elif kind in ("BID", "ASK", "MIDPOINT"):
        shift = {"BID": -below, "ASK": above, "MIDPOINT": (above - below) / 2}[kind]
        figures = [price + shift for price in prices]
    else:
        figures = [figure(contract, kind, price) for price in prices]
    return Bar(start, day, figures[0], max(figures), min(figures), figures[3], -1, Decimal(-1), -1)


def figure(contract: Contract, kind: str, price: Decimal) -> Decimal:
    """A volatility, a fee or a yield that goes with a price."""
    if kind == "FEE_RATE":
        return Decimal("0.25")
    if kind.startswith("YIELD"):
        return (Decimal(contract.coupon or "0") / price * 100).quantize(Decimal("0.0001"))
    distance = price / contract.reference - 1
    base = contract.volatility or Decimal("0.25")
    if kind == "HISTORICAL_VOLATILITY":
        base -= Decimal("0.02")
    return (base * (1 - 8 * distance)).quantize(Decimal("0.000001"))
