"""The instant of a stop's key: block, and where there is a connection of the stop's own, the bytes. Imports ports only.

Runs in whatever thread the key comes from, so it touches nothing of the loop's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tws_console.engine.latch import Latch
from tws_console.engine.ports import StopSocketPort
from tws_console.model.clock import Clock


@dataclass(frozen=True, slots=True)
class Pressed:
    """What has been done. Times are monotonic seconds, `started_at` aware UTC; `sent_at` None when no cancel has left
    yet. `note` is what went wrong with the freeze file, one sentence.
    """

    started: float
    started_at: datetime
    blocked_at: float
    sent_at: float | None
    note: str


def press(latch: Latch, clock: Clock, socket: StopSocketPort | None = None) -> Pressed:
    """Freeze, then write the cancel on `socket` when it is there and up."""
    started, started_at = clock.monotonic(), clock.now()
    note = latch.engage()
    blocked_at = clock.monotonic()
    sent_at = clock.monotonic() if socket is not None and socket.fire() else None
    return Pressed(started, started_at, blocked_at, sent_at, note)
