"""A session with ib_insync 0.9.86, its blocking calls as its users write them: `insync.py PORT ID`.

Runs in a process of its own with the package's folder on PYTHONPATH; writes what it saw to stdout as JSON.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
# mypy: disable-error-code="import-not-found, import-untyped, unused-ignore"

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

asyncio.set_event_loop(asyncio.new_event_loop())  # its dependency looks for a loop while it is imported

from ib_insync import IB, ExecutionFilter, LimitOrder, Stock  # noqa: E402

TIMEOUT = 10.0


def until(ib: Any, condition: Callable[[], bool]) -> None:
    """Let the client work until the condition holds."""
    for _ in range(int(TIMEOUT / 0.02)):
        if condition():
            return
        ib.waitOnUpdate(timeout=0.02)
    raise TimeoutError("the condition did not come true")


def lists(ib: Any) -> dict[str, Any]:
    trades = ib.reqAllOpenOrders()
    [found] = ib.reqContractDetails(Stock("AAPL", "SMART", "USD"))
    summary = ib.accountSummary()
    rows = [
        [t.order.clientId, t.order.orderId, str(t.order.permId), t.order.orderType, t.order.lmtPrice] for t in trades
    ]
    wanted = {"NetLiquidation", "BuyingPower"}
    return {
        "open_orders": sorted(rows),
        "details": [found.contract.conId, found.minTick, found.contract.primaryExchange, found.longName],
        "rules_match_exchanges": len(found.validExchanges.split(",")) == len(found.marketRuleIds.split(",")),
        "positions": sorted([p.account, p.contract.localSymbol, p.position] for p in ib.reqPositions()),
        "summary": sorted({(row.account, row.tag) for row in summary if row.tag in wanted and float(row.value)}),
        "executions": len(ib.reqExecutions()),
    }


def prices(ib: Any) -> list[float]:
    contract = Stock("AAPL", "SMART", "USD")
    ib.qualifyContracts(contract)
    ticker = ib.reqMktData(contract)
    until(ib, lambda: ticker.bid > 0 and ticker.ask > 0)
    ib.cancelMktData(contract)
    return [ticker.bid, ticker.ask]


def trade(ib: Any, codes: list[list[int]], foreign: Any) -> dict[str, Any]:
    contract = Stock("AAPL", "SMART", "USD")
    terms = {"tif": "DAY", "account": "DU1234567"}
    preview = ib.whatIfOrder(contract, LimitOrder("BUY", 100, 200, **terms))
    order = LimitOrder("BUY", 100, 200, **terms)
    placed = ib.placeOrder(contract, order)
    until(ib, lambda: placed.orderStatus.status == "Submitted")
    order.lmtPrice = 201
    ib.placeOrder(contract, order)
    until(ib, lambda: any(entry.message.startswith("Modify") for entry in placed.log))
    ib.reqOpenOrders()
    ib.cancelOrder(foreign)
    until(ib, lambda: any(row[0] == foreign.orderId and row[1] >= 200 for row in codes))
    refusal = next(row for row in codes if row[0] == foreign.orderId)
    ib.cancelOrder(order)
    until(ib, lambda: placed.orderStatus.status == "Cancelled" and [order.orderId, 202] in codes)
    return {
        "preview": [float(preview.initMarginChange) > 0, preview.commission],
        "modified": placed.order.lmtPrice,
        "foreign_cancel": refusal,
        "cancelled": 202,
    }


def bracket(ib: Any, codes: list[list[int]]) -> dict[str, Any]:
    """The library's own bracket; then the parent is cancelled and takes the others along."""
    contract = Stock("AAPL", "SMART", "USD")
    ib.qualifyContracts(contract)
    orders = ib.bracketOrder("BUY", 100, 200, 300, 150, tif="DAY", account="DU1234567")
    trades = [ib.placeOrder(contract, order) for order in orders]
    until(ib, lambda: [t.orderStatus.status for t in trades] == ["Submitted", "PreSubmitted", "PreSubmitted"])
    number = orders[0].orderId
    held = [[t.orderStatus.parentId - number * (t is not trades[0]), t.orderStatus.whyHeld] for t in trades]
    shown = ib.openOrders()
    ib.cancelOrder(orders[0])
    until(ib, lambda: all([order.orderId, 202] in codes for order in orders))
    until(ib, lambda: all(t.orderStatus.status == "Cancelled" for t in trades))
    return {"bracket_held": held, "bracket_known": len([order for order in shown if order in orders])}


def group_and_fill(ib: Any) -> dict[str, Any]:
    """A resting order and one that fills, in one group: the fill cancels the other. Then executions by filter."""
    contract, since = Stock("AAPL", "SMART", "USD"), len(ib.fills())
    ib.qualifyContracts(contract)
    pair = [LimitOrder("BUY", 10, price, tif="DAY", account="DU1234567") for price in (200, 10000)]
    ib.oneCancelsAll(pair, f"pair {ib.client.getReqId()}", 1)
    resting = ib.placeOrder(contract, pair[0])
    until(ib, lambda: resting.orderStatus.status == "Submitted")
    filled = ib.placeOrder(contract, pair[1])
    until(ib, lambda: [t.orderStatus.status for t in (resting, filled)] == ["Cancelled", "Filled"])
    live = [
        [fill.contract.symbol, fill.execution.side, fill.execution.orderId == pair[1].orderId]
        for fill in ib.fills()[since:]
    ]
    asked = [ExecutionFilter(clientId=ib.client.clientId, symbol=symbol, side="BUY") for symbol in ("AAPL", "MSFT")]
    return {"live_executions": live, "filtered": [len(ib.reqExecutions(wanted)) for wanted in asked]}


def finish(port: int, client_id: int, ib: Any) -> dict[str, Any]:
    ib.reqGlobalCancel()
    fresh = IB()  # a client keeps what it once saw; only a new one shows that the list is empty
    fresh.connect("127.0.0.1", port, clientId=client_id + 1, account="DU1234567", timeout=TIMEOUT)
    until(fresh, lambda: not fresh.reqAllOpenOrders() or _forget(fresh))
    ended = fresh.reqCompletedOrders(False)
    completed = [trade.orderStatus.status for trade in ended]
    perm_ids = {trade.order.permId for trade in ended}
    parents = [trade.order.parentPermId for trade in ended if trade.order.parentPermId in perm_ids]
    statuses = [trade.orderStatus.status for trade in fresh.trades()]
    fresh.disconnect()
    return {
        "completed": sorted(completed),
        "completed_children": len(parents),
        "completed_parents": len(set(parents)),
        "statuses": len(statuses),
    }


def _forget(ib: Any) -> bool:
    ib.wrapper.trades.clear()
    ib.wrapper.permId2Trade.clear()
    return False


def main(port: int, client_id: int) -> dict[str, Any]:
    ib, codes = IB(), []
    ib.errorEvent += lambda request_id, code, text, contract: codes.append([request_id, code])
    ib.connect("127.0.0.1", port, clientId=client_id, account="DU1234567", timeout=TIMEOUT)
    seen: dict[str, Any] = {
        "server_version": ib.client.serverVersion(),
        "accounts": ",".join(ib.managedAccounts()),
        "next_id": ib.client.getReqId(),
    }
    seen |= lists(ib) | {"prices": prices(ib)}
    foreign = max((t.order for t in ib.openTrades() if t.order.clientId), key=lambda order: order.clientId)
    seen |= trade(ib, codes, foreign) | bracket(ib, codes) | group_and_fill(ib) | finish(port, client_id, ib)
    seen["errors"] = sorted({code for request_id, code in codes if code not in (2104, 2106, 2158)})
    ib.disconnect()
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
