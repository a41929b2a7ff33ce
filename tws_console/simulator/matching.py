"""Owns when an order trades against a quote, and at what price. Pure functions; imports `orders` and `market`."""

from decimal import Decimal

from tws_console.simulator.market import Quote
from tws_console.simulator.orders import LIMIT_TYPES, SNAP_TYPES, SUBMITTED, TOUCH_TYPES, Order


def is_triggered(order: Order, quote: Quote) -> bool:
    """Whether the last price has reached the price that sets the order to work."""
    trigger = order.trigger
    if trigger is None:
        return False
    rising = (order.terms.sign > 0) != (order.terms.order_type in TOUCH_TYPES)
    return quote.last >= trigger if rising else quote.last <= trigger


def waits_for_trigger(order: Order) -> bool:
    """Whether the order watches the market for its trigger now."""
    return (
        order.why_held == "trigger"
        and order.terms.needs_trigger
        and not (order.triggered or order.held or order.waits or order.cancel_pending)
    )


def is_working(order: Order) -> bool:
    """Whether the order may trade now."""
    return order.status == SUBMITTED and not (order.cancel_pending or order.held or order.waits)


def follow(order: Order, quote: Quote) -> None:
    """Let a trailing stop begin, or move with the market in its favour; it never moves back."""
    terms = order.terms
    if terms.order_type in SNAP_TYPES and order.pegged is None:
        order.pegged = _snapped(order, quote)
    if not terms.is_trail:
        return
    if order.stop is None and terms.trail_stop is not None:
        order.stop = terms.trail_stop
        return
    distance = terms.aux
    if terms.trailing_percent is not None:
        tick = order.contract.min_tick
        distance = round(quote.last * terms.trailing_percent / 100 / tick) * tick
    moved = quote.last + terms.sign * (distance or Decimal(0))
    if order.stop is None or (moved < order.stop if terms.sign > 0 else moved > order.stop):
        order.stop = moved


def limit_of(order: Order, quote: Quote) -> Decimal | None:
    """The worst price at which the order trades now, None for any price."""
    terms = order.terms
    if terms.order_type == "TRAIL LIMIT" and order.stop is not None and terms.limit_offset is not None:
        return order.stop + terms.sign * terms.limit_offset
    if terms.order_type == "REL":
        return _pegged(order, quote)
    if terms.order_type == "PEG MID":
        return _capped(order, quote.middle)
    if terms.order_type == "MTL":  # what the market left over is a limit order at the price it gave
        return order.last_price if order.filled else None
    if terms.order_type in SNAP_TYPES or terms.order_type == "PEG BENCH":
        return order.pegged or terms.starting
    if terms.order_type in LIMIT_TYPES or terms.order_type in ("TRAIL LIMIT", "MIDPRICE"):
        return terms.limit
    return None


def _pegged(order: Order, quote: Quote) -> Decimal:
    """A relative order stands at its own side's best price plus the offset, never beyond its limit."""
    terms = order.terms
    best = quote.bid if terms.sign > 0 else quote.ask
    offset = terms.aux or Decimal(0)
    if not offset and terms.percent_offset is not None:
        tick = order.contract.min_tick
        offset = round(best * terms.percent_offset / tick) * tick
    return _capped(order, best + terms.sign * offset)


def _capped(order: Order, price: Decimal) -> Decimal:
    limit = order.terms.limit
    if not limit:
        return price
    return min(price, limit) if order.terms.sign > 0 else max(price, limit)


def _snapped(order: Order, quote: Quote) -> Decimal:
    """A snap order takes its limit from the quote it meets: from the other side, the middle or its own side of it, less
    the offset (more, on its own side).
    """
    kind, sign = order.terms.order_type, order.terms.sign
    own, other = (quote.bid, quote.ask) if sign > 0 else (quote.ask, quote.bid)
    offset = sign * (order.terms.aux or Decimal(0))
    if kind == "SNAP PRIM":
        return own + offset
    return (other if kind == "SNAP MKT" else quote.middle) - offset


def within_limit(order: Order, price: Decimal, quote: Quote) -> bool:
    """Whether the order accepts this price."""
    limit = limit_of(order, quote)
    if limit is None or (limit == 0 and order.terms.order_type == "MIDPRICE"):
        return True
    return price <= limit if order.terms.sign > 0 else price >= limit


def crossing(order: Order, quote: Quote) -> tuple[Decimal, Decimal] | None:
    """Units and price of the next fill at this quote, or None. No more than the displayed size trades per step."""
    buying = order.terms.sign > 0
    price, shown = (quote.ask, quote.ask_size) if buying else (quote.bid, quote.bid_size)
    if order.terms.order_type == "MIDPRICE":
        price = quote.middle
    if not within_limit(order, price, quote):
        return None
    if order.terms.tif == "FOK" and shown < order.remaining:
        return None
    return min(order.remaining, Decimal(shown)), price
