"""Waiting for what a screen shows or asks for, with a deadline. Never a fixed pause."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from tws_console.tui.widgets.painted import Painted

DEADLINE = 60.0


async def until(pilot: Pilot[int], condition: Callable[[], bool], what: str) -> None:
    """Let the app run until the condition holds; fails with `what` after the deadline."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"never came: {what}\n{text_of(pilot.app)}"
        await pilot.pause()


def text_of(app: App[int], screen: Screen[Any] | None = None) -> str:
    """All lines of the screen's painted widgets as plain text."""
    shown = screen or app.screen
    return "\n".join("".join(span.text for span in line) for widget in shown.query(Painted) for line in widget.lines)
