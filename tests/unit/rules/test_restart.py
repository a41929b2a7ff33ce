"""Restart windows: over midnight, over the weekend, and when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tws_console.model.windows import NIGHTLY, parse_window
from tws_console.rules.restart import AHEAD, restart_at

NEW_YORK = ZoneInfo("America/New_York")


def at(text: str, fold: int = 0) -> datetime:
    """A time on New York's wall, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("window", "now", "inside"),
    [
        ("00:15-01:45 ET", "2026-11-25T00:14:59", False),
        ("00:15-01:45 ET", "2026-11-25T00:15:00", True),
        ("00:15-01:45 ET", "2026-11-25T01:44:59", True),
        ("00:15-01:45 ET", "2026-11-25T01:45:00", False),
        ("23:45-00:45 ET", "2026-11-24T23:45:00", True),
        ("23:45-00:45 ET", "2026-11-25T00:44:00", True),
        ("23:45-00:45 ET", "2026-11-25T00:45:00", False),
        ("Fri 23:00-Sat 03:00 ET", "2026-11-27T23:00:00", True),
        ("Fri 23:00-Sat 03:00 ET", "2026-11-28T02:59:00", True),
        ("Fri 23:00-Sat 03:00 ET", "2026-11-28T23:30:00", False),
        ("Sat 20:00-Mon 02:00 ET", "2026-11-29T12:00:00", True),
        ("Sun 01:00-Sun 00:30 ET", "2026-11-25T12:00:00", True),
        ("05:45-06:45 CET", "2026-11-25T00:00:00", True),
        ("05:45-06:45 Europe/Berlin", "2026-11-25T01:00:00", False),
    ],
)
def test_window_is_open_exactly_between_its_ends(window: str, now: str, inside: bool) -> None:
    found = restart_at([parse_window(window)], at(now))
    assert (found is not None and found.inside) is inside


def test_window_is_told_of_a_quarter_of_an_hour_ahead() -> None:
    windows = [parse_window("23:45-00:45 ET")]
    assert restart_at(windows, at("2026-11-24T23:29:59")) is None
    near = restart_at(windows, at("2026-11-24T23:33:10"))
    assert near is not None
    assert (near.inside, near.words) == (False, "Nightly reset in 12m, 23:45 ET to 00:45 ET: entry will wait.")


def test_open_window_says_until_when() -> None:
    found = restart_at([parse_window("23:45-00:45 ET")], at("2026-11-25T00:10:00"))
    assert found is not None
    assert found.words == "Nightly reset until 00:45 ET. Entry waits."


def test_the_longest_of_several_open_windows_counts() -> None:
    windows = [parse_window(text) for text in ("00:15-01:45 ET", "Fri 23:00-Sat 03:00 ET")]
    found = restart_at(windows, at("2026-11-28T01:00:00"))
    assert found is not None
    assert found.words == "Weekly reset until 03:00 ET. Entry waits."


def test_window_lasts_the_repeated_hour_when_clocks_are_set_back() -> None:
    windows = [parse_window("00:15-01:45 ET")]
    for fold in (0, 1):
        found = restart_at(windows, at("2026-11-01T01:30:00", fold))
        assert found is not None
        assert found.inside
    assert restart_at(windows, at("2026-11-01T01:45:00", 1)) is None


def test_window_is_sane_when_clocks_leap_over_its_ends() -> None:
    for text in ("02:15-02:45 ET", "01:30-02:30 ET", "02:30-03:30 ET"):
        found = restart_at([parse_window(text)], at("2026-03-08T01:45:00"))
        assert found is None or found.starts < found.ends <= found.starts + timedelta(hours=2)


@given(
    seconds=st.integers(0, 3 * 365 * 86_400),
    starts=st.integers(0, 1439),
    minutes=st.integers(1, 1400),
)
def test_answer_always_holds_or_lies_ahead_of_now(seconds: int, starts: int, minutes: int) -> None:
    now = at("2025-01-01T00:00:00") + timedelta(seconds=seconds)
    ends = (starts + minutes) % 1440
    text = f"{starts // 60:02}:{starts % 60:02}-{ends // 60:02}:{ends % 60:02} ET"
    found = restart_at([parse_window(text)], now)
    if found is not None:
        assert found.starts < found.ends
        assert (found.starts <= now < found.ends) is found.inside
        assert found.inside or now < found.starts <= now + AHEAD


def test_default_windows_can_be_read() -> None:
    assert [parse_window(text).zone_name for text in NIGHTLY] == ["ET", "ET"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("23:45-00:45", "must look like"),
        ("", "must look like"),
        ("24:00-01:00 ET", "24:00 is no time"),
        ("Fry 23:00-Sat 03:00 ET", "Fry is none of"),
        ("Fri 23:00-03:00 ET", "both days or none"),
        ("01:00-01:00 ET", "must not end where it starts"),
        ("01:00-02:00 Mars/Olympus", "Mars/Olympus is no time zone"),
        ("01:00-02:00 ../etc/passwd", "is no time zone"),
    ],
)
def test_text_of_a_window_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_window(text)
