"""The questions about what a restart left open. May import textual; not the engine."""

from __future__ import annotations

from tws_console.model.recovery import Unresolved
from tws_console.tui.modals.agreement import Question
from tws_console.tui.views import inbox
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.formats import clean
from tws_console.tui.views.pieces import line, strong, value, wrap


class YesNo(Question[bool]):
    """True for yes. Subclasses give the heading, the text and what yes does."""

    def __init__(self) -> None:
        super().__init__(no=False)

    def text(self) -> list[Spans | None]:
        raise NotImplementedError

    def rows(self) -> list[Spans | None]:
        return [(), *self.text(), (), None, *self.answers()]

    def yes(self) -> None:
        self.close(True)


class ChoiceModal(YesNo):
    """One of the three choices about an intent, as it stood at the key press."""

    def __init__(self, choice: str, one: Unresolved) -> None:
        super().__init__()
        self.choice = choice
        self.one = one

    def heading(self) -> Spans:
        return (strong(inbox.heading(self.choice)),)

    def text(self) -> list[Spans | None]:
        rows: list[Spans | None] = [inbox.order_words(self.one.intent), ()]
        for words in self.one.evidence:
            rows += [line(part) for part in wrap(clean(words), self.inner_width)]
        rows.append(())
        for words in inbox.what_happens(self.choice, self.one):
            rows += [(value(part),) for part in wrap(words, self.inner_width)]
        return rows

    @property
    def verb(self) -> str:
        return inbox.yes_words(self.choice)


class AcknowledgeModal(YesNo):
    """Whether what changed is right; then entry may do more than reduce again."""

    VERB = "it is right"

    def __init__(self, reason: str) -> None:
        super().__init__()
        self._reason = reason

    def heading(self) -> Spans:
        return (strong("Is what changed right?"),)

    def text(self) -> list[Spans | None]:
        rows: list[Spans | None] = [
            (Span(part, "warn", True),) for part in wrap(f"{clean(self._reason)}.", self.inner_width)
        ]
        return [
            *rows,
            (),
            line("What is there now counts as known from then on,"),
            line("and orders may open and add to positions again."),
        ]
