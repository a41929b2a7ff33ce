"""Cancel another client's order? It says what connecting under the owner's id does. May import textual; not the engine.

Default is No, and enter is No unless what is asked for has been pressed or typed.
"""

from __future__ import annotations

from collections.abc import Sequence

from tws_console.model.order import Order
from tws_console.rules.risk import Friction
from tws_console.rules.takeover import NAMED, Blast, blast, friction, sentences
from tws_console.tui.facade import console
from tws_console.tui.modals.agreement import Question
from tws_console.tui.modals.cancel import order_line, owner_line
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.formats import clean
from tws_console.tui.views.pieces import Frame, line, strong, wrap

_AROUND = 10
"""Rows of the screen that neither tell what happens nor answer: status, keys, frame, the order, its owner, gaps."""


class TakeoverModal(Question[bool]):
    """True cancels. `order` is the row as it was at the key press, `live` the live orders of every client then."""

    VERB = "cancel it"

    def __init__(self, order: Order, live: Sequence[Order] = ()) -> None:
        super().__init__(no=False)
        self.order = order
        self._blast: Blast = blast(order, live)

    @property
    def level(self) -> Friction:
        return friction(self.order, self._blast, console(self).session.shown_mode)

    @property
    def word(self) -> str:
        return clean(self.order.instrument.symbol)

    def tone(self) -> str:
        return "warn" if self._blast.binds else super().tone()

    def heading(self) -> Spans:
        return (strong("Cancel this order?"),)

    def rows(self) -> list[Spans | None]:
        answers = self.answers()
        room = self.app.size.height - _AROUND - len(answers)
        told = next((said for most in (NAMED, 2) if len(said := self._told(most)) <= room), self._told(0))
        head: list[Spans | None] = [
            (),
            order_line(self.order, full=self.frame is Frame.LIVE),
            owner_line(self.order),
            (),
        ]
        return [*head, *told, (), None, *answers]

    def _told(self, most: int) -> list[Spans | None]:
        """What will happen; at most so many of the other orders are named."""
        rows: list[Spans | None] = []
        for number, sentence in enumerate(sentences(self.order, self._blast, most)):
            tone = "text" if number == 0 else "warn"
            rows += [(Span(text, tone),) for text in wrap(clean(sentence), self.inner_width)]
        return [*rows, (), line("Can still fill until the cancel is confirmed.")]

    def yes(self) -> None:
        self.close(True)
