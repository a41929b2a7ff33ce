"""Cash plus positions is the net liquidation, to the cent, whatever has been traded."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tws_console.simulator.accounts import Account, Accounts
from tws_console.simulator.contracts import Contract, load_catalogue
from tws_console.simulator.margin import commission
from tws_console.simulator.market import Market
from tws_console.simulator.values import headline_values, ledger_values

CATALOGUE = load_catalogue(date(2026, 11, 21))
CENT = Decimal("0.01")
TRADED: list[Contract] = [CATALOGUE.by_name(name) for name in ("AAPL", "SPY", "SAP", "ES", "CL", "EUR.USD", "USD.JPY")]
TRADED += [CATALOGUE.by_name(name) for name in ("BTC", "IBUS500", "IBDE40")]
TRADED += [CATALOGUE.contracts[910000001], *CATALOGUE.options_on(265598)[20:24]]
TRADED += CATALOGUE.options_on(CATALOGUE.by_name("ES").con_id)[20:22]

fills = st.tuples(
    st.sampled_from(TRADED), st.integers(1, 400), st.booleans(), st.integers(-60, 60), st.integers(0, 5000)
)


def _value(text: str) -> Decimal:
    return Decimal(text)


@settings(max_examples=60, deadline=None)
@given(st.lists(fills, max_size=25))
def test_cash_and_positions_are_the_net_liquidation_when_anything_was_traded(
    made: list[tuple[Contract, int, bool, int, int]],
) -> None:
    market = Market(CATALOGUE, 3)
    market.detach(7_180_000_000)
    accounts = Accounts(CATALOGUE, market)
    accounts.accounts["A"] = Account("A", {"USD": Decimal("1000000.00")})
    # A second set of books, kept without averages: what was paid, by currency, and what is held.
    paid = {"USD": Decimal("1000000.00")}
    held: dict[int, int] = {}
    for contract, units, buying, away, wait in made:
        market.advance(wait)
        signed = units if buying else -units
        price = market.quote(contract.con_id).last
        price = max(contract.min_tick, price + away * CATALOGUE.tick_at(contract, price))
        fee = commission(contract, Decimal(units), price)
        accounts.apply_fill("A", contract, Decimal(signed), price, fee)
        paid[contract.currency] = paid.get(contract.currency, Decimal(0)) - signed * price * contract.point_value - fee
        if contract.sec_type == "CASH":
            paid[contract.symbol] = paid.get(contract.symbol, Decimal(0)) + signed
        else:
            held[contract.con_id] = held.get(contract.con_id, 0) + signed
    rows = {key: value for key, value, _ in headline_values(accounts, "A")}
    net = _value(rows["NetLiquidation"])
    worth = [accounts.worth(position) for position in accounts.accounts["A"].positions.values()]
    assert net == _value(rows["TotalCashValue"]) + sum(worth, Decimal(0))
    expected = sum((amount * accounts.rate(currency) for currency, amount in paid.items()), Decimal(0))
    for con_id, units in held.items():
        contract = CATALOGUE.contracts[con_id]
        value = units * market.quote(con_id).last * contract.point_value
        expected += value * accounts.rate(contract.currency)
    # Each part is rounded to the cent, once in its own currency and once in dollars.
    assert abs(net - expected) <= CENT * (len(worth) + 1)
    ledger = {(key, currency): value for key, value, currency in ledger_values(accounts, "A")}
    assert _value(ledger["NetLiquidationByCurrency", "BASE"]) == net
    for currency, amount in accounts.accounts["A"].cash.items():
        assert _value(ledger["CashBalance", currency]) == amount.quantize(CENT)
    assert _value(rows["AvailableFunds"]) == net - _value(rows["InitMarginReq"])
    assert _value(rows["ExcessLiquidity"]) == net - _value(rows["MaintMarginReq"])


def test_net_liquidation_moves_by_the_fee_only_when_traded_at_the_last_price() -> None:
    market = Market(CATALOGUE, 3)
    market.detach(7_180_000_000)
    accounts = Accounts(CATALOGUE, market)
    accounts.accounts["A"] = Account("A", {"USD": Decimal("1000000.00")})
    for contract in (row for row in TRADED if row.currency == "USD"):
        before = accounts.net_liquidation("A")
        accounts.apply_fill("A", contract, Decimal(3), market.quote(contract.con_id).last, Decimal("1.25"))
        assert accounts.net_liquidation("A") == before - Decimal("1.25")
