"""Keeps what is on screen supplied: quotes and contract details of the instruments of open orders and positions.

Owns the budget of market data lines that this takes. Imports model, ports and the stores. Runs as one engine task;
nothing that trades waits for it.
"""

from __future__ import annotations

from tws_console.engine.book import Book
from tws_console.engine.contracts import Contracts
from tws_console.engine.portfolio import Portfolio
from tws_console.engine.ports import LinkPort, RequestFailed
from tws_console.model.instrument import Instrument

MOST_LINES = 40
"""Of the 100 lines that every TWS user has, shared with TWS itself (IBKR Campus TWS API docs, "Market Data Lines")."""
DETAILS_AT_ONCE = 5
"""Contract details asked for per round: a login with hundreds of positions must not crowd out its orders."""


class Watch:
    """What is watched on the present link, and which instruments are known in full."""

    def __init__(self, book: Book, portfolio: Portfolio, contracts: Contracts) -> None:
        self._book = book
        self._portfolio = portfolio
        self._contracts = contracts
        self._lines: dict[int, int] = {}
        """Watched conIds and the link generation on which they were asked for."""
        self._lost = False
        self._known: set[int] = set()
        self._refused: set[int] = set()

    def forget_lines(self) -> None:
        """TWS has lost its subscriptions (1101): everything is asked for anew."""
        self._lost = True

    async def round(self, link: LinkPort) -> None:
        """Look once at what is there: watch new instruments, drop gone ones, learn a few contracts."""
        working = {row.instrument.con_id: row.instrument for row in self._book.live() if row.instrument.con_id}
        self._quotes(link, working)
        held = {position.instrument.con_id: position.instrument for position in self._portfolio.positions.values()}
        wanted = [one for con_id, one in {**held, **working}.items() if con_id not in self._known | self._refused]
        for instrument in wanted[:DETAILS_AT_ONCE]:
            await self._learn(instrument)

    def _quotes(self, link: LinkPort, working: dict[int, Instrument]) -> None:
        for con_id, generation in list(self._lines.items()):
            if con_id in working and generation == link.generation and not self._lost:
                continue
            if generation == link.generation:
                link.unwatch_quote(con_id)
            del self._lines[con_id]
        self._lost = False
        for con_id, instrument in working.items():
            if con_id not in self._lines and len(self._lines) < MOST_LINES:
                link.watch_quote(instrument)
                self._lines[con_id] = link.generation

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
