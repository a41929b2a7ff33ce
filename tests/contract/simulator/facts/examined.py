"""What requests about contracts and the past get that name a contract otherwise, or ask for what cannot be."""

from decimal import Decimal
from itertools import pairwise

from tests.contract.simulator.facts.table import Stage, codes, contract_fields, fact, quote, ticks_of
from tests.support.raw_client import Message, RawClient, place_fields
from tws_console.simulator.clock import read_moment

NOW = "2026-11-20T15:00:00"
PAST = ["ESZ5", "ESH6", "ESM6", "ESU6"]


def _future(expiry: str = "", sec_type: str = "FUT", con_id: int = 0) -> list[object]:
    return [con_id, "ES" if not con_id else "", sec_type, expiry, "0.0", "", "", "CME", "", "", "", ""]


async def _details(client: RawClient, contract: list[object], expired: int = 0, *identifier: str) -> list[Message]:
    client.send(9, 8, 5, *contract, expired, *(identifier or ("", "")), "")
    return (await client.until_id(52))[:-1]


async def _refused(client: RawClient, *fields: object) -> Message:
    client.send(*fields)
    return (await client.until_id(4))[-1]


def _history(number: int, contract: list[object], **changes: object) -> list[object]:
    asked = {"expired": 0, "end": "", "size": "1 hour", "duration": "1 D", "kind": "TRADES", "style": 1} | changes
    head = [20, number, *contract, asked["expired"], asked["end"], asked["size"], asked["duration"]]
    return [*head, 1, asked["kind"], asked["style"], 0, ""]


@fact("CAMPUS contract object, includeExpired: futures that have expired are found when asked for, and only then")
async def expired(stage: Stage) -> None:
    stage.server.timeline.set(read_moment(NOW))
    client = await stage.client(11)
    listed = [row[9] for row in await _details(client, _future())]
    assert [row[9] for row in await _details(client, _future(), 1)] == [*PAST, *listed]
    [row] = await _details(client, _future("202603"), 1)
    assert (row[4], row[9]) == ("20260320", "ESH6")
    assert (await _refused(client, 9, 8, 6, *_future("202603"), 0, "", "", ""))[2:4] == ["6", "200"]


@fact("CAMPUS history: an expired future has bars up to its last day, and none after it")
async def bars_of_expired(stage: Stage) -> None:
    stage.server.timeline.set(read_moment(NOW))
    client = await stage.client(11)
    client.send(*_history(1, _future("202603"), expired=1, end="20260320-22:00:00", duration="3 D", size="1 day"))
    days = (await client.until_id(17))[-1][5::8]
    assert days == ["20260318", "20260319", "20260320"]
    client.send(*_history(2, _future("202603"), expired=1, duration="3 D", size="1 day"))
    assert (await client.until_error(162))[2] == "2"


@fact("IBX-cat 392: an order for a contract that has expired is refused")
async def order_for_expired(stage: Stage) -> None:
    stage.server.timeline.set(read_moment(NOW))
    client = await stage.client(11)
    [row] = await _details(client, _future("202603"), 1)
    order = place_fields(1, con_id=row[12], symbol="ES", exchange="CME", quantity=1, limit="6600")
    order[4] = "FUT"
    client.send(*order)
    assert (await client.until_error(392))[2] == "1"


@fact("user logs of ib_async: a stock is told with its ISIN, and found by it; userFRM/ibkr-dx: by CUSIP as well")
async def identifiers(stage: Stage) -> None:
    client = await stage.client(11)
    [row] = await _details(client, contract_fields("AAPL"))
    at = row.index("ISIN")
    assert row[at - 1 : at + 2] == ["1", "ISIN", "US0378331005"]
    anything: list[object] = [0, "", "STK", "", "0.0", "", "", "SMART", "", "USD", "", ""]
    for name in (("ISIN", "US0378331005"), ("CUSIP", "037833100")):
        [row] = await _details(client, anything, 0, *name)
        assert row[2] == "AAPL"
    refused = await _refused(client, 9, 8, 7, *anything, 0, "ISIN", "US0000000000", "")
    assert refused[2:4] == ["7", "200"]


