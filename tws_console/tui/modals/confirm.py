"""Send this order? The last question before an order leaves. May import textual; not the engine.

The ticket is the one captured when enter was pressed in the form, and the approval binds the answer to it and to the
quote that was seen. Default is No, and enter is No unless what is asked for has been typed.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tws_console.model.ticket import Ticket
from tws_console.model.verdict import WhatIf
from tws_console.rules.risk import Friction, effect, friction
from tws_console.tui.facade import EnginePort, console
from tws_console.tui.modals.agreement import Question
from tws_console.tui.views.cells import Spans
from tws_console.tui.views.confirm import ConfirmFacts, body, title
from tws_console.tui.views.formats import clean
from tws_console.tui.views.pieces import key, line

STEP = 0.5
"""Seconds between two looks at quote, position and rules."""
PATIENCE = 4.0
"""Seconds that TWS gets for the preview."""
_AROUND = 5
"""Rows of the screen that are neither the question's body nor its answers: status, keys, frame, rule."""


class Answer(StrEnum):
    NO = "no"
    EDIT = "edit"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The answer, and on yes the engine's approval that binds the order to what was seen."""

    answer: Answer
    approval: Any = None


class ConfirmModal(Question[Confirmed]):
    """Asks about one ticket, with as much friction as its checks call for."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(no=Confirmed(Answer.NO))
        self.ticket = ticket
        self._approval: Any = None
        self._what_if: WhatIf | None = None
        self._asked_at: float | None = None
        self._asking: asyncio.Task[None] | None = None
        self._moved = ""
        self._facts: ConfirmFacts | None = None

    def on_mount(self) -> None:
        engine = console(self).engine
        if engine is not None:
            self._approval = engine.trading.approve(self.ticket)
            if self._look(engine).friction is not Friction.REFUSED:
                self._ask_what_if(engine)
        self.set_interval(STEP, self.draw)
        super().on_mount()

    def on_unmount(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    # What it shows

    def heading(self) -> Spans:
        return () if self._facts is None else title(self._facts)

    def tone(self) -> str:
        return "danger" if self._facts is not None and self._facts.friction is Friction.REFUSED else super().tone()

    def rows(self) -> list[Spans | None]:
        facts = self._facts
        if facts is None:
            return [line("No connection to TWS."), None, *self._answers()]
        answers = self._answers()
        room = max(8, self.app.size.height - _AROUND - len(answers))
        return [*body(facts, self.inner_width, room), None, *answers]

    def _answers(self) -> list[Spans]:
        where = self.frame.value.upper()
        does = f"send to {where}" if self.ticket.request.transmit else f"stage at TWS ({where})"
        return self.answers(does, "Back to the ticket")

    def foot(self) -> Spans:
        if self._facts is None or self._facts.friction is Friction.REFUSED:
            return ()
        age = self._facts.quote_age
        return line(
            f"quote {age:.1f}s, asks again when it moves"
            if age is not None and age < 10
            else "asks again when it moves"
        )

    @property
    def level(self) -> Friction:
        return Friction.REFUSED if self._facts is None else self._facts.friction

    @property
    def word(self) -> str:
        return clean(self.ticket.instrument.symbol)

    @property
    def verb(self) -> str:
        return "send" if self.ticket.request.transmit else "stage"

    def more_keys(self) -> Spans:
        if self.level in {Friction.REFUSED, Friction.SYMBOL}:
            return ()
        return (key("e"), *line(" edit  "), key("w"), *line(" ask what-if again  "))

    def draw(self) -> None:
        """Look at everything anew; what is asked for starts over when it has become more."""
        engine = console(self).engine
        if engine is not None:
            self._facts = self._look(engine)
        super().draw()

    def _look(self, engine: EnginePort) -> ConfirmFacts:
        app, ticket = console(self), self.ticket
        trading, instrument = engine.trading, ticket.instrument
        quote = engine.quotes.get(instrument.con_id)
        now = app.monotonic()
        position = trading.position_of(ticket.account, instrument.con_id)
        found = trading.verdicts(ticket)
        mode = app.session.shown_mode
        figures = engine.accounts.figures.get(ticket.account)
        return ConfirmFacts(
            ticket=ticket,
            mode=mode,
            now=app.now(),
            verdicts=found,
            friction=friction(found, mode, effect(position, ticket.signed_quantity)),
            quote=quote,
            quote_age=None if quote is None or not quote.seen_at else max(0.0, now - quote.seen_at),
            position=position,
            net_liquidation=None if figures is None else figures.net_liquidation,
            what_if=self._what_if,
            waited=0.0 if self._asked_at is None else min(PATIENCE, now - self._asked_at),
            patience=PATIENCE,
            asked=self._asked_at is not None,
            others=tuple(order for order in engine.book.live() if order.instrument.con_id == instrument.con_id),
            moved=self._moved,
        )

    def _ask_what_if(self, engine: EnginePort) -> None:
        self._what_if, self._asked_at = None, console(self).monotonic()

        async def ask() -> None:
            self._what_if = await engine.trading.what_if(self.ticket, PATIENCE)
            self.draw()

        if self._asking is not None:
            self._asking.cancel()
        self._asking = asyncio.create_task(ask())

    # What it takes

    def other(self, name: str, character: str | None) -> None:
        if self.level is Friction.REFUSED:
            return
        if name == "e":
            self.close(Confirmed(Answer.EDIT))
        elif name == "w":
            self._ask_again()

    def _ask_again(self) -> None:
        engine = console(self).engine
        if engine is not None:
            self._ask_what_if(engine)
            self.draw()

    def yes(self) -> None:
        """Send, unless price or position moved since it was asked: then it says so and asks again."""
        engine = console(self).engine
        if engine is None:
            self.close(self.no)
            return
        approval = self._approval
        moved = engine.trading.drift(approval)
        self._approval = engine.trading.approve(self.ticket)
        level = self.level
        self._facts = self._look(engine)
        if moved or self.level is not level:
            self._moved = moved or "the checks have changed"
            self.agreement.start_over()
            self.draw()
            return
        self.close(Confirmed(Answer.YES, approval))
