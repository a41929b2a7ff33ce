"""A session with the official-derived `ibapi` package (9.81, and nautilus-ibapi 10.19 to 10.46): `official.py PORT ID`.

Runs in a process of its own with the package's folder on PYTHONPATH; writes what it saw to stdout as JSON. The three
generations differ in the form of error, cancelOrder, reqGlobalCancel and the commission callback only.
"""

# mypy: allow-subclassing-any, allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="import-not-found, import-untyped, unused-ignore"

import inspect
import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.wrapper import EWrapper

TIMEOUT = 10.0
# Attributes that come back in openOrder as they were sent, and those that newer servers know, by server version.
ECHOED: dict[str, Any] = json.loads(Path(__file__).with_name("attributes.json").read_text(encoding="utf-8"))
NEWER: dict[int, dict[str, Any]] = {158: {"duration": 60}, 160: {"postToAts": 3}, 162: {"autoCancelParent": True}}


class Client(EWrapper, EClient):
    """Keeps every callback as (name, arguments)."""

    def __init__(self) -> None:
        EClient.__init__(self, self)
        self.seen: list[tuple[str, Any]] = []
        self.changed = threading.Condition()

    def note(self, name: str, *values: Any) -> None:
        with self.changed:
            self.seen.append((name, values))
            self.changed.notify_all()

    def wait(self, name: str, wanted: Callable[..., bool] = lambda *values: True, since: int = 0) -> Any:
        """The first callback of this name and kind after position `since`."""

        def hit() -> Any:
            return next((v for n, v in self.seen[since:] if n == name and wanted(*v)), None)

        with self.changed:
            if not self.changed.wait_for(lambda: hit() is not None, TIMEOUT):
                raise TimeoutError(f"no {name} arrived; the last were {self.seen[-5:]}")
            return hit()

    def all(self, name: str, since: int = 0) -> list[Any]:
        return [values for n, values in self.seen[since:] if n == name]

    # --- callbacks ---------------------------------------------------------------------------------------------

    def error(self, reqId, *rest):  # code and text stand before or after a time, by generation
        code = next(value for value in rest if isinstance(value, int) and 100 <= value < 1_000_000)
        self.note("error", reqId, code)

    def nextValidId(self, orderId):
        self.note("nextValidId", orderId)

    def managedAccounts(self, accountsList):
        self.note("managedAccounts", accountsList)

    def openOrder(self, orderId, contract, order, orderState):
        self.note("openOrder", orderId, contract, order, orderState)

    def orderStatus(self, orderId, status, *rest):
        self.note("orderStatus", orderId, status)
        self.note("details", orderId, status, *rest)

    def openOrderEnd(self):
        self.note("openOrderEnd")

    def contractDetails(self, reqId, contractDetails):
        self.note("contractDetails", reqId, contractDetails)

    def contractDetailsEnd(self, reqId):
        self.note("contractDetailsEnd", reqId)

    def tickPrice(self, reqId, tickType, price, attrib):
        self.note("tickPrice", reqId, int(tickType), price)

    def position(self, account, contract, position, avgCost):
        self.note("position", account, contract.localSymbol, float(position))

    def positionEnd(self):
        self.note("positionEnd")

    def accountSummary(self, reqId, account, tag, value, currency):
        self.note("accountSummary", account, tag, value)

    def accountSummaryEnd(self, reqId):
        self.note("accountSummaryEnd", reqId)

    def execDetails(self, reqId, contract, execution):
        self.note("execDetails", reqId, execution.execId, float(execution.shares))
        self.note("execution", reqId, contract.symbol, execution.side, execution.clientId, execution.orderId)

    def execDetailsEnd(self, reqId):
        self.note("execDetailsEnd", reqId)

    def commissionReport(self, commissionReport):
        self.note("commission", commissionReport.execId, commissionReport.commission)

    def commissionAndFeesReport(self, commissionAndFeesReport):
        self.note("commission", commissionAndFeesReport.execId, commissionAndFeesReport.commissionAndFees)

    def completedOrder(self, contract, order, orderState):
        self.note("completedOrder", str(order.permId), orderState.completedStatus)
        self.note("ended", str(order.permId), str(order.parentPermId), orderState.status)

    def completedOrdersEnd(self):
        self.note("completedOrdersEnd")

    # --- calls whose form has changed --------------------------------------------------------------------------

    def cancel(self, order_id: int) -> None:
        self.cancelOrder(order_id, *_cancel_argument(self.cancelOrder, 1))

    def cancel_all(self) -> None:
        self.reqGlobalCancel(*_cancel_argument(self.reqGlobalCancel, 0))


