"""A tiny TWS client of the tests: frames and fields only, nothing of tws_console and no client library."""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType

Message = list[str]
TIMEOUT = 60.0


def encode(fields: Sequence[object]) -> bytes:
    """One frame: length, then fields ended by NUL."""
    body = b"".join(str(field).encode() + b"\0" for field in fields)
    return len(body).to_bytes(4, "big") + body


async def eventually(condition: Callable[[], bool]) -> None:
    """Let the loop run until a condition of this process holds; TimeoutError when it never does."""
    async with asyncio.timeout(TIMEOUT):
        while not condition():  # noqa: ASYNC110 - the condition belongs to a server that has no event for it
            await asyncio.sleep(0.002)


class RawClient:
    """One connection. `received` holds every message so far, in order."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.version = 0
        self.received: list[Message] = []

    @classmethod
    async def open(cls, port: int, host: str = "127.0.0.1") -> "RawClient":
        """Connect the socket only."""
        return cls(*await asyncio.open_connection(host, port))

    @classmethod
    async def start(cls, port: int, client_id: int, versions: str = "v157..178") -> "RawClient":
        """Connect, shake hands, start the API and wait for nextValidId and the farm messages."""
        client = await cls.open(port)
        await client.shake_hands(versions)
        client.send(71, 2, client_id, "")
        await client.until(lambda m: m[0] == "4" and m[3] == "2158")
        return client

    async def shake_hands(self, versions: str = "v157..178") -> None:
        """Send the greeting and read the two-field answer."""
        body = versions.encode()
        self.writer.write(b"API\0" + len(body).to_bytes(4, "big") + body)
        answer = await self.read()
        assert len(answer) == 2
        self.version = int(answer[0])

    def send(self, *fields: object) -> None:
        """Send one message."""
        self.writer.write(encode(fields))

    async def read(self) -> Message:
        """The next message. IncompleteReadError when the server has closed."""
        async with asyncio.timeout(TIMEOUT):
            size = int.from_bytes(await self.reader.readexactly(4), "big")
            body = await self.reader.readexactly(size)
        return body.decode().split("\0")[:-1]

    async def until(self, wanted: Callable[[Message], bool]) -> Message:
        """Read until a message is wanted; the ones before are kept in `received`."""
        while True:
            message = await self.read()
            self.received.append(message)
            if wanted(message):
                return message

    async def until_id(self, number: int) -> list[Message]:
        """Read until a message of this number; returns everything since the last call, that one included."""
        before = len(self.received)
        await self.until(lambda m: m[0] == str(number))
        return self.received[before:]

    async def settle(self) -> list[Message]:
        """Everything the server has sent up to the answer of a currentTime request, without that answer."""
        self.send(49, 1)
        return (await self.until_id(49))[:-1]

    async def until_error(self, code: int) -> Message:
        """Read until an error of this code."""
        return await self.until(lambda m: m[0] == "4" and m[3] == str(code))

    async def until_status(self, order_id: int, status: str) -> Message:
        """Read until an orderStatus of this order with this status."""
        return await self.until(lambda m: m[0] == "3" and m[1] == str(order_id) and m[2] == status)

    async def closed(self) -> bool:
        """Wait for the server to close; False when it sends something or stays silent."""
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self.reader.read(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    async def __aenter__(self) -> "RawClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.writer.transport.abort()


def place_fields(
    order_id: int,
    *,
    con_id: object = 265598,
    symbol: str = "AAPL",
    action: str = "BUY",
    quantity: object = 100,
    order_type: str = "LMT",
    limit: object = "",
    stop: object = "",
    tif: str = "DAY",
    account: str = "DU1234567",
    transmit: bool = True,
    parent_id: int = 0,
    oca: str = "",
    what_if: bool = False,
    exchange: str = "SMART",
    version: int = 178,
) -> list[object]:
    """The fields of a placeOrder for a plain order, in the order the official clients send them."""
    contract = [con_id, symbol, "STK", "", "0.0", "", "", exchange, "", "USD", "", ""]
    head = [action, quantity, order_type, limit, stop, tif, oca, account, "", 0, "", int(transmit), parent_id]
    head += [0, 0, 0, 0, 0, 0]
    middle: list[object] = ["", 0.0, "", "", "", "", ""] + ([""] if version < 177 else [])
    middle += ["", 0, "", -1, 0, "", "", 0, "", "", 0, 0, "", 0, "", "", "", "", "", 0, "", "", "", ""]
    middle += [0, "", "", "", "", "", "", "", "", "", "", 0, "", "", 0, 0]
    tail: list[object] = ["", "", int(what_if), "", 0, 0, 0, 0]
    tail += ["", "", "", "", "", "", 0, "", "", "", "", "", "", "", "", 0, 0, 0, ""]
    tail += [""] * sum(version >= gate for gate in (158, 160, 162, 166, 169))
    return [3, order_id, *contract, "", "", *head, *middle, *tail]
