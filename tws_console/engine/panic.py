"""The emergency stop: block, purge, cancel, then prove. Imports model and ports only.

`fire` does everything that matters in the turn of its key: the latch, the freeze file, the purge of queued placements
and the bytes of the global cancel. Proving follows as a task and may take its time. A global cancel is the Gateway's
own loop over the orders it knows, and the caller hears nothing of orders that are not its own (recordings of Gateway
10.40), while lists are answered from the Gateway's memory: so an empty list alone proves nothing, and each order
needs an end that the broker witnessed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime, timedelta

from tws_console.engine.beside import Beside
from tws_console.engine.book import Book
from tws_console.engine.latch import Latch
from tws_console.engine.portfolio import Accounts
from tws_console.engine.ports import JournalPort, LinkPort, RequestFailed
from tws_console.engine.press import Pressed
from tws_console.engine.proof import OWN_WINDOW, Evidence, judge, lines_of
from tws_console.engine.review import FROZEN
from tws_console.engine.session import READ_ONLY_CODES, Session
from tws_console.engine.shared import Shared
from tws_console.model.codes import LINK_LOST, LINK_RESTORED
from tws_console.model.events import (
    CompletedSeen,
    Event,
    LinkLost,
    OrderSeen,
    ProblemSeen,
    SnapshotTaken,
    StatusSeen,
    Undecodable,
)
from tws_console.model.ids import OrderKey
from tws_console.model.intent import Intent
from tws_console.model.notice import Tone
from tws_console.model.order import Status, Witness
from tws_console.model.stop import Outcome, StopReport, StopScope, StopVerdict

LOG = logging.getLogger(__name__)

POLL = 0.25
"""Seconds between two lists while a stop runs."""
REISSUE = 1.0
"""Seconds without effect after which the cancel goes out again."""
ANSWER = 5.0
"""Seconds that a witness may take to answer."""
ASK_AGAIN = 2.0
"""Seconds after which completed orders and executions are asked for again while an end has no witness."""
STANDING = frozenset({Outcome.LIVE, Outcome.LATER, Outcome.UNKNOWN})
ROW_MESSAGES = frozenset({3, 5, 11, 53, 55, 101, 102, None})
"""Messages whose loss could hide an order, a fill or an end."""


class Stop:
    """One stop at a time; `report` grows while it runs. Firing again sends the cancel once more and proves anew."""

    def __init__(
        self,
        session: Session,
        book: Book,
        accounts: Accounts,
        journal: JournalPort,
        latch: Latch,
        shared: Shared,
    ) -> None:
        self._session = session
        self._book = book
        self._accounts = accounts
        self._journal = journal
        self._latch = latch
        self._changes = shared.changes
        self._waiters = shared.waiters
        self._notices = shared.notices
        self._clock = shared.clock
        self._task: asyncio.Task[None] | None = None
        self._evidence: Evidence | None = None
        self.report: StopReport | None = None

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    # ---- the bar

    def arm(self) -> StopScope:
        """The bar opened: put the freeze file ready under another name, and say what would be cancelled."""
        self._latch.prepare()
        return self.scope()

    def disarm(self) -> None:
        """The bar closed without sending."""
        self._latch.discard()

    def scope(self) -> StopScope:
        """What is open now, as far as this console knows."""
        rows = [row for row in self._book.live() if row.status is not Status.STAGED]
        return StopScope(
            accounts=tuple(sorted({row.account for row in rows if row.account})),
            clients=tuple(sorted({row.client_id for row in rows if row.client_id is not None})),
            symbols=tuple(sorted({row.instrument.name for row in rows})),
        )

    def release(self, phrase: str) -> None:
        """Lift the freeze. Raises ValueError with a sentence unless `phrase` is the right one; a running stop ends."""
        self._latch.release(phrase)
        if self._task is not None:
            self._task.cancel()
        self._rest()
        self._session.put(frozen=False, frozen_since="")
        self._notices.add(Tone.NOTE, "freeze released: orders can be placed again")

    # ---- firing

    def fire(self, pressed: Pressed | None = None) -> None:
        """Block, purge and cancel now, in this very turn; then prove in the background. `pressed` is what the thread
        that reads the keys has done of it already.
        """
        pressed = pressed or self._press()
        evidence = Evidence(
            pressed.started, pressed.started_at, StopScope(), blocked_at=pressed.blocked_at, sent_at=pressed.sent_at
        )
        evidence.note(pressed.note)
        evidence.attempts = int(pressed.sent_at is not None)
        link = self._session.link
        if link is not None:
            purged = link.purge(FROZEN)
            evidence.purged = tuple(f"{p.instrument.name} {p.action} {p.quantity:f}" for p in purged)
            if pressed.sent_at is None or self._clock.monotonic() - pressed.started <= OWN_WINDOW:
                self._send(link, evidence)
        else:
            self._session.retry_now()
        evidence.scope = self.scope()
        self._begin(evidence)

    def _press(self) -> Pressed:
        """Block here, in the loop; nothing is sent yet."""
        started, started_at = self._clock.monotonic(), self._clock.now()
        note = self._latch.engage()
        return Pressed(started, started_at, self._clock.monotonic(), None, note)

    def adopt(self, started: float, started_at: datetime, blocked_at: float | None, sent_at: float, note: str) -> None:
        """Go on with a stop whose cancel went out already, on the link that the session has adopted. Nothing is placed
        from here, so only the file freezes, and the report says whether it does.
        """
        link = self._session.link
        assert link is not None
        evidence = Evidence(started, started_at, self.scope(), blocked_at=blocked_at, attempts=1, tried_at=sent_at)
        evidence.note(note)
        evidence.sent(sent_at, link)
        self._begin(evidence)

    def _begin(self, evidence: Evidence) -> None:
        former, self._evidence = self._evidence, evidence
        if former is not None and self.running:
            evidence.known.update(former.known)
        if self._task is not None:
            self._task.cancel()
        for row in self._book.orders.values():
            if row.live or row.status is Status.GONE:
                evidence.know(row, evidence.started)
        self._session.put(frozen=True, frozen_since=evidence.started_at.isoformat(timespec="seconds"))
        self._publish(evidence)
        self._task = asyncio.get_running_loop().create_task(self._prove(evidence), name="stop")

    def _send(self, link: LinkPort, evidence: Evidence) -> None:
        """Write the global cancel. Any proof begins anew with it."""
        evidence.attempts += 1
        evidence.tried_at = self._clock.monotonic()
        link.global_cancel(lambda at: evidence.sent(at, link))

    # ---- listening

    def apply(self, event: Event) -> None:
        """Take in what the broker says while a stop runs. Comes after the book has taken the same event."""
        evidence = self._evidence
        if evidence is None or not self.running:
            return
        match event:
            case OrderSeen() | StatusSeen():
                row = self._book.get(OrderKey.perm(event.perm_id))
                if row is not None and row.live:
                    evidence.know(row, event.at)
            case CompletedSeen() if event.order_ref:
                evidence.completed[event.order_ref] = event
            case LinkLost():
                evidence.restart()
            case SnapshotTaken():
                for perm_id in event.perm_ids:
                    row = self._book.get(OrderKey.perm(perm_id))
                    if row is not None:
                        evidence.know(row, event.at)
                evidence.take_list(event)
                if not evidence.scope.symbols:
                    evidence.scope = self.scope()
            case ProblemSeen() if event.code in LINK_LOST | LINK_RESTORED:
                evidence.restart()
                evidence.again = True
            case ProblemSeen() if event.code in READ_ONLY_CODES and "read-only" in event.text.lower():
                evidence.note("TWS refused: the API is set to Read-Only. Untick it, or cancel in TWS.")
            case ProblemSeen() if event.code == 10147 and event.request_id in evidence.asked_for:
                evidence.refused.add(evidence.asked_for[event.request_id])
            case Undecodable() if event.message_id in ROW_MESSAGES:
                evidence.undecodable += 1
                evidence.restart()
            case _:
                pass

    def missed(self) -> None:
        """An event could not be taken in whole: nothing seen so far proves anything."""
        if self._evidence is not None and self.running:
            self._evidence.undecodable += 1
            self._evidence.restart()

    # ---- proving

    async def _prove(self, evidence: Evidence) -> None:
        """Ask for lists, witnesses and executions until everything is proved, however long it takes. A turn that fails
        is told and tried again: nothing but its proof, a release or the end of the program ends a stop.
        """
        beside = Beside(evidence.note)
        try:
            while True:
                turn = self._clock.monotonic()
                try:
                    self._turn(evidence, beside)
                    await beside.wait(POLL)
                    if self._publish(evidence).proved:
                        break
                except Exception as error:
                    LOG.exception("a turn of the stop failed")
                    evidence.note(f"internal error: {error!r}")
                await asyncio.sleep(max(0.0, POLL - (self._clock.monotonic() - turn)))
        finally:
            beside.cancel()
        self._notices.add(Tone.GOOD, "PROVED: nothing is open. Entry stays frozen until it is released.")
        self._latch.settle()

    def _turn(self, evidence: Evidence, beside: Beside) -> None:
        """One look: the cancel again where it is due, a list, and the slower questions beside them."""
        beside.start("journal", lambda: self._read_journal(evidence))
        link = self._session.link
        if link is not None and link.up:
            self._send_again(link, evidence)
            link.ask_all_orders(urgent=True)
            beside.start("witnesses", lambda: self._witnesses(link, evidence))
            return
        now = self._clock.monotonic()
        if evidence.retried_at is None or now - evidence.retried_at >= REISSUE:
            evidence.retried_at = now
            self._session.retry_now()

    async def _read_journal(self, evidence: Evidence) -> None:
        """Placements of ours without an answer, in any process: read after the freeze stands, so none can slip past."""
        if evidence.journal_read and not evidence.unanswered:
            return
        since = evidence.started_at - timedelta(days=1)
        endpoint = f"{self._session.endpoint.host}:{self._session.endpoint.port}"
        try:
            async with asyncio.timeout(ANSWER):
                found = await self._journal.unanswered(endpoint, since)
                staged = await self._journal.staged(endpoint, since)
        except (OSError, TimeoutError) as error:
            evidence.note(f"the journal could not be read ({error}): placements without an answer are not known")
            return
        seen = {(row.order_ref, row.client_id, row.order_id) for row in self._book.orders.values() if row.perm_id}
        evidence.unanswered = [one for one in found if (one.order_ref, one.client_id, one.order_id) not in seen]
        evidence.staged = tuple(_words(intent) for intent in staged)
        evidence.journal_read = True

    def _send_again(self, link: LinkPort, evidence: Evidence) -> None:
        """Send the cancel again while it has no effect, unless an order has appeared that the user did not mean."""
        now = self._clock.monotonic()
        moved = evidence.link is None or link.generation != evidence.link.generation
        lines = lines_of(evidence, self._book.get)
        survivors = any(line.outcome is Outcome.LIVE for line in lines)
        rested = evidence.tried_at is None or now - evidence.tried_at >= REISSUE
        if not rested or not (evidence.again or moved or survivors):
            return
        newest = self._session.last_snapshot
        listed = newest is not None and newest.complete and newest.link == link.generation
        listed = listed and newest is not None and newest.asked_at >= evidence.started
        if moved and not listed and now - evidence.started > OWN_WINDOW:
            return
        if any(line.late and line.outcome in STANDING for line in lines):
            evidence.note("an order is new since the stop, so it does not cancel by itself again: stop key, then enter")
            return
        evidence.again = False
        self._send(link, evidence)

    async def _witnesses(self, link: LinkPort, evidence: Evidence) -> None:
        """Completed orders tell the ends of others' orders, also while some are still live; only what was asked
        after the first empty list counts for the proof, and executions are swept then.
        """
        lines = lines_of(evidence, self._book.get)
        bare = [line for line in lines if line.witness is Witness.NONE]
        doubtful = bare or not lines or any(line.witness is Witness.REFUSAL for line in lines)
        empty = evidence.empty_at is not None
        now = self._clock.monotonic()
        # An end may reach the completed orders later than the order left the list: as long as one is missing, ask on.
        again = bool(bare) and (evidence.asked_at is None or now - evidence.asked_at >= ASK_AGAIN)
        if doubtful and (again or not evidence.completed_ok) and (empty or self._book.needs_end):
            evidence.asked_at = now
            self._book.needs_end.clear()
            if await self._answered(evidence, "completed orders", link.completed_orders(ANSWER)):
                evidence.completed_ok = evidence.completed_ok or empty
        if evidence.empty_at is None:
            return
        if (again or not evidence.swept_ok) and await self._answered(evidence, "executions", link.executions(ANSWER)):
            evidence.swept_ok = True
        for line in bare:
            if line.perm_id is None and line.order_id and line.client_id == link.client_id:
                self._ask_for_lost(link, evidence, line.order_id)

    async def _answered(self, evidence: Evidence, what: str, request: Awaitable[object]) -> bool:
        """True when the answer came whole, and the proof was not begun anew meanwhile."""
        empty_at, unreadable = evidence.empty_at, evidence.undecodable
        try:
            await request
        except RequestFailed as failed:
            evidence.note(f"{what} not answered: {failed.reason}")
            return False
        return evidence.empty_at == empty_at and evidence.undecodable == unreadable

    def _ask_for_lost(self, link: LinkPort, evidence: Evidence, order_id: int) -> None:
        """A placement that was never answered: 10147 to a cancel of its number says that TWS does not know it."""
        if order_id in evidence.asked_for:
            return
        intents = {intent.order_id: intent.ulid for intent in evidence.unanswered if intent.client_id == link.client_id}
        row = next(iter(self._book.by_alias(link.client_id, order_id)), None)
        ulid = row.intent if row is not None else intents.get(order_id, "")
        if ulid:
            evidence.asked_for[order_id] = ulid
            link.cancel(order_id, lambda _at: None, urgent=True)

    def _publish(self, evidence: Evidence) -> StopReport:
        """Make the report anew from the evidence."""
        now = self._clock.monotonic()
        for row in self._book.live():
            evidence.know(row, now)
        state = self._session.state
        report = judge(
            evidence,
            lines_of(evidence, self._book.get),
            endpoint=(state.host, state.port),
            lamps=state.lamps,
            accounts_ready=self._accounts.ready,
            frozen=self._latch.is_frozen(),
            now=now,
        )
        self.report = report
        self._changes.stop = True
        self._waiters.check()
        return report

    async def wait(self, timeout: float) -> StopReport:
        """The report as soon as it is proved, or as it stands after `timeout` seconds."""
        await self._waiters.until(
            lambda: self.report is not None and self.report.verdict is StopVerdict.PROVED, timeout
        )
        assert self.report is not None
        return self.report

    async def close(self) -> None:
        """End the proving; what was sent stays sent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._rest()

    def _rest(self) -> None:
        """Nothing proves any further: the report stays as it stands."""
        if self.report is not None:
            self.report = replace(self.report, running=False)
            self._changes.stop = True


def _words(intent: Intent) -> str:
    return f"{intent.symbol} {intent.action} {intent.quantity:f} {intent.order_type}"
