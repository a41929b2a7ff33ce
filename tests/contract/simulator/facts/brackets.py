"""Brackets and one-cancels-all groups."""

from decimal import Decimal

from tests.contract.simulator.facts.table import Stage, fact, steps
from tests.support.open_order import read_open_order
from tests.support.order_fields import order_fields
from tests.support.raw_client import Message, RawClient, eventually, place_fields


async def _bracket(client: RawClient, **parent: object) -> list[Message]:
    """Parent and target staged, the stop sent: everything that is told until all three stand."""
    client.send(*place_fields(3, **({"limit": "200", "transmit": False} | parent)))  # type: ignore[arg-type]
    client.send(*place_fields(4, action="SELL", limit="300", parent_id=3, transmit=False))
    assert await client.settle() == []
    before = len(client.received)
    client.send(*place_fields(5, action="SELL", order_type="STP", stop="150", parent_id=3))
    for _ in range(2):
        await client.until_status(5, "PreSubmitted")
    return client.received[before:]


@fact("deepentropy/ibx bracket: nothing is told before the last part is sent, then the parent first, then the children")
async def told_together(stage: Stage) -> None:
    told = await _bracket(await stage.client(11))
    assert [m[1] for m in told if m[0] in ("3", "5")][:6] == ["3", "3", "4", "4", "5", "5"]
    for number in (3, 4, 5):
        assert steps(told, number)[::2] == ["O"] * 2 or number == 3


@fact("CAMPUS brackets: children live as long as their parent waits: when it is rejected they end, with 202")
async def rejected_parent(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(3, limit="200", quantity=10000000, transmit=False))
    client.send(*place_fields(4, action="SELL", limit="300", parent_id=3, transmit=False))
    client.send(*place_fields(5, action="SELL", order_type="STP", stop="150", parent_id=3))
    for number in (4, 5):
        assert (await client.until_error(202))[2] == str(number)
    told = [*client.received, *await client.settle()]
    assert steps(told, 3) == ["O", "Inactive", "E201", "O", "Inactive"]
    assert [steps(told, number) for number in (4, 5)] == [["Cancelled", "E202"]] * 2
    assert list(stage.server.exchange.book.open()) == []


@fact("deepentropy/ibx bracket: children wait with whyHeld child and child,trigger and the parent's API id")
async def held(stage: Stage) -> None:
    told = await _bracket(await stage.client(11))
    rows = {m[1]: (m[2], m[7], m[10]) for m in told if m[0] == "3" and m[1] != "3"}
    assert rows == {"4": ("PreSubmitted", "3", "child"), "5": ("PreSubmitted", "3", "child,trigger")}


@fact("deepentropy/ibx bracket: children are a group of type 3 named by the parent's permId, the parent is in none")
async def grouped(stage: Stage) -> None:
    rows = [read_open_order(m) for m in await _bracket(await stage.client(11)) if m[0] == "5"]
    parent = next(row for row in rows if row["orderId"] == "3")
    assert (parent["ocaGroup"], parent["ocaType"], parent["parentId"]) == ("", "3", "0")
    children = {(row["ocaGroup"], row["ocaType"], row["parentId"]) for row in rows if row["orderId"] != "3"}
    assert children == {(parent["permId"], "3", "3")}


@fact("deepentropy/ibx bracket: a cancel of the parent ends each child with Cancelled and 202, without PendingCancel")
async def parent_cancelled(stage: Stage) -> None:
    client = await stage.client(11)
    await _bracket(client)
    await client.settle()
    before = len(client.received)
    client.send(4, 1, 3, "")
    for _ in range(3):
        await client.until_error(202)
    told = client.received[before:]
    assert steps(told, 3) == ["O", "PendingCancel", "O", "PendingCancel", "Cancelled", "E202"]
    assert steps(told, 4) == steps(told, 5) == ["O", "PreSubmitted", "Cancelled", "E202"]
    assert [m[2] for m in told if m[0] == "4"] == ["3", "4", "5"]


@fact("CAMPUS brackets: when the parent has filled the children work, the target as Submitted, the stop on its trigger")
async def parent_filled(stage: Stage) -> None:
    client = await stage.client(11)
    await _bracket(client, order_type="MKT", limit="")
    await eventually(lambda: [order.status for order in stage.live()] == ["Submitted", "PreSubmitted"])
    await client.settle()
    last = {m[1]: (m[2], m[10]) for m in client.received if m[0] == "3"}
    assert last == {"3": ("Filled", ""), "4": ("Submitted", ""), "5": ("PreSubmitted", "trigger")}


@fact("CAMPUS brackets: when one child fills the other is cancelled, with 202")
async def child_filled(stage: Stage) -> None:
    client = await stage.client(11)
    await _bracket(client, order_type="MKT", limit="")
    await eventually(lambda: [order.status for order in stage.live()] == ["Submitted", "PreSubmitted"])
    target = next(order for order in stage.live() if order.order_id == 4)
    stage.server.exchange.fill_by_hand(target.perm_id, None, None)
    assert (await client.until_error(202))[2] == "5"
    assert steps(client.received, 5)[-2:] == ["Cancelled", "E202"]


@fact("order_local_rules: a parent that has filled already is not found any more (135 as a cause of 321)")
async def late_child(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, order_type="MKT"))
    await client.until_status(1, "Filled")
    client.send(*place_fields(2, action="SELL", limit="300", parent_id=1))
    assert (await client.until_error(321))[4].endswith("Can't find order with id = 1")


async def _group(stage: Stage, kind: int) -> RawClient:
    """Two orders of one group; the first one fills in part."""
    client = await stage.client(11)
    for number in (1, 2):
        client.send(*order_fields(number, limit=str(100 + number), oca="pair", oca_type=kind))
        for _ in range(2):
            await client.until_status(number, "Submitted")
    first = next(order for order in stage.live() if order.order_id == 1)
    stage.server.exchange.fill_by_hand(first.perm_id, Decimal(40), None)
    return client


@fact("CAMPUS one-cancels-all: type 1 cancels the others with any fill, by Cancelled and 202")
async def cancels(stage: Stage) -> None:
    client = await _group(stage, 1)
    assert (await client.until_error(202))[2] == "2"
    assert steps(client.received, 2)[-2:] == ["Cancelled", "E202"]


for _kind, _words in ((2, "with block"), (3, "without block")):

    @fact(f"CAMPUS one-cancels-all: type {_kind} reduces the others in proportion, {_words}")
    async def reduces(stage: Stage, kind: int = _kind) -> None:
        client = await _group(stage, kind)
        other = next(order for order in stage.live() if order.order_id == 2)
        await eventually(lambda: other.remaining == 60)
        await client.until(lambda m: m[0] == "3" and m[1] == "2" and m[4] == "60")


@fact("ibkr-go api_oca_trigger: orders of a group are echoed three times or more, with their group and type")
async def echoed(stage: Stage) -> None:
    client = await _group(stage, 1)
    rows = [read_open_order(m) for m in client.received if m[0] == "5" and m[1] == "1"]
    assert len(rows) >= 3
    assert {(row["ocaGroup"], row["ocaType"]) for row in rows} == {("pair", "1")}


@fact("order_local_rules: 401 for a group name of more than 64 characters")
async def long_name(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*order_fields(1, limit="100", oca="g" * 65))
    assert (await client.until_error(401))[2] == "1"
    client.send(*order_fields(1, limit="100", oca="g" * 64))
    await client.until_status(1, "Submitted")
