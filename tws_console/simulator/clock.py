"""Owns time and the link to the broker: answers of the broker wait while the link is lost.

Imports nothing of the package.

Simulated time runs as the wall clock does, faster or slower by a factor, or stands still until it is moved. Delays of
the network (`later`) always pass in real time, or nothing would be answered while time stands still; what is due at a
moment of the market (`at`) follows simulated time.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MAX_FACTOR = 100_000.0
_OLDEST, _NEWEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class BrokerClock:
    """Calls back after a while; what falls due while the link is lost runs when it is restored."""

    def __init__(self) -> None:
        self._link_up = True
        self._waiting: list[Callable[[], None]] = []
        self._timers: set[asyncio.TimerHandle] = set()
        self.factor = 1.0
        self.is_set = False
        self._base: datetime | None = None
        self._base_at = 0.0
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    @property
    def link_up(self) -> bool:
        """Whether the broker can be reached."""
        return self._link_up

    # --- simulated time ----------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The present simulated time, aware UTC."""
        if self._base is None:
            return datetime.now(UTC)
        if not self.factor:
            return self._base
        return min(_NEWEST, self._base + timedelta(seconds=(time.monotonic() - self._base_at) * self.factor))

    @property
    def mode(self) -> str:
        """How time runs: real, manual, or xFACTOR."""
        if self._base is None:
            return "real"
        return "manual" if not self.factor else f"x{self.factor:g}"

    def set(self, moment: datetime) -> None:
        """Stop at `moment`: time stands still until it is moved. ValueError outside 1990 to 2100."""
        self._rebase(_checked(moment), 0.0)
        self.is_set = True

    def move(self, seconds: float) -> None:
        """Jump ahead by some seconds; time runs on as it did, or stands still again. ValueError for a step back."""
        if seconds < 0:
            raise ValueError("the clock moves ahead only; name a TIME to go back")
        self._rebase(_checked(self.now() + timedelta(seconds=seconds)), self.factor)

    def run(self, factor: float) -> None:
        """Let time run from now on, `factor` times as fast as the wall clock."""
        if not 0 < factor <= MAX_FACTOR:
            raise ValueError(f"a factor is more than 0 and at most {MAX_FACTOR:g}")
        self._rebase(self.now(), factor)

    def follow_wall(self) -> None:
        """Show the wall clock's time again."""
        self._base, self.factor, self.is_set = None, 1.0, False

    def _rebase(self, moment: datetime, factor: float) -> None:
        self._base, self._base_at, self.factor = moment, time.monotonic(), factor

    def at(self, moment: datetime, action: Callable[[], None]) -> None:
        """Run `action` once simulated time has reached `moment` and the link is up; a step back does not undo it."""
        heapq.heappush(self._due, (moment, next(self._numbers), action))

    def run_due(self) -> None:
        """Run what simulated time has reached, in order; the server calls this at each beat and each move."""
        while self._due and self._link_up and self._due[0][0] <= self.now():
            heapq.heappop(self._due)[2]()

    # --- delays ------------------------------------------------------------------------------------------------

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run `action` in `seconds` of real time, or when the link is back."""

        def at_broker() -> None:
            if self._link_up:
                action()
            else:
                self._waiting.append(action)

        self.here_later(seconds, at_broker)

    def here_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run `action` in `seconds`, whatever the link does: for what the Gateway does from memory."""
        handle: asyncio.TimerHandle

        def due() -> None:
            self._timers.discard(handle)
            action()

        handle = asyncio.get_running_loop().call_later(seconds, due)
        self._timers.add(handle)

    @property
    def pending(self) -> bool:
        """Whether any delay runs or waits for the link."""
        return bool(self._timers or self._waiting)

    def lose_link(self) -> None:
        """Hold the broker's answers back."""
        self._link_up = False

    def restore_link(self) -> None:
        """Let them come, in order."""
        self._link_up = True
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            action()

    def stop(self) -> None:
        """Forget everything that is due."""
        for handle in self._timers:
            handle.cancel()
        self._timers.clear()
        self._waiting.clear()
        self._due.clear()


def _checked(moment: datetime) -> datetime:
    if not _OLDEST <= moment <= _NEWEST:
        raise ValueError("the clock goes from 1990 to 2100")
    return moment


def read_moment(written: str, zone: str = "UTC") -> datetime:
    """A moment as clients and control requests write it, as aware UTC. ValueError when it is none.

    Known are ISO (2026-11-20T15:00:00+00:00), "20261120 10:00:00 US/Eastern" and "20261120-15:00:00", which is UTC;
    without a zone name `zone` holds.
    """
    words = written.strip().split()
    try:
        if words and len(words[0]) >= 8 and words[0][:8].isdigit():
            return _compact(words, zone)
        parsed = datetime.fromisoformat(written.strip())
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, ZoneInfoNotFoundError, OverflowError) as problem:
        raise ValueError(f"{written!r} is no time; write 2026-11-20T15:00:00 or 20261120-15:00:00") from problem


def _compact(words: list[str], zone: str) -> datetime:
    day, dash, rest = words[0].partition("-")
    clock = [rest, *words[1:]] if dash else words[1:]
    if dash and clock:
        zone = "UTC"
    hours = clock[0] if clock else "00:00:00"
    named = " ".join(clock[1:]) or zone
    form = "%Y%m%d %H:%M:%S" if hours.count(":") == 2 else "%Y%m%d %H:%M"
    return datetime.strptime(f"{day} {hours}", form).replace(tzinfo=ZoneInfo(named)).astimezone(UTC)
