"""How numbers, ages and names are written."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from tws_console.tui.views import formats


@pytest.mark.parametrize(
    ("value", "tick", "text"),
    [
        (D("187.5"), D("0.01"), "187.50"),
        (D("1.08345"), D("0.00005"), "1.08345"),
        (D("5912.25"), D("0.25"), "5912.25"),
        (D("104250"), D("0.25"), "104250.00"),
        (D("0.0001234"), D("0.01"), "0.0001234"),
        (D("-37.63"), D("0.01"), "-37.63"),
        (D("160"), D("1"), "160"),
        (None, None, "?"),
    ],
)
def test_price_has_the_decimals_of_its_tick_when_written(value: D | None, tick: D | None, text: str) -> None:
    assert formats.price(value, tick) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (D("250000"), "250,000"),
        (D("0.25"), "0.25"),
        (D("1E+3"), "1,000"),
        (D("0.250"), "0.25"),
        (None, "?"),
        (D(0), "0"),
    ],
)
def test_quantity_keeps_separators_and_fractions_when_written(value: D | None, text: str) -> None:
    assert formats.quantity(value) == text


def test_pnl_always_has_a_sign_unless_zero_when_written() -> None:
    assert [formats.pnl(value) for value in (D("414"), D("-42.1"), D("0"), D("-0.001"), None)] == [
        "+414.00",
        "-42.10",
        "0.00",
        "0.00",
        "?",
    ]


def test_percent_has_two_decimals_below_ten_and_one_above_when_written() -> None:
    assert formats.percent(D("-0.0034"), signed=True) == "-0.34%"
    assert formats.percent(D("0.598")) == "59.8%"
    assert formats.percent(None) == "?"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (3600, "1h"), (86399, "23h"), (86400, "1d"), (1e9, "99d"),
     (None, "?"), (-5, "0s")],
)  # fmt: skip
def test_age_takes_three_cells_when_written(seconds: float | None, text: str) -> None:
    assert formats.age(seconds) == text
    assert len(formats.age(seconds)) <= 3


def test_name_is_cut_in_its_middle_when_too_long() -> None:
    assert formats.cut_middle("SPY 19DEC26 600 P", 12) == "SPY 19…600 P"
    assert formats.cut_middle("AAPL", 12) == "AAPL"
    assert formats.cut_middle("1902837465123456", 10) == "19028…3456"


@pytest.mark.parametrize(("room", "shown"), [(7, "SPY 1…P"), (8, "SP…600 P"), (9, "SPY…600 P"), (10, "SPY …600 P")])
def test_strike_is_shown_whole_or_not_at_all_when_a_name_is_cut(room: int, shown: str) -> None:
    assert formats.cut_middle("SPY 19DEC26 600 P", room) == shown


def test_control_characters_become_blanks_when_text_comes_from_outside() -> None:
    assert formats.clean("a\x1b[31mb\nc\x07") == "a [31mb c "


def test_account_is_shortened_when_shown_in_titles() -> None:
    assert formats.account_short("DU1234567") == "DU…4567"
    assert formats.account_tail("DU1234567") == "4567"


@pytest.mark.parametrize(
    ("value", "text"),
    [(D("0"), "0.00%"), (D("-0.00001"), "0.00%"), (D("0.0034"), "+0.34%"), (D("-0.119"), "-11.9%"), (None, "?")],
)
def test_percent_has_a_sign_only_when_something_moved(value: D | None, text: str) -> None:
    assert formats.percent(value, signed=True) == text


def test_percent_below_zero_keeps_its_minus_when_no_sign_is_asked_for() -> None:
    assert formats.percent(D("-0.05")) == "-5.00%"
