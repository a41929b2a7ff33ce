"""What every part of the engine shares. Imports the engine's stores and model only."""

from __future__ import annotations

from dataclasses import dataclass

from tws_console.engine.notices import Notices
from tws_console.engine.pulse import Pulse
from tws_console.engine.store import Changes, Waiters
from tws_console.model.clock import Clock


@dataclass(frozen=True, slots=True)
class Shared:
    """The change set, the tasks that wait on the truth, the messages, the time, and whether it stood still."""

    changes: Changes
    waiters: Waiters
    notices: Notices
    clock: Clock
    pulse: Pulse
