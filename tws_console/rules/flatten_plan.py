"""How one position is closed: what has to be cancelled first, and the one order that is left to place. Pure; imports
model and rules.

The plan is made twice: once to see what to cancel, and again when those orders have ended and the position was read
anew. It never counts on anything that is not known, and never plans more than what could not flip the position.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from tws_console.model.ids import OrderKey, Owner
from tws_console.model.instrument import Instrument, PriceStep
from tws_console.model.order import Order, Status
from tws_console.model.position import Quote
from tws_console.model.ticket import OrderRequest, Ticket
from tws_console.rules.closing import closing_action, closing_orders, room
from tws_console.rules.situation import Limits, market_price, open_quantity
from tws_console.rules.ticks import neighbours

DISTANCE_PERCENT = Decimal("0.5")
"""How far through the market a closing limit goes: filled at once in a calm market, no worse than this in a wild one.
"""


@dataclass(frozen=True, slots=True)
class How:
    """The kind of closing order: LMT through the market by `distance_percent` of its price, or MKT."""

    order_type: str = "LMT"
    distance_percent: Decimal = DISTANCE_PERCENT


@dataclass(frozen=True, slots=True)
class Scene:
    """One holding and all that is known around it at one moment. `orders` are those of its account and instrument."""

    account: str
    instrument: Instrument
    held: Decimal | None
    orders: tuple[Order, ...]
    quote: Quote | None = None
    steps: tuple[PriceStep, ...] = ()
    session_open: bool | None = None
    """Regular hours, None when not known."""
    extended_open: bool | None = None
    """All trading hours."""


@dataclass(frozen=True, slots=True)
class FlattenPlan:
    """`cancel` must have ended before `ticket` may go; without a ticket `why_not` is one sentence."""

    cancel: tuple[Order, ...]
    hazards: tuple[str, ...]
    """What stays and could move the position again, or keep it from being closed whole, one sentence each."""
    ticket: Ticket | None
    why_not: str = ""


def plan(scene: Scene, how: How, cannot_cancel: Callable[[Order], str]) -> FlattenPlan:
    """What to do now. `cannot_cancel` says why an order cannot be cancelled from here, empty when it can."""
    held = scene.held
    if held is None:
        return FlattenPlan((), (), None, "the position is not known: TWS has not told it")
    if held == 0:
        return FlattenPlan((), (), None, "no position is left")
    action = closing_action(held)
    closing = closing_orders(scene.orders, action)
    kept = {order.key: cannot_cancel(order) for order in closing}
    cancel = _with_parents(scene.orders, [order for order in closing if not kept[order.key]], cannot_cancel)
    hazards = _hazards(scene.orders, action, cancel, kept)
    quantity = room(held, action, scene.orders)
    if quantity is None:
        return FlattenPlan(cancel, hazards, None, "an open order does not tell its quantity: nothing can be counted on")
    if quantity == 0:
        return FlattenPlan(cancel, hazards, None, _covered(closing, kept))
    return _priced(scene, how, cancel, hazards, action, quantity)


def _priced(
    scene: Scene, how: How, cancel: tuple[Order, ...], hazards: tuple[str, ...], action: str, quantity: Decimal
) -> FlattenPlan:
    limit = None
    if how.order_type == "LMT":
        limit = closing_limit(action, scene.quote, scene.steps, how.distance_percent)
        if limit is None:
            problem = scene.quote.problem if scene.quote is not None else ""
            why = f" ({problem})" if problem else ""
            return FlattenPlan(
                cancel, hazards, None, f"no price{why} to set a limit by: a market order (MKT) needs none"
            )
    extended = limit is not None and scene.session_open is False and scene.extended_open is True
    request = OrderRequest(
        action=action,
        symbol=scene.instrument.symbol,
        order_type=how.order_type,
        quantity=quantity,
        sec_type=scene.instrument.sec_type,
        exchange=scene.instrument.exchange,
        currency=scene.instrument.currency,
        con_id=scene.instrument.con_id,
        transmit=True,
        limit_price=limit,
        outside_rth=extended,
        account=scene.account,
    )
    return FlattenPlan(cancel, hazards, Ticket(request, scene.instrument, scene.account, reduce_only=True))


def closing_limit(
    action: str, quote: Quote | None, steps: Sequence[PriceStep], distance_percent: Decimal
) -> Decimal | None:
    """A limit that would fill at once: through the other side of the market by the distance, on a valid tick.

    None when there is no price, or none above zero is left.
    """
    market = market_price(action, quote)
    if market is None:
        return None
    distance = abs(market) * distance_percent / 100
    wanted = market + distance if action == "BUY" else market - distance
    below, above = neighbours(steps, wanted)
    limit = above if action == "BUY" else below
    return limit if limit > 0 or market <= 0 else None


def closing_limits(limits: Limits) -> Limits:
    """The profile's limits for an order that only closes: what keeps risk from growing must not keep it from ending.

    The built-in ones still warn. How far from the market it may go stays as it was set.
    """
    return replace(
        limits,
        max_quantity=None,
        max_notional=None,
        max_position=None,
        max_open_orders_per_side=None,
        duplicate_seconds=None,
        symbols_allowed=None,
        symbols_denied=(),
    )


def _with_parents(
    orders: Sequence[Order], closing: Sequence[Order], cannot_cancel: Callable[[Order], str]
) -> tuple[Order, ...]:
    """Parents first: a child that waits for an opening order of ours ends with it, and that order alone would open
    again without the child that was to close it.
    """
    wanted = {(order.client_id, order.parent_id) for order in closing if order.status is Status.WAIT_PARENT}
    parents = [
        order
        for order in orders
        if order.live and order.order_id and (order.client_id, order.order_id) in wanted and not cannot_cancel(order)
    ]
    found = {order.key: order for order in (*parents, *closing)}
    return tuple(found.values())


def _hazards(
    orders: Sequence[Order], action: str, cancel: Sequence[Order], kept: Mapping[OrderKey, str]
) -> tuple[str, ...]:
    going = {order.key for order in cancel}
    found = []
    for order in orders:
        if not order.live or order.key in going:
            continue
        if order.status is Status.STAGED:
            found.append(f"{_words(order)} is staged: it fills only if somebody transmits it")
        elif order.action != action:
            found.append(f"{_words(order)} stays: it would open the position again")
        else:
            found.append(f"{_words(order)} stays and could close too: {kept[order.key]}")
    return tuple(found)


def _covered(closing: Sequence[Order], kept: Mapping[OrderKey, str]) -> str:
    named = "; ".join(f"{_words(order)}: {kept[order.key] or 'not cancelled yet'}" for order in closing)
    return f"other orders could already close all of it, and one more could flip it ({named})"


def _words(order: Order) -> str:
    """`client 7 SELL 100 AAPL #884120377`."""
    quantity = open_quantity(order)
    whose = f"client {order.client_id}" if order.owner is Owner.FOREIGN else order.owner.value
    size = "?" if quantity is None else f"{quantity:,f}"
    return f"{whose} {order.action} {size} {order.instrument.name} {order.key}"


class Outcome(StrEnum):
    """What became of a position that was to be closed."""

    CLOSED = "closed"
    PARTLY = "partly"
    """Smaller than before, and nothing of ours works on it any more."""
    LIVE = "live"
    """The closing order works on."""
    REFUSED = "refused"
    """By our own rules or by the broker."""
    UNKNOWN = "unknown"


def outcome_of(before: Decimal, after: Decimal | None, order: Order | None) -> tuple[Outcome, str]:
    """The outcome of a closing order that was sent and not refused, and one sentence. None is not known."""
    if order is None or order.status in {Status.UNKNOWN, Status.SENDING}:
        return Outcome.UNKNOWN, "no answer to the closing order: look at the list before doing anything, it may fill"
    done = f"{order.filled or 0:,f} of {order.quantity or 0:,f} filled"
    if order.live:
        why = f", {order.reason}" if order.reason else ""
        return Outcome.LIVE, f"the closing order {order.key} works on, {done}{why}"
    if after is None:
        return Outcome.UNKNOWN, f"{done}, but TWS does not tell the position: look before doing anything"
    if after == 0:
        return Outcome.CLOSED, done
    if (after > 0) != (before > 0):
        return Outcome.UNKNOWN, f"{done}, and the position is now {after:+,f}: something else traded too, look now"
    if abs(after) < abs(before):
        return Outcome.PARTLY, f"{done}, {after:+,f} is left"
    ended = f"the closing order is {order.status.value}"
    return Outcome.REFUSED, f"{ended}{f' ({order.reason})' if order.reason else ''}, {after:+,f} is left"
