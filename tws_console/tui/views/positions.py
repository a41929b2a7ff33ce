"""Rows of the positions table. Pure: model in, cells out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tws_console.model.position import Position, Quote
from tws_console.tui.views import formats
from tws_console.tui.views.cells import UNKNOWN, UNSET, Cell, Row, cell
from tws_console.tui.views.columns import Align, Column, Cut

R, P = Align.RIGHT, Align.POINT
PositionKey = tuple[str, int]

COLUMNS: tuple[Column, ...] = (
    Column("symbol", "Symbol", 0, 10, 18, cut=Cut.MIDDLE, always=True),
    Column("quantity", "Qty", 2, 8, 12, R, always=True),
    Column("day", "Day P&L", 7, 9, 13, R, always=True),
    Column("unreal", "Unreal", 8, 9, 13, R, always=True),
    Column("last", "Last", 4, 8, 12, P, always=True),
    Column("cost", "Avg cost", 3, 8, 12, P),
    Column("account", "Acct", 1, 4, 4, R),
    Column("cover", "Cover", 11, 5, 5),
    Column("age", "Age", 12, 3, 3, R),
    Column("value", "Value", 5, 9, 13, R),
    Column("realized", "Realized", 9, 9, 13, R),
    Column("share", "%NLV", 10, 6, 7, R, late=True),
    Column("currency", "Ccy", 6, 3, 3, late=True),
)

STALE_AFTER = 60.0
"""Seconds after which a position's price counts as old."""


@dataclass(frozen=True, slots=True)
class PositionContext:
    """What a row needs besides its position. `monotonic` is now in seconds; `cover` says how far stops cover it."""

    quote: Callable[[int], Quote | None]
    monotonic: float
    cover: Callable[[Position], str]
    net_liquidation: Decimal | None
    base_currency: str
    link_up: bool


def key_of(held: Position) -> PositionKey:
    return held.account, held.instrument.con_id


def in_order(positions: Iterable[Position], accounts: Sequence[str]) -> tuple[PositionKey, ...]:
    """Keys by account in the session's order, and within one as they came."""
    rank = {account: index for index, account in enumerate(accounts)}
    ranked = sorted(positions, key=lambda held: (rank.get(held.account, len(rank)), held.account))
    return tuple(key_of(held) for held in ranked)


def market_value(held: Position) -> Decimal | None:
    """Worth in the instrument's currency: the broker's own figure, else price times quantity times multiplier."""
    if held.market_value is not None or held.market_price is None:
        return held.market_value
    return held.market_price * held.quantity * held.instrument.factor


def is_old(held: Position, context: PositionContext) -> bool:
    """No price, or none for a minute, or nothing can arrive because the link is down. A flat one needs no price."""
    if not held.quantity:
        return not context.link_up
    return not context.link_up or held.market_price is None or context.monotonic - held.seen_at > STALE_AFTER


def _money(value: Decimal | None, *, decimals: bool) -> Cell:
    if value is None:
        return UNKNOWN
    return cell(formats.pnl(value), formats.pnl_tone(value)) if decimals else cell(formats.money(value))


def _cover(word: str) -> Cell:
    return cell(word, "warn" if word in {"none", "part", "?"} else "muted")


def _share(held: Position, value: Decimal | None, context: PositionContext) -> Cell:
    """Part of the net liquidation; `-` where the money is not the base currency, or no cost (futures)."""
    if held.instrument.sec_type in {"FUT", "FOP", "CASH"} or held.instrument.currency != context.base_currency:
        return UNSET
    if value is None or not context.net_liquidation:
        return UNKNOWN
    return cell(formats.percent(abs(value) / context.net_liquidation), "muted")


def row(held: Position, context: PositionContext) -> Row:
    """The line of one position with every column the table knows."""
    tick = held.instrument.min_tick
    value = market_value(held)
    price = held.market_price
    if price is None and (quote := context.quote(held.instrument.con_id)) is not None:
        price = quote.last
    flat = held.quantity == 0
    cost = held.average_price
    tone = "stale" if not context.link_up else "text"
    cells = {
        "symbol": cell(formats.clean(held.instrument.name), tone),
        "account": cell(formats.account_tail(held.account), tone),
        "quantity": cell(formats.quantity(held.quantity, signed=True), tone),
        "cost": UNSET if flat and not cost else UNKNOWN if cost is None else cell(formats.average(cost, tick), tone),
        "last": (UNSET if flat else UNKNOWN) if price is None else cell(formats.price(price, tick), tone),
        "value": UNSET if flat and value is None else _money(value, decimals=False),
        "currency": cell(formats.clean(held.instrument.currency), "muted"),
        "day": _money(held.daily_pnl, decimals=True),
        "unreal": UNSET if flat and held.unrealized_pnl is None else _money(held.unrealized_pnl, decimals=True),
        "realized": _money(held.realized_pnl, decimals=True),
        "share": UNSET if flat else _share(held, value, context),
        "cover": UNSET if flat else _cover(context.cover(held)),
        "age": cell(formats.age(context.monotonic - held.seen_at) if held.seen_at else "?", "muted"),
    }
    return Row(key_of(held), cells)


def as_json(held: Position) -> dict[str, object]:
    """A position as plain JSON values, numbers as text."""
    numbers = {
        "quantity": held.quantity,
        "average_price": held.average_price,
        "market_price": held.market_price,
        "market_value": held.market_value,
        "daily_pnl": held.daily_pnl,
        "unrealized_pnl": held.unrealized_pnl,
        "realized_pnl": held.realized_pnl,
    }
    head: dict[str, object] = {
        "account": held.account,
        "symbol": held.instrument.name,
        "con_id": held.instrument.con_id,
        "currency": held.instrument.currency,
    }
    return head | {name: None if value is None else f"{value:f}" for name, value in numbers.items()}