def _cancel_argument(call: Callable[..., Any], position: int) -> list[Any]:
    names = list(inspect.signature(call).parameters)[position:]
    if "orderCancel" in names:
        from ibapi.order_cancel import OrderCancel

        return [OrderCancel()]
    return [""] * len(names)


def stock(symbol: str) -> Any:
    contract = Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency = symbol, "STK", "SMART", "USD"
    return contract


def limit_order(price: float, *, what_if: bool = False) -> Any:
    order = Order()
    order.action, order.totalQuantity, order.orderType, order.lmtPrice = "BUY", 100, "LMT", price
    order.tif, order.account, order.whatIf, order.transmit = "DAY", "DU1234567", what_if, True
    order.eTradeOnly = order.firmQuoteOnly = False  # 9.81 sets both, which later servers refuse
    return order


def lists(client: Client) -> dict[str, Any]:
    since = len(client.seen)
    client.reqAllOpenOrders()
    client.wait("openOrderEnd", since=since)
    rows = client.all("openOrder", since)
    [found] = _details(client, "AAPL")
    client.reqPositions()
    client.wait("positionEnd")
    client.reqAccountSummary(2, "All", "NetLiquidation,BuyingPower")
    client.wait("accountSummaryEnd")
    client.reqExecutions(3, ExecutionFilter())
    client.wait("execDetailsEnd")
    client.wait("commission")
    return {
        "open_orders": sorted([o.clientId, i, str(o.permId), o.orderType, o.lmtPrice] for i, c, o, s in rows),
        "details": [found.contract.conId, found.minTick, found.contract.primaryExchange, found.longName],
        "rules_match_exchanges": len(found.validExchanges.split(",")) == len(found.marketRuleIds.split(",")),
        "positions": sorted(client.all("position")),
        "summary": sorted({(account, tag) for account, tag, value in client.all("accountSummary") if float(value)}),
        "executions": len([row for row in client.all("execDetails") if row[0] == 3]),
    }


def _details(client: Client, symbol: str) -> list[Any]:
    client.reqContractDetails(1, stock(symbol))
    client.wait("contractDetailsEnd")
    return [details for request_id, details in client.all("contractDetails")]


def prices(client: Client) -> list[float]:
    client.reqMktData(5, stock("AAPL"), "", False, False, [])
    bid, ask = (client.wait("tickPrice", lambda r, t, p, kind=kind: t == kind)[2] for kind in (1, 2))
    client.cancelMktData(5)
    return [bid, ask]


def trade(client: Client, number: int, foreign: int) -> dict[str, Any]:
    client.placeOrder(number, stock("AAPL"), limit_order(200, what_if=True))
    state = client.wait("openOrder", lambda i, c, o, s: o.whatIf)[3]
    fee = getattr(state, "commissionAndFees", None) or state.commission
    client.placeOrder(number, stock("AAPL"), limit_order(200))
    client.wait("orderStatus", lambda i, status: i == number and status == "Submitted")
    since = len(client.seen)
    client.placeOrder(number, stock("AAPL"), limit_order(201))
    changed = client.wait("openOrder", lambda i, c, o, s: i == number and o.lmtPrice == 201, since=since)[2]
    client.cancel(foreign)
    refusal = client.wait("error", lambda i, code: i == foreign and code >= 200)
    client.cancel(number)
    client.wait("orderStatus", lambda i, status: i == number and status == "Cancelled")
    ack = client.wait("error", lambda i, code: i == number)
    return {
        "preview": [float(state.initMarginChange) > 0, float(fee)],
        "modified": changed.lmtPrice,
        "foreign_cancel": list(refusal),
        "cancelled": ack[1],
    }


def bracket(client: Client, number: int) -> dict[str, Any]:
    """Parent and target staged, the stop sent; then the parent is cancelled and takes the others along."""
    since = len(client.seen)
    parts = (limit_order(200), limit_order(300), limit_order(0))
    for place, order in enumerate(parts):
        order.transmit = place == 2
        if place:
            order.action, order.parentId = "SELL", number
    parts[2].orderType, parts[2].auxPrice = "STP", 150
    for place, order in enumerate(parts):
        client.placeOrder(number + place, stock("AAPL"), order)
    client.wait("details", lambda i, status, *rest: i == number + 2 and status == "PreSubmitted", since=since)
    client.wait("orderStatus", lambda i, status: i == number and status == "Submitted", since=since)
    rows = {i: order for i, contract, order, state in client.all("openOrder", since)}
    held = {i: [rest[4], rest[7]] for i, status, *rest in client.all("details", since)}
    group = rows[number + 1].ocaGroup
    client.cancel(number)
    for place in range(3):
        client.wait("orderStatus", lambda i, status, place=place: i == number + place and status == "Cancelled")
        client.wait("error", lambda i, code, place=place: i == number + place and code == 202)
    return {
        "bracket_held": [
            [held[number + place][0] - number * (place > 0), held[number + place][1]] for place in range(3)
        ],
        "bracket_group": [group == str(rows[number].permId), rows[number + 1].ocaType],
    }


