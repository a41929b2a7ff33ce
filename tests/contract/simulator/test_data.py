"""Contracts, market data, accounts, positions and profit over the wire."""

from decimal import Decimal

from tests.contract.simulator.conftest import Connect
from tests.support.raw_client import Message, RawClient
from tws_console.simulator.server import SimulatorServer


def _contract(symbol: str, sec_type: str = "STK", exchange: str = "SMART", con_id: int = 0) -> list[object]:
    return [con_id, symbol, sec_type, "", "0.0", "", "", exchange, "", "USD", "", ""]


async def _details(client: RawClient, *contract: object) -> list[Message]:
    client.send(9, 8, 501, *contract, 0, "", "", "")
    return (await client.until_id(52))[:-1]


async def test_contract_details_list_rules_beside_exchanges_when_asked(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    [row] = await _details(client, *_contract("AAPL"))
    assert row[12] == "265598"
    exchanges, rules = row[16].split(","), row[34].split(",")
    assert "SMART" in exchanges
    assert len(exchanges) == len(rules)
    assert row[25] == "US/Eastern"
    assert len(await _details(client, *_contract("ABX"))) == 2
    assert len(await _details(client, *_contract("ES", "FUT", "CME"))) == 3
    client.send(91, 239)
    assert (await client.until_id(93))[-1] == ["93", "239", "1", "0", "0.00005"]


async def test_contract_details_get_200_when_nothing_fits(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(9, 8, 501, *_contract("NOSUCH"), 0, "", "", "")
    assert (await client.until_error(200))[2] == "501"


async def test_search_finds_symbols_and_words_when_asked(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(81, 7, "tesla")
    row = (await client.until_id(79))[-1]
    assert row[1:6] == ["7", "1", "76792991", "TSLA", "STK"]


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


async def test_data_is_delayed_when_symbol_is_not_entitled(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(1, 11, 601, *_contract("XOM"), 0, "", 0, 0, "")
    assert (await client.until_error(10089))[2] == "601"
    client.send(59, 1, 3)
    client.send(1, 11, 602, *_contract("XOM"), 0, "", 1, 0, "")
    messages = await client.until_id(57)
    assert messages[0][3] == "10167"
    assert ["58", "1", "602", "3"] in messages
    assert {"66", "67", "68", "75"} <= {m[3] for m in messages if m[0] == "1"}


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


async def test_second_account_is_refused_when_another_client_watches_one(
    server: SimulatorServer, connect: Connect
) -> None:
    first, second = await connect(server, 11), await connect(server, 12)
    first.send(6, 2, 1, "DU1234567")
    await first.until_id(54)
    second.send(6, 2, 1, "DU7654321")
    assert (await second.until_error(2101))[2] == "-1"


async def test_summary_covers_accounts_and_stops_at_two_when_asked(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    client.send(62, 1, 1, "All", "NetLiquidation,$LEDGER:EUR")
    rows = (await client.until_id(64))[:-1]
    assert {m[3] for m in rows if m[4] == "NetLiquidation"} == {"DU1234567", "DU7654321"}
    assert list({m[6] for m in rows if m[4] == "CashBalance"}) == ["EUR"]
    for request_id in (2, 3):
        client.send(62, 1, request_id, "All", "BuyingPower")
    assert (await client.until_error(322))[2] == "3"


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


async def test_multi_requests_end_when_asked(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    client.send(74, 1, 801, "DU7654321", "")
    assert len((await client.until_id(72))[:-1]) == 3
    client.send(76, 1, 802, "DU7654321", "", 0)
    assert "NetLiquidation" in {m[5] for m in (await client.until_id(74))[:-1]}


async def test_advisor_data_is_refused_when_there_is_no_advisor(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(18, 1, 1)
    assert "FA data" in (await client.until_error(321))[4]
