"""Owns what happens to an order after it was booked: acknowledgement, waiting, work and fills.

Imports `book`, `accounts`, `market`, `matching`, `hours`, `conditions`, `filling`, `groups`, `endings`, `notices`,
`orders`, `faults` and `ports`. Message sequences follow recordings of real Gateways (github ThomasMarcelis/ibkr-go and
deepentropy/ibx): repeats are part of the protocol, not an accident.
"""

from datetime import datetime
from decimal import Decimal

from tws_console.simulator import combos, conditions, hours, matching, notices
from tws_console.simulator.accounts import Accounts
from tws_console.simulator.book import Book
from tws_console.simulator.contracts import Catalogue
from tws_console.simulator.endings import Endings
from tws_console.simulator.faults import Faults
from tws_console.simulator.filling import Filling
from tws_console.simulator.groups import Groups
from tws_console.simulator.market import Market, Quote
from tws_console.simulator.orders import (
    FILLED,
    INACTIVE,
    PENDING_SUBMIT,
    PRE_SUBMITTED,
    SUBMITTED,
    Execution,
    Order,
)
from tws_console.simulator.ports import LATENCY, ReporterPort, SchedulerPort


class Lifecycle:
    """Moves orders from state to state and tells their owners. What ends them is with `endings`."""

    def __init__(
        self,
        book: Book,
        accounts: Accounts,
        market: Market,
        catalogue: Catalogue,
        faults: Faults,
        reporter: ReporterPort,
        clock: SchedulerPort,
    ) -> None:
        self.hours = hours.Hours(clock)
        self.filling = Filling(book, accounts, market, catalogue, reporter, clock)
        self.endings = Endings(book, self.hours, faults, reporter, clock, self._fill_late)
        self._groups = Groups(book, clock, self.endings.finish_cancel, self.pair, self.activate)
        self._book = book
        self._market = market
        self._faults = faults
        self._tell = reporter
        self._clock = clock

    def pair(self, order: Order) -> None:
        """Send openOrder and orderStatus."""
        self._tell.opened(order)
        self._tell.status(order)

    def quote(self, order: Order) -> Quote:
        """The quote of what the order trades."""
        return combos.quote_of(order, self._market)

    def _warn(self, order: Order, code: int, text: str) -> None:
        self._tell.refused(order.client_id, order.order_id, code, text)

    # --- from acknowledgement to work --------------------------------------------------------------------------

    def accept(self, order: Order) -> None:
        """Acknowledge a transmitted order and let it go to work, or wait."""
        order.staged = order.awaits_click = False
        if order.done or order.cancel_pending:
            return
        slow = self._faults.take("slow-ack", order.client_id)
        if slow is not None or not self._clock.link_up:
            order.status = PENDING_SUBMIT
            self.pair(order)
            self._clock.later(slow.seconds(2) if slow else 0, lambda: self.accept(order))
            return
        order.status = PRE_SUBMITTED
        order.why_held = self._reason_to_wait(order)
        matching.follow(order, self.quote(order))
        reason, error_first = self._rejection(order)
        if reason is not None:
            self.reject(order, reason, error_first=error_first)
            return
        self.hours.set_times(order)
        if self._faults.take("399", order.client_id):
            order.held = True
            self._wait_for_opening(order, None)
        elif self._faults.take("404", order.client_id):
            order.held, order.why_held = True, "locate"
            self.pair(order)
            self._warn(order, 404, notices.LOCATING)
        elif order.opens_at is not None or order.terms.tif == "OPG":
            self._wait_for_opening(order, order.auction_at or order.opens_at)
        else:
            self._acknowledge(order)

    def _acknowledge(self, order: Order) -> None:
        if self._faults.take("early-execution", order.client_id):
            order.status = SUBMITTED
            self._clock.later(LATENCY, lambda: self._work_unannounced(order))
            return
        self.pair(order)
        if hours.ignores_extended(order.terms, order.contract):
            self._warn(order, 2109, notices.IGNORED_FLAG)
        if self._faults.take("2161", order.client_id):
            order.cap = self._price_now(order)
            self._warn(order, 2161, notices.price_cap(order, order.cap))
        if order.terms.preset_tif or self._faults.take("10349", order.client_id):
            self._warn(order, 10349, notices.PRESET_TIF)
        self._clock.later(LATENCY, lambda: self.activate(order))

    def _work_unannounced(self, order: Order) -> None:
        """The execution is the first thing that is told, unless nothing trades."""
        self.work(order)
        if order.live and not order.filled:
            self.pair(order)

    def _rejection(self, order: Order) -> tuple[str | None, bool]:
        """Why the broker refuses the order, or None; and whether the error comes before the order."""
        fault = self._faults.take("201", order.client_id)
        if fault is not None:
            return fault.options.get("reason", "Exchange is closed."), fault.options.get("first") == "error"
        terms = order.terms
        if terms.tif == "FOK" and order.contract.sec_type == "STK" and order.exchange == "SMART":
            return "The time-in-force FOK is invalid for this combination of exchange and security type.", False
        if terms.tif in ("IOC", "FOK") and not self.hours.open_for(terms, order.contract):
            return "Exchange is closed.", False
        return None, False

    def _reason_to_wait(self, order: Order) -> str:
        parent = self._book.orders.get(order.parent_perm)
        trigger = "trigger" if order.terms.needs_trigger and not order.triggered else ""
        if parent is not None and parent.status != FILLED:
            return f"child,{trigger}" if trigger else "child"
        return trigger

    def _wait_for_opening(self, order: Order, moment: datetime | None) -> None:
        self._warn(order, 399, notices.waits_until(order, moment))
        self.pair(order)
        self._clock.later(LATENCY, lambda: self._repeat(order))

    def _repeat(self, order: Order) -> None:
        if not order.done:
            self.pair(order)

    def reject(self, order: Order, reason: str, *, error_first: bool = False) -> None:
        """The broker refuses: Inactive, error 201, Inactive again; or the error first. Both were recorded."""
        order.status, order.why_held = INACTIVE, ""
        self.endings.complete(order, f"Rejected by System:{reason}")
        if not error_first:
            self.pair(order)
        self._warn(order, 201, f"Order rejected - reason:{reason}")
        self.pair(order)
        self.endings.end_children(order)

    def activate(self, order: Order) -> None:
        """The broker has the order: it works, or waits for its time, its conditions, its trigger or its parent."""
        if order.done or order.cancel_pending or order.held:
            return
        order.why_held = self._reason_to_wait(order)
        order.status = PRE_SUBMITTED if order.why_held or order.waits else SUBMITTED
        self.pair(order)
        if order.status == SUBMITTED and not self._trades_whole(order):
            self.pair(order)
        self.work(order)

    def _trades_whole(self, order: Order) -> bool:
        """Whether all of the order trades at once; then nothing is told twice before the fill."""
        match = matching.crossing(order, self.quote(order))
        return match is not None and match[0] == order.remaining

    # --- as time passes ----------------------------------------------------------------------------------------

    def step(self, order: Order, now: datetime) -> None:
        """What one beat of the market means to a live order."""
        if order.timed and not order.cancel_pending and self._pass_time(order, now):
            return
        if matching.is_working(order) or matching.waits_for_trigger(order):
            self.work(order)

    def _pass_time(self, order: Order, now: datetime) -> bool:
        """Act on the clock and on conditions; True when that is all for this beat."""
        if order.expires_at is not None and now >= order.expires_at:
            self.endings.expire(order, "the order has reached its end")
        elif order.auction_at is not None:
            if now >= order.auction_at:
                self._take_auction(order)
        elif order.opens_at is not None:
            if now >= order.opens_at:
                order.opens_at = None
                self.activate(order)
        elif order.terms.conditions and not order.conditions_met:
            if not conditions.hold(order.terms.conditions, now, self._market.quote):
                return not order.terms.conditions_cancel
            order.conditions_met = True
            (self.endings.begin_cancel if order.terms.conditions_cancel else self.activate)(order)
        else:
            return False
        return True

    def _take_auction(self, order: Order) -> None:
        """All at one price, the last one; what the price leaves out is cancelled."""
        order.auction_at, order.why_held = None, ""
        quote = self.quote(order)
        if matching.within_limit(order, quote.last, quote):
            self.fill(order, order.remaining, quote.last)
        else:
            self.endings.expire(order, "the auction price is beyond the limit")

    def work(self, order: Order) -> None:
        """Trade what the present quote allows."""
        if not self.hours.open_for(order.terms, order.contract):
            return
        quote = self.quote(order)
        if matching.waits_for_trigger(order):
            matching.follow(order, quote)
            if not matching.is_triggered(order, quote):
                return
            order.triggered, order.why_held, order.status = True, "", SUBMITTED
            self.pair(order)
        if not matching.is_working(order):
            return
        match = matching.crossing(order, quote)
        if match is not None:
            self.fill(order, *match)
        order.rested = matching.limit_of(order, quote) is not None
        if order.terms.tif in ("IOC", "FOK") and not order.done:
            self.endings.cancel_rest(order)

    def fill(self, order: Order, quantity: Decimal, price: Decimal) -> None:
        """Execute `quantity` units (not more than remain) at `price`."""
        rows = self.filling.book(order, quantity, price)
        if order.remaining <= 0:
            order.status, order.why_held = FILLED, ""
            self.endings.complete(order, f"Filled Size: {order.filled.normalize():f}")
        self._report(order, rows)
        self._groups.follow_fill(order, quantity, LATENCY)

    def _report(self, order: Order, rows: list[Execution]) -> None:
        """Tell a fill: the executions, the order, the fees; other orders and delays are faults."""
        late_fee = self._faults.take("late-commission", order.client_id)
        late = self._faults.take("late-execution", order.client_id)
        fee_after = late_fee.seconds(2) if late_fee else LATENCY
        if late is None:
            self.filling.report(rows, fee_after, self._restate_fill)
        else:
            self._restate_fill(order)
            self._clock.later(late.seconds(1), lambda: self.filling.report(rows, fee_after, lambda order: None))

    def _restate_fill(self, order: Order) -> None:
        if order.done:
            self.pair(order)
            order.charged = True
            self.pair(order)
        else:
            self._tell.status(order)

    def _price_now(self, order: Order) -> Decimal:
        quote = self.quote(order)
        return quote.ask if order.terms.sign > 0 else quote.bid

    def _fill_late(self, order: Order) -> None:
        """A fill that meets a cancel; of an order that is Cancelled only the execution and its fee are told."""
        price = self._price_now(order)
        if order.done:
            rows = self.filling.book(order, order.remaining, price)
            self.filling.report(rows, LATENCY, lambda order: None)
        else:
            self.fill(order, order.remaining, price)
