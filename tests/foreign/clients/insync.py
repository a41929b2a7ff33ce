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

from ib_insync import IB, LimitOrder, Stock  # noqa: E402

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


def finish(port: int, client_id: int, ib: Any) -> dict[str, Any]:
    ib.reqGlobalCancel()
    fresh = IB()  # a client keeps what it once saw; only a new one shows that the list is empty
    fresh.connect("127.0.0.1", port, clientId=client_id + 1, account="DU1234567", timeout=TIMEOUT)
    until(fresh, lambda: not fresh.reqAllOpenOrders() or _forget(fresh))
    completed = [trade.orderStatus.status for trade in fresh.reqCompletedOrders(False)]
    statuses = [trade.orderStatus.status for trade in fresh.trades()]
    fresh.disconnect()
    return {"completed": sorted(completed), "statuses": len(statuses)}


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
    seen |= trade(ib, codes, foreign) | finish(port, client_id, ib)
    seen["errors"] = sorted({code for request_id, code in codes if code not in (2104, 2106, 2158)})
    ib.disconnect()
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
