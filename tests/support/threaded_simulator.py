"""A simulator in a thread of this process and blocking clients of it: for tests of what it did not catch."""

import asyncio
import socket
import threading
from types import TracebackType
from typing import Any

from tests.support.raw_client import Message, encode
from tws_console.simulator.gateway import Settings
from tws_console.simulator.server import SimulatorServer

TIMEOUT = 60.0


class ThreadedSimulator:
    """`with ThreadedSimulator("default") as sim:`; `sim.uncaught` holds what the event loop had to catch."""

    def __init__(self, scenario: str = "empty") -> None:
        self._scenario = scenario
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.uncaught: list[dict[str, Any]] = []
        self.server: SimulatorServer

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda loop, context: self.uncaught.append(context))
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.close()

    async def _start(self) -> None:
        self.server = SimulatorServer(Settings(scenario=self._scenario))
        await self.server.start()

    def __enter__(self) -> "ThreadedSimulator":
        self._thread.start()
        assert self._ready.wait(TIMEOUT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self.server.stop(), self._loop).result(TIMEOUT)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT)


class BlockingClient:
    """One connection. Every read ends after TIMEOUT seconds with TimeoutError: a server that hangs is a failure."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self._buffer = b""

    def start(self, client_id: int, versions: str = "v157..178") -> list[Message]:
        """Shake hands, start the API; returns the messages up to the last farm notice."""
        body = versions.encode()
        self.socket.sendall(b"API\0" + len(body).to_bytes(4, "big") + body)
        self.read()
        self.send(71, 2, client_id, "")
        return self.until(lambda m: m[0] == "4" and m[3] == "2158")

    def send(self, *fields: object) -> None:
        """Send one well-formed frame."""
        self.socket.sendall(encode(fields))

    def read(self) -> Message:
        """The next message. ConnectionError when the server has closed."""
        size = int.from_bytes(self._exactly(4), "big")
        return self._exactly(size).decode().split("\0")[:-1]

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            data = self.socket.recv(1 << 16)
            if not data:
                raise ConnectionResetError("the server has closed the connection")
            self._buffer += data
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    def until(self, wanted: Any) -> list[Message]:
        """Read until a message is wanted; returns everything read."""
        found = [self.read()]
        while not wanted(found[-1]):
            found.append(self.read())
        return found

    def settle(self) -> list[Message]:
        """What has come up to the answer of a currentTime request, without that answer."""
        self.send(49, 1)
        return self.until(lambda m: m[0] == "49")[:-1]

    def settles_or_is_closed(self) -> bool:
        """True when the server still answers, False when it has closed; TimeoutError when it does neither."""
        try:
            self.settle()
        except ConnectionError:
            return False
        return True

    def __enter__(self) -> "BlockingClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()
