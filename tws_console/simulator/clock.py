"""Owns time and the link to the broker: answers of the broker wait while the link is lost.

Imports nothing of the package.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime


class BrokerClock:
    """Calls back after a while; what falls due while the link is lost runs when it is restored."""

    def __init__(self) -> None:
        self._link_up = True
        self._waiting: list[Callable[[], None]] = []
        self._timers: set[asyncio.TimerHandle] = set()

    @property
    def link_up(self) -> bool:
        """Whether the broker can be reached."""
        return self._link_up

    def now(self) -> datetime:
        """The present time, aware UTC."""
        return datetime.now(UTC)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run `action` in `seconds`, or when the link is back."""

        def at_broker() -> None:
            if self._link_up:
                action()
            else:
                self._waiting.append(action)

        self.here_later(seconds, at_broker)

    def here_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run `action` in `seconds`, whatever the link does: for what the Gateway does from memory."""
        handle: asyncio.TimerHandle

        def due() -> None:
            self._timers.discard(handle)
            action()

        handle = asyncio.get_running_loop().call_later(seconds, due)
        self._timers.add(handle)

    @property
    def pending(self) -> bool:
        """Whether anything is due or waits for the link."""
        return bool(self._timers or self._waiting)

    def lose_link(self) -> None:
        """Hold the broker's answers back."""
        self._link_up = False

    def restore_link(self) -> None:
        """Let them come, in order."""
        self._link_up = True
        waiting, self._waiting = self._waiting, []
        for action in waiting:
            action()

    def stop(self) -> None:
        """Forget everything that is due."""
        for handle in self._timers:
            handle.cancel()
        self._timers.clear()
        self._waiting.clear()
