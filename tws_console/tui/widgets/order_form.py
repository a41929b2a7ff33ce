"""The ticket pane: draws the form, asks the engine what it needs, and hands a complete ticket to the question.

May import textual and the engine's error types; never the broker's side.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from decimal import Decimal
from typing import Any

from textual import events
from textual.message import Message

from tws_console.engine.ports import RequestFailed
from tws_console.engine.results import ValidationFailed
from tws_console.model.instrument import Instrument, PriceStep, SymbolMatch
from tws_console.model.order import Order
from tws_console.model.position import Position
from tws_console.model.ticket import OrderRequest, Ticket
from tws_console.rules.closing import closing_action
from tws_console.rules.flatten_plan import DISTANCE_PERCENT, closing_limit
from tws_console.tui import draft as drafts
from tws_console.tui.draft import Draft
from tws_console.tui.facade import EnginePort, console
from tws_console.tui.form import Effect, TicketForm
from tws_console.tui.modals.confirm import Answer, Confirmed, ConfirmModal
from tws_console.tui.placing import Placing
from tws_console.tui.views.ticket import TicketFacts, field_at, rows, title_line
from tws_console.tui.widgets.painted import Painted

STEP = 0.5
"""Seconds between two looks at the quote."""
MATCHES = 5
KINDS = {"STK": "stock", "FUT": "future", "CASH": "currency pair"}


class OrderForm(Painted, can_focus=True):
    """One ticket. It keeps its draft when it is closed; every key typed in it stays in it."""

    DEFAULT_CSS = "OrderForm { width: 1fr; height: 1fr; }"

    class Closed(Message):
        """The form was left; the draft is kept unless its order was sent."""

    class Moved(Message):
        """Other keys work now than before: another field, or a question in the place of the fields."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: tuple[bool, frozenset[str]] = (False, frozenset())
        self.form = TicketForm(Draft())
        self._unfolded = False
        self._looking_up = 0
        self._watched: Instrument | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._placing = Placing()

    # What the pages use

    @property
    def edited(self) -> bool:
        """True when the kept draft holds something that somebody typed."""
        return self.form.edited

    def fill(
        self,
        side: str,
        instrument: Instrument | None = None,
        order: Order | None = None,
        position: Position | None = None,
    ) -> None:
        """A new ticket from the row under the cursor; a kept draft with edits is offered first."""
        accounts = console(self).session.accounts
        new = drafts.from_row(side, instrument, order, position, accounts)
        if not new.account:
            new = new.with_text("account", console(self).session.pinned_account)
        self._offer(new)

    def fill_to_close(self, position: Position) -> None:
        """A new ticket that closes the position and may do nothing else, with a limit that would fill now."""
        engine, instrument = console(self).engine, position.instrument
        limit = None
        if engine is not None:
            action = closing_action(position.quantity)
            steps = () if instrument.min_tick is None else (PriceStep(Decimal(0), instrument.min_tick),)
            limit = closing_limit(action, engine.quotes.get(instrument.con_id), steps, DISTANCE_PERCENT)
        self._offer(drafts.to_close(position, limit))

    def _offer(self, new: Draft) -> None:
        """Begin with it, unless a kept draft with edits is there: that one is offered first."""
        self.form.accounts = console(self).session.accounts
        if self.form.edited:
            self.form.offer = new
        else:
            self._begin(new)
        self.unfold()

    def unfold(self) -> None:
        """All fields, ready for keys."""
        self._unfolded = True
        self.draw()

    def fold(self) -> None:
        """A summary, while another pane has the focus."""
        self._unfolded = False
        self.draw()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Every key that types something belongs to the form."""
        return character is not None

    # Drawing

    def on_mount(self) -> None:
        self.set_interval(STEP, self._step)
        self.draw()

    def _step(self) -> None:
        """Look at the quote again, and keep it coming: a new link, or the end of the row's order, has dropped it."""
        engine = console(self).engine
        if engine is not None and self._watched is not None and self._unfolded:
            engine.trading.watch(self._watched)
        self.draw()

    def on_resize(self) -> None:
        self.draw()

    def on_focus(self) -> None:
        self._unfolded = True
        self.draw()

    def on_blur(self) -> None:
        self.draw()

    def draw(self) -> None:
        """Show the form's present state and the newest quote."""
        app, form = console(self), self.form
        form.accounts = app.session.accounts
        engine, instrument = app.engine, form.draft.instrument
        form.quote = None if engine is None or instrument is None else engine.quotes.get(instrument.con_id)
        width = self.size.width
        focused = self.has_focus
        head = title_line(form, width, focused=focused, expanded=self._unfolded)
        body = rows(form, self._facts(engine), width, focused=focused, expanded=self._unfolded)
        self.show_lines([head, *body])
        if self._told != (form.asks, form.field_actions):
            self._told = (form.asks, form.field_actions)
            self.post_message(self.Moved())

    def _facts(self, engine: EnginePort | None) -> TicketFacts:
        app, draft, quote = console(self), self.form.draft, self.form.quote
        position: Decimal | None = None
        worth: Decimal | None = None
        if engine is not None and draft.instrument is not None:
            account = draft.account or (app.session.accounts[0] if len(app.session.accounts) == 1 else "")
            position = engine.trading.position_of(account, draft.instrument.con_id) if account else None
            figures = engine.accounts.figures.get(account)
            worth = None if figures is None else figures.net_liquidation
        age = None if quote is None or not quote.seen_at else app.monotonic() - quote.seen_at
        return TicketFacts(app.now(), age, position, worth, self._looking_up > 0 and draft.instrument is None)

    # Keys, mouse, paste

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self._carry_out(self.form.key(event.key, event.character if event.is_printable else None))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._carry_out(self.form.paste(event.text))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        name = field_at(self.form, event.y - 1)
        if self._unfolded and not self.form.asks and name is not None:
            self._carry_out(self.form.go(name))

    def _carry_out(self, effect: Effect) -> None:
        if effect is Effect.CLOSE:
            self.post_message(self.Closed())
        elif effect is Effect.LOOK_UP:
            self._start(self._look_up(self._request()))
        elif effect is Effect.CHOSEN:
            self._take(self.form.taken)
        elif effect is Effect.NEW:
            self._begin(self.form.draft)
        elif effect is Effect.REVIEW:
            self._start(self._review())
        self.draw()

    # Instruments

    def _begin(self, draft: Draft) -> None:
        """Start with a draft; its instrument gets its price steps and a quote."""
        self.form.reset(draft)
        if draft.instrument is not None:
            self._start(self._adopt(draft.instrument))
        elif draft.symbol:
            self._start(self._look_up(self._request()))

    def _take(self, taken: Instrument | SymbolMatch | None) -> None:
        if isinstance(taken, Instrument):
            self._start(self._adopt(taken))
        elif taken is not None:
            exchange = "" if taken.sec_type == "FUT" else "IDEALPRO" if taken.sec_type == "CASH" else "SMART"
            request = OrderRequest(
                action=self.form.draft.side,
                symbol=taken.symbol,
                order_type="LMT",
                quantity=Decimal(1),
                sec_type=taken.sec_type,
                exchange=exchange,
                currency=taken.currency,
                con_id=taken.con_id,
            )
            self._start(self._look_up(request))

    def _request(self) -> OrderRequest:
        """What is needed to find the instrument; the rest of the order does not matter for that."""
        named = drafts.named(self.form.draft.symbol)
        return OrderRequest(
            action=self.form.draft.side,
            symbol=named["symbol"],
            order_type="LMT",
            quantity=Decimal(1),
            sec_type=named.get("sec_type", "STK"),
            exchange=named.get("exchange", "" if named.get("sec_type") == "FUT" else "SMART"),
            currency=named.get("currency", "USD"),
            expiry=named.get("expiry", ""),
        )

    async def _look_up(self, request: OrderRequest) -> None:
        """Ask which instrument is meant; an answer to an older question is not used."""
        engine = console(self).engine
        if engine is None:
            self.form.not_found("no connection to TWS")
            return
        asked = self.form.draft.symbol
        self._looking_up += 1
        self.draw()
        try:
            found = await engine.trading.resolve(request)
            matches = () if found else (await engine.trading.search(request.symbol))[:MATCHES]
        except RequestFailed as failure:
            found, matches = (), ()
            problem = f"not looked up: {failure.reason}"
        else:
            problem = f"no {KINDS.get(request.sec_type, request.sec_type)} {request.symbol} at TWS"
        finally:
            self._looking_up -= 1
        if self.form.draft.symbol != asked:
            return
        if len(found) == 1:
            await self._adopt(found[0])
        elif found:
            self.form.not_found(f"{len(found)} instruments: which one?", found)
        else:
            self.form.not_found(problem + (": did you mean" if matches else ": check it"), matches)
        self.draw()

    async def _adopt(self, instrument: Instrument) -> None:
        """The instrument is known: subscribe to its quote, then learn its price steps."""
        engine = console(self).engine
        if engine is None:
            return
        left = self._watched
        if left is not None and left.con_id != instrument.con_id and not _in_a_table(engine, left.con_id):
            engine.trading.unwatch(left.con_id)
        self._watched = instrument
        engine.trading.watch(instrument)
        self.form.found(instrument, ())
        self.draw()
        try:
            instrument = await engine.trading.details(instrument)
            steps = await engine.trading.price_steps(instrument)
        except RequestFailed:
            # Without steps the field checks nothing, and the question says that the tick was not checked.
            return
        now = self.form.draft.instrument
        if now is not None and now.con_id == instrument.con_id:
            self.form.found(instrument, steps)
        self.draw()

    # Review

    async def _review(self) -> None:
        """Look the symbol up if need be; then ask, or show what is wrong."""
        engine, form = console(self).engine, self.form
        if form.draft.symbol.strip() and form.draft.instrument is None:
            await self._look_up(self._request())
        if form.candidates is not None:
            return
        ticket = None if engine is None or form.errors() else self._ticket(engine)
        if ticket is None:
            form.go_to_error()
        elif self.app.screen is self.screen:
            self._ask(ticket)
        self.draw()

    def _ticket(self, engine: EnginePort) -> Ticket | None:
        form = self.form
        instrument = form.draft.instrument
        request = drafts.to_request(form.draft, form.accounts)
        if instrument is None or isinstance(request, dict):
            return None
        try:
            return Ticket(request, instrument, engine.trading.account_for(request), form.draft.reduce_only)
        except ValidationFailed as failure:
            form.refused = drafts.by_field(failure.errors)
            return None

    def _ask(self, ticket: Ticket) -> None:
        draft = self.form.draft

        def answered(result: Confirmed | None) -> None:
            engine = console(self).engine
            if result is None or result.answer is Answer.NO or engine is None:
                return
            if result.answer is Answer.YES:
                self._placing.send(engine, ticket, result.approval, lambda: self._sent(draft))
                self.post_message(self.Closed())

        self.app.push_screen(ConfirmModal(ticket), answered)

    def _sent(self, draft: Draft) -> None:
        """The order left: its draft must not be sent a second time by the next enter."""
        if self.form.draft == draft:
            kept = Draft(draft.symbol, draft.side, account=draft.account)
            self.form.reset(replace(kept, instrument=draft.instrument, steps=draft.steps))
            if self.is_attached:
                self.draw()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _in_a_table(engine: EnginePort, con_id: int) -> bool:
    """Whether an order or position needs the quote too: giving it up would blind the tables."""
    if any(order.instrument.con_id == con_id for order in engine.book.live()):
        return True
    return any(held.instrument.con_id == con_id for held in engine.portfolio.positions.values())
