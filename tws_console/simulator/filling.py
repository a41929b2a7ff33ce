"""Owns what a fill does: the order's figures, the account, the executions of the day and who is told.

Imports `accounts`, `allocation`, `book`, `combos`, `market`, `orders` and `ports`. A combination is reported once as a
whole and once per leg, an advisor's order once per account of its group; fees and positions are those of the parts.
"""

from collections.abc import Callable
from decimal import Decimal

from tws_console.simulator import combos
from tws_console.simulator.accounts import CENT, ZERO, Accounts, commission
from tws_console.simulator.allocation import allocated, shares
from tws_console.simulator.book import Book
from tws_console.simulator.contracts import Catalogue, Contract
from tws_console.simulator.market import Market
from tws_console.simulator.orders import Execution, Leg, Order
from tws_console.simulator.ports import ReporterPort, SchedulerPort

_ROUTER = "SMART"
_VENUES = ("NASDAQ", "IBKRATS", "ARCA", "NYSE")


class Filling:
    """Books fills and corrections of fills."""

    def __init__(
        self,
        book: Book,
        accounts: Accounts,
        market: Market,
        catalogue: Catalogue,
        reporter: ReporterPort,
        clock: SchedulerPort,
    ) -> None:
        self._book = book
        self._accounts = accounts
        self._market = market
        self._catalogue = catalogue
        self._tell = reporter
        self._clock = clock

    def book(self, order: Order, quantity: Decimal, price: Decimal) -> list[Execution]:
        """Execute `quantity` units (not more than remain) at `price`; returns the rows to report, the whole first."""
        total = order.filled * order.average + quantity * price
        order.filled += quantity
        order.average = (total / order.filled).quantize(Decimal("0.00000001"))
        order.last_price = price
        before = order.commission or ZERO
        if order.terms.fa_group and not order.terms.legs:
            return self._allocate(order, quantity, price)
        order.commission = max(before, combos.fee(order, order.filled, order.average, self._market, self._catalogue))
        fee = order.commission - before
        if not order.terms.legs:
            return [self._trade(order, None, order.contract, quantity, price, fee)]
        rows = [self._row(order, None, None, quantity, price, ZERO, None)]
        prices = combos.leg_prices(order, price, self._market)
        for (leg, contract, _), at in zip(combos.parts(order, self._catalogue), prices, strict=True):
            assert leg is not None
            units = quantity * leg.ratio
            rows.append(self._trade(order, leg, contract, units, at, commission(contract, units, at)))
        return rows

    def _allocate(self, order: Order, quantity: Decimal, price: Decimal) -> list[Execution]:
        """A group's order: a row for each account that gets some of the units, with a fee of its own."""
        step = order.contract.size_step
        due = allocated(order.terms, order.filled, step, self._accounts)
        for row in self._book.executions:
            if row.order is order:
                due[row.account] -= row.quantity
        rows = []
        weights = [max(ZERO, units) for units in due.values()]
        for account, units in zip(due, shares(quantity, weights, step), strict=True):
            if units:
                fee = commission(order.contract, units, price)
                order.commission = (order.commission or ZERO) + fee
                rows.append(self._trade(order, None, order.contract, units, price, fee, account))
        return rows

    def _trade(
        self,
        order: Order,
        leg: Leg | None,
        contract: Contract,
        quantity: Decimal,
        price: Decimal,
        fee: Decimal,
        account: str = "",
    ) -> Execution:
        sign = order.terms.sign * (leg.sign if leg else 1)
        realized = self._accounts.apply_fill(account or order.terms.account, contract, quantity * sign, price, fee)
        return self._row(order, leg, contract, quantity, price, fee, realized, account)

    def _row(
        self,
        order: Order,
        leg: Leg | None,
        contract: Contract | None,
        quantity: Decimal,
        price: Decimal,
        fee: Decimal,
        realized: Decimal | None,
        account: str = "",
    ) -> Execution:
        execution = Execution(
            exec_id=self._book.new_exec_id(),
            order=order,
            at=self._clock.now(),
            venue=self._venue(leg.exchange if leg else order.exchange, contract or order.contract),
            quantity=quantity,
            price=price,
            cumulative=quantity if leg else order.filled,
            average=price if leg else order.average,
            commission=fee,
            realized=realized,
            leg=leg,
            leg_contract=contract if leg else None,
            allocated_to=account,
            added=order.rested,
        )
        self._book.executions.append(execution)
        return execution

    def _venue(self, asked: str, contract: Contract) -> str:
        """The exchange that was asked for, or a real one for SMART; American stocks trade where recordings say."""
        if asked and asked != _ROUTER:
            return asked
        listed = tuple(name for name in contract.exchanges if name != _ROUTER)
        american = (contract.sec_type, contract.currency) == ("STK", "USD")
        venues = _VENUES if american else listed or (contract.default_exchange,)
        return venues[len(self._book.executions) % len(venues)]

    def report(self, rows: list[Execution], latency: float, restate: Callable[[Order], None]) -> None:
        """Tell the executions and the order now, the fees a while later, and the holdings that have changed."""
        for row in rows:
            self._tell.executed(row)
        restate(rows[0].order)
        charged = [row for row in rows if row.charged]
        self._clock.later(latency, lambda: self._report_fees(charged))
        for row in charged:
            self._tell.holdings_changed(row.account, row.contract.con_id)

    def _report_fees(self, rows: list[Execution]) -> None:
        for row in rows:
            self._tell.commission(row)

    def correct(self, exec_id: str, price: Decimal) -> Execution:
        """Replace the price of an execution: a new row whose id counts one up behind the last dot supersedes it.

        Cash, average cost and profits change as if the trade had been made at the new price. ValueError when there is
        no such execution or when a combination was traded.
        """
        place = next((i for i, row in enumerate(self._book.executions) if row.exec_id == exec_id), None)
        if place is None:
            raise ValueError(f"no execution is named {exec_id}")
        old = self._book.executions[place]
        if old.order.terms.legs:
            raise ValueError("executions of combinations are not corrected")
        new = self._reprice(old, price)
        self._book.executions[place] = new
        self._tell.executed(new)
        self._tell.commission(new)
        self._tell.holdings_changed(new.account, new.contract.con_id)
        return new

    def _reprice(self, old: Execution, price: Decimal) -> Execution:
        order, contract = old.order, old.contract
        signed, change = old.quantity * old.sign, price - old.price
        account = self._accounts.accounts[old.account]
        held = account.positions[contract.con_id]
        point = contract.point_value
        paid = signed * change * point
        held.traded += paid
        if old.realized is None and held.quantity * signed > 0:
            held.average += (signed * change / held.quantity).quantize(Decimal("0.00000001"))
            gained = ZERO
        else:  # the units were closed, by this trade or by a later one: what was paid is profit and loss
            gained = -paid
            held.realized += gained
        if contract.sec_type != "FUT":
            account.cash[contract.currency] -= paid
        else:
            account.cash[contract.currency] += gained
        order.average += (old.quantity * change / order.filled).quantize(Decimal("0.00000001"))
        order.last_price = price
        stem, _, count = old.exec_id.rpartition(".")
        return Execution(
            exec_id=f"{stem}.{int(count) + 1:02d}",
            order=order,
            at=old.at,
            venue=old.venue,
            quantity=old.quantity,
            price=price,
            cumulative=old.cumulative,
            average=old.average + (old.quantity * change / old.cumulative).quantize(CENT / 1_000_000),
            commission=old.commission,
            realized=None if old.realized is None else old.realized + gained,
            allocated_to=old.allocated_to,
            added=old.added,
        )
