"""Cancel another client's order? It says what connecting under the owner's id does. May import textual; not the engine.

Default is No, and enter is No unless what is asked for has been pressed or typed.
"""

from __future__ import annotations

from collections.abc import Sequence

from tws_console.model.order import Order
from tws_console.rules.risk import Friction
from tws_console.rules.takeover import NAMED, Blast, blast, friction, sentences
from tws_console.tui.facade import console
from tws_console.tui.modals.cancel import order_line, owner_line
from tws_console.tui.modals.dialog import Dialog, no_button
from tws_console.tui.modals.typed import Typed
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.formats import clean
from tws_console.tui.views.pieces import key, line, strong, value, wrap

_AROUND = 11
"""Rows of the screen that do not tell what happens: status, keys, frame, the order, its owner, answers."""


class TakeoverModal(Dialog[bool]):
    """True cancels. `order` is the row as it was at the key press, `live` the live orders of every client then."""

    STOPS_WITH_A_STOP = True

    def __init__(self, order: Order, live: Sequence[Order] = ()) -> None:
        super().__init__(no=False)
        self.order = order
        self._blast: Blast = blast(order, live)
        self._typed = Typed()
        self._said_yes = False

    @property
    def level(self) -> Friction:
        """What must be done to say yes."""
        return friction(self.order, self._blast, console(self).session.shown_mode)

    @property
    def _word(self) -> str:
        return self.order.instrument.symbol

    def tone(self) -> str:
        return "warn" if self._blast.binds else super().tone()

    def heading(self) -> Spans:
        return (strong("Cancel this order?"),)

    def rows(self) -> list[Spans | None]:
        room = self.app.size.height - _AROUND
        told = next((said for most in (NAMED, 2) if len(said := self._told(most)) <= room), self._told(0))
        head: list[Spans | None] = [(), order_line(self.order), owner_line(self.order), ()]
        return [*head, *told, (), None, self._answers()]

    def _told(self, most: int) -> list[Spans | None]:
        """What will happen; at most so many of the other orders are named."""
        rows: list[Spans | None] = []
        for number, sentence in enumerate(sentences(self.order, self._blast, most)):
            tone = "text" if number == 0 else "warn"
            rows += [(Span(text, tone),) for text in wrap(clean(sentence), self.inner_width)]
        return [*rows, (), line("Can still fill until the cancel is confirmed.")]

    def keys(self) -> Spans:
        yes: Spans = ()
        if self.level is not Friction.SYMBOL:
            yes = (key("y"), *line(" cancel it  " if self.level is Friction.YES else " then enter cancels it  "))
        return (*yes, key("enter esc"), *line(" no  "), key("^G"), *line(" stop all"))

    @property
    def takes_text(self) -> bool:
        return self.level is Friction.SYMBOL

    def answer(self, name: str, character: str | None) -> None:
        level = self.level
        if name == "escape":
            self.close(False)
        elif level is Friction.SYMBOL:
            self._answer_symbol(name, character)
        elif name == "y" and not self._said_yes:
            self._said_yes = True
            if level is Friction.YES:
                self.close(True)
            self.draw()
        elif name == "enter" and self._said_yes:
            self.close(True)
        elif name in {"enter", "n"} or self._said_yes:
            self.close(False)

    def _answer_symbol(self, name: str, character: str | None) -> None:
        if name == "enter":
            self.close(self._typed.text.strip().upper() == self._word.upper())
        elif self._typed.take(name, character):
            self._typed.text = self._typed.text.upper()
            self.draw()

    def _answers(self) -> Spans:
        level = self.level
        if level is Friction.YES:
            return (*no_button(), Span("      "), key("y"), value(" cancel it"))
        if level is Friction.SYMBOL:
            return (
                *no_button(),
                *line("      to cancel it type "),
                Span(self._word, "warn", True),
                *line(" then enter "),
                Span(f" {self._typed.text}", "strong", True, "field"),
                Span(" ", "accent_ink", False, "accent"),
            )
        if self._said_yes:
            return (
                Span(" ENTER ", "accent_ink", True, "accent"),
                value(" cancel it"),
                *line("      any other key: no"),
            )
        return (*no_button(), Span("      "), key("y"), *line(" then "), key("enter"), value(" cancel it"))
