"""Sessions read from the broker's hours: open, closed, and unknown when they cannot be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rules.build import AAPL
from tws_console.model.instrument import Instrument
from tws_console.rules.hours import UNKNOWN, session_at, zone_of

LIQUID = "20260925:0930-20260925:1600;20260926:CLOSED;20260928:0930-20260928:1600"
STOCK = replace(AAPL, time_zone="US/Eastern", liquid_hours=LIQUID, trading_hours="20260928:0400-20260928:2000")


def at(day: int, hour: int, minute: int = 0, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_session_is_open_and_tells_its_end_when_inside() -> None:
    session = session_at(STOCK, at(28, 13, 30))
    assert session.open is True
    assert session.closes == at(28, 20)
    assert session.words == "09:30-16:00 ET, closes in 6h30m"


def test_session_tells_the_opening_when_before_it() -> None:
    session = session_at(STOCK, at(28, 13, 13))
    assert session.open is False
    assert session.opens == at(28, 13, 30)
    assert session.words == "09:30-16:00 ET, opens in 17m"


def test_session_names_the_day_when_it_opens_on_another() -> None:
    session = session_at(STOCK, at(26, 15))
    assert session.open is False
    assert session.words == "09:30-16:00 ET, opens Mon in 1d"


def test_session_is_closed_at_its_very_end_and_unknown_when_the_list_is_over() -> None:
    assert session_at(STOCK, at(25, 20)).open is False
    last = session_at(STOCK, at(28, 20))
    assert (last.open, last.opens, last.words) == (False, None, "closed")
    assert session_at(STOCK, at(29, 14)) == UNKNOWN


def test_session_uses_all_trading_hours_when_outside_regular_is_allowed() -> None:
    assert session_at(STOCK, at(28, 9)).open is False
    assert session_at(STOCK, at(28, 9), outside_rth=True).open is True


def test_session_spans_midnight_and_knows_short_forms() -> None:
    future = replace(AAPL, time_zone="US/Central", liquid_hours="20260927:1700-20260928:1600")
    assert session_at(future, at(28, 3)).open is True
    lunch = replace(AAPL, time_zone="Hongkong", liquid_hours="20260928:0930-1200,1300-1600")
    assert session_at(lunch, at(28, 4, 30)).open is False
    assert session_at(lunch, at(28, 5, 30)).open is True
    assert session_at(lunch, at(28, 4, 30)).words == "13:00-16:00 HKT, opens in 30m"
    whole = replace(AAPL, time_zone="UTC", liquid_hours="20260928:0000-20260928:2400")
    assert session_at(whole, at(28, 23, 59)).closes == at(29, 0)


def test_session_follows_summer_time() -> None:
    winter = replace(STOCK, liquid_hours="20261102:0930-20261102:1600")
    assert session_at(winter, at(2, 14, 29, month=11)).open is False
    assert session_at(winter, at(2, 14, 30, month=11)).open is True


@pytest.mark.parametrize(
    "instrument",
    [
        replace(STOCK, time_zone=""),
        replace(STOCK, time_zone="Mars/Olympus"),
        replace(STOCK, time_zone="../etc/passwd"),
        replace(STOCK, liquid_hours=""),
        replace(STOCK, liquid_hours="nonsense"),
        replace(STOCK, liquid_hours="20260928:0930"),
        replace(STOCK, liquid_hours="20269928:0930-20260928:1600"),
        replace(STOCK, liquid_hours="20260928:1600-20260928:0930"),
        replace(STOCK, liquid_hours="20260928:0930-20260928:1660"),
    ],
)
def test_session_is_unknown_when_zone_or_hours_cannot_be_read(instrument: Instrument) -> None:
    assert session_at(instrument, at(28, 14)) == UNKNOWN


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("EST", "America/New_York"),
        ("EST (Eastern Standard Time)", "America/New_York"),
        ("MET", "Europe/Berlin"),
        ("Central European Standard Time", "Europe/Berlin"),
        ("Japan", "Asia/Tokyo"),
        ("America/New_York", "America/New_York"),
    ],
)
def test_zone_of_knows_the_brokers_names(name: str, key: str) -> None:
    zone = zone_of(name)
    assert zone is not None
    assert zone.key == key


@given(st.text(), st.text())
def test_session_never_raises_whatever_the_broker_says(zone: str, hours: str) -> None:
    session = session_at(replace(STOCK, time_zone=zone, liquid_hours=hours), at(28, 14))
    assert session.open in {True, False, None}


@given(st.text(alphabet="0123456789:-;,CLOSED", max_size=40))
def test_session_never_raises_on_almost_valid_hours(hours: str) -> None:
    session = session_at(replace(STOCK, liquid_hours=hours), at(28, 14))
    assert (session.open is True) <= (session.closes is not None)
