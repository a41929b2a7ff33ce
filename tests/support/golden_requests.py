"""Every request a TWS client can send, as ib_async 2.1.0 writes it at a given server version.

Imports ib_async only: the bytes are those of an encoder that is not ours.
"""

from collections.abc import Callable
from typing import Any

from ib_async import Contract, ExecutionFilter, Forex, Order, ScannerSubscription, Stock, TagValue
from ib_async.client import Client
from ib_async.objects import WshEventData
from ib_async.order import LimitOrder, MarketOrder, PriceCondition, StopLimitOrder, StopOrder
from ib_async.wrapper import Wrapper

Frame = list[str]
ACCOUNT = "DU1234567"
AAPL = Stock("AAPL", "SMART", "USD", conId=265598)
XOM = Stock("XOM", "SMART", "USD")


class Recorder(Client):
    """A client without a socket: keeps the frames it would have sent."""

    def __init__(self, version: int, client_id: int = 11) -> None:
        super().__init__(Wrapper(None))  # type: ignore[no-untyped-call, arg-type]
        self._serverVersion = version
        self.clientId = client_id
        self.optCapab = ""
        self.frames: list[Frame] = []

    def isConnected(self) -> bool:
        return True

    def sendMsg(self, msg: str) -> None:
        self.frames.append(msg.split("\0")[:-1])


def _order(kind: Callable[..., Order], *values: float, **more: Any) -> Order:
    order = kind("BUY", 10, *values, account=ACCOUNT)
    for name, value in ({"tif": "DAY"} | more).items():
        setattr(order, name, value)
    return order


def _full_order() -> Order:
    """An order that sets what most orders leave out: algo, a condition that never holds, group, dates."""
    order = _order(LimitOrder, 200.0, tif="GTD", goodTillDate="20991231-20:00:00", ocaGroup="pair", ocaType=1)
    order.algoStrategy, order.algoParams = "Adaptive", [TagValue("adaptivePriority", "Normal")]
    order.conditions = [PriceCondition(conId=265598, exch="SMART", isMore=True, price=99999.0, conjunction="a")]
    order.orderRef, order.outsideRth, order.displaySize, order.minQty = "golden", True, 1, 1
    return order


def _trail() -> Order:
    """So far from the market that its stop stays where it is."""
    return _order(MarketOrder, orderType="TRAIL", auxPrice=300.0, trailStopPrice=400.0)


Request = tuple[str, Callable[[Any], Any]]

ORDER_REQUESTS: list[Request] = [
    ("placeOrder LMT", lambda c: c.placeOrder(1, AAPL, _order(LimitOrder, 200.0))),
    ("placeOrder LMT changed", lambda c: c.placeOrder(1, AAPL, _order(LimitOrder, 201.0))),
    ("cancelOrder own", lambda c: c.cancelOrder(1)),
    ("cancelOrder done", lambda c: c.cancelOrder(1)),
    ("cancelOrder foreign", lambda c: c.cancelOrder(12)),
    ("placeOrder what-if", lambda c: c.placeOrder(40, AAPL, _order(LimitOrder, 200.0, whatIf=True))),
    ("placeOrder MKT", lambda c: c.placeOrder(41, AAPL, _order(MarketOrder))),
    ("placeOrder STP", lambda c: c.placeOrder(42, AAPL, _order(StopOrder, 400.0, tif="GTC"))),
    ("placeOrder STP LMT", lambda c: c.placeOrder(43, AAPL, _order(StopLimitOrder, 401.0, 400.0))),
    ("placeOrder TRAIL", lambda c: c.placeOrder(44, AAPL, _trail())),
    ("placeOrder with everything", lambda c: c.placeOrder(45, AAPL, _full_order())),
    ("placeOrder refused", lambda c: c.placeOrder(46, AAPL, _order(LimitOrder, 200.005))),
    ("placeOrder rejected", lambda c: c.placeOrder(47, AAPL, _order(LimitOrder, 200.0, totalQuantity=90000))),
    ("reqOpenOrders", lambda c: c.reqOpenOrders()),
    ("reqAllOpenOrders", lambda c: c.reqAllOpenOrders()),
    ("reqAutoOpenOrders", lambda c: c.reqAutoOpenOrders(True)),
    ("reqExecutions", lambda c: c.reqExecutions(500, ExecutionFilter())),
    ("reqCompletedOrders", lambda c: c.reqCompletedOrders(False)),
    ("reqGlobalCancel", lambda c: c.reqGlobalCancel()),
]

