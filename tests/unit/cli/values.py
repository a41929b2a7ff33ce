"""Fixed model values for the command line's tests: orders of each owner, positions, one stop. Imports model only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

from tws_console.model.ids import OrderKey, Owner
from tws_console.model.instrument import Instrument
from tws_console.model.intent import Intent, IntentState
from tws_console.model.order import Order, Status, Witness
from tws_console.model.position import AccountFigures, Fill, Position
from tws_console.model.recovery import AwayReport, ChangedOrder, FieldChange, GoneOrder, KnownOrder, PositionChange
from tws_console.model.session import ConnectFailed, Lamp, Lamps, Mode, Phase, SessionState, Stage, StageName
from tws_console.model.stop import Outcome, Proof, StopLine, StopLink, StopReport, StopScope, StopVerdict
from tws_console.model.ticket import OrderRequest
from tws_console.model.verdict import Level, Verdict, WhatIf

NOW = 1_000.0
WALL = datetime(2026, 9, 15, 13, 12, 44, tzinfo=UTC)
AAPL = Instrument(
    265598,
    "AAPL",
    primary_exch="NASDAQ",
    local_symbol="AAPL",
    trading_class="NMS",
    long_name="Apple Inc",
    min_tick=D("0.01"),
)
ES = Instrument(515416632, "ES", "FUT", "CME", expiry="20261218", multiplier="50", min_tick=D("0.25"))

OWN = Order(
    key=OrderKey.perm(1902837465),
    owner=Owner.OWN,
    instrument=AAPL,
    perm_id=1902837465,
    client_id=12,
    order_id=41,
    account="DU1234567",
    action="BUY",
    quantity=D(200),
    filled=D(60),
    remaining=D(140),
    avg_fill_price=D("187.3333333333333"),
    order_type="LMT",
    limit_price=D("187.50"),
    tif="DAY",
    status=Status.PARTIAL,
    broker_status="Submitted",
    order_ref="01K5A0000000000000000000AA",
    seen_at=WALL,
)
MANUAL = Order(
    key=OrderKey.perm(1234567890123456),
    owner=Owner.MANUAL,
    instrument=ES,
    perm_id=1234567890123456,
    client_id=0,
    order_id=0,
    account="DU7654321",
    action="SELL",
    quantity=D(2),
    filled=D(0),
    remaining=D(2),
    order_type="STP LMT",
    limit_price=D("5948.50"),
    aux_price=D("5950"),
    tif="GTC",
    status=Status.UNTRIGGERED,
    broker_status="PreSubmitted",
    reason="waits for its trigger",
    seen_at=WALL,
)
UNKNOWN = Order(
    key=OrderKey.alias(12, 42),
    owner=Owner.OWN,
    instrument=AAPL,
    client_id=12,
    order_id=42,
    action="BUY",
    quantity=D("0.25"),
    order_type="LMT",
    limit_price=D("0.3"),
    tif="DAY",
    status=Status.UNKNOWN,
    reason="no answer from TWS in 5 s",
)
FOREIGN = Order(
    key=OrderKey.perm(77),
    owner=Owner.FOREIGN,
    instrument=AAPL,
    perm_id=77,
    client_id=7,
    order_id=41,
    account="DU1234567",
    action="SELL",
    quantity=D(5),
    status=Status.WORKING,
)

UP = SessionState(
    profile="paper",
    mode=Mode.PAPER,
    host="127.0.0.1",
    port=7497,
    client_id=12,
    phase=Phase.UP,
    lamps=Lamps(Lamp.UP, Lamp.UP, Lamp.DEGRADED, Lamp.UNKNOWN),
    stages=(
        Stage(StageName.TCP, True, 0.41239, "127.0.0.1:7497"),
        Stage(StageName.HANDSHAKE, True, 1.5),
        Stage(StageName.READY, True, 3.0),
        Stage(StageName.ORDERS, False, 5000.0, "no complete list of orders in 5 s"),
    ),
    accounts=("DU1234567", "DU7654321"),
    server_version=178,
    next_valid_id=43,
    snapshot_at=NOW - 1.25,
    snapshot_complete=True,
)
REFUSED = ConnectFailed(
    StageName.TCP, "nothing listens on port 7497.", ("Start TWS or IB Gateway and log in.", "Check the port."), None
)
DEAD = SessionState(
    profile="paper",
    mode=Mode.PAPER,
    host="127.0.0.1",
    port=7497,
    client_id=12,
    phase=Phase.WAITING,
    lamps=Lamps(socket=Lamp.DOWN),
    stages=(Stage(StageName.TCP, False, 0.3, "nothing listens on port 7497."),),
)

LONG = Position(
    "DU1234567",
    AAPL,
    D(300),
    average_cost=D("171.2"),
    market_price=D(56250) / D(301),
    market_value=D("56250.00"),
    daily_pnl=D("414"),
    unrealized_pnl=D("4888.98"),
    realized_pnl=D(0),
    source="pnl",
    seen_at=NOW - 0.5,
)
NEW = Position("DU7654321", ES, D(-2))
FIGURES = AccountFigures(
    "DU1234567",
    currency="USD",
    net_liquidation=D("1024318.55"),
    cash=D("0.3"),
    buying_power=D("2451960"),
    cushion=D("0.598"),
    day_trades_left=3,
    seen_at=NOW - 2,
)

REQUEST = OrderRequest("BUY", "AAPL", "LMT", D(10), limit_price=D("187.5"), transmit=True)
VERDICTS = (
    Verdict("freeze", Level.PASS, "", ""),
    Verdict("price-away", Level.WARN, "PRICE_AWAY", "no quote: price not checked"),
)
WHAT_IF = WhatIf(init_margin_change=D("468.75"), commission=D("0.35"), commission_currency="USD", elapsed_ms=212.34567)

REPORT = StopReport(
    host="127.0.0.1",
    port=7497,
    verdict=StopVerdict.EMPTY,
    running=False,
    why="1 of 2 ends has no witness",
    proof=Proof(2, 1500.0, 1, 1, True, 0, "up"),
    scope=StopScope(accounts=("DU1234567",), clients=(0, 12), symbols=("AAPL", "ES DEC26")),
    frozen=True,
    started_at="2026-09-15T13:12:44Z",
    elapsed_ms=4006.0,
    blocked_ms=0.21,
    sent_ms=0.4999,
    proved_ms=None,
    link=StopLink.UP,
    orders=(
        StopLine(
            OrderKey.perm(1902837465),
            1902837465,
            12,
            41,
            Owner.OWN,
            "AAPL",
            "BUY",
            D(200),
            D(60),
            Outcome.CANCELLED,
            Witness.STATUS,
            "",
            312.5,
        ),
        StopLine(OrderKey.perm(9), 9, 0, 0, Owner.MANUAL, "ES DEC26", "SELL", D(2), None, Outcome.GONE),
    ),
    attempts=1,
)

INTENT = Intent(
    ulid="01K5A0000000000000000000AB",
    at=WALL,
    login="DU1234567",
    endpoint="127.0.0.1:7497",
    client_id=11,
    order_id=44,
    account="DU1234567",
    con_id=265598,
    symbol="AAPL",
    action="BUY",
    quantity=D(10),
    order_type="LMT",
    limit_price=D("187.50"),
    aux_price=None,
    tif="DAY",
    transmit=True,
    order_ref="01K5A0000000000000000000AB",
    state=IntentState.SENT,
)
AWAY = AwayReport(
    since=WALL,
    at=WALL + timedelta(hours=1),
    why="the console was closed",
    fills=(Fill("0001.01.01", 1902837465, 12, 41, "DU1234567", AAPL, "BUY", D(60), D("187.33"), D(60), WALL, False),),
    gone=(
        GoneOrder(
            KnownOrder(
                77, 7, 11, "foreign", "DU1234567", "ES DEC26", "SELL", D(2), D(0), "LMT", D("5912.25"), None, "DAY"
            ),
            "unknown",
            "it left the list and nothing tells how: look in TWS",
        ),
    ),
    new=(MANUAL,),
    changed=(ChangedOrder(OWN, (FieldChange("limit_price", D(187), D("187.50")), FieldChange("filled", D(0), D(60)))),),
    positions=(PositionChange("DU1234567", 265598, "AAPL", D(300), D(60), D(365)),),
)
