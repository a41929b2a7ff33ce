"""Trading sessions from the hours that the broker lists for an instrument. Pure; imports model only.

Hours come as `20260928:0930-20260928:1600;20260929:CLOSED` in a named time zone (IBKR Campus TWS API docs, "Contract
Details"); zone names may be old aliases, Windows names or missing. What cannot be read is unknown, not closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tws_console.model.instrument import Instrument

_ALIASES = {
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "US/Eastern": "America/New_York",
    "Eastern Standard Time": "America/New_York",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "US/Central": "America/Chicago",
    "Central Standard Time": "America/Chicago",
    "MST": "America/Denver",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "US/Pacific": "America/Los_Angeles",
    "Pacific Standard Time": "America/Los_Angeles",
    "MET": "Europe/Berlin",
    "CET": "Europe/Berlin",
    "Central European Standard Time": "Europe/Berlin",
    "W. Europe Standard Time": "Europe/Berlin",
    "GB": "Europe/London",
    "GB-Eire": "Europe/London",
    "BST": "Europe/London",
    "GMT Standard Time": "Europe/London",
    "Japan": "Asia/Tokyo",
    "JST": "Asia/Tokyo",
    "Tokyo Standard Time": "Asia/Tokyo",
    "Hongkong": "Asia/Hong_Kong",
    "HKT": "Asia/Hong_Kong",
    "China Standard Time": "Asia/Shanghai",
    "Singapore": "Asia/Singapore",
    "Singapore Standard Time": "Asia/Singapore",
    "AUS Eastern Standard Time": "Australia/Sydney",
    "Australia/NSW": "Australia/Sydney",
    "India Standard Time": "Asia/Kolkata",
}

_SHORT = {"America/New_York": "ET", "America/Chicago": "CT", "America/Denver": "MT", "America/Los_Angeles": "PT"}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Session:
    """`open` is None when not known. `opens` and `closes` (UTC) are the next ones; `words` is for people."""

    open: bool | None
    opens: datetime | None
    closes: datetime | None
    words: str


UNKNOWN = Session(None, None, None, "hours not known")


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone that the broker means, None when it is not known. Notes in brackets are ignored."""
    plain = name.split("(")[0].strip()
    if not plain:
        return None
    try:
        return ZoneInfo(_ALIASES.get(plain, plain))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def session_at(instrument: Instrument, now: datetime, *, outside_rth: bool = False) -> Session:
    """The session at `now` (aware). Regular hours, or all trading hours with `outside_rth`."""
    zone = zone_of(instrument.time_zone)
    text = instrument.trading_hours if outside_rth else instrument.liquid_hours
    if zone is None or not text:
        return UNKNOWN
    try:
        sessions, last_day = _parse(text, zone)
    except ValueError:
        return UNKNOWN
    current = next(((start, end) for start, end in sessions if start <= now < end), None)
    if current is not None:
        words = f"{_span(*current, zone)}, closes in {_wait(current[1] - now)}"
        return Session(True, None, current[1], words)
    coming = min((span for span in sessions if span[0] > now), default=None)
    if coming is not None:
        return Session(False, *coming, _opens(coming, now, zone))
    # Past the last listed day the list is merely old; on it, the day is over or a holiday.
    return Session(False, None, None, "closed") if now.astimezone(zone).date() <= last_day else UNKNOWN


_Span = tuple[datetime, datetime]


def _parse(text: str, zone: ZoneInfo) -> tuple[list[_Span], date]:
    """Sessions in order (UTC) and the last day listed. Raises ValueError for a text in any other form."""
    sessions: list[_Span] = []
    days: list[date] = []
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        day_text, _, hours = entry.partition(":")
        day = _day(day_text)
        days.append(day)
        if hours.upper() == "CLOSED":
            continue
        for span in hours.split(","):
            start, dash, end = span.partition("-")
            if not dash:
                raise ValueError(span)
            sessions.append((_at(start, day, zone), _at(end, day, zone)))
    if not days or any(end <= start for start, end in sessions):
        raise ValueError(text)
    return sorted(sessions), max([*days, *(end.astimezone(zone).date() for _, end in sessions)])


def _day(text: str) -> date:
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _at(text: str, day: date, zone: ZoneInfo) -> datetime:
    """`0930` on that day, or `20260928:0930` on its own."""
    if ":" in text:
        day_text, _, text = text.partition(":")
        day = _day(day_text)
    if len(text) != 4 or not (text.isascii() and text.isdigit()) or int(text[:2]) > 24 or int(text[2:]) > 59:
        raise ValueError(text)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    # Adding to a zoned time moves the clock on the wall, which is what is meant; 2400 becomes the next midnight.
    return (midnight + timedelta(hours=int(text[:2]), minutes=int(text[2:]))).astimezone(UTC)


def _opens(span: _Span, now: datetime, zone: ZoneInfo) -> str:
    wait, start = _wait(span[0] - now), span[0].astimezone(zone)
    if start.date() == now.astimezone(zone).date():
        return f"{_span(*span, zone)}, opens in {wait}"
    return f"{_span(*span, zone)}, opens {_DAYS[start.weekday()]} in {wait}"


def _span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    start, end = start.astimezone(zone), end.astimezone(zone)
    return f"{start:%H:%M}-{end:%H:%M} {_SHORT.get(zone.key) or start.tzname()}"


def _wait(left: timedelta) -> str:
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    if minutes < 60:
        return f"{minutes}m"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h{rest:02d}m" if rest else f"{hours}h"
    return f"{hours // 24}d"
