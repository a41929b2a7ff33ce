"""Quotes, ticks, depth: what is sent, in which order, and what is refused."""

from tests.contract.simulator.facts.table import Stage, codes, contract_fields, fact, quote, ticks_of
from tws_console.simulator.lines import MAX_LINES


@fact("CAMPUS market data: tickReqParams first, marketDataType next, then the ticks")
async def ticks(stage: Stage) -> None:
    client = await stage.client(11)
    quote(client, 6)
    told = await client.settle()
    assert [m[0] for m in told[:2]] == ["81", "58"]
    assert told[0][2:] == ["0.01", "9c0001", "3"]
    assert {"1", "2", "4", "6", "7", "9", "14"} == ticks_of(told, 1)
    assert {"0", "3", "5", "8"} == ticks_of(told, 2)


@fact("CAMPUS tick types: the time of the last trade (45) and that trading is not halted (49) come unasked")
async def standing_ticks(stage: Stage) -> None:
    client = await stage.client(11)
    quote(client, 6)
    told = await client.settle()
    assert [m[4] for m in told if m[0] == "45" and m[3] == "49"] == ["0"]
    assert [len(m[4]) for m in told if m[0] == "46" and m[3] == "45"] == [10]


@fact("CAMPUS market data: delayed data comes with 10167, type 3 and tick ids from 66 on, a snapshot ends with 57")
async def delayed(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(59, 1, 3)
    quote(client, 6, "XOM", snapshot=1)
    told = await client.until_id(57)
    assert codes(told) == ["10167"]
    assert ["58", "1", "6", "3"] in told
    assert {"66", "67", "68"} <= ticks_of(told, 1)
    assert ticks_of(told, 45) == {"90"}


@fact("CAMPUS market data: asking for delayed data gives live data where there is a subscription for it")
async def delayed_where_live(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(59, 1, 3)
    quote(client, 6)
    assert ["58", "1", "6", "1"] in await client.settle()


@fact("ibkr-go, rust-ibapi 677: data flows on after the advisory 10167")
async def after_the_advice(stage: Stage) -> None:
    stage.server.timeline.command("2026-11-18T15:30:00")
    client = await stage.client(11)
    client.send(59, 1, 3)
    quote(client, 6, "XOM")
    await client.settle()
    stage.server.timeline.command("+60")
    await client.until(lambda m: m[0] == "2" and m[3] == "74")


@fact("ibkr-go 10089: a stock of the United States without a subscription is refused, with the market's name")
async def not_for_the_api(stage: Stage) -> None:
    client = await stage.client(11)
    quote(client, 6, "XOM")
    error = await client.until_error(10089)
    assert error[2] == "6"
    assert error[4].endswith("Delayed market data is available.XOM NYSE/TOP/ALL")
    assert await client.settle() == []


@fact("CAMPUS error codes: 354 for quotes of another market without a subscription, and no data")
async def not_subscribed(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(1, 11, 6, 56986772, *[""] * 11, 0, "", 0, 0, "")
    assert (await client.until_error(354))[2] == "6"
    assert await client.settle() == []


@fact("CAMPUS error codes: 10090 where generic ticks are missing from delayed data")
async def partly_subscribed(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(59, 1, 3)
    quote(client, 6, "XOM", "233")
    assert codes(await client.settle()) == ["10167", "10090"]


@fact("CAMPUS market data: frozen quotes are those of the close, type 2, and stand still")
async def frozen(stage: Stage) -> None:
    stage.server.timeline.command("2026-11-21T15:00:00")
    client = await stage.client(11)
    client.send(59, 1, 2)
    quote(client, 6)
    assert ["58", "1", "6", "2"] in await client.settle()
    client.send(59, 1, 4)
    quote(client, 7, "XOM")
    assert ["58", "1", "7", "4"] in await client.settle()
    stage.server.timeline.command("+60")
    assert await client.settle() == []


@fact("IBX-cat 321: a market data type that does not exist")
async def no_such_type(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(59, 1, 7)
    await client.until_error(321)


@fact("CAMPUS: a regulatory snapshot needs no subscription in the United States, and ends with 57")
async def regulatory(stage: Stage) -> None:
    client = await stage.client(11)
    quote(client, 6, "XOM", snapshot=0, regulatory=1)
    told = await client.until_id(57)
    assert codes(told) == []
    assert {"1", "2"} <= ticks_of(told, 1)


@fact("deepentropy/ibx 321: the refusal of a generic tick list names the legal ones")
async def illegal_list(stage: Stage) -> None:
    client = await stage.client(11)
    quote(client, 6, "AAPL", "mdoff,292:")
    assert (
        "Incorrect generic tick list of mdoff,292:.  Legal ones for (STK) are: 100("
        in (await client.until_error(321))[4]
    )


@fact("user logs of 321: a snapshot takes no generic ticks")
async def snapshot_of_generic(stage: Stage) -> None:
    client = await stage.client(11)
    quote(client, 6, "AAPL", "233", snapshot=1)
    assert "not applicable to generic ticks" in (await client.until_error(321))[4]


GENERIC = {
    "100": {(2, "29"), (2, "30")},
    "101": {(2, "27"), (2, "28")},
    "104": {(45, "23")},
    "105": {(2, "87")},
    "106": {(45, "24")},
    "165": {(1, "15"), (1, "16"), (1, "17"), (1, "18"), (1, "19"), (1, "20"), (2, "21")},
    "225": {(2, "34"), (1, "35"), (2, "36"), (2, "61")},
    "232": {(1, "37")},
    "233": {(46, "48")},
    "236": {(45, "46"), (2, "89")},
    "293": {(45, "54")},
    "294": {(45, "55")},
    "295": {(45, "56")},
    "318": {(1, "57")},
    "375": {(46, "77")},
    "411": {(45, "58")},
    "456": {(46, "59")},
    "595": {(2, "63"), (2, "64"), (2, "65")},
}


@fact("CAMPUS tick types: each generic tick brings its own ticks, whatever else is asked for")
async def generic(stage: Stage) -> None:
    stage.server.timeline.command("2026-11-18T15:30:00")
    client = await stage.client(11)
    quote(client, 1)
    plain = {(int(m[0]), m[3]) for m in await client.settle() if m[0] in ("1", "2", "45", "46")}
    for at, (number, expected) in enumerate(GENERIC.items(), 2):
        quote(client, at, "AAPL", number)
        told = {(int(m[0]), m[3]) for m in await client.settle() if m[0] in ("1", "2", "45", "46") and m[2] == str(at)}
        assert told - plain == expected, number


@fact("CAMPUS tick types: RTVolume is price, size, time in milliseconds, volume, average and a flag")
async def real_time_volume(stage: Stage) -> None:
    client = await stage.client(11)
    quote(client, 6, "AAPL", "233")
    row = (await client.until(lambda m: m[0] == "46" and m[3] == "48"))[4].split(";")
    assert [len(row), row[5], len(row[2])] == [6, "true", 13]
    assert float(row[0]) > 0


@fact("CAMPUS market data: 100 lines for all clients together, then 101; one listing is one line")
async def lines(stage: Stage) -> None:
    first, second = await stage.client(11), await stage.client(12)
    options = stage.server.gateway.catalogue.options_on(265598)[: MAX_LINES + 1]
    for number, option in enumerate(options[:60]):
        first.send(1, 11, number, option.con_id, *[""] * 11, 0, "", 0, 0, "")
    for number, option in enumerate(options[60:MAX_LINES]):
        second.send(1, 11, number, option.con_id, *[""] * 11, 0, "", 0, 0, "")
    assert codes(await first.settle()) == codes(await second.settle()) == []
    first.send(1, 11, 500, options[70].con_id, *[""] * 11, 0, "", 0, 0, "")
    assert codes(await first.settle()) == []
    first.send(1, 11, 501, options[-1].con_id, *[""] * 11, 0, "", 0, 0, "")
    assert (await first.until_error(101))[2] == "501"


@fact("IBX-cat 322: a ticker id that is in use")
async def duplicate(stage: Stage) -> None:
    client = await stage.client(11)
    quote(client, 6)
    quote(client, 6)
    assert "Duplicate ticker id" in (await client.until_error(322))[4]


@fact("IBX-cat 300: a cancel of market data that is not there")
async def cancel_of_nothing(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(2, 2, 77)
    await client.until_error(300)


@fact("CAMPUS market data: an index has neither quotes nor volume")
async def index(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(1, 11, 2, 416904, *[""] * 11, 0, "", 0, 0, "")
    told = await client.settle()
    assert ticks_of(told, 1) == {"4", "6", "7", "9", "14"}
    assert ticks_of(told, 2) == set()


@fact("CAMPUS tick types: an option has computations from bid, ask, last and model, of twelve fields")
async def greeks(stage: Stage) -> None:
    client = await stage.client(11)
    option = stage.server.gateway.catalogue.options_on(265598)[20]
    client.send(1, 11, 2, option.con_id, *[""] * 11, 0, "", 0, 0, "")
    told = [m for m in await client.settle() if m[0] == "21"]
    assert {m[2] for m in told} == {"10", "11", "12", "13"}
    assert {len(m) for m in told} == {12}


def _depth(symbol: str, exchange: str, smart: int) -> list[object]:
    return [*contract_fields(symbol, exchange=exchange), 5, smart, ""]


@fact("CAMPUS market depth: three books at a time, then 309; a second cancel gets 310")
async def books(stage: Stage) -> None:
    client = await stage.client(11)
    for number in range(1, 5):
        client.send(10, 5, number, *_depth("AAPL", "SMART", 1))
    assert (await client.until_error(309))[2] == "4"
    client.send(11, 1, 1, 1)
    client.send(11, 1, 1, 1)
    assert (await client.until_error(310))[2] == "1"


@fact("CAMPUS market depth: SMART depth names the market makers, after 2152 with the permissions")
async def smart_depth(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(10, 5, 1, *_depth("AAPL", "SMART", 1))
    told = await client.settle()
    assert codes(told) == ["2152"]
    assert {len(m) for m in told if m[0] == "13"} == {10}
    assert "" not in {m[4] for m in told if m[0] == "13"}


@fact("ibkr-go 10092: no book of a stock at SMART without smart depth; an exchange has one, and rows without makers")
async def direct_depth(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(10, 5, 1, *_depth("AAPL", "SMART", 0))
    await client.until_error(10092)
    client.send(10, 5, 2, *_depth("AAPL", "ISLAND", 0))
    told = await client.settle()
    assert {m[0] for m in told} == {"12"}
    assert [m[5] for m in told] == ["0"] * 5 + ["1"] * 5


@fact("CAMPUS market depth: without a subscription 354; exchanges with depth are told (80), and SMART's letters (82)")
async def depth_permissions(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(10, 5, 1, *_depth("XOM", "SMART", 1))
    assert (await client.until_error(354))[2] == "1"
    client.send(82)
    assert len((await client.until_id(80))[-1]) == 2 + 5 * 7
    client.send(83, 2, "9c0001")
    row = (await client.until_id(82))[-1]
    assert row[:3] == ["82", "2", "8"]
    assert row[3:6] == ["0", "NASDAQ", "A"]
