"""A client that asks for more than its share, or does not read its answers, keeps nobody else waiting."""

import pytest

from tests.contract.simulator.conftest import Connect
from tests.support.raw_client import RawClient, encode, eventually
from tws_console.simulator.server import SimulatorServer
from tws_console.simulator.session import TURN_REQUESTS

LIST = encode((16, 1))


def _asked(server: SimulatorServer, client_id: int) -> int:
    """How many requests of a client have been acted on."""
    return sum(row.client_id == client_id for row in server.gateway.log)


async def test_requests_are_acted_on_in_turns_when_many_come_in_one_piece(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    before = _asked(empty, 11)
    empty.gateway.sessions[11].data_received(encode((49, 1)) * 500)
    assert 0 < _asked(empty, 11) - before <= TURN_REQUESTS
    for _ in range(500):
        assert (await client.read())[0] == "49"
    assert _asked(empty, 11) - before == 500


async def test_requests_keep_their_order_when_more_arrive_during_a_turn(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    session = empty.gateway.sessions[11]
    session.data_received(encode((49, 1)) * 200)
    session.data_received(encode((17, 1)))
    assert [(await client.read())[0] for _ in range(201)] == ["49"] * 200 + ["15"]


async def test_nothing_is_left_undone_when_a_client_closes_behind_its_requests(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    before = _asked(empty, 11)
    client.writer.write(encode((49, 1)) * 500)
    client.writer.write_eof()
    await eventually(lambda: 11 not in empty.gateway.sessions)
    assert _asked(empty, 11) - before == 500


async def test_client_that_does_not_read_is_not_heard_until_it_reads(
    server: SimulatorServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tws_console.simulator.outlet.HIGH_WATER", 1 << 16)
    monkeypatch.setattr("tws_console.simulator.outlet.LOW_WATER", 1 << 14)
    deaf, other = await connect(server, 11), await connect(server, 12)
    before, count = _asked(server, 11), 2000
    deaf.writer.write(LIST * count)
    await eventually(lambda: _asked(server, 11) - before > 100)
    while (asked := _asked(server, 11)) and await _served(other):
        if _asked(server, 11) == asked:
            break
    assert asked - before < count
    for _ in range(count):
        await deaf.until_id(53)
    assert _asked(server, 11) - before == count


async def _served(client: RawClient) -> bool:
    """Whether a client was answered at once, with nothing besides."""
    return await client.settle() == []
