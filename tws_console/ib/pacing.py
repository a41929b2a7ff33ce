"""Four lanes in front of the socket: now, cancel, place, ask. Pure: clock and timer are handed in. Imports ports
only.

TWS takes 50 messages a second from a client with 100 market data lines (IBKR Campus TWS API docs, "Pacing
Limitations") and ends the connection at the third violation. One queue for everything would put a cancel behind
whatever was asked before it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from tws_console.engine.ports import Placement

LEAST_WAIT = 0.001
"""Seconds. A shorter wait would only be the rounding of a float, and the timer would fire before its time is up."""


class Lane(IntEnum):
    """In falling order of right of way. NOW has no limit and never waits, but it is counted."""

    NOW = 0
    CANCEL = 1
    PLACE = 2
    ASK = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages of all lanes in one sliding second above which a lane waits, and the even rate of ASK."""

    cancel: int = 48
    place: int = 45
    ask: int = 40
    ask_burst: int = 10
    window: float = 1.0

    def limit(self, lane: Lane) -> int:
        return {Lane.CANCEL: self.cancel, Lane.PLACE: self.place}.get(lane, self.ask)


def _nothing(_: object) -> None:
    return None


def _pass() -> str:
    return ""


@dataclass(slots=True)
class Post:
    """One message with what happens around its write: `guard` just before, then exactly one of the other two.

    `on_written` gets the time behind the write, so that nothing after it can have been before the message. With
    `dated_before` it gets the one in front of it: TWS may answer a question with what was there from that moment on,
    however long this process was kept from the processor behind its write.
    """

    data: bytes
    on_written: Callable[[float], None] = _nothing
    on_unsent: Callable[[str], None] = _nothing
    guard: Callable[[], str] = _pass
    placement: Placement | None = None
    dated_before: bool = False


class Timer(Protocol):
    def cancel(self) -> None: ...


class Lanes:
    """Orders what is written. `write` neither blocks nor fails; `call_later(seconds, callback)` gives a timer."""

    def __init__(
        self,
        write: Callable[[bytes], None],
        clock: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], Timer],
        pace: Pace | None = None,
    ) -> None:
        self._write = write
        self._clock = clock
        self._call_later = call_later
        self._pace = pace or Pace()
        self._queues: dict[Lane, deque[Post]] = {lane: deque() for lane in Lane}
        self._times: deque[float] = deque()
        self._tokens = float(self._pace.ask_burst)
        self._tokens_at = clock()
        self._timer: Timer | None = None
        self._held = False
        self._pumping = False
        self._closed = ""

    def queued(self, lane: Lane) -> int:
        return len(self._queues[lane])

    def post(self, lane: Lane, post: Post) -> None:
        """Write at once when the lane allows it, else as soon as it does. NOW is always written in this very call."""
        if self._closed:
            post.on_unsent(self._closed)
        elif lane is Lane.NOW:
            self._send(post)
        else:
            self._queues[lane].append(post)
            self._pump()

    def hold(self, held: bool) -> None:
        """While the kernel takes nothing, placements and questions wait here, where they can still be taken back."""
        self._held = held
        if not held:
            self._pump()

    def purge(self, reason: str) -> tuple[Placement, ...]:
        """Take every queued placement out; each is told that it was not sent."""
        posts = list(self._queues[Lane.PLACE])
        self._queues[Lane.PLACE].clear()
        for post in posts:
            post.on_unsent(reason)
        return tuple(post.placement for post in posts if post.placement is not None)

    def close(self, reason: str) -> None:
        """Nothing is written any more; whatever still waits is told so."""
        self._closed = reason
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting = [post for queue in self._queues.values() for post in queue]
        for queue in self._queues.values():
            queue.clear()
        for post in waiting:
            post.on_unsent(reason)

    def _pump(self) -> None:
        if self._pumping:
            return
        self._pumping = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            wait = self._drain()
        finally:
            self._pumping = False
        if wait is not None and not self._closed:
            self._timer = self._call_later(wait, self._pump)

    def _drain(self) -> float | None:
        """Write what may be written; seconds until the next try, None when nothing waits for time."""
        for lane in (Lane.CANCEL, Lane.PLACE, Lane.ASK):
            queue = self._queues[lane]
            if self._held and lane is not Lane.CANCEL:
                return None
            while queue:
                wait = self._wait(lane)
                if wait > 0:
                    return wait
                self._send(queue.popleft())
        return None

    def _wait(self, lane: Lane) -> float:
        """Seconds until this lane may write, 0 for now. A lane that waits makes the ones behind it wait: their limits
        are lower.
        """
        now, times = self._clock(), self._times
        while times and now - times[0] >= self._pace.window:
            times.popleft()
        limit = self._pace.limit(lane)
        wait = 0.0
        if len(times) >= limit:
            wait = times[len(times) - limit] + self._pace.window - now
        if lane is Lane.ASK:
            rate = self._pace.ask / self._pace.window
            self._tokens = min(float(self._pace.ask_burst), self._tokens + (now - self._tokens_at) * rate)
            self._tokens_at = now
            if self._tokens < 1:
                wait = max(wait, (1 - self._tokens) / rate)
            elif wait <= 0:
                self._tokens -= 1
        return max(wait, LEAST_WAIT) if wait > 0 else 0.0

    def _send(self, post: Post) -> None:
        if reason := post.guard():
            post.on_unsent(reason)
            return
        before = self._clock()
        self._write(post.data)
        behind = self._clock()
        self._times.append(behind)
        post.on_written(before if post.dated_before else behind)
