"""Orders out: the one door for the console, the command line and everything else. Imports model, rules and ports
only.

A placement passes these in order: our own rules, the intent committed on disk, the freeze looked at immediately
before the bytes, the bytes. Nothing is ever sent twice by itself: without an answer the order is unknown, and a
person decides.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import Any

from ulid import ULID

from tws_console.engine.book import Book
from tws_console.engine.contracts import Contracts
from tws_console.engine.latch import Latch
from tws_console.engine.portfolio import Accounts, Portfolio, Quotes
from tws_console.engine.ports import (
    JournalPort,
    LinkPort,
    Placement,
    RequestFailed,
)
from tws_console.engine.quote_lines import QuoteLines
from tws_console.engine.results import (
    Approval,
    CancelResult,
    PlaceResult,
    Posted,
    cancel_outcome,
)
from tws_console.engine.review import Review
from tws_console.engine.session import Session
from tws_console.engine.shared import Shared
from tws_console.model.ids import OrderKey
from tws_console.model.intent import Intent, IntentState
from tws_console.model.notice import Tone
from tws_console.model.order import Order, Status
from tws_console.model.problems import ErrorCode
from tws_console.model.ticket import Ticket
from tws_console.model.verdict import Level, Verdict
from tws_console.rules.approval import order_hash
from tws_console.rules.closing import Baseline
from tws_console.rules.risk import Limits, duplicate_key, duplicate_key_of_intent

REASON_PATIENCE = 1.0
"""Seconds that the reason of an inactive order is waited for."""


class Trading(Review):
    """Places and cancels, on top of everything a review knows."""

    def __init__(
        self,
        session: Session,
        book: Book,
        portfolio: Portfolio,
        accounts: Accounts,
        quotes: Quotes,
        contracts: Contracts,
        lines: QuoteLines,
        journal: JournalPort,
        latch: Latch,
        limits: Limits,
        shared: Shared,
    ) -> None:
        super().__init__(session, book, portfolio, accounts, quotes, contracts, lines, latch, limits, shared.clock)
        self._journal = journal
        self._waiters = shared.waiters
        self._notices = shared.notices
        self._one_at_a_time = asyncio.Lock()

    def record(self, kind: str, payload: dict[str, Any]) -> None:
        """A row in the journal about what a use case on top of this did."""
        self._journal.record_event(kind, payload, at=self._clock.now())

    # ---- placing

    async def place(
        self,
        ticket: Ticket,
        approval: Approval | None = None,
        timeout: float = 5.0,
        *,
        closing: Baseline | None = None,
    ) -> PlaceResult:
        """Send one order, or stage it when its request says transmit=False.

        `approval` binds it to what a person confirmed. `timeout` seconds without an answer make it unknown. `closing`
        is what a flatten counts from: such an order, and no other, passes the freeze. Raises ValueError when it is
        given for a ticket that is not reduce-only.
        """
        if closing is not None and not ticket.reduce_only:
            raise ValueError("only an order that may do nothing but close passes the freeze")
        async with self._one_at_a_time:
            # Judged one after the other, so that each counts what went out just before it.
            said = self.verdicts(ticket, closing)
            result = _blocked(ticket, said, approval) or await self._commit_and_post(ticket, said, closing)
        if isinstance(result, PlaceResult):
            return result
        return await self._outcome(result, said, timeout)

    async def look_back(self) -> None:
        """Read from the journal what any process of ours has placed: each command is a process of its own. Two that
        place within the same few milliseconds do not see each other. What cannot be read changes nothing here.
        """
        now, monotonic = self._clock.now(), self._clock.monotonic()
        since = now - timedelta(seconds=float(self._limits.duplicate_window))
        with contextlib.suppress(OSError):
            placed = await self._journal.placed(self._session.endpoint.name, self._session.state.login, since)
            recent = [intent for intent in placed if intent.at >= since]
            self._placed = tuple(
                (duplicate_key_of_intent(intent), monotonic - (now - intent.at).total_seconds()) for intent in recent
            )
            never = {IntentState.INTENDED, IntentState.SENT}
            open_ones = (intent for intent in placed if intent.transmit and intent.state in never)
            self._unanswered = tuple(duplicate_key_of_intent(intent) for intent in open_ones)

    async def _commit_and_post(
        self, ticket: Ticket, said: tuple[Verdict, ...], closing: Baseline | None
    ) -> PlaceResult | Posted:
        """Order ids must reach TWS in rising order, so commit and post are one at a time."""
        reference, link = _reference(ticket), self._session.link
        if link is None:
            return _refused("no connection to TWS: nothing was sent", ErrorCode.IB_CONNECTION_FAILED, reference, said)
        since = closing or self.baseline(ticket.account, ticket.instrument.con_id)
        ulid = str(ULID())
        placement = self._placement(ticket, link.reserve_order_id(), ulid, transmit=ticket.request.transmit)
        intent = self.intent(placement, link.client_id)
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
        posted.send(lambda: self.last_look(ticket, key, since, passes_freeze=closing is not None))
        if not posted.unsent:
            self._recent.append((duplicate_key(ticket), self._clock.monotonic()))
        return posted

    async def _outcome(self, posted: Posted, said: tuple[Verdict, ...], timeout: float) -> PlaceResult:
        placement, key = posted.placement, posted.key
        sent_at = await posted.done
        if sent_at is None:
            return self._not_sent(posted, said)
        self._journal.mark_sent(placement.intent, self._clock.now())
        self._book.mark_sent(key, sent_at)
        if placement.transmit:
            await self._waiters.until(lambda: self._answered(key), timeout)
            await self._reason_of_inactive(key, timeout)
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
            refusal = "no answer from TWS: the order may or may not be live. Nothing is sent again"
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
        return _refused(reason, posted.code, posted.placement.order_ref, said, intent=posted.placement.intent)

    async def _reason_of_inactive(self, key: OrderKey, timeout: float) -> None:
        """TWS may tell that an order is inactive before it tells why (a recorded 201 came between two such pairs)."""

        def told() -> bool:
            row = self._book.get(key)
            return row is None or row.status is not Status.INACTIVE

        await self._waiters.until(told, min(REASON_PATIENCE, timeout))

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

    def intent(self, placement: Placement, client_id: int) -> Intent:
        """The journal row of a placement by this client id."""
        return Intent(
            ulid=placement.intent,
            at=self._clock.now(),
            login=self._session.state.login,
            endpoint=self._session.endpoint.name,
            client_id=client_id,
            order_id=placement.order_id,
            account=placement.account,
            con_id=placement.instrument.con_id,
            symbol=placement.instrument.name,
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
        now, listed = self._book.get(row.key), False
        if now is not None and now.live:
            listed = await self._verify(link, timeout)
            now = self._book.get(row.key)
        outcome, words = cancel_outcome(now, row, listed=listed)
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
        if row.status is Status.TWIN or len(self._book.by_alias(row.client_id, row.order_id)) != 1:
            return f"two orders carry the number {row.order_id}: cancel in TWS, or stop everything"
        return ""

    def _settled(self, key: OrderKey) -> bool:
        row = self._book.get(key)
        return row is None or not row.live or row.status is Status.STILL_LIVE

    async def _verify(self, link: LinkPort, timeout: float) -> bool:
        """No answer to a cancel, or a refused one, proves nothing: one that met the end of its order is refused too
        (erdewit/ib_insync issue 690). Ask how things ended, then what is open; tells whether a complete list came.
        """
        for question in (link.executions, link.completed_orders):
            with contextlib.suppress(RequestFailed):
                await question(timeout)
        try:
            await self._session.fresh_list(link, timeout)
        except RequestFailed:
            return False
        return True

    def _cancelled(self, row: Order, via: str, outcome: str, reason: str, start: float) -> CancelResult:
        elapsed = round((self._clock.monotonic() - start) * 1000, 1)
        return CancelResult(row.key, row.perm_id, row.client_id, row.order_id, via, outcome, reason, elapsed)


def _reference(ticket: Ticket) -> str:
    """The caller's own, empty when there is none."""
    return ticket.request.order_ref or ticket.request.client_tag


def _blocked(ticket: Ticket, said: tuple[Verdict, ...], approval: Approval | None) -> PlaceResult | None:
    """The refusal of a rule, or of an order that is not the one that was confirmed."""
    block = next((verdict for verdict in said if verdict.level is Level.BLOCK), None)
    if block is not None:
        return _refused(block.msg, _code(block.code), _reference(ticket), said)
    if approval is not None and approval.order_hash != order_hash(ticket):
        words = "the order is not the one that was confirmed"
        return _refused(words, ErrorCode.INTERNAL_ERROR, _reference(ticket), said)
    return None


def _refused(
    reason: str, code: ErrorCode | None, reference: str, said: tuple[Verdict, ...], intent: str = ""
) -> PlaceResult:
    return PlaceResult(False, None, intent, None, None, None, reference, reason, code, said)


def _code(text: str) -> ErrorCode:
    return ErrorCode(text) if text in ErrorCode.__members__ else ErrorCode.ORDER_VALIDATION_FAILED


def _short(placement: Placement) -> str:
    return f"{placement.instrument.name} {placement.action} {placement.quantity:f}"
