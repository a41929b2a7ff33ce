"""What an approval is bound to: the exact order, and the market and position that were on screen. Pure; imports model.

A yes is given to what was seen. When the order differs it is void; when price or position moved it is asked again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal

from tws_console.model.instrument import PriceStep, price_text
from tws_console.model.position import Quote
from tws_console.model.ticket import Ticket
from tws_console.rules.ticks import step_at

DRIFT_TICKS = 3
DRIFT_PERCENT = Decimal("0.1")
"""A price has moved when it is off by at least this many ticks and this much: busy quotes change all the time."""


def order_hash(ticket: Ticket) -> str:
    """Hexadecimal SHA-256 over every field that reaches the broker; numbers of equal value hash alike."""
    request, instrument = ticket.request, ticket.instrument
    fields = {
        "account": ticket.account,
        "action": request.action,
        "aux_price": _number(request.aux_price),
        "con_id": instrument.con_id,
        "currency": instrument.currency,
        "exchange": instrument.exchange,
        "limit_price": _number(request.limit_price),
        "order_ref": request.order_ref or request.client_tag,
        "order_type": request.order_type,
        "outside_rth": request.outside_rth,
        "quantity": _number(request.quantity),
        "sec_type": instrument.sec_type,
        "symbol": instrument.symbol,
        "tif": request.tif,
        "transmit": request.transmit,
    }
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def drift(
    before: Quote | None,
    now: Quote | None,
    steps: Sequence[PriceStep],
    position_before: Decimal | None,
    position_now: Decimal | None,
) -> str:
    """One sentence about what moved since the approval, empty when nothing that matters did."""
    if position_before != position_now:
        return f"The position went from {_signed(position_before)} to {_signed(position_now)}."
    pairs = (
        ("bid", before.bid if before else None, now.bid if now else None),
        ("ask", before.ask if before else None, now.ask if now else None),
        ("last price", before.last if before else None, now.last if now else None),
    )
    quoted = [pair for pair in pairs[:2] if pair[1] is not None]
    # The last price speaks only where no side was quoted: it hops between bid and ask without the market moving.
    for name, old, new in quoted or pairs[2:]:
        if old is not None and new is None:
            return f"The {name} of {price_text(old)} is gone."
        if old is not None and new is not None and _moved(old, new, steps):
            return f"The {name} went from {price_text(old)} to {price_text(new)}."
    return ""


def _moved(old: Decimal, new: Decimal, steps: Sequence[PriceStep]) -> bool:
    distance = abs(new - old)
    step = step_at(steps, old)
    return distance > 0 and distance >= DRIFT_TICKS * (step or 0) and distance * 100 >= abs(old) * DRIFT_PERCENT


def _signed(value: Decimal | None) -> str:
    return "unknown" if value is None else f"{value:+,f}"
