"""Executions and completed orders, as they can be asked for."""

from tests.contract.simulator.facts.table import Stage, fact, listed
from tests.support.open_order import read_completed_order
from tests.support.raw_client import eventually, place_fields


@fact("CAMPUS executions: reqExecutions ends with execDetailsEnd and every row has its commission", scenario="default")
async def executions(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(7, 3, 5, 0, "", "", "", "", "", "")
    rows = await client.until_id(55)
    fills = [m[14] for m in rows if m[0] == "11"]
    assert fills
    assert fills == [m[2] for m in rows if m[0] == "59"]


@fact("CAMPUS executions: the filter's client id and symbol are obeyed", scenario="default")
async def execution_filter(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(7, 3, 5, 7, "", "", "", "", "", "")
    assert {m[22] for m in await client.until_id(55) if m[0] == "11"} == {"7"}
    client.send(7, 3, 6, 0, "", "", "KO", "", "", "")
    assert {m[4] for m in await client.until_id(55) if m[0] == "11"} == {"KO"}


_FILTERS: tuple[tuple[str, tuple[object, ...], int], ...] = (
    ("account", (0, "DU7654321", "", "", "", "", ""), 1),
    ("time", (0, "", "20991231-00:00:00", "", "", "", ""), 0),
    ("security type", (0, "", "", "", "FUT", "", ""), 0),
    ("exchange", (0, "", "", "", "", "NOSUCH", ""), 0),
    ("side", (0, "", "", "", "", "", "SELL"), 1),
    ("client id 0, which is none", (0, "", "", "", "", "", ""), 4),
)
for _name, _fields, _count in _FILTERS:

    @fact(f"CAMPUS executions: the filter goes by {_name}", scenario="default")
    async def filtered(stage: Stage, fields: tuple[object, ...] = _fields, count: int = _count) -> None:
        client = await stage.client(11)
        client.send(7, 3, 5, *fields)
        assert len([m for m in await client.until_id(55) if m[0] == "11"]) == count


@fact("CAMPUS executions: they are those since midnight, and so are completed orders", scenario="still")
async def since_midnight(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(7, 3, 5, 0, "", "", "", "", "", "")
    assert len(await client.until_id(55)) > 1
    await stage.ctl("clock", "+86400")
    client.send(7, 3, 6, 0, "", "", "", "", "", "")
    assert [m for m in await client.until_id(55) if m[0] == "11"] == []
    client.send(99, 0)
    assert "101" not in {m[0] for m in await client.until_id(102)}


@fact("ibkr-go executions_missing_end: an empty result may come without execDetailsEnd")
async def no_end(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("no-execution-end")
    client.send(7, 3, 5, 0, "", "", "", "", "", "")
    assert await client.settle() == []


@fact("CAMPUS executions: a correction has the same id up to the last dot, and supersedes the one before")
async def correction(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, order_type="MKT", quantity=10))
    await client.until_id(59)
    wrong = next(m for m in client.received if m[0] == "11")
    await stage.ctl("correct", wrong[14], "200")
    right = (await client.until_id(11))[-1]
    assert right[14].rpartition(".")[0] == wrong[14].rpartition(".")[0]
    assert right[14] > wrong[14]
    client.send(7, 3, 5, 0, "", "", "", "", "", "")
    assert [m[14] for m in await client.until_id(55) if m[0] == "11"] == [right[14]]


@fact("CAMPUS completed orders: with apiOnly those made by hand are left out", scenario="default")
async def api_only(stage: Stage) -> None:
    client = await stage.client(0)
    await listed(client, 5)
    client.send(58, 1)
    await client.until_error(202)
    await eventually(lambda: not stage.live())
    counts = []
    for flag in (0, 1):
        client.send(99, flag)
        counts.append(len([m for m in await client.until_id(102) if m[0] == "101"]))
    assert counts[0] - counts[1] >= 2


@fact("ib_async decoder: a completed order names a permId but neither client nor order id", scenario="default")
async def completed(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(99, 0)
    rows = (await client.until_id(102))[:-1]
    assert len({row[23] for row in rows}) == len(rows)
    assert {row[-6].split()[0] for row in rows} == {"Filled", "Cancelled"}


@fact("ibkr-go completed_orders_cancelled_system: completedStatus tells who ended an order, or how much was filled")
async def completed_status(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("clock", "2026-11-19T15:00:00+00:00")
    client.send(*place_fields(1, limit="200"))
    client.send(*place_fields(2, limit="200"))
    client.send(*place_fields(3, order_type="MKT", quantity=1))
    client.send(*place_fields(4, limit="200", quantity=100000))
    await client.until_status(4, "Inactive")
    client.send(4, 1, 1, "")
    await client.until_error(202)
    await stage.ctl("clock", "+28800")
    await client.until_error(202)
    client.send(99, 0)
    rows = [read_completed_order(m) for m in await client.until_id(102) if m[0] == "101"]
    found = {row["status"]: row["completedStatus"].partition(":")[0] for row in rows if row["status"] != "Cancelled"}
    assert found == {"Filled": "Filled Size", "Inactive": "Rejected by System"}
    ended = {row["completedStatus"].partition(":")[0] for row in rows if row["status"] == "Cancelled"}
    assert ended == {"Cancelled by Trader", "Cancelled by System"}
