"""Owns the requests for streams beside quotes: real-time bars, tick by tick, past ticks. Imports `gateway`, `history`.

Layouts as ib_async 2.1.0 (decoder.py) reads them; limits as in IBKR Campus TWS API docs.
"""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from tws_console.simulator import history, schedule
from tws_console.simulator.clock import read_moment
from tws_console.simulator.contracts import Contract, read_dated_query, read_query
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.history_requests import refuse
from tws_console.simulator.lines import all_taken
from tws_console.simulator.market import STEPS, Quote, step_of
from tws_console.simulator.resolving import one_contract
from tws_console.simulator.session import Session
from tws_console.simulator.wire import Cursor, Field, frame

BAR_SECONDS = 5
MAX_TICK_STREAMS = 3
MAX_PAST_TICKS = 1000
_BAR_KINDS = ("TRADES", "MIDPOINT", "BID", "ASK")
WRONG_KIND = "What to show field is missing or incorrect."
_KINDS = {"LAST": 1, "ALLLAST": 2, "BIDASK": 3, "MIDPOINT": 4}
_started: WeakKeyDictionary[Gateway, deque[float]] = WeakKeyDictionary()


def real_time_bars(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqRealTimeBars (50): one bar every five seconds of simulated time."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id, described = cursor.integer(), read_query(cursor)
    cursor.skip()  # barSize: there is only one, whatever is written
    kind, liquid = cursor.text().upper(), cursor.flag()
    streams = session.subscriptions.streams
    if ("real-time", request_id) in streams:
        session.send_error(request_id, 322, "Error processing request.-'bZ' : cause - Duplicate ticker id")
        return
    if kind not in _BAR_KINDS:
        session.send_error(request_id, 321, f"Error validating request.-'bS' : cause - {WRONG_KIND}")
        return
    contract = one_contract(gateway, session, request_id, described)
    if contract is None:
        return
    problem = _bar_problem(gateway, contract, kind)
    if problem is not None:
        session.send_error(request_id, 420, f"Invalid Real-time Query:{problem}")
        return
    if all_taken(gateway):
        session.send_error(request_id, 456, "Max number of real time requests has been reached")
        return
    told = step_of(gateway.clock.now()) // (STEPS * BAR_SECONDS)

    def due() -> bytes:
        nonlocal told
        now = step_of(gateway.clock.now()) // (STEPS * BAR_SECONDS)
        if now == told or not gateway.clock.link_up:
            return b""
        told = now
        if gateway.clock.is_set and not schedule.is_open(contract, gateway.clock.now(), liquid=liquid):
            return b""
        return _bar(gateway, request_id, contract, kind, (now - 1) * BAR_SECONDS)

    streams["real-time", request_id] = due


def _bar_problem(gateway: Gateway, contract: Contract, kind: str) -> str | None:
    if not history.offers(contract, kind):
        return f"No historical market data for {contract.symbol}/{contract.sec_type} {kind}"
    if not contract.entitled:
        return f"No market data permissions for {contract.primary} {contract.sec_type}"
    now = time.monotonic()
    started = _started.setdefault(gateway, deque())
    while started and now - started[0] > 600:
        started.popleft()
    if len(started) >= 60:
        return "Historical data request pacing violation"
    started.append(now)
    return None


def _bar(gateway: Gateway, request_id: int, contract: Contract, kind: str, second: int) -> bytes:
    first = second * STEPS
    extent = gateway.market.extent(contract, first, first + BAR_SECONDS * STEPS - 1)
    bar = history.bar_of(gateway.market, contract, kind, extent, gateway.clock.now(), None)
    prices = (bar.open, bar.high, bar.low, bar.close)
    return frame(50, 3, request_id, second, *prices, bar.volume, bar.average, bar.trades)


def cancel_real_time_bars(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelRealTimeBars (51)."""
    cursor = Cursor(fields)
    cursor.skip()
    _cancel(session, "real-time", cursor.integer())


def _cancel(session: Session, kind: str, request_id: int) -> None:
    if session.subscriptions.streams.pop((kind, request_id), None) is None:
        session.send_error(request_id, 300, f"Can't find EId with tickerId:{request_id}")


def tick_by_tick(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqTickByTickData (97): past ticks if some are asked for, then every change of trade, quote or midpoint."""
    cursor = Cursor(fields)
    request_id, described = cursor.integer(), read_query(cursor)
    kind, count = cursor.text().upper(), cursor.integer()
    ignore_size = cursor.flag()
    streams = session.subscriptions.streams
    contract = one_contract(gateway, session, request_id, described)
    if contract is None:
        return
    problem = _tick_problem(contract, kind)
    if problem is not None:
        session.send_error(request_id, 10189, f"Failed to request tick-by-tick data:{problem}")
    elif ("ticks", request_id) in streams:
        session.send_error(request_id, 322, "Error processing request.-'b1' : cause - Duplicate ticker id")
    elif session.subscriptions.count("ticks") >= MAX_TICK_STREAMS:
        session.send_error(request_id, 10190, "Max number of tick-by-tick requests has been reached")
    else:
        if count:
            asked = {"LAST": "TRADES", "ALLLAST": "TRADES", "BIDASK": "BID_ASK", "MIDPOINT": "MIDPOINT"}[kind]
            last = step_of(gateway.clock.now()) - 1
            session.send(_past(gateway, request_id, contract, asked, last - min(count, MAX_PAST_TICKS) + 1, last))
        streams["ticks", request_id] = ticker = _ticker(gateway, request_id, contract, kind, ignore_size)
        session.send(ticker())


def _tick_problem(contract: Contract, kind: str) -> str | None:
    if kind not in _KINDS:
        return f"Invalid tick type {kind}"
    if contract.sec_type in ("IND", "BOND") or (contract.sec_type in ("CASH", "CFD") and _KINDS[kind] < 3):
        return f"No market data for {contract.symbol}/{contract.sec_type} {kind}"
    return None if contract.entitled else f"No market data permissions for {contract.primary} {contract.sec_type}"


def _ticker(gateway: Gateway, request_id: int, contract: Contract, kind: str, ignore_size: bool) -> Callable[[], bytes]:
    seen: Quote | None = None

    def due() -> bytes:
        nonlocal seen
        quote = gateway.market.quote(contract.con_id)
        old, seen = seen, quote
        if quote is old or _same(old, quote, kind, ignore_size):
            return b""
        at = int(gateway.clock.now().timestamp())
        number = _KINDS[kind]
        if number <= 2:
            venue = contract.primary or contract.default_exchange
            return frame(99, request_id, number, at, quote.last, quote.last_size, 0, venue, "")
        if number == 3:
            sizes = (quote.bid_size, quote.ask_size)
            return frame(99, request_id, number, at, quote.bid, quote.ask, *sizes, 0)
        return frame(99, request_id, number, at, (quote.bid + quote.ask) / 2)

    return due


def _same(old: Quote | None, new: Quote, kind: str, ignore_size: bool) -> bool:
    if old is None:
        return False
    if kind == "MIDPOINT":
        return old.bid + old.ask == new.bid + new.ask
    if kind == "BIDASK":
        prices = (old.bid, old.ask) == (new.bid, new.ask)
        return prices and (ignore_size or (old.bid_size, old.ask_size) == (new.bid_size, new.ask_size))
    return old.volume == new.volume


def cancel_tick_by_tick(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelTickByTickData (98)."""
    _cancel(session, "ticks", Cursor(fields).integer())


def past_ticks(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqHistoricalTicks (96): at most 1,000 from a beginning on, or up to an end."""
    cursor = Cursor(fields)
    request_id, described = cursor.integer(), read_dated_query(cursor)
    begin, end, count, kind = cursor.text(), cursor.text(), cursor.integer(), cursor.text().upper()
    contract = one_contract(gateway, session, request_id, described)
    if contract is None:
        return
    problem = None
    if bool(begin) == bool(end):
        problem = "Please specify either start or end time"
    elif kind not in ("TRADES", "BID_ASK", "MIDPOINT") or not history.offers(contract, kind):
        problem = f"No historical market data for {contract.symbol}/{contract.sec_type} {kind}"
    elif not 0 < count <= MAX_PAST_TICKS:
        problem = f"Number of ticks must be between 1 and {MAX_PAST_TICKS}"
    elif not contract.entitled:
        problem = f"No market data permissions for {contract.primary} {contract.sec_type}"
    if problem is not None:
        session.send_error(request_id, 10187, f"Failed to request historical ticks:{problem}")
        return
    now = step_of(gateway.clock.now())
    written: datetime = read_moment(begin or end, "US/Eastern")
    first = step_of(written) if begin else step_of(written - timedelta(seconds=count / STEPS))
    last = min(now, first + count - 1)
    if last < first:
        refuse(session, request_id, f"HMDS query returned no data: {contract.symbol}@{described.exchange} {kind}")
        return
    session.send(_past(gateway, request_id, contract, kind, first, last))


def _past(gateway: Gateway, request_id: int, contract: Contract, kind: str, first: int, last: int) -> bytes:
    """historicalTicks (96), historicalTicksBidAsk (97) or historicalTicksLast (98), one tick a step."""
    number = {"MIDPOINT": 96, "BID_ASK": 97, "TRADES": 98}[kind]
    fields: list[Field] = [number, request_id, last - first + 1]
    for step in range(first, last + 1):
        quote = gateway.market.quote_at(contract.con_id, step)
        fields += [step // STEPS, 0]
        if kind == "MIDPOINT":
            fields += [(quote.bid + quote.ask) / 2, 0]
        elif kind == "BID_ASK":
            fields += [quote.bid, quote.ask, quote.bid_size, quote.ask_size]
        else:
            fields += [quote.last, quote.last_size, contract.primary or contract.default_exchange, ""]
    return frame(*fields, True)


STREAM_REQUESTS = {
    50: real_time_bars,
    51: cancel_real_time_bars,
    96: past_ticks,
    97: tick_by_tick,
    98: cancel_tick_by_tick,
}
