"""The question before leaving while something is unsettled. May import textual; not the engine."""

from __future__ import annotations

from collections.abc import Iterable

from tws_console.model.order import Order, Status
from tws_console.tui.modals.agreement import Question
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.pieces import line, strong, value


def unsettled(orders: Iterable[Order], *, stopping: bool, draft_edited: bool) -> tuple[str, ...]:
    """What a person should know before leaving, as short phrases; empty when nothing is unsettled."""
    held = list(orders)
    staged = sum(order.status is Status.STAGED for order in held)
    unknown = sum(order.status in {Status.UNKNOWN, Status.UNVERIFIED, Status.SENDING} for order in held)
    found = []
    if stopping:
        found.append("a stop still runs")
    if staged:
        found.append(f"{staged} staged")
    if unknown:
        found.append(f"{unknown} unknown")
    if draft_edited:
        found.append("a ticket with edits")
    return tuple(found)


class QuitModal(Question[bool]):
    """True leaves. `reasons` are phrases from `unsettled`, `working` the number of orders that stay live."""

    STOPS_WITH_A_STOP = False
    VERB = "quit"

    def __init__(self, reasons: tuple[str, ...], working: int = 0) -> None:
        super().__init__(no=False)
        self._reasons = reasons
        self._working = working

    def heading(self) -> Spans:
        return (strong("Quit?"),)

    def rows(self) -> list[Spans | None]:
        rows: list[Spans | None] = [()]
        if self._reasons:
            rows.append((value(", ".join(self._reasons).capitalize() + "."),))
        stay = "1 order stays" if self._working == 1 else f"{self._working} orders stay"
        rows.append(line(f"{stay} live at the broker." if self._working else "They stay as they are at the broker."))
        if any("stop" in reason for reason in self._reasons):
            rows.append((Span("Leaving ends the retries and the proof of the stop.", "warn", True),))
        return [*rows, (), None, *self.answers()]

    def yes(self) -> None:
        self.close(True)
