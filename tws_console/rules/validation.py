"""The one door for order requests: a mapping, JSON text or form fields in, an OrderRequest or every broken rule out.

Pure; imports model, rules/fields and pydantic. It checks form only: whether the instrument exists, which prices it
takes and what is wise are the broker's and the risk rules' matter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from tws_console.model.ticket import LIMIT_TYPES, STOP_TYPES, FieldError, OrderRequest
from tws_console.rules import fields
from tws_console.rules.fields import Broken, shown

_EXCHANGES = {"STK": "SMART", "CASH": "IDEALPRO", "FUT": ""}
"""Where a request goes that names no exchange. SMART routes stocks only; a future's own exchange is found with it."""


def _raised(broken: Broken) -> PydanticCustomError:
    return PydanticCustomError("broken", "{msg}", {"rule": broken.rule, "msg": broken.msg})


def _by(parse: Callable[[Any], object]) -> BeforeValidator:
    def check(value: object) -> object:
        try:
            return parse(value)
        except Broken as broken:
            raise _raised(broken) from None

    return BeforeValidator(check)


def _with(parse: Callable[[Any, Mapping[str, Any]], object]) -> BeforeValidator:
    """As `_by`, for a rule that also reads the fields checked before it (those that were right)."""

    def check(value: object, info: ValidationInfo) -> object:
        try:
            return parse(value, info.data)
        except Broken as broken:
            raise _raised(broken) from None

    return BeforeValidator(check)


def _symbol(value: object, before: Mapping[str, Any]) -> str:
    text = fields.symbol(value)
    if before.get("sec_type") == "CASH" and not (len(text) == 3 and text.isalpha()):
        raise Broken("currency", f"must be the base currency of three letters (EUR), with currency USD, got {text}")
    return text


def _quantity(value: object, before: Mapping[str, Any]) -> Decimal:
    number = fields.quantity(value)
    if before.get("sec_type") == "FUT" and number != number.to_integral_value():
        raise Broken("whole-number", f"must be a whole number of contracts, got {shown(value)}")
    return number


def _price_for(types: frozenset[str]) -> Callable[[Any, Mapping[str, Any]], Decimal | None]:
    """The rule of a price field that exactly these order types need."""

    def parse(value: object, before: Mapping[str, Any]) -> Decimal | None:
        order_type = before.get("order_type")
        if value is None:
            if order_type in types:
                raise Broken("required", f"is required for {order_type}")
            return None
        price = fields.price(value)
        if order_type is not None and order_type not in types:
            raise Broken("not-allowed", f"must not be given for {order_type}, got {shown(value)}")
        if before.get("sec_type") in {"STK", "CASH"} and price <= 0:
            raise Broken("more-than-0", f"must be more than 0, got {shown(value)}")
        return price

    return parse


def _expiry(value: object, before: Mapping[str, Any]) -> str:
    text = fields.expiry(value)
    if text and before.get("sec_type") in {"STK", "CASH"}:
        raise Broken("not-allowed", f"must not be given for {before['sec_type']}, got {text}")
    return text


def _exchange(value: object, before: Mapping[str, Any]) -> str:
    return _EXCHANGES.get(str(before.get("sec_type")), "SMART") if value is None else fields.word(value)


def _currency(value: object) -> str:
    text = fields.word(value)
    if len(text) != 3 or not text.isalpha():
        raise Broken("currency", f"must be a currency of three letters, got {shown(value) or 'nothing'}")
    return text


def _order_ref(value: object, before: Mapping[str, Any]) -> str:
    text = fields.reference(value)
    tag = before.get("client_tag", "")
    if text and tag and text != tag:
        raise Broken("agree", f"must agree with client_tag {tag}, got {text}")
    return text


