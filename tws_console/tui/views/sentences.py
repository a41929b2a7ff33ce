"""In one sentence, what an order will do at these prices. Pure; imports model only."""

from __future__ import annotations

from tws_console.model.position import Quote
from tws_console.model.ticket import Ticket
from tws_console.tui.views import formats


def what_happens(ticket: Ticket, quote: Quote | None) -> str:
    """`Rests until the ask falls to 187.30. Nothing fills above that.`"""
    request = ticket.request
    buys = request.action == "BUY"
    verb = "Buys" if buys else "Sells"
    bound = "lower" if buys else "better"
    tick = ticket.instrument.min_tick
    if request.order_type == "MKT":
        return f"{verb} at any price."
    stop = "" if request.aux_price is None else formats.price(request.aux_price, tick)
    if request.limit_price is None:
        return f"Waits until {stop} trades, then {verb.lower()} at any price."
    limit = formats.price(request.limit_price, tick)
    if request.aux_price is not None:
        return f"Waits until {stop} trades, then {verb.lower()} at {limit} or {bound}."
    market = None if quote is None else quote.ask if buys else quote.bid
    if market is None:
        return f"{verb} at {limit} or {bound}."
    if (request.limit_price >= market) if buys else (request.limit_price <= market):
        return (
            f"{verb} at {limit} or {bound}, at once: the {'ask' if buys else 'bid'} is {formats.price(market, tick)}."
        )
    if buys:
        return f"Rests until the ask falls to {limit}. Nothing fills above that."
    return f"Rests until the bid rises to {limit}. Nothing fills below that."