ACCOUNT_REQUESTS: list[Request] = [
    ("reqIds", lambda c: c.reqIds(1)),
    ("reqManagedAccts", lambda c: c.reqManagedAccts()),
    ("reqCurrentTime", lambda c: c.reqCurrentTime()),
    ("setServerLogLevel", lambda c: c.setServerLogLevel(2)),
    ("reqPositions", lambda c: c.reqPositions()),
    ("cancelPositions", lambda c: c.cancelPositions()),
    ("reqPositionsMulti", lambda c: c.reqPositionsMulti(510, ACCOUNT, "")),
    ("cancelPositionsMulti", lambda c: c.cancelPositionsMulti(510)),
    ("reqAccountUpdates", lambda c: c.reqAccountUpdates(True, ACCOUNT)),
    ("reqAccountUpdates end", lambda c: c.reqAccountUpdates(False, ACCOUNT)),
    ("reqAccountUpdatesMulti", lambda c: c.reqAccountUpdatesMulti(511, ACCOUNT, "", False)),
    ("cancelAccountUpdatesMulti", lambda c: c.cancelAccountUpdatesMulti(511)),
    ("reqAccountSummary", lambda c: c.reqAccountSummary(512, "All", "NetLiquidation,$LEDGER:ALL")),
    ("cancelAccountSummary", lambda c: c.cancelAccountSummary(512)),
    ("reqPnL", lambda c: c.reqPnL(513, ACCOUNT, "")),
    ("cancelPnL", lambda c: c.cancelPnL(513)),
    ("reqPnLSingle", lambda c: c.reqPnLSingle(514, ACCOUNT, "", 265598)),
    ("cancelPnLSingle", lambda c: c.cancelPnLSingle(514)),
    ("requestFA", lambda c: c.requestFA(1)),
    ("replaceFA", lambda c: c.replaceFA(515, 1, "<groups/>")),
    ("reqFamilyCodes", lambda c: c.reqFamilyCodes()),
    ("reqSoftDollarTiers", lambda c: c.reqSoftDollarTiers(516)),
    ("reqUserInfo", lambda c: c.reqUserInfo(517)),
]

CONTRACT_REQUESTS: list[Request] = [
    ("reqContractDetails", lambda c: c.reqContractDetails(520, AAPL)),
    ("reqContractDetails unknown", lambda c: c.reqContractDetails(521, Stock("NOSUCH", "SMART", "USD"))),
    ("reqContractDetails pair", lambda c: c.reqContractDetails(522, Forex("EURUSD"))),
    ("reqMatchingSymbols", lambda c: c.reqMatchingSymbols(523, "APP")),
    ("reqMarketRule", lambda c: c.reqMarketRule(26)),
    ("reqSecDefOptParams", lambda c: c.reqSecDefOptParams(524, "AAPL", "", "STK", 265598)),
    ("reqSmartComponents", lambda c: c.reqSmartComponents(525, "9c0001")),
    ("reqMktDepthExchanges", lambda c: c.reqMktDepthExchanges()),
]

DATA_REQUESTS: list[Request] = [
    ("reqMktData", lambda c: c.reqMktData(530, AAPL, "233", False, False, [])),
    ("cancelMktData", lambda c: c.cancelMktData(530)),
    ("reqMktData without entitlement", lambda c: c.reqMktData(531, XOM, "", False, False, [])),
    ("reqMarketDataType", lambda c: c.reqMarketDataType(3)),
    ("reqMktData delayed snapshot", lambda c: c.reqMktData(532, XOM, "", True, False, [])),
    ("cancelMktData unknown", lambda c: c.cancelMktData(539)),
    ("reqMktDepth", lambda c: c.reqMktDepth(540, Forex("EURUSD"), 3, False, [])),
    ("cancelMktDepth", lambda c: c.cancelMktDepth(540, False)),
    ("reqMktDepth smart", lambda c: c.reqMktDepth(559, AAPL, 3, True, [])),
    ("cancelMktDepth smart", lambda c: c.cancelMktDepth(559, True)),
    ("reqTickByTickData", lambda c: c.reqTickByTickData(541, AAPL, "BidAsk", 0, False)),
    ("cancelTickByTickData", lambda c: c.cancelTickByTickData(541)),
    ("reqRealTimeBars", lambda c: c.reqRealTimeBars(542, AAPL, 5, "TRADES", True, [])),
    ("cancelRealTimeBars", lambda c: c.cancelRealTimeBars(542)),
    ("reqHistoricalData", lambda c: c.reqHistoricalData(543, AAPL, "", "2 D", "1 day", "TRADES", 1, 1, False, [])),
    ("cancelHistoricalData", lambda c: c.cancelHistoricalData(543)),
    ("reqHistoricalTicks", lambda c: c.reqHistoricalTicks(544, AAPL, "", _moment(), 3, "TRADES", 1, False, [])),
    ("reqHeadTimeStamp", lambda c: c.reqHeadTimeStamp(545, AAPL, "TRADES", 1, 1)),
    ("cancelHeadTimeStamp", lambda c: c.cancelHeadTimeStamp(545)),
    ("reqHistogramData", lambda c: c.reqHistogramData(546, AAPL, True, "3 days")),
    ("cancelHistogramData", lambda c: c.cancelHistogramData(546)),
    ("calculateImpliedVolatility", lambda c: c.calculateImpliedVolatility(547, _option(), 5.0, 230.0, [])),
    ("cancelCalculateImpliedVolatility", lambda c: c.cancelCalculateImpliedVolatility(547)),
    ("calculateOptionPrice", lambda c: c.calculateOptionPrice(548, _option(), 0.3, 230.0, [])),
    ("cancelCalculateOptionPrice", lambda c: c.cancelCalculateOptionPrice(548)),
    ("exerciseOptions", lambda c: c.exerciseOptions(549, _option(), 1, 1, ACCOUNT, 0)),
]

