"""The lines of the messages pane: a bounded ring. Imports model and the change set only."""

from __future__ import annotations

from collections import deque

from tws_console.engine.store import Changes
from tws_console.model.clock import Clock
from tws_console.model.ids import OrderKey
from tws_console.model.notice import Notice, Tone

KEPT = 1000


class Notices:
    """Newest last; the oldest fall out."""

    def __init__(self, changes: Changes, clock: Clock) -> None:
        self.lines: deque[Notice] = deque(maxlen=KEPT)
        self._changes = changes
        self._clock = clock

    def add(self, tone: Tone, text: str, key: OrderKey | None = None, code: int | None = None) -> None:
        """Append one line; the same text twice in a row is kept once."""
        if self.lines and self.lines[-1].text == text and self.lines[-1].tone == tone:
            return
        self.lines.append(Notice(self._clock.now(), tone, text, key, code))
        self._changes.notices = True
