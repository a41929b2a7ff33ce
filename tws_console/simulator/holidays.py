"""Owns on which days exchanges stay closed or close early. Pure functions of a date; imports nothing of the package.

Rules as the exchanges publish them: the New York Stock Exchange (Holidays and Trading Hours) for what trades there, the
days on which Xetra and Euronext are both closed for Europe. Futures and currencies rest on the few days that all share.
"""

from datetime import date, timedelta
from functools import cache

UNITED_STATES, EUROPE, ALL = "US", "EU", "ALL"


@cache
def closed_days(year: int, place: str) -> frozenset[date]:
    """The days of a year, other than weekends, without a session."""
    easter = _easter(year)
    everywhere = {_observed(date(year, 1, 1)), easter - timedelta(days=2), _observed(date(year, 12, 25))}
    if place == UNITED_STATES:
        moving = {
            _weekday(year, 1, 0, 3),  # Martin Luther King
            _weekday(year, 2, 0, 3),  # Washington
            _weekday(year, 6, 0, 1) - timedelta(days=7),  # Memorial Day, the last Monday of May
            _weekday(year, 9, 0, 1),  # Labor Day
            _weekday(year, 11, 3, 4),  # Thanksgiving
        }
        fixed = {_observed(date(year, 7, 4))} | ({_observed(date(year, 6, 19))} if year >= 2022 else set())
        return frozenset(everywhere | moving | fixed)
    if place == EUROPE:
        fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)}
        return frozenset(fixed | {easter - timedelta(days=2), easter + timedelta(days=1)})
    return frozenset({date(year, 1, 1), easter - timedelta(days=2), date(year, 12, 25)})


@cache
def short_days(year: int) -> frozenset[date]:
    """The days of a year on which trading in the United States ends at 13:00."""
    before = {date(year, 7, 3), date(year, 12, 24), _weekday(year, 11, 3, 4) + timedelta(days=1)}
    return frozenset(day for day in before if day.weekday() < 5 and day not in closed_days(year, UNITED_STATES))


def _observed(day: date) -> date:
    """A holiday on a Saturday is kept on Friday, unless that is in another year, one on a Sunday on Monday."""
    if day.weekday() == 5:
        return day if (day.month, day.day) == (1, 1) else day - timedelta(days=1)
    return day + timedelta(days=1) if day.weekday() == 6 else day


def _weekday(year: int, month: int, weekday: int, number: int) -> date:
    """The first, second, third... of a weekday (0 is Monday) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _easter(year: int) -> date:
    """Easter Sunday, by the rule of Meeus for the Gregorian calendar."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)
