"""The alarm for one intent that became two orders. Imports model and ports only.

TWS may book one placement twice when its order ids roll back (LEAN issue 242): two permIds under one number, or one
order reference on two permIds. Neither may be acted on before a person has looked.
"""

from __future__ import annotations

import re

from tws_console.engine.book import Book
from tws_console.engine.ports import JournalPort
from tws_console.engine.shared import Shared
from tws_console.model.events import CompletedSeen, Event, FillSeen, OrderSeen
from tws_console.model.notice import Tone
from tws_console.model.order import Order, Status

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
"""Only a reference of our own making names one order: callers use theirs again and again."""


class Twins:
    """Goes by what the broker tells; each pair is told once."""

    def __init__(self, book: Book, journal: JournalPort, shared: Shared) -> None:
        self._book = book
        self._journal = journal
        self._shared = shared
        self._by_reference: dict[str, set[int]] = {}
        self._told: set[frozenset[int]] = set()

    def apply(self, event: Event) -> None:
        match event:
            case OrderSeen() if event.what_if is None and event.perm_id:
                self._reference(event.order_ref, event.perm_id)
                self._numbers(self._book.find(event.perm_id))
            case CompletedSeen():
                self._reference(event.order_ref, event.perm_id)
            case FillSeen() if event.fill.perm_id:
                self._reference(event.fill.order_ref, event.fill.perm_id)
            case _:
                pass

    def _reference(self, reference: str, perm_id: int) -> None:
        if not _ULID.fullmatch(reference):
            return
        perm_ids = self._by_reference.setdefault(reference, set())
        if perm_id in perm_ids:
            return
        perm_ids.add(perm_id)
        if len(perm_ids) > 1:
            self._book.mark_twins(perm_ids)
            self._tell(frozenset(perm_ids), f"carry the one reference {reference}")

    def _numbers(self, row: Order | None) -> None:
        if row is None or row.status is not Status.TWIN or row.client_id is None or row.order_id is None:
            return
        perm_ids = frozenset(other.perm_id or 0 for other in self._book.by_alias(row.client_id, row.order_id))
        if len(perm_ids) > 1:
            self._tell(perm_ids, f"carry the one number {row.client_id}/{row.order_id}")

    def _tell(self, perm_ids: frozenset[int], words: str) -> None:
        if perm_ids in self._told:
            return
        self._told.add(perm_ids)
        named = " and ".join(f"#{perm_id}" for perm_id in sorted(perm_ids))
        row = self._book.find(max(perm_ids))
        self._shared.notices.add(
            Tone.BAD, f"one order became two: {named} {words}. Look before you act.", row.key if row else None
        )
        self._journal.record_event("twin-orders", {"perm_ids": perm_ids, "why": words}, at=self._shared.clock.now())
