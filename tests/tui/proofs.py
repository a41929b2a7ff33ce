"""Stop reports for the tests of the proof page: one that runs, and the three verdicts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.tui import fake_data as data
from tws_console.model.order import Order, Witness
from tws_console.model.stop import Outcome, Proof, StopLine, StopLink, StopReport, StopScope, StopVerdict

D = Decimal


def line(
    order: Order,
    outcome: Outcome,
    ms: float | None = None,
    witness: Witness = Witness.NONE,
    reason: str = "",
    filled: str | None = None,
) -> StopLine:
    return StopLine(
        order.key,
        order.perm_id,
        order.client_id,
        order.order_id,
        order.owner,
        order.instrument.name,
        order.action,
        order.quantity,
        Decimal(filled) if filled else order.filled,
        outcome,
        witness,
        reason,
        ms,
    )


FILLED = line(data.ORDERS[4], Outcome.FILLED, 264, Witness.EXECUTION, "2 at 5912.25", filled="2")
CANCELLED = tuple(line(order, Outcome.CANCELLED, 212, Witness.STATUS) for order in data.ORDERS[:4])
OPEN = (
    line(data.ORDERS[8], Outcome.LIVE, reason="cancel sent again"),
    line(data.ORDERS[10], Outcome.LIVE, reason="global again"),
    line(data.ORDERS[12], Outcome.UNKNOWN, reason="not in 3 lists"),
)


def report(
    verdict: StopVerdict,
    lines: tuple[StopLine, ...],
    *,
    running: bool,
    why: str,
    elapsed_ms: float,
    proof: Proof,
    link: StopLink = StopLink.UP,
    next_try_ms: float | None = None,
) -> StopReport:
    return StopReport(
        host="127.0.0.1",
        port=7497,
        verdict=verdict,
        running=running,
        why=why,
        proof=proof,
        scope=StopScope(),
        frozen=True,
        started_at="2026-09-15T13:12:44Z",
        elapsed_ms=elapsed_ms,
        blocked_ms=0.2,
        sent_ms=3.1,
        proved_ms=elapsed_ms if verdict is StopVerdict.PROVED else None,
        link=link,
        next_try_ms=next_try_ms,
        staged=("AMD SELL 400",),
        orders=lines,
    )


STOPPING = report(
    StopVerdict.NOT_CONFIRMED,
    (*CANCELLED, FILLED, *OPEN),
    running=True,
    why="orders are still live",
    elapsed_ms=812,
    proof=Proof(snapshots=4, executions_swept=True),
)
PROVED = report(
    StopVerdict.PROVED,
    (*CANCELLED, FILLED),
    running=False,
    why="",
    elapsed_ms=1912,
    proof=Proof(6, 1600, 5, 0, True, 0, "up"),
)
EMPTY = report(
    StopVerdict.EMPTY,
    (*CANCELLED, line(data.ORDERS[11], Outcome.GONE, reason="left the list, no witness")),
    running=True,
    why="the lists are empty, but nothing witnesses the end of SPY 19DEC26 600 P of client 101",
    elapsed_ms=6006,
    proof=Proof(20, 900, 4, 1, True, 0, "up"),
)
NOT_CONFIRMED = report(
    StopVerdict.NOT_CONFIRMED,
    (*CANCELLED, FILLED, *OPEN),
    running=True,
    why="link to TWS lost 6.1 s ago",
    elapsed_ms=7204,
    proof=Proof(1, None, 5, 3, False, 0, "unknown"),
    link=StopLink.DOWN,
    next_try_ms=8604,
)
LATER = replace(NOT_CONFIRMED, started_at="2026-09-15T13:14:00Z")
LONG = replace(
    NOT_CONFIRMED,
    host="gateway-7.trading.example.com",
    why="no connection to TWS: the cancel has not left, working orders are NOT cancelled",
    notes=("the journal cannot be written (disk full)", "a second connection gets no answer to its greeting"),
    orders=tuple(
        replace(item, perm_id=1902837465123400 + number, symbol=name, quantity=size)
        for number, (item, name, size) in enumerate(
            zip(
                NOT_CONFIRMED.orders,
                ("SPXW 19DEC26 6000 C", "BRK B", "EUR.USD", "BTC.USD", "ES DEC26", "GOOGL 19DEC26 1200 P", "A", "SIE"),
                (D(1250000), D(100), D("12500000.5"), D("0.00012345"), D(2), D(100), D(999999999), None),
                strict=True,
            )
        )
    ),
)
SCOPED = replace(
    NOT_CONFIRMED,
    frozen=False,
    link=StopLink.UP,
    why="2 still live",
    scope=StopScope(("DU1234567",), (12,), ("GME", "MSFT"), everything=False, words="3 marked"),
    orders=OPEN,
    staged=(),
)
