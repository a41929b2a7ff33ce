"""Everything known about one order, and the row that follows from it. Pure; imports model and rules only.

The row is always derived anew from the facts, so the order in which messages came cannot leave a mark of its own.
Nothing is final on an error code alone: an end needs a status, a completed order or fills to the size (duplicate,
missing and reordered callbacks are normal: IBKR TWS API docs, "Order Submission"; informational codes such as 10349
leave the order alive: ib_async issues 191 and 217). Once told, an end stays: only a complete list that was asked for
after it, and that tells the order live, takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tws_console.engine.ports import Placement
from tws_console.model.codes import Effect, refuses_change
from tws_console.model.events import CompletedSeen, OrderSeen, ProblemSeen, SnapshotTaken, StatusSeen
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.instrument import Instrument
from tws_console.model.order import ENDED, Order, Status, Witness
from tws_console.model.position import Fill
from tws_console.rules.statuses import held_until, status_of

CANCEL_PATIENCE = 5.0
"""Seconds after which an order that is still listed has not heard our cancel."""
CANCELLED_WORDS = frozenset({"Cancelled", "ApiCancelled"})
END_WORDS = CANCELLED_WORDS | {"Filled"}
REJECT_END_WORDS = CANCELLED_WORDS | {"Inactive"}


@dataclass(slots=True)
class Facts:
    """What was heard about one order. Mutable, owned by the book, never handed out."""

    key: OrderKey
    owner: Owner
    first_seen: datetime
    first_at: float
    """Monotonic seconds."""
    changed: float
    placement: Placement | None = None
    sent_at: float | None = None
    head: OrderSeen | None = None
    status: str = ""
    why_held: str = ""
    filled: Decimal | None = None
    remaining: Decimal | None = None
    avg_fill_price: Decimal | None = None
    client_id: int | None = None
    order_id: int | None = None
    perm_id: int | None = None
    parent_id: int = 0
    parent_perm_id: int | None = None
    fills: dict[str, Fill] = field(default_factory=dict)
    """By execution id without its correction number: a later correction replaces the first."""
    completed: CompletedSeen | None = None
    intent: str = ""
    seen_at: datetime | None = None
    reject: str = ""
    """The broker's words of refusal, newest."""
    verify: str = ""
    """Why the state is in doubt until the broker says more."""
    held_until: str = ""
    """The time that a 399 named, the exchange's; its own words when it named none."""
    modify: Placement | None = None
    """The order as a change that was sent is to make it, until the broker answers."""
    change_refused: str = ""
    """The broker's words of refusal of the newest change."""
    cancel_at: float | None = None
    cancel_refused: str = ""
    missing_since: float | None = None
    """When the complete list that first lacked it had ended (monotonic)."""
    end_at: float | None = None
    """Monotonic seconds of the newest word of an end: a status, a completed order, an execution."""
    live_at: float | None = None
    """Monotonic seconds of the newest live status told after an end."""
    live_word: str = ""
    relisted: bool = False
    """A complete list asked for after the end told it live: neither is believed."""
    gone: bool = False
    overdue: bool = False
    staged: bool = False
    lost: str = ""
    """Why it is no staged order any more."""
    twin: bool = False
    stale: bool = False

    @property
    def shown(self) -> bool:
        """Whether enough is known to show it: its terms, not only a status."""
        return self.head is not None or self.placement is not None or self.completed is not None

    @property
    def in_doubt(self) -> bool:
        """Whether a word of the broker that merely confirms it would change what is shown."""
        return bool(self.stale or self.gone or self.overdue or self.staged or self.verify or self.missing_since)

    @property
    def total_filled(self) -> Decimal | None:
        """The largest of what status, executions and completed order say; None when none of them spoke."""
        said = [
            value for value in (self.filled, self.completed.filled if self.completed else None) if value is not None
        ]
        if self.fills:
            said.append(sum((fill.quantity for fill in self.fills.values()), Decimal(0)))
        return max(said) if said else None

    @property
    def quantity(self) -> Decimal | None:
        for source in (self.head, self.completed, self.placement):
            if source is not None and source.quantity is not None:
                return source.quantity
        return None

    def overlaps(self, other: Facts) -> bool:
        """Whether the other one was live at some time since this one was first heard of."""
        ended_at = other.changed if other.end_at is None else other.end_at
        return other.shown and (not has_ended(other) or ended_at >= self.first_at)

    def heard(self, at: float, now: datetime) -> None:
        """The broker spoke of this order: it is neither missing nor overdue nor stale any more."""
        self.changed = at
        self.seen_at = now
        self.missing_since = None
        self.overdue = False
        self.staged, self.lost = False, ""
        self.stale = False
        self.gone = False

    def apply_order(self, event: OrderSeen) -> None:
        self.head = event
        if self.modify is not None and same_terms(event, self.modify):
            self.modify = None
        if event.status:
            self._take_status(event.status, event.at)

    def apply_confirmed(self, at: float) -> None:
        """openOrder with the bytes of the last one."""
        self.verify = ""
        if self.head is not None and self.head.status and self.end_at is not None:
            self._take_status(self.head.status, at)

    def _take_status(self, status: str, at: float) -> None:
        """The newest word counts, but a live one does not take an end back: it may be an old one told again."""
        self.verify = ""
        if status in END_WORDS:
            self.end_at, self.relisted = at, False
        elif self.end_at is not None:
            self.live_at, self.live_word = at, status
            if self.status in END_WORDS and not self.relisted:
                return
        self.status = status

    def apply_status(self, event: StatusSeen) -> None:
        self._take_status(event.status, event.at)
        self.why_held = event.why_held
        if event.filled is not None and (self.filled is None or event.filled >= self.filled):
            self.filled, self.remaining = event.filled, event.remaining
            self.avg_fill_price = event.avg_fill_price or self.avg_fill_price

    def apply_completed(self, event: CompletedSeen) -> None:
        self.completed = event
        self.changed = self.end_at = event.at
        self.verify, self.missing_since = "", None
        self.relisted = self.gone = self.stale = False

    def apply_problem(self, event: ProblemSeen, effect: Effect) -> None:
        """An error that names it, and what its code does. It casts doubt, it never ends an order by itself."""
        words = f"{event.code} {event.text}"
        self.changed = event.at
        if event.code == 399:
            self.held_until = held_until(event.text) or self.held_until or _warning(event.text)
        elif self.modify is not None and refuses_change(event.code, event.text):
            self.modify, self.change_refused = None, words
        elif effect in {Effect.NOTE, Effect.WARNING, Effect.CANCELLED}:
            return
        elif self.cancel_at is not None and effect is not Effect.REJECTED:
            self.cancel_refused = words
        elif effect in {Effect.REFUSED, Effect.REJECTED} and (self.perm_id is None or event.code == 201):
            self.reject = words
        else:
            self.verify = words

    def confirm(self, event: SnapshotTaken, now: datetime) -> bool:
        """It was in a complete list: a refusal that the list contradicts is taken back, other doubt ends. True when
        that changed anything.
        """
        contradicted = bool(self.reject) and self.status in REJECT_END_WORDS and self.changed < event.asked_at
        unheard = (
            self.cancel_at is not None
            and not self.cancel_refused
            and self.status != "PendingCancel"
            and event.asked_at > self.cancel_at + CANCEL_PATIENCE
        )
        if contradicted:
            self.reject = ""
        if unheard:
            self.cancel_refused = "the cancel was not answered"
        doubted = self.in_doubt
        if doubted:
            self.heard(self.changed, now)
        return self._relist(event) or doubted or contradicted or unheard

    def _relist(self, event: SnapshotTaken) -> bool:
        """A list that was asked for after the end told the order live all the same. True when that is news."""
        told_live = self.live_at is not None and self.live_at >= event.asked_at
        if self.end_at is None or self.end_at >= event.asked_at or not told_live or _end(self) is None:
            return False
        self.relisted, self.status = True, self.live_word
        return True

    def miss(self, event: SnapshotTaken) -> bool:
        """The retirement rule when a complete list does not hold it. True when that changed anything."""
        if self.first_at >= event.asked_at or self.changed >= event.asked_at:
            return False
        if self.missing_since is None:
            self.missing_since = event.at
        elif event.asked_at >= self.missing_since and not self.gone:
            self.gone, self.stale = True, False
        else:
            return False
        return True


