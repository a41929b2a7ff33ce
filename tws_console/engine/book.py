"""The order book: one row per order of every client, keyed by permId. Imports model and rules only; no asyncio.

Rows enter by openOrder, by our own placements (provisionally under client id and order id) and by executions. They
leave by the retirement rule alone: an end that the broker witnessed, or absence from two complete lists in a row,
both asked for after the row's last event. A list is a snapshot with no memory of its own (IBKR TWS API docs,
"Retrieving currently active orders"), and ib_async never prunes one that shrank, which is why this is not its state.

The same row comes out whatever the order of the messages, once the broker has told everything. What TWS does produce
out of order: any message again later, a missing orderStatus, executions before the openOrder or orderStatus of their
order (IBKR TWS API docs, "Order Submission"; Nautilus issue 3949), the status Cancelled and its 202 in either order,
orders in any mixture. One connection delivers what was sent in sequence, so a list's rows lie between its request and
its end. What a late message may still change: the terms of an ended order, when an openOrder older than its last
change is told again behind it, as nothing tells them once more.
"""

from __future__ import annotations

from collections.abc import Iterable

from tws_console.engine.book_keeping import BookKeeping
from tws_console.engine.facts import Facts
from tws_console.engine.ports import Placement
from tws_console.model.codes import effective_code, explain
from tws_console.model.events import (
    CompletedSeen,
    Event,
    FillSeen,
    OrderBound,
    OrderConfirmed,
    OrderSeen,
    ProblemSeen,
    SnapshotTaken,
    StatusSeen,
    Undecodable,
)
from tws_console.model.ids import OrderKey, owner_of
from tws_console.model.instrument import Instrument
from tws_console.model.position import Fill


