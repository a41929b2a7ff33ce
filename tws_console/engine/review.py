"""What must be known before an order goes out: the instrument, what the rules say, the broker's preview, the approval.

Imports model, rules and ports only. Nothing here sends an order; a preview is a question, kept back by the freeze all
the same.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from decimal import Decimal

from tws_console.engine.book import Book
from tws_console.engine.contracts import Contracts
from tws_console.engine.latch import Latch
from tws_console.engine.portfolio import Accounts, Portfolio, Quotes
from tws_console.engine.ports import Placement, RequestFailed
from tws_console.engine.quote_lines import QuoteLines
from tws_console.engine.results import FROZEN, Approval, KeptBack, ValidationFailed
from tws_console.engine.session import Session
from tws_console.model.clock import Clock
from tws_console.model.ids import OrderKey
from tws_console.model.instrument import Instrument, PriceStep, SymbolMatch
from tws_console.model.order import Order
from tws_console.model.position import AccountFigures
from tws_console.model.problems import ErrorCode
from tws_console.model.session import Lamp
from tws_console.model.ticket import FieldError, OrderRequest, Ticket
from tws_console.model.verdict import Verdict, WhatIf
from tws_console.rules.approval import drift, order_hash
from tws_console.rules.closing import Baseline, baseline, concerns, room, surely_held
from tws_console.rules.flatten_plan import closing_limits
from tws_console.rules.hours import session_at
from tws_console.rules.live import not_armed
from tws_console.rules.risk import Limits, Recent, Situation, verdicts

OF_THE_WHOLE = frozenset({"max-quantity"})
"""Rules that look at the size of an order, however much of it has filled."""
NOT_CLOSING = "the position or its other orders have changed: it would not only close any more"


class Review:
    """Answers everything that a ticket, a question or a rule asks."""

    def __init__(
        self,
        session: Session,
        book: Book,
        portfolio: Portfolio,
        accounts: Accounts,
        quotes: Quotes,
        contracts: Contracts,
        lines: QuoteLines,
        latch: Latch,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._session = session
        self._book = book
        self._portfolio = portfolio
        self._accounts = accounts
        self._quotes = quotes
        self._contracts = contracts
        self._lines = lines
        self._latch = latch
        self._limits = limits
        self._clock = clock
        self._recent: deque[tuple[str, float]] = deque(maxlen=200)
        """Key and monotonic second of what was sent from here."""
        self._placed: tuple[tuple[str, float], ...] = ()
        """The same of what the journal told last, whichever process sent it."""
        self._unanswered: tuple[str, ...] = ()

    async def resolve(self, request: OrderRequest) -> tuple[Instrument, ...]:
        """Candidates for the request; see Contracts.resolve."""
        return await self._contracts.resolve(request)

    async def search(self, text: str) -> tuple[SymbolMatch, ...]:
        return await self._contracts.search(text)

    async def details(self, instrument: Instrument) -> Instrument:
        """The instrument with everything the broker tells of it. Raises RequestFailed."""
        return await self._contracts.details(instrument)

    async def price_steps(self, instrument: Instrument) -> tuple[PriceStep, ...]:
        return await self._contracts.price_steps(instrument)

    def watch(self, instrument: Instrument, who: str = "ticket") -> None:
        """Ask for the instrument's quote as long as it is wanted."""
        self._lines.want(who, instrument)

    def unwatch(self, con_id: int, who: str = "ticket") -> None:
        self._lines.leave(who, con_id)

    def account_for(self, request: OrderRequest) -> str:
        """The account the order is for. Raises ValidationFailed when there are several and none was named or pinned."""
        accounts = self._session.state.accounts
        wanted = request.account or self._session.endpoint.account
        if wanted:
            if accounts and wanted not in accounts:
                raise ValidationFailed(
                    (FieldError("account", "known", wanted, f"{wanted} is not of this login: {', '.join(accounts)}"),)
                )
            return wanted
        if len(accounts) == 1:
            return accounts[0]
        raise ValidationFailed(
            (FieldError("account", "required", "", f"several accounts, name one of {', '.join(accounts)}"),)
        )

    def position_of(self, account: str, con_id: int) -> Decimal | None:
        """The quantity held; zero only when the list of positions is complete and does not hold it. None is unknown."""
        if not self._portfolio.loaded:
            return None
        position = self._portfolio.positions.get((account, con_id))
        return Decimal(0) if position is None else position.quantity

    def orders_of(self, account: str, con_id: int) -> tuple[Order, ...]:
        """Every known order of a holding, ended ones included."""
        return tuple(row for row in self._book.orders.values() if concerns(row, account, con_id))

    def order(self, key: OrderKey) -> Order | None:
        """The order of that name as it is now."""
        return self._book.get(key)

    def baseline(self, account: str, con_id: int) -> Baseline | None:
        """What to count fills from, None while the position is not known."""
        held = self.position_of(account, con_id)
        return None if held is None else baseline(held, self.orders_of(account, con_id))

    def held_since(self, since: Baseline | None, account: str, con_id: int) -> Decimal | None:
        """What is certainly still held, None when that is not known."""
        if since is None:
            return None
        return surely_held(since, self.position_of(account, con_id), self.orders_of(account, con_id))

    def verdicts(self, ticket: Ticket, closing: Baseline | None = None) -> tuple[Verdict, ...]:
        """What every risk rule says of the ticket now. With `closing` it is the one of a flatten: the freeze lets it
        pass, and of the profile's limits none that keeps risk from growing counts.
        """
        situation = self._situation(ticket)
        if closing is None:
            return verdicts(situation, self._limits)
        held = self.held_since(closing, ticket.account, ticket.instrument.con_id)
        return verdicts(replace(situation, position=held, frozen=False), closing_limits(self._limits))

    def verdicts_of_change(self, order: Order, left: Ticket, whole: Ticket) -> tuple[Verdict, ...]:
        """What they say of a live order as it would stand: `left` is what it could still fill, `whole` the order.

        The order itself is none of the others, and that one like it was sent a moment ago is no reason against it.
        """
        said = {one.rule: one for one in self._without(order, whole)}
        return tuple(said[one.rule] if one.rule in OF_THE_WHOLE else one for one in self._without(order, left))

    def _without(self, order: Order, ticket: Ticket) -> tuple[Verdict, ...]:
        situation = self._situation(ticket)
        others = tuple(row for row in situation.open_orders if row.key != order.key)
        return verdicts(replace(situation, open_orders=others, recent=(), unanswered=()), self._limits)

    def _situation(self, ticket: Ticket) -> Situation:
        con_id = ticket.instrument.con_id
        now = self._clock.monotonic()
        quote = self._quotes.get(con_id)
        figures = self._accounts.figures.get(ticket.account)
        session = session_at(ticket.instrument, self._clock.now())
        return Situation(
            ticket=ticket,
            quote=quote,
            quote_age=now - quote.seen_at if quote is not None and quote.seen_at else None,
            position=self.position_of(ticket.account, con_id),
            open_orders=tuple(row for row in self._book.live() if row.instrument.con_id == con_id),
            recent=tuple(Recent(key, now - at) for key, at in (*self._placed, *self._recent)),
            unanswered=self._unanswered,
            net_liquidation=figures.net_liquidation if figures else None,
            base_rate=self._base_rate(ticket, figures),
            frozen=self._latch.is_frozen(),
            read_only=self._refusal(),
            restart=self._session.restart(),
            not_armed=not_armed(self._session.state, ticket.account),
            reduce_only=self._reduce_only(ticket),
            link_down=self._link_down(),
            stale=self._stale(now),
            steps=self._contracts.known_steps(ticket.instrument),
            session_open=session.open,
            session_words=session.words,
        )

    def _reduce_only(self, ticket: Ticket) -> str:
        """Why this ticket may do nothing but close, empty when it may."""
        return "this order may only close" if ticket.reduce_only else self._session.state.reduce_only

    def _base_rate(self, ticket: Ticket, figures: AccountFigures | None) -> Decimal | None:
        """One when the instrument trades in the account's own currency, else not known here."""
        same = figures is None or not figures.currency or figures.currency == ticket.instrument.currency
        return Decimal(1) if same else None

    def _refusal(self) -> str:
        state = self._session.state
        if state.entry_refusal:
            return state.entry_refusal
        return "TWS is set to Read-Only API: it refuses every order" if state.api_read_only else ""

    def _link_down(self) -> str:
        if self._session.link is None:
            return "no connection to TWS"
        if self._session.state.lamps.tws is Lamp.DOWN:
            return "TWS has lost its link to IBKR"
        return self._session.pulse.doubt()

    def _stale(self, now: float) -> str:
        state = self._session.state
        if state.snapshot_at is None:
            return "the list of open orders has not come yet"
        age = now - state.snapshot_at
        return f"the list of open orders is {age:.0f} s old" if age > 10 * self._session.endpoint.poll_seconds else ""

    async def what_if(self, ticket: Ticket, timeout: float = 4.0) -> WhatIf:
        """The broker's preview, bounded in time; never raises. `unavailable` says why there is none."""
        link = self._session.link
        if link is None:
            return WhatIf(unavailable="no connection to TWS")
        if found := self._gates(ticket.account):
            return WhatIf(unavailable=found[1])
        placement = self._placement(ticket, link.reserve_order_id(), "", transmit=True)
        try:
            return await link.what_if(placement, lambda: (self._gates(ticket.account) or ("", ""))[1], timeout)
        except RequestFailed as failed:
            return WhatIf(unavailable=failed.reason)

    def approve(self, ticket: Ticket) -> Approval:
        """Freeze what is being confirmed: the order and the quote and position it was shown with."""
        con_id = ticket.instrument.con_id
        return Approval(order_hash(ticket), ticket, self._quotes.get(con_id), self.position_of(ticket.account, con_id))

    def drift(self, approval: Approval) -> str:
        """What has moved since the approval, in one sentence; empty when nothing that matters has."""
        ticket, con_id = approval.ticket, approval.ticket.instrument.con_id
        return drift(
            approval.quote,
            self._quotes.get(con_id),
            self._contracts.known_steps(ticket.instrument),
            approval.position,
            self.position_of(ticket.account, con_id),
        )

    def _gates(self, account: str, *, passes_freeze: bool = False) -> KeptBack | None:
        """Whether anything at all may leave for this account now."""
        if not passes_freeze and self._latch.is_frozen():
            return ErrorCode.FROZEN, FROZEN
        found = (
            (ErrorCode.READ_ONLY, self._refusal()),
            (ErrorCode.NOT_ARMED, not_armed(self._session.state, account)),
            (ErrorCode.STALE_DATA, self._link_down()),
        )
        return next((one for one in found if one[1]), None)

    def last_look(
        self, ticket: Ticket, own: OrderKey, since: Baseline | None, *, passes_freeze: bool = False
    ) -> KeptBack | None:
        """What is looked at immediately before the bytes of this very ticket, whose row is `own`: what may have changed
        since the rules were asked, while the intent was written and the message waited for its turn.
        """
        if found := self._gates(ticket.account, passes_freeze=passes_freeze):
            return found
        if self._reduce_only(ticket) and not self._still_closing(ticket, own, since):
            return ErrorCode.REDUCE_ONLY, NOT_CLOSING
        return None

    def _still_closing(self, ticket: Ticket, own: OrderKey, since: Baseline | None) -> bool:
        account, con_id = ticket.account, ticket.instrument.con_id
        others = [row for row in self.orders_of(account, con_id) if row.key != own]
        free = room(self.held_since(since, account, con_id), ticket.request.action, others)
        return free is not None and ticket.request.quantity <= free

    def _placement(self, ticket: Ticket, order_id: int, ulid: str, *, transmit: bool) -> Placement:
        request = ticket.request
        return Placement(
            order_id=order_id,
            instrument=ticket.instrument,
            account=ticket.account,
            action=request.action,
            quantity=request.quantity,
            order_type=request.order_type,
            limit_price=request.limit_price,
            aux_price=request.aux_price,
            tif=request.tif,
            outside_rth=request.outside_rth,
            order_ref=request.order_ref or request.client_tag or ulid,
            transmit=transmit,
            intent=ulid,
        )
