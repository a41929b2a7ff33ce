"""Owns the requests for market scanners. Imports `gateway`, `session`, `market`. Layout as ib_async 2.1.0 reads it."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from tws_console.simulator import history
from tws_console.simulator.contracts import Contract
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.history_requests import refuse
from tws_console.simulator.market import STEPS, Quote, step_of
from tws_console.simulator.session import Session
from tws_console.simulator.wire import Cursor, Field, frame

MAX_ROWS = 50
MAX_SCANNERS = 10
_FILTERS = 22  # place of the filter options, since server version 143
_PLACES = ("NASDAQ", "NYSE", "ARCA", "AMEX", "IBIS", "SBF")  # a location that ends so names one market
REFRESH_SECONDS = 30
MORE_PERMISSIONS = "You must subscribe for additional permissions to obtain precise results for scanner. Parameters:"
Row = tuple[Contract, Quote]


def _change(row: Row) -> Decimal:
    return row[1].last / row[1].close - 1


def _implied_volatility(row: Row) -> Decimal:
    return history.figure(row[0], "OPTION_IMPLIED_VOLATILITY", row[1].last)


# Filter option -> the figure that it bounds; its name ends in Above or Below.
_FIGURES: dict[str, Callable[[Row], Decimal]] = {
    "price": lambda row: row[1].last,
    "volume": lambda row: Decimal(row[1].volume),
    "changePerc": lambda row: _change(row) * 100,
    "openGapPerc": lambda row: (row[1].open / row[1].close - 1) * 100,
}
# Scan code -> what the rows are ranked by, the first being the highest.
CODES: dict[str, Callable[[Row], Decimal]] = {
    "TOP_PERC_GAIN": _change,
    "TOP_PERC_LOSE": lambda row: -_change(row),
    "MOST_ACTIVE": lambda row: Decimal(row[1].volume),
    "HOT_BY_VOLUME": lambda row: Decimal(row[1].volume),
    "MOST_ACTIVE_USD": lambda row: row[1].volume * row[1].last,
    "TOP_TRADE_COUNT": lambda row: Decimal(row[1].volume),
    "TOP_PRICE_RANGE": lambda row: (row[1].high - row[1].low) / row[1].last,
    "HOT_BY_PRICE_RANGE": lambda row: (row[1].high - row[1].low) / row[1].last,
    "TOP_OPEN_PERC_GAIN": lambda row: row[1].last / row[1].open - 1,
    "TOP_OPEN_PERC_LOSE": lambda row: 1 - row[1].last / row[1].open,
    "TOP_TRADE_RATE": lambda row: Decimal(row[1].last_size),
    "TOP_VOLUME_RATE": lambda row: Decimal(row[1].last_size),
    "HIGH_OPT_IMP_VOLAT": _implied_volatility,
    "LOW_OPT_IMP_VOLAT": lambda row: -_implied_volatility(row),
    "HIGH_OPT_VOLUME_PUT_CALL_RATIO": lambda row: Decimal(row[0].con_id % 97),
    "LOW_OPT_VOLUME_PUT_CALL_RATIO": lambda row: -Decimal(row[0].con_id % 97),
}
_INSTRUMENTS = {"STK": ("STK", "USD"), "ETF.EQ.US": ("STK", "USD"), "IND.US": ("IND", "USD"), "FUT.US": ("FUT", "USD")}
_INSTRUMENTS |= {"STOCK.EU": ("STK", "EUR")}
Bound = tuple[Callable[[Row], Decimal], int, Decimal]


def _bounds(written: str) -> list[Bound]:
    """The filter options "priceAbove=5;volumeAbove=100;". ValueError for a name that is not known or a bad number."""
    found: list[Bound] = []
    for part in filter(None, (text.strip() for text in written.split(";"))):
        name, _, value = part.partition("=")
        figure = _FIGURES.get(name.removesuffix("Above").removesuffix("Below"))
        if figure is None or not name.endswith(("Above", "Below")):
            raise ValueError(f"No scanner filter is named {name}")
        try:
            found.append((figure, 1 if name.endswith("Above") else -1, Decimal(value)))
        except InvalidOperation:
            raise ValueError(f"The scanner filter {name} is no number: {value}") from None
    return found


def scanner_parameters(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqScannerParameters (24): what can be scanned, as XML."""
    codes = "".join(
        f"<ScanType><displayName>{code}</displayName><scanCode>{code}</scanCode></ScanType>" for code in CODES
    )
    filters = "".join(
        f"<RangeFilter><id>{name.upper()}</id>"
        + "".join(f"<AbstractField><code>{name}{side}</code></AbstractField>" for side in ("Above", "Below"))
        + "</RangeFilter>"
        for name in _FIGURES
    )
    kinds = "".join(f"<Instrument><name>{kind}</name><type>{kind}</type></Instrument>" for kind in _INSTRUMENTS)
    xml = '<?xml version="1.0" encoding="UTF-8"?>\n<ScanParameterResponse>'
    xml += f"<InstrumentList>{kinds}</InstrumentList><ScanTypeList>{codes}</ScanTypeList>"
    xml += f"<FilterList>{filters}</FilterList></ScanParameterResponse>"
    session.send(frame(19, 1, xml))