class Book(BookKeeping):
    """The one truth about orders. Every change goes through `apply` or one of the `mark_…` methods."""

    # ---- our own placements

    def mark_sending(self, placement: Placement, client_id: int) -> OrderKey:
        """Show a placement before its bytes leave; returns its provisional name."""
        key = OrderKey.alias(client_id, placement.order_id)
        facts = self._new(
            key, owner_of(client_id, placement.order_id, self._profile_client_id), self._clock.monotonic()
        )
        facts.placement, facts.intent = placement, placement.intent
        facts.client_id, facts.order_id = client_id, placement.order_id
        self._names.give(client_id, placement.order_id, key)
        self._store(facts)
        return key

    def mark_sent(self, key: OrderKey, at: float) -> None:
        if (facts := self._of(key)) is not None:
            facts.sent_at = at

    def drop_unsent(self, key: OrderKey) -> None:
        """Its bytes certainly never left: it was no order."""
        facts = self._facts.get(key)
        if facts is None or facts.perm_id is not None:
            return
        del self._facts[key], self._rows[key]
        self._names.take(key.client_id, key.order_id, key)
        self._changes.orders.add(key)

    def mark_overdue(self, key: OrderKey, why: str) -> None:
        """No answer came in time: unknown, until the broker speaks of it."""
        facts = self._of(key)
        if facts is not None and facts.perm_id is None and not facts.reject:
            facts.overdue, facts.verify = True, why
            self._store(facts)

    def mark_staged(self, key: OrderKey) -> None:
        """TWS took it without transmitting it; no list shows it (IBKR Campus, "Order Management", transmit flag)."""
        facts = self._of(key)
        if facts is not None and facts.perm_id is None and not facts.reject:
            facts.staged = True
            self._store(facts)

    def recall_staged(self, placement: Placement, client_id: int) -> OrderKey | None:
        """Show an order that an earlier run staged; None when its numbers name another order by now."""
        if self._names.newest(client_id, placement.order_id) is not None:
            return None
        key = self.mark_sending(placement, client_id)
        self.mark_staged(key)
        return key

    def mark_lost(self, key: OrderKey, why: str) -> None:
        """A staged order lives in one run of TWS only (IBKR Campus TWS API docs, "Order Placement Considerations")."""
        facts = self._of(key)
        if facts is not None and facts.staged:
            facts.lost = why
            self._store(facts)

    def give_intent(self, key: OrderKey, intent: str) -> None:
        """The journal knows this order: it is the one that was meant by that intent."""
        facts = self._of(key)
        if facts is not None and not facts.intent:
            facts.intent = intent
            self._store(facts)

    def mark_twins(self, perm_ids: Iterable[int]) -> None:
        """These orders are one intent's: none of them may be acted on unseen."""
        for perm_id in perm_ids:
            if (facts := self._facts.get(OrderKey.perm(perm_id))) is not None:
                facts.twin = True
                self._store(facts)

    def mark_modifying(self, key: OrderKey, wanted: Placement | None, refused: str = "", doubt: str = "") -> None:
        """A change is on its way, or (None) no more: it was refused, or nothing is known of it."""
        if (facts := self._of(key)) is not None:
            facts.modify, facts.change_refused, facts.verify = wanted, refused, doubt or facts.verify
            self._store(facts)

    def mark_cancel_sent(self, key: OrderKey, at: float, refused: str = "") -> None:
        """A cancel left; `refused` are the broker's words when it said no where its errors do not come to the book."""
        if (facts := self._of(key)) is not None:
            facts.cancel_at, facts.cancel_refused = at, refused
            self._store(facts)

    def mark_outage(self, over: bool = False) -> None:
        """TWS has lost its link to the broker, or has it back: meanwhile it answers lists from memory, and nothing
        that it says of an order makes a row current.
        """
        self._current = over
        if not over:
            self.mark_stale()

    def mark_stale(self) -> None:
        """The link is gone: whatever is shown is last known."""
        for facts in self._facts.values():
            row = self._rows.get(facts.key)
            if row is not None and row.live and facts.perm_id is not None and not facts.stale:
                facts.stale = True
                self._store(facts)

    def learn(self, instrument: Instrument) -> None:
        """The broker told everything about this instrument: rows of it show their prices by its ticks from now on."""
        self._instruments[instrument.con_id] = instrument
        for facts in self._facts.values():
            row = self._rows.get(facts.key)
            if row is not None and row.instrument.con_id == instrument.con_id:
                self._store(facts)

    def attach(self, client_id: int) -> None:
        """Tell under which client id error messages without a client id are ours."""
        self._link_client_id = client_id

    # ---- events

    def apply(self, event: Event) -> None:
        """Take one broker event in. Unknown kinds are none of the book's business."""
        match event:
            case OrderSeen():
                self._order(event)
            case OrderConfirmed():
                self._confirmed(event)
            case StatusSeen():
                self._status(event)
            case FillSeen():
                self._fill(event.fill, event.at)
            case CompletedSeen():
                self._completed(event)
            case ProblemSeen():
                self._problem(event)
            case OrderBound():
                self._bound(event)
            case Undecodable():
                self._undecodable(event)
            case SnapshotTaken():
                self._snapshot(event)
            case _:
                pass

    def _order(self, event: OrderSeen) -> None:
        if event.what_if is not None or not event.perm_id:
            return
        facts = self._known(event.perm_id, event.client_id, event.order_id, event.at, event.order_ref)
        self._heard(facts, event.at)
        facts.apply_order(event)
        self._name(facts, *self._names.told(event.perm_id, event.client_id, event.order_id))
        facts.parent_id = event.parent_id
        self._store(facts)

    def _confirmed(self, event: OrderConfirmed) -> None:
        facts = self._facts.get(OrderKey.perm(event.perm_id))
        if facts is None:
            return
        doubted = facts.in_doubt or facts.end_at is not None
        self._heard(facts, event.at)
        facts.apply_confirmed(event.at)
        # A poll confirms thousands of rows that say the same: only a row that was in doubt is derived anew.
        if doubted:
            self._store(facts)

    def _status(self, event: StatusSeen) -> None:
        if not event.perm_id:
            return
        facts = self._known(event.perm_id, event.client_id, event.order_id, event.at)
        self._heard(facts, event.at)
        facts.apply_status(event)
        facts.parent_id = event.parent_id or facts.parent_id
        self._name(facts, *self._names.told(event.perm_id, event.client_id, event.order_id))
        self._store(facts)

    def _fill(self, fill: Fill, at: float) -> None:
        if not fill.perm_id:
            return
        fills = self._fills.setdefault(fill.perm_id, {})
        former = fills.get(fill.base_id)
        if former is None or former.exec_id <= fill.exec_id:
            fills[fill.base_id] = fill
        key = OrderKey.perm(fill.perm_id)
        facts = self._facts.get(key) or self._adopt_alias(fill.perm_id, fill.client_id, fill.order_id, fill.order_ref)
        if facts is None:
            return
        if former is None:
            # A list that was asked for before it filled says nothing of what is left; one told again is no news.
            facts.changed = facts.end_at = at
            facts.missing_since, facts.relisted = None, False
        self._store(facts)

    def _completed(self, event: CompletedSeen) -> None:
        facts = self._facts.get(OrderKey.perm(event.perm_id))
        if facts is None:
            facts = self._by_reference(event)
        if facts is None:
            self._keep_early_end(event)
            return
        facts.apply_completed(event)
        self._store(facts)

    def _by_reference(self, event: CompletedSeen) -> Facts | None:
        """A placement of ours that was never answered, found again by the reference it carried."""
        if not event.order_ref:
            return None
        for facts in self._facts.values():
            # Only a reference of our own making names one order: callers use theirs again and again.
            if facts.perm_id is None and facts.intent and facts.intent == event.order_ref:
                self._rekey(facts, event.perm_id)
                return facts
        return None

    def _problem(self, event: ProblemSeen) -> None:
        """An error that names an order of this connection. It casts doubt, it never ends an order by itself."""
        if self._link_client_id is None or event.request_id in (-1, 0):
            return
        key = self._names.newest(self._link_client_id, event.request_id)
        facts = self._facts.get(key) if key else None
        if facts is None:
            return
        facts.apply_problem(event, explain(effective_code(event.code, event.text), self._codes).effect)
        self._store(facts)

    def _bound(self, event: OrderBound) -> None:
        self._names.bind(event.perm_id, event.client_id, event.order_id)
        facts = self._facts.get(OrderKey.perm(event.perm_id))
        if facts is not None:
            self._name(facts, event.client_id, event.order_id)
            self._store(facts)

    def _undecodable(self, event: Undecodable) -> None:
        facts = self._facts.get(OrderKey.perm(event.perm_id)) if event.perm_id else None
        if facts is not None:
            facts.verify = "a message about it could not be read"
            self._store(facts)

    def _snapshot(self, event: SnapshotTaken) -> None:
        if event.surplus:
            self._forget_misses()
        if not event.complete:
            return
        for facts in list(self._facts.values()):
            row = self._rows.get(facts.key)
            if row is None or facts.perm_id is None:
                continue
            if facts.perm_id in event.perm_ids:
                changed = facts.confirm(event, self._clock.now())
            else:
                changed = row.live and not facts.staged and facts.miss(event)
                if changed:
                    self.needs_end.add(facts.perm_id)
            if changed:
                self._store(facts)

    def _forget_misses(self) -> None:
        """An end marker came that nobody owed: the list before it may have been cut short, so no absence counts."""
        for facts in self._facts.values():
            if facts.missing_since is not None and not facts.gone:
                facts.missing_since = None
                self._store(facts)
