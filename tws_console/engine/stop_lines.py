"""One line per order that a stop answers for: what became of it, who witnessed it, and why it is still there.

Pure; imports the stop's evidence, rules and model only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tws_console.engine.evidence import Evidence, Known
from tws_console.model.events import CompletedSeen
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.intent import Intent
from tws_console.model.order import Order, Status, Witness
from tws_console.model.stop import Outcome, StopLine
from tws_console.rules.hours import session_at, zone_of
from tws_console.rules.statuses import held_until

NEVER_THERE = "never arrived: TWS does not know it"
NEVER_ANSWERED = "sent by us, never answered"
CLOSED_AFTER = 2.0
"""Seconds after the first cancel in which a closed venue is not yet the reason that an order still lives."""

Lookup = Callable[[OrderKey], Order | None]

_ORDER = (
    Outcome.LIVE,
    Outcome.UNKNOWN,
    Outcome.LATER,
    Outcome.FILLED,
    Outcome.PARTLY_FILLED,
    Outcome.GONE,
    Outcome.CANCELLED,
)


def lines_of(evidence: Evidence, lookup: Lookup, now: datetime, at: float) -> tuple[StopLine, ...]:
    """One line per order, the live and unknown first, then by permId. `now` is the wall clock, `at` the monotonic
    one.
    """
    lines = {}
    for key, known in list(evidence.known.items()):
        row = lookup(key)
        if row is None:
            del evidence.known[key]
            continue
        lines[row.key] = _line(evidence, known, row, now, at)
    shown = {(line.client_id, line.order_id) for line in lines.values()}
    rest = [
        _intent_line(evidence, intent)
        for intent in evidence.unanswered
        if (intent.client_id, intent.order_id) not in shown
    ]
    return tuple(sorted([*lines.values(), *rest], key=_rank))


def _rank(line: StopLine) -> tuple[int, int]:
    return _ORDER.index(line.outcome), line.perm_id or 0


def _line(evidence: Evidence, known: Known, row: Order, now: datetime, at: float) -> StopLine:
    if known.told is not None and known.told[0] is row:
        return known.told[1]
    outcome, witness, reason = _outcome(row, known), row.witness, row.reason
    if witness is not Witness.NONE and known.ended_ms is None:
        known.ended_ms = round(max(0.0, row.changed - evidence.started) * 1000, 1)
    if outcome is Outcome.UNKNOWN and row.intent and row.intent in evidence.refused:
        outcome, witness = Outcome.CANCELLED, Witness.REFUSAL
    if witness is Witness.REFUSAL and not reason:
        reason = NEVER_THERE
    if outcome is Outcome.LIVE:
        outcome, reason = _standing(evidence, row, now, at)
    elif row.key in evidence.words:
        reason = _joined(reason, evidence.words[row.key])
    line = StopLine(
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
        reason=reason,
        ms=known.ended_ms,
        late=evidence.is_late(known),
    )
    if row.witness is not Witness.NONE and row.key not in evidence.words:
        known.told = (row, line)
    return line


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


def _standing(evidence: Evidence, row: Order, now: datetime, at: float) -> tuple[Outcome, str]:
    """Why an order still lives: a venue that takes no cancel now, or whatever was tried for it."""
    words = _joined(row.reason, evidence.words.get(row.key, ""))
    cancel_out = evidence.sent_at is not None and at - evidence.sent_at >= CLOSED_AFTER
    if not cancel_out or evidence.read_only or not _waits_for_venue(row):
        return Outcome.LIVE, words
    until = _next_time(row, now)
    if not until:
        return Outcome.LIVE, words
    return Outcome.LATER, _joined(f"cannot be cancelled now: the venue is closed until {until}", words)


def _waits_for_venue(row: Order) -> bool:
    """A cancel outside the venue's hours may stay unanswered until it opens (Lean.Brokerages pull request 256)."""
    return row.broker_status == "PendingCancel"


def _next_time(row: Order, now: datetime) -> str:
    """When the venue takes orders again, in its own time; empty when it is open or nobody has told."""
    held = held_until(f"until {row.reason}")
    if held:
        return held
    session = session_at(row.instrument, now, outside_rth=True)
    zone = zone_of(row.instrument.time_zone)
    if session.open is False and session.opens is not None and zone is not None:
        return f"{session.opens.astimezone(zone):%H:%M}"
    return ""


def _joined(*parts: str) -> str:
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _intent_line(evidence: Evidence, intent: Intent) -> StopLine:
    key = OrderKey.alias(intent.client_id, intent.order_id)
    end = evidence.completed.get(intent.ulid)
    if end is not None:
        outcome, witness, reason = _completed_outcome(end), Witness.COMPLETED, end.completed_status
    elif intent.ulid in evidence.refused:
        outcome, witness, reason = Outcome.CANCELLED, Witness.REFUSAL, NEVER_THERE
    else:
        words = _joined(NEVER_ANSWERED, evidence.words.get(key, ""))
        outcome, witness, reason = Outcome.UNKNOWN, Witness.NONE, words
    return StopLine(
        key=key,
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
