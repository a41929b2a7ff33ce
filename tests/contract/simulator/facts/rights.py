"""Who may cancel or change what."""

from tests.contract.simulator.facts.table import Stage, fact, listed, resting, steps
from tests.support.order_fields import order_fields
from tests.support.raw_client import RawClient, eventually, place_fields


async def _refused_cancel(stage: Stage, client: RawClient, order_id: int, code: int) -> str:
    before = len(stage.live())
    client.send(4, 1, order_id, "")
    error = await client.until_error(code)
    assert error[2] == str(order_id)
    assert await client.settle() == []
    assert len(stage.live()) == before
    return error[4]


@fact("CAMPUS order management: a foreign cancel is refused with 10147", scenario="default")
async def foreign_cancel(stage: Stage) -> None:
    text = await _refused_cancel(stage, await stage.client(11), 12, 10147)
    assert text == "OrderId 12 that needs to be cancelled is not found."


@fact(
    "ibkr-go api_client_id0_order_observation: client 0 has no power over other API clients' orders", scenario="default"
)
async def client_0_cancel(stage: Stage) -> None:
    await _refused_cancel(stage, await stage.client(0), 12, 10147)


@fact("LEAN 3823: a cancel of order 0 is refused with 10149", scenario="default")
async def cancel_of_0(stage: Stage) -> None:
    assert await _refused_cancel(stage, await stage.client(11), 0, 10149) == "Invalid order id: 0."


@fact("LEAN PR 3827: a manual order, bound or not, cannot be cancelled by any client but 0 (10147)", scenario="default")
async def cancel_of_manual(stage: Stage) -> None:
    zero, other = await stage.client(0), await stage.client(11)
    await listed(zero, 5)
    await _refused_cancel(stage, other, -2, 10147)


@fact("LEAN PR 3827: client 0 can cancel a manual order that it has bound", scenario="default")
async def cancel_of_bound(stage: Stage) -> None:
    client = await stage.client(0)
    await listed(client, 5)
    client.send(4, 1, -2, "")
    await client.until_status(-2, "Cancelled")


@fact("INS 656: a cancel of an order that is done is refused with 10148", scenario="default")
async def cancel_of_done(stage: Stage) -> None:
    assert (await _refused_cancel(stage, await stage.client(3), 10, 10148)).endswith("state: Filled.")


