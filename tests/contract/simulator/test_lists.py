"""Which orders whom: own, all, bound; completed orders and executions."""

from tests.contract.simulator.conftest import Connect
from tests.support.raw_client import Message, RawClient, place_fields
from tws_console.simulator.gateway import Settings
from tws_console.simulator.server import SimulatorServer


async def _list(client: RawClient, message: int) -> list[Message]:
    client.send(message, 1)
    return await client.until_id(53)


def _rows(messages: list[Message]) -> list[tuple[str, str]]:
    """(client id, order id) of the openOrder rows."""
    return [(m[24], m[1]) for m in messages if m[0] == "5"]


async def test_all_orders_keep_their_owners_when_listed(server: SimulatorServer, connect: Connect) -> None:
    messages = await _list(await connect(server, 11), 16)
    rows = _rows(messages)
    assert len(rows) == 13
    assert rows.count(("0", "0")) == 2
    assert {client for client, _ in rows} == {"0", "3", "7", "101", "120"}
    assert {("3", "12"), ("7", "12"), ("101", "12")} <= set(rows)
    assert [m[0] for m in messages] == ["5", "3"] * 13 + ["53"]
    perm_ids = [m[25] for m in messages if m[0] == "5"]
    assert len(set(perm_ids)) == 13
    assert all(len(perm_id) == 16 for perm_id in perm_ids)


async def test_own_list_is_empty_when_client_has_no_orders(server: SimulatorServer, connect: Connect) -> None:
    assert await _list(await connect(server, 11), 5) == [["53", "1"]]


async def test_next_id_exceeds_shown_ids_when_all_orders_were_listed(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    await _list(client, 16)
    client.send(8, 1, 1)
    assert (await client.until_id(9))[-1] == ["9", "1", "16"]
    client.send(*place_fields(15, limit="200"))
    assert (await client.until_error(103))[2] == "15"


async def test_list_by_client_0_binds_nothing_when_it_asks_for_all(server: SimulatorServer, connect: Connect) -> None:
    assert _rows(await _list(await connect(server, 0), 16)).count(("0", "0")) == 2


async def test_manual_orders_get_negative_ids_when_client_0_lists_its_own(
    server: SimulatorServer, connect: Connect
) -> None:
    client = await connect(server, 0)
    messages = await _list(client, 5)
    assert _rows(messages) == [("0", "-3"), ("0", "-2")]
    assert [m[2:] for m in messages if m[0] == "100"] == [["0", "-2"], ["0", "-3"]]
    client.send(4, 1, -2, "")
    await client.until_status(-2, "Cancelled")


async def test_auto_bind_is_refused_when_client_is_not_0(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    client.send(15, 1, 1)
    assert (await client.until_error(327))[2] == "-1"


async def test_completed_orders_name_status_and_time_when_listed(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    client.send(99, 0)
    rows = (await client.until_id(102))[:-1]
    ended = "Cancelled by Trader"
    assert [m[-6] for m in rows] == ["Filled Size: 60", "Filled Size: 60", ended, "Filled Size: 100", ended]
    assert all(m[-7].endswith("US/Eastern") for m in rows)
    client.send(99, 1)
    assert len((await client.until_id(102))[:-1]) == 4


async def test_executions_are_filtered_when_asked(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    client.send(7, 3, 901, 3, "", "", "", "", "", "")
    messages = await client.until_id(55)
    assert [m[0] for m in messages] == ["11", "59", "11", "59", "55"]
    assert {m[1] for m in messages if m[0] == "11"} == {"901"}
    client.send(7, 3, 902, 0, "DU7654321", "", "KO", "STK", "", "BUY")
    assert len([m for m in await client.until_id(55) if m[0] == "11"]) == 1
    client.send(7, 3, 903, 0, "", "20991231-00:00:00", "", "", "", "")
    assert await client.until_id(55) == [["55", "1", "903"]]


async def test_master_sees_others_orders_when_they_change(connect: Connect) -> None:
    server = SimulatorServer(Settings(scenario="empty", master=50))
    await server.start()
    try:
        master, owner, third = await connect(server, 50), await connect(server, 11), await connect(server, 12)
        owner.send(*place_fields(5, limit="200"))
        await master.until_status(5, "Submitted")
        assert next(m[24] for m in master.received if m[0] == "5") == "11"
        master.send(4, 1, 5, "")
        assert (await master.until_error(10147))[2] == "5"
        assert await third.settle() == []
    finally:
        await server.stop()


async def test_list_is_complete_when_5000_orders_are_open(connect: Connect) -> None:
    server = SimulatorServer(Settings(scenario="many-orders"))
    await server.start()
    try:
        rows = _rows(await _list(await connect(server, 11), 16))
        assert len(rows) == len(set(rows)) == 5000
        assert len({client for client, _ in rows}) == 20
    finally:
        await server.stop()