def same_terms(told: OrderSeen | Order, wanted: Placement) -> bool:
    """Whether the order as it was told has the size, prices and TIF that were wanted."""
    return (told.quantity, told.limit_price, told.aux_price, told.tif) == (
        wanted.quantity,
        wanted.limit_price,
        wanted.aux_price,
        wanted.tif,
    )


def status_words(facts: Facts) -> tuple[Status, str, Witness]:
    """The state in words, its reason, and what witnessed its end (NONE while it has not ended)."""
    ended = _end(facts)
    if ended is not None:
        return ended
    if facts.twin:
        return Status.TWIN, "two orders at the broker carry these numbers: look before you act", Witness.NONE
    doubt = _doubt(facts)
    if doubt is not None:
        return *doubt, Witness.NONE
    order_type = facts.head.order_type if facts.head else ""
    hint = facts.held_until or facts.reject
    status, reason = status_of(facts.status, facts.why_held, order_type, facts.total_filled, facts.quantity, hint)
    if facts.cancel_at is not None and status not in {Status.CANCELLING, Status.FILLED, Status.CANCELLED}:
        return Status.CANCELLING, "may still fill", Witness.NONE
    return status, reason, Witness.NONE


def _warning(text: str) -> str:
    """What a 399 warns of: "Order Message: BUY 1 AAPL Warning: your order will ..." begins with the order itself."""
    return " ".join(text.rpartition("Warning:")[2].split())


