"""Which columns a table shows at a width, how wide they are, and how a value stands in its column. Pure.

Imports views only. Columns are taken in their priority while they fit; one that does not fit is left out whole, because
a number is never cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tws_console.tui.views.cells import Cell, Span, Spans, width
from tws_console.tui.views.formats import cut_end, cut_middle
from tws_console.tui.views.lines import WIDE_GAPS_FROM

GUTTER = 2
"""Cells left of every row, for the cursor."""
EDGE = 1
"""Free cells at the right."""


class Align(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    POINT = "point"
    """Decimal points stand under each other."""


class Cut(StrEnum):
    """What happens to text that is longer than its column."""

    MIDDLE = "middle"
    END = "end"
    NEVER = "never"
    """Numbers: the column grows."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `place` is its place from left to right; the order in a table's tuple is its priority.

    `least` and `most` are its widths; `always` keeps it at any width that the numbers leave; `late` means that the name
    has grown to its full width before this column may take room; `rest` that it grows last, into what the others leave.
    """

    id: str
    heading: str
    place: int
    least: int
    most: int
    align: Align = Align.LEFT
    cut: Cut = Cut.NEVER
    always: bool = False
    late: bool = False
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """The widest value seen in a column: characters before the point, and from the point on."""

    before: int = 0
    after: int = 0

    @property
    def total(self) -> int:
        return self.before + self.after

    def seeing(self, text: str, align: Align) -> Measure:
        """The measure that also holds `text`; the same object when it already does."""
        head, point, tail = text.partition(".") if align is Align.POINT else (text, "", "")
        before, after = max(self.before, len(head)), max(self.after, len(point) + len(tail))
        return self if (before, after) == (self.before, self.after) else Measure(before, after)


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with its width, and for aligned points the characters from the point on."""

    column: Column
    width: int
    after: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns from left to right, and the cells between two of them."""

    columns: tuple[Placed, ...]
    gap: int


def _needed(column: Column, measures: Mapping[str, Measure]) -> int:
    """Width of a column: at least its own, more when a number in it is longer."""
    if column.cut is not Cut.NEVER:
        return column.least
    return max(column.least, measures.get(column.id, Measure()).total)


def _wanted(column: Column, measures: Mapping[str, Measure]) -> int:
    """Width that a column of words grows to: a right one only as far as its longest value, it would drift away."""
    if column.align is Align.LEFT:
        return column.most
    return max(column.least, min(column.most, measures.get(column.id, Measure()).total))


def layout(columns: Sequence[Column], room: int, measures: Mapping[str, Measure], hidden: frozenset[str]) -> Layout:
    """Choose from `columns` (by priority) what fits into `room` cells, without those named in `hidden`."""
    gap = 2 if room >= WIDE_GAPS_FROM else 1
    free = room - GUTTER - EDGE
    chosen: dict[str, int] = {}
    name = columns[0]
    for column in columns:
        if column.id in hidden:
            continue
        if column.late and free > 0 and chosen[name.id] < name.most:
            grown = min(name.most, chosen[name.id] + free)
            free -= grown - chosen[name.id]
            chosen[name.id] = grown
        wanted = _needed(column, measures)
        cost = wanted + (gap if chosen else 0)
        if cost <= free or column.always:
            chosen[column.id] = wanted
            free -= cost
    if free < 0:
        shrunk = max(8, chosen[name.id] + free)
        free += chosen[name.id] - shrunk
        chosen[name.id] = shrunk
    for column in reversed(columns[1:]):
        # Numbers are never cut: with such wide ones a column that always stays goes whole, the least needed first.
        if free < 0 and column.id in chosen:
            free += chosen.pop(column.id) + gap
    for column in sorted(columns, key=lambda column: column.rest):
        if column.id in chosen and free > 0 and column.cut is not Cut.NEVER:
            grown = min(_wanted(column, measures), chosen[column.id] + free)
            free -= grown - chosen[column.id]
            chosen[column.id] = grown
    shown = sorted((column for column in columns if column.id in chosen), key=lambda column: column.place)
    placed = (Placed(c, chosen[c.id], measures.get(c.id, Measure()).after) for c in shown)
    return Layout(tuple(placed), gap)


def heading(placed: Placed) -> str:
    """The heading as it stands over its column; over aligned points it ends at the second decimal."""
    text, column = placed.column.heading, placed.column
    if column.align is Align.LEFT:
        return cut_end(text, placed.width).ljust(placed.width)
    beyond = max(0, placed.after - 3) if column.align is Align.POINT else 0
    end = max(len(text), placed.width - beyond)
    return cut_end(text, placed.width).rjust(min(end, placed.width)).ljust(placed.width)


def fit(value: Cell, placed: Placed) -> Spans:
    """A cell's spans, padded and shortened to exactly the width of its column."""
    column, room, length = placed.column, placed.width, width(value.spans)
    if length > room:
        value, length = _shorten(value, column, room), room
    left = 0
    if column.align is Align.RIGHT:
        left = room - length
    elif column.align is Align.POINT:
        after = length - len(value.text.partition(".")[0])
        left = max(0, room - placed.after - (length - after))
    right = room - length - left
    if right < 0:
        left, right = left + right, 0
    pads = (Span(" " * left),) if left else (), (Span(" " * right),) if right else ()
    return pads[0] + value.spans + pads[1]


def _shorten(value: Cell, column: Column, room: int) -> Cell:
    """A cell that fits: words yield; a number that is too long for now says so instead of showing wrong digits."""
    if column.cut is Cut.NEVER:
        return Cell((Span("#" * room, "muted"),))
    cutter = cut_middle if column.cut is Cut.MIDDLE else cut_end
    spans: list[Span] = []
    left = room
    for index, span in enumerate(value.spans):
        last = index == len(value.spans) - 1
        text = cutter(span.text, left) if last else span.text[:left]
        spans.append(Span(text, span.tone, span.bold, span.ground))
        left -= len(text)
    return Cell(tuple(spans))
