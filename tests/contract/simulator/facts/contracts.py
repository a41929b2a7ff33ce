"""What a contract is called, what is told of it, and how it is searched for."""

from decimal import Decimal

from tests.contract.simulator.facts.table import Stage, codes, contract_fields, fact
from tests.support.raw_client import Message, RawClient, place_fields


async def _details(client: RawClient, *contract: object) -> list[Message]:
    client.send(9, 8, 5, *contract, 0, "", "", "")
    return (await client.until_id(52))[:-1]


# Contract ids that many public programs name.
KNOWN = {
    "AAPL": 265598,
    "MSFT": 272093,
    "NVDA": 4815747,
    "TSLA": 76792991,
    "AMD": 4391,
    "SPY": 756733,
    "QQQ": 320227571,
    "META": 107113386,
    "AMZN": 3691937,
    "GOOGL": 208813719,
    "GOOG": 208813720,
    "IBM": 8314,
    "IWM": 9579970,
    "NFLX": 15124833,
}


@fact("IBKR contract search: the ids of well-known stocks")
async def known(stage: Stage) -> None:
    client = await stage.client(11)
    for symbol, con_id in KNOWN.items():
        [row] = await _details(client, *contract_fields(symbol))
        assert row[12] == str(con_id), symbol


@fact("IBKR contract search: the ids of indexes and currency pairs")
async def known_others(stage: Stage) -> None:
    contracts = stage.server.gateway.catalogue.contracts
    assert (contracts[416904].symbol, contracts[12087792].local_symbol) == ("SPX", "EUR.USD")
    pairs = {15016059: "USD.JPY", 12087797: "GBP.USD", 12087820: "USD.CHF", 12087817: "EUR.CHF", 12087807: "EUR.GBP"}
    pairs |= {39453441: "NZD.USD", 14433401: "AUD.USD", 15016062: "USD.CAD", 14321016: "EUR.JPY"}
    assert {con_id: contracts[con_id].local_symbol for con_id in pairs} == pairs
    others = {111767871: "IBUS500", 111987422: "IBDE40", 479624278: "BTC.USD", 495759171: "ETH.USD"}
    assert {con_id: contracts[con_id].local_symbol for con_id in others} == others


@fact("CAMPUS contracts: an id and an exchange are enough, an exchange where it is not listed is not (200)")
async def by_id(stage: Stage) -> None:
    client = await stage.client(11)
    [row] = await _details(client, 265598, *[""] * 6, "SMART", *[""] * 4)
    assert (row[2], row[7]) == ("AAPL", "SMART")
    client.send(9, 8, 6, 265598, *[""] * 6, "CME", *[""] * 4, 0, "", "", "")
    assert (await client.until_error(200))[2] == "6"


@fact("CAMPUS error codes: 478 where the description says otherwise than the id, in every request for data")
async def contradiction(stage: Stage) -> None:
    client = await stage.client(11)
    wrong = [265598, "MSFT", "STK", "", "0.0", "", "", "SMART", "", "USD", "", ""]
    client.send(9, 8, 5, *wrong, 0, "", "", "")
    error = await client.until_error(478)
    assert error[4].endswith("received by contract id: requested symbol MSFT, in contract AAPL;")
    client.send(1, 11, 6, *wrong, 0, "", 0, 0, "")
    client.send(20, 7, *wrong, 0, "", "1 hour", "1 D", 1, "TRADES", 1, 0, "")
    assert codes(await client.settle()) == ["478", "478"]


@fact("CAMPUS error codes: 478 for an order whose contract says otherwise than its id; nothing is booked")
async def contradicting_order(stage: Stage) -> None:
    client = await stage.client(11)
    for number, (place, said) in enumerate(((3, "MSFT"), (4, "CASH"), (11, "EUR"), (12, "AAPL1"), (13, "SCM")), 1):
        fields = place_fields(number, limit="100")
        fields[place] = said
        client.send(*fields)
        assert f" {said}, in contract " in (await client.until_error(478))[4]
    assert not stage.live()
    client.send(*place_fields(6, symbol="", limit="100"))
    await client.until_status(6, "Submitted")


