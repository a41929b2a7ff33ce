"""The red bar's states: from the stop key to the one enter that sends. Imports the standard library only.

Owns when the bar is open, which key does what while it is, and the single call of `fire`. It draws nothing and knows no
terminal; `stop_gate` feeds it every key before any binding sees it, `widgets.stop_bar` draws it. Keys come from the
thread that reads the terminal, so that a busy loop holds none of them up; paints, clicks and the passing of time come
from the loop. Whoever comes first has the lock, and the listener is called without it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

WINDOW = 6.0
"""Seconds in which enter sends: over a phone's link seeing the bar and answering it take a round trip each."""
SETTLE = 0.15
"""Seconds from the first paint before enter counts: an enter typed ahead of the bar answers nothing."""
BLIND = 1.0
"""Seconds from the key after which enter counts although the terminal never took the paint."""
AFTER = 1.0
"""Seconds in which enter is swallowed once the bar has gone: it was meant for the bar."""

STOP_KEYS = ("ctrl+g", "f8")
SEND_KEY = "enter"
MODIFIERS = frozenset(
    f"{side}_{name}" for side in ("left", "right") for name in ("shift", "control", "alt", "super", "hyper", "meta")
) | {"iso_level3_shift", "iso_level5_shift", "caps_lock", "num_lock", "scroll_lock"}
"""Keys that some terminals report by themselves (Kitty keyboard protocol): they answer nothing."""


class StopActions(Protocol):
    """What the bar drives: the engine's stop. Each returns within a moment, from any thread that keys come from."""

    def arm(self) -> object: ...
    def disarm(self) -> None: ...
    def fire(self) -> None: ...


class StopChange(StrEnum):
    """What just happened, told to the listener."""

    OPENED = "opened"
    KEPT = "kept"
    CLOSED = "closed"
    SENT = "sent"


class StopControl:
    """One bar. `clock` gives monotonic seconds, `actions` the engine's stop: None while there is no engine yet."""

    def __init__(
        self,
        actions: Callable[[], StopActions | None],
        clock: Callable[[], float],
        listener: Callable[[StopChange], None],
        stop_keys: tuple[str, ...] = STOP_KEYS,
        send_key: str = SEND_KEY,
    ) -> None:
        if send_key in stop_keys:
            raise ValueError(f"{send_key} cannot both open the stop bar and send the stop.")
        if not stop_keys:
            raise ValueError("The stop needs a key.")
        self._actions = actions
        self._clock = clock
        self._listener = listener
        self._stop_keys = frozenset(stop_keys)
        self._send_key = send_key
        self._lock = threading.RLock()
        self._untold: deque[StopChange] = deque()
        self._opened_at: float | None = None
        self._painted_at: float | None = None
        self._deadline = 0.0
        self._swallow_until = 0.0
        self.hint = ""
        """`again` after an enter that came too early, `not sent` for a second after the bar has gone."""

    @property
    def open(self) -> bool:
        return self._opened_at is not None

    @property
    def remaining(self) -> float:
        """Seconds until the bar goes by itself, 0 when it is closed."""
        return max(0.0, self._deadline - self._clock()) if self.open else 0.0

    @property
    def ready(self) -> bool:
        """True when enter would send now."""
        with self._lock:
            if self._opened_at is None:
                return False
            due = self._opened_at + BLIND if self._painted_at is None else self._painted_at + SETTLE
            return self._clock() >= due

    def key(self, name: str) -> bool:
        """One key press, by its name. True when it is swallowed: nothing else may see it."""
        with self._lock:
            swallowed = self._key(name)
        self._tell()
        return swallowed

    def paste(self) -> bool:
        """A paste: swallowed while the bar is open, and no answer to it."""
        with self._lock:
            self._tick()
            swallowed = self.open
        self._tell()
        return swallowed

    def press(self) -> None:
        """A stop key or a click on STOP: opens the bar, or keeps it for another 6 s. It never sends."""
        with self._lock:
            self._press()
        self._tell()

    def painted(self) -> None:
        """The open bar has been given to the terminal."""
        with self._lock:
            if self.open and self._painted_at is None:
                self._painted_at = self._clock()

    def tick(self) -> None:
        """Let time pass: closes the bar when its 6 s are over and forgets `not sent` a second later."""
        with self._lock:
            self._tick()
        self._tell()

    def _key(self, name: str) -> bool:
        self._tick()
        if name in self._stop_keys:
            self._press()
            return True
        if not self.open:
            return name == self._send_key and self._clock() < self._swallow_until
        if name == self._send_key:
            self._enter()
        elif name not in MODIFIERS:
            self._close("not sent")
        return True

    def _press(self) -> None:
        now = self._clock()
        self._deadline = now + WINDOW
        if self.open:
            self._untold.append(StopChange.KEPT)
            return
        self._opened_at, self._painted_at, self.hint = now, None, ""
        self._arm()
        self._untold.append(StopChange.OPENED)

    def _tick(self) -> None:
        now = self._clock()
        if self.open and now >= self._deadline:
            self._close("not sent", since=self._deadline)
        elif self.hint and not self.open and now >= self._swallow_until:
            self.hint = ""
            self._untold.append(StopChange.CLOSED)

    def _enter(self) -> None:
        actions = self._actions()
        if actions is None or not self.ready:
            self.hint = "again"
            self._untold.append(StopChange.KEPT)
            return
        self._opened_at, self.hint = None, ""
        self._swallow_until = self._clock() + AFTER
        # Nothing stands between the key and the bytes: whatever draws is told afterwards.
        actions.fire()
        self._untold.append(StopChange.SENT)

    def _close(self, hint: str, since: float | None = None) -> None:
        self._opened_at, self.hint = None, hint
        self._swallow_until = (self._clock() if since is None else since) + AFTER
        actions = self._actions()
        if actions is not None:
            actions.disarm()
        self._untold.append(StopChange.CLOSED)

    def _arm(self) -> None:
        actions = self._actions()
        try:
            if actions is not None:
                actions.arm()
        except OSError:
            # A disk that refuses the prepared freeze file must not keep the bar from opening; fire reports it.
            return

    def _tell(self) -> None:
        """Tell the listener what has happened, in order, outside the lock: drawing may take its time."""
        while True:
            try:
                change = self._untold.popleft()
            except IndexError:
                return
            self._listener(change)
