"""How much may be closed for sure: positions, fills and everything else that could still fill. Pure; imports model.

An order that is meant to close must never carry the position through zero, whatever else fills before, with or after
it. So every live order on the closing side counts in full here: children that wait for their parent and every member
of an OCA group too, because how an overfill is prevented is up to the exchange (IBKR Campus TWS API docs, "OCA").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tws_console.model.ids import OrderKey
from tws_console.model.order import Order, Status
from tws_console.rules.situation import open_quantity

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Baseline:
    """A holding when it was looked at, and what each order of its account and instrument had filled by then."""

    quantity: Decimal
    filled: Mapping[OrderKey, Decimal]


def closing_action(held: Decimal) -> str:
    """The side that brings the holding nearer to zero."""
    return "SELL" if held > 0 else "BUY"


def concerns(order: Order, account: str, con_id: int) -> bool:
    """Whether fills of the order move this holding; an order that does not tell its account may."""
    return order.instrument.con_id == con_id and order.account in ("", account)


def closing_orders(orders: Iterable[Order], action: str) -> tuple[Order, ...]:
    """Live orders of one side that could still fill by themselves or through their parent. A staged one cannot."""
    return tuple(
        order for order in orders if order.live and order.action == action and order.status is not Status.STAGED
    )


def room(held: Decimal | None, action: str, orders: Iterable[Order]) -> Decimal | None:
    """The most that an order of this side may be for without ever crossing zero, 0 when it would open or add.

    `orders` are those of the holding's account and instrument. None when the holding, or the size of an order that
    counts, is not known.
    """
    if held is None:
        return None
    if held == 0 or closing_action(held) != action:
        return _ZERO
    left = abs(held)
    for order in closing_orders(orders, action):
        quantity = open_quantity(order)
        if quantity is None:
            return None
        left -= quantity
    return max(_ZERO, left)


def baseline(held: Decimal, orders: Iterable[Order]) -> Baseline:
    """What to count from. `orders` are all known ones of the account and instrument, ended ones included."""
    return Baseline(held, {order.key: order.filled or _ZERO for order in orders})


def surely_held(since: Baseline, reported: Decimal | None, orders: Iterable[Order]) -> Decimal | None:
    """What is certainly still held: the smaller of what the broker reports now and what the baseline and the fills
    since come to, zero when these differ in sign.

    The broker tells of a fill in three messages (status, execution, position) in any order, so each of the two numbers
    may be behind; the one nearer to zero is safe to close. None when nothing was reported.
    """
    if reported is None:
        return None
    counted = since.quantity
    for order in orders:
        filled = (order.filled or _ZERO) - since.filled.get(order.key, _ZERO)
        counted += filled if order.action == "BUY" else -filled
    if (counted > 0) != (reported > 0):
        return _ZERO
    return min(counted, reported, key=abs)
