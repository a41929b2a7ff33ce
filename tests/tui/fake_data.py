"""Fixed model values for the screens: fifteen orders of five owners, ten positions of two accounts, one fixed clock.

Imports model only.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tws_console.model.ids import OrderKey, Owner
from tws_console.model.instrument import Instrument
from tws_console.model.notice import Notice, Tone
from tws_console.model.order import Order, Status
from tws_console.model.position import AccountFigures, Position, Quote
from tws_console.model.session import STAGE_ORDER, Lamp, Lamps, Mode, Phase, SessionState, Stage

NOW = datetime(2026, 9, 15, 13, 12, 44, tzinfo=UTC)
MONOTONIC = 10_000.0
D = Decimal
A1, A2 = "DU1234567", "DU7654321"


def stock(con_id: int, symbol: str, name: str = "", primary: str = "NASDAQ", currency: str = "USD") -> Instrument:
    return Instrument(
        con_id, symbol, primary_exch=primary, currency=currency, long_name=name, min_tick=D("0.01"), local_symbol=symbol
    )


AAPL = stock(265598, "AAPL", "Apple Inc")
NVDA = stock(4815747, "NVDA", "NVIDIA Corp")
TSLA = stock(76792991, "TSLA", "Tesla Inc")
GME = stock(36285627, "GME", "GameStop Corp", "NYSE")
MSFT = stock(272093, "MSFT", "Microsoft Corp")
AMD = stock(4391, "AMD", "Advanced Micro Devices")
QQQ = stock(320227571, "QQQ", "Invesco QQQ Trust")
SIE = stock(117902840, "SIE", "Siemens AG", "IBIS", "EUR")
ES = Instrument(
    515416632, "ES", "FUT", "CME", expiry="20261218", multiplier="50", long_name="E-mini S&P 500", min_tick=D("0.25")
)
NQ = Instrument(
    515416577, "NQ", "FUT", "CME", expiry="20261218", multiplier="20", long_name="E-mini Nasdaq", min_tick=D("0.25")
)
EURUSD = Instrument(
    12087792, "EUR", "CASH", "IDEALPRO", "USD", long_name="European Monetary Union Euro", min_tick=D("0.00005")
)
SPYP = Instrument(
    700000001,
    "SPY",
    "OPT",
    expiry="20261219",
    strike=D(600),
    right="P",
    multiplier="100",
    min_tick=D("0.01"),
)
BTC = Instrument(479624278, "BTC", "CASH", "PAXOS", "USD", min_tick=D("0.25"))

_AGES = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def order(
    instrument: Instrument,
    action: str,
    quantity: str,
    kind: str,
    price: str | None,
    status: Status,
    *,
    client: int,
    number: int,
    perm: int,
    account: str = A1,
    tif: str = "DAY",
    aux: str | None = None,
    age: str = "1m",
    filled: str = "0",
    avg: str | None = None,
    parent: int = 0,
    parent_perm: int | None = None,
    reason: str = "",
    broker: str = "Submitted",
) -> Order:
    owner = Owner.MANUAL if client == 0 else Owner.OWN if client == 3 else Owner.FOREIGN
    seen = NOW - timedelta(seconds=int(age[:-1]) * _AGES[age[-1]])
    return Order(
        key=OrderKey.perm(perm) if perm else OrderKey.alias(client, number),
        owner=owner,
        instrument=instrument,
        perm_id=perm or None,
        client_id=client,
        order_id=number,
        account=account,
        action=action,
        quantity=D(quantity),
        filled=D(filled),
        remaining=D(quantity) - D(filled),
        avg_fill_price=D(avg) if avg else None,
        order_type=kind,
        limit_price=D(price) if price and kind in {"LMT", "STP LMT"} else None,
        aux_price=D(aux) if aux else D(price) if price and kind in {"STP", "TRAIL"} else None,
        tif=tif,
        status=status,
        broker_status=broker,
        reason=reason,
        parent_id=parent,
        parent_perm_id=parent_perm,
        first_seen=seen,
        seen_at=NOW,
    )


S = Status
ORDERS: tuple[Order, ...] = (
    order(AAPL, "BUY", "100", "LMT", "187.50", S.WORKING, client=3, number=40, perm=1902837461, age="2m",
          reason="outside RTH"),
    order(NVDA, "BUY", "200", "LMT", "134.20", S.PARTIAL, client=3, number=41, perm=1902837465, age="14m", tif="GTC",
          filled="60", avg="134.18", reason="bracket parent"),
    order(NVDA, "SELL", "200", "LMT", "141.00", S.WAIT_PARENT, client=3, number=42, perm=1902837466, age="14m",
          tif="GTC", parent=41, parent_perm=1902837465, reason="child", broker="PreSubmitted"),
    order(NVDA, "SELL", "200", "STP", "131.50", S.WAIT_PARENT, client=3, number=43, perm=1902837467, age="14m",
          tif="GTC", parent=41, parent_perm=1902837465, reason="child,trigger", broker="PreSubmitted"),
    order(ES, "SELL", "2", "LMT", "5912.25", S.WORKING, client=7, number=11, perm=1187330021, age="41m"),
    order(ES, "BUY", "2", "STP LMT", "5948.50", S.UNTRIGGERED, client=7, number=12, perm=1187330022, age="41m",
          aux="5948.00", reason="trigger", broker="PreSubmitted"),
    order(NQ, "SELL", "1", "TRAIL", "25.00", S.UNTRIGGERED, client=7, number=13, perm=1187330023, age="3h", tif="GTC",
          reason="trigger", broker="PreSubmitted"),
    order(EURUSD, "BUY", "250000", "LMT", "1.08345", S.WORKING, client=12, number=41, perm=884120377, account=A2,
          age="1d", tif="GTC"),
    order(MSFT, "SELL", "150", "LMT", "431.10", S.CANCELLING, client=12, number=42, perm=884120391, account=A2,
          age="9m", reason="may still fill", broker="PendingCancel"),
    order(TSLA, "SELL", "50", "LMT", "262.00", S.HELD, client=0, number=0, perm=550019288, age="5m",
          reason="until 09:30 ET", broker="PreSubmitted"),
    order(GME, "SELL", "300", "LMT", "28.40", S.WAIT_LOCATE, client=0, number=0, perm=550019290, age="22m",
          reason="short locate", broker="PreSubmitted"),
    order(SPYP, "BUY", "10", "LMT", "4.35", S.HELD, client=101, number=5, perm=661200410, account=A2, age="2d",
          tif="GTC", reason="until 09:30 ET", broker="PreSubmitted"),
    order(BTC, "BUY", "0.25", "LMT", "104250.00", S.UNKNOWN, client=3, number=44, perm=0, age="9s",
          reason="no answer for 9 s", broker=""),
    order(AMD, "SELL", "400", "LMT", "164.80", S.STAGED, client=3, number=45, perm=0, age="1m",
          reason="not transmitted", broker=""),
    order(QQQ, "BUY", "50", "LMT", "508.10", S.UNVERIFIED, client=3, number=46, perm=1902837470, age="31s",
          reason="10349, checking"),
)  # fmt: skip


def position(
    instrument: Instrument,
    account: str,
    quantity: str,
    cost: str | None,
    price: str | None,
    day: str | None,
    unreal: str | None,
    realized: str | None = "0",
    age: float = 0.0,
) -> Position:
    factor = instrument.factor
    return Position(
        account,
        instrument,
        D(quantity),
        D(cost) * factor if cost else None,
        D(price) if price else None,
        D(price) * D(quantity) * factor if price else None,
        D(day) if day else None,
        D(unreal) if unreal else None,
        D(realized) if realized else None,
        "portfolio",
        MONOTONIC - age,
    )


POSITIONS: tuple[Position, ...] = (
    position(AAPL, A1, "300", "171.20", "187.50", "414.00", "4888.98"),
    position(NVDA, A1, "60", "134.20", "134.64", "26.40", "26.40"),
    position(ES, A1, "-2", "5921.13", "5908.75", "1237.50", "1238.00", "412.50"),
    position(NQ, A1, "1", "20790.50", "20880.50", "-340.00", "1800.00"),
    position(TSLA, A1, "120", "248.91", "259.06", "-187.20", "1218.00"),
    position(GME, A1, "0", None, "28.25", "-42.10", "0.00", "-42.10"),
    position(MSFT, A2, "150", "402.78", "430.22", "-301.50", "4116.75"),
    position(EURUSD, A2, "500000", "1.08102", "1.08432", "-215.00", "1650.00"),
    position(SPYP, A2, "20", "5.12", "4.45", "-120.00", "-1346.00"),
    position(SIE, A2, "80", "168.44", None, None, None, "0", 240.0),
)

_PRICES = (
    (AAPL, "187.48", "187.52", "187.50", "300", "500"),
    (NVDA, "134.61", "134.66", "134.64", "200", "100"),
    (ES, "5908.75", "5909.00", "5908.75", "12", "9"),
    (NQ, "20880.25", "20880.75", "20880.50", "3", "2"),
    (EURUSD, "1.08430", "1.08435", "1.08432", "1000000", "500000"),
    (MSFT, "430.20", "430.25", "430.22", "100", "200"),
    (TSLA, "259.02", "259.10", "259.06", "100", "100"),
    (GME, "28.24", "28.26", "28.25", "700", "400"),
    (SPYP, "4.40", "4.50", "4.45", "30", "25"),
    (AMD, "163.30", "163.34", "163.32", "100", "300"),
    (QQQ, "508.82", "508.86", "508.84", "400", "600"),
)
QUOTES: dict[int, Quote] = {
    item.con_id: Quote(item.con_id, D(bid), D(ask), D(last), D(bs), D(as_), D(last), "L", "", MONOTONIC)
    for item, bid, ask, last, bs, as_ in _PRICES
}

TOTAL = AccountFigures(
    "", "USD", D(1024318), D(211405), D(2451960), D(398120), D(361900), D(612990), D("0.598"), D("430.70"),
    D("13608.11"), D("370.40"), 3, "summary", MONOTONIC - 1,
)  # fmt: skip
FIGURES = {
    A1: AccountFigures(
        A1, "USD", D(824318), D(111405), D(1951960), D(298120), D(271900), D(512990), D("0.622"), D("1066.50"),
        D("9129.28"), D("370.40"), 3, "summary", MONOTONIC - 1,
    ),
    A2: AccountFigures(
        A2, "USD", D(200000), D(100000), D(500000), D(100000), D(90000), D(100000), D("0.5"), D("-636.50"),
        D("4420.75"), D("0"), 3, "summary", MONOTONIC - 1,
    ),
}  # fmt: skip

_STAGE_DETAILS = ("127.0.0.1:7497", "server version 178", "next id 47", "2 accounts", "15 orders of 5 owners",
                  "10 positions", "4 today")  # fmt: skip
SESSION = SessionState(
    profile="paper",
    mode=Mode.PAPER,
    host="127.0.0.1",
    port=7497,
    client_id=3,
    phase=Phase.UP,
    lamps=Lamps(Lamp.UP, Lamp.UP, Lamp.UP, Lamp.UP),
    stages=tuple(Stage(name, True, 2.0, detail) for name, detail in zip(STAGE_ORDER, _STAGE_DETAILS, strict=True)),
    accounts=(A1, A2),
    server_version=178,
    next_valid_id=47,
    snapshot_at=MONOTONIC - 1.2,
    snapshot_complete=True,
    messages_per_second=38,
)


def _notice(clock: str, tone: Tone, text: str, key: OrderKey | None = None) -> Notice:
    hour, minute, second = (int(part) for part in clock.split(":"))
    return Notice(NOW.replace(hour=hour + 4, minute=minute, second=second), tone, text, key)


NOTICES: tuple[Notice, ...] = (
    _notice("08:55:01", Tone.GOOD, "connected, 15 orders of 5 owners"),
    _notice("08:59:58", Tone.NOTE, "data farm usfarm broken (2103)"),
    _notice("09:00:12", Tone.NOTE, "data farm usfarm back (2104)"),
    _notice("09:07:00", Tone.INFO, "TSLA SELL 50 entered by hand in TWS"),
    _notice("09:09:31", Tone.INFO, "MSFT cancel sent by c12"),
    _notice("09:10:02", Tone.INFO, "c12 added EUR.USD BUY 250,000"),
    _notice("09:11:50", Tone.GOOD, "NVDA bought 60 at 134.18, 140 left"),
    _notice("09:12:13", Tone.WARN, "QQQ 10349 TIF set by preset, checking"),
    _notice(
        "09:12:35",
        Tone.WARN,
        "BTC.USD BUY 0.25 limit 104250.00: no answer from TWS for 9 s, state unknown. Press n to go to it.",
        OrderKey.alias(3, 44),
    ),
)
