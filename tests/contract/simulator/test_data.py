"""Contracts, market data, accounts, positions and profit over the wire."""

from decimal import Decimal

from tests.contract.simulator.conftest import Connect
from tws_console.simulator.server import SimulatorServer


def _contract(symbol: str, sec_type: str = "STK", exchange: str = "SMART", con_id: int = 0) -> list[object]:
    return [con_id, symbol, sec_type, "", "0.0", "", "", exchange, "", "USD", "", ""]


async def test_ticks_start_with_parameters_and_go_on_when_subscribed(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(1, 11, 601, *_contract("AAPL"), 0, "", 0, 0, "")
    first = await client.settle()
    assert [m[0] for m in first][:2] == ["81", "58"]
    assert first[1] == ["58", "1", "601", "1"]
    prices = {m[3]: Decimal(m[4]) for m in first if m[0] == "1"}
    assert set(prices) == {"1", "2", "4", "6", "7", "9", "14"}
    assert prices["1"] < prices["2"]
    await client.until(lambda m: m[0] == "2" and m[3] == "8")
    client.send(2, 2, 601)
    await client.settle()
    client.send(2, 2, 601)
    await client.until_error(300)


async def test_positions_are_complete_when_asked(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    client.send(61, 1)
    rows = (await client.until_id(62))[:-1]
    held = {(m[2], m[12] or m[4]): Decimal(m[14]) for m in rows}
    assert len(held) == 10
    assert held["DU1234567", "TSLA"] == -120
    assert held["DU1234567", "IBM"] == 0
    future = next(m for m in rows if m[5] == "FUT")
    assert future[10] == ""
    assert Decimal(future[15]) > 300_000


async def test_account_values_add_up_when_subscribed(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    client.send(6, 2, 1, "DU1234567")
    messages = await client.until_id(54)
    values = {(m[2], m[4]): m[3] for m in messages if m[0] == "6"}
    rows = [m for m in messages if m[0] == "7"]
    assert len(rows) == 7
    stocks = sum(Decimal(m[15]) for m in rows if m[4] == "STK")
    futures = sum(Decimal(m[17]) for m in rows if m[4] == "FUT")
    cash = Decimal(values["TotalCashValue", "USD"])
    assert Decimal(values["NetLiquidation", "USD"]) == cash + stocks + futures
    assert Decimal(values["CashBalance", "EUR"]) == 40000


async def test_profit_is_sent_at_once_and_unknown_contract_is_silent_when_asked(
    server: SimulatorServer, connect: Connect
) -> None:
    client = await connect(server, 11)
    client.send(92, 701, "DU1234567", "")
    assert (await client.until_id(94))[-1][4] == "177.8"
    client.send(94, 702, "DU1234567", "", 8314)
    assert (await client.until_id(95))[-1][1:3] == ["702", "0"]
    client.send(94, 703, "DU1234567", "", 999)
    assert not [m for m in await client.settle() if m[1] == "703"]
    client.send(93, 999)
    await client.until_error(10185)
