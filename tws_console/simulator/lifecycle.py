"""Owns what happens to an order after it was booked: acknowledgement, work, fills, cancellation, brackets and groups.

Imports `book`, `accounts`, `market`, `matching`, `orders`, `faults` and `ports`. Message sequences follow recordings of
real Gateways (github ThomasMarcelis/ibkr-go and deepentropy/ibx): repeats are part of the protocol, not an accident.
"""

from decimal import Decimal

from tws_console.simulator import matching
from tws_console.simulator.accounts import ZERO, Accounts, commission
from tws_console.simulator.book import Book
from tws_console.simulator.faults import Faults
from tws_console.simulator.market import Market
from tws_console.simulator.orders import (
    API_CANCELLED,
    CANCELLED,
    FILLED,
    INACTIVE,
    PENDING_CANCEL,
    PENDING_SUBMIT,
    PRE_SUBMITTED,
    SUBMITTED,
    Execution,
    Order,
)
from tws_console.simulator.ports import ReporterPort, SchedulerPort

BY_TRADER = "Cancelled by Trader"
_VENUES = ("NASDAQ", "IBKRATS", "ARCA", "NYSE")


class Lifecycle:
    """Moves orders from state to state and tells their owners. `latency` is one leg to the broker, in seconds."""

    def __init__(
        self,
        book: Book,
        accounts: Accounts,
        market: Market,
        faults: Faults,
        reporter: ReporterPort,
        clock: SchedulerPort,
    ) -> None:
        self.latency = 0.02
        self._book = book
        self._accounts = accounts
        self._market = market
        self._faults = faults
        self._tell = reporter
        self._clock = clock

    def pair(self, order: Order) -> None:
        """Send openOrder and orderStatus."""
        self._tell.opened(order)
        self._tell.status(order)

    def accept(self, order: Order) -> None:
        """Acknowledge a transmitted order and let it go to work."""
        order.staged = False
        if order.done or order.cancel_pending:
            return
        if not self._clock.link_up:
            order.status = PENDING_SUBMIT
            self.pair(order)
            self._clock.later(0, lambda: self.accept(order))
            return
        order.status = PRE_SUBMITTED
        order.why_held = self._reason_to_wait(order)
        client = order.client_id
        rejection = self._faults.take("201", client)
        if rejection is not None or order.terms.tif == "FOK":
            reason = "The time-in-force FOK is invalid for this combination of exchange and security type."
            if rejection is not None:
                reason = rejection.options.get("reason", "Exchange is closed.")
            self.reject(order, reason)
        elif self._faults.take("399", client):
            self._wait_for_opening(order)
        elif self._faults.take("404", client):
            order.held, order.why_held = True, "locate"
            self.pair(order)
            self._tell.refused(client, order.order_id, 404, "Order held while securities are located.")
        else:
            self.pair(order)
            if self._faults.take("10349", client):
                text = "Order TIF was set to DAY based on order preset."
                self._tell.refused(client, order.order_id, 10349, text)
            self._clock.later(self.latency, lambda: self.activate(order))

    def _reason_to_wait(self, order: Order) -> str:
        parent = self._book.orders.get(order.parent_perm)
        stop = "trigger" if order.terms.is_stop and not order.triggered else ""
        if parent is not None and parent.status != FILLED:
            return f"child,{stop}" if stop else "child"
        return stop

    def _wait_for_opening(self, order: Order) -> None:
        order.held = True
        terms, contract = order.terms, order.contract
        text = (
            f"Order Message:\n{terms.action} {terms.quantity} {contract.symbol} {contract.market_name}\n"
            "Warning: your order will not be placed at the exchange until the next trading session"
        )
        self._tell.refused(order.client_id, order.order_id, 399, text)
        self.pair(order)
        self._clock.later(self.latency, lambda: self.pair(order))

    def reject(self, order: Order, reason: str) -> None:
        """The broker refuses: Inactive, error 201, Inactive again."""
        order.status, order.why_held = INACTIVE, ""
        self._complete(order, f"Rejected by System:{reason}")
        self.pair(order)
        self._tell.refused(order.client_id, order.order_id, 201, f"Order rejected - reason:{reason}")
        self.pair(order)

    def activate(self, order: Order) -> None:
        """The broker has the order: it works, or waits for its trigger or its parent."""
        if order.done or order.cancel_pending or order.held:
            return
        order.why_held = self._reason_to_wait(order)
        order.status = PRE_SUBMITTED if order.why_held else SUBMITTED
        self.pair(order)
        self.pair(order)
        self.work(order)

    def work(self, order: Order) -> None:
        """Trade what the present quote allows."""
        if matching.waits_for_trigger(order):
            if not matching.is_triggered(order, self._market.quote(order.contract.con_id)):
                return
            order.triggered, order.why_held, order.status = True, "", SUBMITTED
            self.pair(order)
        if not matching.is_working(order):
            return
        match = matching.crossing(order, self._market.quote(order.contract.con_id))
        if match is not None:
            self.fill(order, *match)
        if order.terms.tif == "IOC" and not order.done:
            self.begin_cancel(order)

    def fill(self, order: Order, quantity: Decimal, price: Decimal) -> None:
        """Execute `quantity` units (not more than remain) at `price`."""
        total = order.filled * order.average + quantity * price
        order.filled += quantity
        order.average = (total / order.filled).quantize(Decimal("0.00000001"))
        order.last_price = price
        execution = self._book_fill(order, quantity, price)
        if order.remaining <= 0:
            order.status, order.why_held = FILLED, ""
            self._complete(order, f"Filled Size: {order.filled.normalize():f}")
        self._report_fill(execution)

    def _book_fill(self, order: Order, quantity: Decimal, price: Decimal) -> Execution:
        contract, terms = order.contract, order.terms
        before = order.commission or ZERO
        order.commission = max(before, commission(contract, order.filled, order.average))
        fee = order.commission - before
        realized = self._accounts.apply_fill(terms.account, contract, quantity * terms.sign, price, fee)
        execution = Execution(
            exec_id=self._book.new_exec_id(),
            order=order,
            at=self._clock.now(),
            venue=self._venue(order),
            quantity=quantity,
            price=price,
            cumulative=order.filled,
            average=order.average,
            commission=fee,
            realized=realized,
        )
        self._book.executions.append(execution)
        return execution

    def _venue(self, order: Order) -> str:
        if order.contract.sec_type != "STK":
            return order.contract.default_exchange
        return _VENUES[len(self._book.executions) % len(_VENUES)]

    def _report_fill(self, execution: Execution) -> None:
        order = execution.order
        self._tell.executed(execution)
        if order.done:
            self.pair(order)
            self.pair(order)
        else:
            self._tell.status(order)
        self._clock.later(self.latency, lambda: self._tell.commission(execution))
        self._tell.holdings_changed(order.terms.account, order.contract.con_id)
        self._follow_group(order, execution.quantity)
        if order.done:
            self._release_children(order)

    def _follow_group(self, order: Order, quantity: Decimal) -> None:
        for sibling in self._book.in_group(order):
            left = sibling.remaining - quantity
            if order.terms.oca_type == 1 or order.done or left <= 0:
                self.finish_cancel(sibling)
            else:
                sibling.revise(quantity=sibling.terms.quantity - quantity)
                self.pair(sibling)

    def _release_children(self, parent: Order) -> None:
        for perm_id in parent.children:
            child = self._book.orders[perm_id]
            if child.live and child.why_held.startswith("child"):
                self.activate(child)

    def begin_cancel(self, order: Order) -> None:
        """A cancel by the owner: PendingCancel twice, then Cancelled and 202."""
        order.cancel_pending = True
        order.status = PENDING_CANCEL
        self.pair(order)
        self._clock.later(self.latency / 2, lambda: self._repeat_pending(order))
        self._clock.later(self.latency, lambda: self.finish_cancel(order))

    def _repeat_pending(self, order: Order) -> None:
        if not order.done:
            self.pair(order)

    def begin_mass_cancel(self, order: Order, position: int) -> None:
        """A cancel by the global cancel: no PendingCancel, a late repeat of the old state, then Cancelled and 202."""
        order.cancel_pending = True
        wait = self.latency * 2 + position * 0.0002
        self._clock.later(wait, lambda: self._repeat_pending(order))
        self._clock.later(wait + self.latency, lambda: self.finish_cancel(order))

    def finish_cancel(self, order: Order) -> None:
        """The broker confirms a cancel, unless a fill came first."""
        if order.done:
            return
        if order.cancel_pending and self._faults.take("late-fill", order.client_id):
            order.cancel_pending = False
            quote = self._market.quote(order.contract.con_id)
            self.fill(order, order.remaining, quote.ask if order.terms.sign > 0 else quote.bid)
            return
        order.status, order.why_held = CANCELLED, ""
        self._complete(order, BY_TRADER)
        self._tell.status(order)
        self._tell.refused(order.client_id, order.order_id, 202, "Order Canceled - reason:")
        for perm_id in order.children:
            self.finish_cancel(self._book.orders[perm_id])

    def discard(self, order: Order) -> None:
        """Cancel an order that was never transmitted, and the children that wait with it."""
        order.status = API_CANCELLED
        self._book.forget(order)
        self._tell.status(order)
        self._tell.refused(order.client_id, order.order_id, 202, "Order Canceled - reason:")
        for perm_id in order.children:
            child = self._book.orders[perm_id]
            if child.staged and not child.done:
                self.discard(child)

    def _complete(self, order: Order, status: str) -> None:
        order.completed_at = self._clock.now()
        order.completed_status = status
        self._book.finish(order)
