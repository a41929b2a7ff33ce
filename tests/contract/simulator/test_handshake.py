"""Connecting: versions, the messages at the start, used client ids, clients that misbehave."""

import pytest

from tests.contract.simulator.conftest import Connect
from tests.support.raw_client import RawClient, eventually, place_fields
from tws_console.simulator.server import SimulatorServer


@pytest.mark.parametrize(("offer", "agreed"), [("v157..178", 178), ("v100..157", 157), ("v100..225 +PACEAPI", 178)])
async def test_handshake_takes_the_lower_version_when_offered(empty: SimulatorServer, offer: str, agreed: int) -> None:
    async with await RawClient.open(empty.port) as client:
        await client.shake_hands(offer)
        assert client.version == agreed


async def test_handshake_is_answered_when_it_comes_byte_by_byte(empty: SimulatorServer) -> None:
    async with await RawClient.open(empty.port) as client:
        for byte in b"API\0\0\0\0\x09v157..178":
            client.writer.write(bytes([byte]))
            await client.writer.drain()
        answer = await client.read()
        assert answer[0] == "178"
        assert len(answer) == 2


async def test_start_sends_accounts_and_id_only_when_client_has_no_orders(
    server: SimulatorServer, connect: Connect
) -> None:
    client = await connect(server, 11)
    assert [m[0] for m in client.received] == ["15", "9", "4", "4", "4", "4"]
    assert client.received[0] == ["15", "1", "DU1234567,DU7654321"]
    assert client.received[1] == ["9", "1", "1"]


async def test_start_pushes_own_orders_before_accounts_when_client_has_some(
    server: SimulatorServer, connect: Connect
) -> None:
    client = await connect(server, 7)
    assert [m[0] for m in client.received][:9] == ["5", "3", "5", "3", "5", "3", "53", "15", "9"]
    assert [m[1] for m in client.received if m[0] == "3"] == ["15", "12", "14"]
    assert client.received[8] == ["9", "1", "16"]


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


async def test_second_client_gets_326_and_first_stays_when_id_is_used(empty: SimulatorServer, connect: Connect) -> None:
    first = await connect(empty, 11)
    async with await RawClient.open(empty.port) as second:
        await second.shake_hands()
        second.send(71, 2, 11, "")
        error = await second.read()
        assert error[:4] == ["4", "2", "-1", "326"]
        assert await second.closed()
    assert await first.settle() == []


async def test_client_is_not_admitted_when_32_are_connected(empty: SimulatorServer, connect: Connect) -> None:
    for client_id in range(32):
        await connect(empty, client_id)
    async with await RawClient.open(empty.port) as extra:
        await extra.shake_hands()
        extra.send(71, 2, 99, "")
        assert await extra.closed()


async def test_only_that_client_is_closed_when_its_length_is_absurd(empty: SimulatorServer, connect: Connect) -> None:
    good = await connect(empty, 11)
    bad = await connect(empty, 12)
    bad.writer.write(b"\x7f\xff\xff\xff")
    assert await bad.closed()
    assert await good.settle() == []


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


async def test_requests_are_ignored_when_sent_before_start(server: SimulatorServer) -> None:
    async with await RawClient.open(server.port) as client:
        await client.shake_hands()
        client.send(58, 1)
        client.send(71, 2, 15, "")
        await client.until(lambda m: m[0] == "9")
    assert len(list(server.exchange.book.live())) == 13
