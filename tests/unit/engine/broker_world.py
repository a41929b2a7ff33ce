"""A broker, a TWS with two connections, and a stop that hears them: small enough that what is open can be looked up.

TWS answers each connection in order, orders end without a word to anybody but their owner, lists may lie, the link
behind TWS may break, connections may be lost. What really is open stands in `live`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast

from tests.unit.engine.events import Wire
from tws_console.engine.book import Book
from tws_console.engine.evidence import Evidence
from tws_console.engine.ports import LinkPort
from tws_console.engine.proof import judge
from tws_console.engine.stop_lines import lines_of
from tws_console.engine.stop_listener import Listener
from tws_console.engine.store import Changes
from tws_console.model.clock import Clock
from tws_console.model.events import Event, LinkLost, SnapshotTaken, Undecodable
from tws_console.model.session import Lamp, Lamps
from tws_console.model.stop import StopReport, StopScope

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


@dataclass
class Connection:
    """One connection to TWS: requests wait in it until TWS takes them."""

    generation: int
    client_id: int
    requests: deque[tuple[str, float, object]] = field(default_factory=deque)
    lost: bool = False
    early: bool = False
    """An end marker is under way that nobody has asked for."""
    cancelled: bool = False
    """TWS has taken a cancel from it while the broker could be reached."""

    @property
    def owed(self) -> int:
        return sum(kind == "list" for kind, _, _ in self.requests)


class World:
    """`live` are the permIds that are open at the broker, `placed` when each came there."""

    def __init__(self, orders: int, hidden: int = 0, spared: frozenset[int] = frozenset()) -> None:
        self.wire = Wire()
        self.book = Book(11, Changes(), Clock(monotonic=self.wire.monotonic))
        self.book.attach(11)
        self.connections = {1: Connection(1, 11), 2: Connection(2, 12)}
        self.live: set[int] = set()
        self.placed: dict[int, float] = {}
        self.ended: dict[int, str] = {}
        self.listed_at = 0.0
        """When TWS last answered a list."""
        self.broken = self.lies = self.lied = False
        self.spared = set(spared)
        """Orders that no cancel ends."""
        for _ in range(orders):
            self.place()
        for perm_id in sorted(self.live):
            self.book.apply(self._order(perm_id))
        for _ in range(hidden):
            self.place()
        self.evidence = Evidence(self.wire.at, NOW, StopScope(), journal_read=True)
        for row in self.book.live():
            self.evidence.know(row, self.evidence.started)
        self.evidence.blind = not self.evidence.known
        self._listener = Listener(self.evidence, self.book)

    # ---- what the program does

    def cancel(self, number: int) -> None:
        connection = self.connections[number]
        if not connection.lost:
            self.evidence.sent(self._tick(), cast(LinkPort, connection), self._lamps)
            connection.requests.append(("cancel", self.wire.at, None))

    def ask(self, number: int, kind: str) -> None:
        """A list, or the completed orders and executions: these only count when asked for behind an empty list."""
        connection = self.connections[number]
        track = self.evidence.tracks.get(number)
        if connection.lost or track is None or (kind == "list" and connection.owed > 1):
            return
        state = (track.empty_at, self.evidence.undecodable, track.twice_empty)
        early = kind == "list" and connection.early and not connection.owed
        if early:
            # An end marker that nobody asked for is taken for the answer; what is asked for now comes on top.
            connection.early, kind = False, "surplus"
        connection.requests.append((kind, self._tick(), state))
        if early:
            self.listed_at = self._tick()
            self._snapshot(connection, connection.requests[-1][1], frozenset())

    # ---- what happens at TWS and at the broker

    def place(self) -> None:
        perm_id = len(self.placed) + 1
        self.placed[perm_id] = self._tick()
        self.live.add(perm_id)

    def end(self, perm_id: int) -> None:
        if perm_id in self.live:
            self.live.discard(perm_id)
            self.ended[perm_id] = "Filled"

    def take_request(self, number: int) -> None:
        """TWS takes the next request of this connection and answers it."""
        connection = self.connections[number]
        if connection.lost or not connection.requests:
            return
        kind, asked_at, state = connection.requests.popleft()
        self._tick()
        if kind == "cancel":
            self._take_cancel(connection)
        elif kind in {"list", "surplus"}:
            self._answer_list(connection, asked_at, surplus=kind == "surplus")
        else:
            self._answer_witness(number, state)

    def _take_cancel(self, connection: Connection) -> None:
        if self.broken:
            return
        connection.cancelled = True
        for perm_id in sorted(self.live - self.spared):
            self.live.discard(perm_id)
            self.ended[perm_id] = "Cancelled"
            if perm_id % 3 == 0:
                self._hear(connection, self._at(self.wire.status(perm_id, "Cancelled", 11, perm_id), connection))

    def _answer_list(self, connection: Connection, asked_at: float, surplus: bool) -> None:
        shown = set() if self.lies else set(self.live)
        self.lied = self.lied or self.lies
        self.listed_at = self._tick()
        for perm_id in sorted(shown):
            self._hear(connection, replace(self._order(perm_id), link=connection.generation))
        self._snapshot(connection, asked_at, frozenset(shown), surplus)

    def _snapshot(self, connection: Connection, asked_at: float, shown: frozenset[int], surplus: bool = False) -> None:
        event = SnapshotTaken(
            n=1,
            link=connection.generation,
            at=self._tick(),
            asked_n=0,
            asked_at=asked_at,
            complete=not self.broken and not surplus,
            why="",
            perm_ids=frozenset() if surplus else shown,
            surplus=surplus,
        )
        self._hear(connection, event)

    def _answer_witness(self, number: int, state: object) -> None:
        for perm_id, words in self.ended.items():
            self._hear(self.connections[number], self.wire.completed(perm_id, words))
        track = self.evidence.tracks.get(number)
        if track is None or track.empty_at is None or not isinstance(state, tuple):
            return
        if state[:2] == (track.empty_at, self.evidence.undecodable):
            track.completed_ok = track.swept_ok = True
            track.behind_ok = track.behind_ok or state[2]

    def unreadable(self, number: int) -> None:
        connection = self.connections[number]
        if not connection.lost:
            self._hear(connection, Undecodable(n=1, link=number, at=self._tick(), message_id=5, why="cut"))

    def breaks(self, broken: bool) -> None:
        if broken == self.broken:
            return
        self.broken = broken
        for connection in self.connections.values():
            event = self.wire.problem(-1, 1100 if broken else 1102)
            self._hear(connection, self._at(event, connection))

    def lose(self, number: int) -> None:
        connection = self.connections[number]
        connection.lost = True
        connection.requests.clear()
        self._hear(connection, LinkLost(n=1, link=number, at=self._tick(), why="", expected=False))

    # ---- what follows

    def report(self) -> StopReport:
        now = self._tick()
        return judge(
            self.evidence,
            lines_of(self.evidence, self.book.get, NOW, now),
            endpoint=("127.0.0.1", 7497),
            lamps=self._lamps(),
            accounts_ready=True,
            frozen=True,
            now=now,
        )

    def _lamps(self) -> Lamps:
        return Lamps(socket=Lamp.UP, tws=Lamp.DOWN if self.broken else Lamp.UP)

    def _tick(self) -> float:
        self.wire.at += 0.1
        return self.wire.at

    def _order(self, perm_id: int) -> Event:
        return self.wire.order(perm_id, 11 if perm_id % 3 == 0 else 7, perm_id)

    @staticmethod
    def _at(event: Event, connection: Connection) -> Event:
        return replace(event, link=connection.generation)

    def _hear(self, connection: Connection, event: Event) -> None:
        self.book.apply(event)
        self._listener.apply(event, connection.client_id)
