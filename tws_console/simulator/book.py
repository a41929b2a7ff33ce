"""Owns the Gateway's memory of orders: by permId, and by the number each client gave. Imports `orders` only.

Numbers of different clients collide freely, so every look-up by number names the client. The highest number per client
is kept for the life of the server and raised by each working order shown to that client (source: IBKR Campus TWS API
docs, Order Management; user reports of error 103).
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from tws_console.simulator.orders import API_CANCELLED, PENDING_SUBMIT, Execution, Order

FIRST_PERM_ID = 1790930293760001


class Book:
    """Orders, their numbers, executions of the day."""

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}
        self.executions: list[Execution] = []
        self.completed: list[Order] = []
        self._open: dict[int, Order] = {}
        self._numbers: dict[int, dict[int, int]] = {}
        self._marks: dict[int, int] = {}
        self._next_perm = FIRST_PERM_ID
        self._next_exec = 0x69E02BFB
        self._next_bound = -2

    def new_perm_id(self) -> int:
        """The next permId: sixteen digits, more than 32 bits hold."""
        self._next_perm += 1
        return self._next_perm - 1

    def new_exec_id(self) -> str:
        """The next execution id; what follows the last dot counts corrections."""
        self._next_exec += 1
        return f"0000e0d5.{self._next_exec:08x}.01.01"

    def add(self, order: Order) -> None:
        """Take an order in. A client's number is remembered for ever."""
        self.orders[order.perm_id] = order
        if order.done:
            self.completed.append(order)
        else:
            self._open[order.perm_id] = order
        if order.client_id is not None:
            self._numbers.setdefault(order.client_id, {})[order.order_id] = order.perm_id
            self.raise_mark(order.client_id, order.order_id)

    def finish(self, order: Order) -> None:
        """Move an order that is done from the open ones to the completed ones."""
        if self._open.pop(order.perm_id, None) is not None:
            self.completed.append(order)

    def forget(self, order: Order) -> None:
        """Drop a staged order that was never sent to the broker."""
        self._open.pop(order.perm_id, None)

    def lose_unsent(self) -> None:
        """TWS restarts: what the broker has not acknowledged is gone, with the number its client gave it."""
        for order in self.open():
            order.change = None
            if order.staged or order.status == PENDING_SUBMIT:
                order.status = API_CANCELLED
                self.forget(order)
                if self.find(order.shown_client, order.order_id) is order:
                    del self._numbers[order.shown_client][order.order_id]

    def forget_before(self, is_past: Callable[[datetime], bool]) -> None:
        """Drop executions and completed orders of the past; the marks of the clients stay."""
        self.executions = [row for row in self.executions if not is_past(row.at)]
        for order in self.completed:
            if is_past(order.ended_at) and order.client_id is not None:
                self._numbers[order.client_id].pop(order.order_id, None)
        self.completed = [order for order in self.completed if not is_past(order.ended_at)]

    def bind(self, order: Order) -> None:
        """Give a manual order to client 0 under a negative number."""
        order.client_id, order.order_id = 0, self._next_bound
        self._next_bound -= 1
        self._numbers.setdefault(0, {})[order.order_id] = order.perm_id

    def find(self, client_id: int, order_id: int) -> Order | None:
        """The order that this client calls by this number, whatever its state."""
        perm_id = self._numbers.get(client_id, {}).get(order_id)
        return None if perm_id is None else self.orders[perm_id]

    def live(self) -> Iterator[Order]:
        """Orders that are in the lists of open orders."""
        return (order for order in list(self._open.values()) if order.live)

    def open(self) -> Iterator[Order]:
        """Live orders and staged ones."""
        return iter(list(self._open.values()))

    def unbound(self) -> Iterator[Order]:
        """Live manual orders that belong to no client."""
        return (order for order in self.live() if order.client_id is None)

    def changed_with(self, parent_perm: int) -> list[Order]:
        """Live orders of one bracket whose changes wait to be sent."""
        return [o for o in self.live() if o.change is not None and parent_perm in (o.perm_id, o.parent_perm)]

    def staged_with(self, parent_perm: int) -> list[Order]:
        """Staged orders of one bracket: the parent and the children that are waiting to be sent."""
        return [o for o in self.open() if o.staged and parent_perm in (o.perm_id, o.parent_perm)]

    def in_group(self, order: Order) -> list[Order]:
        """Other live orders of the same account in the same one-cancels-all group."""
        group = order.terms.oca_group
        if not group:
            return []
        return [
            other
            for other in self.live()
            if other.perm_id != order.perm_id
            and other.terms.oca_group == group
            and other.terms.account == order.terms.account
        ]

    def mark(self, client_id: int) -> int:
        """The highest number this client has used or was shown."""
        return self._marks.get(client_id, 0)

    def raise_mark(self, client_id: int, order_id: int) -> None:
        """Remember that this client has used or was shown a number."""
        if order_id > self._marks.get(client_id, 0):
            self._marks[client_id] = order_id


def as_pushed(orders: list[Order]) -> list[Order]:
    """Orders as they are pushed to their client at connect: the newest first, the others as they came (recorded)."""
    return [*orders[-1:], *orders[:-1]]