def scan(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqScannerSubscription (22): the ranking now, then every half minute of simulated time."""
    cursor = Cursor(fields)
    request_id, rows = cursor.integer(), cursor.integer()
    instrument, location, code = cursor.text(), cursor.text(), cursor.text()
    above, below, volume = cursor.decimal(), cursor.decimal(), cursor.decimal()
    written = fields[_FILTERS] if len(fields) > _FILTERS else ""
    streams = session.subscriptions.streams
    if ("scan", request_id) in streams:
        session.send_error(
            request_id, 322, "Error processing request.-'bS' : cause - Duplicate ticker ID for API scanner subscription"
        )
        return
    if instrument not in _INSTRUMENTS or code not in CODES or not location.strip():
        refuse(session, request_id, f"Unknown scanner: {instrument} {location} {code}")
        return
    if session.subscriptions.count("scan") >= MAX_SCANNERS:
        refuse(session, request_id, f"Only {MAX_SCANNERS} simultaneous API scanner subscriptions are allowed.")
        return
    try:
        bounds = _bounds(written)
    except ValueError as wrong:
        refuse(session, request_id, str(wrong))
        return
    place = location.rpartition(".")[2]
    count = MAX_ROWS if rows <= 0 else min(rows, MAX_ROWS)
    told = -1

    def fits(row: Row) -> bool:
        price = row[1].last
        if place in _PLACES and row[0].primary != place:
            return False
        if any((figure(row) - bound) * sign < 0 for figure, sign, bound in bounds):
            return False
        return not (
            (above is not None and price < above)
            or (below is not None and price > below)
            or (volume is not None and row[1].volume < volume)
        )

    def due() -> bytes:
        nonlocal told
        now = step_of(gateway.clock.now()) // (STEPS * REFRESH_SECONDS)
        if now == told:
            return b""
        told = now
        return _ranking(gateway, request_id, instrument, code, count, fits)

    if _hidden(gateway, instrument):
        session.send_error(request_id, 492, f"{MORE_PERMISSIONS}{instrument},{location},{code}")
    session.send(due())
    streams["scan", request_id] = due


def _hidden(gateway: Gateway, instrument: str) -> bool:
    """Whether listings are left out because there is no subscription for them."""
    wanted = _INSTRUMENTS[instrument]
    return any((row.sec_type, row.currency) == wanted and not row.entitled for row in gateway.catalogue.listed)


def _ranking(
    gateway: Gateway, request_id: int, instrument: str, code: str, count: int, fits: Callable[[Row], bool]
) -> bytes:
    sec_type, currency = _INSTRUMENTS[instrument]
    etf_only = instrument.startswith("ETF")
    found = []
    for contract in gateway.catalogue.listed:
        if (contract.sec_type, contract.currency) == (sec_type, currency) and contract.entitled:
            row = (contract, gateway.market.quote(contract.con_id))
            if fits(row) and not (etf_only and contract.stock_type != "ETF"):
                found.append(row)
    found.sort(key=lambda row: (-CODES[code](row), row[0].con_id))
    fields: list[Field] = [20, 3, request_id, len(found[:count])]
    for rank, (contract, _) in enumerate(found[:count]):
        fields += [rank, contract.con_id, contract.symbol, contract.sec_type, contract.expiry, contract.strike]
        fields += [contract.right, contract.default_exchange, contract.currency, contract.local_symbol]
        fields += [contract.market_name, contract.trading_class, "", "", "", ""]
    return frame(*fields)


def cancel_scan(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelScannerSubscription (23): 162 says that it has ended, 365 that there was none."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id = cursor.integer()
    if session.subscriptions.streams.pop(("scan", request_id), None) is None:
        session.send_error(request_id, 365, f"No scanner subscription found for ticker id:{request_id}")
    else:
        refuse(session, request_id, f"API scanner subscription cancelled: {request_id}")


SCANNER_REQUESTS = {22: scan, 23: cancel_scan, 24: scanner_parameters}
