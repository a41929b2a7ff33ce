"""Values for the rules' tests: one stock, its ticket, orders and situations, with what matters said by the test."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tws_console.model.ids import OrderKey, Owner
from tws_console.model.instrument import Instrument, PriceStep
from tws_console.model.order import Order, Status
from tws_console.model.position import Quote
from tws_console.model.ticket import OrderRequest, Ticket
from tws_console.rules.risk import Situation

AAPL = Instrument(265598, "AAPL", primary_exch="NASDAQ", min_tick=Decimal("0.01"))
CENT = (PriceStep(Decimal(0), Decimal("0.01")),)
QUOTE = Quote(265598, bid=Decimal("187.48"), ask=Decimal("187.52"), last=Decimal("187.50"), tag="L", seen_at=1.0)


def ticket(action: str = "BUY", quantity: str = "100", limit: str | None = "187.50", **changes: Any) -> Ticket:
    """A limit order in AAPL, a market order when `limit` is None; `changes` are fields of the request."""
    request = OrderRequest(
        action=action,
        symbol="AAPL",
        order_type="MKT" if limit is None else "LMT",
        quantity=Decimal(quantity),
        limit_price=None if limit is None else Decimal(limit),
    )
    return Ticket(replace(request, **changes), AAPL, "DU1234567")


def stop_ticket(action: str, stop: str, limit: str | None = None) -> Ticket:
    order_type = "STP" if limit is None else "STP LMT"
    return ticket(action, "100", limit, order_type=order_type, aux_price=Decimal(stop))


def order(action: str = "SELL", quantity: str = "100", limit: str | None = "187.50", **changes: Any) -> Order:
    """A working own order in AAPL."""
    made = Order(
        key=OrderKey.perm(1902837461),
        owner=Owner.OWN,
        instrument=AAPL,
        perm_id=1902837461,
        client_id=11,
        order_id=7,
        account="DU1234567",
        action=action,
        quantity=Decimal(quantity),
        filled=Decimal(0),
        remaining=Decimal(quantity),
        order_type="MKT" if limit is None else "LMT",
        limit_price=None if limit is None else Decimal(limit),
        tif="DAY",
        status=Status.WORKING,
    )
    return replace(made, **changes)


def situation(of: Ticket | None = None, **changes: Any) -> Situation:
    """Everything known and in order, so that every rule passes until `changes` say otherwise."""
    calm = Situation(
        ticket=of or ticket(),
        quote=QUOTE,
        quote_age=0.4,
        position=Decimal(300),
        net_liquidation=Decimal(1_000_000),
        steps=CENT,
        session_open=True,
    )
    return replace(calm, **changes)
