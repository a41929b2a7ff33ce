"""The ticket while it is typed: texts of fields, and what is wrong with them. Pure; imports model and rules only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from tws_console.model.instrument import Instrument, PriceStep
from tws_console.model.order import Order
from tws_console.model.position import Position
from tws_console.model.ticket import LIMIT_TYPES, ORDER_TYPES, STOP_TYPES, TIFS, FieldError, OrderRequest
from tws_console.rules import ticks
from tws_console.rules.validation import check_field, parse_request

FIELDS = ("symbol", "side", "quantity", "type", "limit", "stop", "tif", "hours", "account", "send")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "side": ("BUY", "SELL"),
    "type": ORDER_TYPES,
    "tif": TIFS,
    "hours": ("regular", "outside"),
    "send": ("staged", "transmit"),
}
PRICES = frozenset({"limit", "stop"})
TEXTS = frozenset({"symbol", "quantity", *PRICES})
SCHEMA: Mapping[str, str] = {
    "symbol": "symbol",
    "side": "action",
    "quantity": "quantity",
    "type": "order_type",
    "limit": "limit_price",
    "stop": "aux_price",
    "tif": "tif",
    "account": "account",
}
"""Field of the form to field of the request."""
_FORM = {request: form for form, request in SCHEMA.items()}
_SEC_TYPES = frozenset({"STK", "FUT", "CASH"})

_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(\.\d+)?", re.ASCII)
_PAIR = re.compile(r"([A-Z]{3})\.([A-Z]{3})")
_MONTH_NAMES = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_FUTURE = re.compile(rf"(\S+) ({_MONTH_NAMES})(\d\d)")
_MONTHS = dict(zip(_MONTH_NAMES.split("|"), (f"{month:02}" for month in range(1, 13)), strict=True))


@dataclass(frozen=True, slots=True)
class Draft:
    """What the fields hold. `instrument` is the listing that the symbol was resolved to, with its price steps."""

    symbol: str = ""
    side: str = "BUY"
    quantity: str = ""
    type: str = "LMT"
    limit: str = ""
    stop: str = ""
    tif: str = "DAY"
    hours: str = "regular"
    account: str = ""
    send: str = "staged"
    instrument: Instrument | None = None
    steps: tuple[PriceStep, ...] = field(default=())
    reduce_only: bool = False
    """It was made to close a position, and may do nothing else."""

    def text(self, name: str) -> str:
        return str(getattr(self, name))

    def with_text(self, name: str, text: str) -> Draft:
        """The draft with one field changed; another symbol is no longer the instrument that was resolved."""
        changed = replace(self, **{name: text})  # type: ignore[arg-type]
        if name == "symbol" and (self.instrument is None or text != self.instrument.name):
            return replace(changed, instrument=None, steps=())
        return changed

    def price(self, name: str) -> Decimal | None:
        """The number in a price field, None while it is none."""
        return number(name, self.text(name))


def ungrouped(name: str, text: str) -> str:
    """The text of a number without commas between its thousands. Any other comma stays and is an error: 187,40 is meant
    as 187.40 by some, and so is 1,085 where a price is asked for.
    """
    grouped = _GROUPED.fullmatch(text.strip())
    return text.replace(",", "") if grouped and (name not in PRICES or grouped[1]) else text


def number(name: str, text: str) -> Decimal | None:
    """The number that is in a field, None while there is none."""
    try:
        value = Decimal(ungrouped(name, text))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def visible(draft: Draft, accounts: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that this kind of order has, in the order of the form."""
    hidden = set()
    if draft.type not in LIMIT_TYPES:
        hidden.add("limit")
    if draft.type not in STOP_TYPES:
        hidden.add("stop")
    if len(accounts) < 2:
        hidden.add("account")
    return tuple(name for name in FIELDS if name not in hidden)


def choices(name: str, accounts: tuple[str, ...]) -> tuple[str, ...]:
    return accounts if name == "account" else CHOICES.get(name, ())


def named(text: str) -> dict[str, str]:
    """The request's fields for a typed name: `AAPL`, `EUR.USD`, `ES DEC26`."""
    text = text.strip().upper()
    if pair := _PAIR.fullmatch(text):
        return {"symbol": pair[1], "sec_type": "CASH", "exchange": "IDEALPRO", "currency": pair[2]}
    if future := _FUTURE.fullmatch(text):
        return {"symbol": future[1], "sec_type": "FUT", "expiry": f"20{future[3]}{_MONTHS[future[2]]}"}
    return {"symbol": text}


def listed(instrument: Instrument) -> dict[str, str]:
    """The request's fields for a resolved instrument."""
    found = {
        "symbol": instrument.symbol,
        "sec_type": instrument.sec_type,
        "exchange": instrument.exchange,
        "currency": instrument.currency,
        "primary_exch": instrument.primary_exch if instrument.sec_type == "STK" else "",
        "expiry": instrument.expiry if instrument.sec_type == "FUT" else "",
        "con_id": str(instrument.con_id) if instrument.con_id else "",
    }
    return {name: text for name, text in found.items() if text}


