"""What openOrder and completedOrder say about an order beside what was asked for."""

from tests.contract.simulator.facts.table import Stage, fact, resting
from tests.support.open_order import read_completed_order, read_open_order
from tests.support.order_fields import order_fields
from tests.support.raw_client import RawClient

UNSET = "1.7976931348623157E308"


async def _echo(client: RawClient, **terms: object) -> dict[str, str]:
    client.send(*order_fields(1, **terms))  # type: ignore[arg-type]
    return read_open_order((await client.until_id(5))[-1])


@fact("deepentropy/ibx lmt_cancel: echoes of a stock order carry what TWS fills in")
async def defaults(stage: Stage) -> None:
    row = await _echo(await stage.client(11), limit="200")
    expected = {
        "ocaType": "3",
        "clearingIntent": "IB",
        "deltaNeutralOrderType": "None",
        "adjustedOrderType": "None",
        "right": "?",
        "exchange": "SMART",
        "tradingClass": "NMS",
        "localSymbol": "AAPL",
        "dontUseAutoPriceForHedge": "1",
        "volatilityType": "0",
        "referencePriceType": "0",
    }
    assert {name: row[name] for name in expected} == expected


_PRICES: tuple[tuple[str, dict[str, object], dict[str, str]], ...] = (
    ("a limit order", {"limit": "200"}, {"trailStopPrice": "201", "usePriceMgmtAlgo": "1", "lmtPrice": "200"}),
    (
        "a limit order to sell",
        {"limit": "310", "action": "SELL"},
        {"trailStopPrice": "311", "usePriceMgmtAlgo": "1", "auxPrice": "0.0"},
    ),
    (
        "a stop order",
        {"order_type": "STP", "stop": "180", "action": "SELL"},
        {"trailStopPrice": "180", "usePriceMgmtAlgo": "0", "lmtPrice": "0.0", "auxPrice": "180"},
    ),
    ("a market order", {"order_type": "MKT"}, {"trailStopPrice": UNSET, "usePriceMgmtAlgo": "0", "lmtPrice": "0.0"}),
)
for _what, _terms, _row in _PRICES:

    @fact(f"ibkr-go and deepentropy/ibx: trailStopPrice, lmtPrice and usePriceMgmtAlgo of {_what} are as recorded")
    async def prices(stage: Stage, terms: dict[str, object] = _terms, wanted: dict[str, str] = _row) -> None:
        row = await _echo(await stage.client(11), **terms)
        assert {name: row[name] for name in wanted} == wanted


@fact("ibkr-go api_cross_client_cancel: a GTC order ends with the next calendar quarter, and a change renews that")
async def quarter(stage: Stage) -> None:
    client = await stage.client(11)
    await stage.ctl("clock", "2026-08-24T15:00:00+00:00")
    dates = []
    for number, moved in ((1, None), (2, "2026-11-02T15:00:00+00:00")):
        await resting(client, number, tif="GTC")
        if moved:
            await stage.ctl("clock", moved)
            await resting(client, number, tif="GTC", limit="201")
        client.send(4, 1, number, "")
        await client.until_error(202)
        client.send(99, 0)
        rows = [read_completed_order(m) for m in await client.until_id(102) if m[0] == "101"]
        dates.append(rows[-1]["autoCancelDate"])
    assert dates == ["20261231 16:00:00 US/Eastern", "20270331 16:00:00 US/Eastern"]


_CONDITIONS: tuple[tuple[str, list[object]], ...] = (
    ("price", ["1", "a", "0", "9.5", "265598", "SMART", "0"]),
    ("time", ["3", "a", "1", "20301231 10:00:00 US/Eastern"]),
    ("margin", ["4", "a", "1", "30"]),
    ("execution", ["5", "a", "STK", "SMART", "AAPL"]),
    ("volume", ["6", "o", "1", "100", "265598", "SMART"]),
    ("percentage", ["7", "a", "1", "2.5", "265598", "SMART"]),
)
for _kind, _condition in _CONDITIONS:

    @fact(f"ib_async decoder: a {_kind} condition is echoed by openOrder and completedOrder as it was sent")
    async def condition(stage: Stage, sent: list[object] = _condition) -> None:
        client = await stage.client(11)
        row = await _echo(client, limit="200", conditions=[sent])
        client.send(4, 1, 1, "")
        await client.until_error(202)
        client.send(99, 0)
        done = next(m for m in await client.until_id(102) if m[0] == "101")
        assert row["conditions"] == read_completed_order(done)["conditions"] == ",".join(map(str, sent))
        assert (row["conditionsIgnoreRth"], row["conditionsCancelOrder"]) == ("0", "0")


@fact("client libraries: attributes that nothing here acts on come back as they were sent")
async def attributes(stage: Stage) -> None:
    client = await stage.client(11)
    fields = order_fields(1, limit="200")
    sent = {"discretionaryAmt": (36, "0.05"), "minQty": (50, "10"), "settlingFirm": (48, "firm"), "rule80A": (47, "I")}
    sent |= {"notHeld": (80, "1"), "cashQty": (100, "12.5"), "blockOrder": (29, "1"), "sweepToFill": (30, "1")}
    for place, value in sent.values():
        fields[place] = value
    client.send(*fields)
    row = read_open_order((await client.until_id(5))[-1])
    assert {name: row[name] for name in sent} == {name: value for name, (_, value) in sent.items()}


@fact("ibkr-go api_whatif_margin: a what-if is one openOrder, PreSubmitted and whatIf, with all margins and the fee")
async def preview(stage: Stage) -> None:
    client = await stage.client(11)
    row = await _echo(client, limit="200", what_if=True)
    assert (row["status"], row["whatIf"], row["commissionCurrency"]) == ("PreSubmitted", "1", "USD")
    before, change, after = (float(row[f"initMargin{part}"]) for part in ("Before", "Change", "After"))
    assert change > 0
    assert after == before + change
    assert float(row["commission"]) == 1
    assert await client.settle() == []
    assert list(stage.server.exchange.book.open()) == []


@fact("INS 380: a what-if may be answered without margins first, and then properly")
async def unset_preview(stage: Stage) -> None:
    client = await stage.client(11)
    stage.fault("unset-whatif")
    first = await _echo(client, limit="200", what_if=True)
    second = read_open_order((await client.until_id(5))[-1])
    assert first["initMarginChange"] == UNSET
    assert float(second["initMarginChange"]) > 0
