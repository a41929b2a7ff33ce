"""Who sees which order."""

from tests.contract.simulator.facts.table import Stage, fact, listed, resting
from tests.support.raw_client import place_fields


@fact("CAMPUS open orders: reqOpenOrders gives this client's orders only", scenario="default")
async def own_list(stage: Stage) -> None:
    client = await stage.client(7)
    assert {row[24] for row in await listed(client, 5)} == {"7"}


@fact("CAMPUS open orders: reqAllOpenOrders gives everybody's orders with their owners' ids", scenario="default")
async def all_list(stage: Stage) -> None:
    client = await stage.client(11)
    owners = {(row[24], row[1]) for row in await listed(client)}
    assert {("3", "12"), ("7", "12"), ("101", "12"), ("0", "0")} <= owners


@fact("CAMPUS open orders: reqAllOpenOrders binds nothing, for client 0 either", scenario="default")
async def list_binds_nothing(stage: Stage) -> None:
    client = await stage.client(0)
    await listed(client)
    assert [order.client_id for order in stage.live()].count(None) == 2


@fact("CAMPUS open orders: reqOpenOrders of client 0 binds manual orders", scenario="default")
async def client_0_binds(stage: Stage) -> None:
    client = await stage.client(0)
    assert {row[1] for row in await listed(client, 5)} == {"-2", "-3"}
    assert [m[2:] for m in client.received if m[0] == "100"] == [["0", "-2"], ["0", "-3"]]


@fact("CAMPUS open orders: reqAutoOpenOrders is for client 0 only (327)")
async def auto_open_orders(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(15, 1, 1)
    assert "clientId set to 0" in (await client.until_error(327))[4]


@fact(
    "deepentropy/ibx b1_cleanup: manual orders come as order 0 of client 0 with a permId beyond 32 bit",
    scenario="default",
)
async def manual_rows(stage: Stage) -> None:
    rows = [row for row in await listed(await stage.client(11)) if row[24] == "0"]
    assert {row[1] for row in rows} == {"0"}
    assert min(int(row[25]) for row in rows) > 1 << 32


@fact(
    "ibkr-go api_cross_client_cancel: own open orders are pushed before managedAccounts and nextValidId",
    scenario="default",
)
async def pushed_at_connect(stage: Stage) -> None:
    numbers = [m[0] for m in (await stage.client(3)).received]
    assert numbers[: numbers.index("53")] == ["5", "3", "5", "3"]
    assert numbers[numbers.index("53") :] == ["53", "15", "9", "4", "4", "4", "4"]


@fact("ibkr-go api_cross_client_cancel: a client without orders is pushed none, nor an end")
async def nothing_pushed(stage: Stage) -> None:
    assert [m[0] for m in (await stage.client(11)).received][:2] == ["15", "9"]


@fact("CAMPUS order ids: nextValidId is kept per client id across sessions", scenario="default")
async def ids_per_client(stage: Stage) -> None:
    assert ["9", "1", "14"] in (await stage.client(3)).received
    assert ["9", "1", "1"] in (await stage.client(11)).received


@fact("INS 80 and 644: working orders shown to a client raise its next id")
async def shown_orders_raise_ids(stage: Stage) -> None:
    first, second = await stage.client(11), await stage.client(12)
    await resting(first, 50)
    await listed(second)
    second.send(8, 1, 1)
    assert (await second.until_id(9))[-1] == ["9", "1", "51"]


@fact("CAMPUS master client: it is told of all API clients' orders", master=99)
async def master_sees(stage: Stage) -> None:
    master, owner = await stage.client(99), await stage.client(11)
    owner.send(*place_fields(1, order_type="MKT"))
    await master.until(lambda m: m[0] == "11" and m[2] == "1")
    assert {m[24] for m in master.received if m[0] == "5"} == {"11"}


@fact("CAMPUS master client: it may look but not touch", master=99)
async def master_cannot_cancel(stage: Stage) -> None:
    master, owner = await stage.client(99), await stage.client(11)
    await resting(owner, 1)
    master.send(4, 1, 1, "")
    await master.until_error(10147)
    assert len(stage.live()) == 1


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


@fact("ib_async decoder: a completed order names a permId but neither client nor order id", scenario="default")
async def completed(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(99, 0)
    rows = (await client.until_id(102))[:-1]
    assert len({row[23] for row in rows}) == len(rows)
    assert {row[-6].split()[0] for row in rows} == {"Filled", "Cancelled"}
