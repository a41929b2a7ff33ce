"""Who sees which order."""

from tests.contract.simulator.facts.table import Stage, fact, listed, resting
from tests.support.open_order import read_completed_order, read_open_order
from tests.support.raw_client import place_fields


@fact("CAMPUS open orders: reqOpenOrders gives this client's orders only", scenario="default")
async def own_list(stage: Stage) -> None:
    client = await stage.client(7)
    assert {row[24] for row in await listed(client, 5)} == {"7"}
    stranger = await stage.client(11)
    stranger.send(5, 1)
    assert await stranger.until_id(53) == [["53", "1"]]


@fact("CAMPUS open orders: reqAllOpenOrders gives everybody's orders with their owners' ids", scenario="default")
async def all_list(stage: Stage) -> None:
    client = await stage.client(11)
    owners = {(row[24], row[1]) for row in await listed(client)}
    assert {("3", "12"), ("7", "12"), ("101", "12"), ("0", "0")} <= owners


@fact("CAMPUS open orders: reqAllOpenOrders is one shot of openOrder and orderStatus pairs and an end, no subscription")
async def one_shot(stage: Stage) -> None:
    asker, owner = await stage.client(11), await stage.client(12)
    await resting(owner, 1)
    asker.send(16, 1)
    assert [m[0] for m in await asker.until_id(53)][-3:] == ["5", "3", "53"]
    await resting(owner, 2)
    assert await asker.settle() == []


@fact(
    "ibkr-go api_oca_trigger: neither lists nor the orders pushed at connect are sorted by order id", scenario="default"
)
async def not_sorted(stage: Stage) -> None:
    numbers = [int(row[1]) for row in await listed(await stage.client(11))]
    assert numbers != sorted(numbers)
    own = [row[1] for row in (await stage.client(7)).received if row[0] == "5"]
    assert own != sorted(own)


@fact("CAMPUS open orders: order ids of different clients are equal, permIds never", scenario="default")
async def perm_id_is_the_key(stage: Stage) -> None:
    rows = await listed(await stage.client(11))
    assert len([row for row in rows if row[1] == "12"]) == 3
    assert len({row[25] for row in rows}) == len(rows)


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


@fact("LEAN.Brokerages 117: a bound manual order has a negative order id, which client 0 is shown", scenario="default")
async def negative_ids(stage: Stage) -> None:
    client = await stage.client(0)
    await listed(client, 5)
    assert sorted({m[1] for m in client.received if m[0] == "3"}) == ["-2", "-3"]


@fact("CAMPUS open orders: orderBound names the permId, the API client and the API order id", scenario="default")
async def order_bound(stage: Stage) -> None:
    manual = {str(order.perm_id) for order in stage.live() if order.client_id is None}
    client = await stage.client(0)
    await listed(client, 5)
    bound = {m[1]: m[2:] for m in client.received if m[0] == "100"}
    assert set(bound) == manual
    shown = {m[6]: m[1] for m in client.received if m[0] == "3"}
    assert {perm: ["0", shown[perm]] for perm in manual} == bound


@fact("CAMPUS open orders: reqAutoOpenOrders has no answer; new manual orders are bound and told to client 0 live")
async def auto_bind(stage: Stage) -> None:
    client = await stage.client(0)
    client.send(15, 1, 1)
    assert await client.settle() == []
    made = await stage.ctl("manual", "BUY", "10", "AAPL", "LMT", "150")
    told = await client.until_id(3)
    assert [m[0] for m in told if m[0] != "3"][:2] == ["100", "5"]
    assert (told[-1][1], told[-1][6]) == ("-2", str(made["perm_id"]))


@fact("OLD open orders: after reqAutoOpenOrders(False) client 0 is told of manual orders under id 0, unbound")
async def seen_unbound(stage: Stage) -> None:
    client = await stage.client(0)
    client.send(15, 1, 0)
    await client.settle()
    made = await stage.ctl("manual", "BUY", "10", "AAPL", "LMT", "150")
    row = (await client.until_id(3))[-1]
    assert (row[1], row[9], row[6]) == ("0", "0", str(made["perm_id"]))
    assert [m for m in client.received if m[0] == "100"] == []


