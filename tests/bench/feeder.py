"""A relay between one program and a simulator that adds a flood of messages and reads the clock at each cancel.

Run as a script with the simulator's port and the number of open orders. It prints its port, then one line for each
global cancel: client id and monotonic nanoseconds, taken before anything else is done with the bytes. The cancel is
not passed on, so that the book stays as large as it is. Lines on standard input: `feed CLIENT RATE` floods that client
alone from now on with that many messages a second.

The mix is about 35 % price ticks, 35 % size ticks, 20 % orderStatus, 5 % openOrder and as many executions with their
commission, in bursts of 10 ms, and each message changes something: clients drop equal ones.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Iterator

from tests.support.raw_client import RawClient, encode

BURST = 0.01
MOST_AT_ONCE = 0.1
"""Seconds of flood that are made up for after a stall."""
MIX = ("price", "size") * 7 + ("status",) * 4 + ("order", "price", "size") + ("fill",)
POOL = 4000


def cut(buffer: bytearray) -> Iterator[bytes]:
    """Whole frames off the front, with their length."""
    while len(buffer) >= 4 and len(buffer) >= (end := 4 + int.from_bytes(buffer[:4], "big")):
        yield bytes(buffer[:end])
        del buffer[:end]


class Book:
    """The simulator's answer to a request for all open orders, asked for once."""

    def __init__(self) -> None:
        self.answer = b""
        self.orders: list[list[str]] = []
        self.statuses: list[list[str]] = []

    async def load(self, port: int, most: int) -> None:
        async with await RawClient.start(port, 9000) as client:
            client.send(16, 1)
            await client.until(lambda message: message[0] == "53")
            self.orders = [message for message in client.received if message[0] == "5"][:most]
            self.statuses = [message for message in client.received if message[0] == "3"][:most]
        whole = [row for pair in zip(self.orders, self.statuses, strict=True) for row in pair]
        self.answer = b"".join(encode(row) for row in whole) + encode([53, 1])


def pool(book: Book, lines: list[str], turn: int) -> list[bytes]:
    """So many messages in the proportions of the mix; another `turn` gives other values."""
    found = []
    numbers = itertools.count()
    for kind in itertools.islice(itertools.cycle(MIX), POOL):
        number = next(numbers)
        order, status = book.orders[number % len(book.orders)], book.statuses[number % len(book.statuses)]
        line = lines[number % len(lines)]
        if kind == "price":
            found.append(encode([1, 6, line, 4, f"{100 + (number * 7 + turn) % 50 / 100:.2f}", 100 + number % 9, 0]))
        elif kind == "size":
            found.append(encode([2, 6, line, 5, 1 + (number * 3 + turn) % 400]))
        elif kind == "status":
            changed = status[:]
            changed[3] = str((number + turn) % 2)
            found.append(encode(changed))
        elif kind == "order":
            changed = order[:]
            changed[16] = f"{50 + (number + turn) % 90 / 100:.2f}"
            found.append(encode(changed))
        else:
            found.extend(fill(order, f"{turn}.{number}"))
    return found


def fill(order: list[str], name: str) -> list[bytes]:
    """An execution of one share and its commission."""
    contract, perm_id, client_id = order[2:13], order[26], order[25]
    side = "BOT" if order[13] == "BUY" else "SLD"
    head = [11, -1, order[1], *contract, name, "20261020 14:00:00 UTC", order[20], "NYSE", side, 1, "50.00", perm_id]
    return [
        encode([*head, client_id, 0, 1, "50.00", "", "", "", "", 2, 0]),
        encode([59, 1, name, "1.00", "USD", "1.7976931348623157E308", "0", ""]),
    ]


class Relay(asyncio.Protocol):
    """One program's connection, and the one to the simulator that goes with it."""

    def __init__(self, feeder: Feeder) -> None:
        self._feeder = feeder
        self._buffer = bytearray()
        self._waiting = bytearray()
        self._greeted = False
        self._up: asyncio.Transport | None = None
        self.client_id = ""
        self.lines: list[str] = []
        self.down: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.down = transport
        self._feeder.relays.add(self)
        self._task = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        await asyncio.get_running_loop().create_connection(lambda: Upstream(self), "127.0.0.1", self._feeder.port)

    def upstream(self, transport: asyncio.Transport) -> None:
        self._up = transport
        transport.write(bytes(self._waiting))

    def data_received(self, data: bytes) -> None:
        at = time.monotonic_ns()
        self._buffer += data
        if not self._greeted and len(self._buffer) >= 4:
            self._greeted = True
            self._pass_on(bytes(self._buffer[:4]))
            del self._buffer[:4]
        for frame in cut(self._buffer):
            self._request(frame, at)

    def _request(self, frame: bytes, at: int) -> None:
        fields = frame[4:].split(b"\0")
        if fields[0] == b"58":
            sys.stdout.write(f"{self.client_id} {at}\n")
            sys.stdout.flush()
        elif fields[0] == b"16":
            self.down.write(self._feeder.book.answer)
        else:
            if fields[0] == b"71":
                self.client_id = fields[2].decode()
            elif fields[0] == b"1":
                self.lines.append(fields[2].decode())
            self._pass_on(frame)

    def _pass_on(self, data: bytes) -> None:
        if self._up is None:
            self._waiting += data
        else:
            self._up.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._feeder.relays.discard(self)
        if self._up is not None:
            self._up.abort()


class Upstream(asyncio.Protocol):
    """The simulator's side: whole frames only reach the program, so that the flood may come between them."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._relay.upstream(transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if whole := b"".join(cut(self._buffer)):
            self._relay.down.write(whole)

    def connection_lost(self, exc: Exception | None) -> None:
        self._relay.down.abort()


class Feeder:
    """Accepts programs, floods one of them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.book = Book()
        self.relays: set[Relay] = set()
        self._fed, self._rate = "", 0

    async def run(self, rows: int) -> None:
        await self.book.load(self.port, rows)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Relay(self), "127.0.0.1", 0)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        ended = loop.create_future()

        def command() -> None:
            words = sys.stdin.readline().split()
            if words:
                self._fed, self._rate = words[1], int(words[2])
            elif not ended.done():
                ended.set_result(None)

        loop.add_reader(sys.stdin, command)
        flood = loop.create_task(self._flood())
        await ended
        flood.cancel()

    async def _flood(self) -> None:
        pools: dict[tuple[str, int], list[list[bytes]]] = {}
        position, until = 0, time.monotonic()
        while True:
            await asyncio.sleep(BURST)
            now = time.monotonic()
            count = int((now - until) * self._rate)
            until = max(until + count / self._rate, now - MOST_AT_ONCE) if self._rate else now
            for relay in self.relays:
                if relay.client_id == self._fed and count:
                    key = relay.client_id, len(relay.lines)
                    if key not in pools:
                        pools[key] = [pool(self.book, relay.lines or ["1"], turn) for turn in (0, 1)]
                    both = pools[key]
                    whole = both[position // POOL % 2]
                    at = position % POOL
                    relay.down.write(b"".join(whole[at : at + count]))
                    position += count


if __name__ == "__main__":
    asyncio.run(Feeder(int(sys.argv[1])).run(int(sys.argv[2])))
