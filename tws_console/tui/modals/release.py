"""Releasing the freeze by a typed phrase. May import textual; not the engine."""

from __future__ import annotations

from tws_console.tui.modals.phrase import PhraseModal
from tws_console.tui.views.cells import Spans
from tws_console.tui.views.pieces import line, value

PHRASE = "resume trading"


class ReleaseModal(PhraseModal):
    """The engine checks the phrase itself."""

    def __init__(self, since: str = "") -> None:
        super().__init__("Release the freeze?", "release", (PHRASE,))
        self._since = since

    def told(self) -> list[Spans]:
        since = f"Entry has been frozen since {self._since}." if self._since else "Entry is frozen."
        return [
            (value(since),),
            line("Every program on this machine may place orders here again, scripts too."),
            line("Orders that were cancelled stay cancelled."),
        ]
