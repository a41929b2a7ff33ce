"""Changes of orders: what may be changed, when, and how it is told."""

from tests.contract.simulator.facts.table import Stage, fact, resting, steps
from tests.support.order_fields import order_fields
from tests.support.raw_client import place_fields


async def _refused_change(stage: Stage, code: int, **changes: object) -> None:
    client = await stage.client(11)
    base: dict[str, object] = {"limit": "200", "oca": "pair", "oca_type": 1}
    client.send(*order_fields(1, **base))  # type: ignore[arg-type]
    for _ in range(2):
        await client.until_status(1, "Submitted")
    [order] = stage.live()
    terms = order.terms
    client.send(*order_fields(1, **(base | changes)))  # type: ignore[arg-type]
    assert (await client.until_error(code))[2] == "1"
    assert order.live
    assert order.terms == terms


_CHANGES: tuple[tuple[int, str, dict[str, object]], ...] = (
    (329, "order type", {"order_type": "MKT"}),
    (462, "time in force", {"tif": "GTC"}),
    (105, "side", {"action": "SELL"}),
    (105, "account", {"account": "DU7654321"}),
    (105, "contract", {"con_id": 272093, "symbol": "MSFT"}),
    (110, "price off its increment", {"limit": "200.005"}),
    (10326, "group", {"oca": "other"}),
    (10327, "group type", {"oca": "pair", "oca_type": 2}),
    (10341, "parent", {"parent_id": 7}),
    (422, "clearing account", {"clearing_account": "X"}),
    (440, "algorithm", {"algo": ("Adaptive", ("adaptivePriority", "Urgent"))}),
)
for _code, _what, _changes in _CHANGES:

    @fact(f"order_local_rules: a change of {_what} is refused with {_code} and the order stays as it was")
    async def refused_change(stage: Stage, code: int = _code, changes: dict[str, object] = _changes) -> None:
        await _refused_change(stage, code, **changes)


@fact("order_local_rules: 104 for a change of an order that is done")
async def change_of_done(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, order_type="MKT"))
    await client.until_status(1, "Filled")
    client.send(*place_fields(1, order_type="MKT", quantity=5))
    await client.until_error(104)


@fact("order_local_rules: 104 for a change of an order whose cancel is pending, and of one that is cancelled")
async def change_of_cancelled(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    client.send(4, 1, 1, "")
    client.send(*place_fields(1, limit="201"))
    await client.until_error(104)
    await client.until_error(202)
    client.send(*place_fields(1, limit="201"))
    await client.until_error(104)
    assert stage.live() == []


@fact("CAMPUS modifying orders: an order of type DAY may become IOC")
async def becomes_immediate(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    client.send(*place_fields(1, limit="200", tif="IOC"))
    await client.until_error(202)
    assert stage.live() == []


@fact("order_local_rules: 2102 for a change of an order that is not acknowledged; nothing was sent, a retry works")
async def change_too_early(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("slow-ack", seconds="0.05")
    client.send(*place_fields(1, limit="200"))
    await client.until_status(1, "PendingSubmit")
    client.send(*place_fields(1, limit="201"))
    assert (await client.until_error(2102))[4] == "Unable to modify this order as its still being processed."
    for _ in range(2):
        await client.until_status(1, "Submitted")
    assert [order.terms.limit for order in stage.live()] == [200]
    client.send(*place_fields(1, limit="201"))
    await client.until_id(5)
    assert [order.terms.limit for order in stage.live()] == [201]


@fact("CAMPUS error codes: 2102 for a cancel of an order that is not acknowledged yet")
async def cancel_too_early(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("slow-ack", seconds="0.05")
    client.send(*place_fields(1, limit="200"))
    client.send(4, 1, 1, "")
    assert (await client.until_error(2102))[2] == "1"
    await client.until_status(1, "Submitted")
    client.send(4, 1, 1, "")
    await client.until_error(202)


@fact("CAMPUS error codes: 2102 for a second change while the first one is on its way")
async def change_twice(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    client.send(*place_fields(1, limit="201"))
    client.send(*place_fields(1, limit="202"))
    await client.until_error(2102)
    assert [order.terms.limit for order in stage.live()] == [201]


@fact("ibkr-go api_stop_loss_management: a price change is echoed by openOrder and orderStatus twice")
async def changed(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    await client.settle()
    before = len(client.received)
    client.send(*place_fields(1, limit="201.5"))
    for _ in range(2):
        await client.until_id(3)
    told = client.received[before:]
    assert steps(told, 1) == ["O", "Submitted", "O", "Submitted"]
    assert [m[16] for m in told if m[0] == "5"] == ["201.5", "201.5"]


@fact("userFRM/ibkr-dx: a modify refused with 201 is followed by the last accepted terms")
async def refused_modify(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    await client.settle()
    stage.fault("201")
    before = len(client.received)
    client.send(*place_fields(1, limit="201"))
    await client.until_error(201)
    await client.until_id(3)
    assert steps(client.received[before:], 1) == ["E201", "O", "Submitted"]
    assert [m[16] for m in client.received[before:] if m[0] == "5"] == ["200"]


@fact("userFRM/ibkr-dx: a change that the margin does not allow is refused with 201 and the order works as it was")
async def beyond_margin(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    await client.settle()
    before = len(client.received)
    client.send(*place_fields(1, limit="200", quantity=1000000))
    assert "EQUITY WITH LOAN VALUE" in (await client.until_error(201))[4]
    await client.settle()
    assert steps(client.received[before:], 1) == ["E201", "O", "Submitted"]
    [order] = stage.live()
    assert order.terms.quantity == 100


@fact("LEAN.Brokerages 93: a placement may vanish without any callback")
async def vanished(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("drop-placement")
    client.send(*place_fields(1, limit="200"))
    assert await client.settle() == []
    assert stage.live() == []
