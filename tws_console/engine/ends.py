"""What the broker told of ends: completed orders by permId and executions by their number. Imports model only.

The book keeps what concerns its rows; this keeps everything, because an order of an earlier run may have no row.
"""

from __future__ import annotations

from tws_console.model.clock import Clock
from tws_console.model.events import CompletedSeen, Event, FillSeen
from tws_console.model.position import Fill


class Ends:
    """Grows by what one day brings; the broker tells the completed orders and executions of the day only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.completed: dict[int, CompletedSeen] = {}
        self.fills: dict[str, Fill] = {}
        """By execution id without its correction number: a correction takes the place of what it corrects."""
        self.newest: float | None = None
        """Monotonic seconds at which a fill was told for the first time, newest."""

    def apply(self, event: Event) -> None:
        match event:
            case CompletedSeen():
                self.completed[event.perm_id] = event
            case FillSeen():
                exec_id = event.fill.base_id
                if exec_id not in self.fills:
                    self.newest = self._clock.monotonic()
                self.fills[exec_id] = event.fill
            case _:
                pass
