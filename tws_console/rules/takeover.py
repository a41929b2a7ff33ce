"""What a takeover does besides cancelling its order: told to whoever decides, before anything is sent. Pure; imports
model and rules.

While a client id is held, its own program is refused (326). Client 0 binds every manual order (IBKR Campus TWS API
docs, "Order Management"). A cancelled parent takes its children with it, and an order of a one-cancels-all group that
its client cancels takes the group with it (IBKR Campus glossary, "One-Cancels-All (OCA) Order").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tws_console.model.ids import Owner
from tws_console.model.order import Order, Status
from tws_console.model.session import Mode
from tws_console.rules.risk import Friction

MANUAL_CLIENT = 0
"""Only this client id can be given orders that were entered by hand in TWS."""
NAMED = 6
"""Orders that are named one by one before the rest is counted."""


@dataclass(frozen=True, slots=True)
class Blast:
    """`client_id` is attached under; `binds` are the manual orders that this binds, `ends` what ends with the order."""

    client_id: int
    binds: tuple[Order, ...] = ()
    ends: tuple[Order, ...] = ()


def attach_id(order: Order) -> int | None:
    """The client id that can cancel it by number; None when its owner is not known."""
    return MANUAL_CLIENT if order.owner is Owner.MANUAL else order.client_id


def blast(order: Order, live: Iterable[Order]) -> Blast:
    """What else is touched; `live` are the live orders of every client."""
    client_id = attach_id(order)
    others = [other for other in live if other.key != order.key and other.status is not Status.STAGED]
    manual = [other for other in (order, *others) if other.owner is Owner.MANUAL and not other.order_id]
    return Blast(
        client_id=MANUAL_CLIENT if client_id is None else client_id,
        binds=tuple(manual) if client_id == MANUAL_CLIENT else (),
        ends=also_end((order,), others),
    )


def also_end(cancelled: Sequence[Order], live: Iterable[Order]) -> tuple[Order, ...]:
    """Which of the live orders end when these are cancelled, and are none of them: children and one-cancels-all."""
    keys = {order.key for order in cancelled}
    parents = {order.perm_id for order in cancelled if order.perm_id}
    numbers = {(order.client_id, order.order_id) for order in cancelled if order.order_id}
    groups = {(order.account, order.oca_group) for order in cancelled if order.oca_group}
    return tuple(
        other
        for other in live
        if other.key not in keys
        and other.status is not Status.STAGED
        and (
            other.parent_perm_id in parents
            or (other.client_id, other.parent_id) in numbers
            or (other.account, other.oca_group) in groups
        )
    )


def sentences(order: Order, found: Blast, named: int = NAMED) -> tuple[str, ...]:
    """The same as words, one sentence each, what is done first. At most `named` orders are named, the rest counted."""
    client = found.client_id
    said = [f"Connects as client {client} for a moment, checks that {order.key} is this order, cancels it, proves it."]
    if order.owner is not Owner.OWN:
        said.append(f"A program that connects as client {client} meanwhile is refused by TWS (326).")
    if found.binds:
        count = "the manual order" if len(found.binds) == 1 else f"all {len(found.binds)} manual orders"
        said.append(
            f"Client 0 binds {count} open now{_named(found.binds, named)}. "
            "TWS may submit them anew, and a place in the queue can be lost."
        )
    if found.ends:
        count = "1 order ends" if len(found.ends) == 1 else f"{len(found.ends)} orders end"
        said.append(f"With it {count}{_named(found.ends, named)}.")
    return tuple(said)


def friction(order: Order, found: Blast, mode: Mode) -> Friction:
    """How hard it is made to say yes: an own order under another of our ids is one key, others' orders are more."""
    if order.owner is Owner.OWN:
        return Friction.YES
    return Friction.SYMBOL if mode is Mode.LIVE or found.binds else Friction.YES_ENTER


def _named(orders: tuple[Order, ...], most: int) -> str:
    names = [f"{one.action} {_size(one)} {one.instrument.name} {one.key}" for one in orders[:most]]
    more = len(orders) - len(names)
    return ": " + ", ".join(names) + (f" and {more} more" if more > 0 else "") if names else ""


def _size(order: Order) -> str:
    return "?" if order.remaining is None else f"{order.remaining:,f}"