def request_fields(draft: Draft, accounts: tuple[str, ...]) -> dict[str, str]:
    """The draft under the names of the request schema; fields that are hidden or empty are left out."""
    found = named(draft.symbol) if draft.instrument is None else listed(draft.instrument)
    for name in visible(draft, accounts):
        text = draft.text(name).strip()
        if name in SCHEMA and name != "symbol" and text:
            found[SCHEMA[name]] = ungrouped(name, text) if name in TEXTS else text
    return found


def errors(draft: Draft, accounts: tuple[str, ...]) -> dict[str, str]:
    """What is wrong, by field of the form; a missing instrument is not an error yet."""
    given = request_fields(draft, accounts)
    found: dict[str, str] = {}
    for name in visible(draft, accounts):
        if message := _field_error(name, draft, given, accounts):
            found[name] = message
    return found


def _field_error(name: str, draft: Draft, given: Mapping[str, str], accounts: tuple[str, ...]) -> str:
    if name == "account" and draft.account not in accounts:
        return "is required: space chooses"
    if name == "symbol" and draft.instrument is not None and draft.instrument.sec_type not in _SEC_TYPES:
        return f"must be a stock, future or currency pair, got {draft.instrument.sec_type}"
    if name not in SCHEMA:
        return ""
    if message := check_field(SCHEMA[name], given.get(SCHEMA[name], ""), given):
        return message
    price = draft.price(name) if name in PRICES else None
    return "" if price is None else ticks.tick_error(draft.steps, price)


def to_request(draft: Draft, accounts: tuple[str, ...]) -> OrderRequest | dict[str, str]:
    """The request, or the errors by field of the form."""
    data: dict[str, object] = dict(request_fields(draft, accounts))
    data["transmit"] = draft.send == "transmit"
    data["outside_rth"] = draft.hours == "outside"
    result = parse_request(data)
    return result if isinstance(result, OrderRequest) else by_field(result)


def by_field(found: tuple[FieldError, ...]) -> dict[str, str]:
    """Errors of the request beside the fields of the form; what has no field of its own stands beside the symbol."""
    return {_FORM.get(error.field, "symbol"): error.msg for error in found}


def from_row(
    side: str, instrument: Instrument | None, order: Order | None, position: Position | None, accounts: tuple[str, ...]
) -> Draft:
    """A new draft from the row under the cursor: instrument and account, an order's size, and its prices when the
    side is the same.

    From a position it takes the quantity that closes it when the side is the opposite one.
    """
    draft = Draft(side=side, account=accounts[0] if len(accounts) == 1 else "")
    if instrument is not None:
        draft = replace(draft, symbol=instrument.name, instrument=instrument if instrument.con_id else None)
    if order is not None:
        # A price at which somebody sells is no price to buy at: the other side starts without one.
        same = order.order_type in ORDER_TYPES and order.action == side
        draft = replace(
            draft,
            account=order.account or draft.account,
            quantity=_plain(order.quantity),
            type=order.order_type if same else "LMT",
            limit=_plain(order.limit_price) if same else "",
            stop=_plain(order.aux_price) if same and order.order_type in STOP_TYPES else "",
        )
    if position is not None:
        closes = position.quantity != 0 and (position.quantity > 0) == (side == "SELL")
        draft = replace(
            draft,
            account=position.account or draft.account,
            quantity=_plain(abs(position.quantity)) if closes else "",
        )
    return draft


def of_order(order: Order) -> Draft:
    """A live order as a draft, to be changed."""
    return Draft(
        symbol=order.instrument.name,
        side=order.action,
        quantity=_plain(order.quantity),
        type=order.order_type,
        limit=_plain(order.limit_price),
        stop=_plain(order.aux_price),
        tif=order.tif,
        hours="outside" if order.outside_rth else "regular",
        account=order.account,
        send="transmit",
        instrument=order.instrument,
    )


def to_close(position: Position, limit: Decimal | None) -> Draft:
    """The draft that closes the position exactly; `limit` is the price to start with, None while there is none."""
    side = "SELL" if position.quantity > 0 else "BUY"
    draft = from_row(side, position.instrument.smart(), None, position, ())
    return replace(draft, limit=_plain(limit), reduce_only=True)


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def summary(draft: Draft) -> str:
    """`BUY 100 AAPL limit 187.50 DAY` as far as it has been typed."""
    words = [draft.side, draft.quantity or "?", draft.symbol or "?"]
    if draft.type in STOP_TYPES:
        words.append(f"stop {draft.stop or '?'}")
    words.append(
        f"limit {draft.limit or '?'}" if draft.type in LIMIT_TYPES else "market" if draft.type == "MKT" else ""
    )
    return " ".join(word for word in (*words, draft.tif) if word)
