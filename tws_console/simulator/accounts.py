"""Owns accounts: cash, positions, what a fill does to them, what an order would do. Imports `contracts`,
`margin` and `market`.

Everything is Decimal. The base currency is USD; cash of other currencies is valued at the walking rate. Currency pairs
live in the cash balances, futures and contracts for difference settle their profit only, all else is paid in full.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from tws_console.simulator.advisors import Advisor
from tws_console.simulator.contracts import Catalogue, Contract
from tws_console.simulator.margin import CENT, commission, requirement
from tws_console.simulator.market import Market, Quote

ZERO = Decimal(0)
# Profit of these is settled in cash when it is made; everything else but currency pairs is paid in full.
_SETTLED = ("FUT", "CFD")
_NO_VALUE = (*_SETTLED, "CASH")
__all__ = ["CENT", "ZERO", "Account", "Accounts", "Margins", "Position", "Profit", "commission"]


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
        return (self.average * self.contract.point_value).quantize(Decimal("0.00000001"))


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
    """All accounts of the login. `ledger_prefix` names the values per currency as TWS 10.47 can be told to."""

    def __init__(self, catalogue: Catalogue, market: Market) -> None:
        self.accounts: dict[str, Account] = {}
        self.ledger_prefix = False
        self.advisor: Advisor | None = None
        self._catalogue = catalogue
        self._market = market

    def names(self) -> list[str]:
        """Account numbers in the order of the scenario."""
        return list(self.accounts)

    @property
    def consolidated(self) -> str | None:
        """The name under which an advisor's accounts are seen as one: that of the advisor's own with an A behind it."""
        return None if self.advisor is None else f"{self.advisor.account}A"

    def members(self, name: str) -> list[str]:
        """The accounts that a request means: all for no name, an advisor's group, one account; none when unknown."""
        if name in ("", self.consolidated):
            return self.names()
        if self.advisor is not None and name in self.advisor.groups:
            return list(self.advisor.groups[name])
        return [name] if name in self.accounts else []

    def view(self, name: str) -> Account:
        """An account, or all of an advisor's added up. KeyError for an unknown name."""
        return _added_up(name, self.accounts.values()) if name == self.consolidated else self.accounts[name]

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

    def transfer(self, account: str, contract: Contract, quantity: Decimal) -> Position:
        """Hold `quantity` units (signed) from now on, without a trade: as a transfer or a corporate action does.

        Neither cash nor today's profit changes; what comes in costs the last price. KeyError for an unknown account.
        """
        positions = self.accounts[account].positions
        held = positions.setdefault(contract.con_id, Position(contract, ZERO, ZERO, ZERO))
        price, change = self._market.quote(contract.con_id).last, quantity - held.quantity
        _move_average(held, change, price)
        held.traded += change * price * contract.point_value
        return held

    def _settle(
        self, book: Account, contract: Contract, signed: Decimal, price: Decimal, gain: Decimal, fee: Decimal
    ) -> None:
        cash = book.cash
        paid = gain if contract.sec_type in _SETTLED else -signed * price * contract.point_value
        cash[contract.currency] = cash.get(contract.currency, ZERO) + paid - fee
        if contract.sec_type == "CASH":
            cash[contract.symbol] = cash.get(contract.symbol, ZERO) + signed

    def rate(self, currency: str) -> Decimal:
        """USD per unit of a currency."""
        if currency == "USD":
            return Decimal(1)
        direct = self._catalogue.pair(currency, "USD")
        if direct is not None:
            return self._market.quote(direct.con_id).last
        inverse = self._catalogue.pair("USD", currency)
        if inverse is None:
            raise KeyError(f"no rate is known for {currency}")
        return 1 / self._market.quote(inverse.con_id).last

    def position_profit(self, held: Position) -> Profit:
        """Profit of one position at the last price, in the currency of its contract."""
        quote: Quote = self._market.quote(held.contract.con_id)
        point = held.contract.point_value
        value = held.quantity * quote.last * point
        daily = value - held.start * quote.close * point - held.traded
        unrealized = (quote.last - held.average) * held.quantity * point
        return Profit(
            daily.quantize(CENT), unrealized.quantize(CENT), held.realized.quantize(CENT), value.quantize(CENT)
        )

    def profit(self, account: str) -> Profit:
        """Profit of a whole account, in USD."""
        rows = [(self.position_profit(h), self.rate(h.contract.currency)) for h in self._held(account)]
        return Profit(
            sum(((row.daily * rate).quantize(CENT) for row, rate in rows), ZERO),
            sum(((row.unrealized * rate).quantize(CENT) for row, rate in rows), ZERO),
            sum(((row.realized * rate).quantize(CENT) for row, rate in rows), ZERO),
        )

    def _held(self, account: str) -> Iterable[Position]:
        return self.view(account).positions.values()

    def cash_value(self, account: str) -> Decimal:
        """All cash in USD."""
        cash = self.view(account).cash
        return sum((amount * self.rate(currency) for currency, amount in cash.items()), ZERO).quantize(CENT)

    def worth(self, held: Position) -> Decimal:
        """What a position adds to the net liquidation, in USD to the cent: value, open profit, or nothing for pairs."""
        if held.contract.sec_type == "CASH":
            return ZERO
        row = self.position_profit(held)
        amount = row.unrealized if held.contract.sec_type in _SETTLED else row.value
        return (amount * self.rate(held.contract.currency)).quantize(CENT)

    def value_of(self, account: str, *kinds: str, currency: str | None = None) -> Decimal:
        """What positions of some security types are worth together, in USD; of one currency only if one is named."""
        rows = (h for h in self._held(account) if h.contract.sec_type in kinds)
        return sum((self.worth(h) for h in rows if currency in (None, h.contract.currency)), ZERO)

    def gross_value(self, account: str, kinds: tuple[str, ...] = ()) -> Decimal:
        """Market value of longs plus shorts of what is paid in full; of some `kinds` only."""
        rows = (h for h in self._held(account) if not kinds or h.contract.sec_type in kinds)
        return sum((abs(self.worth(h)) for h in rows if h.contract.sec_type not in _NO_VALUE), ZERO)

    def net_liquidation(self, account: str) -> Decimal:
        """Cash and everything that positions are worth."""
        return self.cash_value(account) + sum((self.worth(held) for held in self._held(account)), ZERO)

    def margins(
        self, account: str, contract: Contract | None = None, signed: Decimal = ZERO, kinds: tuple[str, ...] = ()
    ) -> Margins:
        """Margins of an account, with `signed` more units of `contract` when one is given; of some `kinds` only."""
        quantities = {
            key: held.quantity
            for key, held in self.view(account).positions.items()
            if not kinds or held.contract.sec_type in kinds
        }
        if contract is not None:
            quantities[contract.con_id] = quantities.get(contract.con_id, ZERO) + signed
        initial = maintenance = ZERO
        for con_id, quantity in quantities.items():
            contract = self._catalogue.contracts[con_id]
            rate = self.rate(contract.currency)
            first, later = requirement(contract, quantity, self._market.quote(con_id).last)
            initial, maintenance = initial + first * rate, maintenance + later * rate
        return Margins(initial.quantize(CENT), maintenance.quantize(CENT), self.net_liquidation(account))


def _added_up(name: str, parts: Iterable[Account]) -> Account:
    """Several accounts as one: cash and positions added, average prices weighted."""
    whole = Account(name, {})
    for part in parts:
        for currency, amount in part.cash.items():
            whole.cash[currency] = whole.cash.get(currency, ZERO) + amount
        for con_id, held in part.positions.items():
            sofar = whole.positions.get(con_id, Position(held.contract, ZERO, ZERO, ZERO))
            quantity = sofar.quantity + held.quantity
            spent = sofar.quantity * sofar.average + held.quantity * held.average
            whole.positions[con_id] = Position(
                held.contract,
                quantity,
                spent / quantity if quantity else ZERO,
                sofar.start + held.start,
                sofar.traded + held.traded,
                sofar.realized + held.realized,
            )
    return whole


def _move_average(held: Position, signed: Decimal, price: Decimal) -> None:
    after = held.quantity + signed
    if after == 0:
        held.average = ZERO
    elif held.quantity * signed >= 0:
        spent = held.average * abs(held.quantity) + price * abs(signed)
        held.average = spent / abs(after)
    elif held.quantity * after < 0:
        held.average = price
    held.quantity = after
