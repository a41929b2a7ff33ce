"""What a stop takes from the broker's messages: orders, lists, breaks and refusals become evidence.

Pure; imports the book, the evidence and model only. Every connection of the stop is heard, each under its client id.
"""

from __future__ import annotations

from tws_console.engine.book import Book
from tws_console.engine.evidence import Evidence
from tws_console.engine.session import READ_ONLY_CODES
from tws_console.model.codes import LINK_LOST, LINK_RESTORED
from tws_console.model.events import (
    CompletedSeen,
    Event,
    LinkLost,
    OrderSeen,
    ProblemSeen,
    SnapshotTaken,
    StatusSeen,
    Undecodable,
)
from tws_console.model.ids import OrderKey
from tws_console.model.order_scope import scope_of

ROW_MESSAGES = frozenset({3, 5, 11, 53, 55, 101, 102, None})
"""Messages whose loss could hide an order, a fill or an end."""
NOT_KNOWN = 10147
"""TWS does not know the order of that number (IBKR Campus TWS API docs, "Message Codes")."""
REJECTED = 201
OTHERS_CANCEL = "already being cancelled"


class Listener:
    """Comes after the book: it has taken the same event."""

    def __init__(self, evidence: Evidence, book: Book) -> None:
        self._evidence = evidence
        self._book = book

    def apply(self, event: Event, client_id: int | None) -> None:
        """Take one message in; `client_id` is the one of the connection it came on, None when that is gone."""
        match event:
            case OrderSeen() | StatusSeen():
                row = self._book.get(OrderKey.perm(event.perm_id))
                if row is not None and row.live:
                    self._evidence.know(row, event.at)
            case CompletedSeen() if event.order_ref:
                self._evidence.completed[event.order_ref] = event
            case SnapshotTaken():
                self._list(event)
            case ProblemSeen():
                self._problem(event, client_id)
            case LinkLost():
                self._evidence.lost(event.link)
            case Undecodable() if event.message_id in ROW_MESSAGES:
                self.missed(event.at)
            case _:
                pass

    def missed(self, at: float) -> None:
        """Something could not be taken in whole: nothing seen so far proves anything."""
        self._evidence.undecodable += 1
        self._evidence.restart(at)

    def _list(self, event: SnapshotTaken) -> None:
        evidence = self._evidence
        wanted = set()
        for perm_id in event.perm_ids:
            row = self._book.find(perm_id)
            if row is None or evidence.wanted(row):
                wanted.add(perm_id)
            if row is not None:
                evidence.know(row, event.at)
        evidence.take_list(event, frozenset(wanted))
        if evidence.scope.everything and not evidence.scope.symbols:
            evidence.scope = scope_of(self._book.orders.values())

    def _problem(self, event: ProblemSeen, client_id: int | None) -> None:
        evidence = self._evidence
        if event.code in LINK_LOST | LINK_RESTORED:
            evidence.restart(event.at)
            evidence.again = evidence.scope.everything
            what = "was lost" if event.code in LINK_LOST else "came back"
            evidence.note(f"the link between TWS and IBKR {what} ({event.code}): the proof begins anew")
        elif event.code in READ_ONLY_CODES and "read-only" in event.text.lower():
            evidence.read_only = True
            evidence.note("TWS refused: the API is set to Read-Only. Untick it, or cancel in TWS.")
        elif client_id is not None and event.code == REJECTED and OTHERS_CANCEL in event.text.lower():
            for row in self._book.by_alias(client_id, event.request_id):
                evidence.words[row.key] = "another user's cancel is under way (201)"
        elif client_id is not None and event.code == NOT_KNOWN:
            ulid = evidence.asked_for.get((client_id, event.request_id))
            if ulid:
                evidence.refused.add(ulid)
