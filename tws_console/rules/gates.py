"""Risk rules that look at permissions, data and what else is open: may this be sent at all, and is it meant?

Each rule takes a Situation and the profile's Limits and returns None (pass) or a Finding. Pure; imports model and
rules.
"""

from __future__ import annotations

from decimal import Decimal

from tws_console.model.ids import Owner
from tws_console.model.order import Order, Status
from tws_console.model.problems import ErrorCode
from tws_console.rules.closing import concerns, room
from tws_console.rules.finding import Finding, block, warn
from tws_console.rules.situation import (
    Limits,
    Situation,
    can_fill,
    duplicate_key,
    duplicate_key_of,
    effect,
    open_quantity,
    pending,
)

WARN_OPEN_ORDERS_PER_SIDE = 15
"""The broker itself takes about this many per contract, side and account (TWS API guide, "Order Limitations")."""


def freeze(situation: Situation, limits: Limits) -> Finding | None:
    if not situation.frozen:
        return None
    return block(ErrorCode.FROZEN, "entry is frozen; release it with the phrase resume trading")


def read_only(situation: Situation, limits: Limits) -> Finding | None:
    return block(ErrorCode.READ_ONLY, situation.read_only) if situation.read_only else None


def armed(situation: Situation, limits: Limits) -> Finding | None:
    return block(ErrorCode.NOT_ARMED, situation.not_armed) if situation.not_armed else None


def restart(situation: Situation, limits: Limits) -> Finding | None:
    return block(ErrorCode.RESTART_WINDOW, situation.restart) if situation.restart else None


def reduce_only(situation: Situation, limits: Limits) -> Finding | None:
    """Nothing passes that would open, add or flip, whatever else of the closing side fills too."""
    if not situation.reduce_only:
        return None
    ticket = situation.ticket
    orders = [o for o in situation.open_orders if concerns(o, ticket.account, ticket.instrument.con_id)]
    free = room(situation.position, ticket.request.action, orders)
    if free is None:
        return block(ErrorCode.REDUCE_ONLY, f"{situation.reduce_only}: position or open orders are not known")
    if ticket.request.quantity <= free:
        return None
    most = f"at most {free:,f} would only close" if free else "it would not only close"
    return block(ErrorCode.REDUCE_ONLY, f"{situation.reduce_only}: {most}, other open orders counted")


def stale_data(situation: Situation, limits: Limits) -> Finding | None:
    """An order into a broken link would wait somewhere unseen, so that blocks; an old list only warns."""
    if situation.link_down:
        return block(ErrorCode.STALE_DATA, situation.link_down)
    return warn(ErrorCode.STALE_DATA, situation.stale) if situation.stale else None


def symbols(situation: Situation, limits: Limits) -> Finding | None:
    symbol = situation.ticket.instrument.symbol.upper()
    if symbol in {denied.upper() for denied in limits.symbols_denied}:
        return block(ErrorCode.SYMBOL_NOT_ALLOWED, f"{symbol} is on the deny list of the profile")
    allowed = limits.symbols_allowed
    if allowed is not None and symbol not in {name.upper() for name in allowed}:
        return block(ErrorCode.SYMBOL_NOT_ALLOWED, f"{symbol} is not on the allow list of the profile")
    return None


def duplicate(situation: Situation, limits: Limits) -> Finding | None:
    """The same order was just sent by a process of ours, or one like it works already or has no known fate. 0 seconds
    switches the first off.
    """
    key = duplicate_key(situation.ticket)
    seconds = limits.duplicate_window
    ages = [recent.age for recent in situation.recent if recent.key == key]
    if ages and Decimal(min(ages)) < seconds:
        found = f"the same order was sent {min(ages):.0f} s ago"
        return (warn if limits.duplicate_seconds is None else block)(ErrorCode.DUPLICATE_ORDER, found)
    for order in situation.open_orders:
        if order.owner is Owner.OWN and order.live and duplicate_key_of(order) == key:
            return warn(ErrorCode.DUPLICATE_ORDER, f"an own order like it is open: {order.key}")
    if key in situation.unanswered:
        found = "an order like it was sent and never answered: `tws-console reconcile` tells what is known of it"
        return warn(ErrorCode.DUPLICATE_ORDER, found)
    return None


