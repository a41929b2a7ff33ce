"""What the modules of a stop share. Imports the engine's stores and ports only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tws_console.engine.book import Book
from tws_console.engine.latch import Latch
from tws_console.engine.portfolio import Accounts, Portfolio
from tws_console.engine.ports import JournalPort
from tws_console.engine.results import CancelResult
from tws_console.engine.session import Session
from tws_console.engine.shared import Shared
from tws_console.engine.side_links import SideLinks
from tws_console.model.order import Order


class TakeoverPort(Protocol):
    """Cancels orders of one other client id: attach as it, make sure of each permId, cancel, verify, detach."""

    async def cancel_together(self, orders: Sequence[Order], timeout: float = 5.0) -> tuple[CancelResult, ...]: ...


@dataclass(frozen=True, slots=True)
class StopParts:
    """The engine as a stop needs it. `spare_ids` are client ids for a second connection, in the order of trying."""

    session: Session
    book: Book
    portfolio: Portfolio
    accounts: Accounts
    journal: JournalPort
    latch: Latch
    shared: Shared
    side_links: SideLinks
    takeover: TakeoverPort
    spare_ids: Iterable[int]
