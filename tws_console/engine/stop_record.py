"""What a stop leaves in the journal: its blast, every try, its report. Imports ports and model only.

Nothing here holds a cancel back: rows of events are queued, the report is written by a task, and a journal that fails
is named in the report.
"""

from __future__ import annotations

import asyncio
from typing import Any

from tws_console.engine.evidence import Evidence
from tws_console.engine.ports import JournalPort
from tws_console.model.clock import Clock
from tws_console.model.stop import StopReport
from tws_console.model.stop_fields import scope_fields, stop_fields

PATIENCE = 2.0
"""Seconds that the report may take at the end of the program."""


class StopRecord:
    """The journal as one stop uses it."""

    def __init__(self, journal: JournalPort, clock: Clock, evidence: Evidence) -> None:
        self._journal = journal
        self._clock = clock
        self._evidence = evidence
        self._written = ""

    def fired(self) -> None:
        """What the stop was pressed for, as known then."""
        evidence = self._evidence
        self._event(
            "stop-fired",
            scope=scope_fields(evidence.scope),
            orders=[str(key) for key in evidence.known],
            purged=evidence.purged,
        )

    def tried(self, what: str, **order: Any) -> None:
        """One more cancel is about to leave."""
        self._event("stop-try", what=what, **order)

    async def report(self, report: StopReport) -> None:
        """The report as it stands, once per verdict. A failure is noted."""
        if self._written == report.verdict.value:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._journal.record_stop(stop_fields(report))
        except (OSError, TimeoutError) as error:
            self._evidence.note(f"the report could not be written to the journal: {str(error) or 'it did not answer'}")
        else:
            self._written = report.verdict.value

    def _event(self, kind: str, **payload: Any) -> None:
        try:
            self._journal.record_event(kind, payload, at=self._clock.now())
        except (OSError, RuntimeError) as error:
            self._evidence.note(f"the journal takes no rows: {error}")