def has_ended(facts: Facts) -> bool:
    """Whether the row says that it has ended."""
    return status_words(facts)[0] in ENDED


def _end(facts: Facts) -> tuple[Status, str, Witness] | None:
    """How it ended, when the broker witnessed an end."""
    if facts.relisted and not facts.gone:
        return None
    filled, quantity, completed = facts.total_filled, facts.quantity, facts.completed
    if facts.status == "Filled" or (completed is not None and completed.status == "Filled"):
        return Status.FILLED, _average(facts), Witness.STATUS if facts.status == "Filled" else Witness.COMPLETED
    if filled is not None and quantity is not None and 0 < quantity <= filled:
        return Status.FILLED, _average(facts), Witness.EXECUTION if facts.fills else Witness.STATUS
    if facts.status in CANCELLED_WORDS or completed is not None:
        witness = Witness.STATUS if facts.status in CANCELLED_WORDS else Witness.COMPLETED
        if facts.reject:
            return Status.REJECTED, facts.reject, witness
        words = completed.completed_status if completed else ""
        if "expire" in words.lower():
            return Status.EXPIRED, words, witness
        return Status.CANCELLED, words, witness
    if facts.reject and facts.head is None and facts.perm_id is None:
        return Status.REJECTED, facts.reject, Witness.REFUSAL
    if facts.lost:
        return Status.GONE, facts.lost, Witness.NONE
    if facts.gone:
        return Status.GONE, "left the list, end unknown", Witness.NONE
    return None


def _doubt(facts: Facts) -> tuple[Status, str] | None:
    """States in which the broker has not said the last word."""
    if facts.staged:
        return Status.STAGED, "not transmitted"
    if facts.perm_id is None and facts.placement is not None:
        if facts.overdue:
            return Status.UNKNOWN, facts.verify or "no answer from TWS"
        return Status.SENDING, facts.verify
    if facts.cancel_refused:
        return Status.STILL_LIVE, facts.cancel_refused
    if facts.modify is not None and facts.cancel_at is None:
        return Status.MODIFYING, "change sent, not answered yet"
    if facts.reject and facts.status == "Inactive":
        return Status.REJECTED, facts.reject
    if facts.relisted:
        return Status.UNVERIFIED, "listed as live after its end was told"
    if facts.verify:
        return Status.UNVERIFIED, facts.verify
    if facts.missing_since is not None:
        return Status.UNVERIFIED, "not in the newest list"
    if not facts.status:
        return Status.UNVERIFIED, "state not told"
    return None


def _average(facts: Facts) -> str:
    return f"avg {facts.avg_fill_price:f}" if facts.avg_fill_price else ""


def row_of(facts: Facts, instruments: Mapping[int, Instrument]) -> Order:
    """The immutable row that everybody sees; `instruments` holds what is known in full, by conId."""
    status, reason, witness = status_words(facts)
    if status in ENDED and facts.end_at is not None and (facts.live_at or 0.0) > facts.end_at:
        reason = "; ".join(part for part in (reason, "told live again after its end") if part)
    head, placement = facts.head, facts.placement
    source = head or placement or facts.completed
    if source is None:
        raise ValueError(f"nothing is known of order {facts.key}")
    live_terms = head or placement
    filled, quantity = facts.total_filled, facts.quantity
    remaining = facts.remaining
    if quantity is not None and (filled is not None or facts.perm_id is None):
        remaining = quantity - (filled or Decimal(0))
    return Order(
        key=facts.key,
        owner=facts.owner,
        instrument=instruments.get(source.instrument.con_id, source.instrument),
        perm_id=facts.perm_id,
        client_id=facts.client_id,
        order_id=facts.order_id,
        account=source.account,
        action=source.action,
        quantity=quantity,
        filled=filled,
        remaining=remaining,
        avg_fill_price=facts.avg_fill_price,
        order_type=source.order_type,
        limit_price=source.limit_price,
        aux_price=source.aux_price,
        tif=source.tif,
        outside_rth=live_terms.outside_rth if live_terms else False,
        status=status,
        broker_status=facts.status,
        reason=reason,
        order_ref=source.order_ref,
        parent_id=facts.parent_id,
        parent_perm_id=facts.parent_perm_id,
        oca_group=head.oca_group if head else "",
        attributes=head.attributes if head else (),
        change_refused=facts.change_refused,
        intent=facts.intent,
        witness=witness,
        stale=facts.stale and witness is Witness.NONE,
        first_seen=facts.first_seen,
        seen_at=facts.seen_at,
        changed=facts.changed,
    )
