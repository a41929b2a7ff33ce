"""When a list of all clients' open orders proves something. Pure: no asyncio, no clock of its own. Imports model
only.

The request (16) and its end marker (53) carry no id (IBKR Campus TWS API docs, "Open Orders"), so answers are told
apart by counting: from the moment the API is ready, end j answers request j. The count is never set right by a guess:
a request whose end is late stays owed until its end comes or the link ends, so a list can only ever be taken for an
older one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tws_console.model.codes import LINK_LOST, LINK_RESTORED
from tws_console.model.events import SnapshotTaken

MOST_OWED = 2
ORDER_MESSAGES = frozenset({5, 53, None})
HOLES = frozenset({100, 320, 321, 322})
DOWN = "TWS has lost its link to IBKR"


@dataclass(slots=True)
class _Owed:
    """A request whose end marker has not come."""

    asked_n: int
    asked_at: float
    why: str
    instead: Callable[[], None] | None = None
    """Called at its end when it was no list of all clients' orders and proves nothing about them."""
    perm_ids: set[int] = field(default_factory=set)


class Snapshots:
    """Counts requests and ends on one link and tells what each answer is worth.

    `second_after` seconds without an end allow a second request; so does four times the slowest answer, when that is
    longer.
    """

    def __init__(self, emit: Callable[[SnapshotTaken], None], link: int, second_after: float = 5.0) -> None:
        self._emit = emit
        self._link = link
        self._second_after = second_after
        self._owed: deque[_Owed] = deque()
        self._queued = 0
        self._ready = False
        self._down = False
        self._slowest = 0.0
        self._last: tuple[int, float] = (0, 0.0)

    @property
    def owed(self) -> int:
        """Requests written and not answered yet."""
        return len(self._owed)

    def ready(self) -> None:
        """Both start-up messages are in: an end before this belonged to the orders pushed at connect."""
        self._ready = True

    def may_ask(self, now: float, urgent: bool = False) -> bool:
        """Whether a further request may go out. An urgent one does not wait for the first to be late; a third never
        goes.
        """
        if self._queued or len(self._owed) >= MOST_OWED:
            return False
        if not self._owed or urgent:
            return True
        return now - self._owed[0].asked_at >= max(self._second_after, 4 * self._slowest)

    def queued(self) -> None:
        """A request was handed over for sending and is not written yet."""
        self._queued += 1

    def asked(self, n: int, at: float, instead: Callable[[], None] | None = None) -> None:
        """A request's bytes were written when `n` frames had been read, at monotonic seconds `at`.

        With `instead` it was for one client's orders (5), whose end marker is the same: it takes its turn in the count,
        and at its end `instead` is called and nothing told.
        """
        self._queued = max(0, self._queued - 1)
        self._owed.append(_Owed(n, at, DOWN if self._down else "", instead))

    def order_seen(self, perm_id: int) -> None:
        """An openOrder came, in a list or live, read anew or recognised as unchanged."""
        for owed in self._owed:
            owed.perm_ids.add(perm_id)

    def undecodable(self, message_id: int | None, perm_id: int | None) -> None:
        """A message could not be read. A row whose head still told its permId is no hole."""
        if message_id in ORDER_MESSAGES and not (message_id == 5 and perm_id):
            self._spoil("a row of the list could not be read")

    def problem(self, request_id: int, code: int) -> None:
        """An error came: some make the answer doubtful, some tell of the link behind TWS."""
        if code in LINK_LOST:
            self._down = True
            self._spoil(DOWN)
        elif code in LINK_RESTORED:
            self._down = False
        elif code in HOLES and request_id in {-1, 2147483647}:
            self._spoil(f"TWS answered with error {code}")

    def ended(self, n: int, at: float) -> None:
        """An end marker came."""
        if not self._ready:
            return
        if not self._owed:
            self._surplus(n, at)
            return
        owed = self._owed.popleft()
        self._slowest = max(self._slowest, at - owed.asked_at)
        if owed.instead is not None:
            owed.instead()
            return
        self._last = (owed.asked_n, owed.asked_at)
        self._emit(
            SnapshotTaken(
                n=n,
                link=self._link,
                at=at,
                asked_n=owed.asked_n,
                asked_at=owed.asked_at,
                complete=not owed.why,
                why=owed.why,
                perm_ids=frozenset(owed.perm_ids),
            )
        )

    def _surplus(self, n: int, at: float) -> None:
        """An end that nobody asked for: the one before it may have come early, so that list proves nothing either."""
        self._emit(
            SnapshotTaken(
                n=n,
                link=self._link,
                at=at,
                asked_n=self._last[0],
                asked_at=self._last[1],
                complete=False,
                why="an end marker came that nobody asked for, so the list before it may have been short",
                perm_ids=frozenset(),
                surplus=True,
            )
        )

    def _spoil(self, why: str) -> None:
        for owed in self._owed:
            owed.why = owed.why or why
