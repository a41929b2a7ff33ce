"""Keys of the pane it was opened from, and the signs. May import textual; not the engine."""

from __future__ import annotations

from collections.abc import Sequence

from tws_console.tui.bindings import Where
from tws_console.tui.modals.dialog import Dialog
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.help import help_lines
from tws_console.tui.views.pieces import key, line, strong, value

_FRAME_ROWS = 6


class HelpModal(Dialog[None]):
    """`places` are where its keys work, `title` the name of the pane."""

    def __init__(self, places: Sequence[Where], name: str = "") -> None:
        super().__init__(no=None)
        self._places = tuple(places)
        self._name = name
        self._top = 0

    def heading(self) -> Spans:
        return (strong("Keys"), *line(Span(f"  {self._name}", "muted")))

    def rows(self) -> list[Spans | None]:
        lines = help_lines(self._places, self.inner_width)
        room = self._room
        self._top = max(0, min(self._top, len(lines) - room))
        return [(), *lines[self._top : self._top + room], ()]

    def foot(self) -> Spans:
        hidden = len(help_lines(self._places, self.inner_width)) - self._room
        return line(f"{hidden} more rows: up dn") if hidden > 0 else ()

    def keys(self) -> Spans:
        return (
            key("esc"),
            *line(" close  "),
            key("^P"),
            *line(" palette: all actions by name  "),
            key("^G"),
            value(" stop"),
        )

    def answer(self, name: str, character: str | None) -> None:
        step = {"up": -1, "k": -1, "down": 1, "j": 1, "pageup": -self._room, "pagedown": self._room}.get(name)
        if step is None:
            self.close(None)
            return
        self._top += step
        self.draw()

    @property
    def _room(self) -> int:
        return max(4, self.app.size.height - _FRAME_ROWS)