@fact("ASY 85: what happens to manual orders is told live to client 0 only")
async def manual_updates(stage: Stage) -> None:
    zero, other = await stage.client(0), await stage.client(11)
    zero.send(15, 1, 1)
    made = await stage.ctl("manual", "BUY", "10", "AAPL", "LMT", "150")
    await stage.ctl("fill", str(made["perm_id"]))
    await zero.until_id(11)
    await zero.until_id(59)
    assert await other.settle() == []


_BINDING: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("reqOpenOrders", (5, 1)),
    ("reqAutoOpenOrders", (15, 1, 1)),
)
for _name, _fields in _BINDING:

    @fact(
        f"INS 224: binding by {_name} of client 0 is refused with 321 and id -1 by the Read-Only API",
        scenario="default",
        read_only=True,
    )
    async def binding_refused(stage: Stage, fields: tuple[object, ...] = _fields) -> None:
        client = await stage.client(0)
        client.send(*fields)
        assert (await client.until_error(321))[2] == "-1"
        assert [order.client_id for order in stage.live()].count(None) == 2


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
    assert ["15", "1", "DU1234567,DU7654321"] in (await stage.client(12)).received
    assert numbers[numbers.index("53") :] == ["53", "15", "9", "4", "4", "4", "4"]


@fact("ibkr-go api_cross_client_cancel: a client without orders is pushed none, nor an end")
async def nothing_pushed(stage: Stage) -> None:
    assert [m[0] for m in (await stage.client(11)).received][:2] == ["15", "9"]


@fact("CAMPUS API settings: without the download of open orders nothing is pushed at connect", scenario="default")
async def push_is_a_setting(stage: Stage) -> None:
    stage.fault("no-push")
    client = await stage.client(7)
    assert [m[0] for m in client.received][:2] == ["15", "9"]
    assert len(await listed(client, 5)) == 3


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


@fact("CAMPUS order ids: orders seen by the master client raise its next id", master=99)
async def master_ids(stage: Stage) -> None:
    master, owner = await stage.client(99), await stage.client(11)
    await resting(owner, 40)
    master.send(8, 1, 1)
    assert (await master.until_id(9))[-1] == ["9", "1", "41"]


@fact("LEAN.Brokerages 242: after an automatic restart ids roll back and lost ones are issued again")
async def ids_roll_back(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 10)
    client.send(4, 1, 10, "")
    await client.until_error(202)
    stage.fault("id-rollback")
    client.send(8, 1, 1)
    assert (await client.until_id(9))[-1] == ["9", "1", "7"]
    await resting(client, 10)
    assert [order.order_id for order in stage.live()] == [10]


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


@fact("CAMPUS master client: with id 0 it is told of manual orders too", master=0)
async def master_0(stage: Stage) -> None:
    master = await stage.client(0)
    await stage.ctl("manual", "BUY", "10", "AAPL", "LMT", "150")
    assert (await master.until_id(3))[-1][1] == "0"


@fact("CAMPUS open orders: a child names its parent by the API id, its completed row by the permId")
async def parents(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, limit="200", transmit=False))
    client.send(*place_fields(2, action="SELL", limit="260", parent_id=1))
    assert (await client.until_status(2, "PreSubmitted"))[7] == "1"
    parent = next(str(order.perm_id) for order in stage.live() if order.order_id == 1)
    client.send(4, 1, 1, "")
    await client.until_status(2, "Cancelled")
    client.send(99, 0)
    rows = [read_completed_order(m) for m in await client.until_id(102) if m[0] == "101"]
    assert {row["parentPermId"] for row in rows} == {parent, "9223372036854775807"}


@fact(
    "CAMPUS open orders: the orders of an advisor's sub-accounts are in one list, told apart by account", scenario="fa"
)
async def advisors_list(stage: Stage) -> None:
    rows = [read_open_order(row) for row in await listed(await stage.client(11))]
    assert {row["account"] for row in rows} == {"DU1111111", "DU2222222"}
