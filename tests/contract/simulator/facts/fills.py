"""How fills are told, and statuses beside them."""

from decimal import Decimal

from tests.contract.simulator.facts.table import Stage, fact, resting, steps
from tests.support.open_order import read_open_order
from tests.support.raw_client import RawClient, place_fields


async def _filled(client: RawClient, number: int = 1, **terms: object) -> None:
    client.send(*place_fields(number, **({"order_type": "MKT", "quantity": 10} | terms)))  # type: ignore[arg-type]
    await client.until_id(59)
    await client.settle()


@fact(
    "ibkr-go api_order_fill: a market order is PreSubmitted, Submitted, executed, Filled, Filled with its fee, charged"
)
async def market_order(stage: Stage) -> None:
    client = await stage.client(11)
    await _filled(client)
    told = steps(client.received, 1)
    assert told == ["O", "PreSubmitted", "O", "Submitted", "X", "O", "Filled", "O", "Filled", "C"]
    fees = [read_open_order(m)["commission"] for m in client.received if m[0] == "5"]
    assert fees[-1] == "1"
    assert set(fees[:-1]) == {"1.7976931348623157E308"}


@fact("ibkr-go api_order_fill: a live execution has the request id -1, the real venue, a time with its zone")
async def execution(stage: Stage) -> None:
    client = await stage.client(11)
    await _filled(client)
    row = next(m for m in client.received if m[0] == "11")
    assert row[1] == "-1"
    assert row[17] in ("NASDAQ", "IBKRATS", "ARCA", "NYSE")
    assert row[15].endswith(" US/Eastern")


@fact("ibkr-go api_order_fill: the realized profit is unset when a trade opens a position, a number when it closes one")
async def realized(stage: Stage) -> None:
    client = await stage.client(11)
    await _filled(client, 1)
    await _filled(client, 2, action="SELL")
    opened, closed = (m[5] for m in client.received if m[0] == "59")
    assert opened == "1.7976931348623157E308"
    assert abs(Decimal(closed)) < 1000


@fact(
    "OLD order submission: filled, remaining and the average price are cumulative, the last price is that of the part"
)
async def partial_fills(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    [order] = stage.live()
    before = len(client.received)
    for part, price in ((30, 199), (70, 201)):
        stage.server.exchange.fill_by_hand(order.perm_id, Decimal(part), Decimal(price))
    await client.until_status(1, "Filled")
    told = client.received[before:]
    assert steps(told, 1) == ["X", "Submitted", "X", "O", "Filled"]
    figures = [(m[3], m[4], Decimal(m[5]), m[8]) for m in told if m[0] == "3"]
    assert figures == [("30", "70", Decimal(199), "199"), ("100", "0", Decimal("200.4"), "201")]
    fills = [m for m in told if m[0] == "11"]
    assert [m[19] for m in fills] == ["30", "70"]
    assert [m[24] for m in fills] == ["30", "100"]
    assert [Decimal(m[25]) for m in fills] == [Decimal(199), Decimal("200.4")]


@fact("OLD order submission: orderStatus messages may come twice")
async def duplicates(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("duplicates")
    await resting(client, 1)
    told = steps(client.received, 1)
    assert told[:3] == ["O", "PreSubmitted", "PreSubmitted"]


@fact("OLD order submission: a fast fill may have no orderStatus; the execution and the openOrder tell it")
async def without_status(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("no-status")
    await _filled(client)
    assert set(steps(client.received, 1)) == {"O", "X", "C"}
    last = read_open_order([m for m in client.received if m[0] == "5"][-1])
    assert last["status"] == "Filled"


@fact("NAU 3949: an execution may come before the first openOrder of its order")
async def execution_first(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("early-execution")
    await _filled(client)
    assert steps(client.received, 1) == ["X", "O", "Filled", "O", "Filled", "C"]


@fact("ibkr-go place_order_modify_to_market_late_execution: Filled may come before the execution")
async def execution_late(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("late-execution", seconds="0.01")
    await _filled(client)
    assert steps(client.received, 1)[-6:] == ["O", "Filled", "O", "Filled", "X", "C"]


@fact("NAU PR 4230: a commissionReport may lag behind its execution")
async def late_fee(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("late-commission", seconds="0.2")
    client.send(*place_fields(1, order_type="MKT", quantity=10))
    await client.until_status(1, "Filled")
    assert "59" not in {m[0] for m in await client.settle()}
    await client.until_id(59)


@fact("scmhub/ibsync PR 23: an order whose cancel is pending may still fill")
async def fills_while_cancelled(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    stage.fault("late-fill")
    client.send(4, 1, 1, "")
    await client.until_status(1, "PendingCancel")
    await client.until_status(1, "Filled")
    assert "E202" not in steps([*client.received, *await client.settle()], 1)


@fact("radon PR 277: an execution may be reported after Cancelled and 202")
async def fills_after_cancelled(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    stage.fault("late-fill", after="cancelled")
    client.send(4, 1, 1, "")
    await client.until_id(59)
    assert steps(client.received, 1)[-4:] == ["Cancelled", "E202", "X", "C"]
    assert stage.server.gateway.accounts.accounts["DU1234567"].positions[265598].quantity == 100
