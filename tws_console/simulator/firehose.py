"""Owns the flood of the scenario `firehose`: so many messages a second to each client. Imports `gateway`, `session`.

A client with market data lines gets size ticks on them, one line after the other; a client without any gets the time of
the last account update, which every client library takes unasked.
"""

import asyncio
import itertools
import time

from tws_console.simulator.gateway import Gateway
from tws_console.simulator.session import Session
from tws_console.simulator.wire import frame

BEAT_SECONDS = 0.02
IDLE = frame(8, 1, "09:30")
_SIZES = 50
_LAST_SIZE = 5


class Firehose:
    """Sends `per_second` messages to each started client. Messages are built once per line and sent again and again."""

    def __init__(self, gateway: Gateway, per_second: int) -> None:
        self._gateway = gateway
        self._per_second = per_second
        self._numbers = itertools.count()
        self._built: dict[int, list[bytes]] = {}

    async def run(self) -> None:
        """Send until cancelled, as much as the time that has passed asks for and never more than a second's worth."""
        sent_until = time.monotonic()
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            now = time.monotonic()
            count = min(self._per_second, int((now - sent_until) * self._per_second))
            sent_until = max(sent_until + count / self._per_second, now - 1)
            for session in list(self._gateway.sessions.values()):
                session.send(self.burst(session, count))

    def burst(self, session: Session, count: int) -> bytes:
        """The next `count` messages for a client."""
        lines = list(session.subscriptions.feeds)
        if not lines:
            return IDLE * count
        return b"".join(
            self._tick(lines[number % len(lines)], number) for number in itertools.islice(self._numbers, count)
        )

    def _tick(self, request_id: int, number: int) -> bytes:
        rows = self._built.get(request_id)
        if rows is None:
            sizes = range(1, _SIZES + 1)
            rows = self._built[request_id] = [frame(2, 6, request_id, _LAST_SIZE, size) for size in sizes]
        return rows[number % _SIZES]
