"""Tickets and verdicts for the tests of the question."""

from __future__ import annotations

from decimal import Decimal

from tests.tui import fake_data as data
from tws_console.model.ticket import OrderRequest, Ticket
from tws_console.model.verdict import Level, Verdict

PASSED = tuple(Verdict(f"rule-{number}", Level.PASS, "", "") for number in range(13))
FLIP = Verdict("flip", Level.WARN, "SHORT_FLIP", "crosses zero by 200")
CROSS = Verdict("self-cross", Level.WARN, "SELF_CROSS", "own BUY 100 at 187.50")
BIG = Verdict("max-quantity", Level.WARN, "MAX_QUANTITY", "quantity 2,000 is above 1,000")
FROZEN = Verdict("freeze", Level.BLOCK, "FROZEN", "entry is frozen since 09:12:46 by an emergency stop")
NOTIONAL = Verdict("max-notional", Level.BLOCK, "MAX_NOTIONAL", "notional 673,200.00 is above 100,000")


def ticket(
    action: str = "BUY", quantity: str = "100", limit: str | None = "187.30", *, transmit: bool = True, tif: str = "DAY"
) -> Ticket:
    """A ticket for AAPL; a market order when there is no limit."""
    request = OrderRequest(
        action=action,
        symbol="AAPL",
        order_type="LMT" if limit else "MKT",
        quantity=Decimal(quantity),
        limit_price=Decimal(limit) if limit else None,
        transmit=transmit,
        tif=tif,
        con_id=data.AAPL.con_id,
    )
    return Ticket(request, data.AAPL, data.A1)
