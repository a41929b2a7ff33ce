"""Owns when an order may work, when it ends, and which auction it takes part in. Imports `schedule` and `orders`.

The practice market is in session whatever the wall clock says; sessions open and close only while the simulator's clock
is set. Moments are written as IBKR Campus TWS API docs (Order Management) have them: "yyyymmdd hh:mm:ss ZONE",
"yyyymmdd-hh:mm:ss" in UTC, a time or a date alone in US/Eastern.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tws_console.simulator import schedule
from tws_console.simulator.contracts import Contract
from tws_console.simulator.orders import CLOSE_TYPES, SUBMITTED, Order, Terms

_NO_EXTENDED = frozenset({"MKT", "MIDPRICE", "REL"}) | CLOSE_TYPES
_MOMENT = re.compile(r"(?:(\d{8})(?:[ -]|$))?(?:(\d{2}:\d{2}(?::\d{2})?)(?: +(\S+))?)?")


class TimeSource(Protocol):
    """The simulator's clock as far as sessions need it."""

    @property
    def is_set(self) -> bool:
        """Whether somebody has set the time; sessions open and close only then."""

    def now(self) -> datetime:
        """The time as an aware UTC value."""


def _liquid(contract: Contract, extended: bool) -> bool:
    """Stocks tell regular hours from extended ones; everything else trades in all of its hours."""
    return contract.sec_type == "STK" and not extended


def next_close(contract: Contract, now: datetime, *, extended: bool = False) -> datetime:
    """The first closing after this moment, UTC."""
    day = now.astimezone(ZoneInfo(contract.time_zone)).date()
    while True:
        session = schedule.session_of(contract, day, liquid=_liquid(contract, extended))
        if session is not None and session[1] > now:
            return session[1].astimezone(UTC)
        day += timedelta(days=1)


def read_moment(written: str, now: datetime) -> datetime:
    """A moment as clients write it, UTC; a time alone is one of today. ValueError when it is none."""
    parts = _MOMENT.fullmatch(written.strip())
    if parts is None or not written.strip():
        raise ValueError(f"{written[:40]!r} is no date and time")
    day, clock, name = parts.groups()
    try:
        zone = ZoneInfo(name or ("UTC" if written.strip()[8:9] == "-" else "US/Eastern"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name[:40]!r} is no time zone") from None
    on = date.fromisoformat(day) if day else now.astimezone(zone).date()
    at = time.fromisoformat(clock) if clock else time(23, 59, 59)
    try:
        return datetime.combine(on, at, zone).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{written[:40]!r} is out of range") from None


def takes_extended(terms: Terms, contract: Contract) -> bool:
    """Whether trading outside regular hours is asked for and possible with this type."""
    return terms.outside_rth and not ignores_extended(terms, contract)


def ignores_extended(terms: Terms, contract: Contract) -> bool:
    """Whether the flag for trading outside regular hours is set and has no meaning for this type."""
    return terms.outside_rth and contract.sec_type == "STK" and (terms.order_type in _NO_EXTENDED or terms.tif == "OPG")


class Hours:
    """What the clock says about an order."""

    def __init__(self, clock: TimeSource) -> None:
        self._clock = clock

    def open_for(self, terms: Terms, contract: Contract) -> bool:
        """Whether the order may trade now; always while the clock is not set."""
        if not self._clock.is_set:
            return True
        return schedule.is_open(contract, self._clock.now(), liquid=_liquid(contract, takes_extended(terms, contract)))

    def opening(self, terms: Terms, contract: Contract) -> datetime | None:
        """When the session that the order waits for begins, or None when it need not wait."""
        if self.open_for(terms, contract):
            return None
        return self._next_open(contract, extended=takes_extended(terms, contract))

    def reopens(self, order: Order) -> datetime | None:
        """When a cancel of the order can be confirmed: None for at once, else the opening of the exchange it works at.

        The broker holds stock orders itself while the market is shut; other orders rest at their exchange, whose breaks
        leave a cancel unanswered (QuantConnect/Lean.Brokerages.InteractiveBrokers PR 256).
        """
        if order.contract.sec_type == "STK" or order.status != SUBMITTED:
            return None
        return self.opening(order.terms, order.contract)

    def _next_open(self, contract: Contract, *, extended: bool) -> datetime:
        found = schedule.next_opening(contract, self._clock.now(), liquid=_liquid(contract, extended))
        return found.astimezone(UTC)

    def auction(self, terms: Terms, contract: Contract) -> datetime | None:
        """The opening or closing auction that the order takes part in."""
        if terms.tif == "OPG":
            return self._next_open(contract, extended=False)
        if terms.order_type in CLOSE_TYPES:
            return next_close(contract, self._clock.now())
        return None

    def start(self, terms: Terms) -> datetime | None:
        """The moment named by goodAfterTime when it has not come yet."""
        if not terms.good_after:
            return None
        moment = read_moment(terms.good_after, self._clock.now())
        return moment if moment > self._clock.now() else None

    def set_times(self, order: Order) -> None:
        """Note on a new order what it waits for and when it ends."""
        terms, contract = order.terms, order.contract
        order.auction_at = self.auction(terms, contract)
        starts = [self.start(terms), None if order.auction_at else self.opening(terms, contract)]
        order.opens_at = max((moment for moment in starts if moment is not None), default=None)
        self.set_end(order)

    def set_end(self, order: Order) -> None:
        """Note when the order ends by itself."""
        order.expires_at = self.end(order.terms, order.contract)

    def end(self, terms: Terms, contract: Contract) -> datetime | None:
        """When the order ends by itself: a GTD at its moment, DAY and DTC at the close while the clock is set."""
        now = self._clock.now()
        if terms.tif == "GTD":
            return read_moment(terms.good_till, now)
        if terms.tif not in ("DAY", "DTC") or not self._clock.is_set or terms.order_type in CLOSE_TYPES:
            return None
        opening = self.opening(terms, contract)
        return next_close(contract, opening or now, extended=takes_extended(terms, contract))
