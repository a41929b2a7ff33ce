"""What one stop has seen: the orders it answers for, and what each connection proves since the newest cancel.

Pure; imports ports and model only. Lists are answered from the memory of TWS and carry no number, so they are held
apart by the connection they came on and by the moment they were asked for: an answer counts only on a connection that
carried a cancel itself, and only when it was asked for after the newest cancel and the newest break.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tws_console.engine.ports import LinkPort
from tws_console.model.events import CompletedSeen, SnapshotTaken
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.intent import Intent
from tws_console.model.order import Order, Status
from tws_console.model.recovery import unknown_instrument
from tws_console.model.session import Lamps
from tws_console.model.stop import StopLine, StopScope

APART = 0.25
"""Seconds that two empty lists must lie apart at least."""
OWN_WINDOW = 10.0
"""Seconds after the user's own enter in which an order that appears was still meant by it."""


@dataclass(slots=True)
class Known:
    """An order that the stop answers for."""

    first_at: float
    filled_before: Decimal | None
    ended_ms: float | None = None
    told: tuple[Order, StopLine] | None = None
    """The row whose end was witnessed, and its line: with thousands of orders most lines have been made before."""


@dataclass(slots=True)
class Track:
    """One connection that carried a cancel, and what it has answered since."""

    link: LinkPort
    lamps: Callable[[], Lamps]
    cancel_at: float
    """When the newest cancel was written on it."""
    answered: bool = False
    """Whether it has answered a list that was asked for behind its newest cancel."""
    heard_at: float = 0.0
    """When the newest list on it ended."""
    lists: int = 0
    empty_asked: list[float] = field(default_factory=list)
    """When each of the newest run of empty complete lists was asked for."""
    empty_at: float | None = None
    completed_ok: bool = False
    swept_ok: bool = False
    behind_ok: bool = False
    """Whether something asked for behind two empty lists is answered: an end marker that came too early is told by
    then, as answers keep the order of the questions.
    """
    asked_at: float | None = None
    """When completed orders and executions were last asked for."""

    @property
    def twice_empty(self) -> bool:
        return len(self.empty_asked) > 1 and self.empty_asked[-1] - self.empty_asked[0] >= APART

    def silent(self, now: float, seconds: float) -> bool:
        """Whether it owes a list and has ended none for so long: a lost end marker is owed for ever."""
        return self.link.owed > 0 and now - max(self.cancel_at, self.heard_at) >= seconds

    def restart(self) -> None:
        """Nothing it has answered so far proves anything any more."""
        self.empty_asked.clear()
        self.empty_at = None
        self.completed_ok = self.swept_ok = self.behind_ok = False


@dataclass(slots=True)
class Evidence:
    """Everything one stop has seen. Times are monotonic seconds unless they say otherwise."""

    started: float
    started_at: datetime
    scope: StopScope
    wanted: Callable[[Order], bool] = lambda row: True
    """Whether an order is in the scope of this stop."""
    blocked_at: float | None = None
    sent_at: float | None = None
    attempts: int = 0
    tracks: dict[int, Track] = field(default_factory=dict)
    """By the generation of their connection."""
    since: float = 0.0
    """The newest cancel or break on any connection: only what was asked for after it counts."""
    listed: set[int] = field(default_factory=set)
    """Generations of the connections that have given a complete list."""
    newest_list: float = 0.0
    """When the newest complete list, on whatever connection, was asked for."""
    known: dict[OrderKey, Known] = field(default_factory=dict)
    blind: bool = True
    """No order was known at the start, and no list has named one."""
    completed: dict[str, CompletedSeen] = field(default_factory=dict)
    """Completed orders by the reference that they carried."""
    undecodable: int = 0
    unanswered: list[Intent] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    """ULIDs of placements of which TWS said that it does not know them."""
    asked_for: dict[tuple[int, int], str] = field(default_factory=dict)
    """Client and order id of never-answered placements that a cancel was sent for, with their ULID."""
    journal_read: bool = False
    purged: tuple[str, ...] = ()
    staged: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    words: dict[OrderKey, str] = field(default_factory=dict)
    """What was last tried for one order, or why it cannot be ended from here."""
    again: bool = False
    """The link between TWS and IBKR broke or came back: the cancel has to go out once more."""
    read_only: bool = False
    """TWS refused a cancel because its API is set to Read-Only."""

    def note(self, text: str) -> None:
        if text and text not in self.notes:
            self.notes.append(text)

    def know(self, row: Order, at: float) -> None:
        """Answer for this order from now on. Staged orders are in no list and are named apart."""
        if row.status is Status.STAGED or not self.wanted(row):
            return
        alias = OrderKey.alias(row.client_id or 0, row.order_id or 0)
        if row.key != alias and alias in self.known:
            self.known[row.key] = self.known.pop(alias)
        known = self.known.setdefault(row.key, Known(at, row.filled))
        if known.filled_before is None and row.live:
            known.filled_before = row.filled

    def wants_intent(self, intent: Intent) -> bool:
        """Whether a placement of which only the journal knows is in the scope of this stop."""
        key = OrderKey.alias(intent.client_id, intent.order_id)
        instrument = unknown_instrument(intent.con_id, intent.symbol)
        return self.wanted(
            Order(key, Owner.OWN, instrument, None, intent.client_id, intent.order_id, intent.account, intent.action)
        )

    def is_late(self, known: Known) -> bool:
        """First seen so long after the user's own enter that it was not meant by it."""
        return known.first_at > self.started + OWN_WINDOW

    # ---- cancels and breaks

    def sent(self, at: float, link: LinkPort, lamps: Callable[[], Lamps]) -> None:
        """A cancel of everything was written on this connection: it can prove something from here on."""
        self.sent_at = at if self.sent_at is None else self.sent_at
        self.again = self.read_only = False
        self.watch(at, link, lamps)

    def watch(self, at: float, link: LinkPort, lamps: Callable[[], Lamps]) -> None:
        """What this connection answers to questions after `at` counts from here on."""
        track = self.tracks.get(link.generation)
        if track is None:
            self.tracks[link.generation] = Track(link, lamps, at)
        else:
            track.cancel_at, track.answered = at, False
        self.restart(at)

    def tried(self, at: float) -> None:
        """A cancel of one order was written, on whatever connection."""
        self.sent_at = at if self.sent_at is None else self.sent_at
        self.restart(at)

    def restart(self, at: float) -> None:
        """Nothing that was asked for until now proves anything any more."""
        self.since = max(self.since, at)
        for track in self.tracks.values():
            track.restart()

    def lost(self, generation: int) -> None:
        """A connection has ended, and what it proved with it."""
        self.tracks.pop(generation, None)

    # ---- lists

    def take_list(self, event: SnapshotTaken, open_orders: frozenset[int]) -> None:
        """Count one list; `open_orders` are the permIds in it that are in the scope of this stop."""
        self.blind = self.blind and not event.perm_ids
        if event.complete:
            self.newest_list = max(self.newest_list, event.asked_at)
        if event.complete and event.asked_at >= self.started:
            self.listed.add(event.link)
        track = self.tracks.get(event.link)
        if track is None:
            return
        track.heard_at = event.at
        if event.asked_at <= track.cancel_at:
            return
        track.answered = True
        if event.asked_at <= self.since:
            return
        track.lists += 1
        if not event.complete or open_orders:
            track.restart()
            return
        track.empty_asked.append(event.asked_at)
        track.empty_at = event.at if track.empty_at is None else track.empty_at
