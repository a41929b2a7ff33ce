"""What changed since the screen last looked. Owns Changes and Waiters; imports model only.

Engine code never calls a widget: it adds keys here, and a front end drains them when it has time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tws_console.model.ids import OrderKey

PositionKey = tuple[str, int]
"""(account, conId)."""


@dataclass(frozen=True, slots=True)
class Drained:
    """One batch of changes: only keys, the values are read from their stores."""

    orders: frozenset[OrderKey] = frozenset()
    positions: frozenset[PositionKey] = frozenset()
    quotes: frozenset[int] = frozenset()
    account: bool = False
    session: bool = False
    notices: bool = False
    stop: bool = False


class Changes:
    """Collects dirty keys. Adding is O(1) and never wakes anybody."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self.orders: set[OrderKey] = set()
        self.positions: set[PositionKey] = set()
        self.quotes: set[int] = set()
        self.account = False
        self.session = False
        self.notices = False
        self.stop = False

    def drain(self) -> Drained:
        """Everything that changed since the last call; empties the collection."""
        drained = Drained(
            frozenset(self.orders),
            frozenset(self.positions),
            frozenset(self.quotes),
            self.account,
            self.session,
            self.notices,
            self.stop,
        )
        self._clear()
        return drained


class Waiters:
    """Tasks that wait until the truth has some property, looked at after each event."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    def check(self) -> None:
        """Wake every waiter whose condition now holds."""
        if not self._waiting:
            return
        still: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        for condition, future in self._waiting:
            if future.done():
                continue
            if condition():
                future.set_result(None)
            else:
                still.append((condition, future))
        self._waiting = still

    async def until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until `condition` holds, at most `timeout` seconds; False when it never did."""
        if condition():
            return True
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((condition, future))
        try:
            # Not wait_for: before Python 3.12 it swallows a cancellation that meets an answer (CPython issue 86296).
            async with asyncio.timeout(timeout):
                await future
        except TimeoutError:
            return condition()
        return True
