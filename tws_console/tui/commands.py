"""The palette: all actions by name, each with its whole sentence first. May import textual; not the engine."""

from __future__ import annotations

from collections.abc import Iterable

from tws_console.tui.bindings import Action, Where
from tws_console.tui.facade import console
from tws_console.tui.modals.dialog import Dialog
from tws_console.tui.modals.typed import Typed
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.palette import Entry, entries, entry_line, matching
from tws_console.tui.views.pieces import key, line, strong, wrap

_FRAME_ROWS = 11
MOST_ROWS = 16


class CommandPalette(Dialog[Action | None]):
    """The chosen action, or None. `places` are where keys work right now; the caller carries the action out. It begins
    with what was `typed`, and leaves the action that led here `out`.
    """

    TYPED = True

    def __init__(self, places: Iterable[Where], typed: str = "", out: str = "") -> None:
        super().__init__(no=None)
        self._places = tuple(places)
        self._typed = Typed(typed)
        self._out = out
        self._chosen = 0

    def heading(self) -> Spans:
        return (strong("Command"), *line(f"  {len(self._found())} of {len(self._all())}"))

    def rows(self) -> list[Spans | None]:
        found = self._found()
        self._chosen = max(0, min(self._chosen, len(found) - 1))
        room = max(3, min(MOST_ROWS, self.app.size.height - _FRAME_ROWS))
        top = max(0, self._chosen - room + 1)
        width = self.inner_width
        shown = [
            entry_line(entry, self._typed.text, width, chosen=number == self._chosen)
            for number, entry in enumerate(found[top : top + room], top)
        ]
        # The box keeps its height while the list gets shorter: a frame that jumps at each letter is hard to read.
        shown += [()] * (min(room, len(self._all())) - len(shown))
        prompt = (Span("> ", "accent", True), strong(self._typed.text), Span(" ", "accent_ink", False, "accent"))
        return [prompt, None, *shown, None, *self._sentence(found)]

    def keys(self) -> Spans:
        return (
            *(key("enter"), *line(" run  "), key("esc"), *line(" close  ")),
            *(key("up dn"), *line(" choose  "), key("^G"), *line(" stop")),
        )

    def answer(self, name: str, character: str | None) -> None:
        found = self._found()
        if name == "escape":
            self.close(None)
        elif name == "enter":
            if found and not found[self._chosen].why_not:
                self.close(found[self._chosen].action)
        elif name in {"up", "down", "tab", "shift+tab", "ctrl+n"}:
            self._chosen += -1 if name in {"up", "shift+tab"} else 1
            self.draw()
        elif self._typed.take(name, character):
            self._chosen = 0
            self.draw()

    def _all(self) -> tuple[Entry, ...]:
        found = entries(self._places, frozen=console(self).session.frozen)
        return tuple(entry for entry in found if entry.action.id != self._out)

    def _found(self) -> tuple[Entry, ...]:
        return matching(self._all(), self._typed.text)

    def _sentence(self, found: tuple[Entry, ...]) -> list[Spans]:
        if not found:
            return [line("Nothing matches."), ()]
        entry = found[self._chosen]
        rows = [line(text) for text in wrap(entry.action.sentence, self.inner_width)][:2]
        if entry.why_not:
            rows.append((Span(f"Not now: {entry.why_not}.", "warn"),))
        return [*rows, *[()] * (2 - len(rows))][:2] if not entry.why_not else rows[-2:]
