"""Questions that are answered by typing a phrase. May import textual; not the engine."""

from __future__ import annotations

from collections.abc import Sequence

from tws_console.tui.modals.dialog import Dialog, no_button
from tws_console.tui.modals.typed import Typed
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.cells import width as total
from tws_console.tui.views.pieces import key, line, strong


class PhraseModal(Dialog[str]):
    """The phrase that was typed, or an empty text for No. Whoever asked checks the phrase itself once more.

    `verb` is what the phrase does; of several `phrases` the first one is shown beside the field.
    """

    TYPED = True

    def __init__(self, question: str, verb: str, phrases: Sequence[str]) -> None:
        super().__init__(no="")
        self._question = question
        self._verb = verb
        self._phrases = tuple(phrases)
        self._typed = Typed()

    def heading(self) -> Spans:
        return (strong(self._question),)

    def told(self) -> list[Spans]:
        """What has to be known before the phrase is typed."""
        raise NotImplementedError

    def rows(self) -> list[Spans | None]:
        prompt = (*no_button(), *line(f"      to {self._verb} type "), Span(self._phrases[0], "warn", True))
        field = (Span(f" {self._typed.text}", "strong", True, "field"), Span(" ", "accent_ink", False, "accent"))
        asked = (*prompt, *line(" then enter "))
        # A long phrase is typed below the prompt: what is typed must be seen whole.
        fits = total(asked) + len(self._phrases[0]) + 2 <= self.inner_width
        answers: list[Spans] = [(*asked, *field)] if fits else [asked, field]
        return [(), *self.told(), (), None, *answers]

    def keys(self) -> Spans:
        return (
            key("enter"),
            *line(f" {self._verb}, after the phrase  "),
            key("esc"),
            *line(" no  "),
            key("^G"),
            *line(" stop all"),
        )

    def answer(self, name: str, character: str | None) -> None:
        if name == "escape":
            self.close("")
        elif name == "enter":
            said = self._typed.text.strip()
            self.close(next((phrase for phrase in self._phrases if phrase.lower() == said.lower()), ""))
        elif self._typed.take(name, character):
            self.draw()
