"""Placing and changing orders: sequences of messages, fills, refusals."""

from decimal import Decimal

import pytest

from tests.contract.simulator.conftest import Connect
from tests.support.raw_client import RawClient, place_fields
from tests.support.steps import steps_of
from tws_console.simulator.server import SimulatorServer


async def _place(client: RawClient, fields: list[object], order_id: int, status: str) -> None:
    client.send(*fields)
    await client.until_status(order_id, status)


async def test_stop_waits_for_its_trigger_when_placed(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _place(client, place_fields(1, action="SELL", order_type="STP", stop="150"), 1, "PreSubmitted")
    assert client.received[-1][10] == "trigger"
    empty.gateway.market.jump(265598, Decimal(149))
    await client.until_status(1, "Filled")
    assert "X" in steps_of(client.received, 1)


async def test_large_order_fills_in_parts_when_it_exceeds_the_shown_size(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    fields = place_fields(1, con_id=8314, symbol="IBM", quantity=1200, order_type="LMT", limit="310")
    await _place(client, fields, 1, "Filled")
    fills = [m for m in client.received if m[0] == "11"]
    assert len(fills) > 1
    assert sum(int(m[19]) for m in fills) == 1200
    assert [int(m[24]) for m in fills] == sorted(int(m[24]) for m in fills)
    parts = [m for m in client.received if m[0] == "3" and m[2] == "Submitted" and m[3] != "0"]
    assert all(int(m[3]) + int(m[4]) == 1200 for m in parts)


async def test_cash_and_position_change_when_filled(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(61, 1)
    await client.until_id(62)
    account = empty.gateway.accounts.accounts["DU1234567"]
    before = account.cash["USD"]
    client.send(*place_fields(1, order_type="MKT", quantity=10))
    position = (await client.until_id(61))[-1]
    assert position[2:5] == ["DU1234567", "265598", "AAPL"]
    assert position[14] == "10"
    price = account.positions[265598].average
    assert account.cash["USD"] == before - 10 * price - 1


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"order_type": "NOSUCH"}, 321, "Invalid order type was entered"),
        ({"order_type": "PEG MKT"}, 387, "Unsupported order type"),
        ({"con_id": 0, "symbol": "NOSUCH"}, 200, "No security definition"),
        ({"con_id": 0, "symbol": "ABX"}, 200, "ambiguous"),
        ({"limit": "200.005"}, 110, "minimum price variation"),
        ({"limit": ""}, 463, "valid price"),
        ({"quantity": 0}, 321, "size value cannot be zero"),
        ({"quantity": "1.5"}, 10318, "fractional"),
        ({"tif": "SOON"}, 10052, "SOON"),
        ({"account": ""}, 321, "specify an account"),
        ({"parent_id": 77}, 321, "Can't find order with id = 77"),
        ({"what_if": True, "transmit": False}, 321, "transmit flag"),
    ],
)
async def test_placement_gets_only_an_error_when_a_rule_forbids_it(
    empty: SimulatorServer, connect: Connect, changes: dict[str, object], code: int, text: str
) -> None:
    client = await connect(empty, 11)
    client.send(*place_fields(9, **({"limit": "200"} | changes)))  # type: ignore[arg-type]
    error = await client.until_error(code)
    assert error[2] == "9"
    assert text in error[4]
    assert await client.settle() == []
    assert list(empty.exchange.book.open()) == []
