"""The words between row builders and widgets: spans, cells, rows. Imports nothing of ours.

A tone is the name of a theme token. A ground is the token of a fill; empty means the ground of the row.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Span:
    """Text in one tone. The text is shown literally: nothing in it is ever markup."""

    text: str
    tone: str = "text"
    bold: bool = False
    ground: str = ""


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row."""

    spans: Spans

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


def cell(text: str, tone: str = "text", *, bold: bool = False) -> Cell:
    """A cell of one tone."""
    return Cell((Span(text, tone, bold),))


UNKNOWN = cell("?", "warn")
UNSET = cell("-", "muted")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a cell per column id. `key` names the thing it shows."""

    key: Hashable
    cells: Mapping[str, Cell] = field(default_factory=dict)


def width(spans: Iterable[Span]) -> int:
    """Characters that the spans take together."""
    return sum(len(span.text) for span in spans)


def one_tone(row_cell: Cell, tone: str) -> Cell:
    """The same text in another tone, without weight or fill (a row that is only last known, or has ended)."""
    return Cell(tuple(Span(span.text, tone) for span in row_cell.spans))
