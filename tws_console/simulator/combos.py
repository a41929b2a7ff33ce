"""Owns combinations: what a BAG is as a contract, what it costs, and how its price falls on the legs.

Imports `contracts`, `market`, `orders` and `accounts`. A combination has no walk of its own: its bid and ask are those
of its legs together, and may be negative.
"""

from collections.abc import Iterator
from decimal import Decimal

from tws_console.simulator.accounts import Accounts, Margins, commission
from tws_console.simulator.contracts import Catalogue, Contract, ContractQuery
from tws_console.simulator.market import Market, Quote
from tws_console.simulator.orders import Leg, Order

BAG_CON_ID = 28812380  # the one id that TWS reports for every combination


def combo_contract(query: ContractQuery, legs: tuple[Leg, ...], catalogue: Catalogue) -> Contract | tuple[int, str]:
    """The combination as a contract, or the code and text of what is wrong with its legs."""
    if not legs:
        return 314, "Security type 'BAG' requires combo leg details."
    for number, leg in enumerate(legs, 1):
        if leg.con_id not in catalogue.contracts or leg.ratio <= 0 or leg.action not in ("BUY", "SELL", "SSHORT"):
            return 313, f"The combo details for '{number}' are invalid."
    first = catalogue.contracts[legs[0].con_id]
    symbol = query.symbol or first.symbol
    return Contract(
        con_id=BAG_CON_ID, symbol=symbol, sec_type="BAG", currency=query.currency or first.currency, primary="",
        local_symbol=symbol, trading_class="COMB", market_name="COMB", long_name="combination",
        min_tick=Decimal("0.01"), rule_id=26, exchanges=(query.exchange or "SMART",), reference=Decimal(0),
        time_zone=first.time_zone, hours=first.hours,
    )  # fmt: skip


def parts(order: Order, catalogue: Catalogue) -> Iterator[tuple[Leg | None, Contract, Decimal]]:
    """What an order trades: each leg with its contract and signed units per unit of the order."""
    if not order.terms.legs:
        yield None, order.contract, Decimal(order.terms.sign)
    for leg in order.terms.legs:
        yield leg, catalogue.contracts[leg.con_id], Decimal(order.terms.sign * leg.sign * leg.ratio)


def quote_of(order: Order, market: Market) -> Quote:
    """The quote of what an order trades."""
    if not order.terms.legs:
        return market.quote(order.contract.con_id)
    rows = [(leg, market.quote(leg.con_id)) for leg in order.terms.legs]
    bid = sum(((q.bid if leg.sign > 0 else -q.ask) * leg.ratio for leg, q in rows), Decimal(0))
    ask = sum(((q.ask if leg.sign > 0 else -q.bid) * leg.ratio for leg, q in rows), Decimal(0))
    last = sum((q.last * leg.sign * leg.ratio for leg, q in rows), Decimal(0))
    close = sum((q.close * leg.sign * leg.ratio for leg, q in rows), Decimal(0))
    size = max(1, min(min(q.bid_size, q.ask_size) // leg.ratio for leg, q in rows))
    return Quote(bid, ask, last, size, size, size, 0, last, last, last, close)


def leg_prices(order: Order, price: Decimal, market: Market) -> list[Decimal]:
    """A price for each leg that together make `price`: the last ones, and what is left over on the first leg."""
    legs = order.terms.legs
    prices = [market.quote(leg.con_id).last for leg in legs]
    rest = price - sum((p * leg.sign * leg.ratio for p, leg in zip(prices, legs, strict=True)), Decimal(0))
    prices[0] += rest * legs[0].sign / legs[0].ratio
    return prices


def fee(order: Order, quantity: Decimal, price: Decimal, market: Market, catalogue: Catalogue) -> Decimal:
    """The fee for `quantity` units of an order, in USD: that of its legs together."""
    if not order.terms.legs:
        return commission(order.contract, quantity, price)
    rows = [(leg, catalogue.contracts[leg.con_id], market.quote(leg.con_id).last) for leg in order.terms.legs]
    return sum((commission(contract, quantity * leg.ratio, at) for leg, contract, at in rows), Decimal(0))


def margins_after(order: Order, accounts: Accounts, catalogue: Catalogue) -> Margins:
    """Margins of the order's account with the order filled; the legs of a combination count one by one."""
    account = order.terms.account
    before = accounts.margins(account)
    initial, maintenance = before.initial, before.maintenance
    for _, contract, signed in parts(order, catalogue):
        after = accounts.margins(account, contract, signed * order.terms.quantity)
        change = before.changed_to(after)
        initial, maintenance = initial + change.initial, maintenance + change.maintenance
    return Margins(initial, maintenance, before.equity)
