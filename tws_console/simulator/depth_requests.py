"""Owns the requests about market depth and who offers it. Imports `gateway`, `session`, `market`.

Operations are 0 insert, 1 update; sides are 0 ask, 1 bid (source: IBKR Campus TWS API docs, Market Depth).
"""

from decimal import Decimal

from tws_console.simulator.contracts import Contract, read_query
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.market import Quote
from tws_console.simulator.resolving import one_contract
from tws_console.simulator.session import Session
from tws_console.simulator.walk import mixed
from tws_console.simulator.wire import Cursor, Field, frame

MAX_BOOKS = 3
MAX_ROWS = 20
_NO_BOOK = ("IND", "CFD", "BOND")
_MAKERS = ("NASDAQ", "ARCA", "BATS", "NYSE", "IEX", "EDGX", "MEMX", "DRCTEDGE")
_OFFERS = (
    ("ISLAND", "STK", "", "Deep2", ""),
    ("ARCA", "STK", "", "Deep", ""),
    ("NYSE", "STK", "", "Deep", ""),
    ("BATS", "STK", "", "Deep", ""),
    ("CME", "FUT", "", "Deep", ""),
    ("IDEALPRO", "CASH", "", "Deep", ""),
    ("PAXOS", "CRYPTO", "", "Deep", ""),
)
_PERMISSIONS = (
    "Exchanges - Depth: BATS; ARCA; ISLAND; Top: NYSE; MEMX; Need additional market data permissions - Depth: "
)

Level = tuple[str, Decimal, int]


class _Book:
    """The book of one subscription: what was sent last, so that only changes follow."""

    def __init__(self, gateway: Gateway, request_id: int, contract: Contract, rows: int, smart: bool) -> None:
        self._gateway, self._id, self._contract = gateway, request_id, contract
        self._rows, self._smart = rows, smart
        self._sent: dict[tuple[int, int], Level] = {}
        self._seen: Quote | None = None

    def due(self) -> bytes:
        """The levels that have changed, best first, asks before bids."""
        quote = self._gateway.market.quote(self._contract.con_id)
        if quote is self._seen:
            return b""
        self._seen = quote
        parts = []
        for side in (0, 1):
            for position in range(self._rows):
                level = self._level(quote, side, position)
                old = self._sent.get((side, position))
                if level != old:
                    self._sent[side, position] = level
                    parts.append(self._row(position, 0 if old is None else 1, side, level))
        return b"".join(parts)

    def _level(self, quote: Quote, side: int, position: int) -> Level:
        best, size = (quote.bid, quote.bid_size) if side else (quote.ask, quote.ask_size)
        tick = self._gateway.catalogue.tick_at(self._contract, best)
        price = best - tick * position if side else best + tick * position
        if position:
            dice = mixed(self._contract.con_id * 0x9E3779B97F4A7C15 + int(price / tick) * 2 + side)
            size = max(1, self._contract.displayed // 10) * (5 + dice % 40)
        maker = _MAKERS[(int(price / tick) + position) % len(_MAKERS)] if self._smart else ""
        return maker, max(tick, price), size

    def _row(self, position: int, operation: int, side: int, level: Level) -> bytes:
        maker, price, size = level
        if self._smart:
            return frame(13, 1, self._id, position, maker, operation, side, price, size, True)
        return frame(12, 1, self._id, position, operation, side, price, size)


def depth(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqMktDepth (10): at most three books per client."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id, described = cursor.integer(), read_query(cursor)
    rows = cursor.integer()
    rows = min(MAX_ROWS, rows) if rows > 0 else MAX_ROWS
    smart = cursor.flag()
    streams = session.subscriptions.streams
    contract = one_contract(gateway, session, request_id, described)
    if contract is None:
        return
    at_smart = described.exchange in ("", "SMART") and len(contract.exchanges) > 1 and "SMART" in contract.exchanges
    if contract.sec_type in _NO_BOOK or (at_smart and not smart):
        text = "Deep market data is not supported for this combination of security type/exchange"
        session.send_error(request_id, 10092, text)
    elif not contract.entitled:
        session.send_error(request_id, 354, "Requested market data is not subscribed.")
    elif ("depth", request_id) in streams:
        session.send_error(request_id, 322, "Error processing request.-'bZ' : cause - Duplicate ticker id")
    elif session.subscriptions.count("depth") >= MAX_BOOKS:
        session.send_error(request_id, 309, f"Max number ({MAX_BOOKS}) of market depth requests has been reached")
    else:
        smart = smart and "SMART" in contract.exchanges
        if smart:
            session.send_error(request_id, 2152, _PERMISSIONS)
        book = _Book(gateway, request_id, contract, rows, smart)
        streams["depth", request_id] = book.due
        session.send(book.due())


def cancel_depth(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelMktDepth (11)."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id = cursor.integer()
    if session.subscriptions.streams.pop(("depth", request_id), None) is None:
        session.send_error(request_id, 310, f"Can't find the subscribed market depth with tickerId:{request_id}")


def depth_exchanges(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqMktDepthExchanges (82)."""
    rows: list[Field] = [cell for row in _OFFERS for cell in (*row[:4], "2147483647")]
    session.send(frame(80, len(_OFFERS), *rows))


def smart_components(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqSmartComponents (83): the letters of the exchanges behind SMART."""
    cursor = Cursor(fields)
    request_id = cursor.integer()
    rows: list[Field] = []
    for bit, name in enumerate(_MAKERS):
        rows += [bit, name, "ABCDEFGH"[bit]]
    session.send(frame(82, request_id, len(_MAKERS), *rows))


DEPTH_REQUESTS = {10: depth, 11: cancel_depth, 82: depth_exchanges, 83: smart_components}
