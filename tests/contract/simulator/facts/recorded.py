"""Rows compared field by field with frames that wboayue/rust-ibapi recorded of real Gateways (its order tests)."""

from decimal import Decimal

from tests.contract.simulator.facts.table import Stage, fact, listed, resting
from tests.support.open_order import read_completed_order, read_open_order
from tests.support.order_fields import order_fields
from tests.support.raw_client import Message, RawClient, place_fields

UNSET = "1.7976931348623157E308"
UNSET_INTEGER = "2147483647"


async def _filled(client: RawClient, number: int = 1, **terms: object) -> dict[str, Message]:
    """Fill an order; its last messages by their numbers."""
    client.send(*place_fields(number, **({"order_type": "MKT", "quantity": 10} | terms)))  # type: ignore[arg-type]
    await client.until_id(59)
    return {m[0]: m for m in client.received}


async def _completed(client: RawClient) -> list[dict[str, str]]:
    client.send(99, 0)
    return [read_completed_order(m) for m in await client.until_id(102) if m[0] == "101"]


@fact("rust-ibapi place_order: an execution names the venue as the exchange of its contract, and a stock has no right")
async def execution_contract(stage: Stage) -> None:
    row = (await _filled(await stage.client(11)))["11"]
    right, exchange, venue = row[8], row[10], row[17]
    assert (right, exchange) == ("", venue)
    assert venue != "SMART"


@fact("rust-ibapi place_order: an order that takes liquidity is executed with lastLiquidity 2, one that rested with 1")
async def liquidity(stage: Stage) -> None:
    client = await stage.client(11)
    taken = (await _filled(client))["11"]
    await resting(client, 2)
    await stage.ctl("price", "AAPL", "199")
    rested = (await client.until_id(11))[-1]
    assert (taken[30], rested[30]) == ("2", "1")


@fact("ibkr-go api_order_fill: an option trades at one of its exchanges as well, not at SMART")
async def option_venue(stage: Stage) -> None:
    client = await stage.client(11)
    option = next(c for c in stage.server.gateway.catalogue.contracts.values() if c.sec_type == "OPT")
    client.send(
        *order_fields(1, con_id=option.con_id, symbol=option.symbol, sec_type="OPT", order_type="MKT", quantity=1)
    )
    row = (await client.until_id(11))[-1]
    assert row[10] == row[17]
    assert row[17] in set(option.exchanges) - {"SMART"}


@fact("CAMPUS order placement: an order that names an exchange trades there, and a European stock in Europe")
async def directed_venue(stage: Stage) -> None:
    client = await stage.client(11)
    directed = (await _filled(client, exchange="ARCA"))["11"]
    fields = place_fields(2, con_id=14204, symbol="", order_type="MKT", quantity=10)
    fields[11] = "EUR"
    client.send(*fields)
    european = (await client.until_id(11))[-1]
    assert directed[17] == "ARCA"
    assert european[17] in {"IBIS", "IBIS2", "FWB", "GETTEX", "TGATE"}


@fact("rust-ibapi place_order: a commissionReport leaves the yield unset")
async def yields(stage: Stage) -> None:
    row = (await _filled(await stage.client(11)))["59"]
    assert row[6:] == [UNSET, ""]


@fact("rust-ibapi place_order: an openOrder marks the display size as unset and leaves duration and the like empty")
async def unset(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*place_fields(1, limit="200"))
    row = read_open_order((await client.until_id(5))[-1])
    expected = {"displaySize": UNSET_INTEGER, "duration": "", "postToAts": "", "autoCancelParent": "0"}
    assert {name: row[name] for name in expected} == expected


@fact("rust-ibapi completed_orders: a filled order has the total quantity 0 and tells what was filled beside it")
async def completed_fill(stage: Stage) -> None:
    client = await stage.client(11)
    await _filled(client)
    [row] = await _completed(client)
    assert (row["totalQuantity"], row["filledQuantity"], row["completedStatus"]) == ("0", "10", "Filled Size: 10")


