"""Numbers keep exactly their digits, and the text is always JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tws_console.cli.jsontext import number_text, to_json, utc_text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("187.50", "187.5"),
        ("0.30", "0.3"),
        ("1E+6", "1000000"),
        ("1E-9", "0.000000001"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("100", "100"),
        ("1234567890123456789.1", "1234567890123456789.1"),
    ],
)
def test_number_has_plain_digits_when_written(number: str, text: str) -> None:
    assert number_text(Decimal(number)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15))
def test_number_reads_back_the_same_when_parsed_exactly(number: Decimal) -> None:
    assert json.loads(to_json(number), parse_float=Decimal, parse_int=Decimal) == number


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES, st.sampled_from([None, 2]))
def test_text_is_what_the_standard_library_reads_when_any_value_is_written(value: object, indent: int | None) -> None:
    assert json.loads(to_json(value, indent=indent)) == value


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), float("nan"), float("inf")])
def test_text_is_null_when_the_number_is_none(value: object) -> None:
    assert to_json([value]) == "[null]"


def test_text_is_ascii_when_words_are_not() -> None:
    assert to_json({"name": "Zürich \ud800 \x1b[31m"}).isascii()


def test_text_refuses_when_a_value_has_no_place() -> None:
    with pytest.raises(TypeError, match="object has no place"):
        to_json({"x": object()})


def test_time_is_utc_with_z_when_given_in_another_zone() -> None:
    moment = datetime(2026, 9, 15, 9, 12, 44, tzinfo=timezone(timedelta(hours=-4)))
    assert utc_text(moment) == "2026-09-15T13:12:44Z"
    assert utc_text(datetime(2026, 9, 15, 13, 12, 44, 250_000, tzinfo=UTC)) == "2026-09-15T13:12:44.250Z"
