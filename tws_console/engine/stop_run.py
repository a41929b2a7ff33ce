"""One stop from its first cancel to its proof: what it hears, what it asks, what it sends again, its report.

Imports the stop's own modules, the engine's stores and model. It ends by its proof, by a release, by the next stop or
with the program; a turn that fails is told and tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from functools import partial

from tws_console.engine.beside import Beside
from tws_console.engine.evidence import Evidence
from tws_console.engine.ports import LinkPort, RequestFailed
from tws_console.engine.proof import judge
from tws_console.engine.stop_lines import lines_of
from tws_console.engine.stop_links import SecondLink
from tws_console.engine.stop_listener import Listener
from tws_console.engine.stop_parts import StopParts
from tws_console.engine.stop_positions import PositionWatch
from tws_console.engine.stop_record import StopRecord
from tws_console.engine.stop_tries import Tries
from tws_console.engine.stop_witness import ANSWER, Witnesses
from tws_console.model.events import Event, LinkLost
from tws_console.model.notice import Tone
from tws_console.model.order import Status
from tws_console.model.stop import Outcome, StopLine, StopReport

LOG = logging.getLogger(__name__)

POLL = 0.25
"""Seconds between two lists while a stop runs."""
GAP = 2.0
"""Seconds between two turns after which the process slept: whatever it knows may be old."""
LIST_FIRST = 1.0
"""Seconds in which a list is waited for after a sleep before anything is cancelled again."""
RECONNECT = 1.0
"""Seconds between two tries to get the main connection back."""
NAMED_AFTER = 5.0
"""Seconds after which the journal has the verdict so far, proved or not."""
PROVED = "PROVED: nothing is open. Entry stays frozen until it is released."
PROVED_THERE = "PROVED: nothing is open in the scope of this cancel. Entry is not frozen."
FILLS = frozenset({Outcome.FILLED, Outcome.PARTLY_FILLED})


class StopRun:
    """`everything` allows the cancel of everything; without it only orders in the scope are cancelled, one by one."""

    def __init__(self, parts: StopParts, evidence: Evidence, *, everything: bool = True) -> None:
        self.evidence = evidence
        self._parts = parts
        self._clock = parts.shared.clock
        self._everything = everything
        self.listener = Listener(evidence, parts.book)
        self._second = SecondLink(parts, evidence, self.hear)
        self._record = StopRecord(parts.journal, self._clock, evidence)
        self._witnesses = Witnesses(parts, evidence, self._record, self.listener)
        self._positions: PositionWatch | None = None
        self._told: set[str] = set()
        self._lost_at = self._clock.monotonic()
        self._retried_at = 0.0
        self._woke_at = 0.0
        self._positions_asked = False
        self._task: asyncio.Task[None] | None = None
        self.tries = Tries(parts, evidence, self._second, self._record, everything=everything)
        self.report: StopReport | None = None

    @property
    def running(self) -> bool:
        return self.report is None or self.report.running

    def begin(self) -> None:
        """The first cancel has left, or cannot leave yet: answer for every order known, and prove."""
        evidence, book = self.evidence, self._parts.book
        for row in book.orders.values():
            if row.live or row.status is Status.GONE:
                evidence.know(row, evidence.started)
        evidence.blind = not evidence.known
        if self._parts.portfolio.loaded:
            self._positions = PositionWatch(self._parts.portfolio.positions, book.executions(), evidence.started_at)
        # The task first: a first report that fails must not leave a stop that nobody proves.
        self._task = asyncio.get_running_loop().create_task(self._live(), name="stop")
        self._publish(self._lines())

    def end(self) -> None:
        """Nothing proves any further: the report stays as it stands now, and what was sent stays sent."""
        if self._task is not None:
            self._task.cancel()
        if self.running:
            self.report = replace(self._publish(self._lines()), running=False)
            self._parts.shared.changes.stop = True

    async def ended(self) -> None:
        """Wait until nothing of it runs any more, and see its report to the journal."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        if self.report is not None:
            await self._record.report(self.report)

    # ---- listening

    def apply(self, event: Event) -> None:
        """Take in what the broker says, after the book has taken the same event."""
        if self._positions is not None:
            self._positions.apply(event)
        if not self.running:
            return
        if isinstance(event, LinkLost):
            self._lost_at = event.at
        link = self._parts.session.link
        self.listener.apply(event, link.client_id if link is not None else None)

    def hear(self, event: Event) -> None:
        """Take in what the second connection says of itself."""
        link = self._second.link
        self.listener.apply(event, link.client_id if link is not None else None)

    # ---- proving

    async def _live(self) -> None:
        """Ask, send again and judge until everything is proved, then see that positions stay explained."""
        evidence = self.evidence
        beside = Beside(evidence.note)
        self._record.fired()
        before = self._clock.monotonic()
        try:
            while self.running:
                turn = self._clock.monotonic()
                if turn - before > GAP:
                    self._slept(turn, turn - before)
                before = turn
                try:
                    self._turn(beside)
                    await beside.wait(POLL)
                    self._publish(self._lines())
                except Exception as error:
                    LOG.exception("a turn of the stop failed")
                    evidence.note(f"internal error: {error!r}")
                await asyncio.sleep(max(0.0, POLL - (self._clock.monotonic() - turn)))
        finally:
            beside.cancel()
        self._parts.shared.notices.add(Tone.GOOD, PROVED if self._everything else PROVED_THERE)
        if self._everything:
            self._parts.latch.settle()
        if self.report is not None:
            await self._record.report(self.report)
        while self._positions is not None:
            await asyncio.sleep(1.0)
            await self._sweep_fills()
            self._watch_positions()

    def _slept(self, now: float, seconds: float) -> None:
        """Everything known may be old: the proof begins anew, and a list comes before the next cancel."""
        self.evidence.note(f"this program slept for {seconds:.1f} s: the proof begins anew")
        self.evidence.restart(now)
        self._woke_at = now

    def _may_act(self) -> bool:
        """Whether a list was asked for since this program woke up, and answered; a silent TWS is not waited for."""
        return self.evidence.newest_list >= self._woke_at or self._clock.monotonic() - self._woke_at >= LIST_FIRST

    def _turn(self, beside: Beside) -> None:
        """One look: the cancels that are due, a list on each connection, and the slower questions beside them."""
        evidence, session = self.evidence, self._parts.session
        beside.start("journal", self._witnesses.read_journal)
        lines = self._lines()
        if self._may_act():
            self.tries.look(lines, beside, self._lost_at)
        main = self.tries.main()
        links = [link for link in (main, self._second.link) if link is not None and link.up]
        for link in links:
            self._ask_list(link)
            track = evidence.tracks.get(link.generation)
            if track is not None:
                beside.start(f"witnesses {link.generation}", partial(self._witnesses.ask, track, lines))
        if any(track.empty_at is not None for track in evidence.tracks.values()):
            self._witnesses.probe(lines, [link for link in links if self._answers(link)], beside)
        if any(line.outcome in FILLS for line in lines) and main is not None:
            self._ask_positions(main, beside)
        beside.start("fills", self._sweep_fills)
        now = self._clock.monotonic()
        if main is None and now - self._retried_at >= RECONNECT:
            self._retried_at = now
            session.retry_now()
        if now - evidence.started > NAMED_AFTER and self.report is not None:
            report = self.report
            beside.start("record", lambda: self._record.report(report))

    def _ask_list(self, link: LinkPort) -> None:
        """Ask for the list, unless the answers that prove are in and only one more is owed."""
        track = self.evidence.tracks.get(link.generation)
        if track is None or not track.twice_empty or not link.owed:
            link.ask_all_orders(urgent=True)

    def _answers(self, link: LinkPort) -> bool:
        track = self.evidence.tracks.get(link.generation)
        return track is not None and track.answered

    def _ask_positions(self, link: LinkPort, beside: Beside) -> None:
        """Fills are told with the new position: a stop of the command line has not asked for any yet."""
        if self._parts.portfolio.loaded or self._positions_asked:
            return
        self._positions_asked = True

        async def ask() -> None:
            try:
                await link.positions(ANSWER)
            except RequestFailed as failed:
                self.evidence.note(f"positions not answered: {failed.reason}")

        beside.start("positions", ask)

    async def _sweep_fills(self) -> None:
        """A position has moved: ask for the executions of all clients before anything is called unexplained."""
        link = self.tries.main()
        if self._positions is None or link is None or not self._positions.wants_sweep():
            return
        asked_at = self._clock.monotonic()
        with contextlib.suppress(RequestFailed):
            await link.executions(ANSWER)
            self._positions.swept(asked_at)

    def _lines(self) -> tuple[StopLine, ...]:
        now = self._clock.monotonic()
        book = self._parts.book
        for row in book.orders.values():
            if row.live:
                self.evidence.know(row, now)
        return lines_of(self.evidence, book.get, self._clock.now(), now)

    def _publish(self, lines: tuple[StopLine, ...]) -> StopReport:
        """Make the report anew from the evidence."""
        parts, now = self._parts, self._clock.monotonic()
        state = parts.session.state
        report = judge(
            self.evidence,
            [self._with_position(line) for line in lines],
            endpoint=(state.host, state.port),
            lamps=state.lamps,
            accounts_ready=parts.accounts.ready,
            frozen=parts.latch.is_frozen(),
            now=now,
            next_try=self._next_try(lines),
            more_notes=self._watch_positions(),
        )
        self.report = report
        parts.shared.changes.stop = True
        parts.shared.waiters.check()
        return report

    def _next_try(self, lines: tuple[StopLine, ...]) -> float | None:
        """When something is tried again: a connection while there is none, else a cancel."""
        if self.tries.main() is None and self._second.link is None:
            return self._retried_at + RECONNECT
        return self.tries.next_at(lines)

    def _with_position(self, line: StopLine) -> StopLine:
        """An order that filled meanwhile, with what is held now."""
        row = self._parts.book.get(line.key) if line.outcome in FILLS else None
        if row is None or not self._parts.portfolio.loaded:
            return line
        held = self._parts.portfolio.positions.get((row.account, row.instrument.con_id))
        return replace(line, position=held.quantity if held is not None else None)

    def _watch_positions(self) -> tuple[str, ...]:
        """Changes of positions that no fill explains, each told once in red."""
        if self._positions is None:
            return ()
        found = self._positions.unexplained(self._clock.monotonic())
        for sentence in found:
            if sentence not in self._told:
                self._told.add(sentence)
                self._parts.shared.notices.add(Tone.BAD, sentence)
                if self.report is not None and not self.running:
                    self.report = replace(self.report, notes=(*self.report.notes, sentence))
                    self._parts.shared.changes.stop = True
        return found
