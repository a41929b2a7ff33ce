"""Changing a live order in place: the same order id under the same client id, never a second order. Imports model,
rules and ports only.

A change passes these in order: what the order is, our own rules for the order as it would stand, the intent committed
on disk, and immediately before the bytes the freeze and the order itself: exactly one live order of that number, with
that permId, still as it was looked at. A placement under a number that TWS does not hold for this client would be a new
order (IBKR Campus TWS API docs, "Modifying Orders"). Nothing is sent twice by itself, 2102 ("still being processed")
included.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

from ulid import ULID

from tws_console.engine.book import Book
from tws_console.engine.facts import same_terms
from tws_console.engine.ports import JournalPort, LinkPort, Placement, RequestFailed
from tws_console.engine.results import KeptBack, ModifyResult, Posted
from tws_console.engine.session import Session
from tws_console.engine.shared import Shared
from tws_console.engine.side_links import SideLink, SideLinks
from tws_console.engine.trading import Trading
from tws_console.model.events import CompletedSeen, Event, FillSeen, OrderSeen, StatusSeen
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.intent import IntentKind
from tws_console.model.notice import Tone
from tws_console.model.order import Order, Status
from tws_console.model.problems import ErrorCode
from tws_console.model.session import ID_IN_USE, ConnectFailed
from tws_console.model.ticket import FieldError, OrderRequest
from tws_console.model.verdict import Level, Verdict
from tws_console.rules.amend import (
    STEADY,
    Wish,
    cannot_modify,
    changes,
    parent_to_send,
    request_after,
    tickets_after,
)

NO_ANSWER = "no answer to the change: it may or may not have been made. Nothing is sent again."


class Modify:
    """Changes orders of this connection, and of the profile's other client ids through a second one."""

    def __init__(
        self,
        session: Session,
        book: Book,
        trading: Trading,
        side_links: SideLinks,
        journal: JournalPort,
        shared: Shared,
    ) -> None:
        self._session = session
        self._book = book
        self._trading = trading
        self._side_links = side_links
        self._journal = journal
        self._waiters = shared.waiters
        self._notices = shared.notices
        self._clock = shared.clock
        self._one_at_a_time = asyncio.Lock()
        self._open: dict[OrderKey, Placement] = {}
        """Changes that were sent and never answered: the broker may still speak of them."""

    def apply(self, event: Event) -> None:
        """The broker speaks late: a change that it shows was made, one of an order that has ended is no question any
        more. Comes after the book, which has taken the same event.
        """
        if not self._open or not isinstance(event, OrderSeen | StatusSeen | CompletedSeen | FillSeen):
            return
        perm_id = event.fill.perm_id if isinstance(event, FillSeen) else event.perm_id
        key = OrderKey.perm(perm_id)
        wanted, row = self._open.get(key), self._book.get(key)
        if wanted is None or row is None or row.status is Status.TWIN:
            return
        if same_terms(row, wanted):
            self._journal.record_ack(wanted.intent, perm_id, self._clock.now())
        elif not row.live and row.status is not Status.GONE:
            self._journal.mark_ended(wanted.intent, self._clock.now(), f"it is {row.status.value}")
        else:
            return
        del self._open[key]

    def cannot(self, order: Order) -> str:
        """Why the order cannot be changed from here, one sentence; empty when it can."""
        row, link, state = self._book.get(order.key), self._session.link, self._session.state
        if row is None:
            return "it is not known any more"
        if row.perm_id != order.perm_id:
            return "the row now names another order"
        if link is None:
            return "no connection to TWS"
        if row.owner is Owner.FOREIGN and row.client_id != link.client_id:
            return f"only client {row.client_id} can modify it"
        if row.owner is Owner.MANUAL and row.client_id != link.client_id:
            return "it was entered by hand in TWS: change it there"
        return cannot_modify(row, live=self._book.live(), listed=state.snapshot_complete)

    async def verdicts(self, order: Order, request: OrderRequest) -> tuple[Verdict, ...]:
        """What every risk rule says of the order as `request` would have it stand."""
        instrument = order.instrument
        with contextlib.suppress(RequestFailed):  # then hours and ticks are not known, and the rules say so
            instrument = await self._trading.details(instrument)
        return self._trading.verdicts_of_change(order, *tickets_after(order, request, instrument))

    async def modify(self, order: Order, wish: Wish, timeout: float = 5.0) -> ModifyResult:
        """Change exactly the order that was shown, or nothing. `timeout` seconds without an answer make it unknown."""
        start = self._clock.monotonic()
        result = await self._modify(order, wish, timeout)
        now = self._book.get(order.key)
        elapsed = round((self._clock.monotonic() - start) * 1000, 1)
        return replace(result, order=now or result.order, elapsed_ms=elapsed)

    async def _modify(self, order: Order, wish: Wish, timeout: float) -> ModifyResult:
        asked = ModifyResult(order.key, order, changed=changes(order, wish))
        if reason := self.cannot(order):
            foreign = order.owner is not Owner.OWN
            return _refused(asked, reason, ErrorCode.FOREIGN_ORDER if foreign else ErrorCode.NOT_MODIFIABLE)
        request = request_after(order, wish)
        if not isinstance(request, OrderRequest):
            reason = "; ".join(f"{error.field}: {error.msg}" for error in request)
            return replace(_refused(asked, reason, ErrorCode.ORDER_VALIDATION_FAILED), errors=request)
        said = await self.verdicts(order, request)
        asked = replace(asked, verdicts=said)
        block = next((verdict for verdict in said if verdict.level is Level.BLOCK), None)
        if block is not None:
            asked = replace(asked, errors=_errors_of(block, request))
            return _refused(asked, block.msg, ErrorCode(block.code))
        async with self._one_at_a_time:
            link = self._session.link
            if link is not None and order.client_id == link.client_id:
                return await self._on(link, None, asked, request, timeout)
            if order.owner is not Owner.OWN:
                return _refused(asked, f"only client {order.client_id} can modify it", ErrorCode.FOREIGN_ORDER)
            return await self._elsewhere(asked, request, timeout)

    async def _elsewhere(self, asked: ModifyResult, request: OrderRequest, timeout: float) -> ModifyResult:
        """Under another id of the profile's, when no other program holds it."""
        order = asked.order
        client_id = order.client_id or 0
        if not client_id:
            reason = "connecting as client 0 binds every manual order, and nobody agreed to that: change it in TWS"
            return _refused(asked, reason, ErrorCode.FOREIGN_ORDER)
        try:
            async with self._side_links.attached(client_id, timeout) as side:
                seen = side.pushed.get(order.perm_id or 0)
                if seen is None or (seen.client_id, seen.order_id) != (client_id, order.order_id):
                    return _refused(asked, f"TWS does not tell it among the orders of client {client_id}")
                return await self._on(side.link, side, asked, request, timeout)
        except ConnectFailed as failed:
            in_use = f"client {client_id} is connected (326): change it there"
            reason = in_use if failed.code == ID_IN_USE else failed.reason
            return _refused(asked, reason, ErrorCode.FOREIGN_ORDER)

    async def _on(
        self, link: LinkPort, side: SideLink | None, asked: ModifyResult, request: OrderRequest, timeout: float
    ) -> ModifyResult:
        order = asked.order
        wanted, left = self._placement(order, request), tickets_after(order, request, order.instrument)[0]
        since = self._trading.baseline(order.account, order.instrument.con_id)
        intent = replace(
            self._trading.intent(wanted, link.client_id), kind=IntentKind.MODIFY, target_perm_id=order.perm_id
        )
        try:
            await self._journal.commit_intent(intent)
        except asyncio.CancelledError:
            self._journal.mark_not_sent(wanted.intent, "interrupted before it was sent")
            raise
        except OSError as error:
            return _refused(asked, f"the journal cannot be written ({error})", ErrorCode.DATABASE_ERROR)
        asked = replace(asked, intent=wanted.intent)
        posted = Posted(link, wanted, order.key)
        posted.send(
            lambda: self._trading.last_look(left, order.key, since) or self._not_as_it_was(order),
            on_written=lambda: self._written(order.key, wanted),
        )
        if await posted.done is None:
            self._journal.mark_not_sent(wanted.intent, posted.unsent)
            return _refused(asked, posted.unsent, posted.code)
        asked = replace(asked, sent=True)
        self._journal.mark_sent(wanted.intent, self._clock.now())
        await self._waiters.until(lambda: self._answered(order.key, wanted, side), timeout)
        return await self._outcome(asked, wanted, side, timeout)

    def _written(self, key: OrderKey, wanted: Placement) -> None:
        """What the order looks like from now on says nothing of an older change that was never answered."""
        self._open.pop(key, None)
        self._book.mark_modifying(key, wanted)

    def _placement(self, order: Order, request: OrderRequest) -> Placement:
        """The whole order as it is to stand: only what was asked for differs from what TWS told last."""
        assert order.order_id is not None
        return Placement(
            order_id=order.order_id,
            instrument=order.instrument,
            account=order.account,
            action=order.action,
            quantity=request.quantity,
            order_type=order.order_type,
            limit_price=request.limit_price,
            aux_price=request.aux_price,
            tif=request.tif,
            outside_rth=order.outside_rth,
            order_ref=order.order_ref,
            transmit=True,
            intent=str(ULID()),
            parent_id=parent_to_send(order, self._book.live()),
        )

    def _not_as_it_was(self, order: Order) -> KeptBack | None:
        """Looked at immediately before the bytes: whether the number still names this very order, as it was shown."""
        row = self._book.get(order.key)
        if row is None or row.status not in STEADY or row.perm_id != order.perm_id:
            return ErrorCode.NOT_MODIFIABLE, f"it is {'not known' if row is None else row.status.value} now"
        named = self._book.by_alias(row.client_id or 0, row.order_id or 0)
        if [one.perm_id for one in named] != [order.perm_id] or row.order_id != order.order_id:
            return ErrorCode.NOT_MODIFIABLE, "its number does not name it alone any more"
        if (row.filled or 0) != (order.filled or 0) or changes_since(order, row):
            return ErrorCode.NOT_MODIFIABLE, "it changed or filled in the meantime: look at it and ask again"
        return None

    def _answered(self, key: OrderKey, wanted: Placement, side: SideLink | None) -> bool:
        row = self._book.get(key)
        if row is None or not row.live or row.status is Status.TWIN or same_terms(row, wanted):
            return True
        return bool(self._refusal(key, wanted, side)) or (side is not None and not side.link.up)

    def _refusal(self, key: OrderKey, wanted: Placement, side: SideLink | None) -> str:
        row = self._book.get(key)
        told = "" if row is None else row.change_refused
        return told or ("" if side is None else side.change_refused(wanted.order_id))

    async def _outcome(
        self, asked: ModifyResult, wanted: Placement, side: SideLink | None, timeout: float
    ) -> ModifyResult:
        key, refused = asked.key, self._refusal(asked.key, wanted, side)
        row = self._book.get(key)
        if row is not None and row.status is not Status.TWIN and same_terms(row, wanted):
            self._journal.record_ack(wanted.intent, row.perm_id or 0, self._clock.now())
            return replace(asked, outcome="modified")
        self._book.mark_modifying(key, None, refused=refused)
        listed = await self._listed(timeout)
        row = self._book.get(key)
        if row is None or row.status is Status.TWIN:
            return self._twin(asked, row)
        if same_terms(row, wanted):
            self._journal.record_ack(wanted.intent, row.perm_id or 0, self._clock.now())
            return replace(asked, outcome="modified")
        if not row.live:
            reason = refused or f"it is {row.status.value}"
            self._journal.mark_ended(wanted.intent, self._clock.now(), reason)
            return replace(asked, outcome="refused", reason=reason, code=ErrorCode.IB_ORDER_REJECTED)
        if refused:
            self._journal.mark_ended(wanted.intent, self._clock.now(), refused)
            as_it_was = listed and not changes_since(asked.order, row)
            outcome, more = ("refused", "works on as it was") if as_it_was else ("live", "is live, look at its terms")
            reason = f"{refused}; the order {more}"
            return replace(asked, outcome=outcome, reason=reason, code=ErrorCode.IB_ORDER_REJECTED)
        self._book.mark_modifying(key, None, doubt="a change was sent and not answered")
        self._open[key] = wanted
        self._notices.add(Tone.WARN, f"{row.instrument.name} {row.key}: {NO_ANSWER}", key)
        return replace(asked, outcome="unknown", reason=NO_ANSWER, code=ErrorCode.OUTCOME_UNKNOWN)

    async def _listed(self, timeout: float) -> bool:
        """Whether a full list that was asked for now has come."""
        link = self._session.link
        if link is None:
            return False
        try:
            await self._session.fresh_list(link, timeout)
        except RequestFailed:
            return False
        return True

    def _twin(self, asked: ModifyResult, row: Order | None) -> ModifyResult:
        """The change became a second order beside the first, or the first is no longer known: a person must look."""
        named = self._book.by_alias(asked.order.client_id or 0, asked.order.order_id or 0)
        both = " and ".join(str(one.key) for one in named) or "nothing that is known"
        reason = f"the number {asked.order.order_id} now names {both}: both may fill, cancel one"
        if row is None:
            reason = "the order is no longer known"
        self._notices.add(Tone.BAD, f"{asked.order.instrument.name} {asked.key}: {reason}", asked.key)
        self._journal.record_event(
            "modify-twin",
            {"perm_id": asked.order.perm_id, "named": [one.perm_id for one in named]},
            at=self._clock.now(),
        )
        return replace(asked, outcome="unknown", reason=reason, code=ErrorCode.OUTCOME_UNKNOWN)


def changes_since(before: Order, now: Order) -> bool:
    """Whether the terms differ from those that were looked at."""
    return bool(changes(before, Wish(now.quantity, now.limit_price, now.aux_price, now.tif)))


def _refused(asked: ModifyResult, reason: str, code: ErrorCode = ErrorCode.NOT_MODIFIABLE) -> ModifyResult:
    """Nothing was sent."""
    return replace(asked, outcome="refused", reason=reason, code=code)


def _errors_of(block: Verdict, request: OrderRequest) -> tuple[FieldError, ...]:
    """A price between two ticks is invalid input and names its field; any other block is a rule of ours."""
    if block.code != ErrorCode.ORDER_VALIDATION_FAILED:
        return ()
    field, price = ("limit_price", request.limit_price) if request.limit_price else ("aux_price", request.aux_price)
    return (FieldError(field, block.rule, f"{price:f}", block.msg),)
