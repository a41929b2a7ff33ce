"""Requests that wait for an answer: bounded, told apart by id or by order, never answered by a guess.

Owns request ids, order ids and who waits for what. Imports ports and answers. A time-out, a refusal and a lost link
raise RequestFailed; an empty answer is an answer. Late answers to requests that ended are counted and dropped.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tws_console.engine.ports import RequestFailed
from tws_console.ib.answers import Kind

FIRST_REQUEST_ID = 1 << 30
"""Orders and requests share TWS's number space; ours begin where no order id will come, and none is used twice."""


@dataclass(slots=True)
class Pending:
    """One request under way. `rows` grow until the future is done."""

    future: asyncio.Future[None]
    rows: list[object] = field(default_factory=list)
    asked_at: float = 0.0
    reads: int = 0
    """The kind of message its rows come in, when one that cannot be read would make the answer wrong."""


class OrderIds:
    """The counter of order ids of one client: never an id that TWS, the journal or any order shown to us has used."""

    def __init__(self) -> None:
        self.next_valid = 0
        self._least = 1

    def told(self, order_id: int) -> None:
        """nextValidId: TWS keeps it per client id."""
        self.next_valid = order_id
        self.raise_above(order_id - 1)

    def raise_above(self, order_id: int) -> None:
        """No id up to and including this one is given out. Ids in the range of our requests are no mark."""
        if 0 < order_id < FIRST_REQUEST_ID:
            self._least = max(self._least, order_id + 1)

    def reserve(self) -> int:
        order_id = self._least
        self._least += 1
        return order_id


class Requests:
    """Every answer that somebody waits for."""

    def __init__(self, clock: Callable[[], float], forget_after: float = 60.0) -> None:
        self._clock = clock
        self._forget_after = forget_after
        self._ids = itertools.count(FIRST_REQUEST_ID)
        self._numbered: dict[int, Pending] = {}
        self._queues: dict[Kind, deque[Pending]] = {kind: deque() for kind in Kind}
        self._rules: dict[int, list[Pending]] = {}
        self.late = 0
        """Answers to requests that had ended already."""

    def new_id(self) -> int:
        return next(self._ids)

    # ---- asking

    def open(self, request_id: int, reads: int = 0) -> Pending:
        pending = self._pending()
        pending.reads = reads
        self._numbered[request_id] = pending
        return pending

    def open_rule(self, rule_id: int) -> tuple[Pending, bool]:
        """Wait for a market rule. True when nobody waits for it yet, so that it must be asked for."""
        waiting = self._rules.setdefault(rule_id, [])
        first = all(pending.future.done() for pending in waiting)
        pending = self._pending()
        waiting.append(pending)
        return pending, first

    def line_up(self, kind: Kind) -> Pending:
        """Wait for the next answer of a kind without ids. Each is answered in turn, so one that timed out keeps its
        place for a while and takes its own late answer away.
        """
        queue, now = self._queues[kind], self._clock()
        while queue and queue[0].future.done() and now - queue[0].asked_at >= self._forget_after:
            queue.popleft()
        pending = self._pending()
        queue.append(pending)
        return pending

    def waiting(self, kind: Kind) -> int:
        """How many callers still wait for an answer of this kind."""
        return sum(not pending.future.done() for pending in self._queues[kind])

    async def wait(self, pending: Pending, timeout: float) -> list[object]:
        """The rows, when the end has come. Raises RequestFailed."""
        try:
            async with asyncio.timeout(timeout):
                await pending.future
        except TimeoutError:
            raise RequestFailed(f"TWS did not answer in {timeout:g} s") from None
        finally:
            pending.future.cancel()
            self._forget(pending)
        return pending.rows

    def _pending(self) -> Pending:
        return Pending(asyncio.get_running_loop().create_future(), asked_at=self._clock())

    def _forget(self, pending: Pending) -> None:
        for request_id, known in self._numbered.items():
            if known is pending:
                del self._numbered[request_id]
                return

    # ---- answers

    def knows(self, request_id: int) -> bool:
        return request_id in self._numbered

    def row(self, request_id: int, row: object) -> None:
        pending = self._numbered.get(request_id)
        if pending is None:
            self.late += 1
        else:
            pending.rows.append(row)

    def end(self, request_id: int) -> None:
        pending = self._numbered.get(request_id)
        if pending is None:
            self.late += 1
        else:
            _finish(pending)

    def fail(self, request_id: int, failure: RequestFailed) -> None:
        pending = self._numbered.get(request_id)
        if pending is not None:
            _fail(pending, failure)

    def next_row(self, kind: Kind, row: object) -> None:
        """A row without an id belongs to the oldest request whose end has not come."""
        queue = self._queues[kind]
        if queue:
            queue[0].rows.append(row)

    def next_end(self, kind: Kind, row: object = None) -> None:
        queue = self._queues[kind]
        if not queue:
            self.late += 1
            return
        pending = queue.popleft()
        if row is not None:
            pending.rows.append(row)
        _finish(pending)

    def end_all(self, kind: Kind) -> None:
        """One end marker serves everybody who waits (a subscription whose rows have all come)."""
        while self._queues[kind]:
            _finish(self._queues[kind].popleft())

    def fail_newest(self, kind: Kind, failure: RequestFailed) -> None:
        """The newest request of this kind was refused: no end will come for it. TWS refuses a second while one runs."""
        queue = self._queues[kind]
        if queue:
            _fail(queue.pop(), failure)

    def fail_reading(self, message_id: int, failure: RequestFailed) -> None:
        """A row that could not be read makes every answer of its kind that is under way incomplete."""
        for pending in self._numbered.values():
            if pending.reads == message_id:
                _fail(pending, failure)

    def rule_read(self, rule_id: int) -> None:
        for pending in self._rules.pop(rule_id, []):
            _finish(pending)

    def end_when_quiet(self, request_id: int, pending: Pending, behind: Pending, quiet: float) -> None:
        """End a request whose end marker may never come: once the question `behind` it was answered and no row has
        come for `quiet` seconds.
        """

        def answered(future: asyncio.Future[None]) -> None:
            if not future.cancelled() and future.exception() is None:
                self._look_later(request_id, pending, quiet)

        behind.future.add_done_callback(answered)

    def _look_later(self, request_id: int, pending: Pending, quiet: float) -> None:
        seen = len(pending.rows)

        def look() -> None:
            if pending.future.done():
                return
            if len(pending.rows) == seen:
                self.end(request_id)
            else:
                self._look_later(request_id, pending, quiet)

        asyncio.get_running_loop().call_later(quiet, look)

    def fail_all(self, failure: RequestFailed) -> None:
        """The link is gone: nobody waits for ever."""
        groups = [self._numbered.values(), *self._queues.values(), *self._rules.values()]
        for pending in itertools.chain.from_iterable(groups):
            _fail(pending, failure)
        for queue in self._queues.values():
            queue.clear()
        self._rules.clear()


def _finish(pending: Pending) -> None:
    if not pending.future.done():
        pending.future.set_result(None)


def _fail(pending: Pending, failure: RequestFailed) -> None:
    if not pending.future.done():
        pending.future.set_exception(failure)
