"""The past, streams of bars and ticks, scanners, news: forms, limits and the words of refusals."""

from tests.contract.simulator.facts.table import Stage, codes, contract_fields, fact
from tests.support.raw_client import Message, RawClient
from tws_console.simulator.lines import MAX_LINES

AAPL = contract_fields("AAPL")
HMDS = "Historical Market Data Service error message:"
NOON = "2026-11-18T17:00:00"


def _bars(
    client: RawClient, request_id: int, size: str = "5 mins", duration: str = "1 D", kind: str = "TRADES",
    contract: list[object] | None = None, end: str = "", live: int = 0, style: int = 1, liquid: int = 1,
) -> None:  # fmt: skip
    client.send(20, request_id, *(contract or AAPL), 0, end, size, duration, liquid, kind, style, live, "")


def _rows(message: Message) -> list[Message]:
    cells = message[5:]
    return [cells[at : at + 8] for at in range(0, len(cells), 8)]


async def _told(client: RawClient, request_id: int) -> list[Message]:
    return _rows(await client.until(lambda m: m[:2] == ["17", str(request_id)]))


async def _refusal(client: RawClient, request_id: int) -> Message:
    return await client.until(lambda m: m[0] == "4" and m[2] == str(request_id))


# --- pacing ---------------------------------------------------------------------------------------------------------


@fact("CAMPUS history: no identical request for bars of 30 seconds and less within 15 seconds")
async def identical(stage: Stage) -> None:
    client = await stage.client(11)
    _bars(client, 1, "30 secs", "600 S")
    await _told(client, 1)
    _bars(client, 2, "30 secs", "600 S")
    assert (await _refusal(client, 2))[3:5] == ["162", f"{HMDS}Historical data request pacing violation"]
    for number in (3, 4):
        _bars(client, number, "1 min", "600 S")
        await _told(client, number)


@fact(
    "CAMPUS history: fewer than six requests for one contract, exchange and kind in two seconds, BID_ASK counts twice"
)
async def burst(stage: Stage) -> None:
    client = await stage.client(11)
    for number in range(1, 6):
        _bars(client, number, "10 secs", f"{number * 60} S")
        await _told(client, number)
    _bars(client, 6, "10 secs", "900 S")
    assert (await _refusal(client, 6))[3] == "162"
    _bars(client, 10, "10 secs", "60 S", "BID_ASK")
    await _told(client, 10)
    _bars(client, 11, "10 secs", "120 S", "BID_ASK")
    await _told(client, 11)
    _bars(client, 12, "10 secs", "180 S", "BID_ASK")
    assert (await _refusal(client, 12))[3] == "162"


@fact("CAMPUS history: not more than 60 requests for small bars in ten minutes")
async def ten_minutes(stage: Stage) -> None:
    client = await stage.client(11)
    listed = [row for row in stage.server.gateway.catalogue.listed if row.sec_type == "STK" and row.entitled][:16]
    at = 0
    for duration in range(60, 300, 60):
        for row in listed[:15]:
            at += 1
            _bars(client, at, "10 secs", f"{duration} S", contract=[row.con_id, *[""] * 11])
            await _told(client, at)
    _bars(client, 99, "10 secs", "60 S", contract=[listed[15].con_id, *[""] * 11])
    assert "pacing violation" in (await _refusal(client, 99))[4]


@fact("CAMPUS history: 50 requests at a time, those kept up to date counted")
async def open_requests(stage: Stage) -> None:
    client = await stage.client(11)
    for number in range(50):
        _bars(client, number, "1 hour", "2 D", live=1)
        await _told(client, number)
    _bars(client, 50, "1 hour", "2 D")
    assert "simultaneous API historical data requests" in (await _refusal(client, 50))[4]


@fact("CAMPUS real-time bars: not more than 60 new ones in ten minutes, then 420")
async def new_streams(stage: Stage) -> None:
    client = await stage.client(11)
    for number in range(61):
        client.send(50, 3, number, *AAPL, 5, "TRADES", 1, "")
        client.send(51, 1, number)
    error = await client.until_error(420)
    assert error[2] == "60"
    assert error[4] == "Invalid Real-time Query:Historical data request pacing violation"


