"""A TCP server that says what a test tells it to, byte by byte: for answers that no healthy TWS would give."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType

from tests.unit.ib.frames import framed

DEADLINE = 5.0


class Peer:
    """The server's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.received: list[list[str]] = []

    def send(self, *fields: object) -> None:
        self._writer.write(framed(*fields))

    def send_bytes(self, data: bytes) -> None:
        self._writer.write(data)

    async def read(self) -> list[str]:
        """The next request's fields. IncompleteReadError when the client has gone."""
        size = int.from_bytes(await self._reader.readexactly(4), "big")
        fields = (await self._reader.readexactly(size)).decode().split("\0")[:-1]
        self.received.append(fields)
        return fields

    async def until(self, message: str) -> list[str]:
        """Read requests until one of this number comes."""
        while True:
            fields = await self.read()
            if fields[0] == message:
                return fields

    async def hello(self) -> None:
        """Read what a client says first."""
        assert await self._reader.readexactly(17) == b"API\0\0\0\0\x09v157..178"

    async def greet(self, version: object = 178) -> None:
        await self.hello()
        self.send(version, "20261121 10:00:00 EST")

    async def start(self, next_id: int = 100, accounts: str = "DU1234567") -> None:
        """Greet, take startApi and become ready."""
        await self.greet()
        assert (await self.read())[0] == "71"
        self.send(15, 1, accounts)
        self.send(9, 1, next_id)

    async def gone(self) -> None:
        """Read until the client ends the connection."""
        try:
            while True:
                await self.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            return


Script = Callable[[Peer], Awaitable[None]]


class ScriptedServer:
    """`async with ScriptedServer(script) as server:` runs the script for each connection and closes it at the
    script's end.

    A failed assertion inside the script is raised when the block ends.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self._tasks: list[asyncio.Task[None]] = []
        self._server: asyncio.Server | None = None
        self.port = 0

    async def __aenter__(self) -> ScriptedServer:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        done, running = await asyncio.wait(self._tasks, timeout=DEADLINE) if self._tasks else (set(), set())
        for task in running:
            task.cancel()
        if problem is None:
            for task in done:
                task.result()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._run(Peer(reader, writer), writer))
        self._tasks.append(task)

    async def _run(self, peer: Peer, writer: asyncio.StreamWriter) -> None:
        try:
            await self._script(peer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Let the loop run until the condition holds. AssertionError after `seconds`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not condition():
        assert loop.time() < deadline, "the condition did not come true in time"
        await asyncio.sleep(0.001)
