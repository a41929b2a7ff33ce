"""Contracts, market data, accounts and positions."""

from decimal import Decimal

from tests.contract.simulator.facts.table import Stage, fact
from tests.support.raw_client import Message, RawClient


def _contract(symbol: str, con_id: int = 0) -> list[object]:
    return [con_id, symbol, "STK", "", "0.0", "", "", "SMART", "", "USD", "", ""]


async def _details(client: RawClient, symbol: str) -> list[Message]:
    client.send(9, 8, 5, *_contract(symbol), 0, "", "", "")
    return (await client.until_id(52))[:-1]


@fact("IBKR contract search: AAPL is 265598")
async def apple(stage: Stage) -> None:
    [row] = await _details(await stage.client(11), "AAPL")
    assert row[12] == "265598"


@fact("CAMPUS contracts: validExchanges and marketRuleIds are parallel lists")
async def parallel_lists(stage: Stage) -> None:
    [row] = await _details(await stage.client(11), "AAPL")
    assert len(row[16].split(",")) == len(row[34].split(","))


@fact("CAMPUS contracts: an ambiguous symbol gives every listing, then the end")
async def ambiguous(stage: Stage) -> None:
    assert len(await _details(await stage.client(11), "ABX")) == 2


@fact("CAMPUS error codes: 200 for a contract that does not exist")
async def unknown(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(9, 8, 5, *_contract("NOSUCH"), 0, "", "", "")
    assert (await client.until_error(200))[2] == "5"


@fact("CAMPUS contracts: reqMarketRule gives bands of low edge and increment")
async def market_rule(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(91, 26)
    assert (await client.until_id(93))[-1] == ["93", "26", "1", "0", "0.01"]


@fact("CAMPUS contracts: a search gives at most 16 rows")
async def search(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(81, 7, "A")
    assert 1 <= int((await client.until_id(79))[-1][2]) <= 16


@fact("CAMPUS positions: all accounts, closed ones of today with 0, futures without an exchange", scenario="default")
async def positions(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(61, 1)
    rows = (await client.until_id(62))[:-1]
    assert {m[2] for m in rows} == {"DU1234567", "DU7654321"}
    assert "0" in {m[14] for m in rows}
    assert {m[10] for m in rows if m[5] == "FUT"} == {""}


@fact(
    "CAMPUS account updates: values, portfolio, the end; cash and positions make the net liquidation",
    scenario="default",
)
async def account(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(6, 2, 1, "DU7654321")
    told = await client.until_id(54)
    values = {(m[2], m[4]): m[3] for m in told if m[0] == "6"}
    held = sum(Decimal(m[15]) for m in told if m[0] == "7")
    assert Decimal(values["NetLiquidation", "USD"]) == Decimal(values["TotalCashValue", "USD"]) + held


@fact("user logs of 322: a third account summary is refused, by request id", scenario="default")
async def summaries(stage: Stage) -> None:
    client = await stage.client(11)
    for request_id in (1, 2, 3):
        client.send(62, 1, request_id, "All", "BuyingPower")
    assert (await client.until_error(322))[2] == "3"


@fact("CAMPUS profit: an unknown contract id is never answered", scenario="default")
async def silent_profit(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(94, 7, "DU1234567", "", 999)
    assert await client.settle() == []


@fact("CAMPUS account updates: 2101 where another client watches another account", scenario="default")
async def one_account(stage: Stage) -> None:
    first, second = await stage.client(11), await stage.client(12)
    first.send(6, 2, 1, "DU1234567")
    await first.until_id(54)
    second.send(6, 2, 1, "DU7654321")
    await second.until_error(2101)