@fact("CAMPUS real-time bars: each takes a market data line; 456 and 101 when none is left")
async def lines(stage: Stage) -> None:
    client = await stage.client(11)
    options = stage.server.gateway.catalogue.options_on(265598)
    for number, option in enumerate(options[: MAX_LINES - 1]):
        client.send(1, 11, number, option.con_id, *[""] * 11, 0, "", 0, 0, "")
    client.send(50, 3, 500, *AAPL, 5, "TRADES", 1, "")
    assert codes(await client.settle()) == []
    client.send(50, 3, 501, *AAPL, 5, "BID", 1, "")
    client.send(1, 11, 502, *contract_fields("MSFT"), 0, "", 0, 0, "")
    assert codes(await client.settle()) == ["456", "101"]


# --- forms ----------------------------------------------------------------------------------------------------------


@fact("CAMPUS history: dates in the contract's zone (1), seconds (2), without the year (3); days are dates always")
async def date_forms(stage: Stage) -> None:
    stage.server.timeline.command(NOON)
    client = await stage.client(11)
    forms = {1: "20261118 09:30:00 US/Eastern", 2: "1795012200", 3: "1118 09:30:00 US/Eastern"}
    for style, written in forms.items():
        _bars(client, style, "1 hour", "1 D", style=style)
        assert (await _told(client, style))[0][0] == written
    _bars(client, 9, "1 day", "2 D", style=2)
    assert [row[0] for row in await _told(client, 9)] == ["20261117", "20261118"]


@fact("ib_async util: before server version 174 times have two blanks and no zone")
async def old_dates(stage: Stage) -> None:
    stage.server.timeline.command(NOON)
    client = await stage.client(11, "v157..157")
    _bars(client, 1, "1 hour", "1 D")
    assert (await _told(client, 1))[0][0] == "20261118  09:30:00"


@fact("CAMPUS history: useRTH leaves out what was traded before and after the regular hours")
async def regular_hours(stage: Stage) -> None:
    stage.server.timeline.command("2026-11-19T03:00:00")
    client = await stage.client(11)
    _bars(client, 1, "1 hour", "1 D", liquid=1)
    _bars(client, 2, "1 hour", "1 D", liquid=0)
    assert (await _told(client, 1))[0][0] == "20261118 09:30:00 US/Eastern"
    assert (await _told(client, 2))[0][0] == "20261118 04:00:00 US/Eastern"


@fact("CAMPUS history: bars of quotes have no volume, average and count: -1")
async def quote_bars(stage: Stage) -> None:
    client = await stage.client(11)
    for number, kind in enumerate(("MIDPOINT", "BID", "ASK", "BID_ASK"), 1):
        _bars(client, number, "1 hour", "2 D", kind)
        assert {(row[5], row[6], row[7]) for row in await _told(client, number)} == {("-1", "-1", "-1")}


@fact("CAMPUS history: kept up to date, the bar that forms comes again every five seconds (90)")
async def kept_up_to_date(stage: Stage) -> None:
    stage.server.timeline.command(NOON)
    client = await stage.client(11)
    _bars(client, 1, "1 min", "3600 S", live=1)
    await _told(client, 1)
    for _ in range(2):
        stage.server.timeline.command("+5")
        update = (await client.until_id(90))[-1]
        assert [len(update), update[3]] == [10, "20261118 12:00:00 US/Eastern"]
    stage.server.timeline.command("+60")
    assert (await client.until_id(90))[-1][3] == "20261118 12:01:00 US/Eastern"


@fact("CAMPUS history: kept up to date are trades, midpoint, bid and ask only, and without an end")
async def not_kept(stage: Stage) -> None:
    client = await stage.client(11)
    _bars(client, 1, "1 min", "3600 S", "BID_ASK", live=1)
    _bars(client, 2, "1 min", "3600 S", end="20261118-17:00:00", live=1)
    assert codes(await client.settle()) == ["321", "321"]


