"""What a stop has evidence for, and the verdict that follows from it. Pure; imports model and the book's rows only.

Proved needs, all after the last cancel: an answer on the socket that carried it, two empty complete lists in a row,
an end that the broker witnessed for every order known, executions swept, the link between TWS and IBKR known to be
up, and nothing about orders that could not be read. Anything less is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tws_console.engine.ports import LinkPort
from tws_console.model.events import CompletedSeen, SnapshotTaken
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.intent import Intent
from tws_console.model.order import Order, Status, Witness
from tws_console.model.session import Lamp, Lamps
from tws_console.model.stop import Outcome, Proof, StopLine, StopLink, StopReport, StopScope, StopVerdict

APART = 0.25
"""Seconds that two empty lists must lie apart at least."""
OWN_WINDOW = 10.0
"""Seconds after the user's own enter in which an order that appears was still meant by it."""

NEVER_THERE = "never arrived: TWS does not know it"

Lookup = Callable[[OrderKey], Order | None]


@dataclass(slots=True)
class Known:
    """An order that the stop answers for."""

    first_at: float
    filled_before: Decimal | None
    ended_ms: float | None = None


@dataclass(slots=True)
class Evidence:
    """Everything one stop has seen. Times are monotonic seconds unless they say otherwise."""

    started: float
    started_at: datetime
    scope: StopScope
    blocked_at: float | None = None
    sent_at: float | None = None
    cancel_at: float | None = None
    """When the newest cancel was written; every proof begins after it."""
    tried_at: float | None = None
    retried_at: float | None = None
    """When a new connection was last asked for."""
    link: LinkPort | None = None
    """The connection that carried the newest cancel."""
    attempts: int = 0
    known: dict[OrderKey, Known] = field(default_factory=dict)
    lists: int = 0
    empty_asked: list[float] = field(default_factory=list)
    """When each of the newest run of empty complete lists was asked for."""
    empty_at: float | None = None
    completed_ok: bool = False
    swept_ok: bool = False
    asked_at: float | None = None
    """When completed orders and executions were last asked for."""
    completed: dict[str, CompletedSeen] = field(default_factory=dict)
    """Completed orders by the reference that they carried."""
    undecodable: int = 0
    unanswered: list[Intent] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    """ULIDs of placements of which TWS said that it does not know them."""
    asked_for: dict[int, str] = field(default_factory=dict)
    """Order ids of never-answered placements that a cancel was sent for, with their ULID."""
    journal_read: bool = False
    purged: tuple[str, ...] = ()
    staged: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    again: bool = False
    """The link between TWS and IBKR broke or came back: the cancel has to go out once more."""

    def note(self, text: str) -> None:
        if text and text not in self.notes:
            self.notes.append(text)

    def know(self, row: Order, at: float) -> None:
        """Answer for this order from now on. Staged orders are in no list and are named apart."""
        if row.status is Status.STAGED:
            return
        alias = OrderKey.alias(row.client_id or 0, row.order_id or 0)
        if row.key != alias and alias in self.known:
            self.known[row.key] = self.known.pop(alias)
        self.known.setdefault(row.key, Known(at, row.filled))

    def sent(self, at: float, link: LinkPort) -> None:
        """A cancel was written on this link."""
        self.sent_at = at if self.sent_at is None else self.sent_at
        if link is not self.link:
            self.asked_for.clear()
        self.cancel_at, self.link = at, link
        self.restart()

    def restart(self) -> None:
        """Nothing seen so far proves anything any more."""
        self.empty_asked.clear()
        self.empty_at = None
        self.completed_ok = self.swept_ok = False

    def take_list(self, event: SnapshotTaken) -> None:
        """Count a list that was asked for after the newest cancel, on the connection that carried it."""
        if self.link is None or self.cancel_at is None or event.link != self.link.generation:
            return
        if event.asked_at <= self.cancel_at:
            return
        self.lists += 1
        if not event.complete or event.perm_ids:
            self.restart()
            return
        self.empty_asked.append(event.asked_at)
        self.empty_at = event.at if self.empty_at is None else self.empty_at

    @property
    def twice_empty(self) -> bool:
        return len(self.empty_asked) > 1 and self.empty_asked[-1] - self.empty_asked[0] >= APART

    def is_late(self, known: Known) -> bool:
        return known.first_at > self.started + OWN_WINDOW


