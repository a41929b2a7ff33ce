"""Price steps: which prices an exchange takes, and which are next to one. Pure; imports model only.

A market rule is a list of steps; the last one whose low edge is not above the price counts (IBKR Campus TWS API docs,
"Market Rules"). Negative prices are treated by their size, as mirror images. No steps known means: any price passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from tws_console.model.instrument import PriceStep

_ZERO = Decimal(0)


def step_at(steps: Sequence[PriceStep], price: Decimal) -> Decimal | None:
    """The step in force at `price`, None when no steps are known."""
    ladder = _ladder(steps)
    return _step(ladder, abs(price)) if ladder else None


def conforms(steps: Sequence[PriceStep], price: Decimal) -> bool:
    """Whether `price` is a whole number of steps. True when no steps are known."""
    step = step_at(steps, price)
    return step is None or price % step == 0


def neighbours(steps: Sequence[PriceStep], price: Decimal) -> tuple[Decimal, Decimal]:
    """The nearest valid prices not above and not below `price`; twice `price` when it is valid itself."""
    if conforms(steps, price):
        return price, price
    ladder = _ladder(steps)
    return _down(ladder, price), _up(ladder, price)


def tick_error(steps: Sequence[PriceStep], price: Decimal) -> str:
    """`tick is 0.01: 187.52 or 187.53` for a price between two ticks, empty for a valid one."""
    step = step_at(steps, price)
    if step is None or conforms(steps, price):
        return ""
    below, above = neighbours(steps, price)
    valid = [f"{value:f}" for value in (below, above) if value or price < 0]
    return f"tick is {step:f}: {' or '.join(valid)}"


def move(steps: Sequence[PriceStep], price: Decimal, n: int) -> Decimal:
    """The price `n` ticks up (down when negative). From between two ticks the first goes to the nearest valid price."""
    ladder = _ladder(steps)
    if not ladder:
        return price
    for _ in range(abs(n)):
        price = _up(ladder, price) if n > 0 else _down(ladder, price)
    return price


def decimals(steps: Sequence[PriceStep]) -> int:
    """How many decimals prices need; 2 when no steps are known."""
    ladder = _ladder(steps)
    if not ladder:
        return 2
    return max(_decimals(increment) for _, increment in ladder)


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


_Ladder = list[tuple[Decimal, Decimal]]
"""(low edge, increment), edges rising, the first one 0."""


def _ladder(steps: Sequence[PriceStep]) -> _Ladder:
    """Usable steps in order. Prices below the lowest edge take the lowest step."""
    rows = sorted((max(step.low_edge, _ZERO), _plain(step.increment)) for step in steps if step.increment > 0)
    return [(_ZERO, rows[0][1]), *rows[1:]] if rows else []


def _plain(increment: Decimal) -> Decimal:
    """`0.0500` as 0.05 and `5E+1` as 50, so that prices computed from it carry the decimals that they need."""
    return increment.quantize(Decimal(1).scaleb(-_decimals(increment)))


def _step(ladder: _Ladder, size: Decimal) -> Decimal:
    return [increment for edge, increment in ladder if edge <= size][-1]


def _multiple(price: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (price / step).to_integral_value(rounding) * step + _ZERO


def _up(ladder: _Ladder, price: Decimal) -> Decimal:
    """The lowest valid price above `price`."""
    if price < 0:
        return -_down(ladder, -price) + _ZERO
    step = _step(ladder, price)
    above = _multiple(price, step, ROUND_FLOOR) + step
    edge = min((edge for edge, _ in ladder if edge > price), default=None)
    if edge is None or above < edge:
        return above
    return edge if edge % _step(ladder, edge) == 0 else _up(ladder, edge)


def _down(ladder: _Ladder, price: Decimal) -> Decimal:
    """The highest valid price below `price`."""
    if price <= 0:
        return -_up(ladder, -price)
    edge, step = [row for row in ladder if row[0] < price][-1]
    below = _multiple(price, step, ROUND_CEILING) - step
    return below if below >= edge else _down(ladder, edge)
