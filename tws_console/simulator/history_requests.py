"""Owns the requests about the past: bars, head timestamps, schedules. Imports `gateway`, `history`, `session`.

Pacing as in IBKR Campus TWS API docs, Historical Data Limitations: strict for bars of 30 seconds and less. Texts of
error 162 as users of real Gateways have reported them.
"""

import re
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from tws_console.simulator import history
from tws_console.simulator.clock import read_moment
from tws_console.simulator.contracts import CONTINUOUS, Contract, read_dated_query
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.history import Bar, Query
from tws_console.simulator.market import step_of
from tws_console.simulator.resolving import one_contract
from tws_console.simulator.session import Session
from tws_console.simulator.wire import Cursor, Field, frame

HMDS = "Historical Market Data Service error message:"
NO_ZONE = (
    "Warning: You submitted request with date-time attributes without explicit time zone. Please switch to use "
    "yyyymmdd-hh:mm:ss in UTC or use instrument time zone, like US/Eastern. Implied time zone functionality will be "
    "removed in the next API release"
)
BAD_END = (
    "End Date/Time: The date, time, or time-zone entered is invalid.\n"
    "The correct format is yyyymmdd hh:mm:ss xx/xxxx\nwhere yyyymmdd and xx/xxxx are optional.\n"
    "E.g.: 20031126 15:59:00 US/Eastern\n\nNote that there is a space between the date and time,\n"
    "and between the time and time-zone.\n\nIf no date is specified, current date is assumed.\n"
    "If no time-zone is specified, local time-zone is assumed(deprecated).\n\n"
    "You can also provide yyyymmddd-hh:mm:ss time is in UTC.\n"
    "Note that there is a dash between the date and time in UTC notation."
)
_ZONED = re.compile(r"^\d{8}-|[A-Za-z]")
MAX_OPEN = 50
STRICT_SECONDS = 30
LIVE_SECONDS = 5
_PIECE, _PIECE_OF_DAYS = 150, 10

Asked = tuple[float, tuple[str, ...], tuple[str, ...]]
_asked: WeakKeyDictionary[Gateway, deque[Asked]] = WeakKeyDictionary()


def refuse(session: Session, request_id: int, text: str) -> None:
    """Error 162 with its usual beginning."""
    session.send_error(request_id, 162, HMDS + text)


def _paced(gateway: Gateway, contract: Contract, fields: list[str], kind: str) -> bool:
    """Whether a request for small bars comes too soon; it is noted when it does not."""
    now = time.monotonic()
    asked = _asked.setdefault(gateway, deque())
    while asked and now - asked[0][0] > 600:
        asked.popleft()
    key = (str(contract.con_id), fields[8], kind)
    weight = 2 if kind == "BID_ASK" else 1
    same = any(now - at < 15 and row == tuple(fields[1:]) for at, _, row in asked)
    burst = sum(1 for at, other, _ in asked if now - at < 2 and other == key)
    if same or burst + weight >= 6 or len(asked) + weight > 60:
        return True
    asked.extend([(now, key, tuple(fields[1:]))] * weight)
    return False


