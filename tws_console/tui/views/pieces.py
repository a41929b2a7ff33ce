"""Lines of text with tones: what dialogs, bars and the ticket are made of. Pure; imports views.cells only.

Owns fitting a line to a width and the frames of dialogs. Text is shown as it is: nothing in it is markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.cells import width as total

_PIECES = re.compile(r" *[^ ]+ ?| +")
"""A word with the blanks round it."""
CHIP_INK = {"paper": "paper_ink", "live": "live_ink", "demo": "demo_ink", "danger_bg": "danger_ink"}


def line(*parts: Span | str) -> Spans:
    """Join parts; plain text is muted, as words between values are."""
    return tuple(Span(part, "muted") if isinstance(part, str) else part for part in parts)


def value(text: str, *, bold: bool = False) -> Span:
    return Span(text, "text", bold)


def strong(text: str) -> Span:
    return Span(text, "strong", True)


def key(text: str) -> Span:
    """A key to press."""
    return Span(text, "accent", True)


def chip(text: str, ground: str) -> Span:
    """Words on a fill."""
    return Span(f" {text} ", CHIP_INK.get(ground, "accent_ink"), True, ground)


def clip(parts: Sequence[Span], width: int) -> Spans:
    """The line cut to `width` cells, its last cell `…` when something was lost."""
    if total(parts) <= width:
        return tuple(parts)
    kept: list[Span] = []
    room = max(0, width - 1)
    for part in parts:
        if len(part.text) >= room:
            kept.append(replace(part, text=part.text[:room] + "…"[: width - room]))
            break
        kept.append(part)
        room -= len(part.text)
    return tuple(kept)


def spread(left: Sequence[Span], right: Sequence[Span], width: int) -> Spans:
    """`left` at the left and `right` at the right edge; the left one yields."""
    room = width - total(right)
    shown = clip(left, max(0, room - 1)) if total(right) else clip(left, width)
    return (*shown, Span(" " * max(0, room - total(shown))), *right)


def wrap(text: str, width: int) -> list[str]:
    """Words in rows of at most `width` cells; a longer word is cut into rows."""
    rows: list[str] = []
    current = ""
    for word in text.split():
        while len(word) > width:
            if current:
                rows.append(current)
                current = ""
            rows.append(word[:width])
            word = word[width:]
        if current and len(current) + 1 + len(word) > width:
            rows.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return [*rows, current] if current else rows


def wrap_spans(parts: Sequence[Span], width: int) -> list[Spans]:
    """The line in rows of at most `width` cells, broken between words; what begins with a blank keeps it."""
    rows: list[list[Span]] = [[]]
    used = 0
    for part in parts:
        for piece in _PIECES.findall(part.text):
            if used and used + len(piece.rstrip()) > width:
                rows.append([Span(" ")])
                used = 1
                piece = piece.lstrip()
            rows[-1].append(replace(part, text=piece))
            used += len(piece)
    return [tuple(row) for row in rows]


class Frame(StrEnum):
    """Which money a dialog is about, told by its frame too."""

    PAPER = "paper"
    LIVE = "live"
    DEMO = "demo"


_EDGES = {
    Frame.PAPER: "╭─╮│╰╯",
    Frame.LIVE: "╔═╗║╚╝",
    Frame.DEMO: "╭╌╮┆╰╯",
}
CHIP_WORDS = {Frame.PAPER: "PAPER", Frame.LIVE: "LIVE real money", Frame.DEMO: "DEMO"}


def framed(
    rows: Sequence[Spans | None],
    width: int,
    *,
    frame: Frame,
    tone: str,
    title: Sequence[Span],
    foot: Sequence[Span] = (),
) -> list[Spans]:
    """A box round `rows` (None is a rule from edge to edge), a title in its upper and a note in its lower edge."""
    top_left, across, top_right, side, bottom_left, bottom_right = tuple(_EDGES[frame])
    inner = width - 2
    head = clip((*title, Span(" ")), inner - 3)
    lines: list[Spans] = [
        (Span(top_left + across, tone), *head, Span(across * (inner - 1 - total(head)) + top_right, tone))
    ]
    for row in rows:
        if row is None:
            lines.append((Span(side, tone), Span("─" * inner, "line"), Span(side, tone)))
            continue
        body = clip(row, inner - 3)
        pad = Span(" " * (inner - 2 - total(body)))
        lines.append((Span(side, tone), Span("  "), *body, pad, Span(side, tone)))
    note = clip(line(Span(" "), *foot, Span(" ")), inner - 3) if foot else ()
    rest = inner - total(note) - (2 if foot else 0)
    lines.append(
        (Span(bottom_left + across * rest, tone), *note, Span(across * (2 if foot else 0) + bottom_right, tone))
    )
    return lines
