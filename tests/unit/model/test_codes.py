"""The broker code table: every row is usable, wrapped codes are seen through, unknown ones prove nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tws_console.model.code_table import ROWS
from tws_console.model.codes import CODES, Effect, Kind, Severity, effective_code, explain, is_note, refuses_change


def test_table_names_each_code_once() -> None:
    codes = [code for row in ROWS for code in row[0]]
    assert sorted(codes) == sorted(set(codes))
    assert len(CODES) == len(codes) > 150


def test_table_tells_what_to_do_about_every_error() -> None:
    assert [info.code for info in CODES.values() if not info.meaning] == []
    silent = {info.code for info in CODES.values() if info.severity is Severity.ERROR and not info.advice}
    assert silent == {327, 430}


@pytest.mark.parametrize(
    ("code", "effect"),
    [
        (201, Effect.REJECTED),
        (202, Effect.CANCELLED),
        (110, Effect.REFUSED),
        (321, Effect.REFUSED),
        (399, Effect.WARNING),
        (404, Effect.WARNING),
        (161, Effect.VERIFY),
        (10147, Effect.VERIFY),
        (10148, Effect.VERIFY),
        (10328, Effect.VERIFY),
        (104, Effect.VERIFY),
        (10349, Effect.NOTE),
        (10167, Effect.NOTE),
        (1100, Effect.LAMP_TWS_DOWN),
        (2110, Effect.LAMP_TWS_DOWN),
        (1101, Effect.LAMP_TWS_UP_LOST),
        (1102, Effect.LAMP_TWS_UP_KEPT),
        (2103, Effect.LAMP_DATA_DOWN),
        (2106, Effect.LAMP_HISTORY_UP),
    ],
)
def test_explain_tells_the_effect_when_known(code: int, effect: Effect) -> None:
    assert explain(code).effect is effect


def test_explain_says_client_when_id_is_in_use() -> None:
    assert explain(326).kind is Kind.CLIENT


@given(st.integers().filter(lambda code: code not in CODES))
def test_explain_asks_to_verify_when_code_is_unknown(code: int) -> None:
    info = explain(code)
    assert info.effect is Effect.VERIFY
    assert info.code == code
    assert "unverified" in info.meaning


@pytest.mark.parametrize(
    ("code", "text", "meant"),
    [
        (321, "Error validating request.-'bH' : cause - The API interface is currently in Read-Only mode.", 10119),
        (321, "Error validating request.-'v' : cause - You must specify an account.", 435),
        (320, "Error reading request. cause - Invalid time in force:XYZ", 10052),
        (322, "Error processing request.-'b' : cause - Duplicate ticker id", 102),
        (321, "Error validating request.-'v' : cause - something new", 321),
        (201, "Order rejected - reason:The API interface is currently in Read-Only mode.", 201),
    ],
)
def test_effective_code_looks_behind_the_wrapper_only(code: int, text: str, meant: int) -> None:
    assert effective_code(code, text) == meant


@given(st.sampled_from([320, 321, 322]), st.text())
def test_effective_code_is_always_in_the_table_when_wrapped(code: int, text: str) -> None:
    assert effective_code(code, text) in CODES


@pytest.mark.parametrize("code", [399, 404, 2100, 2104, 2109, 2169, 2199, 10167, 10089, 10090, 10091, 1100, 10349])
def test_is_note_when_the_request_goes_on(code: int) -> None:
    assert is_note(code)


@pytest.mark.parametrize("code", [200, 201, 202, 321, 354, 10147, 10168, 10184, 99999, -5])
def test_is_not_a_note_when_the_request_may_have_ended(code: int) -> None:
    assert not is_note(code)


@pytest.mark.parametrize(
    "code", [103, 104, 105, 110, 135, 201, 321, 329, 422, 440, 462, 2102, 10006, 10067, 10326, 10327, 10341]
)
def test_change_is_refused_when_the_broker_says_that_it_was_not_made(code: int) -> None:
    assert refuses_change(code, "some words")


@pytest.mark.parametrize("code", [202, 399, 404, 481, 2109, 2161, 10349, 1100, 2104, 99999])
def test_change_is_not_refused_when_the_code_says_something_else(code: int) -> None:
    assert not refuses_change(code, "some words")