@fact("user logs of 478: a month is no expiry when the id is given")
async def month_and_id(stage: Stage) -> None:
    client = await stage.client(11)
    future = (await _details(client, *contract_fields("ES", exchange="CME", sec_type="FUT")))[0]
    client.send(9, 8, 6, int(future[12]), "ES", "FUT", future[4][:6], "", "", "", "CME", "", "", "", "", 0, "", "", "")
    assert f"requested expiry {future[4][:6]}, in contract {future[4]};" in (await client.until_error(478))[4]
    [row] = await _details(client, 0, "ES", "FUT", future[4][:6], "", "", "", "CME", "", "USD", "", "")
    assert row[12] == future[12]


@fact("CAMPUS contracts: validExchanges and marketRuleIds are parallel lists; minTick is the smallest step anywhere")
async def parallel_lists(stage: Stage) -> None:
    client = await stage.client(11)
    steps: dict[str, Decimal] = {}
    for symbol in ("AAPL", "SNDL", "SPY"):
        [row] = await _details(client, *contract_fields(symbol))
        assert len(row[16].split(",")) == len(row[-6].split(","))
        for rule in set(row[-6].split(",")):
            client.send(91, rule)
            bands = (await client.until_id(93))[-1]
            steps[symbol] = min(Decimal(step) for step in bands[4::2])
        assert Decimal(row[13]) == steps[symbol]
    assert steps["SNDL"] < steps["AAPL"]


