"""Brackets, one-cancels-all groups, combinations, algos, and how many orders may rest on one side."""

from decimal import Decimal

import pytest

from tests.contract.simulator.conftest import Connect
from tests.support.order_fields import order_fields
from tests.support.raw_client import RawClient, eventually
from tests.support.steps import steps_of
from tws_console.simulator.orders import Order
from tws_console.simulator.server import SimulatorServer

AAPL, MSFT = 265598, 272093


def _order(server: SimulatorServer, number: int) -> Order:
    order = server.exchange.book.find(11, number)
    assert order is not None
    return order


async def _group(client: RawClient, oca_type: int, quantities: tuple[int, int]) -> None:
    for number, quantity in enumerate(quantities, 1):
        client.send(*order_fields(number, limit=str(99 + number), quantity=quantity, oca="g", oca_type=oca_type))
        for _ in range(2):
            await client.until_status(number, "Submitted")


@pytest.mark.parametrize("oca_type", [1, 2, 3])
async def test_sibling_is_cancelled_when_an_order_of_the_group_fills(
    empty: SimulatorServer, connect: Connect, oca_type: int
) -> None:
    client = await connect(empty, 11)
    await _group(client, oca_type, (100, 100))
    empty.exchange.fill_by_hand(_order(empty, 1).perm_id, None, None)
    assert _order(empty, 2).done == (oca_type != 3)
    await client.until_error(202)
    assert steps_of(client.received, 2)[-2:] == ["S:Cancelled", "E:202"]
    assert _order(empty, 2).completed_status == "Cancelled by Trader"


@pytest.mark.parametrize(("oca_type", "left"), [(1, None), (2, 30), (3, 30)])
async def test_sibling_is_reduced_in_proportion_when_type_reduces(
    empty: SimulatorServer, connect: Connect, oca_type: int, left: int | None
) -> None:
    client = await connect(empty, 11)
    await _group(client, oca_type, (100, 50))
    empty.exchange.fill_by_hand(_order(empty, 1).perm_id, Decimal(40), None)
    sibling = _order(empty, 2)
    await eventually(lambda: sibling.done if left is None else sibling.remaining == left)
    assert sibling.live == (left is not None)
    if left is not None:
        row = (await client.until_status(2, "Submitted"))[4]
        assert row == str(left)


async def test_both_may_fill_when_group_has_no_block(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _group(client, 3, (100, 100))
    empty.exchange.fill_by_hand(_order(empty, 1).perm_id, None, None)
    empty.exchange.fill_by_hand(_order(empty, 2).perm_id, None, None)
    await client.until_status(2, "Filled")
    await client.settle()
    assert (_order(empty, 1).status, _order(empty, 2).status) == ("Filled", "Filled")


async def test_group_ends_at_its_own_account_when_names_are_equal(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _group(client, 1, (100, 100))
    client.send(*order_fields(3, limit="100", oca="g", oca_type=1, account="DU7654321"))
    await client.until_status(3, "Submitted")
    empty.exchange.fill_by_hand(_order(empty, 1).perm_id, None, None)
    assert _order(empty, 2).done
    assert _order(empty, 3).live


async def test_children_are_reduced_together_when_one_fills_in_part(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*order_fields(1, limit="100", transmit=False))
    client.send(*order_fields(2, action="SELL", limit="400", parent_id=1, transmit=False))
    client.send(*order_fields(3, action="SELL", order_type="STP", stop="50", parent_id=1))
    await client.until_status(3, "PreSubmitted")
    empty.exchange.fill_by_hand(_order(empty, 1).perm_id, None, None)
    await client.until_status(2, "Submitted")
    empty.exchange.fill_by_hand(_order(empty, 2).perm_id, Decimal(25), None)
    await eventually(lambda: _order(empty, 3).remaining == 75)
    assert _order(empty, 3).why_held == "trigger"


LEGS = ((AAPL, 1, "BUY", "SMART"), (MSFT, 2, "SELL", "SMART"))


def _combo(number: int, **terms: object) -> list[object]:
    base: dict[str, object] = {"sec_type": "BAG", "con_id": 0, "symbol": "AAPL,MSFT", "legs": LEGS, "quantity": 3}
    return order_fields(number, **(base | terms))  # type: ignore[arg-type]


async def test_combination_rests_with_its_legs_when_priced_below_nothing(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    client.send(*_combo(1, limit="-2000"))
    for _ in range(2):
        await client.until_status(1, "Submitted")
    row = next(m for m in client.received if m[0] == "5")
    assert row[2:5] == ["28812380", "AAPL,MSFT", "BAG"]
    at = row.index(f"1|{AAPL},-2|{MSFT}")
    assert row[at + 1 : at + 6] == ["2", str(AAPL), "1", "BUY", "SMART"]
    client.send(4, 1, 1, "")
    await client.until_error(202)


async def test_combination_is_reported_whole_and_by_leg_when_filled(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*_combo(1, order_type="MKT"))
    await client.until_id(59)
    await client.until_id(59)
    fills = [m for m in client.received if m[0] == "11"]
    assert [(m[5], m[18], m[19]) for m in fills] == [("BAG", "BOT", "3"), ("STK", "BOT", "3"), ("STK", "SLD", "6")]
    assert Decimal(fills[0][20]) == Decimal(fills[1][20]) - 2 * Decimal(fills[2][20])
    held = empty.gateway.accounts.accounts["DU1234567"].positions
    assert [held[AAPL].quantity, held[MSFT].quantity] == [3, -6]
    assert len([m for m in client.received if m[0] == "59"]) == 2


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"legs": ()}, 314),
        ({"legs": ((AAPL, 1, "BUY", "SMART"), (1, 1, "SELL", "SMART"))}, 313),
        ({"what_if": True}, 360),
    ],
)
async def test_combination_gets_only_an_error_when_it_is_wrong(
    empty: SimulatorServer, connect: Connect, terms: dict[str, object], code: int
) -> None:
    client = await connect(empty, 11)
    client.send(*_combo(1, limit="1", **terms))
    await client.until_error(code)
    assert await client.settle() == []


async def test_algo_is_echoed_and_cannot_be_changed_when_order_has_one(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    client.send(*order_fields(1, limit="100", algo=("Adaptive", ("adaptivePriority", "Normal"))))
    for _ in range(2):
        await client.until_status(1, "Submitted")
    row = next(m for m in client.received if m[0] == "5")
    at = row.index("Adaptive")
    assert row[at : at + 4] == ["Adaptive", "1", "adaptivePriority", "Normal"]
    client.send(*order_fields(1, limit="100", algo=("Adaptive", ("adaptivePriority", "Urgent"))))
    await client.until_error(440)
