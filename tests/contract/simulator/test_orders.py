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


async def test_limit_order_is_acknowledged_when_it_rests(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _place(client, place_fields(1, limit="200"), 1, "Submitted")
    assert steps_of(client.received, 1) == ["O", "S:PreSubmitted", "O", "S:Submitted"]


async def test_stop_waits_for_its_trigger_when_placed(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _place(client, place_fields(1, action="SELL", order_type="STP", stop="150"), 1, "PreSubmitted")
    assert client.received[-1][10] == "trigger"
    empty.gateway.market.jump(265598, Decimal(149))
    await client.until_status(1, "Filled")
    assert "X" in steps_of(client.received, 1)


async def test_market_order_reports_fill_and_commission_when_filled(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*place_fields(1, order_type="MKT"))
    await client.until_id(59)
    steps = steps_of(client.received, 1)
    assert steps[:2] == ["O", "S:PreSubmitted"]
    assert steps[-1] == "C"
    assert steps[-6:-1] == ["X", "O", "S:Filled", "O", "S:Filled"]
    execution = next(m for m in client.received if m[0] == "11")
    assert execution[1] == "-1"
    assert execution[18] == "BOT"
    assert execution[17] != "SMART"
    report = client.received[-1]
    assert report[2] == execution[14]
    assert report[5] == "1.7976931348623157E308"


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


async def test_change_is_echoed_twice_when_price_moves(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _place(client, place_fields(1, limit="200"), 1, "Submitted")
    await client.until_status(1, "Submitted")
    client.send(*place_fields(1, limit="201.5"))
    messages = []
    for _ in range(2):
        messages += await client.until_id(3)
    assert [m[16] for m in messages if m[0] == "5"] == ["201.5", "201.5"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"order_type": "MKT"}, 329),
        ({"tif": "GTC"}, 462),
        ({"action": "SELL"}, 105),
        ({"limit": "200.005"}, 110),
        ({"quantity": 0}, 321),
    ],
)
async def test_order_stays_as_it_was_when_change_is_refused(
    empty: SimulatorServer, connect: Connect, changes: dict[str, object], code: int
) -> None:
    client = await connect(empty, 11)
    await _place(client, place_fields(1, limit="200"), 1, "Submitted")
    before = empty.exchange.book.find(11, 1)
    assert before is not None
    terms = before.terms
    client.send(*place_fields(1, **({"limit": "200"} | changes)))  # type: ignore[arg-type]
    assert (await client.until_error(code))[2] == "1"
    assert before.live
    assert before.terms == terms


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


async def test_reject_shows_inactive_around_201_when_margin_is_short(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*place_fields(1, quantity=100000, limit="200"))
    await client.until_error(201)
    assert steps_of([*client.received, *await client.settle()], 1) == ["O", "S:Inactive", "E:201", "O", "S:Inactive"]


async def test_fok_is_rejected_by_the_broker_when_placed(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*place_fields(1, tif="FOK", limit="200"))
    assert "FOK" in (await client.until_error(201))[4]


async def test_ioc_is_cancelled_when_it_cannot_fill(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*place_fields(1, tif="IOC", limit="200"))
    await client.until_error(202)
    assert steps_of(client.received, 1)[-2:] == ["S:Cancelled", "E:202"]
    assert "S:PendingCancel" in steps_of(client.received, 1)


@pytest.mark.parametrize("number", [4, 5])
async def test_placement_gets_103_when_number_is_not_above_the_highest(
    empty: SimulatorServer, connect: Connect, number: int
) -> None:
    client = await connect(empty, 11)
    await _place(client, place_fields(6, limit="200"), 6, "Submitted")
    client.send(*place_fields(number, limit="200"))
    assert (await client.until_error(103))[2] == str(number)


async def test_change_gets_104_when_order_is_filled(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _place(client, place_fields(1, order_type="MKT"), 1, "Filled")
    client.send(*place_fields(1, order_type="MKT", quantity=200))
    assert (await client.until_error(104))[2] == "1"


async def test_same_number_is_a_new_order_when_another_client_uses_it(
    server: SimulatorServer, connect: Connect
) -> None:
    client = await connect(server, 11)
    client.send(*place_fields(12, limit="200"))
    await client.until_status(12, "Submitted")
    owners = {o.client_id for o in server.exchange.book.live() if o.order_id == 12}
    assert owners == {3, 7, 101, 11}


async def test_staged_order_is_silent_until_transmitted_when_placed(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*place_fields(1, limit="200", transmit=False))
    client.send(16, 1)
    assert await client.until_id(53) == [["53", "1"]]
    assert [o.staged for o in empty.exchange.book.open()] == [True]
    client.send(*place_fields(1, limit="200"))
    await client.until_status(1, "Submitted")


async def test_bracket_waits_for_its_parent_and_dies_with_it_when_cancelled(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    client.send(*place_fields(1, limit="200", transmit=False))
    client.send(*place_fields(2, action="SELL", limit="260", parent_id=1, transmit=False))
    assert await client.settle() == []
    client.send(*place_fields(3, action="SELL", order_type="STP", stop="180", parent_id=1))
    await client.until_status(3, "PreSubmitted")
    held = {m[1]: m[10] for m in client.received if m[0] == "3"}
    assert held == {"1": "", "2": "child", "3": "child,trigger"}
    child = next(m for m in client.received if m[0] == "5" and m[1] == "2")
    parent_perm = next(m[25] for m in client.received if m[0] == "5" and m[1] == "1")
    assert child[19] == parent_perm
    client.send(4, 1, 1, "")
    await client.until_status(3, "Cancelled")
    assert {o.order_id for o in empty.exchange.book.completed} == {1, 2, 3}


async def test_children_work_and_cancel_each_other_when_parent_fills(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*place_fields(1, order_type="MKT", transmit=False))
    client.send(*place_fields(2, action="SELL", limit="260", parent_id=1, transmit=False))
    client.send(*place_fields(3, action="SELL", order_type="STP", stop="180", parent_id=1))
    await client.until_status(2, "Submitted")
    child = empty.exchange.book.find(11, 2)
    assert child is not None
    empty.exchange.fill_by_hand(child.perm_id, None, None)
    await client.until_status(3, "Cancelled")


async def test_preview_is_one_message_and_no_order_when_asked(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*place_fields(1, limit="200", what_if=True))
    row = (await client.until_id(5))[-1]
    at = row.index("PreSubmitted")
    before, change, after = (list(map(float, row[at + i : at + i + 3])) for i in (1, 4, 7))
    assert row[at - 1] == "1"
    assert change[0] > 0
    assert after[0] == pytest.approx(before[0] + change[0])
    assert await client.settle() == []
    assert list(empty.exchange.book.open()) == []
