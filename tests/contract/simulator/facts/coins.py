"""Cryptocurrencies: fractional sizes, and purchases for an amount of money."""

from decimal import Decimal

from tests.contract.simulator.facts.table import Stage, contract_fields, fact
from tests.support.order_fields import order_fields
from tests.support.raw_client import Message, RawClient, eventually, place_fields
from tws_console.simulator.accounts import Position

BTC = 479624278
STEP = "0.00000001"


def _coins(number: int, quantity: object = "0.25", **terms: object) -> list[object]:
    """A limit order far from the market, unless the terms say otherwise."""
    plain = {"con_id": BTC, "symbol": "BTC", "exchange": "PAXOS", "limit": "50000", "tif": "GTC"}
    return order_fields(number, sec_type="CRYPTO", quantity=quantity, **(plain | terms))  # type: ignore[arg-type]


def _held(stage: Stage) -> Position:
    return stage.server.gateway.accounts.accounts["DU1234567"].positions[BTC]


async def _details(client: RawClient, *contract: object) -> Message:
    client.send(9, 8, 5, *contract, 0, "", "", "")
    return (await client.until_id(52))[0]


@fact(
    "A7 of the client libraries: contractDetails end with minSize, sizeIncrement and suggestedSizeIncrement from 164 on"
)
async def told_sizes(stage: Stage) -> None:
    coin, stock = contract_fields("BTC", exchange="PAXOS", sec_type="CRYPTO"), contract_fields("AAPL")
    client = await stage.client(11)
    assert (await _details(client, *coin))[-3:] == [STEP] * 3
    assert (await _details(client, *stock))[-3:] == ["1", "1", "100"]
    older = await stage.client(12, "v157..163")
    assert (await _details(older, *coin))[-1] == STEP


@fact("LEAN PR 260: sizes of a cryptocurrency go down to its sizeIncrement, all others are whole (10318)")
async def size_steps(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*_coins(1, STEP))
    await client.until_status(1, "Submitted")
    client.send(*_coins(2, "0.000000001"))
    assert (await client.until_error(10318))[2] == "2"
    client.send(*place_fields(3, quantity="0.5", limit="100"))
    assert (await client.until_error(10318))[2] == "3"


@fact("LEAN PR 260: a fractional order fills in parts; what it leaves, the position and the profit are fractional")
async def fractional_fills(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*_coins(1))
    await client.until_status(1, "Submitted")
    [order] = stage.live()
    stage.server.exchange.fill_by_hand(order.perm_id, Decimal("0.1"), Decimal(50000))
    told = await client.until(lambda m: m[0] == "3" and m[3] == "0.1")
    assert told[2:5] == ["Submitted", "0.1", "0.15"]
    stage.server.exchange.fill_by_hand(order.perm_id, None, Decimal(52000))
    told = await client.until_status(1, "Filled")
    assert told[3:6] == ["0.25", "0", "51200"]
    assert (_held(stage).quantity, _held(stage).average) == (Decimal("0.25"), Decimal(51200))

    client.send(*_coins(2, action="SELL", limit="90000"))
    await client.until_status(2, "Submitted")
    [order] = stage.live()
    stage.server.exchange.fill_by_hand(order.perm_id, None, Decimal(60000))
    fee = await client.until(lambda m: m[0] == "59" and not m[5].startswith("1.79"))
    assert Decimal(fee[5]) == Decimal("0.25") * (60000 - 51200) - Decimal(fee[3])
    assert _held(stage).quantity == 0


@fact("INS 407, ASY 111: a market purchase names its money (10289) and no size (10293); a sale names its size")
async def money_instead_of_size(stage: Stage) -> None:
    client = await stage.client(11)
    market = {"order_type": "MKT", "limit": "", "tif": "IOC"}
    client.send(*_coins(1, "0.25", **market))
    assert (await client.until_error(10289))[2:5] == ["1", "10289", "You must set Cash Quantity for this order"]
    client.send(*_coins(1, "0.25", cash_quantity="1000", **market))
    assert (await client.until_error(10293))[2] == "1"
    client.send(*_coins(1, 0, cash_quantity="1000", **market))
    await client.until_status(1, "Filled")
    bought = _held(stage)
    assert 1000 - bought.average * Decimal(STEP) < bought.quantity * bought.average <= 1000
    client.send(*_coins(2, bought.quantity, action="SELL", **market))
    await client.until_status(2, "Filled")
    await eventually(lambda: _held(stage).quantity == 0)


@fact("order_local_rules: money that buys less than the sizeIncrement is refused as a size of zero")
async def too_little_money(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*_coins(1, 0, cash_quantity="0.0001", order_type="MKT", limit="", tif="IOC"))
    assert "size value cannot be zero" in (await client.until_error(321))[4]
