"""Requests about the login, the windows of TWS and services beside trading."""

from decimal import Decimal

from tests.contract.simulator.facts.table import Stage, codes, contract_fields, fact
from tws_console.simulator.dispatch import REQUESTS

# Every message that a client of server version 157 to 178 can send, but startApi (71).
SENT = {*range(1, 26), *range(49, 60), *range(61, 71), *range(72, 105)}


@fact("ib_async client, ibapi client: there is an answer to every message that these server versions know")
async def every_message(stage: Stage) -> None:
    assert set(REQUESTS) == SENT


@fact("ibkr-go soft_dollar_tiers: a login without tiers gets an empty list")
async def tiers(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(79, 5)
    assert (await client.until_id(77))[-1] == ["77", "5", "0"]


@fact("ibkr-go family_codes: one row an account, with the code of its family", scenario="fa")
async def families(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(80, 1)
    row = (await client.until_id(78))[-1]
    assert row[1:5] == ["4", "DF1234567", "DF1234567", "DU1111111"]
    assert len(row) == 2 + 2 * 4


@fact("ibkr-go user_info: no white branding")
async def user(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(104, 5)
    assert (await client.until_id(107))[-1] == ["107", "5", ""]


@fact("ibkr-go display_groups: seven groups, none with a contract until a client puts one there")
async def groups(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(67, 1, 5)
    assert (await client.until_id(67))[-1] == ["67", "1", "5", "1|2|3|4|5|6|7"]
    client.send(68, 1, 6, 4)
    assert (await client.until_id(68))[-1] == ["68", "1", "6", "none"]
    client.send(69, 1, 6, "265598@SMART")
    assert (await client.until_id(68))[-1] == ["68", "1", "6", "265598@SMART"]
    client.send(70, 1, 6)
    assert await client.settle() == []


@fact("ibkr-go wsh_meta_data_error: 10276 without a subscription; event data need the meta data first (10282)")
async def calendar(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(100, 5)
    client.send(102, 6, "", "", "", "", "", "", "", "")
    assert codes(await client.settle()) == ["10276", "10282"]


@fact("user logs of 10358: fundamental data have ended")
async def fundamentals(stage: Stage) -> None:
    client = await stage.client(11)
    stock = contract_fields("AAPL")
    client.send(52, 2, 5, *stock[:3], *stock[8:10], "USD", "AAPL", "ReportSnapshot", "")
    assert (await client.until_error(10358))[2] == "5"


@fact("ibapi decoder: a verification that is not offered ends without success")
async def verification(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(65, 1, "name", "1")
    assert (await client.until_id(66))[-1][:3] == ["66", "1", "0"]
    client.send(72, 1, "name", "1", "key")
    assert (await client.until_id(70))[-1][:3] == ["70", "1", "0"]


@fact("CAMPUS bulletins: nothing comes on a day without one")
async def bulletins(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(12, 1, 1)
    client.send(13, 1)
    assert await client.settle() == []


@fact("user logs of 322: an option that is not held cannot be exercised")
async def exercise(stage: Stage) -> None:
    client = await stage.client(11)
    option = stage.server.gateway.catalogue.options_on(265598)[20]
    client.send(21, 2, 5, option.con_id, *[""] * 6, "SMART", "USD", "", "", 1, 1, "DU1234567", 0)
    assert "No unlapsed position exists" in (await client.until_error(322))[4]


@fact("CAMPUS histogram: prices in rising order with what was traded there")
async def histogram(stage: Stage) -> None:
    stage.server.timeline.command("2026-11-18T18:30:00")
    client = await stage.client(11)
    client.send(88, 5, *contract_fields("AAPL"), 0, 1, "3 days")
    row = (await client.until_id(89))[-1]
    prices = [Decimal(price) for price in row[3::2]]
    assert len(prices) == len(row[4::2]) == int(row[2]) > 3
    assert prices == sorted(set(prices))
    assert all(int(size) > 0 for size in row[4::2])
    client.send(88, 6, *contract_fields("AAPL"), 0, 1, "soon")
    assert (await client.until_error(321))[2] == "6"


@fact("CAMPUS options: a volatility from a price (54) and the price from it again (55), as tick 53")
async def calculations(stage: Stage) -> None:
    client = await stage.client(11)
    options = stage.server.gateway.catalogue.options_on(265598)
    option = [row for row in options if row.strike == 230 and row.right == "C"][-1]
    contract = [option.con_id, *[""] * 6, "SMART", *[""] * 4]
    client.send(54, 3, 5, *contract, "9.5", "231.4", 0, "")
    level = (await client.until(lambda m: m[:3] == ["21", "5", "53"]))[4]
    client.send(55, 3, 6, *contract, level, "231.4", 0, "")
    assert abs(float((await client.until(lambda m: m[:3] == ["21", "6", "53"]))[6]) - 9.5) < 0.001
    client.send(54, 3, 7, *contract_fields("AAPL"), "9.5", "231.4", 0, "")
    assert (await client.until_error(321))[2] == "7"


@fact("CAMPUS pacing: with the rate enforced a message too many gets 100, the third time the connection ends")
async def pacing(stage: Stage) -> None:
    stage.server._actions.switch_on("pacing", {"rate": "5"})
    client = await stage.client(11)
    for _ in range(30):
        client.send(8, 1, 1)
    for _ in range(3):
        assert (await client.until_error(100))[4].startswith("Max rate of messages per second has been exceeded")
    assert await client.closed()