@fact("IBX-cat 10182: bars that are kept up to date end when data were lost with the link")
async def lost_updates(stage: Stage) -> None:
    client = await stage.client(11)
    _bars(client, 1, "1 min", "3600 S", live=1)
    await _told(client, 1)
    stage.server._actions.switch_on("1101", {})
    assert (await client.until_error(10182))[2] == "1"


@fact("CAMPUS history: the schedule has sessions without prices (106), its size must be a day")
async def schedule(stage: Stage) -> None:
    stage.server.timeline.command(NOON)
    client = await stage.client(11)
    _bars(client, 1, "1 day", "3 D", "SCHEDULE")
    row = (await client.until_id(106))[-1]
    assert row[4:9] == ["US/Eastern", "3", "20261116-09:30:00", "20261116-16:00:00", "20261116"]
    _bars(client, 2, "1 hour", "3 D", "SCHEDULE")
    assert (await _refusal(client, 2))[3] == "321"


@fact("CAMPUS history: the earliest time is UTC with a dash (1) or seconds (2); of a pair there are no trades")
async def head(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(87, 1, *AAPL, 0, 1, "TRADES", 1)
    assert (await client.until_id(88))[-1] == ["88", "1", "20080306-14:30:00"]
    client.send(87, 2, *AAPL, 0, 1, "TRADES", 2)
    assert (await client.until_id(88))[-1] == ["88", "2", "1204813800"]
    client.send(87, 3, 12087792, *[""] * 6, "IDEALPRO", *[""] * 4, 0, 1, "TRADES", 1)
    assert (await client.until_error(162))[2] == "3"


# --- limits and refusals --------------------------------------------------------------------------------------------


@fact("CAMPUS history: bars of one second reach back 2000 S and no days")
async def one_second(stage: Stage) -> None:
    client = await stage.client(11)
    _bars(client, 1, "1 secs", "2000 S", end="20261118-17:00:00")
    assert len(await _told(client, 1)) == 2000
    for number, duration in ((2, "2001 S"), (3, "1 D")):
        _bars(client, number, "1 secs", duration)
        assert (await _refusal(client, number))[3:5] == ["162", f"{HMDS}Time length exceed max."]


@fact("CAMPUS history, deepentropy/ibx: at most 86400 S, 365 D, 52 W, 12 M, 68 Y; more is refused in words")
async def longest(stage: Stage) -> None:
    client = await stage.client(11)
    for number, duration in enumerate(("86401 S", "366 D", "53 W", "13 M", "69 Y"), 1):
        _bars(client, number, "1 day", duration)
        error = await _refusal(client, number)
        words = "greater than 86400 seconds rejected" if duration.endswith("S") else "must be made in years"
        assert (error[3], words in error[4]) == ("321", True), duration


@fact("CAMPUS history: sizes, kinds and durations that do not exist are refused with 321")
async def no_such_bars(stage: Stage) -> None:
    client = await stage.client(11)
    _bars(client, 1, "7 mins")
    assert "Legal ones are: 1 secs, 5 secs" in (await _refusal(client, 1))[4]
    _bars(client, 2, kind="GOSSIP")
    _bars(client, 3, duration="3 X")
    assert codes(await client.settle()) == ["321", "321"]


@fact("ibkr-go, user logs: the words of 162, for no data, no permission, no such history, a cancel")
async def words(stage: Stage) -> None:
    client = await stage.client(11)
    _bars(client, 1, end="19700105-16:00:00")
    assert (await _refusal(client, 1))[4] == f"{HMDS}HMDS query returned no data: AAPL@SMART Trades"
    _bars(client, 2, contract=contract_fields("XOM"))
    assert (await _refusal(client, 2))[4] == f"{HMDS}No market data permissions for NYSE STK"
    _bars(client, 3, contract=[12087792, *[""] * 6, "IDEALPRO", *[""] * 4])
    assert "No historical market data for EUR/CASH@IDEALPRO" in (await _refusal(client, 3))[4]
    _bars(client, 4, live=1)
    await _told(client, 4)
    client.send(25, 1, 4)
    assert (await _refusal(client, 4))[4] == f"{HMDS}API historical data query cancelled: 4"


@fact("IBX-cat 366: no historical query under this number; 386 comes as 322: the number is in use")
async def numbers(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(25, 1, 9)
    assert (await client.until_error(366))[2] == "9"
    for _ in range(2):
        _bars(client, 1, live=1)
    assert "Duplicate ticker ID" in (await client.until_error(322))[4]


@fact("CAMPUS error codes: 2174 warns of an end without a time zone, and the bars come")
async def no_zone(stage: Stage) -> None:
    client = await stage.client(11)
    for number, end in enumerate(("20261118-17:00:00", "20261118 12:00:00 US/Eastern"), 1):
        _bars(client, number, end=end)
        assert codes(await client.settle()) == []
    _bars(client, 3, end="20261118 12:00:00")
    assert (await client.until_error(2174))[2] == "3"
    await _told(client, 3)


@fact("CAMPUS history: a continuous future has history up to now only (10339)")
async def continuous(stage: Stage) -> None:
    client = await stage.client(11)
    series = contract_fields("ES", exchange="CME", sec_type="CONTFUT")
    _bars(client, 1, contract=series)
    await _told(client, 1)
    _bars(client, 2, contract=series, end="20261118-17:00:00")
    assert (await _refusal(client, 2))[3] == "10339"


@fact("CAMPUS past ticks: 10187 without a beginning or an end, or with both; 1000 at most")
async def past_ticks(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(96, 1, *AAPL, 0, "", "", 50, "TRADES", 1, 0, "")
    client.send(96, 2, *AAPL, 0, "20261118-15:00:00", "20261118-16:00:00", 50, "TRADES", 1, 0, "")
    client.send(96, 3, *AAPL, 0, "20261118-15:00:00", "", 1001, "TRADES", 1, 0, "")
    assert codes(await client.settle()) == ["10187"] * 3
    for message, kind, width in ((96, "MIDPOINT", 4), (97, "BID_ASK", 6), (98, "TRADES", 6)):
        client.send(96, message, *AAPL, 0, "20261118-15:00:00", "", 7, kind, 1, 0, "")
        row = (await client.until_id(message))[-1]
        assert (row[2], len(row), row[-1]) == ("7", 3 + 7 * width + 1, "1")


@fact("IBX-cat 10189 and 10190: tick by tick for what has none, and more than three of them")
async def tick_by_tick(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(97, 1, 12087792, *[""] * 6, "IDEALPRO", *[""] * 4, "Last", 0, 0)
    assert (await client.until_error(10189))[2] == "1"
    for number in range(2, 6):
        client.send(97, number, *AAPL, "BidAsk", 0, 0)
    assert (await client.until_error(10190))[2] == "5"


@fact(
    "CAMPUS scanner: 492 where subscriptions are missing; a cancel ends with 162, of nothing with 365; 322 when in use"
)
async def scanner(stage: Stage) -> None:
    client = await stage.client(11)
    for _ in range(2):
        client.send(22, 1, 5, "STK", "STK.US.MAJOR", "MOST_ACTIVE", *[""] * 17)
    told = await client.settle()
    assert codes(told) == ["492", "322"]
    assert len(next(m for m in told if m[0] == "20")) == 4 + 5 * 16
    client.send(23, 1, 1)
    client.send(23, 1, 1)
    assert codes(await client.settle()) == ["162", "365"]


@fact("CAMPUS news: headlines newest first and whether there are more; an article of a provider, 10172 for none")
async def news(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(86, 1, 265598, "BRFG+DJNL", "", "", 3, "")
    told = await client.until_id(87)
    times = [m[2] for m in told[:-1]]
    assert times == sorted(times, reverse=True)
    assert told[-1] == ["87", "1", "1"]
    client.send(84, 2, told[0][3], told[0][4], "")
    assert len((await client.until_id(83))[-1]) == 4
    client.send(84, 3, "BRFG", "nothing", "")
    assert (await client.until_error(10172))[2] == "3"
