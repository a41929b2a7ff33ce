"""Owns what orders do to each other: children of a bracket and one-cancels-all groups.

Imports `book`, `orders` and `ports`. Types as in IBKR Campus TWS API docs (Order Management): 1 cancels the others with
any fill, 2 and 3 reduce them in proportion; with 1 and 2 only one order of the group is exposed at a time, so the
others end in the same moment, with 3 their ends travel to the market and may come too late.
"""

from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal

from tws_console.simulator.book import Book
from tws_console.simulator.orders import FILLED, Order
from tws_console.simulator.ports import SchedulerPort

CANCEL_WITH_BLOCK, REDUCE_WITH_BLOCK, REDUCE_WITHOUT_BLOCK = 1, 2, 3


class Groups:
    """Follows fills through groups and brackets. `end` cancels an order, `restate` tells its changed size."""

    def __init__(
        self,
        book: Book,
        clock: SchedulerPort,
        end: Callable[[Order], None],
        restate: Callable[[Order], None],
        release: Callable[[Order], None],
    ) -> None:
        self._book = book
        self._clock = clock
        self._end = end
        self._restate = restate
        self._release = release

    def follow_fill(self, order: Order, quantity: Decimal, latency: float) -> None:
        """Cancel or reduce the other orders of the group, and let the children of a filled order work."""
        before = order.remaining + quantity
        for sibling in self._book.in_group(order):
            if order.terms.oca_type in (CANCEL_WITH_BLOCK, REDUCE_WITH_BLOCK):
                self._meet(order, sibling, order.remaining / before)
            else:
                self._later(order, sibling, order.remaining / before, latency)
        if order.status == FILLED:
            self._release_children(order)

    def _later(self, order: Order, sibling: Order, share: Decimal, latency: float) -> None:
        self._clock.later(latency, lambda: self._meet(order, sibling, share))

    def _meet(self, order: Order, sibling: Order, share: Decimal) -> None:
        if not sibling.live:
            return
        left = (sibling.remaining * share).quantize(sibling.contract.size_step, ROUND_DOWN)
        if order.terms.oca_type == CANCEL_WITH_BLOCK or left <= 0:
            self._end(sibling)
        else:
            sibling.revise(quantity=sibling.filled + left)
            self._restate(sibling)

    def _release_children(self, parent: Order) -> None:
        for perm_id in parent.children:
            child = self._book.orders[perm_id]
            if child.live and child.why_held.startswith("child"):
                self._release(child)
