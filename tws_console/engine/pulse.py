"""Notices that this program stood still: stopped by a signal, a debugger or a sleeping machine. Imports model only.

TWS keeps the socket meanwhile, so nothing else tells of it: after such a gap every value is as old as the gap is long,
and what was shown before it may be acted on only when a full list asked for after it has come.
"""

from __future__ import annotations

from collections.abc import Callable

from tws_console.model.clock import Clock

LONGEST = 2.0
"""Seconds between two looks above which the loop was not merely busy."""
BEAT = 0.5
"""Seconds between two looks of the engine's own."""


class Pulse:
    """Looked at by a task of the engine, at each event and before each placement; silent until `start`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: tuple[float, float] | None = None
        self._gap_at: float | None = None
        self._seconds = 0.0
        self.on_gap: Callable[[float], None] = lambda seconds: None
        """Called once per gap, with its length in seconds."""

    def start(self) -> None:
        self._last = self._times()

    def _times(self) -> tuple[float, float]:
        return self._clock.monotonic(), self._clock.now().timestamp()

    def look(self) -> None:
        """Compare with the last look. The wall clock counts too: the monotonic one may stop while a machine sleeps."""
        if self._last is None:
            return
        now = self._times()
        seconds = max(now[0] - self._last[0], now[1] - self._last[1])
        self._last = now
        if seconds > LONGEST:
            self._gap_at, self._seconds = now[0], seconds
            self.on_gap(seconds)

    def listed(self, asked_at: float) -> None:
        """A complete list came that was asked for at that monotonic second."""
        if self._gap_at is not None and asked_at >= self._gap_at:
            self._gap_at = None

    def doubt(self) -> str:
        """Why nothing that is shown may be acted on yet, one sentence; empty when it may."""
        self.look()
        if self._gap_at is None:
            return ""
        return f"this program stood still for {self._seconds:.0f} s: a full list of orders has to come first"
