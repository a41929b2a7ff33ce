"""Owns accounts: cash, positions, what a fill does to them, what an order would do. Imports `contracts` and `market`.

Everything is Decimal. The base currency is USD; cash of other currencies is valued at the walking rate. Currency pairs
live in the cash balances, futures settle their profit only, stocks are paid in full.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from tws_console.simulator.contracts import Catalogue, Contract
from tws_console.simulator.market import Market, Quote

CENT = Decimal("0.01")
ZERO = Decimal(0)
_INITIAL = {"STK": Decimal("0.30"), "CASH": Decimal("0.03")}
_MAINTENANCE = {"STK": Decimal("0.25"), "CASH": Decimal("0.025")}
_PER_FUTURE = (Decimal(23100), Decimal(21000))


@dataclass(slots=True)
class Position:
    """Units held of one contract. `average` is per unit without the multiplier; `traded` is the money of today's
    fills (quantity times price times multiplier, buys positive); `start` is what was held at yesterday's close."""

    contract: Contract
    quantity: Decimal
    average: Decimal
    start: Decimal
    traded: Decimal = ZERO
    realized: Decimal = ZERO

    @property
    def average_cost(self) -> Decimal:
        """Average cost as TWS reports it: with the multiplier."""
        return self.average * self.contract.point_value


@dataclass(frozen=True, slots=True)
class Profit:
    """Profit in USD; `value` is the market value of a position, 0 for an account."""

    daily: Decimal
    unrealized: Decimal
    realized: Decimal
    value: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Margins:
    """Margin figures of an account in USD."""

    initial: Decimal
    maintenance: Decimal
    equity: Decimal

    def changed_to(self, after: "Margins") -> "Margins":
        """The difference between these margins and later ones."""
        return Margins(after.initial - self.initial, after.maintenance - self.maintenance, after.equity - self.equity)


@dataclass(slots=True)
class Account:
    """One account."""

    name: str
    cash: dict[str, Decimal]
    positions: dict[int, Position] = field(default_factory=dict)


