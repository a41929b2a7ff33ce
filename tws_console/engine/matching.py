"""Which order at the broker an intent became, as far as the broker's words prove it. Pure; imports model only.

A ULID that travels as the order reference names one intent for ever. When the caller gave a reference of its own,
client id, order id and reference together name it, and instrument and side must agree: order ids are reissued when
TWS restarts (LEAN issue 242), and callers use their references again and again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tws_console.model.events import CompletedSeen
from tws_console.model.intent import Intent
from tws_console.model.order import Order
from tws_console.model.position import Fill


@dataclass(frozen=True, slots=True)
class Match:
    """The order that an intent became, and by which words of the broker."""

    perm_id: int
    evidence: str


def matches(
    intent: Intent, orders: Iterable[Order], completed: Iterable[CompletedSeen], fills: Iterable[Fill]
) -> tuple[Match, ...]:
    """Every order that is proved to be the intent's, one for each permId: more than one means that one placement
    became several.
    """
    found: dict[int, Match] = {}
    for order in orders:
        if order.perm_id and is_of(intent, order):
            found[order.perm_id] = Match(order.perm_id, f"the list of orders has {order.key} with its reference")
    for end in completed:
        if end.order_ref == intent.ulid:
            words = f"completed orders have #{end.perm_id} with its reference: {end.status}"
            found.setdefault(end.perm_id, Match(end.perm_id, words))
    for fill in fills:
        if fill.perm_id and _filled(intent, fill):
            words = f"execution {fill.exec_id} of #{fill.perm_id} carries its reference"
            found.setdefault(fill.perm_id, Match(fill.perm_id, words))
    return tuple(found.values())


def is_of(intent: Intent, order: Order) -> bool:
    """Whether the order at the broker is the one that was intended."""
    if order.order_ref == intent.ulid:
        return True
    return (
        bool(order.order_ref)
        and (order.client_id, order.order_id, order.order_ref) == _names(intent)
        and (order.instrument.con_id, order.action) == (intent.con_id, intent.action)
    )


def could_be(intent: Intent, order: Order) -> bool:
    """Whether the order carries the intent's number without being proved to be it."""
    return (order.client_id, order.order_id) == (intent.client_id, intent.order_id) and bool(order.perm_id)


def ended_like(intent: Intent, completed: Iterable[CompletedSeen]) -> tuple[CompletedSeen, ...]:
    """Completed orders with the caller's reference and the same terms. A completed order tells neither client nor order
    id, and callers use a reference again, so that this proves nothing.
    """
    terms = (intent.order_ref, intent.con_id, intent.action, intent.quantity, intent.limit_price)
    return tuple(
        end
        for end in completed
        if (end.order_ref, end.instrument.con_id, end.action, end.quantity, end.limit_price) == terms
    )


def shows_change(intent: Intent, order: Order) -> bool:
    """Whether the order has the terms that a change was to give it. Prices that its type does not use do not count."""
    if (order.quantity, order.tif) != (intent.quantity, intent.tif):
        return False
    pairs = ((intent.limit_price, order.limit_price), (intent.aux_price, order.aux_price))
    return all(meant is None or meant == told for meant, told in pairs)


def _names(intent: Intent) -> tuple[int, int, str]:
    return intent.client_id, intent.order_id, intent.order_ref


def _filled(intent: Intent, fill: Fill) -> bool:
    if fill.order_ref == intent.ulid:
        return True
    return (
        bool(fill.order_ref)
        and (fill.client_id, fill.order_id, fill.order_ref) == _names(intent)
        and (fill.instrument.con_id, fill.action) == (intent.con_id, intent.action)
    )
