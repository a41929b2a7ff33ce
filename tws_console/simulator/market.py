"""Owns prices: one seeded random walk per contract, advanced in steps of simulated time. Imports `contracts` only.

A walk is a function of the seed, the contract and the number of steps, so two runs with one seed see the same prices.
It is pulled back to where it started and never leaves a band of 1.5 % around it, so resting orders rest for hours.
"""

import random
from dataclasses import dataclass
from decimal import Decimal

from tws_console.simulator.contracts import Catalogue, Contract

STEP_SECONDS = 0.25
_BAND = Decimal("0.015")
_STEP_SHARE = Decimal("0.00006")


@dataclass(frozen=True, slots=True)
class Quote:
    """What the market shows of one contract at one step. Sizes are whole units."""

    bid: Decimal
    ask: Decimal
    last: Decimal
    bid_size: int
    ask_size: int
    last_size: int
    volume: int
    high: Decimal
    low: Decimal
    open: Decimal
    close: Decimal


class Walk:
    """The walk of one contract, counted in whole ticks."""

    def __init__(self, contract: Contract, tick: Decimal, seed: int) -> None:
        self._random = random.Random(f"{seed}:{contract.con_id}")
        self._contract = contract
        self._tick = tick
        self._set_anchor(round(contract.reference / tick))
        self._last = self._anchor
        drift = self._random.randint(-self._reach // 2, self._reach // 2)
        self._close = max(1, self._anchor - drift)
        self._open = self._high = self._low = self._last
        self._volume = contract.displayed * self._random.randint(800, 1200)
        self._steps = 0
        self._quote = self._draw()

    def _set_anchor(self, anchor: int) -> None:
        self._anchor = max(2, anchor)
        self._reach = max(2, int(self._anchor * _BAND))
        self._stride = max(1, int(self._anchor * _STEP_SHARE))

    def quote_at(self, step: int) -> Quote:
        """Advance to `step` (never back) and return the quote there."""
        while self._steps < step:
            self._steps += 1
            self._move()
        return self._quote

    def jump(self, price: Decimal) -> Quote:
        """Move the walk to `price` at once; it wanders around there from then on."""
        self._set_anchor(round(price / self._tick))
        self._last = self._anchor
        self._note_extremes()
        self._quote = self._draw()
        return self._quote

    def _move(self) -> None:
        pull = (self._last - self._anchor) / self._reach
        towards = -1 if self._random.random() < (1 + pull) / 2 else 1
        moved = self._last + towards * self._random.randint(0, self._stride)
        self._last = max(1, min(self._anchor + self._reach, max(self._anchor - self._reach, moved)))
        self._note_extremes()
        self._quote = self._draw()

    def _note_extremes(self) -> None:
        self._high, self._low = max(self._high, self._last), min(self._low, self._last)

    def _draw(self) -> Quote:
        lot = max(1, self._contract.displayed // 10)
        sizes = [lot * self._random.randint(3, 20) for _ in range(2)]
        traded = max(1, lot * self._random.randint(0, 4))
        self._volume += traded
        spread = self._contract.spread_ticks
        below = spread // 2 if self._random.random() < 0.5 else (spread + 1) // 2
        bid = max(1, self._last - below)
        return Quote(
            bid=bid * self._tick,
            ask=(bid + spread) * self._tick,
            last=self._last * self._tick,
            bid_size=sizes[0],
            ask_size=sizes[1],
            last_size=traded,
            volume=self._volume,
            high=self._high * self._tick,
            low=self._low * self._tick,
            open=self._open * self._tick,
            close=self._close * self._tick,
        )


class Market:
    """All walks, advanced together."""

    def __init__(self, catalogue: Catalogue, seed: int) -> None:
        self.step = 0
        self._walks = {
            contract.con_id: Walk(contract, catalogue.tick_at(contract, contract.reference), seed)
            for contract in catalogue.contracts.values()
        }

    def advance(self, steps: int = 1) -> None:
        """Let simulated time pass by whole steps."""
        self.step += steps
        for walk in self._walks.values():
            walk.quote_at(self.step)

    def quote(self, con_id: int) -> Quote:
        """The quote of a contract now. Raises KeyError for an unknown contract."""
        return self._walks[con_id].quote_at(self.step)

    def jump(self, con_id: int, price: Decimal) -> Quote:
        """Set the price of a contract; see Walk.jump."""
        return self._walks[con_id].jump(price)