class Accounts:
    """All accounts of the login."""

    def __init__(self, catalogue: Catalogue, market: Market) -> None:
        self.accounts: dict[str, Account] = {}
        self._catalogue = catalogue
        self._market = market

    def names(self) -> list[str]:
        """Account numbers in the order of the scenario."""
        return list(self.accounts)

    def positions(self) -> Iterator[tuple[Account, Position]]:
        """Every position of every account, closed ones of today included."""
        return ((account, held) for account in self.accounts.values() for held in account.positions.values())

    def apply_fill(
        self, account: str, contract: Contract, signed: Decimal, price: Decimal, fee: Decimal
    ) -> Decimal | None:
        """Book a fill (`signed` units, buys positive). Returns the realized profit after the fee, None when opening."""
        book = self.accounts[account]
        held = book.positions.get(contract.con_id)
        if held is None:
            held = book.positions[contract.con_id] = Position(contract, ZERO, ZERO, ZERO)
        point = contract.point_value
        closed = min(abs(signed), abs(held.quantity)) if held.quantity * signed < 0 else ZERO
        side = 1 if held.quantity > 0 else -1
        gain = (price - held.average) * closed * side * point
        _move_average(held, signed, price)
        held.traded += signed * price * point
        self._settle(book, contract, signed, price, gain, fee)
        if not closed:
            return None
        held.realized += gain - fee
        return gain - fee

    def _settle(
        self, book: Account, contract: Contract, signed: Decimal, price: Decimal, gain: Decimal, fee: Decimal
    ) -> None:
        cash = book.cash
        paid = gain if contract.sec_type == "FUT" else -signed * price
        cash[contract.currency] = cash.get(contract.currency, ZERO) + paid - fee
        if contract.sec_type == "CASH":
            cash[contract.symbol] = cash.get(contract.symbol, ZERO) + signed

    def rate(self, currency: str) -> Decimal:
        """USD per unit of a currency."""
        if currency == "USD":
            return Decimal(1)
        return self._market.quote(self._catalogue.by_name(f"{currency}.USD").con_id).last

    def position_profit(self, held: Position) -> Profit:
        """Profit of one position at the last price."""
        quote: Quote = self._market.quote(held.contract.con_id)
        point = held.contract.point_value
        value = held.quantity * quote.last * point
        daily = value - held.start * quote.close * point - held.traded
        unrealized = (quote.last - held.average) * held.quantity * point
        return Profit(
            daily.quantize(CENT), unrealized.quantize(CENT), held.realized.quantize(CENT), value.quantize(CENT)
        )

    def profit(self, account: str) -> Profit:
        """Profit of a whole account."""
        rows = [self.position_profit(held) for held in self.accounts[account].positions.values()]
        return Profit(
            sum((row.daily for row in rows), ZERO),
            sum((row.unrealized for row in rows), ZERO),
            sum((row.realized for row in rows), ZERO),
        )

    def cash_value(self, account: str) -> Decimal:
        """All cash in USD."""
        cash = self.accounts[account].cash
        return sum((amount * self.rate(currency) for currency, amount in cash.items()), ZERO).quantize(CENT)

    def stock_value(self, account: str) -> Decimal:
        """Market value of what is paid in full, in USD."""
        held = self.accounts[account].positions.values()
        return sum((self.position_profit(row).value for row in held if row.contract.sec_type == "STK"), ZERO)

    def gross_value(self, account: str) -> Decimal:
        """Market value of longs plus shorts of what is paid in full."""
        held = self.accounts[account].positions.values()
        return sum((abs(self.position_profit(row).value) for row in held if row.contract.sec_type == "STK"), ZERO)

    def net_liquidation(self, account: str) -> Decimal:
        """Cash, stocks and the open profit of futures."""
        held = self.accounts[account].positions.values()
        futures = sum((self.position_profit(r).unrealized for r in held if r.contract.sec_type == "FUT"), ZERO)
        return self.cash_value(account) + self.stock_value(account) + futures

    def margins(self, account: str, contract: Contract | None = None, signed: Decimal = ZERO) -> Margins:
        """Margins of an account, with `signed` more units of `contract` when one is given."""
        quantities = {key: held.quantity for key, held in self.accounts[account].positions.items()}
        if contract is not None:
            quantities[contract.con_id] = quantities.get(contract.con_id, ZERO) + signed
        initial = maintenance = ZERO
        for con_id, quantity in quantities.items():
            first, later = self._requirement(self._catalogue.contracts[con_id], abs(quantity))
            initial, maintenance = initial + first, maintenance + later
        return Margins(initial.quantize(CENT), maintenance.quantize(CENT), self.net_liquidation(account))

    def _requirement(self, contract: Contract, quantity: Decimal) -> tuple[Decimal, Decimal]:
        if contract.sec_type == "FUT":
            return quantity * _PER_FUTURE[0], quantity * _PER_FUTURE[1]
        value = quantity * self._market.quote(contract.con_id).last
        return value * _INITIAL[contract.sec_type], value * _MAINTENANCE[contract.sec_type]


def _move_average(held: Position, signed: Decimal, price: Decimal) -> None:
    after = held.quantity + signed
    if after == 0:
        held.average = ZERO
    elif held.quantity * signed >= 0:
        spent = held.average * abs(held.quantity) + price * abs(signed)
        held.average = (spent / abs(after)).quantize(Decimal("0.00000001"))
    elif held.quantity * after < 0:
        held.average = price
    held.quantity = after


def commission(contract: Contract, quantity: Decimal, price: Decimal) -> Decimal:
    """The fee of one order in USD: per share with a minimum, per future, or a share of the amount for currencies."""
    if contract.sec_type == "FUT":
        return (quantity * Decimal("2.25")).quantize(CENT)
    if contract.sec_type == "CASH":
        return max(Decimal(2), quantity * price * Decimal("0.00002")).quantize(CENT)
    fee = max(Decimal(1), quantity * Decimal("0.005"))
    return min(fee, max(CENT, quantity * price * Decimal("0.01"))).quantize(Decimal("0.0001"))
