"""The messages of this session, newest first in one line each, or newest last in full.

May import textual; not the engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.strip import Strip
from textual.widget import Widget

from tws_console.model.notice import Notice
from tws_console.tui.facade import console
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.lines import ruled
from tws_console.tui.views.titles import notice_line, notice_lines
from tws_console.tui.widgets.painted import strip_of

_FAR = 1_000_000
_STEPS = {"down": 1, "j": 1, "up": -1, "k": -1, "home": -_FAR, "g": -_FAR, "end": _FAR, "G": _FAR}


class MessagesPane(Widget):
    """Lines of the notices: the newest first and one line each, or, when `focusable`, newest last in full, in a pane
    whose keys scroll it.
    """

    def __init__(self, *, id: str = "messages", focusable: bool = False) -> None:
        super().__init__(id=id, markup=False)
        self.can_focus = focusable
        self._top = 0
        self._at_end = True
        self._told: Sequence[Notice] = ()
        self._lines: list[Spans] = []
        """All lines of a pane with the notices in full; else a line is made of its notice when it is painted."""

    def reload(self) -> None:
        """The list of notices changed, or the room for it."""
        engine, room = console(self).engine, self.size.width
        self._told = engine.notices.lines if engine is not None else ()
        if self.can_focus:
            self._lines = [line for notice in self._told for line in notice_lines(notice, room)]
        self._follow()
        self.refresh()

    @property
    def _count(self) -> int:
        return len(self._lines if self.can_focus else self._told)

    def _line(self, index: int) -> Spans:
        if index >= self._count:
            return ()
        return self._lines[index] if self.can_focus else notice_line(self._told[-1 - index], self.size.width)

    @property
    def _rows(self) -> int:
        return max(1, self.size.height - 1)

    def _follow(self) -> None:
        last = max(0, self._count - self._rows)
        self._top = last if self._at_end and self.can_focus else min(self._top, last)

    def on_resize(self) -> None:
        self.reload()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        name = event.character if event.character in {"j", "k", "g", "G"} else event.key
        step = {"pageup": 1 - self._rows, "pagedown": self._rows - 1}.get(name, _STEPS.get(name, 0))
        if step:
            event.stop()
            event.prevent_default()
            self._scroll(step)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(-3)

    def _scroll(self, step: int) -> None:
        last = max(0, self._count - self._rows)
        self._top = max(0, min(self._top + step, last))
        self._at_end = self._top == last
        self.refresh()

    def render_line(self, y: int) -> Strip:
        room, tones = self.size.width, console(self).tones
        if y == 0:
            focus = self.has_focus
            mark = Span("▌" if focus else "─", "accent" if focus else "line")
            head = (mark, Span(" Messages", "strong", focus), Span(f" {len(self._told)}", "muted"))
            last = min(self._count, self._top + self._rows)
            place = f"{self._top + 1}-{last} of {self._count}" if self._lines else ""
            return strip_of(ruled(head, (Span(place or "9 Log", "muted"),), room), room, tones, "bg")
        return strip_of(self._line(self._top + y - 1), room, tones, "bg")