OTHER_REQUESTS: list[Request] = [
    ("reqScannerParameters", lambda c: c.reqScannerParameters()),
    ("reqScannerSubscription", lambda c: c.reqScannerSubscription(550, _scan(), [], [])),
    ("cancelScannerSubscription", lambda c: c.cancelScannerSubscription(550)),
    ("reqFundamentalData", lambda c: c.reqFundamentalData(551, AAPL, "ReportSnapshot", [])),
    ("cancelFundamentalData", lambda c: c.cancelFundamentalData(551)),
    ("reqNewsProviders", lambda c: c.reqNewsProviders()),
    ("reqNewsBulletins", lambda c: c.reqNewsBulletins(True)),
    ("cancelNewsBulletins", lambda c: c.cancelNewsBulletins()),
    ("reqNewsArticle", lambda c: c.reqNewsArticle(552, "BRFG", "BRFG$1", [])),
    ("reqHistoricalNews", lambda c: c.reqHistoricalNews(553, 265598, "BRFG", "", "", 3, [])),
    ("queryDisplayGroups", lambda c: c.queryDisplayGroups(554)),
    ("subscribeToGroupEvents", lambda c: c.subscribeToGroupEvents(555, 1)),
    ("updateDisplayGroup", lambda c: c.updateDisplayGroup(555, "265598@SMART")),
    ("unsubscribeFromGroupEvents", lambda c: c.unsubscribeFromGroupEvents(555)),
    ("verifyRequest", lambda c: c.verifyRequest("name", "1")),
    ("verifyMessage", lambda c: c.verifyMessage("data")),
    ("verifyAndAuthRequest", lambda c: c.verifyAndAuthRequest("name", "1", "key")),
    ("verifyAndAuthMessage", lambda c: c.verifyAndAuthMessage("data", "response")),
    ("reqWshMetaData", lambda c: c.reqWshMetaData(556)),
    ("cancelWshMetaData", lambda c: c.cancelWshMetaData(556)),
    ("reqWshEventData", lambda c: c.reqWshEventData(557, WshEventData())),
    ("cancelWshEventData", lambda c: c.cancelWshEventData(557)),
]

START: Request = ("startApi", lambda c: c.startApi())
REQUESTS = [*ACCOUNT_REQUESTS, *CONTRACT_REQUESTS, *DATA_REQUESTS, *OTHER_REQUESTS, *ORDER_REQUESTS]


def _moment() -> str:
    return "20260925 15:00:00 US/Eastern"


def _option() -> Contract:
    return Contract("OPT", symbol="AAPL", exchange="SMART", currency="USD", strike=230.0, right="C")


def _scan() -> ScannerSubscription:
    return ScannerSubscription(instrument="STK", locationCode="STK.US.MAJOR", scanCode="TOP_PERC_GAIN")


def frames(version: int) -> dict[str, Frame]:
    """The frame of each request at a server version, by name."""
    found: dict[str, Frame] = {}
    for name, request in [START, *REQUESTS]:
        recorder = Recorder(version)
        request(recorder)
        [found[name]] = recorder.frames
    return found
