"""Rows of the orders table, in bracket order. Pure: model in, cells out.

The parent of a bracket's child is named by order id within its client, because openOrder carries parentId and the
client id but no permId of the parent (IBKR Campus TWS API docs, "Bracket Orders").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tws_console.model.ids import OrderKey, Owner
from tws_console.model.order import Order
from tws_console.model.position import Quote
from tws_console.tui.views import formats
from tws_console.tui.views.cells import UNKNOWN, UNSET, Cell, Row, Span, cell, one_tone
from tws_console.tui.views.columns import Align, Column, Cut
from tws_console.tui.views.status_words import status_cell

R, P = Align.RIGHT, Align.POINT

NOT_TOLD = cell("?", "muted")
"""Not known, and nothing to act on: the broker does not send it, or no quote came."""

COLUMNS: tuple[Column, ...] = (
    Column("symbol", "Symbol", 0, 10, 18, cut=Cut.MIDDLE, always=True),
    Column("side", "Side", 1, 4, 4, always=True),
    Column("left", "Left", 2, 7, 12, R, always=True),
    Column("price", "Price", 6, 8, 12, P, always=True),
    Column("status", "Status", 12, 13, 13, cut=Cut.END, always=True),
    Column("owner", "Owner", 14, 6, 6, cut=Cut.END, always=True),
    Column("type", "Type", 5, 7, 7, cut=Cut.END),
    Column("dist", "Dist", 11, 6, 7, R),
    Column("account", "Acct", 15, 4, 4, R),
    Column("age", "Age", 16, 3, 3, R),
    Column("trigger", "Trigger", 7, 8, 12, P),
    Column("tif", "TIF", 8, 3, 3, cut=Cut.END),
    Column("reason", "Reason", 13, 18, 24, cut=Cut.END, late=True),
    Column("quantity", "Qty", 3, 7, 12, R, late=True),
    Column("filled", "Filled", 4, 6, 12, R, late=True),
    Column("group", "Group", 17, 6, 6, cut=Cut.END, late=True),
    Column("bid", "Bid", 9, 8, 12, P, late=True),
    Column("ask", "Ask", 10, 8, 12, P, late=True),
    Column("perm", "permId", 18, 10, 10, R, late=True),
    Column("ref", "Ref", 19, 12, 12, cut=Cut.END, late=True),
)


@dataclass(frozen=True, slots=True)
class OrderContext:
    """What a row needs besides its order: quotes, the wall clock, its place in its bracket (`├`, `└` or empty)."""

    quote: Callable[[int], Quote | None]
    now: datetime
    branch: str = ""


def owner_text(order: Order) -> str:
    """`own`, `c7`, `manual` or `?`."""
    if order.owner is Owner.FOREIGN:
        return f"c{order.client_id}" if order.client_id is not None else "?"
    return order.owner.value


def prices(order: Order) -> tuple[Cell, Cell]:
    """Price and trigger. A stop's only price is its trigger and stands under Price; a trail shows its amount there, and
    its trigger moves at the broker and is not told."""
    tick = order.instrument.min_tick
    if order.order_type in {"STP LMT", "LIT"}:
        return _price(order.limit_price, tick), _price(order.aux_price, tick)
    if order.order_type.startswith("TRAIL"):
        return _price(order.aux_price, tick), NOT_TOLD
    if order.limit_price is not None:
        return _price(order.limit_price, tick), UNSET
    return (_price(order.aux_price, tick) if order.aux_price is not None else UNSET), UNSET


def _price(value: Decimal | None, tick: Decimal | None) -> Cell:
    return UNSET if value is None else cell(formats.price(value, tick))


def distance(order: Order, quote: Quote | None) -> Cell:
    """How far trigger or limit is from the other side of the market: the ask for a buy, the bid for a sell."""
    if order.order_type.startswith("TRAIL"):
        return NOT_TOLD
    aim = order.aux_price if order.order_type in {"STP", "STP LMT", "MIT", "LIT"} else order.limit_price
    if aim is None:
        return UNSET
    market = None if quote is None or order.stale else quote.ask if order.action == "BUY" else quote.bid
    if not market:
        return NOT_TOLD
    return cell(formats.percent((aim - market) / abs(market), signed=True))


def _side(order: Order) -> Cell:
    tone = {"BUY": "up", "SELL": "down"}.get(order.action, "text")
    return cell(formats.clean(order.action)[:4], tone)


def _owner(order: Order) -> Cell:
    return cell(owner_text(order), "text" if order.owner is Owner.OWN else "foreign")


def row(order: Order, context: OrderContext) -> Row:
    """The line of one order with every column the table knows."""
    quote = context.quote(order.instrument.con_id)
    tick = order.instrument.min_tick
    price, trigger = prices(order)
    name = formats.clean(order.instrument.name)
    symbol = Cell((Span(f"{context.branch} ", "muted"), Span(name))) if context.branch else cell(name)
    reason = formats.clean(order.reason)
    cells = {
        "symbol": symbol,
        "side": _side(order),
        "left": cell(formats.quantity(order.remaining)) if order.remaining is not None else UNKNOWN,
        "quantity": cell(formats.quantity(order.quantity)) if order.quantity is not None else UNKNOWN,
        "filled": cell(formats.quantity(order.filled)) if order.filled is not None else UNKNOWN,
        "type": cell(formats.clean(order.order_type)),
        "price": price,
        "trigger": trigger,
        "tif": cell(formats.clean(order.tif)),
        "bid": _quoted(quote.bid if quote else None, tick, order.stale),
        "ask": _quoted(quote.ask if quote else None, tick, order.stale),
        "dist": distance(order, quote),
        "reason": cell(reason, "muted") if reason else UNSET,
        "owner": _owner(order),
        "account": cell(formats.account_tail(order.account)),
        "age": cell(formats.since(order.first_seen, context.now), "muted"),
        "group": cell(formats.clean(order.oca_group) or "-", "muted"),
        "perm": cell(str(order.perm_id), "muted") if order.perm_id else UNSET,
        "ref": cell(formats.clean(order.order_ref) or "-", "muted"),
    }
    if order.stale:
        cells = {name: one_tone(value, "stale") for name, value in cells.items()}
    cells["status"] = status_cell(order)
    return Row(order.key, cells)


def _quoted(value: Decimal | None, tick: Decimal | None, stale: bool) -> Cell:
    return NOT_TOLD if value is None or stale else cell(formats.price(value, tick), "muted")


def bracket_order(orders: Sequence[Order]) -> tuple[tuple[OrderKey, str], ...]:
    """Keys with their branch glyph: children follow their parent, everything else keeps its order."""
    parents = {(o.client_id, o.order_id): o.key for o in orders if o.order_id}
    children: dict[OrderKey, list[OrderKey]] = {}
    for order in orders:
        parent = parents.get((order.client_id, order.parent_id)) if order.parent_id else None
        if parent is not None and parent != order.key:
            children.setdefault(parent, []).append(order.key)
    below = {key for keys in children.values() for key in keys}
    found: list[tuple[OrderKey, str]] = []
    for order in orders:
        if order.key in below:
            continue
        found.append((order.key, ""))
        found.extend(_branches(children, order.key))
    if len(found) < len(orders):
        listed = {key for key, _ in found}
        found.extend((order.key, "") for order in orders if order.key not in listed)
    return tuple(found)


def _branches(children: dict[OrderKey, list[OrderKey]], parent: OrderKey) -> list[tuple[OrderKey, str]]:
    keys = children.get(parent, [])
    found: list[tuple[OrderKey, str]] = []
    for index, key in enumerate(keys):
        found.append((key, "└" if index == len(keys) - 1 else "├"))
        found.extend((grandchild, "└") for grandchild, _ in _branches(children, key))
    return found


def children_of(order: Order, orders: Sequence[Order]) -> int:
    """How many live orders wait for this one as their bracket parent."""
    if not order.order_id:
        return 0
    return sum(o.parent_id == order.order_id and o.client_id == order.client_id and o.key != order.key for o in orders)


def describe(order: Order, room: int | None = None) -> str:
    """`BUY 100 AAPL limit 187.50`, the same in messages and questions. In `room` cells it is the name that yields."""
    price, trigger = prices(order)
    name = formats.clean(order.instrument.name)
    head = f"{formats.clean(order.action)} {formats.quantity(order.remaining)} "
    tail = f" stop {trigger.text}" if trigger.text not in {"-", "?"} else ""
    if price.text != "-":
        tail += f" {'limit' if order.limit_price is not None else 'stop'} {price.text}"
    if room is not None:
        name = formats.cut_middle(name, max(3, room - len(head) - len(tail)))
    return head + name + tail


def as_json(order: Order) -> dict[str, object]:
    """An order as plain JSON values: prices and quantities as text, times as ISO 8601 UTC."""
    return {
        "perm_id": order.perm_id,
        "client_id": order.client_id,
        "order_id": order.order_id,
        "owner": order.owner.value,
        "account": order.account,
        "symbol": order.instrument.name,
        "con_id": order.instrument.con_id,
        "action": order.action,
        "quantity": _text(order.quantity),
        "filled": _text(order.filled),
        "remaining": _text(order.remaining),
        "order_type": order.order_type,
        "limit_price": _text(order.limit_price),
        "aux_price": _text(order.aux_price),
        "tif": order.tif,
        "status": order.status.value,
        "broker_status": order.broker_status,
        "reason": order.reason,
        "order_ref": order.order_ref,
        "stale": order.stale,
        "seen_at": order.seen_at.isoformat() if order.seen_at else None,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
