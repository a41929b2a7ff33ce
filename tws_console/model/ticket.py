"""A ticket: an order that is not sent yet. Imports model only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tws_console.model.instrument import Instrument, price_text

LIMIT_TYPES = frozenset({"LMT", "STP LMT"})
STOP_TYPES = frozenset({"STP", "STP LMT"})
ORDER_TYPES = ("LMT", "MKT", "STP", "STP LMT")
TIFS = ("DAY", "GTC", "IOC")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One broken rule of one field. `value` is what was given, as text."""

    field: str
    rule: str
    value: str
    msg: str


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What was asked for, validated in form but not yet resolved to one instrument."""

    action: str
    symbol: str
    order_type: str
    quantity: Decimal
    sec_type: str = "STK"
    exchange: str = "SMART"
    currency: str = "USD"
    primary_exch: str = ""
    expiry: str = ""
    con_id: int = 0
    tif: str = "DAY"
    transmit: bool = False
    limit_price: Decimal | None = None
    aux_price: Decimal | None = None
    outside_rth: bool = False
    account: str = ""
    client_tag: str = ""
    order_ref: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request bound to one instrument and one account: all that is needed to send it."""

    request: OrderRequest
    instrument: Instrument
    account: str
    reduce_only: bool = False
    """It was made to close: looked at again immediately before it leaves, it is kept back if it could open or flip."""

    @property
    def price(self) -> Decimal | None:
        """The price the order names: its limit, else its trigger, else None (market)."""
        request = self.request
        return request.limit_price if request.limit_price is not None else request.aux_price

    @property
    def signed_quantity(self) -> Decimal:
        return self.request.quantity if self.request.action == "BUY" else -self.request.quantity

    def sentence(self) -> str:
        """`BUY 100 AAPL limit 187.50 DAY`, the same words everywhere."""
        request = self.request
        words = [request.action, f"{request.quantity:,f}", self.instrument.name]
        if request.order_type == "MKT":
            words.append("market")
        if request.aux_price is not None:
            words.append(f"stop {price_text(request.aux_price)}")
        if request.limit_price is not None:
            words.append(f"limit {price_text(request.limit_price)}")
        words.append(request.tif)
        return " ".join(words)
