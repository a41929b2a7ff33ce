"""Owns what an option is worth: Black and Scholes without dividends, and a smile. Imports nothing of the package."""

import math
from dataclasses import dataclass

RATE = 0.04
YEAR_SECONDS = 365.0 * 86_400
_SHORTEST = 900.0


@dataclass(frozen=True, slots=True)
class Greeks:
    """Value and sensitivities of one option: vega per point of volatility, theta per day."""

    volatility: float
    price: float
    delta: float
    gamma: float
    vega: float
    theta: float
    underlying: float


def smile(volatility: float, spot: float, strike: float, years: float) -> float:
    """The volatility of a strike: higher away from the money, higher still below it."""
    distance = math.log(strike / spot) / math.sqrt(max(years, 1 / 52))
    return volatility * (1 + min(1.0, 0.35 * distance * distance) - max(-0.3, min(0.3, 0.2 * distance)))


def value(right: str, spot: float, strike: float, seconds: float, volatility: float) -> Greeks:
    """Price and greeks of a call (C) or put (P) with `seconds` to live; an expired one is worth what it is in."""
    call = right == "C"
    if seconds <= 0:
        inside = max(0.0, spot - strike if call else strike - spot)
        slope = (1.0 if call else -1.0) if inside else 0.0
        return Greeks(volatility, inside, slope, 0.0, 0.0, 0.0, spot)
    years = max(seconds, _SHORTEST) / YEAR_SECONDS
    spread = volatility * math.sqrt(years)
    one = (math.log(spot / strike) + (RATE + volatility * volatility / 2) * years) / spread
    two = one - spread
    discount = math.exp(-RATE * years)
    density = math.exp(-one * one / 2) / math.sqrt(2 * math.pi)
    decay = -spot * density * volatility / (2 * math.sqrt(years))
    if call:
        price = spot * _normal(one) - strike * discount * _normal(two)
        delta, theta = _normal(one), decay - RATE * strike * discount * _normal(two)
    else:
        price = strike * discount * _normal(-two) - spot * _normal(-one)
        delta, theta = _normal(one) - 1, decay + RATE * strike * discount * _normal(-two)
    gamma = density / (spot * spread)
    vega = spot * density * math.sqrt(years) / 100
    return Greeks(volatility, max(price, 0.0), delta, gamma, vega, theta / 365, spot)


def implied_volatility(right: str, spot: float, strike: float, seconds: float, price: float) -> float | None:
    """The volatility at which an option has this price, by halving; None when no volatility gives it."""
    low, high = 0.001, 5.0
    if not value(right, spot, strike, seconds, low).price <= price <= value(right, spot, strike, seconds, high).price:
        return None
    for _ in range(40):
        middle = (low + high) / 2
        if value(right, spot, strike, seconds, middle).price < price:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _normal(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2
