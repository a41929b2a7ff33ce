"""How the order book keeps its rows: what is known of each order, under which names, and the row derived from it.
Imports model and the engine's stores only; no asyncio.
"""

from __future__ import annotations

from collections.abc import Mapping

from tws_console.engine.book_reading import BookReading
from tws_console.engine.facts import Facts, row_of
from tws_console.engine.store import Changes
from tws_console.model.clock import Clock
from tws_console.model.codes import NO_OVERRIDES, Effect
from tws_console.model.events import CompletedSeen
from tws_console.model.ids import OrderKey, Owner, owner_of
from tws_console.model.instrument import Instrument
from tws_console.model.order import ENDED, Status

ENDED_KEPT = 2_000


class BookKeeping(BookReading):
    """Facts by key. What they are filled with is the book's business."""

    def __init__(
        self,
        profile_client_id: int,
        changes: Changes,
        clock: Clock,
        codes: Mapping[int, Effect] = NO_OVERRIDES,
    ) -> None:
        super().__init__()
        self._profile_client_id = profile_client_id
        self._changes = changes
        self._clock = clock
        self._codes = codes
        self._facts: dict[OrderKey, Facts] = {}
        self._early_ends: dict[int, CompletedSeen] = {}
        """By permId: ends of orders that nothing else has told of yet."""
        self._instruments: dict[int, Instrument] = {}
        self._current = True
        self._link_client_id: int | None = None
        self.needs_end: set[int] = set()
        """permIds that left the lists without a witnessed end: completed orders and executions are to be asked."""

    def _heard(self, facts: Facts, at: float) -> None:
        facts.heard(at, self._clock.now())
        facts.stale = not self._current

    def _new(self, key: OrderKey, owner: Owner, at: float) -> Facts:
        facts = Facts(key, owner, self._clock.now(), at, at)
        self._facts[key] = facts
        return facts

    def _known(self, perm_id: int, client_id: int, order_id: int, at: float, order_ref: str = "") -> Facts:
        key = OrderKey.perm(perm_id)
        facts = self._facts.get(key) or self._adopt_alias(perm_id, client_id, order_id, order_ref)
        if facts is None:
            facts = self._new(key, owner_of(client_id, order_id, self._profile_client_id), at)
            facts.perm_id, facts.fills = perm_id, self._fills.setdefault(perm_id, {})
        if (end := self._early_ends.pop(perm_id, None)) is not None:
            facts.apply_completed(end)
        return facts

    def _adopt_alias(self, perm_id: int, client_id: int, order_id: int, order_ref: str = "") -> Facts | None:
        """Our own placement gets the permId that the broker gave it, unless the reference says that an older order of
        this number is meant: numbers are given out again after a reset.
        """
        key = OrderKey.alias(client_id, order_id)
        facts = self._facts.get(key)
        if facts is None or facts.perm_id is not None:
            return None
        if order_ref and facts.placement is not None and order_ref != facts.placement.order_ref:
            return None
        self._rekey(facts, perm_id)
        return facts

    def _keep_early_end(self, event: CompletedSeen) -> None:
        self._early_ends[event.perm_id] = event
        if len(self._early_ends) > ENDED_KEPT:
            del self._early_ends[next(iter(self._early_ends))]

    def _rekey(self, facts: Facts, perm_id: int) -> None:
        old, new = facts.key, OrderKey.perm(perm_id)
        del self._facts[old]
        self._rows.pop(old, None)
        facts.key, facts.perm_id, facts.fills = new, perm_id, self._fills.setdefault(perm_id, {})
        self._facts[new] = facts
        self._names.take(old.client_id, old.order_id, old)
        self._names.give(old.client_id, old.order_id, new)
        self._changes.orders.add(old)

    def _name(self, facts: Facts, client_id: int, order_id: int) -> None:
        """Remember whose order it is and under which numbers; 0/0 names nothing."""
        facts.client_id, facts.order_id = client_id, order_id
        facts.owner = owner_of(client_id, order_id, self._profile_client_id)
        self._names.give(client_id, order_id, facts.key)

    def _find_twins(self, facts: Facts) -> None:
        """Two orders that lived under one number at a time, as when a change became a second order: only TWS knows
        which of them the number means, also when one has ended. A number given out again after an end means the new
        order.
        """
        if facts.client_id is None or not facts.order_id:
            return
        keys = self._names.sharing(facts.client_id, facts.order_id)
        if len(keys) < 2 and not facts.twin:
            return
        sharing = [other for key in keys if (other := self._facts.get(key)) is not None]
        for other in sharing:
            twin = any(other.overlaps(third) for third in sharing if third is not other)
            if other.twin != twin:
                other.twin = twin
                if other is not facts:
                    self._derive(other)

    def _of(self, key: OrderKey) -> Facts | None:
        return self._facts.get(key) or self._facts.get(self._names.newest(key.client_id, key.order_id) or key)

    def _store(self, facts: Facts) -> None:
        """Derive the row anew; there is none yet while only a status has told of the order."""
        self._find_twins(facts)
        self._derive(facts)

    def _derive(self, facts: Facts) -> None:
        if not facts.shown:
            return
        if facts.parent_id and facts.client_id is not None:
            parent = self._names.newest(facts.client_id, facts.parent_id)
            facts.parent_perm_id = parent.perm_id or None if parent else None
        row = row_of(facts, self._instruments)
        if self._rows.get(facts.key) != row:
            self._rows[facts.key] = row
            self._changes.orders.add(facts.key)
        if row.status in ENDED and row.status is not Status.GONE and row.perm_id:
            self.needs_end.discard(row.perm_id)

    def prune(self) -> None:
        """Forget the oldest ends; live rows are never forgotten. Not while a stop runs, which answers for every row."""
        for row in self.ended[ENDED_KEPT:]:
            facts = self._facts.pop(row.key)
            del self._rows[row.key]
            self._fills.pop(facts.perm_id or 0, None)
            if facts.client_id is not None and facts.order_id is not None:
                self._names.take(facts.client_id, facts.order_id, row.key)
