"""What may be asked of the order book. Owns the rows and the names that lead to them; imports model only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tws_console.engine.names import Names
from tws_console.model.ids import OrderKey
from tws_console.model.order import Order
from tws_console.model.position import Fill


class BookReading:
    """Rows by key. Whoever changes them is the book itself."""

    def __init__(self) -> None:
        self._rows: dict[OrderKey, Order] = {}
        self._names = Names()
        self._fills: dict[int, dict[str, Fill]] = {}
        """By permId; an execution may come before the order that it belongs to."""

    @property
    def orders(self) -> Mapping[OrderKey, Order]:
        """Every known row, ended ones included."""
        return MappingProxyType(self._rows)

    def get(self, key: OrderKey) -> Order | None:
        """The row of that name, following a provisional name to the order it became."""
        row = self._rows.get(key)
        if row is None and not key.perm_id:
            row = self._rows.get(self._names.newest(key.client_id, key.order_id) or key)
        return row

    def find(self, perm_id: int) -> Order | None:
        return self._rows.get(OrderKey.perm(perm_id))

    def live(self) -> list[Order]:
        """Rows that have not ended, oldest first."""
        return sorted((row for row in self._rows.values() if row.live), key=_age_order)

    def owners(self) -> frozenset[int | None]:
        """The client ids that live orders are under."""
        return frozenset(row.client_id for row in self._rows.values() if row.live)

    @property
    def ended(self) -> list[Order]:
        """Rows that have ended, newest end first."""
        return sorted((row for row in self._rows.values() if not row.live), key=lambda row: -row.changed)

    def executions(self) -> frozenset[str]:
        """Every execution known, by its id without the correction."""
        return frozenset(base for fills in self._fills.values() for base in fills)

    def by_alias(self, client_id: int, order_id: int) -> list[Order]:
        """Every live row that carries these numbers: more than one means that they name nothing."""
        return [
            row for row in self._rows.values() if row.live and (row.client_id, row.order_id) == (client_id, order_id)
        ]


def _age_order(row: Order) -> tuple[float, OrderKey]:
    return (row.first_seen.timestamp() if row.first_seen else 0.0, row.key)
