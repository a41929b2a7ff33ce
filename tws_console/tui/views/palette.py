"""What the palette offers: every action, whether it can be done now, which ones match. Pure; made from the registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tws_console.tui.bindings import ACTIONS, Action, Where, shown_key
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.cells import width as total
from tws_console.tui.views.formats import cut_end
from tws_console.tui.views.pieces import spread

_ANYWHERE = frozenset({Where.EVERYWHERE, Where.PAGES, Where.PALETTE_ONLY})
_GROUP_ROOM = 11
_LABEL_ROOM = 22


@dataclass(frozen=True, slots=True)
class Entry:
    """One action; `why_not` says why it cannot be done now, empty when it can."""

    action: Action
    why_not: str = ""


def entries(places: Iterable[Where], *, frozen: bool) -> tuple[Entry, ...]:
    """Every action that the app can carry out, those of other places greyed with the reason."""
    here = _ANYWHERE | frozenset(places)
    offered = [action for action in ACTIONS if action.method]
    return tuple(Entry(action, _why_not(action, here, frozen)) for action in offered)


def _why_not(action: Action, here: frozenset[Where], frozen: bool) -> str:
    if action.id == "freeze.release" and not frozen:
        return "nothing is frozen"
    # What can be said from any page may be said from the palette too.
    if action.where in here or action.where is Where.AWAY:
        return ""
    return {
        Where.ORDERS: "the orders pane does not have the focus",
        Where.POSITIONS: "the positions pane does not have the focus",
        Where.TABLES: "no table has the focus",
        Where.CONNECT: "only while there is no connection",
    }.get(action.where, f"only in {action.where.value}")


def matching(found: Sequence[Entry], text: str) -> tuple[Entry, ...]:
    """The entries that hold every typed word; those that can be done come first."""
    words = text.lower().split()
    hits = [entry for entry in found if all(word in _haystack(entry.action) for word in words)]
    return tuple(sorted(hits, key=lambda entry: (bool(entry.why_not), not _in_label(entry.action, words))))


def _haystack(action: Action) -> str:
    return f"{action.group} {action.label} {action.sentence} {action.id}".lower()


def _in_label(action: Action, words: Sequence[str]) -> bool:
    return all(word in action.label.lower() for word in words)


def entry_line(entry: Entry, text: str, width: int, *, chosen: bool) -> Spans:
    """Cursor, group, label with the match in bold, the reason or the sentence, and the key."""
    action = entry.action
    ground = "cursor" if chosen else ""
    tone = "muted" if entry.why_not else "text"
    keys = shown_key(action.keys[0]) if action.keys else ""
    left = [
        Span("▌ " if chosen else "  ", "accent", False, ground),
        Span(f"{cut_end(action.group, _GROUP_ROOM - 1):<{_GROUP_ROOM}}", "muted", False, ground),
        *_marked(f"{cut_end(action.label, _LABEL_ROOM - 2):<{_LABEL_ROOM}}", text, tone, ground),
    ]
    right = (Span(f"{keys} ", "danger" if action.id == "app.stop" else "accent", True, ground),)
    room = width - total(left) - total(right) - 1
    left.append(Span(cut_end(entry.why_not or action.sentence, max(0, room)), "muted", False, ground))
    return tuple(Span(part.text, part.tone, part.bold, ground) for part in spread(left, right, width))


def _marked(label: str, text: str, tone: str, ground: str) -> list[Span]:
    word = next((word for word in text.lower().split() if word in label.lower()), "")
    if not word:
        return [Span(label, tone, False, ground)]
    start = label.lower().index(word)
    end = start + len(word)
    return [
        Span(label[:start], tone, False, ground),
        Span(label[start:end], "strong", True, ground),
        Span(label[end:], tone, False, ground),
    ]