@fact("INS 656: a cancel that is repeated much later gets 10147 where it got 10148 before")
async def forgotten(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("clock", "2026-11-19T15:00:00+00:00")
    await resting(client, 1)
    client.send(4, 1, 1, "")
    await client.until_error(202)
    assert (await _refused_cancel(stage, client, 1, 10148)).endswith("state: Cancelled.")
    await stage.ctl("clock", "+86400")
    await _refused_cancel(stage, client, 1, 10147)


@fact("INS 690: a cancel may be refused with 10147 though the order is cancelled")
async def cancelled_all_the_same(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    await client.settle()
    before = len(client.received)
    stage.fault("10147")
    client.send(4, 1, 1, "")
    await client.until_error(202)
    assert steps(client.received[before:], 1) == ["E10147", "O", "Submitted", "Cancelled", "E202"]


@fact("ibkr-go api_client_id0_order_observation: a global cancel gives 161 for an own order whose cancel is under way")
async def global_cancel_twice(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    client.send(4, 1, 1, "")
    client.send(58, 1)
    await client.until_error(161)
    await client.until_error(202)


@fact("client libraries: cancelOrder is read with and without the manual cancel time, by server version")
async def cancel_forms(stage: Stage) -> None:
    for client_id, versions, tail in ((11, "v157..157", ()), (12, "v157..168", ()), (13, "v157..178", ("",))):
        client = await stage.client(client_id, versions)
        await resting(client, 1, version=client.version)
        client.send(4, 1, 1, *tail)
        await client.until_error(202)


@fact("LEAN.Brokerages PR 256: a cancel while the exchange has its break stays PendingCancel until it opens")
async def cancel_in_a_break(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("clock", "2026-11-19T15:00:00+00:00")
    con_id = stage.server.gateway.catalogue.by_name("ES").con_id
    terms = {"con_id": con_id, "symbol": "ES", "exchange": "CME", "sec_type": "FUT", "quantity": 1, "tif": "GTC"}
    client.send(*order_fields(1, limit="4000", **terms))  # type: ignore[arg-type]
    for _ in range(2):
        await client.until_status(1, "Submitted")
    await stage.ctl("clock", "2026-11-20T05:50:00+00:00")  # 23:50 in Chicago: the break of futures here
    client.send(4, 1, 1, "")
    for _ in range(2):
        await client.until_status(1, "PendingCancel")
    await eventually(lambda: not stage.server.gateway.clock.pending)
    assert await client.settle() == []
    await stage.ctl("clock", "+3600")
    await client.until_error(202)


@fact("ibkr-go api_cross_client_cancel: a second cancel while one is under way gets 161")
async def second_cancel(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    client.send(4, 1, 1, "")
    client.send(4, 1, 1, "")
    assert "cancellable state.  Order permId =" in (await client.until_error(161))[4]


@fact("CAMPUS order management: a global cancel ends every client's and manual orders", scenario="default")
async def global_cancel(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(58, 1)
    await eventually(lambda: not stage.live())


@fact("mjarvel/ibx global_cancel_replayed: the caller hears nothing of orders that are not its own", scenario="default")
async def global_cancel_is_silent(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(58, 1)
    await eventually(lambda: not stage.live())
    assert await client.settle() == []
    assert await listed(client) == []


@fact(
    "CAMPUS order management: owners, client 0 for bound orders, are told when another's global cancel ends them",
    scenario="default",
)
async def owners_hear(stage: Stage) -> None:
    caller, owner, binder = [await stage.client(client_id) for client_id in (11, 7, 0)]
    await listed(binder, 5)
    caller.send(58, 1)
    for client, numbers in ((owner, {"12", "14", "15"}), (binder, {"-2", "-3"})):
        for _ in numbers:
            await client.until_error(202)
        assert {m[2] for m in client.received if m[0] == "4" and m[3] == "202"} == numbers
        assert {m[1] for m in client.received if m[0] == "3" and m[2] == "Cancelled"} == numbers
    assert await caller.settle() == []


@fact("mjarvel/ibx global_cancel_replayed: an order that arrives behind the loop survives")
async def behind_the_loop(stage: Stage) -> None:
    caller, other = await stage.client(11), await stage.client(12)
    await resting(caller, 1)
    caller.send(58, 1)
    await caller.settle()
    await resting(other, 1)
    await caller.until_status(1, "Cancelled")
    assert [order.client_id for order in stage.live()] == [12]


@fact("CAMPUS order management: placeOrder with a number of another client's order is a new order", scenario="default")
async def numbers_collide(stage: Stage) -> None:
    before = len(stage.live())
    await resting(await stage.client(11), 12)
    assert len(stage.live()) == before + 1


@fact("order_local_rules: 103 for a number that is not above the highest used one and no live own order")
async def duplicate_id(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 6)
    client.send(*place_fields(5, limit="200"))
    assert (await client.until_error(103))[2] == "5"


@fact("ibkr-go api_reconnect_recovered_cancel: a fresh session under the owner's id can cancel", scenario="default")
async def smart_cancel(stage: Stage) -> None:
    client = await stage.client(7)
    assert {m[1] for m in client.received if m[0] == "3"} == {"12", "14", "15"}
    client.send(4, 1, 14, "")
    await client.until_status(14, "Cancelled")
    await client.until_error(202)


_READ_ONLY: tuple[tuple[str, tuple[object, ...], str], ...] = (
    ("placeOrder", tuple(place_fields(9, limit="200")), "9"),
    ("cancelOrder", (4, 1, 12, ""), "12"),
    ("reqGlobalCancel", (58, 1), "-1"),
    ("reqCompletedOrders", (99, 0), "-1"),
)
for _name, _fields, _id in _READ_ONLY:

    @fact(f"IBC config: {_name} is refused with 321 by the Read-Only API", scenario="default", read_only=True)
    async def read_only(stage: Stage, fields: tuple[object, ...] = _fields, request_id: str = _id) -> None:
        client, before = await stage.client(11), len(stage.live())
        client.send(*fields)
        error = await client.until_error(321)
        assert error[2] == request_id
        assert error[4].endswith("cause - The API interface is currently in Read-Only mode.")
        assert len(stage.live()) == before


@fact("IBC config: a change of an own order is refused with 321 by the Read-Only API")
async def read_only_change(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    stage.fault("read-only")
    client.send(*place_fields(1, limit="201"))
    assert (await client.until_error(321))[2] == "1"
    assert [order.terms.limit for order in stage.live()] == [200]


@fact("user reports: a preview is refused with 321 by the Read-Only API")
async def read_only_preview(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("read-only")
    client.send(*place_fields(1, limit="201", what_if=True))
    await client.until_error(321)
    assert await client.settle() == []


@fact("deepentropy/ibx lmt_cancel: PendingCancel twice, then Cancelled without an openOrder, then 202 without a reason")
async def cancel_sequence(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    await client.settle()
    before = len(client.received)
    client.send(4, 1, 1, "")
    assert (await client.until_error(202))[4] == "Order Canceled - reason:"
    told = steps(client.received[before:], 1)
    assert told == ["O", "PendingCancel", "O", "PendingCancel", "Cancelled", "E202"]
