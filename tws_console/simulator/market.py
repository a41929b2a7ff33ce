"""Owns prices: a function of the seed, the contract and simulated time. Imports `contracts`, `options`, `walk`.

Time is counted in steps of a quarter of a second since 1970. A price stays within 1.5 % of where it started, so resting
orders rest for hours. While the clock follows the wall the market begins at the catalogue's prices (`begin`); once the
clock is set by hand the start does not count any more (`detach`), so servers that began at different times agree.
Options follow their underlying by Black and Scholes, contracts for difference follow it one to one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from tws_console.simulator import options
from tws_console.simulator.contracts import Catalogue, Contract
from tws_console.simulator.walk import Path, key_of, mixed

STEP_SECONDS = 0.25
STEPS = 4
DAY_STEPS = 86_400 * STEPS
_DAY_BEGINS = 5 * 3600 * STEPS  # midnight of US/Eastern in winter


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

    @property
    def middle(self) -> Decimal:
        """Half-way between bid and ask."""
        return (self.bid + self.ask) / 2


@dataclass(frozen=True, slots=True)
class Extent:
    """Trading from one step to another: prices, units traded, number of trades."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    trades: int


def step_of(moment: datetime) -> int:
    """The step that a moment lies in."""
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() // STEP_SECONDS)


def day_of(step: int) -> int:
    """The first step of the trading day that a step lies in."""
    return (step - _DAY_BEGINS) // DAY_STEPS * DAY_STEPS + _DAY_BEGINS