@fact("rust-ibapi completed_orders: a cancelled order keeps its quantity; shareholder and the like are as recorded")
async def completed_cancel(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    client.send(4, 1, 1, "")
    await client.until_error(202)
    [row] = await _completed(client)
    expected = {
        "totalQuantity": "100",
        "filledQuantity": "0",
        "displaySize": UNSET_INTEGER,
        "refFuturesConId": UNSET_INTEGER,
        "shareholder": "Not an insider or substantial shareholder",
        "parentPermId": "9223372036854775807",
        "cashQty": "0",
        "dontUseAutoPriceForHedge": "1",
    }
    assert {name: row[name] for name in expected} == expected


@fact("CAMPUS order placement: a change that is not transmitted stays in the TWS window; the order works as it was")
async def staged_change(stage: Stage) -> None:
    client = await stage.client(11)
    await resting(client, 1)
    await client.settle()
    client.send(*place_fields(1, limit="201", transmit=False))
    assert await client.settle() == []
    [order] = stage.live()
    assert order.terms.limit == 200
    client.send(*place_fields(1, limit="201"))
    assert read_open_order((await client.until_id(5))[-1])["lmtPrice"] == "201"
    assert order.terms.limit == 201


@fact("CAMPUS order placement: a bracket that is changed like it was placed is sent with its last part")
async def staged_bracket_change(stage: Stage) -> None:
    client = await stage.client(11)
    for limit, target, stop in (("200", "300", "150"), ("201", "301", "151")):
        client.send(*place_fields(1, limit=limit, transmit=False))
        client.send(*place_fields(2, action="SELL", limit=target, parent_id=1, transmit=False))
        client.send(*place_fields(3, action="SELL", order_type="STP", stop=stop, parent_id=1))
        await client.until_status(3, "PreSubmitted")
        await client.settle()
    assert [order.terms.limit or order.terms.aux for order in stage.live()] == [201, 301, 151]


@fact("client libraries: the greatest 32-bit number is no order id but the mark for none (10149), nothing is above it")
async def greatest_id(stage: Stage) -> None:
    client = await stage.client(11)
    for number, code in ((2147483647, 10149), (2147483648, 320)):
        client.send(*place_fields(number, limit="200"))
        assert (await client.until_error(code))[2] == str(number)
        client.send(4, 1, number, "")
        assert (await client.until_error(code))[2] == str(number)
    assert stage.live() == []
    client.send(8, 1, 1)
    assert (await client.until_id(9))[-1] == ["9", "1", "1"]


@fact("CAMPUS order status: mktCapPrice is the price at which TWS has capped a limit order (2161), else 0")
async def capped(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("2161")
    client.send(*place_fields(1, limit="200", action="BUY"))
    cap = (await client.until_error(2161))[4].partition("Limit Order to ")[2].split()[0]
    status = await client.until_status(1, "Submitted")
    client.send(*place_fields(2, limit="200"))
    plain = await client.until_status(2, "Submitted")
    assert Decimal(status[11]) == Decimal(cap)
    assert plain[11] == "0"


# What is sent in place of some fields, from the first one on, and how openOrder tells it.
_ECHOED: tuple[tuple[str, int, int, list[object], dict[str, str]], ...] = (
    (
        "the levels of a scale order",
        70,
        3,
        [5, 3, "0.5", "0.1", 60, "1.25", 1, 1, 2, 1],
        {
            "scaleInitLevelSize": "5",
            "scaleSubsLevelSize": "3",
            "scalePriceIncrement": "0.5",
            "scaleRest": "0.1,60,1.25,1,1,2,1",
        },
    ),
    ("a hedge", 76, 1, ["B", "0.5"], {"hedgeType": "B", "hedgeParam": "0.5"}),
    (
        "the delta-neutral order",
        64,
        2,
        ["MKT", "1.5", 265598, "sf", "ca", "ci", "O", 1, 1, "dl"],
        {
            "deltaNeutralOrderType": "MKT",
            "deltaNeutralAuxPrice": "1.5",
            "dnConId": "265598",
            "dnSettlingFirm": "sf",
            "dnClearingAccount": "ca",
            "dnClearingIntent": "ci",
            "dnOpenClose": "O",
            "dnShortSale": "1",
            "dnShortSaleSlot": "1",
            "dnDesignatedLocation": "dl",
        },
    ),
    (
        "the delta-neutral contract",
        81,
        1,
        [1, 265598, "0.5", "100.5"],
        {"deltaNeutralContract": "1", "underlying": "265598,0.5,100.5"},
    ),
)
for _what, _place, _width, _fields, _wanted in _ECHOED:

    @fact(f"ibapi client and decoder: {_what} comes back as sent, in openOrder and in completedOrder")
    async def echoed(
        stage: Stage,
        place: int = _place,
        width: int = _width,
        sent: list[object] = _fields,
        wanted: dict[str, str] = _wanted,
    ) -> None:
        client = await stage.client(11)
        fields = place_fields(1, limit="200")
        fields[place : place + width] = sent
        client.send(*fields)
        row = read_open_order((await client.until_id(5))[-1])
        assert {name: row[name] for name in wanted} == wanted
        await client.until_status(1, "Submitted")
        client.send(4, 1, 1, "")
        await client.until_error(202)
        [done] = await _completed(client)
        told = {name: value for name, value in wanted.items() if name in done}
        assert {name: done[name] for name in told} == told


@fact("IBKR Campus order class: price management that a client asks for is told, whatever the type of the order")
async def price_management(stage: Stage) -> None:
    client = await stage.client(11)
    fields = place_fields(1, order_type="STP", stop="180", action="SELL")
    fields[108] = 1
    client.send(*fields)
    assert read_open_order((await client.until_id(5))[-1])["usePriceMgmtAlgo"] == "1"


_LEGS = [(265598, 1, "BUY", "SMART"), (272093, 1, "SELL", "SMART")]
# What is wrong, the terms of the order, the place of the field and what is sent there.
_UNREADABLE: tuple[tuple[str, dict[str, object], int, str], ...] = (
    ("a minimum quantity that is no number", {}, 50, "abc"),
    ("a slot for short sales that is no whole number", {}, 43, "1.5"),
    ("a cushion that is no whole number", {"conditions": [["4", "a", "1", "1e-30"]]}, 93, "1e-30"),
    ("a volume beyond 32 bits", {"conditions": [["6", "a", "1", "99999999999", "265598", "SMART"]]}, 93, "99999999999"),
    ("the exempt code of a leg that is no number", {"sec_type": "BAG", "legs": _LEGS}, 43, "x"),
    ("a price with more digits than there are", {}, 19, "1e30"),
)
for _what, _terms, _place, _value in _UNREADABLE:

    @fact(f"client libraries: {_what} is refused with 320 in words, so that nobody is shown a row that cannot be read")
    async def unreadable(
        stage: Stage, terms: dict[str, object] = _terms, place: int = _place, value: str = _value
    ) -> None:
        client = await stage.client(11)
        fields = order_fields(1, **({"limit": "200"} | terms))  # type: ignore[arg-type]
        fields[place] = value
        client.send(*fields)
        text = (await client.until_error(320))[4]
        assert text.removeprefix("Error reading request: ")
        assert "<" not in text
        assert await listed(client) == []


@fact("user logs of ib_insync: the row of a combination as a whole has no commissionReport, live or when asked for")
async def combination_fees(stage: Stage) -> None:
    client = await stage.client(11)
    client.send(*order_fields(1, sec_type="BAG", legs=_LEGS, order_type="MKT", quantity=1))
    for _ in _LEGS:
        await client.until_id(59)
    live = [m for m in client.received if m[0] in ("11", "59")]
    client.send(7, 3, 5, 0, "", "", "", "", "", "")
    asked = [m for m in await client.until_id(55) if m[0] in ("11", "59")]
    for rows in (live, asked):
        charged = {m[2] for m in rows if m[0] == "59"}
        assert {m[14] for m in rows if m[0] == "11" and m[5] != "BAG"} == charged
        assert len(charged) == len(_LEGS)


@fact("CAMPUS commission report: the fee and its currency are those of the contract, in openOrder and in a preview too")
async def fee_currency(stage: Stage) -> None:
    client = await stage.client(11)
    fields = place_fields(1, con_id=14204, symbol="", order_type="MKT", quantity=10, exchange="IBIS")
    fields[11] = "EUR"
    fields[84] = 1  # a preview
    client.send(*fields)
    previewed = read_open_order((await client.until_id(5))[-1])["commissionCurrency"]
    fields[84] = 0
    client.send(*fields)
    report = (await client.until_id(59))[-1]
    told = read_open_order([m for m in client.received if m[0] == "5"][-1])["commissionCurrency"]
    assert (previewed, report[4], told) == ("EUR", "EUR", "EUR")
