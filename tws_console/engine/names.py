"""Which row carries which client id and order number. Pure; imports model only.

Numbers of different clients collide freely, unbound manual orders all carry 0/0, and a number can be given out again
(IBKR Campus TWS API docs, "Order Management"; ib_insync issue 80): a number is a way to find rows, never their name.
"""

from __future__ import annotations

from tws_console.model.ids import OrderKey

Numbers = tuple[int, int]
"""(client id, order id)."""


class Names:
    """The newest row of each pair of numbers, and every row that ever carried them."""

    def __init__(self) -> None:
        self._newest: dict[Numbers, OrderKey] = {}
        self._all: dict[Numbers, set[OrderKey]] = {}
        self._bound: dict[int, Numbers] = {}

    def newest(self, client_id: int, order_id: int) -> OrderKey | None:
        return self._newest.get((client_id, order_id))

    def sharing(self, client_id: int, order_id: int) -> frozenset[OrderKey]:
        """Every row that ever carried these numbers and is still kept."""
        return frozenset(self._all.get((client_id, order_id), ()))

    def give(self, client_id: int, order_id: int, key: OrderKey) -> None:
        """These numbers name that row from now on; 0 names nothing."""
        if order_id:
            self._newest[client_id, order_id] = key
            self._all.setdefault((client_id, order_id), set()).add(key)

    def take(self, client_id: int, order_id: int, key: OrderKey) -> None:
        """The row is not kept any more under these numbers."""
        numbers = (client_id, order_id)
        if self._newest.get(numbers) == key:
            del self._newest[numbers]
        keys = self._all.get(numbers, set())
        keys.discard(key)
        if not keys:
            self._all.pop(numbers, None)

    def bind(self, perm_id: int, client_id: int, order_id: int) -> None:
        """A manual order was bound to these numbers (orderBound)."""
        self._bound[perm_id] = (client_id, order_id)

    def told(self, perm_id: int, client_id: int, order_id: int) -> Numbers:
        """The numbers as a message tells them, or those the order was bound to: its older messages carry 0/0."""
        return (client_id, order_id) if order_id else self._bound.get(perm_id, (client_id, order_id))