class _Request(BaseModel):
    """The request schema. The order of the fields matters: a rule may read those above its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    action: Annotated[str, _by(fields.action)]
    sec_type: Annotated[str, _by(fields.sec_type)] = "STK"
    symbol: Annotated[str, _with(_symbol)]
    quantity: Annotated[Decimal, _with(_quantity)]
    order_type: Annotated[str, _by(fields.order_type)]
    limit_price: Annotated[Decimal | None, _with(_price_for(LIMIT_TYPES))] = None
    aux_price: Annotated[Decimal | None, _with(_price_for(STOP_TYPES))] = None
    tif: Annotated[str, _by(fields.tif)] = "DAY"
    expiry: Annotated[str, _with(_expiry)] = ""
    exchange: Annotated[str | None, _with(_exchange)] = None
    primary_exch: Annotated[str, _by(fields.word)] = ""
    currency: Annotated[str, _by(_currency)] = "USD"
    con_id: Annotated[int, _by(fields.con_id)] = 0
    outside_rth: Annotated[bool, _by(fields.flag)] = False
    account: Annotated[str, _by(fields.account)] = ""
    transmit: Annotated[bool, _by(fields.flag)] = False
    client_tag: Annotated[str, _by(fields.reference)] = ""
    order_ref: Annotated[str, _with(_order_ref)] = ""


FIELDS = tuple(_Request.model_fields)
REQUIRED = tuple(name for name, info in _Request.model_fields.items() if info.is_required())


def parse_request(data: Mapping[str, object]) -> OrderRequest | tuple[FieldError, ...]:
    """The request, or every broken rule in the order of the form. A field that is null counts as not given."""
    given = {str(name): value for name, value in data.items() if value is not None or name not in FIELDS}
    try:
        model = _Request.model_validate(given)
    except ValidationError as error:
        return tuple(_field_error(detail, given) for detail in error.errors(include_url=False))
    return OrderRequest(**model.model_dump())


def parse_json(text: str) -> OrderRequest | tuple[FieldError, ...]:
    """As parse_request, from the text of one JSON object. Broken JSON is an error of the field `json`."""
    try:
        data = json.loads(text, parse_float=Decimal, parse_int=_integer, object_pairs_hook=_object)
    except Broken as broken:
        return (FieldError("json", broken.rule, shown(text), broken.msg),)
    except (ValueError, ArithmeticError, RecursionError) as error:
        return (FieldError("json", "json", shown(text), f"must be one JSON object: {error}"),)
    if not isinstance(data, dict):
        got = "null" if data is None else shown(data) or "an empty text"
        return (FieldError("json", "object", shown(text), f"must be one JSON object, got {got}"),)
    return parse_request(data)


def check_field(name: str, text: str, draft: Mapping[str, str]) -> str:
    """What is wrong with field `name` holding `text` while the other fields hold `draft`, empty when nothing is.

    Fields of the draft that the schema does not know, and empty ones, are left out.
    """
    given = {field: value for field, value in {**draft, name: text}.items() if value.strip() and field in _TEXT_FIELDS}
    result = parse_request(given)
    if isinstance(result, OrderRequest):
        return ""
    return next((error.msg for error in result if error.field == name), "")


_TEXT_FIELDS = frozenset(FIELDS) - {"transmit", "outside_rth"}


def effective_order_ref(request: OrderRequest) -> str:
    """The caller's own reference, empty when none was given."""
    return request.order_ref or request.client_tag


def _integer(text: str) -> int | Decimal:
    """Python refuses to read integers of thousands of digits; as Decimal they reach the field's own rule."""
    return int(text) if len(text) <= 40 else Decimal(text)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object that names each field once: which of two quantities was meant is not for us to guess."""
    data: dict[str, object] = {}
    for name, value in pairs:
        if name in data:
            raise Broken("once", f"must name each field once, got {shown(name)} twice")
        data[name] = value
    return data


def _field_error(detail: ErrorDetails, given: Mapping[str, object]) -> FieldError:
    name = str(detail["loc"][0]) if detail["loc"] else "request"
    if detail["type"] == "missing":
        return FieldError(name, "required", "", "is required")
    value = shown(given.get(name))
    if detail["type"] == "extra_forbidden":
        nearest = get_close_matches(name.lower(), FIELDS, n=1)
        hint = f", the nearest is {nearest[0]}" if nearest else f", known are {', '.join(FIELDS)}"
        return FieldError(shown(name) or "(no name)", "known-field", value, f"is not a field of an order{hint}")
    rule = str(detail.get("ctx", {}).get("rule", detail["type"])).replace("_", "-")
    return FieldError(name, rule, value, detail["msg"])