def group_and_fill(client: Client, number: int) -> dict[str, Any]:
    """A resting order and one that fills, in one group: the fill cancels the other. Then executions by filter."""
    for place, order in enumerate((limit_order(200), limit_order(10000))):
        order.ocaGroup, order.ocaType, order.totalQuantity = f"pair {number}", 1, 10
        client.placeOrder(number + place, stock("AAPL"), order)
        if not place:
            client.wait("orderStatus", lambda i, status: i == number and status == "Submitted")
    client.wait("orderStatus", lambda i, status: i == number + 1 and status == "Filled")
    client.wait("orderStatus", lambda i, status: i == number and status == "Cancelled")
    live = [row for row in client.all("execution") if row[0] == -1]
    asked = ExecutionFilter()
    asked.clientId, asked.symbol, asked.side = client.clientId, "AAPL", "BUY"
    client.reqExecutions(31, asked)
    client.wait("execDetailsEnd", lambda request_id: request_id == 31)
    asked.symbol = "MSFT"
    client.reqExecutions(32, asked)
    client.wait("execDetailsEnd", lambda request_id: request_id == 32)
    found = client.all("execution")
    return {
        "live_executions": [[symbol, side, number + 1 == order] for r, symbol, side, c, order in live],
        "filtered": [sum(row[0] == request_id for row in found) for request_id in (31, 32)],
    }


def echo(client: Client, number: int) -> dict[str, Any]:
    """An order with every attribute that openOrder has a place for."""
    wanted = dict(ECHOED)
    for version, more in NEWER.items():
        wanted |= more if client.serverVersion() >= version else {}
    order = limit_order(200)
    wanted = {name: value for name, value in wanted.items() if hasattr(order, name)}  # some libraries have dropped some
    for name, value in wanted.items():
        setattr(order, name, value)
    client.placeOrder(number, stock("AAPL"), order)
    told = client.wait("openOrder", lambda i, contract, order, state: i == number)[2]
    client.cancel(number)
    client.wait("orderStatus", lambda i, status: i == number and status == "Cancelled")
    return {"not_echoed": [[name, str(getattr(told, name))] for name in wanted if getattr(told, name) != wanted[name]]}


def finish(client: Client) -> dict[str, Any]:
    client.cancel_all()
    while True:
        since = len(client.seen)
        client.reqAllOpenOrders()
        client.wait("openOrderEnd", since=since)
        if not client.all("openOrder", since):
            break
    client.reqCompletedOrders(False)
    client.wait("completedOrdersEnd")
    parents = {parent for perm_id, parent, status in client.all("ended")}
    return {
        "completed": sorted(status for perm_id, status in client.all("completedOrder")),
        "completed_children": len([p for p, parent, status in client.all("ended") if parent in _perm_ids(client)]),
        "completed_parents": len(parents & _perm_ids(client)),
    }


def _perm_ids(client: Client) -> set[str]:
    return {perm_id for perm_id, parent, status in client.all("ended")}


def main(port: int, client_id: int) -> dict[str, Any]:
    client = Client()
    client.connect("127.0.0.1", port, client_id)
    threading.Thread(target=client.run, daemon=True).start()
    try:
        return session(client)
    finally:
        client.disconnect()  # its reader is a thread that keeps the process alive until then


def session(client: Client) -> dict[str, Any]:
    number = client.wait("nextValidId")[0]
    seen: dict[str, Any] = {
        "server_version": client.serverVersion(),
        "accounts": client.wait("managedAccounts")[0],
        "next_id": number,
    }
    seen |= lists(client) | {"prices": prices(client)}
    seen |= trade(client, seen["open_orders"][-1][1] + 100, seen["open_orders"][-1][1])
    seen |= bracket(client, seen["open_orders"][-1][1] + 110)
    seen |= group_and_fill(client, seen["open_orders"][-1][1] + 120)
    seen |= echo(client, seen["open_orders"][-1][1] + 130)
    seen |= finish(client)
    seen["errors"] = sorted({code for request_id, code in client.all("error") if code not in (2104, 2106, 2158)})
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
