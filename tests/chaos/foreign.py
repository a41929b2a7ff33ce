"""Other people's programs at the same TWS: raw clients that place, change and cancel as they like."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.support.raw_client import RawClient, place_fields

CANCEL = 4


class ForeignClient:
    """One client id. It connects again at its next action when its socket was closed."""

    def __init__(self, client_id: int) -> None:
        self.client_id = client_id
        self._client: RawClient | None = None
        self._reading: asyncio.Task[None] | None = None
        self._port = 0
        self.placed: set[int] = set()
        """Numbers that it placed or changed an order under."""
        self.cancelled: Counter[int] = Counter()
        """Numbers that it cancelled, one count each time."""

    async def connect(self, port: int) -> None:
        self._port = port
        self.close()
        try:
            client = await RawClient.start(port, self.client_id)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            return
        self._client = client
        self._reading = asyncio.get_running_loop().create_task(self._read(client))

    async def _read(self, client: RawClient) -> None:
        """Take in whatever comes and forget it, so that the server never waits for us."""
        try:
            while await client.reader.read(1 << 16):
                pass
        except ConnectionError:
            pass
        if self._client is client:
            self._client = None
            client.writer.transport.abort()

    async def _ready(self) -> RawClient | None:
        if self._client is None or self._client.writer.transport.is_closing():
            await self.connect(self._port)
        return self._client

    async def place(self, order_id: int, **terms: object) -> None:
        client = await self._ready()
        if client is not None:
            self.placed.add(order_id)
            client.send(*place_fields(order_id, version=client.version, **terms))  # type: ignore[arg-type]

    async def cancel(self, order_id: int) -> None:
        self.cancelled[order_id] += 1
        await self.send(CANCEL, 1, order_id, "")

    async def send(self, *fields: object) -> None:
        client = await self._ready()
        if client is not None:
            client.send(*fields)

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.writer.transport.abort()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
