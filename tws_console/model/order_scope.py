"""Which orders a scoped stop is pressed for. Imports model only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tws_console.model.ids import OrderKey
from tws_console.model.order import Order, Status
from tws_console.model.stop import StopScope


@dataclass(frozen=True, slots=True)
class OrderScope:
    """Every condition that is given must hold; `keys` names single orders, by permId or by what they were known as
    before it was told. Without any it holds no order at all: a stop of everything is another thing.
    """

    symbol: str | None = None
    client_id: int | None = None
    account: str | None = None
    side: str | None = None
    """BUY or SELL."""
    keys: frozenset[OrderKey] = frozenset()

    @property
    def empty(self) -> bool:
        return not (self.symbol or self.account or self.side or self.keys or self.client_id is not None)

    def holds(self, order: Order) -> bool:
        """Whether this order is meant. The symbol is the underlying's or the whole name of the instrument."""
        names = {order.instrument.symbol.upper(), order.instrument.name.upper()}
        return not self.empty and all(
            (
                self.symbol is None or self.symbol.upper() in names,
                self.client_id is None or order.client_id == self.client_id,
                self.account is None or order.account == self.account,
                self.side is None or order.action == self.side,
                not self.keys or order.key in self.keys or _alias(order) in self.keys,
            )
        )

    @property
    def words(self) -> str:
        """`AAPL`, `client 7`, `account DU1`, `buys`, `3 marked`, and any of them together."""
        sides = {"BUY": "buys", "SELL": "sells"}
        parts = (
            self.symbol or "",
            f"client {self.client_id}" if self.client_id is not None else "",
            f"account {self.account}" if self.account else "",
            sides.get(self.side or "", ""),
            f"{len(self.keys)} marked" if self.keys else "",
        )
        return ", ".join(part for part in parts if part)


def _alias(order: Order) -> OrderKey | None:
    """The name an order had before the broker told its permId: whoever asked for it may know it by that name only."""
    if order.client_id is None or not order.order_id:
        return None
    return OrderKey.alias(order.client_id, order.order_id)


def scope_of(orders: Iterable[Order], asked: OrderScope | None = None) -> StopScope:
    """The accounts, clients and symbols of the live orders that a stop reaches; `asked` is None when it is all."""
    rows = [row for row in orders if row.live and row.status is not Status.STAGED]
    rows = [row for row in rows if asked is None or asked.holds(row)]
    return StopScope(
        accounts=tuple(sorted({row.account for row in rows if row.account})),
        clients=tuple(sorted({row.client_id for row in rows if row.client_id is not None})),
        symbols=tuple(sorted({row.instrument.name for row in rows})),
        side=asked.side if asked is not None else None,
        everything=asked is None,
        words=asked.words if asked is not None else "",
    )
