"""Connecting: versions, the messages at the start, used client ids, clients that misbehave."""

import pytest

from tests.contract.simulator.conftest import Connect
from tests.support.raw_client import RawClient, eventually, place_fields
from tws_console.simulator.server import SimulatorServer


async def test_handshake_is_answered_when_it_comes_byte_by_byte(empty: SimulatorServer) -> None:
    async with await RawClient.open(empty.port) as client:
        for byte in b"API\0\0\0\0\x09v157..178":
            client.writer.write(bytes([byte]))
            await client.writer.drain()
        answer = await client.read()
        assert answer[0] == "178"
        assert len(answer) == 2


async def test_next_id_is_kept_when_client_comes_back(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 12)
    client.send(*place_fields(41, limit="200"))
    await client.until_status(41, "Submitted")
    client.writer.transport.abort()
    await eventually(lambda: not empty.gateway.sessions)
    again = await connect(empty, 12)
    assert ["9", "1", "42"] in again.received
    other = await connect(empty, 13)
    assert ["9", "1", "1"] in other.received


async def test_connection_closes_when_greeting_is_not_tws(empty: SimulatorServer) -> None:
    async with await RawClient.open(empty.port) as client:
        client.writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await client.closed()


@pytest.mark.parametrize(
    "fields", [("3", "5"), ("9999", "1"), ("word",), ("4", "1", "x"), ("7", "3"), ("1", "11", "5")]
)
async def test_request_gets_320_when_malformed(
    empty: SimulatorServer, connect: Connect, fields: tuple[str, ...]
) -> None:
    client, other = await connect(empty, 11), await connect(empty, 12)
    client.send(*fields)
    error = await client.until_error(320)
    assert "Error reading request" in error[4]
    assert await client.settle() == []
    assert await other.settle() == []
    assert list(empty.exchange.book.open()) == []
