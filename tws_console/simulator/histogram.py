"""Owns the request for a histogram: how much was traded at which price. Imports `gateway`, `history`, `session`.

Layout as ib_async 2.1.0 (decoder.py) reads it. The histogram adds up the bars of the period, so both agree.
"""

import re
from collections import defaultdict
from decimal import Decimal

from tws_console.simulator import history
from tws_console.simulator.contracts import Contract, read_dated_query
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.history_requests import make_query, refuse
from tws_console.simulator.resolving import one_contract
from tws_console.simulator.session import Session
from tws_console.simulator.wire import Cursor, Field, frame

_PERIOD = re.compile(r"(\d{1,4}) ?(second|minute|hour|day|week|month|year)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_FINE, _FINE_DAYS = 1800, 10


def histogram(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqHistogramData (88): price and size of the trades of a period such as "3 days", in rising order."""
    cursor = Cursor(fields)
    request_id, described = cursor.integer(), read_dated_query(cursor)
    liquid, period = cursor.flag(), cursor.text()
    contract = one_contract(gateway, session, request_id, described)
    if contract is None:
        return
    duration = _duration(period)
    if duration is None:
        session.send_error(request_id, 321, f"Error validating request.-'bW' : cause - Invalid time period: {period}")
    elif not contract.entitled or not history.offers(contract, "TRADES"):
        refuse(session, request_id, f"No historical market data for {contract.symbol}/{contract.sec_type} Histogram")
    else:
        rows = _sizes(gateway, contract, duration, liquid)
        cells: list[Field] = [cell for price, size in sorted(rows.items()) for cell in (price, size)]
        session.send(frame(89, request_id, len(rows), *cells))


def _duration(period: str) -> str | None:
    """A period as bars are asked for; None when it is none."""
    parts = _PERIOD.fullmatch(period.strip().lower())
    if parts is None or not int(parts[1]):
        return None
    count, unit = int(parts[1]), parts[2]
    duration = f"{count * _SECONDS[unit]} S" if unit in _SECONDS else f"{count} {unit[0].upper()}"
    try:
        history.read_duration(duration)
    except ValueError:
        return None
    return duration


def _sizes(gateway: Gateway, contract: Contract, duration: str, liquid: bool) -> dict[Decimal, int]:
    count, unit = duration.split()
    fine = unit == "S" or (unit == "D" and int(count) <= _FINE_DAYS) or (unit == "W" and int(count) == 1)
    query = make_query(gateway, contract, "", duration, _FINE if fine else history.DAY, "TRADES", liquid)
    found: dict[Decimal, int] = defaultdict(int)
    for bar in history.bars(gateway.market, query):
        found[bar.close] += bar.volume
    return found


def nothing_to_cancel(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelHistogramData (89): the answer has been sent already."""


HISTOGRAM_REQUESTS = {88: histogram, 89: nothing_to_cancel}
