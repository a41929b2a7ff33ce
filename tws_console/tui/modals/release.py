"""Releasing the freeze by a typed phrase. May import textual; not the engine."""

from __future__ import annotations

from tws_console.tui.modals.dialog import Dialog, no_button
from tws_console.tui.modals.typed import Typed
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.pieces import key, line, strong, value

PHRASE = "resume trading"


class ReleaseModal(Dialog[str]):
    """The phrase that was typed, or an empty text for No. The engine checks the phrase itself."""

    def __init__(self, since: str = "") -> None:
        super().__init__(no="")
        self._since = since
        self._typed = Typed()

    @property
    def takes_text(self) -> bool:
        return True

    def heading(self) -> Spans:
        return (strong("Release the freeze?"),)

    def rows(self) -> list[Spans | None]:
        since = f"Entry has been frozen since {self._since}." if self._since else "Entry is frozen."
        typed = self._typed.text
        return [
            (),
            (value(since),),
            line("Every program on this machine may place orders here again, scripts too."),
            line("Orders that were cancelled stay cancelled."),
            (),
            None,
            (
                *no_button(),
                *line("      to release type "),
                Span(PHRASE, "warn", True),
                *line(" then enter "),
                Span(f" {typed}", "strong", True, "field"),
                Span(" ", "accent_ink", False, "accent"),
            ),
        ]

    def keys(self) -> Spans:
        return (
            key("enter"),
            *line(" release, after the phrase  "),
            key("esc"),
            *line(" no  "),
            key("^G"),
            *line(" stop all"),
        )

    def answer(self, name: str, character: str | None) -> None:
        if name == "escape":
            self.close("")
        elif name == "enter":
            self.close(self._typed.text if self._typed.text.strip().lower() == PHRASE else "")
        elif self._typed.take(name, character):
            self.draw()
