"""What happens to an order, message by message."""

from decimal import Decimal

from tests.contract.simulator.facts.table import Stage, fact, listed, resting, steps
from tests.support.raw_client import place_fields


@fact("ibkr-go api_order_rest_cancel: a limit order's openOrder and orderStatus come in pairs, more than once")
async def limit_order(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    told = steps(client.received, 1)
    assert told[::2] == ["O"] * (len(told) // 2)
    assert set(told[1::2]) <= {"PreSubmitted", "Submitted"}


@fact("ibkr-go api_order_stop_cancel: a stop order waits as PreSubmitted with whyHeld trigger")
async def stop_order(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, action="SELL", order_type="STP", stop="180"))
    for _ in range(2):
        assert (await client.until_status(1, "PreSubmitted"))[10] == "trigger"
    await client.settle()
    assert steps(client.received, 1) == ["O", "PreSubmitted"] * 2


@fact("order_local_rules: a parent that is not there is refused by 321 with the text of 135")
async def missing_parent(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, limit="200", parent_id=77))
    assert (await client.until_error(321))[4].endswith("cause - Can't find order with id = 77")


@fact("CAMPUS error codes: 10006 for a child that comes too fast, which goes through when it is sent again")
async def child_too_fast(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("10006")
    await resting(client, 1)
    child = place_fields(2, action="SELL", limit="260", parent_id=1)
    client.send(*child)
    assert (await client.until_error(10006))[2] == "2"
    client.send(*child)
    assert (await client.until_status(2, "PreSubmitted"))[10] == "child"


@fact("ibkr-go api_transmit_false: a staged order is in no list and draws no message until it is transmitted")
async def staged(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, limit="200", transmit=False))
    assert await listed(client) == []
    await resting(client, 1)


@fact("order_local_rules: a what-if must have its transmit flag (413 as a cause of 321)")
async def preview_staged(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, limit="200", what_if=True, transmit=False))
    assert "transmit flag" in (await client.until_error(321))[4]


_LOCAL: tuple[tuple[str, int, dict[str, object]], ...] = (
    ("an order type that does not exist", 321, {"order_type": "NOSUCH"}),
    ("an unknown contract", 200, {"con_id": 0, "symbol": "NOSUCH"}),
    ("an ambiguous contract", 200, {"con_id": 0, "symbol": "ABX"}),
    ("a price off its increment", 110, {"limit": "200.005"}),
    ("a quantity of 0", 321, {"quantity": 0}),
    ("a limit order without a price", 463, {"limit": ""}),
    ("a stop order without a price", 321, {"order_type": "STP"}),
    ("an order type that the exchange does not take", 387, {"order_type": "PEG MKT"}),
    ("a side that does not exist", 303, {"action": "HOLD"}),
    ("an account's field that is no number", 320, {"quantity": "many"}),
    ("no account where there are several", 321, {"account": ""}),
)
for _what, _code, _changes in _LOCAL:

    @fact(f"ibkr-go api_order_rejects: {_what} gets an error ({_code}) and nothing else")
    async def local_reject(stage: Stage, code: int = _code, changes: dict[str, object] = _changes) -> None:
        client = await stage.client(11)
        client.send(*place_fields(9, **({"limit": "200"} | changes)))  # type: ignore[arg-type]
        assert (await client.until_error(code))[2] == "9"
        assert await client.settle() == []
        assert list(stage.server.exchange.book.open()) == []


@fact("ibkr-go api_ioc_fok: a reject at the broker shows Inactive around its 201")
async def broker_reject(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, limit="200", quantity=100000))
    await client.until_error(201)
    told = steps([*client.received, *await client.settle()], 1)
    assert told == ["O", "Inactive", "E201", "O", "Inactive"]


@fact("ibkr-go api_ioc_fok: an IOC order that cannot fill ends Cancelled with a 202 without a reason")
async def immediate_or_cancel(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, limit="200", tif="IOC"))
    assert (await client.until_error(202))[4] == "Order Canceled - reason:"
    told = steps(client.received, 1)
    assert told[:2] == ["O", "PreSubmitted"]
    assert told[2:] == ["O", "Submitted", "O", "Submitted", "O", "PendingCancel", "Cancelled", "E202"]


@fact("ASY 191, 217, INS 64: an empty time in force becomes DAY by preset, told by 10349, and the order lives")
async def empty_tif(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, limit="200", tif=""))
    error = await client.until_error(10349)
    assert error[2:5] == ["1", "10349", "Order TIF was set to DAY based on order preset."]
    await client.until_status(1, "Submitted")
    (order,) = stage.live()
    assert order.terms.tif == "DAY"


@fact("ASY 217: a change that leaves the time in force empty keeps the one the order has")
async def empty_tif_of_a_change(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1, tif="GTC")
    await resting(client, 1, limit="201", tif="")
    (order,) = stage.live()
    assert (order.terms.tif, order.terms.limit) == ("GTC", Decimal("201"))
