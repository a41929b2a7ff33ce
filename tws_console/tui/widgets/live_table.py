"""A table drawn line by line: only lines that changed are painted again, and the cursor sits on a key, not on a line.

Owns the drawing of title rule, header and rows, the cursor keys and the flash of changed values. May import textual;
not the engine: rows come from a builder that the page hands in, and only rows that are visible are ever built.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import zip_longest

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tws_console.tui.facade import console
from tws_console.tui.views.cells import Cell, Row, Span, Spans, one_tone, width
from tws_console.tui.views.columns import GUTTER, Column, Layout, Measure, fit, heading, layout
from tws_console.tui.views.lines import Item, fitting, joined, ruled
from tws_console.tui.views.row_window import RowWindow
from tws_console.tui.views.titles import Title
from tws_console.tui.widgets.painted import strip_of

HEAD = 2
"""Lines above the rows: title and headings."""
FLASH = 0.6
"""Seconds for which a changed value is bold."""
CALM = frozenset({"age", "dist", "bid", "ask", "last", "value"})
"""Columns that change all the time and never flash."""
PAGE = 10_000
_STEPS = {
    "down": 1,
    "j": 1,
    "up": -1,
    "k": -1,
    "home": -PAGE * 100,
    "g": -PAGE * 100,
    "end": PAGE * 100,
    "G": PAGE * 100,
}

Builder = Callable[[Hashable], Row | None]


class LiveTable(Widget, can_focus=True):
    """Rows by key. `build` makes the row of a key, None when it is gone; `follow` names a renamed row's new key."""

    class RowHighlighted(Message):
        """The cursor is on another row; `key` is None when there is none."""

        def __init__(self, table: LiveTable, key: Hashable | None) -> None:
            super().__init__()
            self.table = table
            self.key = key

    def __init__(
        self,
        columns: Sequence[Column],
        build: Builder,
        *,
        id: str | None = None,
        follow: Callable[[Hashable], Hashable | None] | None = None,
    ) -> None:
        super().__init__(id=id, markup=False)
        self._columns = tuple(columns)
        self._build = build
        self.window = RowWindow(follow)
        self._rows: dict[Hashable, Row] = {}
        self._strips: dict[Hashable, Strip] = {}
        self._measures: dict[str, Measure] = {}
        self._layout = Layout((), 1)
        self._hidden: frozenset[str] = frozenset()
        self._title = Title("")
        self._empty: tuple[Spans, ...] = ()
        self._flash: dict[Hashable, tuple[float, frozenset[str]]] = {}
        self._told: Hashable | None = None
        self._marked: frozenset[Hashable] = frozenset()

    # what the page says

    def set_rows(self, keys: Sequence[Hashable]) -> None:
        """The keys of all rows in their order."""
        if self.window.update(keys, self._now):
            self._moved()

    def start_over(self) -> None:
        """The next rows are about something else: they come at once, with the cursor on the first."""
        self.window.start_over()

    def touch(self, keys: Iterable[Hashable], *, flash: bool = False) -> None:
        """These rows may have new values: the visible ones are built again, and painted when they differ."""
        for key in keys:
            line = self.window.line_of(key)
            if line is None:
                self._rows.pop(key, None)
                self._strips.pop(key, None)
            else:
                self._rebuild(key, line, flash)

    def set_title(self, title: Title) -> None:
        if title != self._title:
            self._title = title
            self._refresh_lines(0)

    def set_marked(self, keys: frozenset[Hashable]) -> None:
        """The rows that have a `*` in the gutter."""
        changed, self._marked = self._marked ^ keys, keys
        for key in changed:
            self._strips.pop(key, None)
            if (line := self.window.line_of(key)) is not None:
                self._refresh_lines(HEAD + line)

    def set_empty(self, lines: Sequence[Spans]) -> None:
        """What stands there while there is no row."""
        old, self._empty = self._empty, tuple(lines)
        if self.window.keys:
            return
        for line, (before, after) in enumerate(zip_longest(old, self._empty)):
            if before != after:
                self._refresh_lines(HEAD + 1 + line)

    def set_hidden(self, columns: Iterable[str]) -> None:
        """Columns that say nothing now (the account, while there is one)."""
        hidden = frozenset(columns)
        if hidden != self._hidden:
            self._hidden = hidden
            self._relayout()

    def tick(self) -> None:
        """Ten times a second: held rows move, flashes end."""
        now = self._now
        if self.window.tick(now):
            self._moved()
        for key in [key for key, (until, _) in self._flash.items() if now >= until]:
            del self._flash[key]
            self._strips.pop(key, None)
            line = self.window.line_of(key)
            if line is not None:
                self._refresh_lines(HEAD + line)

    # what the page asks

    @property
    def cursor(self) -> Hashable | None:
        """The key under the cursor; None when there is no row, or its row has ended and is only still shown."""
        key = self.window.cursor
        return None if key is None or self.window.ended(key) else key

    @property
    def on_ghost(self) -> bool:
        """True while the row under the cursor has ended."""
        return self.window.cursor is not None and self.window.ended(self.window.cursor)

    def row(self, key: Hashable) -> Row | None:
        return self._rows.get(key) or self._build(key)

    def go_to(self, key: Hashable) -> bool:
        """Put the cursor on a key. False when it is in no row."""
        found = self.window.go_to(key)
        self._moved()
        return found

    # keys and mouse

    def on_key(self, event: events.Key) -> None:
        self.window.hold(self._now)
        name = event.character if event.character in {"j", "k", "g", "G"} else event.key
        if name in {"pageup", "pagedown"}:
            step = self.window.height - 1 if name == "pagedown" else 1 - self.window.height
        elif name in _STEPS:
            step = _STEPS[name]
        else:
            return
        event.stop()
        event.prevent_default()
        self.window.go(self.window.index + step)
        self._moved()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        line = event.y - HEAD
        if 0 <= line < len(self.window.visible):
            self.window.hold(self._now)
            self.window.go(self.window.top + line)
            self._moved()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(3, event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(-3, event)

    def _scroll(self, rows: int, event: events.Event) -> None:
        event.stop()
        self.window.scroll(rows)
        self._moved()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self.window.resize(event.size.height - HEAD)
        self._relayout()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()
        self.refresh()

    # building and painting

    @property
    def _now(self) -> float:
        return console(self).monotonic()

    def _moved(self) -> None:
        """Rows or cursor moved: see to it that all visible rows are built, and paint everything."""
        self._prepare()
        self.refresh()
        if self._told != self.window.cursor:
            self._told = self.window.cursor
            self.post_message(self.RowHighlighted(self, self.cursor))

    def _prepare(self) -> None:
        visible = self.window.visible
        if len(self._rows) > 4 * len(visible) + 200:
            self._rows = {key: row for key in visible if (row := self._rows.get(key))}
            self._strips.clear()
        grew = False
        for key in visible:
            if key not in self._rows and (row := self._build(key)) is not None:
                self._rows[key] = row
                grew |= self._measure(row)
            if self.window.ended(key):
                self._strips.pop(key, None)
        if grew:
            self._relayout()

    def _measure(self, row: Row) -> bool:
        grew = False
        for column in self._columns:
            if (value := row.cells.get(column.id)) is not None:
                old = self._measures.get(column.id, Measure())
                new = old.seeing(value.text, column.align)
                if new is not old:
                    self._measures[column.id] = new
                    grew = True
        return grew

    def _relayout(self) -> None:
        if not self.size.width:
            return
        self._layout = layout(self._columns, self.size.width, self._measures, self._hidden)
        self._strips.clear()
        self._prepare()
        self.refresh()

    def _rebuild(self, key: Hashable, line: int, flash: bool) -> None:
        old, new = self._rows.get(key), self._build(key)
        if new is None or new == old:
            return
        self._rows[key] = new
        self._strips.pop(key, None)
        if flash and old is not None:
            changed = frozenset(name for name, value in new.cells.items() if old.cells.get(name) != value)
            if changed - CALM:
                self._flash[key] = (self._now + FLASH, changed - CALM)
        if self._measure(new):
            self._relayout()
        else:
            self._refresh_lines(HEAD + line)

    def _refresh_lines(self, y: int) -> None:
        self.refresh(Region(0, y, self.size.width, 1))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def render_line(self, y: int) -> Strip:
        room, tones = self.size.width, console(self).tones
        if y == 0:
            return strip_of(self._title_spans(room), room, tones, "bg")
        if y == 1:
            return strip_of(self._heading_spans() if self.window.keys else (), room, tones, "bg")
        line = y - HEAD
        visible = self.window.visible
        if line >= len(visible):
            text = self._empty[line - 1] if not self.window.keys and 1 <= line <= len(self._empty) else ()
            return strip_of((Span("   "), *text), room, tones, "bg")
        key = visible[line]
        if key == self.window.cursor:
            return strip_of(self._row_spans(key, cursor=True), room, tones, "cursor" if self.has_focus else "bg")
        found = self._strips.get(key)
        if found is None:
            found = self._strips[key] = strip_of(self._row_spans(key, cursor=False), room, tones, "bg")
        return found

    def _title_spans(self, room: int) -> Spans:
        focus, title, window = self.has_focus, self._title, self.window
        mark = Span("▌" if focus else "─", "accent" if focus else "line")
        count = f" {title.count}" if title.count is not None else ""
        head = (mark, Span(f" {title.name}", "strong", focus), Span(count, "muted"))
        last = window.top + len(window.visible)
        arrow = " ▾" if last < len(window.keys) else " ▴" if window.top else ""
        place = f"{window.top + 1}-{last} of {len(window.keys)}{arrow}" if window.keys else "none"
        waiting = Span(f"+{window.waiting} waiting", "warn") if window.waiting else None
        details = (*title.details, waiting) if waiting else title.details
        problems = (Span(f"!{title.problems}", "warn", True),) if title.problems else ()
        items = [Item((detail,), index + 1) for index, detail in enumerate(details)]
        items.append(Item((Span(f"{title.marked} marked", "accent", True),) if title.marked else (), 0))
        items.append(Item(problems, 0))
        right = (Span(title.right or place, "muted"),)
        kept = fitting(items, room - width(head) - width(right) - 4)
        return ruled((*head, *joined(kept)), right, room)

    def _heading_spans(self) -> Spans:
        gap = " " * self._layout.gap
        return (Span(" " * GUTTER), Span(gap.join(heading(placed) for placed in self._layout.columns), "muted"))

    def _row_spans(self, key: Hashable, *, cursor: bool) -> Spans:
        row = self._rows.get(key)
        if row is None:
            return ()
        mark = Span("▌", "accent" if self.has_focus else "line") if cursor else Span(" ")
        spans: list[Span] = [mark, Span("*", "accent", True) if key in self._marked else Span(" ")]
        gap = Span(" " * self._layout.gap)
        flashing = self._flash.get(key, (0.0, frozenset()))[1]
        ghost = self.window.ended(key)
        for index, placed in enumerate(self._layout.columns):
            if index:
                spans.append(gap)
            value = row.cells.get(placed.column.id, Cell(()))
            shown = fit(one_tone(value, "muted") if ghost else value, placed)
            if placed.column.id in flashing:
                shown = tuple(Span(span.text, span.tone, True, span.ground) for span in shown)
            spans.extend(shown)
        return tuple(spans)
