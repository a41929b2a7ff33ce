"""What the instant of a stop's key has done: plain values from the thread that read it to the loop. Imports nothing of
ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Pressed:
    """Times are monotonic seconds, `started_at` aware UTC; `sent_at` is None when no cancel has left yet. `note` is
    what went wrong with the freeze file, one sentence.
    """

    started: float
    started_at: datetime
    blocked_at: float
    sent_at: float | None
    note: str
