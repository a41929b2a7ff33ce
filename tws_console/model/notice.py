"""What the messages pane and the log say. Imports model only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tws_console.model.ids import OrderKey


class Tone(StrEnum):
    INFO = "info"
    GOOD = "good"
    NOTE = "note"
    """Something about links or farms."""
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Notice:
    """One line: when (UTC), how bad, what. `key` names the order it is about, if any."""

    at: datetime
    tone: Tone
    text: str
    key: OrderKey | None = None
    code: int | None = None
