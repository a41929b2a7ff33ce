"""What happened while nobody looked: after a restart, a lost link, an outage. Imports model and ports only.

Keeps what is last known of orders, positions and executions, stores it in the journal, and compares it after every
gap with what the broker tells then. A position change that no execution explains puts entry into reduce-only until a
person has acknowledged it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tws_console.engine.book import Book
from tws_console.engine.compare import (
    changed_orders,
    gone_orders,
    known_orders,
    known_positions,
    new_orders,
    unexplained_positions,
)
from tws_console.engine.ends import Ends
from tws_console.engine.portfolio import Portfolio
from tws_console.engine.ports import JournalPort, LinkPort, RequestFailed
from tws_console.engine.session import Session
from tws_console.engine.shared import Shared
from tws_console.model.notice import Tone
from tws_console.model.order import Order
from tws_console.model.recovery import AwayReport, KnownPosition, LastKnown, PositionChange
from tws_console.model.session import Lamp

TIMEOUT = 5.0
LIST_TIMEOUT = 10.0
NOT_LISTED = "open orders not told"
QUIET = 5.0
"""Seconds without a new execution after which positions are taken to count every one that was told."""
MARK_SECONDS = 20.0
"""How often what is known is stored."""


class Reconciler:
    """`report` is the newest comparison, None before the first one."""

    def __init__(
        self, session: Session, book: Book, portfolio: Portfolio, ends: Ends, journal: JournalPort, shared: Shared
    ) -> None:
        self._session = session
        self._book = book
        self._portfolio = portfolio
        self._ends = ends
        self._journal = journal
        self._shared = shared
        self._one_at_a_time = asyncio.Lock()
        self._marked: LastKnown | None = None
        """Orders as of the newest look; positions and executions as of the newest look at which they agreed."""
        self._before: tuple[LastKnown, frozenset[str], str] | None = None
        """What was known when a gap began, the executions known by then, and why it began."""
        self.report: AwayReport | None = None
        self.keeps = False
        """Whether this run is what people look at: only then is what it saw known from then on."""

    # ---- gaps

    async def recall(self) -> None:
        """What an earlier run knew: the first comparison of this run is with that. Raises OSError."""
        if self._marked is None:
            self._marked = await self._journal.last_known(self._session.endpoint.name, self._session.state.login)
            if self._marked is not None:
                self._before = (self._marked, self._marked.exec_ids, "the console was closed")
                self._session.put(reduce_only=self._marked.reduce_only)

    def gap_begins(self, why: str) -> None:
        """From now on the broker's word does not reach us; a gap within a gap is one gap."""
        if self._before is None and self._marked is not None and self._session.state.snapshot_at is not None:
            known = replace(self._marked, at=self._shared.clock.now(), orders=known_orders(self._book.live()))
            self._before = (known, frozenset(self._ends.fills), why)

    async def compare(self, link: LinkPort) -> AwayReport:
        """Ask for everything and say what changed since the gap began, or since what was last stored."""
        async with self._one_at_a_time:
            missing = await self._ask(link)
            if not missing and self._new_mismatch():
                # A fill between two answers looks like a position that nothing explains: ask once more.
                missing = await self._ask(link)
            known, told, why = self._before or (self._marked, frozenset(self._ends.fills), "")
            report = self._report(known, told, why, missing)
            if not missing:
                self._adopt(report)
        self.report = report
        self._tell(report)
        self._shared.changes.session = True
        return report

    async def _ask(self, link: LinkPort) -> tuple[str, ...]:
        """Executions, completed orders, positions, and lists until nothing is missing from one list only."""
        missing = []
        for name, request in (
            ("executions", link.executions),
            ("completed orders", link.completed_orders),
            ("positions", link.positions),
        ):
            try:
                await request(TIMEOUT)
            except RequestFailed as failed:
                missing.append(f"{name} not told: {failed.reason}")
        for _ in range(2):
            try:
                await self._session.fresh_list(link, LIST_TIMEOUT)
            except RequestFailed as failed:
                missing.append(f"{NOT_LISTED}: {failed.reason}")
                break
            if not self._absent():
                break
        return tuple(missing)

    def _absent(self) -> bool:
        """Whether an order that was live is in no list now: one list may be wrong, so a second one is asked for."""
        known = self._before[0] if self._before else self._marked
        if known is None:
            return False
        rows = self._by_perm()
        newest = self._session.last_snapshot
        listed = newest.perm_ids if newest is not None else frozenset()
        ended = {perm_id for perm_id, row in rows.items() if not row.live}
        return any(order.perm_id not in listed and order.perm_id not in ended for order in known.orders)

    def _by_perm(self) -> dict[int, Order]:
        return {row.perm_id: row for row in self._book.orders.values() if row.perm_id}

    def _report(self, known: LastKnown | None, told: frozenset[str], why: str, missing: tuple[str, ...]) -> AwayReport:
        now = self._shared.clock.now()
        if known is None:
            return AwayReport(None, now, why, missing=missing)
        live = self._book.live()
        fills = [fill for exec_id, fill in self._ends.fills.items() if exec_id not in told]
        listed = not any(word.startswith(NOT_LISTED) for word in missing)
        counted = not any(word.startswith(("executions", "positions")) for word in missing)
        return AwayReport(
            since=known.at,
            at=now,
            why=why,
            fills=tuple(sorted(fills, key=lambda fill: (fill.time is None, fill.time, fill.exec_id))),
            gone=gone_orders(known, self._by_perm(), self._ends.completed, self._ends.fills.values()) if listed else (),
            new=new_orders(known, live) if listed else (),
            changed=changed_orders(known, live) if listed else (),
            positions=self._unexplained(known) if counted else (),
            missing=missing,
        )

    def _unexplained(self, known: LastKnown) -> tuple[PositionChange, ...]:
        return unexplained_positions(known, self._portfolio.positions.values(), self._ends.fills)

    # ---- what follows

    def _adopt(self, report: AwayReport) -> None:
        """Take what is there now as known, apart from positions that nothing explains. A command that only looks
        takes nothing, so that whoever opens the console still sees it all.
        """
        if report.positions:
            self._session.put(reduce_only=_reason(report.positions))
        if self.keeps or self._marked is None:
            self._before = None
            self._mark(agreed=not report.positions)
        elif report.positions:
            reason = self._session.state.reduce_only
            self._store(replace(self._marked, reduce_only=reason))

    def _tell(self, report: AwayReport) -> None:
        if report.empty and not report.missing:
            return
        tone = Tone.BAD if report.positions else Tone.WARN if report.gone or report.missing else Tone.INFO
        if not report.empty:
            self._shared.notices.add(tone, f"while you were away: {summary(report)}. A shows it.")
        for words in report.missing:
            self._shared.notices.add(Tone.WARN, f"what happened meanwhile is not known in full: {words}")

    def acknowledge(self) -> None:
        """A person has seen what changed: it is known from now on, and entry may do more than reduce again."""
        reason = self._session.state.reduce_only
        self._journal.record_decision("changes-acknowledged", {"reduce_only": reason}, at=self._shared.clock.now())
        self._session.put(reduce_only="")
        if self.report is not None:
            self.report = replace(self.report, positions=())
        self._before = None
        self._mark(agreed=True)

    # ---- what is known

    async def keep(self) -> None:
        """Store what is known again and again, while it is certain."""
        while True:
            await asyncio.sleep(MARK_SECONDS)
            link = self._session.link
            if link is not None and self._certain and self._portfolio_moved():
                try:
                    await link.executions(TIMEOUT)
                except RequestFailed:
                    continue
            self.mark()

    def mark(self) -> None:
        """Store what is known now; not while the broker's word does not reach us, nor before the first comparison."""
        if self._certain:
            newest = self._ends.newest
            quiet = newest is None or self._shared.clock.monotonic() - newest >= QUIET
            self._mark(agreed=quiet and not self._session.state.reduce_only and not self._new_mismatch())

    @property
    def _certain(self) -> bool:
        state = self._session.state
        return (
            self.keeps
            and self._before is None
            and self._session.link is not None
            and state.lamps.tws is not Lamp.DOWN
            and state.snapshot_complete
            and self._portfolio.loaded
            and self.report is not None
        )

    def _portfolio_moved(self) -> bool:
        return self._marked is not None and self._positions() != self._marked.positions

    def _new_mismatch(self) -> bool:
        """Positions that the executions told so far do not explain: of another client, not told to us yet."""
        return self._marked is not None and bool(self._unexplained(self._marked))

    def _positions(self) -> tuple[KnownPosition, ...]:
        return known_positions(self._portfolio.positions.values())

    def _mark(self, agreed: bool) -> None:
        now, orders = self._shared.clock.now(), known_orders(self._book.live())
        reason = self._session.state.reduce_only
        if agreed or self._marked is None:
            known = LastKnown(now, orders, self._positions(), frozenset(self._ends.fills), reason)
        else:
            known = replace(self._marked, at=now, orders=orders, reduce_only=reason)
        self._marked = known
        self._store(known)

    def _store(self, known: LastKnown) -> None:
        self._journal.record_last_known(self._session.endpoint.name, self._session.state.login, known)


def summary(report: AwayReport) -> str:
    """The report in one line."""
    counts = (
        (len(report.fills), "fill", "fills"),
        (len(report.gone), "order gone", "orders gone"),
        (len(report.new), "new order", "new orders"),
        (len(report.changed), "order changed", "orders changed"),
        (len(report.positions), "position change unexplained", "position changes unexplained"),
    )
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)


def _reason(positions: tuple[PositionChange, ...]) -> str:
    first = positions[0]
    more = f" and {len(positions) - 1} more" if len(positions) > 1 else ""
    return f"{first.symbol} moved by {first.unexplained:+,f}{more}: no known fill explains it"
