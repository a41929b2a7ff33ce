"""Who may cancel what: own, foreign, manual, terminal; the global cancel and who hears of it."""

import pytest

from tests.contract.simulator.conftest import Connect
from tests.support.raw_client import RawClient, place_fields
from tws_console.simulator.server import SimulatorServer


async def _placed(client: RawClient, order_id: int) -> None:
    client.send(*place_fields(order_id, limit="200"))
    await client.until_status(order_id, "Submitted")
    await client.until_status(order_id, "Submitted")


async def _gone(client: RawClient) -> None:
    """Wait until the list of all orders is empty, asking again and again."""
    while True:
        client.send(16, 1)
        if [m[0] for m in await client.until_id(53)].count("5") == 0:
            return


async def test_own_order_is_cancelled_in_order_when_its_owner_asks(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _placed(client, 1)
    start = len(client.received)
    client.send(4, 1, 1, "")
    error = await client.until_error(202)
    assert [(m[0], m[2] if m[0] == "3" else "") for m in client.received[start:]] == [
        ("5", ""),
        ("3", "PendingCancel"),
        ("5", ""),
        ("3", "PendingCancel"),
        ("3", "Cancelled"),
        ("4", ""),
    ]
    assert error[2:5] == ["1", "202", "Order Canceled - reason:"]


@pytest.mark.parametrize("client_id", [11, 0])
async def test_foreign_order_lives_on_when_another_client_cancels_it(
    server: SimulatorServer, connect: Connect, client_id: int
) -> None:
    client = await connect(server, client_id)
    client.send(4, 1, 12, "")
    error = await client.until_error(10147)
    assert error[2:5] == ["12", "10147", "OrderId 12 that needs to be cancelled is not found."]
    assert await client.settle() == []
    assert len(list(server.exchange.book.live())) == 13


async def test_unbound_order_cannot_be_cancelled_when_asked_by_0(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    client.send(4, 1, 0, "")
    assert (await client.until_error(10149))[4] == "Invalid order id: 0."


async def test_owner_can_cancel_when_it_connects_again(server: SimulatorServer, connect: Connect) -> None:
    owner = await connect(server, 3)
    owner.send(4, 1, 12, "")
    await owner.until_status(12, "Cancelled")
    assert {o.client_id for o in server.exchange.book.live() if o.order_id == 12} == {7, 101}


async def test_cancel_gets_10148_when_order_is_done(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 3)
    client.send(4, 1, 10, "")
    text = "OrderId 10 that needs to be cancelled cannot be cancelled, state: Filled."
    assert (await client.until_error(10148))[4] == text


async def test_cancel_gets_161_when_one_is_under_way(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _placed(client, 1)
    client.send(4, 1, 1, "")
    client.send(4, 1, 1, "")
    assert "not in a cancellable state.  Order permId =" in (await client.until_error(161))[4]
    await client.until_status(1, "Cancelled")


async def test_global_cancel_tells_owners_only_when_it_ends_everything(
    server: SimulatorServer, connect: Connect
) -> None:
    caller, owner = await connect(server, 11), await connect(server, 7)
    binder = await connect(server, 0)
    binder.send(15, 1, 1)
    await binder.until_status(-3, "Submitted")
    caller.send(58, 1)
    await owner.until(lambda m: m[:4] == ["4", "2", "15", "202"])
    await binder.until_status(-3, "Cancelled")
    await _gone(caller)
    assert {m[0] for m in caller.received if m[0] in ("3", "5") or (m[0] == "4" and m[3] == "202")} <= {"5", "3"}
    assert not [m for m in caller.received if m[0] == "3" and m[2] == "Cancelled"]
    assert {m[2] for m in owner.received if m[0] == "4" and m[3] == "202"} == {"12", "14", "15"}
    caller.send(99, 0)
    rows = (await caller.until_id(102))[:-1]
    assert len(rows) == 18
    assert [m[-6] for m in rows[5:]] == ["Cancelled by Trader"] * 13


async def test_order_survives_when_it_comes_after_the_global_cancel(empty: SimulatorServer, connect: Connect) -> None:
    client, other = await connect(empty, 11), await connect(empty, 12)
    await _placed(client, 1)
    client.send(58, 1)
    await client.settle()
    other.send(*place_fields(1, limit="200"))
    await other.until_status(1, "Submitted")
    await client.until_status(1, "Cancelled")
    assert [o.client_id for o in empty.exchange.book.live()] == [12]


async def test_staged_order_goes_away_when_cancelled(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*place_fields(1, limit="200", transmit=False))
    client.send(4, 1, 1, "")
    await client.until_status(1, "ApiCancelled")
    assert list(empty.exchange.book.open()) == []


@pytest.mark.parametrize(
    ("fields", "request_id"), [((4, 1, 12, ""), "12"), ((58, 1), "-1"), ((99, 0), "-1"), (place_fields(9), "9")]
)
async def test_order_requests_are_refused_when_api_is_read_only(
    server: SimulatorServer, connect: Connect, fields: tuple[object, ...], request_id: str
) -> None:
    server.gateway.faults.switch_on("read-only", {})
    client = await connect(server, 11)
    client.send(*fields)
    error = await client.until_error(321)
    assert error[2] == request_id
    assert error[4].endswith("cause - The API interface is currently in Read-Only mode.")
    client.send(16, 1)
    assert [m[0] for m in await client.until_id(53)].count("5") == 13
