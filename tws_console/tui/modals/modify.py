"""Change this order? First the new terms beside the old ones, then what the change means. May import textual and
the engine's error types.

The order is the one under the cursor at the key press; the engine changes exactly that one, while it is still as it
was shown, or nothing.
"""

from __future__ import annotations

import asyncio
from decimal import Decimal

from tws_console.engine.ports import RequestFailed
from tws_console.model.order import Order
from tws_console.model.position import Quote
from tws_console.model.ticket import OrderRequest
from tws_console.model.verdict import Verdict
from tws_console.rules.amend import Wish, changes, request_after
from tws_console.rules.risk import Friction, effect, friction
from tws_console.tui.amend_form import AmendForm
from tws_console.tui.facade import EnginePort, console
from tws_console.tui.form import Effect
from tws_console.tui.modals.agreement import Question
from tws_console.tui.modals.cancel import order_line, owner_line
from tws_console.tui.modals.dialog import AROUND, Dialog
from tws_console.tui.views.amend import change_rows, edit_rows, meaning_rows
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.confirm import check_rows
from tws_console.tui.views.formats import clean
from tws_console.tui.views.orders import children_of
from tws_console.tui.views.pieces import Frame, key, line, strong, value

STEP = 0.5
"""Seconds between two looks at quote, position and rules."""
CHECKS = 3
"""Rows that the checks have at least."""


class AmendModal(Dialog[Wish | None]):
    """What to change, or None for nothing."""

    STOPS_WITH_A_STOP = True

    def __init__(self, order: Order) -> None:
        super().__init__(no=None)
        self.order = order
        self.form = AmendForm(order)
        self._asking: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        engine = console(self).engine
        if engine is not None:
            self._asking = asyncio.create_task(self._learn_steps(engine))
        self.set_interval(STEP, self.draw)
        super().on_mount()

    def on_unmount(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    async def _learn_steps(self, engine: EnginePort) -> None:
        """Without the price steps the field checks nothing; the rules look at the tick once more."""
        try:
            instrument = await engine.trading.details(self.order.instrument)
            self.form.found(instrument, await engine.trading.price_steps(instrument))
        except RequestFailed:
            return
        self.draw()

    def heading(self) -> Spans:
        return (strong("Change this order?"),)

    def rows(self) -> list[Spans | None]:
        app = console(self)
        quote = self.form.quote = None if app.engine is None else app.engine.quotes.get(self.order.instrument.con_id)
        age = None if quote is None or not quote.seen_at else app.monotonic() - quote.seen_at
        fields = edit_rows(self.form, app.now(), age, self.inner_width)
        answers = (key("enter"), value(" look at the change"), *line("      "), key("esc"), value(" leave it as it is"))
        return [
            (),
            order_line(self.order, full=self.frame is Frame.LIVE),
            owner_line(self.order),
            (),
            *fields,
            (),
            None,
            answers,
        ]

    def keys(self) -> Spans:
        here = self.form.field_actions
        price = (key("up dn"), *line(" tick  "), key("b a m l"), *line(" take a price  "))
        choice = (key("space"), *line(" choose  "))
        more = price if "ticket.tick" in here else choice if "ticket.choose" in here else ()
        return (
            *(key("enter"), *line(" review  "), key("tab"), *line(" field  "), *more),
            *(key("esc"), *line(" no  "), key("^G"), *line(" stop all")),
        )

    @property
    def takes_text(self) -> bool:
        return True

    def answer(self, name: str, character: str | None) -> None:
        effect = self.form.key(name, character)
        if effect is Effect.CLOSE:
            self.close(None)
        elif effect is Effect.REVIEW:
            self.close(self.form.wish)
        else:
            self.draw()


class ModifyModal(Question[bool]):
    """True changes the order. What is sent are the terms that differ, with as much friction as the checks call for."""

    VERB = "change it"

    def __init__(self, order: Order, wish: Wish) -> None:
        super().__init__(no=False)
        self.order = order
        self._changes = changes(order, wish)
        self._request = request_after(order, wish)
        self._verdicts: tuple[Verdict, ...] | None = None
        self._asking: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        self._check()
        self.set_interval(STEP, self._check)
        super().on_mount()

    def on_unmount(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    def _check(self) -> None:
        """Ask the rules anew, one question at a time: price and position move while it is read."""
        engine, request = console(self).engine, self._request
        if engine is None or not isinstance(request, OrderRequest):
            return
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(engine, request))

    async def _ask(self, engine: EnginePort, request: OrderRequest) -> None:
        self._verdicts = await engine.modifying.verdicts(self.order, request)
        self.draw()

    @property
    def level(self) -> Friction:
        """Nothing can be said yes to before the rules have spoken."""
        if self._verdicts is None:
            return Friction.REFUSED
        return friction(self._verdicts, console(self).session.shown_mode, effect(self._position, self._left))

    @property
    def word(self) -> str:
        return clean(self.order.instrument.symbol)

    @property
    def _left(self) -> Decimal:
        """What can fill after the change, negative for a sell."""
        whole = self._request.quantity if isinstance(self._request, OrderRequest) else Decimal(0)
        left = whole - (self.order.filled or Decimal(0))
        return left if self.order.action == "BUY" else -left

    @property
    def _position(self) -> Decimal | None:
        engine = console(self).engine
        if engine is None:
            return None
        return engine.trading.position_of(self.order.account, self.order.instrument.con_id)

    def tone(self) -> str:
        refused = self._verdicts is not None and self.level is Friction.REFUSED
        return "danger" if refused else super().tone()

    def heading(self) -> Spans:
        refused = self._verdicts is not None and self.level is Friction.REFUSED
        return (strong("Change this order?"), *((Span("  refused", "danger", True),) if refused else ()))

    def rows(self) -> list[Spans | None]:
        engine, width = console(self).engine, self.inner_width
        quote: Quote | None = None if engine is None else engine.quotes.get(self.order.instrument.con_id)
        children = 0 if engine is None else children_of(self.order, engine.book.live())
        meaning = meaning_rows(self.order, self._left, quote, self._position, children)
        head: list[Spans | None] = [
            (),
            order_line(self.order, full=self.frame is Frame.LIVE),
            owner_line(self.order),
            (),
        ]
        told: list[Spans | None] = [*head, *change_rows(self.order, self._changes), *meaning]
        tail: list[Spans | None] = [(), None, *self.answers()]
        room = self.app.size.height - AROUND
        # The change, the checks and the answers stay; what the change means yields from its end.
        over = len([row for row in (*told, *tail) if row != ()]) + CHECKS - room
        told = told[: len(told) - min(max(0, over), len(meaning))]
        checks = [line("Checks      ", Span("the rules are asked", "warn"))]
        if self._verdicts is not None:
            checks = check_rows(self._verdicts, width, max(CHECKS, room - len(told) - len(tail)))
        return [*told, *checks, *tail]

    def yes(self) -> None:
        self.close(True)
