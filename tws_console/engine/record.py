"""What goes into the journal as it happens: order states, fills, errors, link events. Imports model and ports only.

Nothing here waits: the journal's own thread writes, and the stop never stands behind it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tws_console.engine.book import Book
from tws_console.engine.notices import Notices
from tws_console.engine.ports import JournalPort
from tws_console.model.clock import Clock
from tws_console.model.codes import (
    LINK_LOST,
    LINK_RESTORED,
    NO_OVERRIDES,
    Effect,
    Kind,
    Severity,
    effective_code,
    explain,
)
from tws_console.model.events import (
    CommissionSeen,
    CompletedSeen,
    Event,
    FillSeen,
    LinkLost,
    OrderSeen,
    ProblemSeen,
    StatusSeen,
    Undecodable,
)
from tws_console.model.notice import Tone
from tws_console.model.order import Order, Status

LOG = logging.getLogger(__name__)


class Recorder:
    """Turns broker events into journal rows and, where a trader must know, into notices."""

    def __init__(
        self,
        journal: JournalPort,
        book: Book,
        notices: Notices,
        clock: Clock,
        endpoint: str,
        restart: Callable[[], str],
        codes: Mapping[int, Effect] = NO_OVERRIDES,
    ) -> None:
        """`restart` gives the sentence of a restart window that is open now, empty when none is; `codes` are the user's
        own effects of broker codes.
        """
        self._codes = codes
        self._endpoint = endpoint
        self._journal = journal
        self._book = book
        self._notices = notices
        self._clock = clock
        self._restart = restart
        self._answered: set[str] = set()
        self._ended: set[str] = set()

    def apply(self, event: Event) -> None:
        match event:
            case OrderSeen():
                self._late_answer(self._book.find(event.perm_id))
            case StatusSeen():
                row = self._book.find(event.perm_id)
                self._late_answer(row)
                if row is not None:
                    self._journal.record_order_state(row, endpoint=self._endpoint, at=self._clock.now())
            case FillSeen():
                self._journal.record_fill(event.fill)
                self._late_answer(self._book.find(event.fill.perm_id))
            case CompletedSeen():
                self._late_answer(self._book.find(event.perm_id))
            case CommissionSeen():
                self._journal.record_commission(event.exec_id, event.commission, event.currency, event.realized_pnl)
            case ProblemSeen():
                self._problem(event)
            case LinkLost():
                self._event("link-lost", why=event.why)
            case Undecodable():
                self._event("undecodable", message_id=event.message_id, why=event.why)
                self._notices.add(Tone.WARN, f"a message from TWS could not be read ({event.message_id}): {event.why}")
            case _:
                pass

    def _late_answer(self, row: Order | None) -> None:
        """An answer may come after whoever placed the order has stopped waiting: its intent is no open question."""
        if row is None or not row.intent or not row.perm_id:
            return
        if row.intent not in self._answered:
            self._answered.add(row.intent)
            self._journal.record_ack(row.intent, row.perm_id, self._clock.now())
        if not row.live and row.status is not Status.GONE and row.intent not in self._ended:
            self._ended.add(row.intent)
            self._journal.mark_ended(row.intent, self._clock.now(), row.reason or row.status.value)

    def _problem(self, event: ProblemSeen) -> None:
        info = explain(effective_code(event.code, event.text), self._codes)
        self._event("problem", code=event.code, text=event.text, request_id=event.request_id)
        if event.code in LINK_LOST and (restart := self._restart()):
            self._notices.add(Tone.NOTE, f"{event.code} {' '.join(event.text.split())} {restart}", code=event.code)
            return
        if event.code in LINK_RESTORED:
            tone = Tone.GOOD
        elif info.kind is Kind.FARM:
            tone = Tone.NOTE
        elif info.severity is Severity.INFO:
            return
        else:
            tone = Tone.WARN if info.severity is Severity.WARN else Tone.BAD
        advice = f" {info.advice}" if info.advice and tone is Tone.BAD else ""
        self._notices.add(tone, f"{event.code} {' '.join(event.text.split())}{advice}", code=event.code)

    def _event(self, kind: str, **payload: Any) -> None:
        self._journal.record_event(kind, payload, at=self._clock.now())

    def linked(self, client_id: int, server_version: int, accounts: Sequence[str]) -> None:
        """A new connection has loaded; its loss is told by the broker's events."""
        self._event("link-up", client_id=client_id, server_version=server_version, accounts=list(accounts))

    def stood_still(self, seconds: float) -> None:
        """This program was stopped for a while."""
        self._event("stood-still", seconds=round(seconds, 1))

    def failed(self, name: str, error: BaseException) -> None:
        """An engine task ended with an error of ours."""
        LOG.error("task %s failed", name, exc_info=error)
        self._event("internal-error", task=name, error=repr(error))