def open_orders_per_side(situation: Situation, limits: Limits) -> Finding | None:
    ticket = situation.ticket
    action = ticket.request.action
    same = [o for o in situation.open_orders if o.live and o.action == action and o.account == ticket.account]
    most = limits.max_open_orders_per_side
    if len(same) + 1 <= (WARN_OPEN_ORDERS_PER_SIDE if most is None else most):
        return None
    msg = f"{len(same)} {action} orders are open in {ticket.instrument.name}"
    return (warn if most is None else block)(ErrorCode.MAX_OPEN_ORDERS, msg)


def max_position(situation: Situation, limits: Limits) -> Finding | None:
    """Counts what is open on the same side too: all of it may fill. An order that only reduces always passes."""
    most = limits.max_position
    if most is None:
        return None
    ticket, position = situation.ticket, situation.position
    waiting = pending(situation.open_orders, ticket.request.action, ticket.account)
    if position is None or waiting is None:
        return warn(ErrorCode.STALE_DATA, "position or open orders not known: max position not checked")
    sign = 1 if ticket.signed_quantity > 0 else -1
    after = position + ticket.signed_quantity + sign * waiting
    if abs(after) <= most or effect(position, ticket.signed_quantity + sign * waiting) in {"reducing", "closing"}:
        return None
    return block(ErrorCode.POSITION_LIMIT_EXCEEDED, f"position could reach {after:+,f}, at most {most:,f} is set")


def flip(situation: Situation, limits: Limits) -> Finding | None:
    """Crossing zero, or opening a short. What is open on the same side counts: together they may cross."""
    ticket, position = situation.ticket, situation.position
    signed = ticket.signed_quantity
    if position is None:
        return warn(ErrorCode.STALE_DATA, "position not known: flip not checked")
    what = effect(position, signed)
    if what == "flipping":
        return warn(ErrorCode.SHORT_FLIP, f"crosses zero by {abs(position + signed):,f}")
    if what == "opening" and signed < 0:
        return warn(ErrorCode.SHORT_FLIP, f"opens a short of {abs(signed):,f}")
    waiting = pending(situation.open_orders, ticket.request.action, ticket.account)
    if what in {"reducing", "closing"} and waiting is None:
        return warn(ErrorCode.STALE_DATA, "an open order does not tell its quantity: flip not checked")
    if what in {"reducing", "closing"} and waiting:
        over = abs(signed) + waiting - abs(position)
        if over > 0:
            return warn(ErrorCode.SHORT_FLIP, f"crosses zero by {over:,f} if the open {waiting:,f} fill too")
    return None


def self_cross(situation: Situation, limits: Limits) -> Finding | None:
    """An order of the other side, of anybody at this login, that this one could trade with."""
    request = situation.ticket.request
    if request.order_type not in {"LMT", "MKT"}:
        return None
    for order in situation.open_orders:
        if order.action != request.action and can_fill(order) and _cross(request.action, request.limit_price, order):
            quantity = open_quantity(order)
            size = "?" if quantity is None else f"{quantity:,f}"
            at = "market" if order.limit_price is None else f"{order.limit_price:f}"
            return warn(ErrorCode.SELF_CROSS, f"{_whose(order)} {order.action} {size} at {at}")
    return None


def _cross(action: str, limit: Decimal | None, other: Order) -> bool:
    if other.order_type == "MKT" or (other.order_type == "LMT" and limit is None):
        return True
    if (
        limit is None
        or other.limit_price is None
        or other.status is Status.UNTRIGGERED
        or "LMT" not in other.order_type
    ):
        return False
    return limit >= other.limit_price if action == "BUY" else limit <= other.limit_price


def _whose(order: Order) -> str:
    return f"client {order.client_id}" if order.owner is Owner.FOREIGN else str(order.owner)


def session_closed(situation: Situation, limits: Limits) -> Finding | None:
    if situation.session_open is not False:
        return None
    words = f" ({situation.session_words})" if situation.session_words else ""
    return warn(ErrorCode.MARKET_CLOSED, f"session is closed: held until it opens{words}")
