"""Which quotes are wanted, and by whom: a market data line is given back when nobody wants it any more. Imports the
session and model only.
"""

from __future__ import annotations

from tws_console.engine.session import Session
from tws_console.model.instrument import Instrument


class QuoteLines:
    """One line per instrument, however many want it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._wanted: dict[int, tuple[Instrument, set[str]]] = {}
        """By conId: the instrument and who wants its quote."""

    def want(self, who: str, instrument: Instrument) -> None:
        """Raises ValueError for an instrument that cannot be asked for."""
        if self._session.link is not None:
            self._session.link.watch_quote(instrument)
        self._wanted.setdefault(instrument.con_id, (instrument, set()))[1].add(who)

    def leave(self, who: str, con_id: int) -> None:
        found = self._wanted.get(con_id)
        if found is None:
            return
        found[1].discard(who)
        if not found[1]:
            del self._wanted[con_id]
            if self._session.link is not None:
                self._session.link.unwatch_quote(con_id)

    def held_by(self, who: str) -> set[int]:
        """The conIds that this one wants."""
        return {con_id for con_id, (_, by) in self._wanted.items() if who in by}

    def again(self) -> None:
        """Ask for all of it anew: on a new link, and where the prices told so far have expired."""
        link = self._session.link
        if link is None:
            return
        for con_id, (instrument, _) in self._wanted.items():
            link.unwatch_quote(con_id)
            link.watch_quote(instrument)
