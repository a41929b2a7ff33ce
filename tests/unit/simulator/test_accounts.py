"""What fills do to cash, positions and profit."""

from datetime import date
from decimal import Decimal

import pytest

from tws_console.simulator.accounts import Account, Accounts, commission
from tws_console.simulator.contracts import Contract, load_catalogue
from tws_console.simulator.market import Market
from tws_console.simulator.values import headline_values

D = Decimal
CATALOGUE = load_catalogue(date(2026, 11, 21))
AAPL, ES, EUR = (CATALOGUE.by_name(name) for name in ("AAPL", "ES", "EUR.USD"))


@pytest.fixture
def accounts() -> Accounts:
    made = Accounts(CATALOGUE, Market(CATALOGUE, 1))
    made.accounts["A"] = Account("A", {"USD": D(100_000)})
    return made


def test_stock_is_paid_in_full_when_bought(accounts: Accounts) -> None:
    assert accounts.apply_fill("A", AAPL, D(10), D(200), D(1)) is None
    assert accounts.accounts["A"].cash["USD"] == 97_999
    held = accounts.accounts["A"].positions[AAPL.con_id]
    assert (held.quantity, held.average) == (D(10), D(200))


def test_profit_is_realized_after_the_fee_when_sold(accounts: Accounts) -> None:
    accounts.apply_fill("A", AAPL, D(10), D(200), D(1))
    assert accounts.apply_fill("A", AAPL, D(-4), D(210), D(1)) == 39
    assert accounts.accounts["A"].positions[AAPL.con_id].average == 200
    assert accounts.profit("A").realized == 39


def test_average_restarts_when_position_changes_sides(accounts: Accounts) -> None:
    accounts.apply_fill("A", AAPL, D(10), D(200), D(1))
    assert accounts.apply_fill("A", AAPL, D(-15), D(190), D(1)) == -101
    held = accounts.accounts["A"].positions[AAPL.con_id]
    assert (held.quantity, held.average) == (D(-5), D(190))


def test_average_is_weighted_when_added_to(accounts: Accounts) -> None:
    accounts.apply_fill("A", AAPL, D(10), D(200), D(0))
    accounts.apply_fill("A", AAPL, D(30), D(220), D(0))
    assert accounts.accounts["A"].positions[AAPL.con_id].average == 215


def test_future_moves_only_its_profit_when_closed(accounts: Accounts) -> None:
    accounts.apply_fill("A", ES, D(2), D(6600), D("4.5"))
    assert accounts.accounts["A"].cash["USD"] == D("99995.5")
    assert accounts.accounts["A"].positions[ES.con_id].average_cost == 330_000
    accounts.apply_fill("A", ES, D(-2), D(6610), D("4.5"))
    assert accounts.accounts["A"].cash["USD"] == 100_991


def test_currency_pair_exchanges_cash_when_bought(accounts: Accounts) -> None:
    accounts.apply_fill("A", EUR, D(10_000), D("1.15"), D(2))
    cash = accounts.accounts["A"].cash
    assert cash == {"USD": D(88_498), "EUR": D(10_000)}


def test_net_liquidation_is_unmoved_when_bought_at_the_last_price(accounts: Accounts) -> None:
    last = Market(CATALOGUE, 1).quote(AAPL.con_id).last
    before = accounts.net_liquidation("A")
    accounts.apply_fill("A", AAPL, D(100), last, D(1))
    assert accounts.net_liquidation("A") == before - 1


def test_daily_profit_counts_from_the_fill_when_opened_today(accounts: Accounts) -> None:
    last = Market(CATALOGUE, 1).quote(AAPL.con_id).last
    accounts.apply_fill("A", AAPL, D(10), last - 2, D(0))
    assert accounts.profit("A").daily == 20
    accounts.apply_fill("A", AAPL, D(-10), last + 1, D(0))
    assert accounts.profit("A").daily == 30


def test_margins_rise_with_the_order_when_previewed(accounts: Accounts) -> None:
    before, after = accounts.margins("A"), accounts.margins("A", ES, D(-1))
    change = before.changed_to(after)
    assert (change.initial, change.maintenance, change.equity) == (D(23100), D(21000), D(0))


def test_headline_figures_agree_when_written(accounts: Accounts) -> None:
    accounts.apply_fill("A", AAPL, D(100), D(200), D(1))
    values = {key: D(value) for key, value, currency in headline_values(accounts, "A") if currency}
    assert values["AvailableFunds"] == values["NetLiquidation"] - values["InitMarginReq"]
    assert values["ExcessLiquidity"] == values["NetLiquidation"] - values["MaintMarginReq"]


@pytest.mark.parametrize(
    ("contract", "quantity", "price", "fee"),
    [(AAPL, 100, 200, "1"), (AAPL, 1000, 200, "5"), (AAPL, 1, 20, "0.2"), (ES, 3, 6600, "6.75"), (EUR, 10_000, 1, "2")],
)
def test_fee_is_as_listed_when_traded(contract: Contract, quantity: int, price: int, fee: str) -> None:
    assert commission(contract, D(quantity), D(price)) == D(fee)