@fact("CAMPUS contract details: the underlying of an option is named with its own type")
async def underlying(stage: Stage) -> None:
    client = await stage.client(11)
    option = [0, "AAPL", "OPT", "", "230", "C", "", "SMART", "", "USD", "", ""]
    row = (await _details(client, option))[0]
    assert ("AAPL", "STK") in pairwise(row)
    future_option = [0, "ES", "FOP", "", "0.0", "", "", "CME", "", "USD", "", ""]
    row = (await _details(client, future_option))[0]
    assert ("ES", "FUT") in pairwise(row[5:])


@fact("INS, scmhub/ibapi issue 9, userFRM/ibkr-dx: unknown types are refused with 321, so are BAG and CONTFUT at times")
async def types(stage: Stage) -> None:
    client = await stage.client(11)
    wrong = "Please enter a valid security type"
    error = await _refused(client, 9, 8, 5, *contract_fields("AAPL", sec_type="STOCK"), 0, "", "", "")
    assert error[2:4] == ["5", "321"]
    assert error[4].endswith(wrong)
    error = await _refused(client, 9, 8, 6, *contract_fields("AAPL", sec_type="BAG"), 0, "", "", "")
    assert error[3] == "321"
    assert error[4].endswith("'BAG' isn't supported for contract data request")
    error = await _refused(client, 1, 11, 7, *_future(sec_type="CONTFUT"), 0, "", 0, 0, "")
    assert error[2:4] == ["7", "321"]
    assert error[4].endswith(wrong)


@fact("userFRM/ibkr-dx: FUT+CONTFUT gives the months and, after them, the continuous contract")
async def both(stage: Stage) -> None:
    client = await stage.client(11)
    rows = await _details(client, _future(sec_type="FUT+CONTFUT"))
    assert [row[3] for row in rows] == ["FUT", "FUT", "FUT", "CONTFUT"]
    assert rows[-1][12] == rows[0][12]


@fact("deepentropy/ibx: what is wrong with a request for bars is told in the words of TWS")
async def bar_words(stage: Stage) -> None:
    client = await stage.client(11)
    apple = contract_fields("AAPL")
    told: dict[str, dict[str, object]] = {
        "When specifying a unit, historical data request duration format is integer{SPACE}unit (S|D|W|M|Y).": {
            "duration": "1 X"
        },
        "Historical data request duration not specified.": {"duration": ""},
        "Historical data requested duration is invalid.": {"duration": "0 D"},
        "Historical data request for greater than 86400 seconds rejected.": {"duration": "90000 S"},
        "What to show value of GOSSIP rejected.": {"kind": "GOSSIP"},
        "Date formatting selection of 9 rejected.": {"style": 9},
    }
    for number, (text, changes) in enumerate(told.items(), 1):
        error = await _refused(client, *_history(number, apple, **changes))
        assert (error[2:4], error[4].partition("cause - ")[2]) == ([str(number), "321"], text)
    error = await _refused(client, *_history(9, apple, end="yesterday"))
    assert error[2:4] == ["9", "10314"]


@fact("OLD historical bars: a duration without a unit is in seconds; deepentropy/ibx: units in either case")
async def units(stage: Stage) -> None:
    stage.server.timeline.set(read_moment(NOW))
    client = await stage.client(11)
    for number, duration in enumerate(("600", "600 s", "600 S"), 1):
        client.send(*_history(number, contract_fields("AAPL"), duration=duration, size="1 min"))
        assert (await client.until_id(17))[-1][4] == "10", duration


