"""Times in force, sessions and auctions on the simulated clock, and conditions."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.contract.simulator.conftest import Connect
from tests.support.control import ctl
from tests.support.order_fields import order_fields
from tests.support.raw_client import RawClient, eventually
from tests.support.steps import steps_of
from tws_console.simulator.orders import Order
from tws_console.simulator.server import SimulatorServer

AAPL = 265598
IN_SESSION, EVENING, NIGHT = "20261123-15:00:00", "20261123-22:00:00", "20261124-04:00:00"
NEXT_OPEN = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)


async def _clock(server: SimulatorServer, written: str) -> None:
    await ctl(server.control_port, "clock", written)


def _order(server: SimulatorServer, number: int = 1) -> Order:
    order = server.exchange.book.find(11, number)
    assert order is not None
    return order


async def _price(server: SimulatorServer, price: str) -> None:
    server.gateway.market.jump(AAPL, Decimal(price))
    server.exchange.match_all()


async def _rests(client: RawClient, status: str, number: int = 1) -> None:
    """Wait for the second report of an order's state, behind which nothing more comes by itself."""
    for _ in range(2):
        await client.until_status(number, status)


async def test_order_is_held_with_399_until_the_opening_when_placed_after_hours(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    await _clock(empty, NIGHT)
    client.send(*order_fields(1, limit="300"))
    error = await client.until_error(399)
    assert error[4] == (
        "Order Message:\nBUY 100 AAPL NASDAQ.NMS\n"
        "Warning: your order will not be placed at the exchange until 2026-11-24 09:30:00 US/Eastern"
    )
    await _rests(client, "PreSubmitted")
    assert steps_of(client.received, 1) == ["E:399", "O", "S:PreSubmitted", "O", "S:PreSubmitted"]
    assert _order(empty).opens_at == NEXT_OPEN
    await _clock(empty, "20261124-14:29:00")
    assert _order(empty).status == "PreSubmitted"
    await _clock(empty, "20261124-14:31:00")
    await client.until_status(1, "Filled")


async def test_stop_is_not_triggered_while_its_session_is_closed(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _clock(empty, NIGHT)
    await _price(empty, "200")
    client.send(*order_fields(1, order_type="STP", stop="190", action="SELL"))
    await _rests(client, "PreSubmitted")
    await _price(empty, "180")
    assert not _order(empty).triggered


@pytest.mark.parametrize(("outside", "status"), [(True, "Filled"), (False, "PreSubmitted")])
async def test_limit_order_works_in_the_evening_when_outside_hours_are_allowed(
    empty: SimulatorServer, connect: Connect, outside: bool, status: str
) -> None:
    client = await connect(empty, 11)
    await _clock(empty, EVENING)
    client.send(*order_fields(1, limit="400", outside_rth=outside))
    await client.until_status(1, status)


async def test_flag_for_outside_hours_is_ignored_with_2109_when_type_is_market(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    client.send(*order_fields(1, order_type="MKT", outside_rth=True))
    assert "Outside Regular Trading Hours" in (await client.until_error(2109))[4]
    await client.until_status(1, "Filled")


async def test_day_order_ends_at_the_close_and_good_till_cancelled_stays_when_clock_is_set(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    await _clock(empty, IN_SESSION)
    client.send(*order_fields(1, limit="100"))
    client.send(*order_fields(2, limit="100", tif="GTC"))
    await _rests(client, "Submitted", 2)
    await _clock(empty, "20261123-21:00:00")
    await client.until_error(202)
    assert steps_of(client.received, 1)[-2:] == ["S:Cancelled", "E:202"]
    assert _order(empty).completed_status.startswith("Cancelled by System:")
    assert _order(empty, 2).status == "Submitted"
    await _price(empty, "90")
    assert _order(empty, 2).filled == 0


async def test_order_ends_at_its_date_when_good_till_date(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _clock(empty, IN_SESSION)
    client.send(*order_fields(1, limit="100", tif="GTD", good_till="20261123 10:30:00 US/Eastern"))
    await _rests(client, "Submitted")
    await _clock(empty, "20261123-15:29:00")
    assert _order(empty).live
    await _clock(empty, "20261123-15:30:00")
    await client.until_status(1, "Cancelled")


async def test_order_begins_at_its_time_when_good_after_time(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _clock(empty, IN_SESSION)
    client.send(*order_fields(1, order_type="MKT", good_after="20261123-15:05:00"))
    await _rests(client, "PreSubmitted")
    empty.exchange.match_all()
    assert _order(empty).filled == 0
    await _clock(empty, "+301")
    await client.until_status(1, "Filled")


@pytest.mark.parametrize(
    ("terms", "status"),
    [
        ({"order_type": "MKT", "tif": "OPG"}, "Filled"),
        ({"order_type": "LMT", "limit": "400", "tif": "OPG"}, "Filled"),
        ({"order_type": "LMT", "limit": "100", "tif": "OPG"}, "Cancelled"),
        ({"order_type": "MOC"}, "Filled"),
        ({"order_type": "LOC", "limit": "400"}, "Filled"),
        ({"order_type": "LOC", "limit": "100"}, "Cancelled"),
    ],
)
async def test_order_takes_part_in_its_auction_once_when_time_comes(
    empty: SimulatorServer, connect: Connect, terms: dict[str, object], status: str
) -> None:
    client = await connect(empty, 11)
    await _clock(empty, IN_SESSION)
    client.send(*order_fields(1, **terms))  # type: ignore[arg-type]
    await _rests(client, "PreSubmitted")
    opening = terms.get("tif") == "OPG"
    assert ("E:399" in steps_of(client.received, 1)) == opening
    await _clock(empty, "20261124-14:29:00" if opening else "20261123-20:59:00")
    assert _order(empty).status == "PreSubmitted"
    await _clock(empty, "20261124-14:30:00" if opening else "20261123-21:00:00")
    await client.until_status(1, status)
    assert _order(empty).filled in (0, 100)


async def test_immediate_order_leaves_the_recorded_trace_when_it_cannot_fill(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    client.send(*order_fields(1, tif="IOC", limit="100"))
    await client.until_error(202)
    assert steps_of(client.received, 1) == [
        *("O", "S:PreSubmitted", "O", "S:Submitted", "O", "S:Submitted"),
        *("O", "S:PendingCancel", "S:Cancelled", "E:202"),
    ]


async def test_immediate_order_keeps_its_part_when_only_part_is_there(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    shown = empty.gateway.market.quote(AAPL).ask_size
    client.send(*order_fields(1, tif="IOC", limit="300", quantity=shown + 2000))
    await client.until_error(202)
    assert 0 < _order(empty).filled < shown + 2000


@pytest.mark.parametrize(("limit", "status"), [("300", "Filled"), ("100", "Cancelled")])
async def test_fill_or_kill_is_all_or_nothing_when_sent_to_one_exchange(
    empty: SimulatorServer, connect: Connect, limit: str, status: str
) -> None:
    client = await connect(empty, 11)
    client.send(*order_fields(1, tif="FOK", limit=limit, quantity=10, exchange="NASDAQ"))
    await client.until_status(1, status)
    assert _order(empty).filled == (10 if status == "Filled" else 0)


async def test_fill_or_kill_is_killed_when_too_little_is_shown(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*order_fields(1, tif="FOK", limit="300", quantity=4000, exchange="NASDAQ"))
    await client.until_status(1, "Cancelled")
    assert _order(empty).filled == 0


async def test_immediate_order_is_rejected_when_exchange_is_closed(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _clock(empty, NIGHT)
    client.send(*order_fields(1, tif="IOC", limit="300"))
    assert (await client.until_error(201))[4] == "Order rejected - reason:Exchange is closed."


PRICE_ABOVE = (1, "a", 1, "210", AAPL, "SMART", 0)
PRICE_BELOW = (1, "o", 0, "190", AAPL, "SMART", 0)
AT_TEN = (3, "a", 1, "20261123 10:10:00 US/Eastern")


@pytest.mark.parametrize(
    ("conditions", "price", "seconds", "works"),
    [
        ([PRICE_ABOVE], "211", 0, True),
        ([PRICE_ABOVE], "205", 0, False),
        ([PRICE_BELOW, PRICE_ABOVE], "211", 0, True),
        ([PRICE_BELOW, PRICE_ABOVE], "200", 0, False),
        ([AT_TEN], "200", 600, True),
        ([AT_TEN], "200", 599, False),
        ([PRICE_ABOVE, AT_TEN], "211", 599, False),
        ([PRICE_ABOVE, AT_TEN], "211", 600, True),
        ([(6, "a", 1, 1, AAPL, "SMART")], "211", 600, False),
    ],
)
async def test_order_works_when_its_conditions_hold(
    empty: SimulatorServer,
    connect: Connect,
    conditions: list[tuple[object, ...]],
    price: str,
    seconds: int,
    works: bool,
) -> None:
    client = await connect(empty, 11)
    await _clock(empty, IN_SESSION)
    await _price(empty, "200")
    client.send(*order_fields(1, order_type="MKT", conditions=conditions))
    await _rests(client, "PreSubmitted")
    row = [m for m in client.received if m[0] == "5"][-1]
    sent = [str(part) for condition in conditions for part in condition]
    assert any(row[at : at + len(sent)] == sent for at in range(90, len(row)))
    await _clock(empty, f"+{seconds}")
    await _price(empty, price)
    assert _order(empty).conditions_met == works
    if works:
        await client.until_status(1, "Filled")


async def test_order_is_cancelled_when_its_conditions_hold_and_say_so(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _price(empty, "200")
    client.send(*order_fields(1, limit="100", conditions=[PRICE_ABOVE], cancel_on_condition=True))
    await _rests(client, "Submitted")
    await _price(empty, "211")
    await client.until_error(202)
    await eventually(lambda: not list(empty.exchange.book.live()))
