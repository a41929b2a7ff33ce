"""Order types that wait for a price, follow one, or take part in an auction."""

from decimal import Decimal

import pytest

from tests.contract.simulator.conftest import Connect
from tests.support.open_order import read_open_order
from tests.support.order_fields import order_fields
from tests.support.raw_client import RawClient
from tests.support.steps import steps_of
from tws_console.simulator import rules
from tws_console.simulator.orders import Order
from tws_console.simulator.server import SimulatorServer

AAPL = 265598
PRICE = Decimal(200)


async def _placed(server: SimulatorServer, client: RawClient, status: str, **terms: object) -> Order:
    """An order of client 11 under number 1, seen twice by its owner after the price was set to 200."""
    server.gateway.market.jump(AAPL, PRICE)
    client.send(*order_fields(1, **terms))  # type: ignore[arg-type]
    await client.until(lambda m: m[0] == "5" and m[1] == "1")
    await client.until_status(1, status)
    await client.until_status(1, status)
    order = server.exchange.book.find(11, 1)
    assert order is not None
    return order


@pytest.mark.parametrize(
    ("terms", "reaches", "misses"),
    [
        ({"order_type": "MIT", "stop": "190"}, 189, 195),
        ({"order_type": "MIT", "stop": "210", "action": "SELL"}, 211, 205),
        ({"order_type": "LIT", "stop": "190", "limit": "195"}, 189, 195),
        ({"order_type": "LIT", "stop": "210", "limit": "205", "action": "SELL"}, 211, 205),
        ({"order_type": "STP LMT", "stop": "210", "limit": "220"}, 211, 205),
        ({"order_type": "TRAIL", "stop": "5", "action": "SELL"}, 194, 199),
        ({"order_type": "TRAIL", "trailing_percent": "5"}, 211, 205),
        (
            {"order_type": "TRAIL LIMIT", "stop": "5", "limit_offset": "3", "trail_stop": "195", "action": "SELL"},
            194,
            199,
        ),
        ({"order_type": "TRAIL LIMIT", "stop": "5", "limit": "190", "trail_stop": "195", "action": "SELL"}, 194, 199),
    ],
)
async def test_order_waits_for_its_price_when_type_needs_a_trigger(
    empty: SimulatorServer, connect: Connect, terms: dict[str, object], reaches: int, misses: int
) -> None:
    client = await connect(empty, 11)
    order = await _placed(empty, client, "PreSubmitted", **terms)
    assert client.received[-1][10] == "trigger"
    assert steps_of(client.received, 1)[:4] == ["O", "S:PreSubmitted", "O", "S:PreSubmitted"]
    empty.gateway.market.jump(AAPL, Decimal(misses))
    empty.exchange.match_all()
    seen = [order.triggered]
    empty.gateway.market.jump(AAPL, Decimal(reaches))
    empty.exchange.match_all()
    assert [*seen, order.triggered] == [False, True]
    await client.until_status(1, "Filled")
    assert "X" in steps_of(client.received, 1)


@pytest.mark.parametrize(("action", "best", "expected"), [("SELL", 220, 215), ("BUY", 180, 185)])
async def test_trailing_stop_follows_the_market_and_never_goes_back(
    empty: SimulatorServer, connect: Connect, action: str, best: int, expected: int
) -> None:
    client = await connect(empty, 11)
    order = await _placed(empty, client, "PreSubmitted", order_type="TRAIL", stop="5", action=action)
    empty.gateway.market.jump(AAPL, Decimal(best))
    empty.exchange.match_all()
    assert order.stop == expected
    empty.gateway.market.jump(AAPL, Decimal(best + (-3 if action == "SELL" else 3)))
    empty.exchange.match_all()
    assert order.stop == expected
    client.send(16, 1)
    rows = await client.until_id(53)
    assert str(expected) in [m for m in rows if m[0] == "5"][-1]


