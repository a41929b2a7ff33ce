"""From a yes to the engine and back to the message line. May not import textual or the engine.

The order is sent by a task of its own: the question has closed by then, and the row says how far it has come.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tws_console.model.notice import Tone
from tws_console.model.ticket import Ticket
from tws_console.tui.errands import Errands
from tws_console.tui.facade import EnginePort


class Placing:
    """Sends tickets and reports each outcome as a notice."""

    def __init__(self) -> None:
        self._errands = Errands()

    def send(self, engine: EnginePort, ticket: Ticket, approval: Any, sent: Callable[[], None]) -> None:
        """Place exactly this ticket. `sent` is called when its bytes have left."""
        words = ticket.sentence()

        def done(result: Any) -> None:
            if result.submitted:
                sent()
            _say_placed(engine, words, result, transmit=ticket.request.transmit)

        def failed(why: str) -> None:
            engine.notices.add(Tone.BAD, f"{words}: state not known ({why}). Look at the list before anything else.")

        self._errands.start(engine.trading.place(ticket, approval), done, failed)


def _say_placed(engine: EnginePort, words: str, result: Any, *, transmit: bool) -> None:
    if result.refusal:
        # An outcome that the engine has already told of carries its intent; a refusal by our own rules has none.
        if not result.intent:
            engine.notices.add(Tone.BAD, f"{words} not sent: {result.refusal}")
        return
    key = None if result.order is None else result.order.key
    name = f"{words} {key}" if key is not None else words
    engine.notices.add(Tone.GOOD, f"{name} sent" if transmit else f"{name} staged at TWS, not transmitted", key)