@fact("CAMPUS contracts: reqMarketRule gives bands of low edge and increment; an unknown rule is refused")
async def market_rule(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(91, 26)
    assert (await client.until_id(93))[-1] == ["93", "26", "1", "0", "0.01"]
    client.send(91, 999999)
    await client.until_error(321)


@fact("CAMPUS contracts: an ambiguous symbol gives every listing, then the end; the primary exchange tells them apart")
async def ambiguous(stage: Stage) -> None:
    client = await stage.client(11)
    assert len(await _details(client, *contract_fields("ABX"))) == 2
    [row] = await _details(client, 0, "ABX", "STK", "", "", "", "", "SMART", "NYSE", "USD", "", "")
    assert row[20] == "NYSE"
    client.send(1, 11, 6, *contract_fields("ABX"), 0, "", 0, 0, "")
    assert "The contract description specified for ABX is ambiguous" in (await client.until_error(200))[4]


@fact("CAMPUS contracts: ISLAND is the API's older name of NASDAQ")
async def island(stage: Stage) -> None:
    client = await stage.client(11)
    [row] = await _details(client, 0, "AAPL", "STK", "", "", "", "", "SMART", "ISLAND", "USD", "", "")
    assert row[12] == "265598"


@fact("CAMPUS error codes: 200 for a contract that does not exist")
async def unknown(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(9, 8, 5, *contract_fields("NOSUCH"), 0, "", "", "")
    error = await client.until_error(200)
    assert error[2:5] == ["5", "200", "No security definition has been found for the request"]


@fact("CAMPUS contracts: hours are sessions of days in the zone of the contract, CLOSED where there is none")
async def hours(stage: Stage) -> None:
    stage.server.timeline.command("2026-11-20T15:00:00")
    client = await stage.client(11)
    [row] = await _details(client, *contract_fields("AAPL"))
    assert row[25] == "US/Eastern"
    assert row[26].split(";")[:2] == ["20261120:0400-20261120:2000", "20261121:CLOSED"]
    assert row[27].split(";")[:2] == ["20261120:0930-20261120:1600", "20261121:CLOSED"]
    [bourse] = await _details(client, 14204, *[""] * 11)
    assert (bourse[25], bourse[27].split(";")[0]) == ("MET", "20261120:0900-20261120:1730")


@fact("CAMPUS contracts: order types and attributes are one list; an index takes no orders")
async def order_types(stage: Stage) -> None:
    client = await stage.client(11)
    [row] = await _details(client, *contract_fields("AAPL"))
    assert {"LMT", "MKT", "STP", "TRAIL", "GTD", "IOC", "OPG", "AON", "ICE", "HID", "WHATIF"} <= set(row[15].split(","))
    [index] = await _details(client, 416904, *[""] * 11)
    assert index[15] == ""


for _version, _width in ((157, 41), (163, 42), (164, 42), (178, 42)):

    @fact(f"ib_async decoder: contractDetails with an ISIN have {_width} fields at {_version}, three sizes from 164 on")
    async def sizes(stage: Stage, version: int = _version, width: int = _width) -> None:
        client = await stage.client(11, f"v157..{version}")
        [row] = await _details(client, *contract_fields("AAPL"))
        assert len(row) == width
        if version >= 164:
            assert row[-3:] == ["1", "1", "100"]


@fact("CAMPUS contracts: a search gives at most 16 rows, by the beginning of the symbol or of a word of the name")
async def search(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(81, 7, "A")
    row = (await client.until_id(79))[-1]
    assert 1 <= int(row[2]) <= 16
    client.send(81, 8, "tesla")
    assert (await client.until_id(79))[-1][1:6] == ["8", "1", "76792991", "TSLA", "STK"]
    client.send(81, 9, "nosuchname")
    assert (await client.until_id(79))[-1] == ["79", "9", "0"]


@fact("CAMPUS contracts: a search row names the types of derivatives that there are")
async def derivatives(stage: Stage) -> None:
    client = await stage.client(11)
    for number, (name, kinds) in enumerate({"AAPL": ["CFD", "OPT"], "SPY": ["OPT"], "GME": []}.items()):
        client.send(81, number, name)
        row = (await client.until_id(79))[-1]
        assert row[8 : 9 + len(kinds)] == [str(len(kinds)), *kinds]


@fact("ib_async decoder: a search row has the description and the issuer's id from server version 176 on")
async def search_rows(stage: Stage) -> None:
    for client_id, version, width in ((11, 157, 9), (12, 176, 11)):
        client = await stage.client(client_id, f"v157..{version}")
        client.send(81, 8, "tesla")
        row = (await client.until_id(79))[-1]
        derivatives = int(row[8])
        assert len(row) == width + derivatives


@fact("CAMPUS options: expirations and strikes of an exchange, of which not every pair need exist")
async def chain(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(78, 1, "AAPL", "", "STK", 265598)
    rows = (await client.until_id(76))[:-1]
    smart = next(m for m in rows if m[2] == "SMART")
    count = int(smart[6])
    assert (smart[3:6], len(smart)) == (["265598", "AAPL", "100"], 8 + count + int(smart[7 + count]))
    assert smart[7 : 7 + count] == sorted(smart[7 : 7 + count])


@fact("CAMPUS options: an incomplete description gives every option that fits")
async def incomplete(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(78, 1, "AAPL", "", "STK", 265598)
    expiry = (await client.until_id(76))[0][7]
    rows = await _details(client, 0, "AAPL", "OPT", expiry, "", "C", "", "SMART", "", "USD", "", "")
    assert len(rows) == 25
    assert {(m[4], m[6]) for m in rows} == {(expiry, "C")}


@fact("CAMPUS contracts: bonds have a row of their own kind (18)")
async def bond(stage: Stage) -> None:
    client = await stage.client(11)
    rows = await _details(client, 910000001, *[""] * 11)
    assert [m[0] for m in rows] == ["18"]


@fact("CAMPUS contracts: the continuous future is the first of its series, under its own type")
async def continuous(stage: Stage) -> None:
    client = await stage.client(11)
    futures = await _details(client, *contract_fields("ES", exchange="CME", sec_type="FUT"))
    [row] = await _details(client, *contract_fields("ES", exchange="CME", sec_type="CONTFUT"))
    assert (row[3], row[12]) == ("CONTFUT", min(futures, key=lambda m: m[4])[12])
