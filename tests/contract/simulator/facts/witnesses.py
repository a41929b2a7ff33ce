"""What a global cancel looks like from outside, and what can be known about orders that are not one's own."""

from tests.contract.simulator.facts.table import Stage, fact, listed, resting, steps
from tests.support.open_order import read_completed_order
from tests.support.raw_client import eventually, place_fields


@fact("mjarvel/ibx global_cancel_replayed: each order is first told as it was, then Cancelled, and no PendingCancel")
async def anatomy(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    await client.settle()
    before = len(client.received)
    client.send(58, 1)
    await client.until_error(202)
    assert steps(client.received[before:], 1) == ["O", "Submitted", "Cancelled", "E202"]


@fact("mjarvel/ibx: lists of orders and positions come from the Gateway's memory, also while the link is lost")
async def from_memory(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    await stage.ctl("fault", "1100")
    await client.until_error(1100)
    assert len(await listed(client)) == 1
    client.send(61, 1)
    await client.until_id(62)
    client.send(58, 1)
    await client.settle()
    assert len(await listed(client)) == 1
    await stage.ctl("clear", "1100")
    await client.until_error(202)
    assert await listed(client) == []


@fact(
    "userFRM/ibkr-dx: completed orders witness the end of foreign and manual orders that the caller hears nothing of",
    scenario="default",
)
async def second_witness(stage: Stage) -> None:
    client = await stage.client(11)
    before = {str(order.perm_id) for order in stage.live()}
    client.send(58, 1)
    await eventually(lambda: not stage.live())
    client.send(99, 0)
    rows = [read_completed_order(m) for m in await client.until_id(102) if m[0] == "101"]
    ended = {row["permId"]: (row["status"], row["completedStatus"]) for row in rows}
    assert {ended[perm_id] for perm_id in before} == {("Cancelled", "Cancelled by Trader")}


@fact("userFRM/ibkr-dx: a cancel is refused with 201 while another user's is under way, and the order restated")
async def cancelled_by_another(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    await client.settle()
    before = len(client.received)
    stage.fault("cancel-by-other")
    client.send(4, 1, 1, "")
    assert (await client.until_error(201))[4] == "Order is already being cancelled by another user"
    await client.settle()
    assert steps(client.received[before:], 1) == ["E201", "O", "Submitted"]


@fact("INS 644: a number that was used in an earlier session is refused with 103, and nothing else is told")
async def used_before(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 6)
    client.send(4, 1, 6, "")
    await client.until_error(202)
    client.writer.transport.abort()
    await eventually(lambda: 11 not in stage.server.gateway.sessions)
    again = await stage.client(11)
    again.send(*place_fields(5, limit="200"))
    assert (await again.until_error(103))[4] == "Duplicate order id"
    assert await again.settle() == []


@fact("TWS 10.47 release notes: keys per currency may be written $LEDGER-CashBalance", scenario="default")
async def ledger_keys(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("fault", "ledger-prefix")
    client.send(6, 2, 1, "DU1234567")
    keys = {m[2] for m in await client.until_id(54) if m[0] == "6"}
    assert "$LEDGER-CashBalance" in keys
    assert "CashBalance" not in keys


@fact("TWS: the client id of a process that died may stay taken for a while (326)")
async def taken(stage: Stage) -> None:
    stage.fault("in-use", client="11", count="1")
    dead = await stage.stranger()
    await dead.shake_hands()
    dead.send(71, 2, 11, "")
    await dead.until_error(326)
    assert await dead.closed()
    assert ["9", "1", "1"] in (await stage.client(11)).received
