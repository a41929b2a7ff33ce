"""Catalogue and random walk."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tws_console.simulator.contracts import Catalogue, ContractQuery, load_catalogue
from tws_console.simulator.market import Market
from tws_console.simulator.schedule import trading_hours


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(date(2026, 11, 21))


def test_walks_agree_when_seed_is_the_same(catalogue: Catalogue) -> None:
    one, two, other = Market(catalogue, 1), Market(catalogue, 1), Market(catalogue, 2)
    one.advance(500)
    for _ in range(500):
        two.advance()
        two.quote(265598)
    other.advance(500)
    assert one.quote(265598) == two.quote(265598)
    assert one.quote(265598) != other.quote(265598)


def test_walk_stays_in_its_band_when_hours_pass(catalogue: Catalogue) -> None:
    market = Market(catalogue, 7)
    for _ in range(20):
        market.advance(250)
        for contract in catalogue.contracts.values():
            if contract.follows:
                continue
            quote = market.quote(contract.con_id)
            reach = contract.reference * Decimal("0.016") + 5 * contract.min_tick
            assert abs(quote.last - contract.reference) <= reach
            assert quote.low <= quote.last <= quote.high
            assert 0 < quote.bid < quote.ask
            assert quote.bid % catalogue.tick_at(contract, quote.bid) == 0
            assert min(quote.bid_size, quote.ask_size, quote.last_size) > 0


def test_walk_goes_on_from_there_when_price_is_set(catalogue: Catalogue) -> None:
    market = Market(catalogue, 1)
    market.advance(10)
    assert market.jump(265598, Decimal("149.99")).last == Decimal("149.99")
    assert market.quote(265598).low <= Decimal("149.99")
    market.advance(2000)
    assert abs(market.quote(265598).last - 150) < Decimal("2.5")


def test_futures_are_dated_forward_when_loaded(catalogue: Catalogue) -> None:
    dates = [row.expiry for row in catalogue.resolve(ContractQuery(symbol="ES", sec_type="FUT"))]
    assert dates == ["20261218", "20270319", "20270618"]
    assert catalogue.by_name("ESH7").expiry == "20270319"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (ContractQuery(con_id=265598), 1),
        (ContractQuery(con_id=265598, exchange="NYSE"), 1),
        (ContractQuery(con_id=265598, exchange="NOWHERE"), 0),
        (ContractQuery(con_id=1), 0),
        (ContractQuery(symbol="ABX", sec_type="STK", exchange="SMART", currency="USD"), 2),
        (ContractQuery(symbol="ABX", sec_type="STK", exchange="SMART", currency="USD", primary="NYSE"), 1),
        (ContractQuery(symbol="EUR", sec_type="CASH", exchange="IDEALPRO", currency="USD"), 1),
        (ContractQuery(symbol="ES", sec_type="FUT", expiry="202612"), 1),
        (ContractQuery(sec_type="STK"), 0),
    ],
)
def test_query_finds_listings_when_described(catalogue: Catalogue, query: ContractQuery, count: int) -> None:
    assert len(catalogue.resolve(query)) == count


@pytest.mark.parametrize(("price", "tick"), [("0.9", "0.0001"), ("1", "0.01"), ("250", "0.01")])
def test_tick_follows_the_band_when_price_is(catalogue: Catalogue, price: str, tick: str) -> None:
    assert catalogue.tick_at(catalogue.by_name("SNDL"), Decimal(price)) == Decimal(tick)


@pytest.mark.parametrize(
    ("now", "today"),
    [
        (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), "20261120:0930-20261120:1600"),
        (datetime(2026, 11, 20, 23, 0, tzinfo=UTC), "20261120:0000-20261120:2359"),
        (datetime(2026, 11, 21, 15, 0, tzinfo=UTC), "20261121:0000-20261121:2359"),
    ],
)
def test_hours_hold_the_present_when_written(catalogue: Catalogue, now: datetime, today: str) -> None:
    assert trading_hours(catalogue.by_name("AAPL"), now, liquid=True).split(";")[0] == today
