"""The help page: keys of this place and of everywhere, and the signs. Pure; made from the registry of actions."""

from __future__ import annotations

from collections.abc import Sequence

from tws_console.tui.bindings import Action, Where, groups, of, shown_key
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.cells import width as total
from tws_console.tui.views.formats import cut_end
from tws_console.tui.views.pieces import strong
from tws_console.tui.views.status_words import GLYPH_LEGEND

_KEY_ROOM = 5
_GAP = 2


def help_lines(places: Sequence[Where], width: int) -> list[Spans]:
    """Key columns side by side for these places, then the legend."""
    columns = [_column(name, actions) for name, actions in _sections(places)]
    rows: list[Spans] = _beside(_balance(columns, 1 if width < 60 else 3), width)
    return [*rows, (), *_legend(width)]


def key_text(action: Action) -> str:
    """All keys of an action that fit beside its label; arrows and the like are left to the words."""
    keys = [shown_key(key) for key in action.keys]
    text = keys[0] if keys else ""
    for key in keys[1:]:
        if len(text) + 1 + len(key) <= _KEY_ROOM:
            text = f"{text} {key}"
    return text


def _sections(places: Sequence[Where]) -> list[tuple[str, list[Action]]]:
    here = [action for action in of(*places, Where.PAGES, Where.EVERYWHERE) if action.keys]
    return list(groups(here).items())


def _column(name: str, actions: Sequence[Action]) -> list[tuple[Span, ...]]:
    rows: list[tuple[Span, ...]] = [(strong(name),)]
    for action in actions:
        tone = "danger" if action.id == "app.stop" else "accent"
        rows.append((Span(f"{key_text(action):<{_KEY_ROOM}} ", tone, True), Span(action.label)))
    return rows


def _balance(columns: Sequence[list[tuple[Span, ...]]], count: int) -> list[list[tuple[Span, ...]]]:
    """The sections in `count` stacks of about the same height, in their order."""
    height = sum(len(column) + 1 for column in columns) / count
    stacks: list[list[tuple[Span, ...]]] = [[]]
    for column in columns:
        if stacks[-1] and len(stacks) < count and len(stacks[-1]) + len(column) > height + 1:
            stacks.append([])
        stacks[-1] += [*([()] if stacks[-1] else []), *column]
    return stacks


def _beside(stacks: Sequence[list[tuple[Span, ...]]], width: int) -> list[Spans]:
    rooms = [max(map(total, stack)) for stack in stacks]
    while sum(rooms) + _GAP * (len(rooms) - 1) > width:
        rooms[rooms.index(max(rooms))] -= 1
    rows: list[Spans] = []
    for number in range(max(map(len, stacks))):
        parts: list[Span] = []
        for stack, room in zip(stacks, rooms, strict=True):
            parts += _cut(stack[number] if number < len(stack) else (), room)
            parts.append(Span(" " * _GAP))
        rows.append(tuple(parts[:-1]))
    return rows


def _cut(parts: Sequence[Span], room: int) -> list[Span]:
    """The line cut or filled to exactly `room` cells."""
    cut: list[Span] = []
    for part in parts:
        text = cut_end(part.text, room)
        cut.append(Span(text, part.tone, part.bold))
        room -= len(text)
    return [*cut, Span(" " * room)]


def _legend(width: int) -> list[Spans]:
    rows: list[list[Span]] = [[]]
    used = 0
    for glyph, tone, words in GLYPH_LEGEND:
        size = len(glyph) + 1 + len(words) + 2
        if used + size > width and rows[-1]:
            rows.append([])
            used = 0
        rows[-1] += [Span(glyph, tone), Span(" "), Span(f"{words}  ", "muted")]
        used += size
    return [tuple(row) for row in rows]
