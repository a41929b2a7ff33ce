"""Order requests: what is accepted, and which rule with which words refuses the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tws_console.model.ticket import FieldError, OrderRequest
from tws_console.rules.validation import FIELDS, check_field, effective_order_ref, parse_json, parse_request

GOOD = {"action": "BUY", "symbol": "AAPL", "order_type": "LMT", "quantity": 10, "limit_price": 187.5}


def accepted(**changes: Any) -> OrderRequest:
    result = parse_request({**GOOD, **changes})
    assert isinstance(result, OrderRequest), result
    return result


def refused(data: Mapping[str, object]) -> dict[str, FieldError]:
    result = parse_request(data)
    assert not isinstance(result, OrderRequest), result
    return {error.field: error for error in result}


def test_parse_fills_in_defaults_when_only_required_fields_are_given() -> None:
    request = accepted()
    assert (request.sec_type, request.exchange, request.currency, request.tif) == ("STK", "SMART", "USD", "DAY")
    assert request.transmit is False
    assert request.outside_rth is False
    assert request.limit_price == Decimal("187.5")
    assert request.quantity == Decimal(10)


def test_parse_upper_cases_enums_and_symbols() -> None:
    request = accepted(action="buy", symbol="brk b", order_type="lmt", tif="gtc", currency="usd", exchange="nyse")
    assert (request.action, request.symbol, request.order_type) == ("BUY", "BRK B", "LMT")
    assert (request.tif, request.currency, request.exchange) == ("GTC", "USD", "NYSE")


@pytest.mark.parametrize("number", [0.1, "0.1", Decimal("0.10"), "1e-1", " .1 "])
def test_parse_takes_numbers_exactly_in_any_spelling(number: object) -> None:
    assert accepted(quantity=number).quantity == Decimal("0.1")


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (0, "more-than-0"),
        (-5, "more-than-0"),
        ("-0", "more-than-0"),
        (True, "number"),
        ("abc", "number"),
        ("1,000", "number"),
        ("1_000", "number"),
        ("١٠", "number"),
        ("NaN", "number"),
        ("", "number"),
        ([1], "number"),
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        (Decimal("sNaN"), "finite"),
        (1e12, "at-most"),
        ("1e999", "at-most"),
        pytest.param(10**5000, "number", id="huge"),
        ("1e-400", "decimals"),
        (0.1 + 0.2, "decimals"),
    ],
)
def test_parse_refuses_quantity_when_it_is_no_sane_number(value: object, rule: str) -> None:
    error = refused({**GOOD, "quantity": value})["quantity"]
    assert error.rule == rule
    assert error.msg.startswith("must ")
    assert len(error.value) <= 60


def test_parse_names_rule_and_value_when_quantity_is_zero() -> None:
    error = refused({**GOOD, "quantity": 0})["quantity"]
    assert error == FieldError("quantity", "more-than-0", "0", "must be more than 0, got 0")


@pytest.mark.parametrize(
    ("order_type", "limit", "aux", "field", "rule"),
    [
        ("LMT", None, None, "limit_price", "required"),
        ("LMT", 1, 2, "aux_price", "not-allowed"),
        ("MKT", 1, None, "limit_price", "not-allowed"),
        ("MKT", None, 1, "aux_price", "not-allowed"),
        ("STP", None, None, "aux_price", "required"),
        ("STP", 1, 2, "limit_price", "not-allowed"),
        ("STP LMT", None, 2, "limit_price", "required"),
        ("STP LMT", 1, None, "aux_price", "required"),
        ("LMT", 0, None, "limit_price", "more-than-0"),
    ],
)
def test_parse_refuses_prices_that_the_type_does_not_fit(
    order_type: str, limit: object, aux: object, field: str, rule: str
) -> None:
    errors = refused({**GOOD, "order_type": order_type, "limit_price": limit, "aux_price": aux})
    assert {name: error.rule for name, error in errors.items()} == {field: rule}


def test_parse_takes_a_negative_price_when_it_is_a_future() -> None:
    assert accepted(sec_type="FUT", symbol="CL", limit_price=-37.63).limit_price == Decimal("-37.63")


def test_parse_reports_every_broken_field_at_once() -> None:
    errors = refused({"action": "HOLD", "symbol": "", "order_type": "TRAIL", "quantity": 0, "tif": "FOK"})
    assert set(errors) == {"action", "symbol", "order_type", "quantity", "tif"}


def test_parse_names_the_nearest_field_when_one_is_unknown() -> None:
    error = refused({**GOOD, "limit_prise": None})["limit_prise"]
    assert error.rule == "known-field"
    assert "limit_price" in error.msg


@pytest.mark.parametrize("missing", ["action", "symbol", "order_type", "quantity"])
def test_parse_refuses_a_request_when_a_required_field_is_missing_or_null(missing: str) -> None:
    for data in ({name: value for name, value in GOOD.items() if name != missing}, {**GOOD, missing: None}):
        assert refused(data)[missing].rule == "required"


def test_parse_says_so_when_a_security_type_is_for_later() -> None:
    assert "in this version" in refused({**GOOD, "sec_type": "OPT"})["sec_type"].msg


@pytest.mark.parametrize("field", ["symbol", "account", "order_ref", "client_tag"])
def test_parse_refuses_control_characters_and_never_shows_them_raw(field: str) -> None:
    error = refused({**GOOD, field: "AB\x00\x1b[31mC"})[field]
    assert error.rule == "no-control-characters"
    assert error.msg.isprintable()
    assert error.value.isprintable()


@pytest.mark.parametrize("value", ["true", 1, 0, "", [], "yes"])
def test_parse_refuses_transmit_when_it_is_not_a_boolean(value: object) -> None:
    assert refused({**GOOD, "transmit": value})["transmit"].rule == "true-or-false"


def test_parse_wants_client_tag_and_order_ref_to_agree() -> None:
    assert refused({**GOOD, "client_tag": "a", "order_ref": "b"})["order_ref"].rule == "agree"
    assert effective_order_ref(accepted(client_tag="a", order_ref="a")) == "a"
    assert effective_order_ref(accepted(client_tag="a")) == "a"
    assert effective_order_ref(accepted()) == ""


def test_parse_refuses_order_ref_when_too_long() -> None:
    assert accepted(order_ref="x" * 40).order_ref == "x" * 40
    assert refused({**GOOD, "order_ref": "x" * 41})["order_ref"].rule == "length"


@pytest.mark.parametrize(
    ("expiry", "fine"), [("202612", True), ("20261218", True), (202612, True), ("202613", False), ("20260230", False)]
)
def test_parse_takes_expiry_of_a_future_when_it_is_a_date(expiry: object, fine: bool) -> None:
    data = {**GOOD, "sec_type": "FUT", "symbol": "ES", "expiry": expiry}
    assert isinstance(parse_request(data), OrderRequest) is fine


def test_parse_refuses_expiry_of_a_stock_and_fractions_of_a_future() -> None:
    assert refused({**GOOD, "expiry": "202612"})["expiry"].rule == "not-allowed"
    assert refused({**GOOD, "sec_type": "FUT", "quantity": "1.5"})["quantity"].rule == "whole-number"


def test_parse_gives_currencies_their_own_exchange_and_wants_the_base_as_symbol() -> None:
    assert accepted(sec_type="CASH", symbol="eur").exchange == "IDEALPRO"
    assert refused({**GOOD, "sec_type": "CASH", "symbol": "EUR.USD"})["symbol"].rule == "currency"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "json"),
        ("{", "json"),
        ("[]", "object"),
        ("null", "object"),
        ("[" * 100_000, "json"),
        ('{"quantity": 1, "quantity": 100}', "once"),
    ],
)
def test_parse_json_is_an_error_of_json_when_it_is_no_object(text: str, rule: str) -> None:
    result = parse_json(text)
    assert isinstance(result, tuple)
    assert [(error.field, error.rule) for error in result] == [("json", rule)]


def test_parse_json_keeps_prices_exact() -> None:
    request = parse_json(json.dumps(GOOD).replace("187.5", "187.123456789"))
    assert isinstance(request, OrderRequest)
    assert request.limit_price == Decimal("187.123456789")


def test_parse_json_refuses_a_number_when_it_has_thousands_of_digits() -> None:
    result = parse_json(json.dumps(GOOD).replace("10", "9" * 5000))
    assert isinstance(result, tuple)
    assert [error.field for error in result] == ["quantity"]


def test_check_field_speaks_for_its_own_field_only() -> None:
    draft = {"symbol": "AAPL", "order_type": "LMT", "side": "BUY", "quantity": "abc"}
    assert check_field("quantity", "0", draft) == "must be more than 0, got 0"
    assert check_field("quantity", "100", draft) == ""
    assert check_field("limit_price", "", draft) == "is required for LMT"
    assert check_field("limit_price", "187.52", draft) == ""
    assert check_field("limit_price", "1", {**draft, "order_type": "MKT"}) == "must not be given for MKT, got 1"
    assert check_field("nonsense", "1", draft) == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), JSON, max_size=8))
def test_parse_never_raises_and_names_every_error(data: dict[str, object]) -> None:
    result = parse_request({**GOOD, **data})
    if isinstance(result, OrderRequest):
        assert 0 < result.quantity <= 10_000_000
        assert result.order_type == "MKT" or result.limit_price is not None or result.aux_price is not None
    else:
        assert result
        assert all(error.field and error.rule and error.msg.isprintable() for error in result)


@given(st.text())
def test_parse_json_never_raises(text: str) -> None:
    assert parse_json(text)
