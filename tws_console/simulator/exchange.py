"""Owns what clients may do with orders: place, change, cancel, cancel all; and the matching round.

Imports its room mates. Rights follow the documentation and recordings: an order belongs to the client that placed it, a
number counts within one client only, and a global cancel reaches every order in the Gateway's book (source: IBKR Campus
TWS API docs, Order Management; github ThomasMarcelis/ibkr-go, api_cross_client_cancel; github mjarvel/ibx,
global_cancel_replayed).
"""

from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from tws_console.simulator import combos, rules
from tws_console.simulator.accounts import Accounts, commission
from tws_console.simulator.admission import Admission
from tws_console.simulator.amendments import Amendments
from tws_console.simulator.book import Book
from tws_console.simulator.contracts import Catalogue, Contract
from tws_console.simulator.faults import Faults
from tws_console.simulator.lifecycle import Lifecycle
from tws_console.simulator.market import Market
from tws_console.simulator.orders import PENDING_SUBMIT, Order, Placement, Terms
from tws_console.simulator.ports import LATENCY, Preview, ReporterPort, SchedulerPort
from tws_console.simulator.rules import Refusal


class Exchange:
    """The order desk of the practice Gateway."""

    def __init__(
        self,
        catalogue: Catalogue,
        market: Market,
        accounts: Accounts,
        faults: Faults,
        tell: ReporterPort,
        clock: SchedulerPort,
    ) -> None:
        self.book = Book()
        self.market = market
        self.accounts = accounts
        self.catalogue = catalogue
        self.lifecycle = Lifecycle(self.book, accounts, market, catalogue, faults, tell, clock)
        self.admission = Admission(self.book, catalogue, accounts, faults, clock)
        self._amendments = Amendments(
            self.book, self.lifecycle, faults, tell, clock, self._transmit, self._double, self.admission.broker_refusal
        )
        self._faults = faults
        self._tell = tell
        self._clock = clock

    # --- placing -----------------------------------------------------------------------------------------------

    def place(self, client_id: int, placement: Placement) -> None:
        """A placeOrder: a new order, a change of an own live one, a transmission of a staged one, or a preview."""
        if not placement.terms.what_if and self._faults.take("drop-placement", client_id):
            return
        refusal = self._try_place(client_id, placement)
        if refusal is not None:
            self._refuse(client_id, placement.order_id, refusal)

    def _try_place(self, client_id: int, placement: Placement) -> Refusal | None:
        order_id = placement.order_id
        own = self.book.find(client_id, order_id)
        if own is None and (order_id < 0 or rules.is_no_id(order_id)):
            return rules.invalid_id(order_id)
        found = self.admission.resolve(placement.contract, placement.terms)
        if isinstance(found, Refusal):
            return found
        exchange = placement.contract.exchange or found.default_exchange
        terms = self.admission.complete(placement.terms)
        refusal = self.admission.check(client_id, terms, found)
        if refusal is not None:
            return refusal
        if not terms.quantity:
            terms = self._sized(terms, found)
            if not terms.quantity:
                return rules.NO_SIZE
        if terms.what_if:
            return self._preview(client_id, order_id, found, exchange, terms)
        if own is not None and not (own.done and order_id > self.mark(client_id)):
            return self._change(own, found, terms)
        if order_id <= self.mark(client_id):
            return rules.DUPLICATE_ID
        return self._book_new(client_id, order_id, found, exchange, terms)

    def _sized(self, terms: Terms, contract: Contract) -> Terms:
        """The size that the money of the order buys now."""
        price = self.market.quote(contract.con_id).ask
        return replace(terms, quantity=(terms.cash / price).quantize(contract.size_step, ROUND_DOWN))

    def _change(self, own: Order, found: Contract, terms: Terms) -> Refusal | None:
        """A child whose parent has ended is changed without a parent id: with it TWS says that it cannot find the
        parent (github erdewit/ib_insync issue 647).
        """
        parent = self.book.orders.get(own.parent_perm)
        if parent is not None and parent.done:
            if terms.parent_id:
                return Refusal(135, f"Can't find order with id ={terms.parent_id}")
            terms = replace(terms, parent_id=own.terms.parent_id)
        return self._amendments.change(own, found, terms)

    def mark(self, client_id: int) -> int:
        """The number that this client's next one must exceed; lower than it should be while ids are rolled back."""
        fault = self._faults.active("id-rollback", client_id)
        mark = self.book.mark(client_id)
        return mark if fault is None else max(0, mark - int(fault.options.get("by", 4)))

    def _preview(
        self, client_id: int, order_id: int, contract: Contract, exchange: str, terms: Terms
    ) -> Refusal | None:
        if not terms.fa_group and terms.account not in self.accounts.names():
            return Refusal(201, "Order rejected - reason:Invalid or missing IBCustAcctNo")
        if self._faults.take("no-whatif", client_id):
            return None
        slow = self._faults.take("slow-whatif", client_id)
        order = self._new_order(client_id, order_id, contract, exchange, terms)
        before = self.accounts.margins(terms.account)
        after = combos.margins_after(order, self.accounts, self.catalogue)
        fee = commission(contract, terms.quantity, terms.limit or self.market.quote(contract.con_id).last)
        wait = slow.seconds(3) if slow else LATENCY
        if self._faults.take("unset-whatif", client_id):
            self._tell.previewed(order, None, wait)
        self._tell.previewed(order, Preview(before, after, fee), wait)
        return None

    def _new_order(
        self, client_id: int | None, order_id: int, contract: Contract, exchange: str, terms: Terms
    ) -> Order:
        perm_id = self.book.new_perm_id()
        return Order(perm_id, client_id, order_id, contract, exchange, terms, self._clock.now())

    def _book_new(
        self, client_id: int, order_id: int, contract: Contract, exchange: str, terms: Terms
    ) -> Refusal | None:
        parent = self.book.find(client_id, terms.parent_id) if terms.parent_id else None
        if terms.parent_id and (parent is None or parent.done):
            return rules.validating(f"Can't find order with id = {terms.parent_id}")
        if parent is not None and self._faults.take("10006", client_id):
            return Refusal(10006, "Missing parent order.")
        order = self._new_order(client_id, order_id, contract, exchange, terms)
        if parent is not None:
            order.parent_perm = parent.perm_id
            parent.children.append(order.perm_id)
            group = terms.oca_group or str(parent.perm_id)
            order.revise(oca_group=group, oca_type=terms.oca_type or 3)
        order.awaits_click = bool(self._faults.take("silent-hold", client_id))
        order.staged = order.awaits_click or not terms.transmit
        self.book.add(order)
        if not order.staged and self._faults.take("10328", client_id):
            self._lose_sight(order)
        elif not order.staged:
            self._transmit(order)
            if self._faults.take("double-perm", client_id):
                self._double(order, order.terms)
        return None

    def _transmit(self, order: Order) -> None:
        waiting = self.book.staged_with(order.parent_perm or order.perm_id)
        group = [other for other in waiting if other is not order and not other.awaits_click]
        for member in sorted([*group, order], key=lambda each: each.perm_id):
            if member.done:  # with its parent, which was rejected
                continue
            refusal = self.admission.broker_refusal(member)
            if refusal is None:
                self.lifecycle.accept(member)
            else:
                member.staged = False
                self.lifecycle.reject(member, refusal)

    def _lose_sight(self, order: Order) -> None:
        """The connection breaks while an order is on its way: 10328, and a while later it turns out to be live."""
        text = "Connection lost, order data could not be resolved"
        self._tell.refused(order.client_id, order.order_id, 10328, text)
        self._clock.later(LATENCY, lambda: self._transmit(order))

    def _double(self, order: Order, terms: Terms) -> None:
        """A second live order under the same number, with a permId of its own."""
        twin = self._new_order(order.client_id, order.order_id, order.contract, order.exchange, terms)
        self.book.add(twin)
        self.lifecycle.accept(twin)

    def click(self) -> None:
        """Somebody confirms the dialogs that hold orders back."""
        for order in [order for order in self.book.open() if order.awaits_click]:
            order.awaits_click = False
            self._transmit(order)

    # --- cancelling --------------------------------------------------------------------------------------------

    def cancel(self, client_id: int, order_id: int) -> None:
        """A cancelOrder. Only the client's own numbers count, for client 0 as well."""
        if rules.is_no_id(order_id):
            self._refuse(client_id, order_id, rules.invalid_id(order_id))
            return
        order = self.book.find(client_id, order_id)
        if order is None:
            self._refuse(client_id, order_id, rules.not_found(order_id))
        elif order.done:
            self._refuse(client_id, order_id, rules.ended(order))
        elif order.staged:
            self.lifecycle.endings.discard(order)
        elif order.cancel_pending:
            self._refuse(client_id, order_id, rules.not_cancellable(order))
        elif order.status == PENDING_SUBMIT:
            self._refuse(client_id, order_id, rules.STILL_PROCESSED)
        elif self._faults.take("10147", client_id):
            self._refuse(client_id, order_id, rules.not_found(order_id))
            self.lifecycle.endings.begin_mass_cancel(order, 0)
        else:
            self.lifecycle.endings.begin_cancel(order)

    def _refuse(self, client_id: int, order_id: int, refusal: Refusal) -> None:
        self._tell.refused(client_id, order_id, refusal.code, refusal.text)

    def global_cancel(self, client_id: int) -> None:
        """A reqGlobalCancel: one cancel per order that is in the book now; whatever comes later survives."""
        if self._faults.take("no-global-cancel", client_id):
            return
        spared = self._survivor()
        for position, order in enumerate(self.book.live()):
            if order.perm_id == spared:
                continue
            if not order.cancel_pending:
                self.lifecycle.endings.begin_mass_cancel(order, position)
            elif order.client_id == client_id:
                self._refuse(client_id, order.order_id, rules.not_cancellable(order))

    def _survivor(self) -> int | None:
        fault = self._faults.active("survivor")
        if fault is None:
            return None
        if "perm" not in fault.options:
            first = next((order.perm_id for order in self.book.live() if not order.cancel_pending), 0)
            fault.options["perm"] = str(first)
        self._faults.take("survivor")
        return int(fault.options["perm"])

    # --- by hand, and by time ----------------------------------------------------------------------------------

    def place_by_hand(self, contract: Contract, terms: Terms) -> Order:
        """An order made by hand in TWS: numbers 0 and 0, a real permId. ValueError when a rule forbids it."""
        refusal = self.admission.check_terms(terms, contract)
        if refusal is not None:
            raise ValueError(refusal.text)
        order = self._new_order(None, 0, contract, contract.default_exchange, terms)
        order.by_hand = True
        self.book.add(order)
        self.lifecycle.accept(order)
        return order

    def fill_by_hand(self, perm_id: int, quantity: Decimal | None, price: Decimal | None) -> Order:
        """Fill a live order whatever the market does. ValueError when it is not live or would be overfilled."""
        order = self.book.orders.get(perm_id)
        if order is None or not order.live:
            raise ValueError(f"no live order has permId {perm_id}")
        units = order.remaining if quantity is None else quantity
        if not 0 < units <= order.remaining:
            raise ValueError(f"{units} cannot be filled, {order.remaining} remain")
        at = price or order.terms.limit or self.lifecycle.quote(order).last
        self.lifecycle.fill(order, units, at)
        return order

    def match_all(self) -> None:
        """One matching round over every order that works."""
        now = self._clock.now()
        self.lifecycle.endings.answer_cancels()
        for order in self.book.live():
            self.lifecycle.step(order, now)

    def bind_manual(self) -> list[Order]:
        """Give every unbound manual order to client 0; returns the newly bound ones."""
        bound = list(self.book.unbound())
        for order in bound:
            self.book.bind(order)
        return bound
