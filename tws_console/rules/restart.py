"""Whether a restart of TWS is under way or near, from the windows of the profile. Pure; imports model only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from tws_console.model.windows import Restart, RestartWindow

AHEAD = timedelta(minutes=15)
"""How long before its start a window is told of."""


def restart_at(windows: Iterable[RestartWindow], now: datetime) -> Restart | None:
    """The window that is open at `now` (aware), the longest one when there are several; else the next one when it
    starts within AHEAD; else None.
    """
    found = [(start, end, window) for window in windows for start, end in _near(window, now)]
    inside = [row for row in found if row[0] <= now < row[1]]
    if inside:
        start, end, window = max(inside, key=lambda row: row[1])
        return Restart(True, start, end, f"{_name(window)} until {_clock(end, window)}. Entry waits.")
    ahead = [row for row in found if now < row[0] <= now + AHEAD]
    if not ahead:
        return None
    start, end, window = min(ahead, key=lambda row: row[0])
    minutes = -(-(start - now) // timedelta(minutes=1))
    words = f"{_name(window)} in {minutes}m, {_clock(start, window)} to {_clock(end, window)}: entry will wait."
    return Restart(False, start, end, words)


def _near(window: RestartWindow, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The window's occurrences around `now`, in UTC."""
    today = now.astimezone(window.zone).date()
    for offset in range(-7, 2):
        day = today + timedelta(days=offset)
        if window.starts_on in (None, day.weekday()):
            yield _span(window, day)


def _span(window: RestartWindow, day: date) -> tuple[datetime, datetime]:
    """One occurrence. A clock that is set back makes it longer: an hour that comes twice counts to its second end."""
    if window.ends_on is not None:
        days = (window.ends_on - day.weekday()) % 7
        if days == 0 and window.ends <= window.starts:
            days = 7
    else:
        days = 1 if window.ends <= window.starts else 0
    start = datetime.combine(day, window.starts, window.zone).astimezone(UTC)
    last = datetime.combine(day + timedelta(days=days), window.ends, window.zone)
    end = last.replace(fold=1).astimezone(UTC)
    # A time that a clock set forward leaps over is read with the offset before it: an end never precedes its start.
    return start, end if end > start else last.astimezone(UTC)


def _name(window: RestartWindow) -> str:
    return "Nightly reset" if window.starts_on is None else "Weekly reset"


def _clock(at: datetime, window: RestartWindow) -> str:
    return f"{at.astimezone(window.zone):%H:%M} {window.zone_name}"