async def test_limit_of_a_trailing_order_stands_off_its_stop_when_triggered(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    terms = {"order_type": "TRAIL LIMIT", "stop": "5", "limit_offset": "1", "trail_stop": "195", "action": "SELL"}
    order = await _placed(empty, client, "PreSubmitted", **terms)
    empty.gateway.market.jump(AAPL, Decimal(190))
    empty.exchange.match_all()
    assert order.triggered
    assert order.filled == 0
    empty.gateway.market.jump(AAPL, Decimal("194.50"))
    empty.exchange.match_all()
    assert order.last_price >= 194


async def test_relative_order_stands_beside_the_best_price_when_it_rests(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    order = await _placed(empty, client, "Submitted", order_type="REL", limit="150", stop="0.05")
    assert order.filled == 0
    client.send(*order_fields(1, order_type="REL", limit="250", stop="0.05"))
    await client.until_status(1, "Filled")


async def test_midprice_order_fills_between_bid_and_ask_when_its_cap_allows(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    empty.gateway.market.jump(AAPL, PRICE)
    quote = empty.gateway.market.quote(AAPL)
    client.send(*order_fields(1, order_type="MIDPRICE", limit="150"))
    client.send(*order_fields(2, order_type="MIDPRICE", quantity=5))
    await client.until_status(2, "Filled")
    order = empty.exchange.book.find(11, 2)
    assert order is not None
    assert quote.bid - 1 < order.last_price < quote.ask + 1
    assert order.last_price % Decimal("0.005") == 0
    resting = empty.exchange.book.find(11, 1)
    assert resting is not None
    assert resting.status == "Submitted"


@pytest.mark.parametrize(
    ("terms", "side"),
    [
        ({"order_type": "SNAP PRIM"}, "bid"),
        ({"order_type": "SNAP MKT", "stop": "0.5"}, "ask"),
        ({"order_type": "SNAP MID", "stop": "0.5"}, "middle"),
        ({"order_type": "SNAP PRIM", "action": "SELL"}, "ask"),
        ({"order_type": "PEG MID"}, None),
        ({"order_type": "PEG BENCH", "starting_price": "150", "benchmark": [272093, 1, "0.02", "0.03", "X"]}, None),
    ],
)
async def test_pegged_order_rests_beside_the_quote_it_met(
    empty: SimulatorServer, connect: Connect, terms: dict[str, object], side: str | None
) -> None:
    client = await connect(empty, 11)
    empty.gateway.market.jump(AAPL, PRICE)
    quote = empty.gateway.market.quote(AAPL)
    client.send(*order_fields(1, **terms))  # type: ignore[arg-type]
    await client.until_status(1, "Submitted")
    await client.until_status(1, "Submitted")
    order = empty.exchange.book.find(11, 1)
    assert order is not None
    assert order.filled == 0
    if side is not None:
        assert order.pegged == getattr(quote, side) - Decimal(str(terms.get("stop", 0)))
    row = read_open_order(client.received[-2])
    if terms["order_type"] == "PEG BENCH":
        assert (row["startingPrice"], row["benchmark"]) == ("150", "272093,1,0.02,0.03,X")
    empty.exchange.fill_by_hand(order.perm_id, None, PRICE)
    await client.until_status(1, "Filled")


async def test_order_to_the_limit_keeps_the_price_of_the_market_when_more_is_left(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    empty.gateway.market.jump(AAPL, PRICE)
    client.send(*order_fields(1, order_type="MTL", quantity=5000))
    await client.until_id(11)
    order = empty.exchange.book.find(11, 1)
    assert order is not None
    first, filled = order.last_price, order.filled
    assert 0 < filled < 5000
    empty.gateway.market.jump(AAPL, PRICE + 5)
    empty.exchange.match_all()
    assert (order.filled, order.status) == (filled, "Submitted")
    empty.gateway.market.jump(AAPL, PRICE - 5)
    empty.exchange.match_all()
    assert order.filled > filled
    assert order.last_price <= first


@pytest.mark.parametrize(
    ("con_id", "symbol", "sec_type"), [(AAPL, "AAPL", "STK"), (12087792, "EUR", "CASH")], ids=["stock", "currency"]
)
async def test_order_type_is_refused_when_the_contract_does_not_list_it(
    empty: SimulatorServer, connect: Connect, con_id: int, symbol: str, sec_type: str
) -> None:
    client = await connect(empty, 11)
    contract = empty.gateway.catalogue.contracts[con_id]
    where = {"con_id": con_id, "symbol": symbol, "sec_type": sec_type, "exchange": contract.default_exchange}
    refused = set()
    for number, name in enumerate(rules.TYPE_CODES, 1):
        terms = {"order_type": name, "limit": "1", "stop": "1", "limit_offset": "1", "quantity": 20000}
        client.send(*order_fields(number, **(terms | where)))  # type: ignore[arg-type]
        client.send(4, 1, number, "")
        for message in await client.settle():
            if message[:2] == ["4", "2"] and message[3] == "387":
                refused.add(name)
    assert refused == {name for name, code in rules.TYPE_CODES.items() if code not in contract.order_types.split(",")}


@pytest.mark.parametrize(
    ("terms", "code", "text"),
    [
        ({"order_type": "TRAIL"}, 158, "offset"),
        ({"order_type": "TRAIL", "trailing_percent": "100"}, 159, "Percent"),
        ({"order_type": "TRAIL LIMIT", "stop": "5"}, 321, "specify one value"),
        ({"order_type": "LIT", "stop": "190"}, 463, "valid price"),
        ({"order_type": "MIT"}, 321, "Invalid Trigger Price"),
        ({"order_type": "MIT", "stop": "190.001"}, 110, "minimum price variation"),
        ({"order_type": "STP", "stop": "190", "tif": "OPG"}, 111, "incompatible"),
        ({"order_type": "MOC", "tif": "IOC"}, 111, "incompatible"),
        (
            {"order_type": "MOC", "con_id": 12087792, "symbol": "EUR", "sec_type": "CASH", "exchange": "IDEALPRO"},
            387,
            "Unsupported",
        ),
        ({"limit": "200", "tif": "GTD"}, 343, "date"),
        ({"limit": "200", "tif": "GTD", "good_till": "20261231 10:00:00 Nowhere"}, 343, "date"),
        ({"limit": "200", "good_after": "soon"}, 343, "date"),
        ({"limit": "200", "oca": "g" * 65}, 401, "group"),
        ({"limit": "200", "conditions": [(3, "a", 1, "never")]}, 321, "never"),
    ],
)
async def test_placement_gets_only_an_error_when_a_term_of_its_type_is_wrong(
    empty: SimulatorServer, connect: Connect, terms: dict[str, object], code: int, text: str
) -> None:
    client = await connect(empty, 11)
    client.send(*order_fields(9, **terms))  # type: ignore[arg-type]
    error = await client.until_error(code)
    assert error[2] == "9"
    assert text in error[4]
    assert await client.settle() == []
    assert list(empty.exchange.book.open()) == []
