"""How an advisor's order is split."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tws_console.simulator.allocation import shares


@given(st.integers(1, 10_000), st.lists(st.integers(0, 100), min_size=1, max_size=8))
def test_shares_are_whole_and_add_up_when_split(quantity: int, weights: list[int]) -> None:
    parts = shares(Decimal(quantity), [Decimal(weight) for weight in weights])
    assert sum(parts) == quantity
    assert all(part == part.to_integral_value() and part >= 0 for part in parts)


@given(st.integers(0, 10_000), st.integers(0, 100), st.lists(st.integers(1, 50), min_size=1, max_size=5))
def test_share_is_within_one_unit_of_its_weight_when_split(quantity: int, more: int, weights: list[int]) -> None:
    whole = [Decimal(weight) for weight in weights]
    for part, weight in zip(shares(Decimal(quantity + more), whole), whole, strict=True):
        assert abs(part - (quantity + more) * weight / sum(whole)) < 1


def test_rest_goes_to_the_largest_remainder_when_shares_are_not_whole() -> None:
    assert shares(Decimal(10), [Decimal(1), Decimal(2), Decimal(4)]) == [1, 3, 6]
    assert shares(Decimal(101), [Decimal(1), Decimal(1)]) == [51, 50]


def test_shares_are_fractions_when_the_step_is_one() -> None:
    parts = shares(Decimal("0.25"), [Decimal(1), Decimal(2)], Decimal("0.01"))
    assert parts == [Decimal("0.08"), Decimal("0.17")]
