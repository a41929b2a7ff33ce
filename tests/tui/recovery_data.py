"""Fixed values for the pages about what a restart left open. Imports model only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.tui import fake_data as data
from tests.tui.fake_data import A1, NOW, D
from tws_console.model.intent import Intent, IntentState
from tws_console.model.position import Fill
from tws_console.model.recovery import (
    AwayReport,
    ChangedOrder,
    FieldChange,
    GoneOrder,
    KnownOrder,
    PositionChange,
    Unresolved,
)

INTENT = Intent(
    ulid="01K5A0000000000000000000AB",
    at=NOW - timedelta(minutes=14),
    login=f"{A1},{data.A2}",
    endpoint="127.0.0.1:7497",
    client_id=3,
    order_id=40,
    account=A1,
    con_id=data.AAPL.con_id,
    symbol="AAPL",
    action="BUY",
    quantity=D(100),
    order_type="LMT",
    limit_price=D("187.50"),
    aux_price=None,
    tif="DAY",
    transmit=True,
    order_ref="01K5A0000000000000000000AB",
    state=IntentState.SENT,
)
UNRESOLVED = (
    Unresolved(
        INTENT,
        (
            "sent 2026-09-15 12:58:44Z, no answer was recorded",
            "its number is carried by #1902837461 (working, reference desk-7)",
            "completed orders at 13:12:40Z: 4, none with its reference",
            "executions at 13:12:41Z: 9, none with its reference or number",
        ),
        (data.ORDERS[0],),
    ),
    Unresolved(
        replace(
            INTENT,
            ulid="01K5A0000000000000000000AC",
            at=NOW - timedelta(hours=2),
            symbol="EUR.USD",
            action="SELL",
            quantity=D(250000),
            limit_price=D("1.08345"),
            order_id=39,
            state=IntentState.INTENDED,
        ),
        (
            "meant 2026-09-15 11:12:44Z; whether its bytes left is not known",
            "open orders at 13:12:40Z: 15, none with its reference or number",
            "completed orders not told: TWS did not answer in 5 s",
            "executions at 13:12:41Z: 9, none with its reference or number",
        ),
    ),
)
REASON = "TSLA moved by -80: no known fill explains it"
REPORT = AwayReport(
    since=NOW - timedelta(minutes=41),
    at=NOW,
    why="the link to TWS was lost",
    fills=(
        Fill(
            "0001.01.01", 1902837465, 3, 41, A1, data.NVDA, "BUY", D(60), D("134.18"), D(60),
            NOW - timedelta(minutes=20), False,
        ),
    ),
    gone=(
        GoneOrder(
            KnownOrder(
                1187330021, 7, 11, "foreign", A1, "ES DEC26", "SELL", D(2), D(0), "LMT", D("5912.25"), None, "DAY"
            ),
            "unknown",
            "it left the list and nothing tells how: look in TWS",
        ),
        GoneOrder(
            KnownOrder(1902837470, 3, 38, "own", A1, "MSFT", "SELL", D(150), D(0), "LMT", D("431.10"), None, "DAY"),
            "cancelled",
        ),
    ),
    new=(data.ORDERS[0],),
    changed=(
        ChangedOrder(
            data.ORDERS[1], (FieldChange("limit_price", D("134.00"), D("134.20")), FieldChange("filled", D(0), D(60)))
        ),
    ),
    positions=(PositionChange(A1, data.TSLA.con_id, "TSLA", D(200), D(0), D(120)),),
)  # fmt: skip
