"""Who witnesses the ends: completed orders, executions, the journal, and TWS's word on placements never answered.

Imports the stop's own modules and ports. A list tells only what TWS believes is open; the completed orders carry the
venue's statement of an end, also for orders of others, whose callbacks never come here (recordings of Gateway 10.40).
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from datetime import timedelta
from functools import partial

from tws_console.engine.beside import Beside
from tws_console.engine.evidence import Evidence, Track
from tws_console.engine.ports import LinkPort, RequestFailed
from tws_console.engine.stop_listener import Listener
from tws_console.engine.stop_parts import StopParts
from tws_console.engine.stop_record import StopRecord
from tws_console.model.events import Event, ProblemSeen
from tws_console.model.ids import OrderKey
from tws_console.model.intent import Intent
from tws_console.model.order import Witness
from tws_console.model.session import ID_IN_USE, ConnectFailed
from tws_console.model.stop import StopLine

ANSWER = 5.0
"""Seconds that a witness may take to answer."""
ASK_AGAIN = 2.0
"""Seconds after which completed orders and executions are asked for again while an end has no witness."""
PROBE_SECONDS = 3.0
PROBE_WAITS = (2.0, 5.0, 10.0, 30.0)


class Witnesses:
    """The asking half of one stop."""

    def __init__(self, parts: StopParts, evidence: Evidence, record: StopRecord, listener: Listener) -> None:
        self._parts = parts
        self._evidence = evidence
        self._record = record
        self._listener = listener
        self._clock = parts.shared.clock
        self._probes: dict[int, tuple[int, float]] = {}
        """By client id: how often a connection was made for its lost placements, and when the next may be."""

    async def read_journal(self) -> None:
        """Placements of ours without an answer, in any process: read after the freeze stands, so none can slip past."""
        evidence, journal = self._evidence, self._parts.journal
        if evidence.journal_read and not evidence.unanswered:
            return
        since = evidence.started_at - timedelta(days=1)
        endpoint = self._parts.session.endpoint.name
        try:
            found = await journal.unanswered(endpoint, since)
            staged = await journal.staged(endpoint, since)
        except OSError as error:
            evidence.note(f"the journal could not be read ({error}): placements without an answer are not known")
            return
        rows = self._parts.book.orders.values()
        seen = {(row.order_ref, row.client_id, row.order_id) for row in rows if row.perm_id}
        evidence.unanswered = [
            one
            for one in found
            if (one.order_ref, one.client_id, one.order_id) not in seen and evidence.wants_intent(one)
        ]
        evidence.staged = tuple(_words(intent) for intent in staged if evidence.wants_intent(intent))
        evidence.journal_read = True

    async def ask(self, track: Track, lines: tuple[StopLine, ...]) -> None:
        """Completed orders tell the ends of others' orders, also while some are still live; only what was asked after
        the first empty list counts for the proof, and executions are swept then.
        """
        link, evidence, book = track.link, self._evidence, self._parts.book
        bare = [line for line in lines if line.witness is Witness.NONE]
        doubtful = bare or evidence.blind or any(line.witness is Witness.REFUSAL for line in lines)
        empty = track.empty_at is not None
        now = self._clock.monotonic()
        # An end may reach the completed orders later than the order left the list: as long as one is missing, ask on.
        again = bool(bare) and (track.asked_at is None or now - track.asked_at >= ASK_AGAIN)
        # A connection that ends no list may tell all the same what became of the orders.
        due = empty or book.needs_end or track.silent(now, ASK_AGAIN)
        if doubtful and (again or not track.completed_ok) and due:
            track.asked_at = now
            book.needs_end.clear()
            if await self._answered(track, "completed orders", link.completed_orders(ANSWER)):
                track.completed_ok = track.completed_ok or empty
        if track.empty_at is None:
            return
        if (again or not track.swept_ok) and await self._answered(track, "executions", link.executions(ANSWER)):
            track.swept_ok = True
        behind = track.twice_empty and not track.behind_ok
        if behind and await self._answered(track, "the time", link.current_time(ANSWER)):
            track.behind_ok = True

    async def _answered(self, track: Track, what: str, request: Awaitable[object]) -> bool:
        """True when the answer came whole, and the proof was not begun anew meanwhile."""
        empty_at, unreadable = track.empty_at, self._evidence.undecodable
        try:
            await request
        except RequestFailed as failed:
            self._evidence.note(f"{what} not answered: {failed.reason}")
            return False
        return track.empty_at == empty_at and self._evidence.undecodable == unreadable

    # ---- placements that were never answered

    def probe(self, lines: Iterable[StopLine], links: Iterable[LinkPort], beside: Beside) -> None:
        """Ask TWS about each placement that was never answered, once it is in no list: a refusal of a cancel of its
        number under its client id says that it is not known.
        """
        lost = [line for line in lines if line.witness is Witness.NONE and line.perm_id is None and line.order_id]
        here = {link.client_id: link for link in links}
        for line in lost:
            client_id = line.client_id or 0
            if client_id in here:
                self._ask_for(here[client_id], line)
            elif client_id and client_id != self._parts.session.state.client_id and self._may_probe(client_id):
                beside.start(f"client {client_id}", partial(self._ask_as, client_id, lost))

    def _ask_for(self, link: LinkPort, line: StopLine) -> None:
        name, ulid = (link.client_id, line.order_id or 0), self._ulid_of(line)
        if ulid and name not in self._evidence.asked_for:
            self._evidence.asked_for[name] = ulid
            self._record.tried("cancel of a lost placement", client_id=name[0], order_id=name[1])
            link.cancel(name[1], lambda _at: None, urgent=True)

    def _may_probe(self, client_id: int) -> bool:
        count, next_at = self._probes.get(client_id, (0, 0.0))
        now = self._clock.monotonic()
        if now < next_at or count >= len(PROBE_WAITS):
            return False
        self._probes[client_id] = (count + 1, now + PROBE_WAITS[count])
        return True

    async def _ask_as(self, client_id: int, lost: Iterable[StopLine]) -> None:
        """Connect under the client id of lost placements and ask for each by its number. One that TWS shows at attach
        is there after all: it is told by that, and nothing is sent.
        """
        mine = [line for line in lost if line.client_id == client_id]
        try:
            async with self._parts.side_links.attached(
                client_id, PROBE_SECONDS, lambda event: self._hear(event, client_id)
            ) as side:
                shown = {order.order_id for order in side.pushed.values()}
                asked = [line for line in mine if line.order_id not in shown]
                for line in asked:
                    self._evidence.asked_for.pop((client_id, line.order_id or 0), None)
                    self._ask_for(side.link, line)
                names = {self._ulid_of(line) for line in asked}
                await self._parts.shared.waiters.until(lambda: names <= self._evidence.refused, PROBE_SECONDS)
        except ConnectFailed as failed:
            used = failed.code == ID_IN_USE
            why = f"client {client_id} is connected (326): only there it can be asked for" if used else failed.reason
            for line in mine:
                self._evidence.words[line.key] = why

    def _hear(self, event: Event, client_id: int) -> None:
        """Only its errors concern the stop: what proves comes on the connections that carried the cancel."""
        if isinstance(event, ProblemSeen):
            self._listener.apply(event, client_id)

    def _ulid_of(self, line: StopLine) -> str:
        """The intent behind a line that has no permId; empty when it is none of ours."""
        row = self._parts.book.get(OrderKey.alias(line.client_id or 0, line.order_id or 0))
        if row is not None and row.perm_id is None and row.intent:
            return row.intent
        names = ((one.ulid, one.client_id, one.order_id) for one in self._evidence.unanswered)
        return next((ulid for ulid, *name in names if name == [line.client_id, line.order_id]), "")


def _words(intent: Intent) -> str:
    return f"{intent.symbol} {intent.action} {intent.quantity:f} {intent.order_type}"
