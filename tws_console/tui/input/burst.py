"""Keys that come faster than fingers: a stray reply of the terminal, or a paste that is not told as one.

Unknown escape sequences come through Textual's parser as plain letters, and text behind an end marker inside a paste
comes as keys. So three or more keys within 10 ms only move and type; none of them acts. The stop key is never held
back: its bar has a rule of its own for the enter behind it. May import textual.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from textual import events
from textual.message import Message

from tws_console.tui.stop import MODIFIERS

MOST = 2
"""Keys that may come within the window and still act."""
WINDOW = 0.01
PASTE_TAIL = 0.05
"""Seconds of quiet after a paste before a key is a key again: an end marker inside a paste does not end it."""
HARMLESS = frozenset(
    {
        *("up", "down", "left", "right", "pageup", "pagedown", "home", "end", "tab", "shift+tab"),
        *("escape", "backspace", "delete", "ctrl+u", "j", "k"),
    }
)
"""Moves, corrections and the careful answer: a slow link delivers held keys like these in bursts too."""


class Bursts:
    """Marks the keys of one terminal. Keys of one read came together."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=MOST + 1)
        self._tail_until = 0.0

    def mark(self, messages: Sequence[Message], now: float) -> None:
        """`messages` were read at `now`, in monotonic seconds."""
        keys = [message for message in messages if isinstance(message, events.Key) and message.key not in MODIFIERS]
        earlier = sum(now - at <= WINDOW for at in self._times)
        crowded = earlier + len(keys) > MOST
        self._times.extend([now] * len(keys))
        for message in messages:
            if isinstance(message, events.Paste):
                self._tail_until = now + PASTE_TAIL
            elif isinstance(message, events.Key) and (crowded or now < self._tail_until):
                self._tail_until = now + PASTE_TAIL if now < self._tail_until else self._tail_until
                vars(message)["in_burst"] = True


def in_burst(event: events.Key) -> bool:
    """True when this key came too fast to act; where a character is only typed it may still be."""
    return vars(event).get("in_burst", False) and event.key not in HARMLESS
