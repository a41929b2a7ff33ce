"""Owns changes of orders that exist: of live ones, and of staged ones until they are sent.

Imports `book`, `rules`, `lifecycle`, `faults`, `orders` and `ports`. A change that the broker refuses is followed by
the order as it stands; one that comes while an earlier one is on its way is not sent at all (source: IBKR Campus TWS
API docs, Modifying Orders and Error Codes).
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from tws_console.simulator import matching, rules
from tws_console.simulator.book import Book
from tws_console.simulator.contracts import Contract
from tws_console.simulator.faults import Faults
from tws_console.simulator.lifecycle import Lifecycle
from tws_console.simulator.orders import Order, Terms
from tws_console.simulator.ports import LATENCY, ReporterPort, SchedulerPort
from tws_console.simulator.rules import Refusal


class Amendments:
    """Changes orders. `transmit` sends a staged order, `double` books a second order beside one, `objection` says why
    the broker does not take an order as it would be.
    """

    def __init__(
        self,
        book: Book,
        lifecycle: Lifecycle,
        faults: Faults,
        tell: ReporterPort,
        clock: SchedulerPort,
        transmit: Callable[[Order], None],
        double: Callable[[Order, Terms], None],
        objection: Callable[[Order], str | None],
    ) -> None:
        self._book = book
        self._lifecycle = lifecycle
        self._faults = faults
        self._tell = tell
        self._clock = clock
        self._transmit = transmit
        self._double = double
        self._objection = objection

    def change(self, order: Order, contract: Contract, terms: Terms) -> Refusal | None:
        """Give an order new terms; returns why not."""
        if order.done:
            return rules.NOT_MODIFIABLE
        if order.staged:
            return self._restage(order, contract, terms)
        if terms.preset_tif:
            terms = replace(terms, tif=order.terms.tif)
        if order.terms.oca_group == str(order.parent_perm):
            terms = _in_the_same_group(order, terms)
        refusal = rules.check_change(order, terms, contract)
        if refusal is not None:
            return refusal
        if not terms.transmit:
            order.change = terms  # it waits in the window of TWS, until a part of its bracket is transmitted
            return None
        objection = self._refusal(order, terms)
        if objection is not None:
            self._tell.refused(order.client_id, order.order_id, 201, f"Order rejected - reason:{objection}")
            self._lifecycle.pair(order)
        elif self._faults.take("double-perm", order.client_id):
            self._double(order, terms)
        else:
            self._send(order, terms)
            for other in self._book.changed_with(order.parent_perm or order.perm_id):
                if other.change is not None:
                    self._send(other, replace(other.change, transmit=True))
        return None

    def _refusal(self, order: Order, terms: Terms) -> str | None:
        """Why the broker does not take more of the order; less of it, or another price, needs no more margin."""
        if self._faults.take("201", order.client_id):
            return "Order change refused."
        if terms.quantity <= order.terms.quantity:
            return None
        return self._objection(replace(order, terms=replace(terms, quantity=terms.quantity - order.filled)))

    def _restage(self, order: Order, contract: Contract, terms: Terms) -> Refusal | None:
        if order.awaits_click:
            return Refusal(106, f"Can't transmit order id:{order.order_id}")
        if contract.con_id != order.contract.con_id:
            return rules.MISMATCH
        order.terms = _in_the_same_group(order, terms)
        if terms.transmit:
            self._transmit(order)
        return None

    def _send(self, order: Order, terms: Terms) -> None:
        order.terms, order.change, order.cap = terms, None, Decimal(0)
        order.unsettled = True
        order.renewed = self._clock.now()
        if terms.is_trail:
            order.stop = None
            matching.follow(order, self._lifecycle.quote(order))
        self._lifecycle.hours.set_end(order)
        self._lifecycle.pair(order)
        self._clock.later(LATENCY, lambda: self._settle(order))

    def _settle(self, order: Order) -> None:
        order.unsettled = False
        if order.live and not order.cancel_pending:
            self._lifecycle.pair(order)
            self._lifecycle.work(order)


def _in_the_same_group(order: Order, terms: Terms) -> Terms:
    return replace(terms, oca_group=order.terms.oca_group, oca_type=order.terms.oca_type)