class Line:
    """The price of one listing over time, in whole ticks. A price set by hand begins a new stretch of it."""

    def __init__(self, path: Path, anchor: int, base: float) -> None:
        self._path = path
        self._stretches = [(0, max(1, anchor), base)]

    def ratio(self, step: int) -> float:
        """The deviation of the path itself at a step, between its seconds in a straight line."""
        second, part = divmod(step, STEPS)
        value = self._path.at(second)
        return value if not part else value + (self._path.at(second + 1) - value) * part / STEPS

    def at(self, step: int) -> int:
        """The price at a step."""
        for start, anchor, base in reversed(self._stretches):
            if step >= start:
                return _ticks(anchor, self.ratio(step) - base)
        _, anchor, base = self._stretches[0]
        return _ticks(anchor, self.ratio(step) - base)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The lowest and the highest price from one step to another, both included."""
        found: list[int] = []
        bounds = [start for start, _, _ in self._stretches[1:]] + [last + 1]
        begin = first
        for (_, anchor, base), end in zip(self._stretches, bounds, strict=True):
            until = min(last, end - 1)
            if begin > until:
                continue
            values = [self.ratio(begin), self.ratio(until)]
            seconds = (-(-begin // STEPS), until // STEPS)
            if seconds[0] <= seconds[1]:
                values += self._path.span(*seconds)
            found += [_ticks(anchor, min(values) - base), _ticks(anchor, max(values) - base)]
            begin = until + 1
        return min(found), max(found)

    def jump(self, step: int, price: int) -> None:
        """From `step` on the price wanders around `price`."""
        self._stretches = [row for row in self._stretches if row[0] < step or row[0] == 0]
        self._stretches.append((step, max(1, price), self.ratio(step)))


def _ticks(anchor: int, deviation: float) -> int:
    return max(1, round(anchor * (1 + deviation)))


class Market:
    """The prices of all listings at the present step, or at any other."""

    def __init__(self, catalogue: Catalogue, seed: int) -> None:
        self.step = 0
        self._catalogue = catalogue
        self._seed = seed
        self._origin: int | None = 0
        self._lines: dict[int, Line] = {}
        self._paths: dict[int, Path] = {}
        self._shown: dict[int, tuple[int, Quote]] = {}
        self._extremes: dict[int, tuple[int, int, int, int]] = {}

    # --- time --------------------------------------------------------------------------------------------------

    def begin(self, step: int) -> None:
        """Let the market begin at `step` with the catalogue's prices; prices set by hand are forgotten."""
        self._restart(step, step)

    def detach(self, step: int) -> None:
        """Go to `step` of a market that has no beginning; prices set by hand are forgotten."""
        self._restart(step, None)

    def _restart(self, step: int, origin: int | None) -> None:
        self.step, self._origin = step, origin
        self._lines.clear()
        self._shown.clear()
        self._extremes.clear()

    def advance(self, steps: int = 1) -> None:
        """Let simulated time pass by whole steps."""
        self.step += steps

    # --- prices ------------------------------------------------------------------------------------------------

    def quote(self, con_id: int) -> Quote:
        """The quote of a contract now, the same object until something changes. KeyError for an unknown one."""
        shown = self._shown.get(con_id)
        if shown is None or shown[0] != self.step:
            shown = self._shown[con_id] = (self.step, self._draw(self._catalogue.contracts[con_id], self.step))
        return shown[1]

    def quote_at(self, con_id: int, step: int) -> Quote:
        """The quote of a contract at any step."""
        return self._draw(self._catalogue.contracts[con_id], step)

    def jump(self, con_id: int, price: Decimal) -> Quote:
        """Set the price of a contract now. ValueError for one that follows another: that other's price is set."""
        contract = self._catalogue.contracts[con_id]
        if contract.follows:
            raise ValueError(f"the price of {contract.local_symbol} follows its underlying")
        self._line(contract).jump(self.step, round(price / self._tick(contract)))
        self._shown.clear()
        self._extremes.clear()
        return self.quote(con_id)

    def last(self, contract: Contract, step: int) -> Decimal:
        """The last price at a step."""
        tick = self._tick(contract)
        if contract.is_option:
            return self._nearest(contract, self.greeks(contract, step).price)
        return self._line(contract).at(step) * tick

    def greeks(self, contract: Contract, step: int) -> options.Greeks:
        """Model value and sensitivities of an option at a step."""
        spot = float(self.last(self._catalogue.contracts[contract.under_con_id], step))
        return self._model(contract, spot, step)

    def extent(self, contract: Contract, first: int, last: int) -> Extent:
        """Trading from the step `first` up to and including `last`."""
        begun, ended = self.last(contract, first), self.last(contract, last)
        low, high = self._span(contract, first, last)
        volume = self._traded_until(contract, last) - self._traded_until(contract, first - 1)
        trades = max(1, (last - first + 1) // 2)
        return Extent(begun, max(high, begun, ended), min(low, begun, ended), ended, volume, trades)

    # --- inside ------------------------------------------------------------------------------------------------

    def _line(self, contract: Contract) -> Line:
        if contract.sec_type == "CFD" and contract.under_con_id in self._catalogue.contracts:
            contract = self._catalogue.contracts[contract.under_con_id]
        line = self._lines.get(contract.con_id)
        if line is None:
            key = contract.under_con_id or contract.con_id
            path = self._paths.get(key)
            if path is None:
                path = self._paths[key] = Path(key_of(f"{self._seed}:{key}"))
            line = Line(path, round(contract.reference / self._tick(contract)), 0.0)
            base = 0.0 if self._origin is None else line.ratio(self._origin)
            line = Line(path, round(contract.reference / self._tick(contract)), base)
            self._lines[contract.con_id] = line
        return line

    def _tick(self, contract: Contract) -> Decimal:
        return self._catalogue.tick_at(contract, contract.reference)

    def _model(self, contract: Contract, spot: float, step: int) -> options.Greeks:
        strike, seconds = float(contract.strike), contract.expires_at - step * STEP_SECONDS
        level = float(contract.volatility)
        level = options.smile(level, spot, strike, max(seconds, 0.0) / options.YEAR_SECONDS)
        return options.value(contract.right, spot, strike, seconds, level)

    def _nearest(self, contract: Contract, price: float) -> Decimal:
        tick = self._catalogue.tick_at(contract, Decimal(str(round(price, 6))))
        return max(1, round(price / float(tick))) * tick

    def _span(self, contract: Contract, first: int, last: int) -> tuple[Decimal, Decimal]:
        if not contract.is_option:
            lowest, highest = self._line(contract).span(first, last)
            tick = self._tick(contract)
            return lowest * tick, highest * tick
        spots = self._span(self._catalogue.contracts[contract.under_con_id], first, last)
        return self._model_span(contract, spots, (first, last))

    def _model_span(
        self, contract: Contract, spots: tuple[Decimal, Decimal], steps: tuple[int, int]
    ) -> tuple[Decimal, Decimal]:
        """Extremes of an option whose underlying stayed between two prices."""
        values = [
            self._nearest(contract, self._model(contract, float(spot), step).price) for spot in spots for step in steps
        ]
        return min(values), max(values)

    def _day_span(self, contract: Contract, step: int) -> tuple[Decimal, Decimal]:
        """Extremes of the trading day so far; what is known of it already is not searched again."""
        if contract.is_option:
            spots = self._day_span(self._catalogue.contracts[contract.under_con_id], step)
            return self._model_span(contract, spots, (day_of(step), step))
        day, tick, line = day_of(step), self._tick(contract), self._line(contract)
        known = self._extremes.get(contract.con_id)
        if known is not None and known[0] == day and known[1] <= step:
            low, high = line.span(known[1], step)
            low, high = min(low, known[2]), max(high, known[3])
        else:
            low, high = line.span(day, step)
        self._extremes[contract.con_id] = (day, step, low, high)
        return low * tick, high * tick

    def _dice(self, contract: Contract, step: int) -> int:
        return mixed(self._seed * 0x2545F4914F6CDD1D + contract.con_id * 0x9E3779B97F4A7C15 + step)

    def _traded_until(self, contract: Contract, step: int) -> int:
        return _lot(contract) * (2 * step + self._dice(contract, step) % 3)

    def _draw(self, contract: Contract, step: int) -> Quote:
        dice, lot, day = self._dice(contract, step), _lot(contract), day_of(step)
        last = self.last(contract, step)
        tick = self._catalogue.tick_at(contract, last) if contract.is_option else self._tick(contract)
        spread = contract.spread_ticks
        below = spread // 2 if dice >> 8 & 1 else (spread + 1) // 2
        bid = max(tick, last - below * tick)
        low, high = self._day_span(contract, step)
        volume = self._traded_until(contract, step)
        return Quote(
            bid=bid,
            ask=bid + spread * tick,
            last=last,
            bid_size=lot * (3 + (dice >> 16) % 18),
            ask_size=lot * (3 + (dice >> 24) % 18),
            last_size=max(1, volume - self._traded_until(contract, step - 1)),
            volume=volume - self._traded_until(contract, day - 1),
            high=max(high, last),
            low=min(low, last),
            open=self.last(contract, day),
            close=self.last(contract, day - 1),
        )


def _lot(contract: Contract) -> int:
    return max(1, contract.displayed // 10)
