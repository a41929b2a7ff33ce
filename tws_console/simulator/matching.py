"""Owns when an order trades against a quote, and at what price. Pure functions; imports `orders` and `market`."""

from decimal import Decimal

from tws_console.simulator.market import Quote
from tws_console.simulator.orders import SUBMITTED, Order


def is_triggered(order: Order, quote: Quote) -> bool:
    """Whether the last price has reached the stop price."""
    stop = order.terms.aux
    if stop is None:
        return False
    return quote.last >= stop if order.terms.sign > 0 else quote.last <= stop


def waits_for_trigger(order: Order) -> bool:
    """Whether this is a working stop that has not been triggered."""
    return order.terms.is_stop and not order.triggered and order.why_held == "trigger" and not order.held


def is_working(order: Order) -> bool:
    """Whether the order may trade now."""
    return order.status == SUBMITTED and not order.cancel_pending and not order.held


def crossing(order: Order, quote: Quote) -> tuple[Decimal, Decimal] | None:
    """Units and price of the next fill at this quote, or None. No more than the displayed size trades per step."""
    buying = order.terms.sign > 0
    price, shown = (quote.ask, quote.ask_size) if buying else (quote.bid, quote.bid_size)
    limit = order.terms.limit
    if (
        order.terms.order_type in ("LMT", "STP LMT")
        and limit is not None
        and (price > limit if buying else price < limit)
    ):
        return None
    return min(order.remaining, Decimal(shown)), price
