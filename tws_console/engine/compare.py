"""What changed between what was last known and what the broker tells now. Pure; imports model only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from tws_console.model.events import CompletedSeen
from tws_console.model.order import ENDED, Order, Status
from tws_console.model.position import Fill, Position
from tws_console.model.recovery import (
    ChangedOrder,
    FieldChange,
    GoneOrder,
    KnownOrder,
    KnownPosition,
    LastKnown,
    PositionChange,
)

_TERMS = ("quantity", "limit_price", "aux_price", "tif", "filled")
_ZERO = Decimal(0)


def known_orders(orders: Iterable[Order]) -> tuple[KnownOrder, ...]:
    """Live orders that the broker has named."""
    return tuple(
        KnownOrder(
            perm_id=order.perm_id,
            client_id=order.client_id or 0,
            order_id=order.order_id or 0,
            owner=order.owner.value,
            account=order.account,
            symbol=order.instrument.name,
            action=order.action,
            quantity=order.quantity,
            filled=order.filled,
            order_type=order.order_type,
            limit_price=order.limit_price,
            aux_price=order.aux_price,
            tif=order.tif,
        )
        for order in orders
        if order.live and order.perm_id
    )


def known_positions(positions: Iterable[Position]) -> tuple[KnownPosition, ...]:
    """Holdings that are not zero."""
    return tuple(
        KnownPosition(row.account, row.instrument.con_id, row.instrument.name, row.quantity)
        for row in sorted(positions, key=lambda row: (row.account, row.instrument.con_id))
        if row.quantity
    )


def gone_orders(
    known: LastKnown, orders: Mapping[int, Order], completed: Mapping[int, CompletedSeen], fills: Iterable[Fill]
) -> tuple[GoneOrder, ...]:
    """Orders that were live and are not any more, each with the end that the broker told; `orders` by permId."""
    by_order: dict[int, Decimal] = {}
    for fill in fills:
        by_order[fill.perm_id] = by_order.get(fill.perm_id, _ZERO) + fill.quantity
    found = []
    for order in known.orders:
        row = orders.get(order.perm_id)
        if row is None or not row.live:
            outcome, reason = _end(order, row, completed.get(order.perm_id), by_order.get(order.perm_id, _ZERO))
            found.append(GoneOrder(order, outcome, reason))
    return tuple(found)


def _end(order: KnownOrder, row: Order | None, end: CompletedSeen | None, filled: Decimal) -> tuple[str, str]:
    if row is not None and row.status in ENDED - {Status.GONE}:
        return row.status.value, row.reason
    if (order.quantity is not None and filled >= order.quantity > 0) or (end is not None and end.status == "Filled"):
        return "filled", ""
    if end is not None:
        expired = "expire" in end.completed_status.lower()
        return "expired" if expired else "cancelled", end.completed_status
    return "unknown", "it left the list and nothing tells how: look in TWS"


def new_orders(known: LastKnown, live: Iterable[Order]) -> tuple[Order, ...]:
    before = {order.perm_id for order in known.orders}
    return tuple(order for order in live if order.perm_id and order.perm_id not in before)


def changed_orders(known: LastKnown, live: Iterable[Order]) -> tuple[ChangedOrder, ...]:
    """Live orders with another quantity, price or TIF, or with more filled, than was known."""
    before = {order.perm_id: order for order in known.orders}
    found = []
    for order in live:
        old = before.get(order.perm_id or 0)
        changes = _changes(old, order) if old is not None else ()
        if changes:
            found.append(ChangedOrder(order, changes))
    return tuple(found)


def _changes(old: KnownOrder, new: Order) -> tuple[FieldChange, ...]:
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in _TERMS)
    return tuple(FieldChange(name, before, after) for name, before, after in pairs if (before or 0) != (after or 0))


def unexplained_positions(
    known: LastKnown, positions: Iterable[Position], fills: Mapping[str, Fill]
) -> tuple[PositionChange, ...]:
    """Holdings that are not what was known plus the executions since then; `fills` by execution id."""
    before = {(row.account, row.con_id): row for row in known.positions}
    now = {(row.account, row.instrument.con_id): row for row in positions}
    moved: dict[tuple[str, int], Decimal] = {}
    names: dict[tuple[str, int], str] = {}
    for exec_id, fill in fills.items():
        # A combination is held as its legs, whose executions are told one by one.
        if exec_id in known.exec_ids or fill.instrument.sec_type == "BAG":
            continue
        key = (fill.account, fill.instrument.con_id)
        signed = fill.quantity if fill.action == "BUY" else -fill.quantity
        moved[key] = moved.get(key, _ZERO) + signed
        names[key] = fill.instrument.name
    found = []
    for key in sorted(before.keys() | now.keys() | moved.keys()):
        old = before[key].quantity if key in before else _ZERO
        held = now[key].quantity if key in now else _ZERO
        symbol = now[key].instrument.name if key in now else before[key].symbol if key in before else names[key]
        change = PositionChange(key[0], key[1], symbol, old, moved.get(key, _ZERO), held)
        if change.unexplained:
            found.append(change)
    return tuple(found)
