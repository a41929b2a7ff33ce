"""Which cancel of a stop goes out when: everything again, then each survivor by itself, then as its owner.

Imports the stop's own modules and model. A stop cancels what it was pressed for: a cancel of everything goes out by
itself only while no order has appeared that the user cannot have meant, and a cancel of one order goes only to orders
that this stop knows. Nothing is tried for ever: one order gets a few tries, everything ever rarer ones.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tws_console.engine.beside import Beside
from tws_console.engine.evidence import OWN_WINDOW, Evidence
from tws_console.engine.ports import LinkPort
from tws_console.engine.stop_links import SILENT, SecondLink
from tws_console.engine.stop_parts import StopParts
from tws_console.engine.stop_record import StopRecord
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.order import Order
from tws_console.model.session import Lamps
from tws_console.model.stop import Outcome, StopLine

REISSUE = 1.0
"""Seconds without effect after which the cancel goes out again."""
REISSUE_WAITS = (REISSUE, REISSUE, REISSUE, 2.0, 4.0, 8.0, 15.0, 30.0)
MOST_TRIES = 3
"""Tries for one order by itself."""
TRY_WAITS = (2.0, 4.0, 8.0)
TAKEOVER_SECONDS = 5.0
AT_ONCE = 4
"""Owners that are taken over at the same time."""
STANDING = frozenset({Outcome.LIVE, Outcome.LATER, Outcome.UNKNOWN})

READ_ONLY = (
    "TWS refuses it: its API is Read-Only. Untick Global Configuration > API > Settings > Read-Only API, or cancel "
    "in TWS"
)
BY_HAND = "entered by hand in TWS: cancel it there, no client may cancel it by its number"
NEW_ORDER = "an order is new since the stop, so it does not cancel everything by itself again: stop key, then enter"


@dataclass(slots=True)
class _Try:
    count: int = 0
    next_at: float = 0.0


class Tries:
    """The sending half of one stop. `everything` allows the cancel of everything."""

    def __init__(
        self, parts: StopParts, evidence: Evidence, second: SecondLink, record: StopRecord, *, everything: bool
    ) -> None:
        self._parts = parts
        self._evidence = evidence
        self._second = second
        self._record = record
        self._everything = everything
        self._clock = parts.shared.clock
        self._sent_at: float | None = None
        self._reissues = 0
        self._tries: dict[OrderKey, _Try] = {}
        self._takeovers: dict[int, list[Order]] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE)

    # ---- everything

    def send(self, link: LinkPort, lamps: Callable[[], Lamps]) -> None:
        """Write the cancel of everything on this connection, now. Any proof begins anew with it."""
        self._evidence.attempts += 1
        self._sent_at = self._clock.monotonic()
        link.global_cancel(lambda at: self._evidence.sent(at, link, lamps))

    def adopted(self) -> None:
        """Somebody else has written the first one: it gets its time from when somebody listens."""
        self._evidence.attempts += 1
        self._sent_at = self._clock.monotonic()

    def main_lamps(self) -> Lamps:
        return self._parts.session.state.lamps

    def look(self, lines: tuple[StopLine, ...], beside: Beside, lost_at: float) -> None:
        """One look at what still lives, and the cancels that are due. `lost_at` is since when there is no main link."""
        now = self._clock.monotonic()
        main = self.main()
        late = any(line.late and line.outcome in STANDING for line in lines)
        survivors = any(line.outcome is Outcome.LIVE and not line.late for line in lines)
        rested = self._sent_at is None or now - self._sent_at >= SILENT
        no_effect = self._everything and survivors and self._evidence.attempts > 1 and rested
        if why := self._second.due(now, main, lost_at, no_effect):
            beside.start("second connection", lambda: self._second.hold(why))
        if self._everything:
            self._send_again(now, main, late, survivors)
        else:
            self._watch_new(now, main)
        if survivors and self._singly(now, late):
            self._one_by_one(lines, now, beside)

    def main(self) -> LinkPort | None:
        link = self._parts.session.link
        return link if link is not None and link.up else None

    def _send_again(self, now: float, main: LinkPort | None, late: bool, survivors: bool) -> None:
        """The cancel on a connection that has not carried it, and again where it is due."""
        if late and (survivors or self._evidence.again):
            self._evidence.note(NEW_ORDER)
        for link, lamps in ((main, self.main_lamps), (self._second.link, self._second.lamps)):
            if link is not None and link.generation not in self._evidence.tracks and self._meant(link, now, late):
                self._record.tried("cancel of everything", client_id=link.client_id)
                self.send(link, lamps)
        if late or now < self._due_at() or not (survivors or self._evidence.again):
            return
        for link, lamps in ((main, self.main_lamps), (self._second.link, self._second.lamps)):
            track = self._evidence.tracks.get(link.generation) if link is not None else None
            if link is None or track is None:
                continue
            # A connection that does not answer gets it once more; after that the other one is asked.
            if track.answered or self._reissues == 0:
                self._reissues += 1
                self._record.tried("cancel of everything again", client_id=link.client_id)
                self.send(link, lamps)
                return

    def _due_at(self) -> float:
        """When the cancel of everything may go out again, monotonic seconds."""
        wait = REISSUE if self._evidence.again else REISSUE_WAITS[min(self._reissues, len(REISSUE_WAITS) - 1)]
        return 0.0 if self._sent_at is None else self._sent_at + wait

    def next_at(self, lines: Iterable[StopLine]) -> float | None:
        """When the next cancel is due, monotonic seconds; None when none goes out by itself any more."""
        standing = [line for line in lines if line.outcome in STANDING]
        living = [line.key for line in standing if line.outcome is Outcome.LIVE and not line.late]
        due = [tried.next_at for key in living if (tried := self._tries.get(key)) and 0 < tried.count < MOST_TRIES]
        if self._everything and not any(line.late for line in standing) and (living or self._evidence.again):
            due.append(self._due_at())
        return min(due, default=None)

    def _watch_new(self, now: float, main: LinkPort | None) -> None:
        """A scoped stop sends no cancel of everything: a connection that is new counts from when it is seen."""
        for link, lamps in ((main, self.main_lamps), (self._second.link, self._second.lamps)):
            if link is not None and link.generation not in self._evidence.tracks:
                self._evidence.watch(now, link, lamps)

    def _meant(self, link: LinkPort, now: float, late: bool) -> bool:
        """Long after the enter a connection has to list the orders first: one that is new may be a hedge."""
        if late:
            return False
        return now - self._evidence.started <= OWN_WINDOW or link.generation in self._evidence.listed

    # ---- one by one

    def _singly(self, now: float, late: bool) -> bool:
        """Whether survivors are to be cancelled one by one: at once in a scoped stop, else when everything was sent
        twice, or may not be sent again.
        """
        if not self._everything:
            return True
        if self._evidence.again or self._sent_at is None or now - self._sent_at < REISSUE / 2:
            return False
        return late or self._evidence.attempts > 1

    def _one_by_one(self, lines: Iterable[StopLine], now: float, beside: Beside) -> None:
        names = Counter((row.client_id, row.order_id) for row in self._parts.book.orders.values() if row.live)
        for line in lines:
            if line.outcome is not Outcome.LIVE or line.late:
                continue
            row = self._parts.book.get(line.key)
            if row is None:
                continue
            tried = self._tries.setdefault(row.key, _Try())
            if tried.count >= MOST_TRIES or now < tried.next_at:
                continue
            link = self._link_of(row)
            cannot = self._cannot(row, names[row.client_id, row.order_id], link)
            if cannot:
                self._evidence.words[row.key] = cannot
                continue
            tried.next_at = now + TRY_WAITS[tried.count]
            tried.count += 1
            if link is not None:
                self._cancel_own(link, row, tried.count)
            else:
                self._queue_takeover(row, beside)

    def _link_of(self, row: Order) -> LinkPort | None:
        """The connection of ours that may cancel it by its number."""
        for link in (self.main(), self._second.link):
            if link is not None and link.client_id == row.client_id:
                return link
        return None

    def _cannot(self, row: Order, namesakes: int, link: LinkPort | None) -> str:
        """Why it cannot be cancelled by itself, one sentence; empty when it can."""
        if self._evidence.read_only:
            return READ_ONLY
        if row.owner is Owner.MANUAL or (row.client_id == 0 and link is None):
            return BY_HAND
        if row.client_id is None or not row.order_id:
            return "its owner's number is not known: cancel it in TWS"
        if namesakes > 1:
            return f"{namesakes} live orders carry the number {row.order_id}: cancel in TWS"
        if link is None and self.main() is None:
            return "the main connection is lost: it goes by itself when that is back"
        return ""

    def _cancel_own(self, link: LinkPort, row: Order, count: int) -> None:
        """Cancel it by its number on the connection that it belongs to; the caller has made sure that the number names
        this order alone.
        """
        assert row.order_id is not None
        key, book = row.key, self._parts.book
        self._record.tried("own cancel", perm_id=row.perm_id, client_id=row.client_id, order_id=row.order_id)
        self._evidence.words[key] = f"own cancel sent, {count} of {MOST_TRIES}"

        def written(at: float) -> None:
            book.mark_cancel_sent(key, at)
            self._evidence.tried(at)

        link.cancel(row.order_id, written, urgent=True)

    def _queue_takeover(self, row: Order, beside: Beside) -> None:
        client_id = row.client_id or 0
        self._evidence.words[row.key] = f"takeover as client {client_id} waits for its turn"
        self._takeovers.setdefault(client_id, []).append(row)
        beside.start(f"takeover as client {client_id}", lambda: self._take_over(client_id))

    async def _take_over(self, client_id: int) -> None:
        """Cancel the queued orders of one owner through one connection under its id."""
        async with self._at_once:
            while rows := [row for row in self._takeovers.pop(client_id, []) if self._live(row)]:
                self._record.tried("takeover", client_id=client_id, perm_ids=[row.perm_id for row in rows])
                for row in rows:
                    self._evidence.words[row.key] = f"takeover as client {client_id} under way"
                results = await self._parts.takeover.cancel_together(rows, TAKEOVER_SECONDS)
                self._evidence.tried(self._clock.monotonic())
                for result in results:
                    why = "" if result.outcome == "cancelled" else f": {result.reason or result.outcome}"
                    self._evidence.words[result.key] = f"takeover as client {client_id}{why}"

    def _live(self, row: Order) -> bool:
        now = self._parts.book.get(row.key)
        return now is not None and now.live
