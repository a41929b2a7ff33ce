"""The simulator through ib_async's own IB class: a foreign client that was not written with it in mind."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from ib_async import IB, Contract, Forex, Future, LimitOrder, MarketOrder, OrderState, Stock, Ticker, Trade

from tests.support.raw_client import TIMEOUT, eventually
from tws_console.simulator.server import SimulatorServer

AAPL = Stock("AAPL", "SMART", "USD")


@pytest.fixture
async def ib(server: SimulatorServer) -> AsyncIterator[IB]:
    client = IB()
    await client.connectAsync("127.0.0.1", server.port, clientId=15, account="DU1234567", raiseSyncErrors=True)
    yield client
    client.disconnect()
    await eventually(lambda: not server.gateway.sessions)


def _limit(price: float, **fields: object) -> LimitOrder:
    return LimitOrder("BUY", 100, price, account="DU1234567", tif="DAY", **fields)


async def _reach(trade: Trade, status: str) -> None:
    await eventually(lambda: trade.orderStatus.status == status)


async def test_start_up_completes_when_it_connects(ib: IB) -> None:
    assert ib.client.serverVersion() == 178
    assert ib.managedAccounts() == ["DU1234567", "DU7654321"]
    assert {p.contract.localSymbol: p.position for p in ib.positions()}["TSLA"] == -120
    assert len(ib.positions()) == 9
    assert len(ib.fills()) == 4
    assert any(value.tag == "NetLiquidation" for value in ib.accountValues("DU1234567"))


async def test_orders_of_all_clients_decode_when_listed(ib: IB) -> None:
    trades = await ib.reqAllOpenOrdersAsync()
    assert len(trades) == 13
    stop = next(t for t in trades if t.order.orderType == "STP LMT")
    assert (stop.order.lmtPrice, stop.order.auxPrice, stop.order.tif) == (625.49, 626.81, "GTC")
    assert stop.order.clientId == 7
    assert max(t.order.permId for t in trades) > 2**32


async def test_market_order_fills_when_placed(ib: IB) -> None:
    trade = ib.placeOrder(AAPL, MarketOrder("BUY", 50, account="DU1234567", tif="DAY"))
    await eventually(lambda: bool(trade.fills) and trade.fills[-1].commissionReport.commission > 0)
    assert trade.orderStatus.status == "Filled"
    assert trade.filled() == 50
    assert trade.fills[0].execution.side == "BOT"


async def test_order_changes_and_cancels_when_asked(ib: IB) -> None:
    trade = ib.placeOrder(AAPL, _limit(200))
    await _reach(trade, "Submitted")
    trade.order.lmtPrice = 201
    ib.placeOrder(AAPL, trade.order)
    await eventually(lambda: any(entry.message.startswith("Modify") for entry in trade.log))
    ib.cancelOrder(trade.order)
    await _reach(trade, "Cancelled")


async def test_foreign_order_survives_cancel_but_not_global_cancel(server: SimulatorServer, ib: IB) -> None:
    codes: list[int] = []
    ib.errorEvent += lambda request_id, code, text, contract: codes.append(code)
    foreign = next(t for t in await ib.reqAllOpenOrdersAsync() if t.order.clientId == 3)
    ib.cancelOrder(foreign.order)
    await eventually(lambda: 10147 in codes)
    assert len(list(server.exchange.book.live())) == 13
    ib.reqGlobalCancel()  # type: ignore[no-untyped-call]
    await eventually(lambda: not list(server.exchange.book.live()))
    assert 202 not in codes
    completed = await ib.reqCompletedOrdersAsync(False)
    assert len(completed) == 18


async def test_preview_has_margins_and_fee_when_asked(ib: IB) -> None:
    async with asyncio.timeout(TIMEOUT):
        state = await ib.whatIfOrderAsync(AAPL, _limit(200))
    assert isinstance(state, OrderState)
    assert float(state.initMarginChange) > 0
    assert state.commission == 1.0
    assert state.commissionCurrency == "USD"


async def test_contracts_qualify_when_described(ib: IB) -> None:
    details = await ib.reqContractDetailsAsync(Stock("ABX", "SMART", "USD"))
    assert {row.contract.primaryExchange for row in details if row.contract} == {"NYSE", "LSEETF"}
    futures = await ib.reqContractDetailsAsync(Future("ES", exchange="CME"))
    assert [row.contract.multiplier for row in futures if row.contract] == ["50"] * 3
    [pair] = await ib.reqContractDetailsAsync(Forex("EURUSD"))
    assert (pair.minTick, pair.contract.conId if pair.contract else 0) == (0.00005, 12087792)
    [apple] = await ib.reqContractDetailsAsync(Contract(conId=265598))
    assert len(apple.validExchanges.split(",")) == len(apple.marketRuleIds.split(","))
    assert [(band.lowEdge, band.increment) for band in await ib.reqMarketRuleAsync(26) or []] == [(0.0, 0.01)]
    samples = await ib.reqMatchingSymbolsAsync("TESLA")
    assert [row.contract.conId for row in samples or [] if row.contract] == [76792991]


async def test_quotes_and_profit_arrive_when_subscribed(ib: IB) -> None:
    [apple] = await ib.qualifyContractsAsync(AAPL)
    assert isinstance(apple, Contract)
    ticker: Ticker = ib.reqMktData(apple)
    profit = ib.reqPnL("DU1234567")
    single = ib.reqPnLSingle("DU1234567", "", 265598)
    await eventually(lambda: ticker.ask > ticker.bid > 0 and ticker.volume > 0)
    await eventually(lambda: profit.realizedPnL == 177.8 and single.position == 400)
    assert ticker.marketDataType == 1
    assert len({row.account for row in await ib.accountSummaryAsync()} - {""}) == 2


async def test_requests_beside_trading_decode_when_asked(ib: IB) -> None:
    [apple] = await ib.qualifyContractsAsync(AAPL)
    assert isinstance(apple, Contract)
    await ib.reqUserInfoAsync()  # type: ignore[no-untyped-call]  # ends, and tells nothing
    histogram = await ib.reqHistogramDataAsync(apple, True, "2 days")
    assert [bar.price for bar in histogram] == sorted(bar.price for bar in histogram)
    assert all(bar.count > 0 for bar in histogram)
    components = await ib.reqSmartComponentsAsync("9c0001")  # type: ignore[no-untyped-call]
    assert components[0].exchange == "NASDAQ"
    assert {row.exchange for row in await ib.reqMktDepthExchangesAsync()} >= {"ISLAND", "CME"}
    assert [provider.code for provider in await ib.reqNewsProvidersAsync() or []] == ["BRFG", "BRFUPDN", "DJNL"]


async def test_generic_ticks_reach_the_ticker_when_asked(ib: IB) -> None:
    [apple] = await ib.qualifyContractsAsync(AAPL)
    assert isinstance(apple, Contract)
    ticker: Ticker = ib.reqMktData(apple, "100,101,105,106,165,225,232,233,236,293,318,411,456,595")
    await eventually(lambda: (ticker.shortableShares > 0 and ticker.rtTradeVolume >= 0) or ticker.markPrice > 0)
    assert ticker.halted == 0
    assert ticker.low52week < ticker.last < ticker.high52week * 2
    assert (ticker.callOpenInterest > 0, ticker.avVolume > 0, ticker.impliedVolatility > 0) == (True, True, True)
    assert ticker.bidExchange == "ABD"
    assert ticker.vwap > 0
