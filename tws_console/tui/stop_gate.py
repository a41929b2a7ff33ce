"""Hands every key, paste and mouse event to the stop bar before anything else sees it, and carries out what follows.

Owns the wiring between `tui.stop` (states), `widgets.stop_bar` (drawing), open dialogs and the proof page. With our
driver keys and pastes are decided in the thread that reads them, and what follows for the screen is posted to the loop;
without it (tests, Windows) both happen in the loop. May import textual; not the engine.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.timer import Timer

from tws_console.tui.facade import console
from tws_console.tui.stop import STOP_KEYS, StopActions, StopChange, StopControl

if TYPE_CHECKING:
    from textual.app import App

    from tws_console.tui.widgets.stop_bar import StopBar

STEP = 0.2
"""Seconds between two steps of the countdown."""
STOP_LABEL = 9
"""Cells at the right end of the top row in which a click means STOP."""
PROOF_MODE = "proof"


class StopGate:
    """One per app. The driver asks `seen` first for every message that it has read, the app `handle` for every event;
    each drops it when the answer is True.
    """

    def __init__(self, app: App[int], stop_keys: tuple[str, ...] = STOP_KEYS) -> None:
        self._app = app
        self._console = console(app)
        self._bar: StopBar | None = None
        self._timer: Timer | None = None
        self._loop_thread = threading.get_ident()
        self._watched = False
        self.control = StopControl(self._actions, self._clock, self._changed, stop_keys)

    def watch(self) -> None:
        """From now on every key and paste is shown to `seen`, in the thread that reads it."""
        self._watched = True

    def seen(self, message: Message) -> bool:
        """True when the bar takes this key or paste. Called in the thread that reads the terminal: nothing in it waits
        for the loop.
        """
        if isinstance(message, events.Key):
            return self.control.key(message.key)
        return isinstance(message, events.Paste) and self.control.paste()

    def handle(self, event: events.Event) -> bool:
        """True when the event is swallowed. Events that come back up from a widget have been asked about before."""
        if not isinstance(event, (events.InputEvent, events.Paste)) or event.is_forwarded:
            return False
        if isinstance(event, (events.Key, events.Paste)):
            return not self._watched and self.seen(event)
        if not self.control.open:
            return False
        if isinstance(event, events.MouseDown) and event.y == 0 and event.x >= self._app.size.width - STOP_LABEL:
            self.control.press()
        # A mouse elsewhere neither answers the question nor reaches what lies below it.
        return True

    def press(self) -> None:
        """A click on STOP, or the action from the palette: opens the bar, or keeps it."""
        self.control.press()

    def _actions(self) -> StopActions | None:
        engine = self._console.engine
        if engine is None:
            return None
        return engine.stop_lane if self._watched else engine.stop

    def _clock(self) -> float:
        return self._console.monotonic()

    def _changed(self, change: StopChange) -> None:
        if threading.get_ident() == self._loop_thread:
            self._follow(change)
        else:
            self._app.call_later(self._follow, change)

    def _follow(self, change: StopChange) -> None:
        """What a change means for the screen."""
        if change is StopChange.SENT:
            self._remove()
            self._withdraw_questions()
            self._app.switch_mode(PROOF_MODE)
        else:
            self._draw()

    def _draw(self) -> None:
        from tws_console.tui.widgets.stop_bar import StopBar

        if not self.control.open and not self.control.hint:
            self._remove()
            return
        stack = self._app.screen_stack
        if not stack:
            return
        screen = stack[-1]
        if self._bar is not None and (not self._bar.is_attached or self._bar.screen is not screen):
            self._bar.remove()
            self._bar = None
        if self._bar is None:
            self._bar = StopBar(self.control, self.control.painted)
            screen.mount(self._bar)
        else:
            self._bar.draw()
        if self._timer is None:
            self._timer = self._app.set_interval(STEP, self._step)

    def _step(self) -> None:
        self.control.tick()
        if self._timer is not None:
            self._draw()

    def _remove(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._bar is not None:
            self._bar.remove()
            self._bar = None

    def _withdraw_questions(self) -> None:
        """Once a stop is sent nothing may be sent by an answer to an older question."""
        from tws_console.tui.modals.dialog import Dialog

        for screen in reversed(self._app.screen_stack):
            if isinstance(screen, Dialog):
                screen.withdraw()
