"""Price steps: where valid prices are and how the keys walk them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rules.build import CENT
from tws_console.model.instrument import PriceStep
from tws_console.rules.ticks import conforms, decimals, move, neighbours, step_at, tick_error

D = Decimal
TIERS = (PriceStep(D(1), D("0.01")), PriceStep(D(0), D("0.0001")), PriceStep(D(100), D("0.05")))
ES = (PriceStep(D(0), D("0.25")),)
CROOKED = (PriceStep(D(0), D("0.3")), PriceStep(D(1), D("0.01")))
SKEWED = (PriceStep(D(0), D("0.01")), PriceStep(D("0.95"), D("0.3")))
LADDERS = st.sampled_from([CENT, TIERS, ES, CROOKED, SKEWED, (PriceStep(D(5), D("0.50")),)])
PRICES = st.decimals(min_value=D(-2000), max_value=D(2000), places=4)


@pytest.mark.parametrize(("price", "step"), [("0.5", "0.0001"), ("1", "0.01"), ("99.99", "0.01"), ("100", "0.05")])
def test_step_at_takes_the_last_edge_not_above_the_price(price: str, step: str) -> None:
    assert step_at(TIERS, D(price)) == D(step)


def test_step_at_goes_by_size_when_price_is_negative() -> None:
    assert step_at(TIERS, D("-150")) == D("0.05")


def test_everything_passes_when_no_steps_are_known() -> None:
    assert step_at((), D(1)) is None
    assert conforms((), D("1.23456"))
    assert tick_error((), D("1.23456")) == ""
    assert move((), D("1.5"), 3) == D("1.5")


def test_neighbours_are_the_two_valid_prices_when_between_ticks() -> None:
    assert neighbours(CENT, D("187.523")) == (D("187.52"), D("187.53"))
    assert neighbours(TIERS, D("100.03")) == (D("100.00"), D("100.05"))
    assert neighbours(CENT, D("-37.631")) == (D("-37.64"), D("-37.63"))


def test_tick_error_names_the_step_and_both_prices() -> None:
    assert tick_error(CENT, D("187.523")) == "tick is 0.01: 187.52 or 187.53"
    assert tick_error(CENT, D("187.52")) == ""
    assert tick_error(CENT, D("0.004")) == "tick is 0.01: 0.01"


def test_move_changes_step_when_it_crosses_an_edge() -> None:
    assert move(TIERS, D("0.9999"), 1) == D("1")
    assert move(TIERS, D("1"), 1) == D("1.01")
    assert move(TIERS, D("1"), -1) == D("0.9999")
    assert move(TIERS, D("100"), -1) == D("99.99")
    assert move(TIERS, D("99.99"), 2) == D("100.05")


def test_move_goes_to_the_nearest_tick_first_when_between_ticks() -> None:
    assert move(ES, D("5912.30"), 1) == D("5912.50")
    assert move(ES, D("5912.30"), -1) == D("5912.25")
    assert move(CENT, D("0"), -1) == D("-0.01")


def test_move_skips_an_edge_that_is_no_valid_price_itself() -> None:
    assert move(SKEWED, D("0.94"), 1) == D("1.2")
    assert move(SKEWED, D("1.2"), -1) == D("0.94")
    assert move(CROOKED, D("0.9"), 1) == D("1")


@pytest.mark.parametrize(("steps", "places"), [(CENT, 2), (TIERS, 4), (ES, 2), ((), 2), ((PriceStep(D(0), D(5)),), 0)])
def test_decimals_are_those_of_the_finest_step(steps: tuple[PriceStep, ...], places: int) -> None:
    assert decimals(steps) == places


@given(LADDERS, PRICES, st.integers(min_value=-10, max_value=10).filter(bool))
def test_move_always_lands_on_a_valid_price(steps: tuple[PriceStep, ...], price: Decimal, n: int) -> None:
    moved = move(steps, price, n)
    assert conforms(steps, moved)
    assert (moved > price) == (n > 0)


@given(LADDERS, PRICES, st.integers(min_value=1, max_value=10))
def test_move_returns_when_it_started_on_a_tick(steps: tuple[PriceStep, ...], price: Decimal, n: int) -> None:
    start = neighbours(steps, price)[0]
    assert move(steps, move(steps, start, n), -n) == start


@given(LADDERS, PRICES)
def test_neighbours_enclose_the_price_with_nothing_valid_between(steps: tuple[PriceStep, ...], price: Decimal) -> None:
    below, above = neighbours(steps, price)
    assert conforms(steps, below)
    assert conforms(steps, above)
    assert below <= price <= above
    assert (below == above) == conforms(steps, price)
    assert bool(tick_error(steps, price)) != conforms(steps, price)
