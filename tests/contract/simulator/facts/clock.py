"""Sessions, holidays and the days on which clocks change."""

from tests.contract.simulator.facts.table import Stage, contract_fields, fact, quote, ticks_of
from tests.support.raw_client import Message, RawClient


async def _details(client: RawClient, *contract: object) -> Message:
    client.send(9, 8, 5, *contract, 0, "", "", "")
    return (await client.until_id(52))[-2]


async def _liquid(stage: Stage, moment: str, *contract: object) -> list[str]:
    stage.server.timeline.command(moment)
    client = await stage.client(len(stage.server.gateway.sessions) + 1)
    return (await _details(client, *(contract or contract_fields("AAPL"))))[27].split(";")


@fact("NYSE holidays: Thanksgiving is closed, the day after it ends at 13:00, the weekend is closed")
async def thanksgiving(stage: Stage) -> None:
    assert await _liquid(stage, "2026-11-25T15:00:00") == [
        "20261125:0930-20261125:1600",
        "20261126:CLOSED",
        "20261127:0930-20261127:1300",
        "20261128:CLOSED",
        "20261129:CLOSED",
        "20261130:0930-20261130:1600",
    ]


@fact("NYSE holidays: a holiday on a Saturday is kept on Friday; Good Friday is closed here and in Europe")
async def other_holidays(stage: Stage) -> None:
    assert (await _liquid(stage, "2026-07-02T15:00:00"))[1:3] == ["20260703:CLOSED", "20260704:CLOSED"]
    assert (await _liquid(stage, "2026-04-02T12:00:00"))[1] == "20260403:CLOSED"
    europe = await _liquid(stage, "2026-04-02T12:00:00", 14204, *[""] * 11)
    assert (europe[1], europe[4]) == ("20260403:CLOSED", "20260406:CLOSED")


@fact("CAMPUS history: sessions follow the clocks of their zone over the change to summer time and back")
async def clock_change(stage: Stage) -> None:
    expected = {"2026-03-06": 1772807400, "2026-03-09": 1773063000, "2026-10-30": 1793367000, "2026-11-02": 1793629800}
    client = await stage.client(11)
    for number, (day, opening) in enumerate(expected.items(), 1):
        stage.server.timeline.command(f"{day}T20:00:00")
        client.send(20, number, *contract_fields("AAPL"), 0, "", "1 hour", "1 D", 1, "TRADES", 2, 0, "")
        row = await client.until(lambda m, n=str(number): m[:2] == ["17", n])  # type: ignore[misc]
        assert row[5] == str(opening), day


@fact("CAMPUS history: the bars of a shortened day end at 13:00, a holiday has none")
async def short_day(stage: Stage) -> None:
    stage.server.timeline.command("2026-11-28T20:00:00")
    client = await stage.client(11)
    client.send(20, 1, *contract_fields("AAPL"), 0, "", "1 day", "5 D", 1, "TRADES", 1, 0, "")
    row = await client.until(lambda m: m[0] == "17")
    assert row[5::8] == ["20261120", "20261123", "20261124", "20261125", "20261127"]
    client.send(20, 2, *contract_fields("AAPL"), 0, "", "1 hour", "1 D", 1, "TRADES", 1, 0, "")
    assert (await client.until(lambda m: m[0] == "17"))[-8] == "20261127 12:00:00 US/Eastern"


@fact("CAMPUS real-time bars: none while the market is closed, outside regular hours only where they are asked for")
async def closed_bars(stage: Stage) -> None:
    stage.server.timeline.command("2026-11-18T23:00:00")
    client = await stage.client(11)
    client.send(50, 3, 1, *contract_fields("AAPL"), 5, "TRADES", 1, "")
    client.send(50, 3, 2, *contract_fields("AAPL"), 5, "TRADES", 0, "")
    await client.settle()
    stage.server.timeline.command("+5")
    assert (await client.until_id(50))[-1][2] == "2"
    assert not [m for m in await client.settle() if m[:3] == ["50", "3", "1"]]


@fact("CAMPUS currentTime: seconds since 1970, of a clock that may run faster or stand still")
async def current_time(stage: Stage) -> None:
    client = await stage.client(11)
    stage.server.timeline.command("2026-11-18T23:00:00")
    client.send(49, 1)
    assert (await client.until_id(49))[-1] == ["49", "1", "1795042800"]
    stage.server.timeline.command("x1000")
    client.send(49, 1)
    first = int((await client.until_id(49))[-1][2])
    last = first
    while last == first:
        client.send(49, 1)
        last = int((await client.until_id(49))[-1][2])
    assert last > first >= 1795042800


@fact("same requests, same bytes: what is due after a move of the clock comes before the next answer")
async def pushed_at_once(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("clock", "2026-11-20T15:00:00")
    quote(client, 1)
    client.send(50, 3, 2, *contract_fields("AAPL"), 5, "TRADES", 1, "")
    await client.settle()
    for _ in range(20):
        await stage.ctl("clock", "+5")
        told = await client.settle()
        assert [m[2] for m in told if m[0] == "50"] == ["2"]
        assert "8" in ticks_of(told, 2)