def lines_of(evidence: Evidence, lookup: Lookup) -> tuple[StopLine, ...]:
    """One line per order: the live and unknown first, then by permId."""
    lines = {}
    for key, known in list(evidence.known.items()):
        row = lookup(key)
        if row is None:
            del evidence.known[key]
            continue
        lines[row.key] = _line(evidence, known, row)
    shown = {(line.client_id, line.order_id) for line in lines.values()}
    rest = [
        _intent_line(evidence, intent)
        for intent in evidence.unanswered
        if (intent.client_id, intent.order_id) not in shown
    ]
    return tuple(sorted([*lines.values(), *rest], key=_rank))


_ORDER = (
    Outcome.LIVE,
    Outcome.UNKNOWN,
    Outcome.LATER,
    Outcome.FILLED,
    Outcome.PARTLY_FILLED,
    Outcome.GONE,
    Outcome.CANCELLED,
)


def _rank(line: StopLine) -> tuple[int, int]:
    return _ORDER.index(line.outcome), line.perm_id or 0


def _line(evidence: Evidence, known: Known, row: Order) -> StopLine:
    outcome = _outcome(row, known)
    if row.witness is not Witness.NONE and known.ended_ms is None:
        known.ended_ms = round(max(0.0, row.changed - evidence.started) * 1000, 1)
    witness = row.witness
    if outcome is Outcome.UNKNOWN and row.intent and row.intent in evidence.refused:
        outcome, witness = Outcome.CANCELLED, Witness.REFUSAL
    return StopLine(
        key=row.key,
        perm_id=row.perm_id,
        client_id=row.client_id,
        order_id=row.order_id,
        owner=row.owner,
        symbol=row.instrument.name,
        action=row.action,
        quantity=row.quantity,
        filled=row.filled,
        outcome=outcome,
        witness=witness,
        reason=NEVER_THERE if witness is Witness.REFUSAL and not row.reason else row.reason,
        ms=known.ended_ms,
        late=evidence.is_late(known),
    )


def _outcome(row: Order, known: Known) -> Outcome:
    if row.status is Status.GONE:
        return Outcome.GONE
    if row.status in {Status.UNKNOWN, Status.SENDING}:
        return Outcome.UNKNOWN
    if row.status is Status.FILLED:
        return Outcome.FILLED
    if row.live:
        return Outcome.LIVE
    return Outcome.PARTLY_FILLED if (row.filled or 0) > (known.filled_before or 0) else Outcome.CANCELLED


def _intent_line(evidence: Evidence, intent: Intent) -> StopLine:
    end = evidence.completed.get(intent.ulid)
    if end is not None:
        outcome, witness, reason = _completed_outcome(end), Witness.COMPLETED, end.completed_status
    elif intent.ulid in evidence.refused:
        outcome, witness, reason = Outcome.CANCELLED, Witness.REFUSAL, NEVER_THERE
    else:
        outcome, witness, reason = Outcome.UNKNOWN, Witness.NONE, "sent by us, never answered"
    return StopLine(
        key=OrderKey.alias(intent.client_id, intent.order_id),
        perm_id=end.perm_id if end is not None else None,
        client_id=intent.client_id,
        order_id=intent.order_id,
        owner=Owner.OWN,
        symbol=intent.symbol,
        action=intent.action,
        quantity=intent.quantity,
        filled=end.filled if end is not None else None,
        outcome=outcome,
        witness=witness,
        reason=reason,
    )


def _completed_outcome(end: CompletedSeen) -> Outcome:
    if end.status == "Filled":
        return Outcome.FILLED
    return Outcome.PARTLY_FILLED if end.filled else Outcome.CANCELLED


