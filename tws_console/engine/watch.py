"""Keeps what is on screen supplied: quotes and contract details of the instruments of open orders and positions.

Owns the budget of market data lines that this takes. Imports model, ports and the stores. Runs as one engine task;
nothing that trades waits for it.
"""

from __future__ import annotations

from tws_console.engine.book import Book
from tws_console.engine.contracts import Contracts
from tws_console.engine.portfolio import Portfolio
from tws_console.engine.ports import RequestFailed
from tws_console.engine.quote_lines import QuoteLines
from tws_console.model.instrument import Instrument

WATCHER = "orders"
MOST_LINES = 40
"""Of the 100 lines that every TWS user has, shared with TWS itself (IBKR Campus TWS API docs, "Market Data Lines")."""
DETAILS_AT_ONCE = 5
"""Contract details asked for per round: a login with hundreds of positions must not crowd out its orders."""


class Watch:
    """What is on screen, and which instruments are known in full."""

    def __init__(self, book: Book, portfolio: Portfolio, contracts: Contracts, lines: QuoteLines) -> None:
        self._book = book
        self._portfolio = portfolio
        self._contracts = contracts
        self._lines = lines
        self._known: set[int] = set()
        self._refused: set[int] = set()

    async def round(self) -> None:
        """Look once at what is there: watch new instruments, drop gone ones, learn a few contracts."""
        working = {row.instrument.con_id: row.instrument for row in self._book.live() if row.instrument.con_id}
        self._quotes(working)
        held = {position.instrument.con_id: position.instrument for position in self._portfolio.positions.values()}
        wanted = [one for con_id, one in {**held, **working}.items() if con_id not in self._known | self._refused]
        for instrument in wanted[:DETAILS_AT_ONCE]:
            await self._learn(instrument)

    def _quotes(self, working: dict[int, Instrument]) -> None:
        held = self._lines.held_by(WATCHER)
        for con_id in held - working.keys():
            self._lines.leave(WATCHER, con_id)
        missing = [one for con_id, one in working.items() if con_id not in held]
        for instrument in missing[: max(0, MOST_LINES - len(held & working.keys()))]:
            self._lines.want(WATCHER, instrument)

    async def _learn(self, instrument: Instrument) -> None:
        try:
            full = await self._contracts.details(instrument)
        except RequestFailed:
            return
        if full is instrument:
            self._refused.add(instrument.con_id)
            return
        self._known.add(instrument.con_id)
        self._book.learn(full)
        self._portfolio.learn(full)
