"""Faults of orders, numbers and pace; changes that are refused; corrections of executions."""

from decimal import Decimal
from typing import Any

import pytest

from tests.contract.simulator.conftest import Connect
from tests.support.control import ctl
from tests.support.order_fields import order_fields
from tests.support.raw_client import RawClient, eventually
from tws_console.simulator.orders import Order
from tws_console.simulator.server import SimulatorServer

AAPL = 265598


async def _fault(server: SimulatorServer, *args: str) -> None:
    await ctl(server.control_port, "fault", *args)


async def _rests(client: RawClient, number: int, status: str = "Submitted") -> None:
    for _ in range(2):
        await client.until_status(number, status)


def _live(server: SimulatorServer) -> list[Order]:
    return list(server.exchange.book.live())


# --- changes -------------------------------------------------------------------------------------------------------


async def test_change_gets_2102_when_the_order_is_not_acknowledged(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _fault(empty, "1100")
    client.send(*order_fields(1, limit="100"))
    await client.until_status(1, "PendingSubmit")
    client.send(*order_fields(1, limit="101"))
    await client.until_error(2102)


# --- precautions and holds -----------------------------------------------------------------------------------------


async def test_order_is_nowhere_until_somebody_clicks_when_held_silently(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    await _fault(empty, "silent-hold")
    client.send(*order_fields(1, limit="100"))
    client.send(16, 1)
    assert await client.until_id(53) == [["53", "1"]]
    client.send(*order_fields(1, limit="100"))
    assert (await client.until_error(106))[4] == "Can't transmit order id:1"
    await ctl(empty.control_port, "clear", "silent-hold")
    await _rests(client, 1)


@pytest.mark.parametrize("request_fields", [(4, 1, 1, ""), (58, 1)])
async def test_cancel_is_pending_until_the_venue_answers_when_it_is_closed(
    empty: SimulatorServer, connect: Connect, request_fields: tuple[object, ...]
) -> None:
    client = await connect(empty, 11)
    client.send(*order_fields(1, limit="100"))
    await _rests(client, 1)
    await _fault(empty, "venue-closed")
    client.send(*request_fields)
    await client.until_status(1, "PendingCancel")
    await eventually(lambda: not empty.gateway.clock.pending)
    empty.exchange.match_all()
    assert [order.status for order in _live(empty)] == ["PendingCancel"]
    await ctl(empty.control_port, "clear", "venue-closed")
    assert (await client.until_error(202))[2] == "1"
    assert not _live(empty)


# --- numbers -------------------------------------------------------------------------------------------------------


async def test_ids_are_reissued_when_rolled_back(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*order_fields(10, limit="100"))
    await _rests(client, 10)
    client.send(4, 1, 10, "")
    await client.until_error(202)
    await _fault(empty, "id-rollback")
    client.writer.transport.abort()
    await eventually(lambda: 11 not in empty.gateway.sessions)
    again = await connect(empty, 11)
    assert next(m for m in again.received if m[0] == "9") == ["9", "1", "7"]
    again.send(*order_fields(10, limit="101"))
    await _rests(again, 10)
    again.send(*order_fields(6, limit="101"))
    await again.until_error(103)
    assert [order.terms.limit for order in _live(empty)] == [101]


@pytest.mark.parametrize("changing", [False, True])
async def test_two_orders_live_under_one_number_when_doubled(
    empty: SimulatorServer, connect: Connect, changing: bool
) -> None:
    client = await connect(empty, 11)
    if changing:
        client.send(*order_fields(1, limit="99"))
        await _rests(client, 1)
    await _fault(empty, "double-perm")
    client.send(*order_fields(1, limit="100"))
    await eventually(lambda: [o.status for o in _live(empty)] == ["Submitted", "Submitted"])
    client.send(16, 1)
    rows = [m for m in await client.until_id(53) if m[0] == "5"][-2:]
    assert {m[1] for m in rows} == {"1"}
    assert len({m[25] for m in rows}) == 2
    assert [o.terms.limit for o in _live(empty)] == ([99, 100] if changing else [100, 100])


# --- pace ----------------------------------------------------------------------------------------------------------


async def test_client_is_refused_twice_and_then_dropped_when_too_fast(empty: SimulatorServer, connect: Connect) -> None:
    client, other = await connect(empty, 11), await connect(empty, 12)
    await _fault(empty, "pacing", "rate=5", "client=11")
    for strike in (1, 2, 3):
        for _ in range(6):
            client.send(49, 1)
        text = (await client.until_error(100))[4]
        assert text == f"Max rate of messages per second has been exceeded:max=5 rec=6 ({strike})"
    assert await client.closed()
    assert len([m for m in client.received if m[0] == "49"]) == 15
    for _ in range(20):
        other.send(49, 1)
    assert await other.settle() == []


@pytest.mark.parametrize("option", ["rate=0", "rate=fast", "by=-1"])
async def test_fault_is_not_raised_when_its_number_is_wrong(empty: SimulatorServer, option: str) -> None:
    with pytest.raises(AssertionError):
        await _fault(empty, "pacing", option)
    assert empty.gateway.faults.names() == []


async def test_nothing_is_refused_when_pace_is_not_watched(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    for _ in range(300):
        client.send(49, 1)
    for _ in range(300):
        await client.until_id(49)
    assert not [m for m in client.received if m[0] == "4" and m[3] == "100"]


# --- account values, restart, corrections --------------------------------------------------------------------------


@pytest.mark.parametrize("message", ["6", "73"])
async def test_values_per_currency_are_renamed_when_prefixed(
    empty: SimulatorServer, connect: Connect, message: str
) -> None:
    client = await connect(empty, 11)
    await _fault(empty, "ledger-prefix")
    if message == "6":
        client.send(6, 2, 1, "DU1234567")
        rows = await client.until_id(54)
    else:
        client.send(76, 1, 5, "DU1234567", "", 0)
        rows = await client.until_id(74)
    at = 2 if message == "6" else 5
    keys = {m[at] for m in rows if m[0] == message}
    assert {"$LEDGER-CashBalance", "$LEDGER-ExchangeRate", "NetLiquidation"} <= keys
    assert "CashBalance" not in keys
    await ctl(empty.control_port, "clear", "ledger-prefix")
    client.send(76, 1, 6, "DU1234567", "", 0)
    assert "CashBalance" in {m[5] for m in await client.until_id(74) if m[0] == "73"}


def _worth(server: SimulatorServer) -> tuple[Decimal, Decimal]:
    """Net liquidation, and cash, which together tell what the position is worth."""
    return server.gateway.accounts.net_liquidation("DU1234567"), server.gateway.accounts.accounts["DU1234567"].cash[
        "USD"
    ]


@pytest.mark.parametrize("closing", [False, True])
async def test_correction_supersedes_an_execution_and_moves_the_money_when_price_was_wrong(
    empty: SimulatorServer, connect: Connect, closing: bool
) -> None:
    client = await connect(empty, 11)
    client.send(*order_fields(1, order_type="MKT", quantity=10))
    await client.until_id(59)
    if closing:
        client.send(*order_fields(2, order_type="MKT", quantity=10, action="SELL"))
        await client.until_id(59)
    wrong: Any = [m for m in client.received if m[0] == "11"][-1]
    cash = _worth(empty)[1]
    held = empty.gateway.accounts.accounts["DU1234567"].positions[AAPL]
    realized, average = held.realized, held.average
    answer = await ctl(empty.control_port, "correct", wrong[14], str(Decimal(wrong[20]) + 1))
    row = (await client.until_id(11))[-1]
    report = (await client.until_id(59))[-1]
    assert row[14] == report[2] == answer["exec_id"] == wrong[14].removesuffix(".01") + ".02"
    assert Decimal(row[20]) == Decimal(wrong[20]) + 1
    units = int(wrong[19])
    assert _worth(empty)[1] == cash + (units if closing else -units)
    assert held.realized == realized + (units if closing else 0)
    assert held.average == (0 if closing else average + Decimal(units) / held.quantity)
    client.send(7, 3, 9, 0, "", "", "", "", "", "")
    listed = [m[14] for m in await client.until_id(55) if m[0] == "11"]
    assert answer["exec_id"] in listed
    assert wrong[14] not in listed


async def test_position_moves_and_nothing_was_executed_when_it_is_set_by_hand(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    client.send(61, 1)
    await client.until_id(62)
    cash = _worth(empty)[1]
    profit = empty.gateway.accounts.profit("DU1234567").daily
    for quantity in ("100", "-40", "0"):
        answer = await ctl(empty.control_port, "position", "AAPL", quantity)
        assert answer == {"account": "DU1234567", "symbol": "AAPL", "position": quantity}
        row = (await client.until_id(61))[-1]
        assert (row[2], row[3], row[-2]) == ("DU1234567", str(AAPL), quantity)
    assert _worth(empty)[1] == cash
    assert abs(empty.gateway.accounts.profit("DU1234567").daily - profit) < 100
    client.send(7, 3, 9, 0, "", "", "", "", "", "")
    assert [m[0] for m in await client.until_id(55)] == ["55"]


@pytest.mark.parametrize(
    "args", [("AAPL", "0.5"), ("AAPL", "NaN"), ("AAPL", "1e13"), ("NOSUCH", "1"), ("AAPL", "1", "X")]
)
async def test_position_stays_when_the_request_is_wrong(empty: SimulatorServer, args: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError):
        await ctl(empty.control_port, "position", *args)
    assert not empty.gateway.accounts.accounts["DU1234567"].positions