def judge(
    evidence: Evidence,
    lines: Iterable[StopLine],
    *,
    endpoint: tuple[str, int],
    lamps: Lamps,
    accounts_ready: bool,
    frozen: bool,
    now: float,
) -> StopReport:
    """The report as the evidence stands."""
    lines = tuple(lines)
    verdict, why = _verdict(evidence, lines, lamps, accounts_ready)
    witnessed = sum(line.witness is not Witness.NONE for line in lines)
    elapsed = _ms(now, evidence.started) or 0.0
    return StopReport(
        host=endpoint[0],
        port=endpoint[1],
        verdict=verdict,
        running=verdict is not StopVerdict.PROVED,
        why=why,
        proof=Proof(
            snapshots=evidence.lists,
            empty_since_ms=_ms(evidence.empty_at, evidence.started),
            witnessed=witnessed,
            unwitnessed=len(lines) - witnessed,
            executions_swept=evidence.swept_ok,
            undecodable=evidence.undecodable,
            tws_link=lamps.tws.value,
        ),
        scope=evidence.scope,
        frozen=frozen,
        started_at=evidence.started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        elapsed_ms=elapsed,
        blocked_ms=_ms(evidence.blocked_at, evidence.started),
        sent_ms=_ms(evidence.sent_at, evidence.started),
        proved_ms=elapsed if verdict is StopVerdict.PROVED else None,
        link=_link(lamps),
        purged=evidence.purged,
        staged=evidence.staged,
        orders=lines,
        attempts=evidence.attempts,
        notes=tuple(evidence.notes),
    )


def _verdict(
    evidence: Evidence, lines: tuple[StopLine, ...], lamps: Lamps, accounts_ready: bool
) -> tuple[StopVerdict, str]:
    """The verdict and, unless it is proved, the first thing that is missing."""
    missing = _missing(evidence, lines, lamps, accounts_ready)
    if missing:
        return StopVerdict.NOT_CONFIRMED, missing
    bare = [f"{line.symbol} {line.key}" for line in lines if line.witness is Witness.NONE]
    if bare:
        return StopVerdict.EMPTY, f"the lists are empty, but nothing witnesses the end of {', '.join(bare)}"
    return StopVerdict.PROVED, ""


def _missing(evidence: Evidence, lines: tuple[StopLine, ...], lamps: Lamps, accounts_ready: bool) -> str:
    """What keeps the lists from even counting as empty."""
    live = [line for line in lines if line.outcome in {Outcome.LIVE, Outcome.LATER}]
    late = sum(line.late for line in live)
    refused = any(line.witness is Witness.REFUSAL for line in lines)
    checks = (
        (evidence.sent_at is None, "no connection to TWS: the cancel has not left, working orders are NOT cancelled"),
        (lamps.socket is not Lamp.UP, "the link to TWS is lost"),
        (lamps.tws is Lamp.DOWN, "TWS has lost its link to IBKR"),
        (lamps.tws is not Lamp.UP, "TWS has not told whether its link to IBKR is up"),
        (evidence.again, "the link between TWS and IBKR broke since the cancel: it has to go out again"),
        (late > 0, f"{late} new since the stop: not cancelled by it"),
        (bool(live), f"{len(live)} still live"),
        (not evidence.twice_empty, "waiting for two empty full lists in a row"),
        (not evidence.swept_ok, "executions are not swept yet"),
        (not lines and not evidence.completed_ok, "no order was known and the completed orders have not answered"),
        (
            refused and not evidence.completed_ok,
            "an order is not known to TWS, and the completed orders have not answered",
        ),
        (not lines and not accounts_ready, "no order was known and TWS says that its account data is not ready"),
        (not evidence.journal_read, "the journal is not read yet: placements without an answer are not known"),
    )
    return next((words for failed, words in checks if failed), "")


def _link(lamps: Lamps) -> StopLink:
    if lamps.socket is not Lamp.UP:
        return StopLink.DOWN
    return StopLink.TWS_DOWN if lamps.tws is Lamp.DOWN else StopLink.UP


def _ms(at: float | None, start: float) -> float | None:
    return None if at is None else round((at - start) * 1000, 1)
