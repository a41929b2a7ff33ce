"""Fitting words into one line: items by priority, rules, footers. Pure; imports views and the key registry only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tws_console.tui.bindings import Action, shown_keys
from tws_console.tui.views.cells import Span, Spans, width
from tws_console.tui.views.formats import cut_end

WIDE_GAPS_FROM = 110
"""From this width on columns, and the pieces of a line, are two cells apart."""


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of a line. The lowest `rank` is kept longest; `before` is the cells in front of it."""

    spans: Spans
    rank: int
    before: int = 2

    @property
    def cost(self) -> int:
        return self.before + width(self.spans)


def fitting(items: Sequence[Item], room: int) -> list[Item]:
    """The items that fit, in their own order, chosen by rank; one that does not fit is skipped."""
    kept: set[int] = set()
    for index in sorted(range(len(items)), key=lambda index: items[index].rank):
        if items[index].spans and items[index].cost <= room:
            kept.add(index)
            room -= items[index].cost
    return [item for index, item in enumerate(items) if index in kept]


def joined(items: Iterable[Item]) -> Spans:
    """The items one after the other, each behind its own blanks."""
    found: list[Span] = []
    for item in items:
        if item.before:
            found.append(Span(" " * item.before))
        found.extend(item.spans)
    return tuple(found)


def cut(spans: Spans, room: int) -> Spans:
    """The spans shortened at their end to `room` cells."""
    found: list[Span] = []
    for span in spans:
        if room <= 0:
            break
        text = cut_end(span.text, room)
        found.append(Span(text, span.tone, span.bold, span.ground))
        room -= len(text)
    return tuple(found)


def ruled(left: Spans, right: Spans, room: int, *, rule: str = "─", tone: str = "line") -> Spans:
    """Words left and right with a rule between; the right ones yield when both do not fit."""
    free = room - width(left) - width(right) - 3
    if right and free >= 1:
        return (*left, Span(" " + rule * free + " ", tone), *right, Span(" "))
    rest = room - width(left) - 1
    if rest >= 1:
        return (*left, Span(" " + rule * rest, tone))
    return cut(left, room)


def footer(actions: Sequence[Action], room: int, extra: Sequence[tuple[str, str]] = ()) -> Spans:
    """Keys and their words. Help is kept first, then the registry's order."""
    items: list[Item] = []
    for index, action in enumerate(actions):
        spans = (Span(shown_keys(action), "accent", True), Span(" " + action.label, "muted"))
        items.append(Item(spans, -1 if action.id == "app.help" else index, 1 if index == 0 else 2))
    for index, (key, label) in enumerate(extra):
        items.append(Item((Span(key, "accent", True), Span(" " + label, "muted")), 50 + index))
    return joined(fitting(items, room - 1))
