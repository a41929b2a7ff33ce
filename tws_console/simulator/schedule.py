"""Owns when a listing trades: sessions of a day, whether it is open, the hours as TWS writes them. Imports `contracts`.

The practice market never closes while the clock follows the wall. Once the clock is set, usual hours hold.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tws_console.simulator import holidays
from tws_console.simulator.contracts import Contract

_DAYS_AHEAD = 6
_SHORT_CLOSE, _SHORT_LATE_CLOSE = "1300", "1700"


def session_of(contract: Contract, day: date, *, liquid: bool) -> tuple[datetime, datetime] | None:
    """Opening and closing of a listing on a day of its zone, None when it stays closed."""
    place = _place(contract)
    if not contract.trades_at_weekends and (day.weekday() >= 5 or day in holidays.closed_days(day.year, place)):
        return None
    opens, closes = contract.hours[2:] if liquid else contract.hours[:2]
    if place == holidays.UNITED_STATES and day in holidays.short_days(day.year):
        closes = _SHORT_CLOSE if liquid or closes == "1600" else _SHORT_LATE_CLOSE
    zone = ZoneInfo(contract.time_zone)
    return _moment(day, opens, zone), _moment(day, closes, zone)


def _place(contract: Contract) -> str:
    """Whose holidays count: futures, currencies and bonds keep only those that all share."""
    if contract.sec_type not in ("STK", "OPT", "IND", "CFD"):
        return holidays.ALL
    return holidays.UNITED_STATES if contract.currency == "USD" else holidays.EUROPE


def _moment(day: date, written: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(int(written[:2]), int(written[2:])), zone)


def is_open(contract: Contract, now: datetime, *, liquid: bool) -> bool:
    """Whether usual hours hold `now`."""
    session = session_of(contract, now.astimezone(ZoneInfo(contract.time_zone)).date(), liquid=liquid)
    return session is not None and session[0] <= now < session[1]


def next_opening(contract: Contract, now: datetime, *, liquid: bool) -> datetime:
    """The first opening after `now`, in the zone of the listing."""
    day = now.astimezone(ZoneInfo(contract.time_zone)).date()
    while True:
        session = session_of(contract, day, liquid=liquid)
        if session is not None and session[0] > now:
            return session[0]
        day += timedelta(days=1)


def last_closing(contract: Contract, now: datetime, *, liquid: bool) -> datetime:
    """The last closing before `now`, in the zone of the listing."""
    day = now.astimezone(ZoneInfo(contract.time_zone)).date()
    while True:
        session = session_of(contract, day, liquid=liquid)
        if session is not None and session[1] <= now:
            return session[1]
        day -= timedelta(days=1)


def trading_hours(contract: Contract, now: datetime, *, liquid: bool, always_open: bool = True) -> str:
    """Sessions of today and the next five days in the contract's zone.

    With `always_open` today is written as a whole-day session whenever the usual hours do not hold `now`: a client that
    reads the hours and a client that reads the fills then agree.
    """
    today = now.astimezone(ZoneInfo(contract.time_zone)).date()
    days = []
    for offset in range(_DAYS_AHEAD):
        day = today + timedelta(days=offset)
        session = session_of(contract, day, liquid=liquid)
        if offset == 0 and always_open and not is_open(contract, now, liquid=liquid):
            days.append(f"{day:%Y%m%d}:0000-{day:%Y%m%d}:2359")
        elif session is None:
            days.append(f"{day:%Y%m%d}:CLOSED")
        else:
            days.append(f"{session[0]:%Y%m%d:%H%M}-{session[1]:%Y%m%d:%H%M}")
    return ";".join(days)
