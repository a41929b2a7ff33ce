"""Owns how orders end: by a cancel of their owner, by a global cancel, by the clock.

Imports `book`, `hours`, `faults`, `notices`, `orders` and `ports`. Sequences as recorded of real Gateways (github
deepentropy/ibx lmt_cancel and bracket, mjarvel/ibx global_cancel_replayed).
"""

from collections.abc import Callable
from datetime import datetime

from tws_console.simulator import notices
from tws_console.simulator.book import Book
from tws_console.simulator.faults import Faults
from tws_console.simulator.hours import Hours
from tws_console.simulator.orders import API_CANCELLED, CANCELLED, PENDING_CANCEL, Order
from tws_console.simulator.ports import LATENCY, ReporterPort, SchedulerPort

BY_TRADER = "Cancelled by Trader"
BY_SYSTEM = "Cancelled by System:"


class Endings:
    """Ends orders. `fill_late` fills an order whose cancel is under way or done, when that fault is on."""

    def __init__(
        self,
        book: Book,
        hours: Hours,
        faults: Faults,
        reporter: ReporterPort,
        clock: SchedulerPort,
        fill_late: Callable[[Order], None],
    ) -> None:
        self._book = book
        self._hours = hours
        self._faults = faults
        self._tell = reporter
        self._clock = clock
        self._fill_late = fill_late
        self._unanswered: list[Order] = []

    def _pair(self, order: Order) -> None:
        self._tell.opened(order)
        self._tell.status(order)

    def _repeat(self, order: Order) -> None:
        if order.live:
            self._pair(order)

    def _warn(self, order: Order, code: int, text: str) -> None:
        self._tell.refused(order.client_id, order.order_id, code, text)

    def begin_cancel(self, order: Order) -> None:
        """A cancel by the owner: PendingCancel twice, then Cancelled and 202; or another's cancel is under way."""
        if self._faults.take("cancel-by-other", order.client_id):
            self._warn(order, 201, notices.CANCELLED_ELSEWHERE)
            self._pair(order)
            return
        reopens = self._hours.reopens(order)
        self._await_cancel(order)
        for perm_id in order.children:
            self._repeat(self._book.orders[perm_id])
        self._clock.later(LATENCY / 2, lambda: self._repeat(order))
        self._end_later(order, LATENCY, reopens)

    def _await_cancel(self, order: Order) -> None:
        order.cancel_pending = True
        order.status = PENDING_CANCEL
        self._pair(order)

    def cancel_rest(self, order: Order) -> None:
        """PendingCancel once, then the end: what is left of an IOC."""
        self._await_cancel(order)
        self._clock.later(LATENCY, lambda: self.finish_cancel(order))

    def _end_later(self, order: Order, wait: float, reopens: datetime | None) -> None:
        """Confirm a cancel after `wait` seconds, or when an exchange that is closed has opened again."""
        if reopens is None:
            self._clock.later(wait, lambda: self._confirm(order))
        else:
            self._clock.at(reopens, lambda: self._confirm(order))

    def _confirm(self, order: Order) -> None:
        """Finish a cancel, unless the venue answers none now."""
        if self._faults.active("venue-closed", order.client_id):
            self._unanswered.append(order)
        else:
            self.finish_cancel(order)

    def answer_cancels(self) -> None:
        """Finish the cancels that a venue can answer again."""
        waiting, self._unanswered = self._unanswered, []
        for order in waiting:
            self._confirm(order)

    def begin_mass_cancel(self, order: Order, position: int) -> None:
        """A cancel by the global cancel: no PendingCancel, a late repeat of the old state, then Cancelled and 202."""
        if self._faults.active("venue-closed", order.client_id):
            self._await_cancel(order)
        order.cancel_pending = True
        wait = LATENCY * 2 + position * 0.0002
        self._clock.later(wait, lambda: self._repeat(order))
        self._end_later(order, wait + LATENCY, self._hours.reopens(order))

    def finish_cancel(self, order: Order) -> None:
        """The broker confirms a cancel, unless a fill came first."""
        if order.done:
            return
        late = self._faults.take("late-fill", order.client_id) if order.cancel_pending else None
        if late is None:
            self._end(order, BY_TRADER)
        elif late.options.get("after") == "cancelled":
            self._end(order, BY_TRADER)
            self._clock.later(LATENCY, lambda: self._fill_late(order))
        else:
            order.cancel_pending = False
            self._fill_late(order)

    def expire(self, order: Order, why: str) -> None:
        """The broker ends an order by itself."""
        self._end(order, BY_SYSTEM + why)

    def _end(self, order: Order, completed: str) -> None:
        order.status, order.why_held = CANCELLED, ""
        self.complete(order, completed)
        self._tell.status(order)
        self._warn(order, 202, "Order Canceled - reason:")
        self.end_children(order)

    def end_children(self, order: Order) -> None:
        """The children of an order that has ended without being filled end with it."""
        for perm_id in order.children:
            self.finish_cancel(self._book.orders[perm_id])

    def discard(self, order: Order) -> None:
        """Cancel an order that was never transmitted, and the children that wait with it."""
        order.status = API_CANCELLED
        self._book.forget(order)
        self._tell.status(order)
        self._warn(order, 202, "Order Canceled - reason:")
        for perm_id in order.children:
            child = self._book.orders[perm_id]
            if child.staged and not child.done:
                self.discard(child)

    def complete(self, order: Order, status: str) -> None:
        """Note how an order has ended, for the list of completed orders."""
        order.completed_at = self._clock.now()
        order.completed_status = status
        self._book.finish(order)
