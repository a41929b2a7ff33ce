"""The shape of prices: no memory, exact extremes, bars that agree with quotes."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tws_console.simulator import history, options
from tws_console.simulator.contracts import load_catalogue
from tws_console.simulator.history import Query
from tws_console.simulator.market import Market, day_of, step_of
from tws_console.simulator.walk import REACH, Path

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
CATALOGUE = load_catalogue(NOW.date())
AAPL = CATALOGUE.by_name("AAPL")


def _market(seed: int = 1) -> Market:
    market = Market(CATALOGUE, seed)
    market.detach(step_of(NOW))
    return market


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(-(10**8), 4 * 10**9), st.integers(0, 700))
def test_span_is_exact_when_every_second_is_visited(key: int, first: int, width: int) -> None:
    path = Path(key)
    values = [path.at(second) for second in range(first, first + width + 1)]
    assert path.span(first, first + width) == (min(values), max(values))
    assert max(map(abs, values)) <= REACH


def test_quote_is_the_same_when_asked_in_any_order() -> None:
    forwards, backwards = _market(), _market()
    steps = [step_of(NOW) + 977 * n for n in range(-20, 20)]
    one = [forwards.quote_at(AAPL.con_id, step) for step in steps]
    two = [backwards.quote_at(AAPL.con_id, step) for step in reversed(steps)]
    assert one == two[::-1]
    assert len({quote.last for quote in one}) > 5
    assert one != [_market(2).quote_at(AAPL.con_id, step) for step in steps]


def test_extremes_only_widen_when_the_day_goes_on() -> None:
    market = _market()
    highs, lows = [], []
    for _ in range(200):
        market.advance(37)
        quote = market.quote(AAPL.con_id)
        highs.append(quote.high)
        lows.append(quote.low)
        assert quote.low <= min(quote.last, quote.open)
        assert quote.high >= max(quote.last, quote.open)
    assert highs == sorted(highs)
    assert lows == sorted(lows, reverse=True)


def test_bars_agree_with_quotes_when_compared() -> None:
    market = _market()
    [*_, bar] = history.bars(market, Query(AAPL, NOW, "600 S", 60, "TRADES", True))
    first = step_of(bar.start)
    lasts = [market.quote_at(AAPL.con_id, step).last for step in range(first, first + 240)]
    assert (bar.open, bar.high, bar.low, bar.close) == (lasts[0], max(lasts), min(lasts), lasts[-1])
    traded = sum(market.extent(AAPL, step, step).volume for step in range(first, first + 240))
    assert bar.volume == traded


@pytest.mark.parametrize("size", sorted(history.SIZES))
@pytest.mark.parametrize("kind", [kind for kind in history.KINDS if kind != "SCHEDULE"])
def test_bars_are_in_order_when_made_of_any_size_and_kind(size: str, kind: str) -> None:
    seconds = history.SIZES[size]
    bond = CATALOGUE.contracts[910000001]
    contract = {"AGGTRADES": CATALOGUE.by_name("BTC")}.get(kind, bond if kind.startswith("YIELD") else AAPL)
    duration = f"{min(7200, seconds * 20)} S" if seconds < history.DAY else "6 M"
    rows = list(history.bars(_market(), Query(contract, NOW, duration, seconds, kind, False)))
    assert rows
    assert [row.start for row in rows] == sorted({row.start for row in rows})
    for row in rows:
        assert 0 < row.low <= min(row.open, row.close) <= max(row.open, row.close) <= row.high


def test_jump_begins_a_stretch_when_a_price_is_set() -> None:
    market = _market()
    before = market.quote(AAPL.con_id)
    market.advance(40)
    market.jump(AAPL.con_id, Decimal("150.00"))
    after = market.quote(AAPL.con_id)
    assert (after.last, after.low) == (Decimal("150.00"), Decimal("150.00"))
    assert after.high >= before.high
    assert market.quote_at(AAPL.con_id, market.step - 40) == before
    with pytest.raises(ValueError, match="follows"):
        market.jump(CATALOGUE.options_on(AAPL.con_id)[0].con_id, Decimal(5))


def test_call_and_put_are_in_parity_when_valued() -> None:
    call, put = (options.value(right, 231.0, 230.0, 30 * 86_400.0, 0.28) for right in "CP")
    forward = 231.0 - 230.0 * 2.718281828459045 ** (-options.RATE * 30 / 365)
    assert call.price - put.price == pytest.approx(forward)
    assert call.delta - put.delta == pytest.approx(1)
    assert options.implied_volatility("C", 231.0, 230.0, 30 * 86_400.0, call.price) == pytest.approx(0.28)
    assert options.implied_volatility("C", 231.0, 230.0, 30 * 86_400.0, 0.2) is None


def test_catalogue_keeps_ids_when_dated_otherwise() -> None:
    early, late = load_catalogue(date(2026, 11, 21)), load_catalogue(date(2027, 1, 15))
    shared = {row.local_symbol: row.con_id for row in early.listed if row.sec_type in ("FUT", "OPT", "FOP")}
    same = [row for row in late.listed if row.local_symbol in shared and row.sec_type in ("FUT", "OPT", "FOP")]
    assert len(same) > 50
    assert all(shared[row.local_symbol] == row.con_id for row in same)


def test_future_has_one_price_when_listed_on_other_days() -> None:
    early, late = load_catalogue(date(2026, 11, 21)), load_catalogue(date(2027, 2, 1))
    held = {row.con_id: row.reference for row in early.listed if row.sec_type == "FUT"}
    shared = [row for row in late.listed if row.con_id in held]
    assert len(shared) > 10
    assert all(held[row.con_id] == row.reference for row in shared)
    assert all(row.reference % row.min_tick == 0 for row in late.listed if row.sec_type == "FUT")


def test_catalogue_covers_every_kind_when_loaded() -> None:
    kinds = {row.sec_type for row in CATALOGUE.listed}
    assert {"STK", "OPT", "FUT", "FOP", "CASH", "CFD", "CRYPTO", "IND", "BOND"} <= kinds
    assert any(row.stock_type == "ETF" for row in CATALOGUE.listed)
    assert len({row.symbol for row in CATALOGUE.listed if not row.is_option}) >= 60
    expired = [row for row in CATALOGUE.contracts.values() if row.has_expired(NOW.date())]
    assert len(CATALOGUE.contracts) == len(CATALOGUE.listed) + len(expired)
    assert {row.sec_type for row in expired} == {"FUT"}
    for row in CATALOGUE.listed:
        assert row.rule_id in CATALOGUE.rules
        assert day_of(0) <= 0