def historical_data(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqHistoricalData (20)."""
    cursor = Cursor(fields)
    request_id, described = cursor.integer(), read_dated_query(cursor)
    end, size, duration = cursor.text(), cursor.text(), cursor.text()
    liquid, kind, style = cursor.flag(), cursor.text().upper(), cursor.integer()
    live = cursor.flag()
    wanted = session.subscriptions
    if request_id in wanted.queries or ("bars", request_id) in wanted.streams:
        session.send_error(
            request_id,
            322,
            "Error processing request.-'bO' : cause - Duplicate ticker ID for API historical data query",
        )
        return
    contract = one_contract(gateway, session, request_id, described)
    if contract is None:
        return
    problem = _problem(contract, size, kind, end, live) or _wrong_form(end, duration, style)
    if problem is not None:
        session.send_error(request_id, *problem)
        return
    seconds = history.SIZES[size]
    exchange = described.exchange or contract.default_exchange
    text = history.too_long(seconds, duration) or _refusal(gateway, session, contract, exchange, kind, seconds, fields)
    if text is not None:
        refuse(session, request_id, text)
        return
    try:
        query = make_query(gateway, contract, end, duration, seconds, kind, liquid)
    except ValueError as wrong:
        session.send_error(request_id, 321, f"Error validating request.-'bO' : cause - {wrong}")
        return
    if end.strip() and not _ZONED.search(end):
        session.send_error(request_id, 2174, NO_ZONE)
    if kind == "SCHEDULE":
        _send_schedule(session, request_id, query)
        return
    answer = _Answer(gateway, session, request_id, query, style, live, exchange)
    wanted.queries.add(request_id)
    answer.work()


def make_query(
    gateway: Gateway, contract: Contract, end: str, duration: str, seconds: int, kind: str, liquid: bool
) -> Query:
    """A request as the history reads it; the end is now, or what was written in US/Eastern. ValueError says why not."""
    now = gateway.clock.now()
    moment = min(now, read_moment(end, "US/Eastern")) if end.strip() else now
    all_day = None if gateway.clock.is_set else now.astimezone(ZoneInfo(contract.time_zone)).date()
    query = Query(contract, moment, duration, seconds, kind, liquid, all_day)
    history.sessions(replace(query, all_day=None))
    return query


def _wrong_form(end: str, duration: str, style: int) -> tuple[int, str] | None:
    """What TWS says, before it asks anybody, to a moment, a duration or a style of dates that it cannot read."""
    try:
        if end.strip():
            read_moment(end)
    except ValueError:
        return 10314, BAD_END
    try:
        history.read_duration(duration)
    except ValueError as wrong:
        return 321, f"Error validating request.-'bO' : cause - {wrong}"
    if style not in (1, 2, 3):
        return 321, f"Error validating request.-'bO' : cause - Date formatting selection of {style} rejected."
    return None


def _problem(contract: Contract, size: str, kind: str, end: str, live: bool) -> tuple[int, str] | None:
    if contract.sec_type == CONTINUOUS and end.strip():
        return 10339, "Setting end date/time for continuous future security type is not allowed"
    cause = None
    if size not in history.SIZES:
        cause = f"Historical data bar size setting is invalid. Legal ones are: {history.LEGAL_SIZES}"
    elif kind not in history.KINDS:
        cause = f"What to show value of {kind} rejected."
    elif live and end:
        cause = "Historical data end date/time must be empty for requests that are kept up to date"
    elif kind == "ADJUSTED_LAST" and end:
        cause = "End Date not supported with adjusted last"
    elif kind == "SCHEDULE" and history.SIZES[size] != history.DAY:
        cause = "Schedule requests must have a bar size of 1 day"
    elif live and history.SIZES[size] < LIVE_SECONDS:
        cause = "Bars that are kept up to date must last 5 seconds or more"
    elif live and kind not in ("TRADES", "MIDPOINT", "BID", "ASK"):
        cause = f"Historical data query type {kind} cannot be kept up to date"
    return None if cause is None else (321, f"Error validating request.-'bO' : cause - {cause}")


def _refusal(
    gateway: Gateway, session: Session, contract: Contract, exchange: str, kind: str, seconds: int, fields: list[str]
) -> str | None:
    wanted = session.subscriptions
    if len(wanted.queries) + wanted.count("bars") >= MAX_OPEN:
        return f"Only {MAX_OPEN} simultaneous API historical data requests allowed."
    if not contract.entitled:
        return f"No market data permissions for {contract.primary} {contract.sec_type}"
    if not history.offers(contract, kind):
        listing = f"{contract.symbol}/{contract.sec_type}@{exchange}"
        return f"No historical market data for {listing} {history.KINDS[kind]} {seconds}"
    if seconds <= STRICT_SECONDS and _paced(gateway, contract, fields, kind):
        return "Historical data request pacing violation"
    return None


class _Answer:
    """One answer in the making, piece by piece, so that nobody else waits for it."""

    def __init__(
        self, gateway: Gateway, session: Session, request_id: int, query: Query, style: int, live: bool, exchange: str
    ) -> None:
        self._gateway, self._session, self._id = gateway, session, request_id
        self._query, self._style, self._live, self._exchange = query, style, live, exchange
        self._source: Iterator[Bar] = history.bars(gateway.market, query)
        self._rows: list[Bar] = []

    def work(self) -> None:
        """Make some bars; send them when there are no more."""
        if self._id not in self._session.subscriptions.queries:
            return
        # By count, not by the wall clock: the same requests then get the same bytes in the same order.
        size = _PIECE if self._query.seconds < history.DAY else _PIECE_OF_DAYS
        piece = list(islice(self._source, size))
        self._rows += piece
        if len(piece) == size:
            self._gateway.clock.here_later(0, self.work)
            return
        self._session.subscriptions.queries.discard(self._id)
        if not self._rows:
            kind = history.KINDS[self._query.kind]
            refuse(
                self._session,
                self._id,
                f"HMDS query returned no data: {self._query.contract.symbol}@{self._exchange} {kind}",
            )
            return
        self._send()

    def _send(self) -> None:
        session, query = self._session, self._query
        fields: list[Field] = [17, self._id]
        contract, version = query.contract, session.version
        fields += [_moment(self._rows[0].start, contract, version), _moment(query.end, contract, version)]
        fields.append(len(self._rows))
        for bar in self._rows:
            fields += [_date(bar, contract, self._style, version), bar.open, bar.high, bar.low, bar.close]
            fields += [bar.volume, bar.average, bar.trades]
        session.send(frame(*fields))
        if self._live:
            live = _LiveBars(self._gateway, self._id, query, self._style, version)
            session.subscriptions.streams["bars", self._id] = live.due


class _LiveBars:
    """Sends the bar that is forming every five seconds of simulated time."""

    def __init__(self, gateway: Gateway, request_id: int, query: Query, style: int, version: int) -> None:
        self._gateway, self._id, self._query, self._style = gateway, request_id, query, style
        self._version = version
        self._told = step_of(gateway.clock.now()) // (4 * LIVE_SECONDS)

    def due(self) -> bytes:
        """historicalDataUpdate (90) when its time has come."""
        now = step_of(self._gateway.clock.now()) // (4 * LIVE_SECONDS)
        if now == self._told or not self._gateway.clock.link_up:
            return b""
        self._told = now
        duration = "2 D" if self._query.seconds < history.DAY else "2 M"
        end = self._gateway.clock.now()
        all_day = (
            None if self._gateway.clock.is_set else end.astimezone(ZoneInfo(self._query.contract.time_zone)).date()
        )
        query = replace(self._query, end=end, duration=duration, all_day=all_day)
        if query.seconds < history.DAY:
            query = replace(query, duration=f"{query.seconds} S")
        rows = list(history.bars(self._gateway.market, query))
        if not rows:
            return b""
        bar = rows[-1]
        written = _date(bar, query.contract, self._style, self._version)
        return frame(
            *(90, self._id, bar.trades, written, bar.open, bar.close, bar.high, bar.low, bar.average, bar.volume)
        )


def _moment(at: datetime, contract: Contract, version: int) -> str:
    """In the zone of the contract, with its name; before server version 174 in that of the login, without one."""
    if version < 174:
        return f"{at.astimezone(ZoneInfo('US/Eastern')):%Y%m%d  %H:%M:%S}"
    return f"{at.astimezone(ZoneInfo(contract.time_zone)):%Y%m%d %H:%M:%S} {contract.time_zone}"


def _date(bar: Bar, contract: Contract, style: int, version: int) -> str:
    """The beginning of a bar: 1 in words, 2 in seconds since 1970, 3 without the year; days are dates always."""
    if bar.day is not None:
        return f"{bar.day:%Y%m%d}"
    if style == 2:
        return str(int(bar.start.timestamp()))
    written = _moment(bar.start, contract, version)
    return written[4:] if style == 3 else written


def _send_schedule(session: Session, request_id: int, query: Query) -> None:
    """historicalSchedule (106): the sessions, without prices."""
    day_end = query.end.astimezone(ZoneInfo(query.contract.time_zone)).replace(hour=23, minute=59, second=59)
    rows = history.sessions(replace(query, end=day_end, all_day=None))
    zone = ZoneInfo(query.contract.time_zone)
    if not rows:
        refuse(session, request_id, f"HMDS query returned no data: {query.contract.symbol} Schedule")
        return
    written = [
        (f"{a.astimezone(zone):%Y%m%d-%H:%M:%S}", f"{b.astimezone(zone):%Y%m%d-%H:%M:%S}", day) for day, a, b in rows
    ]
    fields: list[Field] = [106, request_id, written[0][0], written[-1][1], query.contract.time_zone, len(rows)]
    for begin, end, day in written:
        fields += [begin, end, f"{day:%Y%m%d}"]
    session.send(frame(*fields))


def cancel_historical_data(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelHistoricalData (25): 162 for a query that was under way, 366 for an unknown one."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id = cursor.integer()
    wanted = session.subscriptions
    if request_id in wanted.queries or wanted.streams.pop(("bars", request_id), None) is not None:
        wanted.queries.discard(request_id)
        refuse(session, request_id, f"API historical data query cancelled: {request_id}")
    else:
        session.send_error(request_id, 366, f"No historical data query found for ticker id:{request_id}")


def head_timestamp(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqHeadTimeStamp (87): since when there is history of this kind."""
    cursor = Cursor(fields)
    request_id, described = cursor.integer(), read_dated_query(cursor)
    cursor.skip()  # useRTH
    kind, style = cursor.text().upper(), cursor.integer()
    contract = one_contract(gateway, session, request_id, described)
    if contract is None:
        return
    if kind not in history.KINDS or not history.offers(contract, kind):
        refuse(session, request_id, f"No head time stamp: {contract.symbol}@{described.exchange} {kind}")
        return
    head = history.head_of(contract).astimezone(UTC)
    session.send(frame(88, request_id, int(head.timestamp()) if style == 2 else f"{head:%Y%m%d-%H:%M:%S}"))


def cancel_head_timestamp(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelHeadTimeStamp (90): the answer has been sent already."""


HISTORY_REQUESTS = {
    20: historical_data,
    25: cancel_historical_data,
    87: head_timestamp,
    90: cancel_head_timestamp,
}
