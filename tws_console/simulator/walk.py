"""Owns the shape of a price over time: a function of a key and a second, with no memory. Imports nothing.

Between points that lie 2**17 seconds apart the path is refined by halving: each midpoint is the mean of its neighbours
plus a displacement drawn from the key and the second. So any second of any year is found in seventeen halvings, whoever
asked for whatever before, and the extremes of a span are found exactly without visiting every second of it.
"""

import hashlib
from functools import lru_cache

LEVELS = 17
REACH = 0.0075
_ROOT_SHARE = 1 / 3
_ROUGHNESS = 0.35
_MASK = (1 << 64) - 1
_HALF = float(1 << 63)


def _displacements() -> tuple[float, ...]:
    raw = [2 ** (_ROUGHNESS * level) for level in range(LEVELS)]
    scale = REACH * (1 - _ROOT_SHARE) / sum(raw)
    return tuple(size * scale for size in raw)


_SIZES = _displacements()
# What all levels below one can add at most: the bound that lets a span be searched without being walked.
_BELOW = tuple(sum(_SIZES[:level]) for level in range(LEVELS + 1))


def mixed(value: int) -> int:
    """A number of 64 bits drawn from another (the finaliser of SplitMix64)."""
    value &= _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def key_of(name: str) -> int:
    """A key of 64 bits for a name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")


class Path:
    """Deviation from a price, as a share between -REACH and REACH, at any second of time."""

    def __init__(self, key: int) -> None:
        self._key = key
        self.at = lru_cache(maxsize=512)(self._at)

    def _unit(self, second: int) -> float:
        return mixed(self._key + second * 0x9E3779B97F4A7C15) / _HALF - 1

    def _root(self, second: int) -> float:
        return REACH * _ROOT_SHARE * self._unit(second)

    def _at(self, second: int) -> float:
        width = 1 << LEVELS
        low = second // width * width
        value = self._root(low)
        if second == low:
            return value
        end = self._root(low + width)
        for level in range(LEVELS - 1, -1, -1):
            width >>= 1
            middle = low + width
            between = (value + end) / 2 + _SIZES[level] * self._unit(middle)
            if second == middle:
                return between
            if second > middle:
                low, value = middle, between
            else:
                end = between
        return value

    def span(self, first: int, last: int) -> tuple[float, float]:
        """The lowest and the highest value from one second to another, both included."""
        ends = (self.at(first), self.at(last))
        search = _Search(self._key, first, last, min(ends), max(ends))
        width = 1 << LEVELS
        low = first // width * width
        while low < last:
            search.visit(LEVELS, low, self._root(low), self._root(low + width))
            low += width
        return search.lowest, search.highest


class _Search:
    """Looks for both extremes of one span, leaving out every stretch that cannot hold one."""

    __slots__ = ("_first", "_key", "_last", "highest", "lowest")

    def __init__(self, key: int, first: int, last: int, lowest: float, highest: float) -> None:
        self._key, self._first, self._last = key, first, last
        self.lowest, self.highest = lowest, highest

    def visit(self, level: int, low: int, value: float, end: float) -> None:
        """Take in the stretch of 2**level seconds that begins at `low`."""
        upper, lower = (value, end) if value > end else (end, value)
        more = _BELOW[level]
        if not level or (upper + more <= self.highest and lower - more >= self.lowest):
            return
        half = 1 << (level - 1)
        middle = low + half
        unit = mixed(self._key + middle * 0x9E3779B97F4A7C15) / _HALF - 1
        between = (value + end) / 2 + _SIZES[level - 1] * unit
        if self._first <= middle <= self._last:
            if between > self.highest:
                self.highest = between
            if between < self.lowest:
                self.lowest = between
        if middle > self._first:
            self.visit(level - 1, low, value, between)
        if middle < self._last:
            self.visit(level - 1, middle, between, end)