@fact("atreyu-backtrader-api issue 5: real-time bars of BID_ASK are refused with 321")
async def real_time_kind(stage: Stage) -> None:
    client = await stage.client(11)
    error = await _refused(client, 50, 3, 4, *contract_fields("AAPL"), 5, "BID_ASK", 1, "")
    assert error[2:4] == ["4", "321"]
    assert error[4].endswith("What to show field is missing or incorrect.")


@fact("IBX-cat 320: a request that cannot be read is answered under its own number")
async def unreadable(stage: Stage) -> None:
    client = await stage.client(11)
    assert (await _refused(client, 86, 31, 265598, "BRFG", "teatime", "", 5, ""))[2:4] == ["31", "320"]
    assert (await _refused(client, 62, 1, 32))[2:4] == ["32", "320"]
    past = [*contract_fields("AAPL"), 0, "teatime", "", 5, "TRADES", 1, 0, ""]
    assert (await _refused(client, 96, 33, *past))[2:4] == ["33", "320"]


@fact("ib_insync notebook tick_data: currency pairs are quoted, no trade and no volume of them is told")
async def pairs(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(1, 11, 3, 12087792, *[""] * 6, "IDEALPRO", *[""] * 4, 0, "", 1, 0, "")
    messages = await client.until_id(57)
    assert ticks_of(messages, 1) == {"1", "2", "6", "7", "9"}
    assert ticks_of(messages, 2) == {"0", "3"}
    quote(client, 4, snapshot=1)
    assert "4" in ticks_of(await client.until_id(57), 1)


@fact("CAMPUS P&L: a subscription that is made again is answered again")
async def profit_again(stage: Stage) -> None:
    client = await stage.client(11)
    [account] = stage.server.gateway.accounts.names()[:1]
    stage.server.gateway.accounts.transfer(account, stage.server.gateway.catalogue.contracts[265598], Decimal(10))
    for _ in range(2):
        client.send(94, 5, account, "", 265598)
        assert (await client.until_id(95))[-1][1] == "5"
    assert "320" not in codes(await client.settle())


def _scan(number: int, instrument: str, location: str, code: str, filters: str = "") -> list[object]:
    return [22, number, -1, instrument, location, code, *[""] * 13, 0, "", "", "", filters, ""]


@fact("TWS API samples, ScannerSubscriptionSamples: scans of its examples give rows of the market that is named")
async def sample_scans(stage: Stage) -> None:
    client = await stage.client(11)
    samples = {
        ("STK", "STK.US.MAJOR", "HOT_BY_VOLUME"): "USD",
        ("STOCK.EU", "STK.EU.IBIS", "TOP_PERC_GAIN"): "EUR",
        ("IND.US", "IND.US", "HIGH_OPT_VOLUME_PUT_CALL_RATIO"): "USD",
    }
    for number, (asked, currency) in enumerate(samples.items(), 1):
        client.send(*_scan(number, *asked))
        row = (await client.until_id(20))[-1]
        assert int(row[3]) > 0, asked
        assert set(row[12::16]) == {currency}, asked
        client.send(23, 1, number)
    client.send(*_scan(9, "STOCK.EU", "STK.EU.IBIS", "TOP_PERC_GAIN"))
    assert "AIR" not in (await client.until_id(20))[-1]


@fact("ib_insync notebook scanners: filters are named in the parameters, and hold")
async def scan_filters(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(24, 1)
    assert "<code>priceAbove</code>" in (await client.until_id(19))[-1][2]
    client.send(*_scan(1, "STK", "STK.US.MAJOR", "TOP_PERC_GAIN", "priceAbove=200;priceBelow=240;"))
    row = (await client.until_id(20))[-1]
    catalogue = stage.server.gateway.catalogue
    prices = [float(catalogue.contracts[int(con_id)].reference) for con_id in row[5::16]]
    assert prices
    assert all(190 < price < 250 for price in prices)
    error = await _refused(client, *_scan(2, "STK", "STK.US.MAJOR", "TOP_PERC_GAIN", "gossipAbove=1;"))
    assert error[2:4] == ["2", "162"]
