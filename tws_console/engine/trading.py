"""Orders out: the one door for the console, the command line and everything else. Imports model, rules and ports
only.

A placement passes these in order: our own rules, the intent committed on disk, the freeze looked at immediately
before the bytes, the bytes. Nothing is ever sent twice by itself: without an answer the order is unknown, and a
person decides.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from decimal import Decimal

from ulid import ULID

from tws_console.engine.book import Book
from tws_console.engine.contracts import Contracts
from tws_console.engine.notices import Notices
from tws_console.engine.portfolio import Accounts, Portfolio, Quotes
from tws_console.engine.ports import (
    FreezePort,
    JournalPort,
    LinkPort,
    Placement,
    RequestFailed,
    Sending,
)
from tws_console.engine.results import (
    Approval,
    CancelResult,
    PlaceResult,
    Posted,
    ValidationFailed,
    cancel_outcome,
    login,
)
from tws_console.engine.session import Session
from tws_console.engine.store import Waiters
from tws_console.model.clock import Clock
from tws_console.model.ids import OrderKey
from tws_console.model.instrument import Instrument, PriceStep, SymbolMatch
from tws_console.model.intent import Intent
from tws_console.model.notice import Tone
from tws_console.model.order import Order, Status
from tws_console.model.position import AccountFigures
from tws_console.model.problems import ErrorCode
from tws_console.model.session import Lamp
from tws_console.model.ticket import FieldError, OrderRequest, Ticket
from tws_console.model.verdict import Level, Verdict, WhatIf
from tws_console.rules.approval import drift, order_hash
from tws_console.rules.hours import session_at
from tws_console.rules.risk import Limits, Recent, Situation, duplicate_key, verdicts

FROZEN = "frozen by an emergency stop: no order goes out until it is released"


class Trading:
    """Review, place and cancel. The stop latches `blocked` in the turn of its key, before any file is touched."""

    def __init__(
        self,
        session: Session,
        book: Book,
        portfolio: Portfolio,
        accounts: Accounts,
        quotes: Quotes,
        contracts: Contracts,
        journal: JournalPort,
        freeze: FreezePort,
        waiters: Waiters,
        notices: Notices,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._session = session
        self._book = book
        self._portfolio = portfolio
        self._accounts = accounts
        self._quotes = quotes
        self._contracts = contracts
        self._journal = journal
        self._freeze = freeze
        self._waiters = waiters
        self._notices = notices
        self._limits = limits
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._recent: deque[tuple[str, float]] = deque(maxlen=200)
        """Key and monotonic second of what was sent from here."""
        self.blocked = False

    # ---- looking

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

    def watch(self, instrument: Instrument) -> None:
        """Ask for the instrument's quote as long as it is wanted."""
        if self._session.link is not None:
            self._session.link.watch_quote(instrument)

    def unwatch(self, con_id: int) -> None:
        if self._session.link is not None:
            self._session.link.unwatch_quote(con_id)

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
        position = self._portfolio.positions.get((account, con_id))
        if position is not None:
            return position.quantity
        return Decimal(0) if self._portfolio.loaded else None

    def verdicts(self, ticket: Ticket) -> tuple[Verdict, ...]:
        """What every risk rule says of the ticket now."""
        return verdicts(self._situation(ticket), self._limits)

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
            recent=tuple(Recent(key, now - at) for key, at in self._recent),
            net_liquidation=figures.net_liquidation if figures else None,
            base_rate=self._base_rate(ticket, figures),
            frozen=self.blocked or self._freeze.is_frozen(),
            read_only=self._refusal(),
            link_down=self._link_down(),
            stale=self._stale(now),
            steps=self._contracts.known_steps(ticket.instrument),
            session_open=session.open,
            session_words=session.words,
        )

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
        return "TWS has lost its link to IBKR" if self._session.state.lamps.tws is Lamp.DOWN else ""

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
        if reason := self._refusal():
            return WhatIf(unavailable=reason)
        placement = self._placement(ticket, link.reserve_order_id(), "", transmit=True)
        try:
            return await link.what_if(placement, self._guard, timeout)
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

    # ---- placing

    async def place(self, ticket: Ticket, approval: Approval | None = None, timeout: float = 5.0) -> PlaceResult:
        """Send one order, or stage it when its request says transmit=False.

        `approval` binds it to what a person confirmed. `timeout` seconds without an answer make it unknown.
        """
        said = self.verdicts(ticket)
        block = next((verdict for verdict in said if verdict.level is Level.BLOCK), None)
        reference = ticket.request.order_ref or ticket.request.client_tag
        if block is not None:
            return _refused(block.msg, _code(block.code), reference, said)
        if approval is not None and approval.order_hash != order_hash(ticket):
            return _refused("the order is not the one that was confirmed", ErrorCode.INTERNAL_ERROR, reference, said)
        async with self._one_at_a_time:
            result = await self._commit_and_post(ticket, reference, said)
        if isinstance(result, PlaceResult):
            return result
        return await self._outcome(result, said, timeout)

    async def _commit_and_post(self, ticket: Ticket, reference: str, said: tuple[Verdict, ...]) -> PlaceResult | Posted:
        """Order ids must reach TWS in rising order, so commit and post are one at a time."""
        link = self._session.link
        if link is None:
            return _refused("no connection to TWS: nothing was sent", ErrorCode.IB_CONNECTION_FAILED, reference, said)
        ulid = str(ULID())
        placement = self._placement(ticket, link.reserve_order_id(), ulid, transmit=ticket.request.transmit)
        intent = self._intent(ticket, placement, link.client_id)
        try:
            await self._journal.commit_intent(intent)
        except asyncio.CancelledError:
            self._journal.mark_not_sent(ulid, "interrupted before it was sent")
            raise
        except OSError as error:
            words = f"the journal cannot be written ({error}): nothing was sent"
            return _refused(words, ErrorCode.DATABASE_ERROR, reference, said)
        key = self._book.mark_sending(placement, link.client_id)
        posted = Posted(link, placement, key)
        link.place(placement, Sending(self._guard, posted.written, posted.kept_back))
        if not posted.unsent:
            self._recent.append((duplicate_key(ticket), self._clock.monotonic()))
        return posted

    def _guard(self) -> str:
        """Looked at immediately before a placement's bytes are written."""
        return FROZEN if self.blocked or self._freeze.is_frozen() else ""

    async def _outcome(self, posted: Posted, said: tuple[Verdict, ...], timeout: float) -> PlaceResult:
        placement, key = posted.placement, posted.key
        sent_at = await posted.done
        if sent_at is None:
            return self._not_sent(posted, said)
        self._journal.mark_sent(placement.intent, self._clock.now())
        self._book.mark_sent(key, sent_at)
        if placement.transmit:
            await self._waiters.until(lambda: self._answered(key), timeout)
        else:
            await self._stage(posted, timeout)
        row = self._book.get(key)
        if not self._answered(key) and (row is None or row.status is not Status.STAGED):
            self._book.mark_overdue(key, f"no answer from TWS in {timeout:.0f} s")
            self._notices.add(
                Tone.WARN,
                f"{_short(placement)}: no answer from TWS in {timeout:.0f} s, state unknown. Not sent again.",
                key,
            )
            row = self._book.get(key)
        if row is not None and row.perm_id:
            self._journal.record_ack(placement.intent, row.perm_id, self._clock.now())
        refusal, code = "", None
        if row is not None and row.status is Status.REJECTED:
            refusal, code = f"refused by the broker: {row.reason}", ErrorCode.IB_ORDER_REJECTED
            self._journal.mark_ended(placement.intent, self._clock.now(), row.reason)
            self._notices.add(Tone.BAD, f"{_short(placement)} {refusal}", row.key)
        elif row is None or row.status is Status.UNKNOWN:
            refusal = "no answer from TWS: the order may or may not be live. Look at the list, nothing is sent again."
            code = ErrorCode.OUTCOME_UNKNOWN
        return PlaceResult(
            submitted=True,
            key=row.key if row else key,
            intent=placement.intent,
            order_id=placement.order_id,
            client_id=posted.link.client_id,
            order=row,
            order_ref=placement.order_ref,
            refusal=refusal,
            code=code,
            verdicts=said,
        )

    def _not_sent(self, posted: Posted, said: tuple[Verdict, ...]) -> PlaceResult:
        """The bytes never left: the journal says so, and no row stays."""
        reason = posted.unsent
        self._journal.mark_not_sent(posted.placement.intent, reason)
        self._book.drop_unsent(posted.key)
        self._notices.add(Tone.WARN, f"{_short(posted.placement)} was not sent: {reason}")
        code = ErrorCode.FROZEN if reason == FROZEN else ErrorCode.IB_CONNECTION_FAILED
        return _refused(reason, code, posted.placement.order_ref, said, intent=posted.placement.intent)

    async def _stage(self, posted: Posted, timeout: float) -> None:
        """TWS answers a staged order with nothing; an answered time request behind it, and no error, is all."""
        try:
            await posted.link.current_time(timeout)
        except RequestFailed:
            return
        self._book.mark_staged(posted.key)

    def _answered(self, key: OrderKey) -> bool:
        row = self._book.get(key)
        return row is None or bool(row.perm_id) or row.status is Status.REJECTED

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

    def _intent(self, ticket: Ticket, placement: Placement, client_id: int) -> Intent:
        return Intent(
            ulid=placement.intent,
            at=self._clock.now(),
            login=login(self._session.state.accounts),
            endpoint=f"{self._session.endpoint.host}:{self._session.endpoint.port}",
            client_id=client_id,
            order_id=placement.order_id,
            account=ticket.account,
            con_id=ticket.instrument.con_id,
            symbol=ticket.instrument.name,
            action=placement.action,
            quantity=placement.quantity,
            order_type=placement.order_type,
            limit_price=placement.limit_price,
            aux_price=placement.aux_price,
            tif=placement.tif,
            transmit=placement.transmit,
            order_ref=placement.order_ref,
        )

    # ---- cancelling

    async def cancel(self, order: Order, timeout: float = 5.0) -> CancelResult:
        """Cancel exactly the order that was shown, or nothing.

        Only the connection that placed an order may cancel it by number, and a number means whatever this connection
        calls it (IBKR Campus TWS API docs, "Cancelling an Order"; recorded 10147 refusals), so the order must be
        ours, live, and the only live one of that number.
        """
        start = self._clock.monotonic()
        row = self._book.get(order.key)
        reason = self.cannot_cancel(order)
        if reason or row is None:
            return self._cancelled(order, "none", "refused", reason, start)
        link = self._session.link
        assert link is not None
        assert row.order_id is not None
        link.cancel(row.order_id, lambda at: self._book.mark_cancel_sent(row.key, at))
        self._journal.record_event(
            "cancel-sent",
            {"perm_id": row.perm_id, "client_id": row.client_id, "order_id": row.order_id},
            at=self._clock.now(),
        )
        await self._waiters.until(lambda: self._settled(row.key), timeout)
        now = self._book.get(row.key)
        if now is not None and now.live and now.status is Status.STILL_LIVE:
            now = await self._verify(link, row.key, timeout)
        outcome, words = cancel_outcome(now, row)
        if outcome == "live":
            self._notices.add(Tone.BAD, f"{row.instrument.name} {row.key} is still live: {words}", row.key)
        return self._cancelled(now or row, "own", outcome, words, start)

    def cannot_cancel(self, order: Order) -> str:
        """Why this order cannot be cancelled from here, one sentence; empty when it can."""
        row = self._book.get(order.key)
        link = self._session.link
        if row is None or not row.live:
            return "it is not live any more"
        if (row.perm_id or 0) != (order.perm_id or row.perm_id or 0):
            return "the row now names another order"
        if link is None:
            return "no connection to TWS"
        if self._session.state.api_read_only:
            return "TWS is set to Read-Only API: it refuses every cancel"
        if row.client_id is None or not row.order_id or row.client_id != link.client_id:
            owner = (
                "it was entered by hand in TWS"
                if row.owner.value == "manual"
                else f"only client {row.client_id} can cancel it"
            )
            return f"{owner}: cancel it there, or stop everything"
        if len(self._book.by_alias(row.client_id, row.order_id)) != 1:
            return f"two live orders carry the number {row.order_id}: cancel in TWS, or stop everything"
        return ""

    def _settled(self, key: OrderKey) -> bool:
        row = self._book.get(key)
        return row is None or not row.live or row.status is Status.STILL_LIVE

    async def _verify(self, link: LinkPort, key: OrderKey, timeout: float) -> Order | None:
        """A refused cancel proves nothing either way: look at executions and completed orders first."""
        with contextlib.suppress(RequestFailed):
            await link.executions(timeout)
            await link.completed_orders(timeout)
        return self._book.get(key)

    def _cancelled(self, row: Order, via: str, outcome: str, reason: str, start: float) -> CancelResult:
        elapsed = round((self._clock.monotonic() - start) * 1000, 1)
        return CancelResult(row.key, row.perm_id, row.client_id, row.order_id, via, outcome, reason, elapsed)


def _refused(
    reason: str, code: ErrorCode | None, reference: str, said: tuple[Verdict, ...], intent: str = ""
) -> PlaceResult:
    return PlaceResult(False, None, intent, None, None, None, reference, reason, code, said)


def _code(text: str) -> ErrorCode:
    return ErrorCode(text) if text in ErrorCode.__members__ else ErrorCode.ORDER_VALIDATION_FAILED


def _short(placement: Placement) -> str:
    return f"{placement.instrument.name} {placement.action} {placement.quantity:f}"
