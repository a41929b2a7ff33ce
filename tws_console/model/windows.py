"""Times of the week at which TWS or the broker's servers restart. Imports the standard library only.

A window is written `00:15-01:45 ET`, or with days `Fri 23:00-Sat 03:00 ET`; the zone is ET, CT, CET, HKT or the name of
a time zone. The default ones are the broker's own for North America, nightly and on the weekend (IBKR, "System Status",
server reset times); other regions differ, so they are settings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NIGHTLY = ("00:15-01:45 ET", "Fri 23:00-Sat 03:00 ET")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ZONES = {"ET": "America/New_York", "CT": "America/Chicago", "CET": "Europe/Berlin", "HKT": "Asia/Hong_Kong"}
_FORM = re.compile(r"(?:(\w{3}) )?(\d\d:\d\d) ?- ?(?:(\w{3}) )?(\d\d:\d\d) (\S+)")


@dataclass(frozen=True, slots=True)
class RestartWindow:
    """`starts_on` and `ends_on` count from Monday, None for every day; without days it ends on the day it started, or
    on the next one when its end is not later than its start. `zone_name` is how the zone was written.
    """

    starts: time
    ends: time
    zone: ZoneInfo
    zone_name: str
    starts_on: int | None
    ends_on: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Restart:
    """The window that is open now, or the next one when it is near. `words` is one sentence."""

    inside: bool
    starts: datetime
    ends: datetime
    words: str


def parse_window(text: str) -> RestartWindow:
    """Raises ValueError that says what is wrong with the text."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError("must look like '00:15-01:45 ET' or 'Fri 23:00-Sat 03:00 ET'")
    first_day, starts, last_day, ends, zone = found.groups()
    if (first_day is None) != (last_day is None):
        raise ValueError("must name both days or none")
    window = RestartWindow(
        _time(starts),
        _time(ends),
        _zone(zone),
        zone,
        _day(first_day),
        _day(last_day),
        text.strip(),
    )
    if (window.starts, window.starts_on) == (window.ends, window.ends_on):
        raise ValueError("must not end where it starts")
    return window


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is no time of day") from None


def _day(text: str | None) -> int | None:
    if text is None:
        return None
    if text.capitalize() not in DAYS:
        raise ValueError(f"{text} is none of {' '.join(DAYS)}")
    return DAYS.index(text.capitalize())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(_ZONES.get(name.upper(), name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name} is no time zone: write ET, CT, CET, HKT or a name such as Europe/London") from None
