"""Cancelling an order of another client id: attach under that id, make sure that it is this very order, cancel it,
prove it, leave. Imports model, rules and ports only.

Only the client id that placed an order may cancel it by number (IBKR Campus TWS API docs, "Cancelling an Order"), and
a fresh connection under that id is told its open orders and may cancel them (ibkr-go recording
api_reconnect_recovered_cancel_status_aapl). The number is taken from what TWS tells on that very connection, never
from our own row, and an id that another program holds is never fought for.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tws_console.engine.book import Book
from tws_console.engine.ports import JournalPort, LinkPort, RequestFailed
from tws_console.engine.results import CancelResult, cancel_outcome
from tws_console.engine.session import Session
from tws_console.engine.shared import Shared
from tws_console.engine.side_links import SideLink, SideLinks
from tws_console.model.codes import Effect, effective_code, explain, is_note
from tws_console.model.ids import Owner
from tws_console.model.order import Order, Status
from tws_console.model.session import ID_IN_USE, ConnectFailed, Lamp
from tws_console.rules.takeover import MANUAL_CLIENT, attach_id


@dataclass(slots=True)
class _Aim:
    """One order that is to be cancelled, and how far it has come."""

    order: Order
    row: Order
    order_id: int = 0
    """As told on the connection that cancels it; 0 while nothing was sent."""
    reason: str = ""
    """Why it was not sent, or why it was refused."""
    doubt: str = ""
    """Why its end, although told, is not confirmed."""
    listed: bool = False
    """Whether the full list that was asked for afterwards holds it."""


class Takeover:
    """Cancels through second connections, at most one per client id at a time."""

    def __init__(
        self, session: Session, book: Book, side_links: SideLinks, journal: JournalPort, shared: Shared
    ) -> None:
        self._session = session
        self._book = book
        self._side_links = side_links
        self._journal = journal
        self._waiters = shared.waiters
        self._clock = shared.clock
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    def needed(self, order: Order) -> bool:
        """Whether the order cannot be cancelled by number on the connection that is up."""
        return order.client_id != self._session.state.client_id or not order.order_id

    def cannot(self, order: Order) -> str:
        """Why the order cannot be taken over now, one sentence; empty when it may be tried."""
        row, state, link = self._book.get(order.key), self._session.state, self._session.link
        if row is None or not row.live:
            return "it is not live any more"
        if row.status is Status.STAGED:
            return "it is staged: known only from the journal, and no list of TWS shows it"
        if not row.perm_id:
            return "TWS has not told its permId yet, so nobody could tell that it is this order"
        if row.perm_id != (order.perm_id or row.perm_id):
            return "the row now names another order"
        if link is None:
            return "no connection to TWS"
        if state.lamps.tws is Lamp.DOWN:
            return "TWS has lost its link to IBKR"
        if state.api_read_only:
            return "TWS is set to Read-Only API: it refuses every cancel"
        client_id = attach_id(row)
        if client_id is None:
            return "TWS has not told its owner yet"
        if client_id == link.client_id:
            return f"this is client {client_id} itself, and it may not cancel it by number: cancel it in TWS"
        return ""

    async def cancel(self, order: Order, timeout: float = 5.0, *, may_bind: bool = False) -> CancelResult:
        """Cancel exactly the order that was shown, or nothing. `timeout` seconds bound each step.

        `may_bind` says that somebody who was told what client 0 does agreed to it: without it nothing is ever attached
        as client 0.
        """
        return (await self.cancel_together((order,), timeout, may_bind=may_bind))[0]

    async def cancel_together(
        self, orders: Sequence[Order], timeout: float = 5.0, *, may_bind: bool = False
    ) -> tuple[CancelResult, ...]:
        """As `cancel`, for several orders of one and the same client id through one connection."""
        start = self._clock.monotonic()
        aims = [_Aim(order, self._book.get(order.key) or order, reason=self.cannot(order)) for order in orders]
        client_id = attach_id(aims[0].row)
        for aim in aims:
            if not aim.reason and attach_id(aim.row) != client_id:
                aim.reason = f"it is not of client {client_id}"
            if not aim.reason and client_id == MANUAL_CLIENT and not may_bind:
                aim.reason = "client 0 binds every manual order, and nobody agreed to that"
        wanted = [aim for aim in aims if not aim.reason]
        if wanted and client_id is not None:
            async with self._turns[client_id]:
                await self._attach(client_id, wanted, timeout)
        return tuple(self._result(aim, start) for aim in aims)

    async def _attach(self, client_id: int, aims: Sequence[_Aim], timeout: float) -> None:
        try:
            async with self._side_links.attached(client_id, timeout) as side:
                self._event("takeover-attached", client_id=client_id, perm_ids=[aim.row.perm_id for aim in aims])
                await self._cancel_on(side, client_id, aims, timeout)
        except ConnectFailed as failed:
            why = _in_use(aims[0].row, client_id) if failed.code == ID_IN_USE else failed.reason
            self._event("takeover-refused", client_id=client_id, why=why)
            for aim in aims:
                aim.reason = why

    async def _cancel_on(self, side: SideLink, client_id: int, aims: Sequence[_Aim], timeout: float) -> None:
        if any(aim.row.perm_id not in side.pushed for aim in aims):
            # Manual orders get their numbers by this; and TWS may be set not to tell open orders at connecting.
            with contextlib.suppress(RequestFailed):
                await side.link.own_orders(timeout)
        for aim in aims:
            aim.reason = self._aim_at(aim, side, client_id)
            if not aim.reason:
                self._send(aim, side.link)
        sent = [aim for aim in aims if aim.order_id]
        await self._waiters.until(lambda: not side.link.up or all(self._settled(aim, side) for aim in sent), timeout)
        for aim in sent:
            aim.reason = _refusal(side, aim.order_id)
            if aim.reason and self._live(aim):
                self._book.mark_cancel_sent(aim.row.key, self._clock.monotonic(), refused=aim.reason)
        if sent:
            await self._prove(sent, timeout)

    def _aim_at(self, aim: _Aim, side: SideLink, client_id: int) -> str:
        """Take the order's number from what this connection was told; a sentence when there is none to trust."""
        seen = side.pushed.get(aim.row.perm_id or 0)
        if not self._live(aim):
            return "it ended before the cancel was sent"
        if seen is None or seen.client_id != client_id or not seen.order_id:
            return f"TWS does not tell it among the orders of client {client_id}"
        if sum(other.order_id == seen.order_id for other in side.pushed.values()) != 1:
            return f"two orders of client {client_id} carry the number {seen.order_id}: cancel in TWS"
        aim.order_id = seen.order_id
        return ""

    def _send(self, aim: _Aim, link: LinkPort) -> None:
        key = aim.row.key
        link.cancel(aim.order_id, lambda at: self._book.mark_cancel_sent(key, at))
        self._event(
            "cancel-sent",
            perm_id=aim.row.perm_id,
            client_id=link.client_id,
            order_id=aim.order_id,
            via=_via(aim.row),
        )

    async def _prove(self, aims: Sequence[_Aim], timeout: float) -> None:
        """Ask on the main connection: a full list, and where that shows no end, executions and completed orders."""
        link = self._session.link
        if link is None:
            return
        try:
            await self._session.fresh_list(link, timeout)
            newest = self._session.last_snapshot
            for aim in aims:
                aim.listed = newest is not None and aim.row.perm_id in newest.perm_ids
            if any(self._live(aim) or self._row(aim).status is Status.GONE for aim in aims):
                await link.executions(timeout)
                await link.completed_orders(timeout)
        except RequestFailed as failed:
            for aim in aims:
                aim.doubt = f"not confirmed by a full list: {failed.reason}"

    def _row(self, aim: _Aim) -> Order:
        return self._book.get(aim.row.key) or aim.row

    def _live(self, aim: _Aim) -> bool:
        return self._row(aim).live

    def _settled(self, aim: _Aim, side: SideLink) -> bool:
        return not self._live(aim) or bool(_refusal(side, aim.order_id))

    def _result(self, aim: _Aim, start: float) -> CancelResult:
        row = self._row(aim)
        outcome, reason = cancel_outcome(row, aim.row)
        via = _via(aim.row) if aim.order_id else "none"
        if not aim.order_id and (row.live or not aim.row.live):
            outcome, reason = "refused", aim.reason
        elif row.live:
            reason = aim.reason or reason
        elif aim.listed:
            outcome, reason = "unknown", "TWS told its end, but a full list asked for afterwards still holds it"
        else:
            reason = aim.doubt or reason
        elapsed = round((self._clock.monotonic() - start) * 1000, 1)
        order_id = aim.order_id or row.order_id
        self._event("takeover-ended", perm_id=row.perm_id, outcome=outcome, reason=reason)
        return CancelResult(row.key, row.perm_id, row.client_id, order_id, via, outcome, reason, elapsed)

    def _event(self, kind: str, **payload: Any) -> None:
        self._journal.record_event(kind, payload, at=self._clock.now())


def _via(row: Order) -> str:
    """An id of the profile's own is no foreign one, even when it is not this connection's."""
    return "own" if row.owner is Owner.OWN else "takeover"


def _in_use(row: Order, client_id: int) -> str:
    """Two programs under one client id cannot be: whoever holds it may go on trading, so it is not tried again."""
    if row.owner is Owner.MANUAL:
        return (
            "client 0 is connected (326), and only it can be given manual orders: cancel it in TWS, or stop everything"
        )
    return f"client {client_id} is connected (326): cancel it there, or stop everything"


def _refusal(side: SideLink, order_id: int) -> str:
    """The broker's refusal of the cancel of that number on this connection, empty when there is none."""
    for problem in reversed(side.problems):
        effect = explain(effective_code(problem.code, problem.text)).effect
        if problem.request_id == order_id and effect is not Effect.CANCELLED and not is_note(problem.code):
            return f"{problem.code} {' '.join(problem.text.split())}"
    return ""
