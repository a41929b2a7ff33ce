"""Sums over positions, and how far open orders cover them. Pure; imports model only.

A sum with an unknown in it is unknown. So is a sum over several currencies: it would be no amount of anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tws_console.model.order import Order
from tws_console.model.position import Position
from tws_console.rules.situation import open_quantity

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums in `currency`, which is empty when there are no positions or several currencies."""

    currency: str
    value: Decimal | None
    daily: Decimal | None
    unrealized: Decimal | None
    realized: Decimal | None


def total(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, None as soon as one is None; the sum of nothing is 0."""
    amount = _ZERO
    for value in values:
        if value is None:
            return None
        amount += value
    return amount


def totals(positions: Sequence[Position]) -> Totals:
    """Sums over the positions, each None when one of its parts is unknown or the currencies differ.

    Of a position that is closed nothing is unrealized: TWS tells no value of it, and none is missing.
    """
    held = [position for position in positions if position.quantity]
    currencies = {position.instrument.currency for position in positions}
    if len(currencies) > 1:
        return Totals("", None, None, None, None)
    return Totals(
        currency=next(iter(currencies), ""),
        value=total(position.market_value for position in held),
        daily=total(position.daily_pnl for position in positions),
        unrealized=total(position.unrealized_pnl for position in held),
        realized=total(position.realized_pnl for position in positions),
    )


def cover(position: Position, orders: Iterable[Order]) -> str:
    """How much of the position its open closing orders would end: none, part, full, or - when there is no position.

    Children waiting for their parent count, of an OCA group the largest order counts, an order without a known quantity
    covers nothing.
    """
    if position.quantity == 0:
        return "-"
    closing = "SELL" if position.quantity > 0 else "BUY"
    groups: dict[str, Decimal] = {}
    for order in orders:
        if not (order.live and order.action == closing and order.account == position.account):
            continue
        if order.instrument.con_id != position.instrument.con_id:
            continue
        group = order.oca_group or str(order.key)
        groups[group] = max(groups.get(group, _ZERO), open_quantity(order) or _ZERO)
    covered = sum(groups.values(), _ZERO)
    if covered == 0:
        return "none"
    return "full" if covered >= abs(position.quantity) else "part"
