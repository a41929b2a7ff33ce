"""The verdict that follows from a stop's evidence. Pure; imports the stop's evidence and model only.

Proved needs, all after the newest cancel and all on one connection that carried a cancel itself: two empty complete
lists in a row, executions swept, the link between TWS and IBKR known to be up; and an end that the broker witnessed
for every order known, and nothing about orders that could not be read. Anything less is named.
"""

from __future__ import annotations

from collections.abc import Iterable

from tws_console.engine.evidence import Evidence, Track
from tws_console.model.order import Witness
from tws_console.model.session import Lamp, Lamps
from tws_console.model.stop import Outcome, Proof, StopLine, StopLink, StopReport, StopVerdict

Check = tuple[bool, str]
"""Whether something is missing, and its words."""


def judge(
    evidence: Evidence,
    lines: Iterable[StopLine],
    *,
    endpoint: tuple[str, int],
    lamps: Lamps,
    accounts_ready: bool,
    frozen: bool,
    now: float,
    next_try: float | None = None,
    more_notes: tuple[str, ...] = (),
) -> StopReport:
    """The report as the evidence stands. `lamps` are those of the main connection; `next_try` is when something is
    tried again, in monotonic seconds.
    """
    lines = tuple(lines)
    track, missing = _best(evidence, lines, accounts_ready)
    if track is None:
        missing = _no_track(evidence, lamps)
    verdict, why = _verdict(lines, missing)
    witnessed = sum(line.witness is not Witness.NONE for line in lines)
    elapsed = _ms(now, evidence.started) or 0.0
    shown = track.lamps() if track is not None else lamps
    return StopReport(
        host=endpoint[0],
        port=endpoint[1],
        verdict=verdict,
        running=verdict is not StopVerdict.PROVED,
        why=why,
        proof=Proof(
            snapshots=track.lists if track is not None else 0,
            empty_since_ms=_ms(track.empty_at, evidence.started) if track is not None else None,
            witnessed=witnessed,
            unwitnessed=len(lines) - witnessed,
            executions_swept=track is not None and track.swept_ok,
            undecodable=evidence.undecodable,
            tws_link=shown.tws.value,
        ),
        scope=evidence.scope,
        frozen=frozen,
        started_at=evidence.started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        elapsed_ms=elapsed,
        blocked_ms=_ms(evidence.blocked_at, evidence.started),
        sent_ms=_ms(evidence.sent_at, evidence.started),
        proved_ms=elapsed if verdict is StopVerdict.PROVED else None,
        link=_link(shown),
        purged=evidence.purged,
        staged=evidence.staged,
        orders=lines,
        attempts=evidence.attempts,
        next_try_ms=_ms(next_try, evidence.started) if verdict is not StopVerdict.PROVED else None,
        notes=(*evidence.notes, *more_notes),
    )


def _verdict(lines: tuple[StopLine, ...], missing: str) -> tuple[StopVerdict, str]:
    """The verdict and, unless it is proved, the first thing that is missing."""
    if missing:
        return StopVerdict.NOT_CONFIRMED, missing
    bare = [f"{line.symbol} {line.key}" for line in lines if line.witness is Witness.NONE]
    if bare:
        return StopVerdict.EMPTY, f"the lists are empty, but nothing witnesses the end of {', '.join(bare)}"
    return StopVerdict.PROVED, ""


def _best(evidence: Evidence, lines: tuple[StopLine, ...], accounts_ready: bool) -> tuple[Track | None, str]:
    """The connection that has come furthest, and the first thing that it still lacks."""
    found: list[tuple[int, Track, str]] = []
    for track in evidence.tracks.values():
        checks = _checks(evidence, track, lines, accounts_ready)
        first = next((place for place, (failed, _) in enumerate(checks) if failed), len(checks))
        found.append((first, track, checks[first][1] if first < len(checks) else ""))
    if not found:
        return None, ""
    _, track, missing = max(found, key=lambda one: one[0])
    return track, missing


def _no_track(evidence: Evidence, lamps: Lamps) -> str:
    """Why no connection can prove anything."""
    if evidence.sent_at is None and evidence.scope.everything:
        return "no connection to TWS: the cancel has not left, working orders are NOT cancelled"
    if lamps.socket is not Lamp.UP:
        return "the link to TWS is lost"
    return "the cancel has not gone out on the new link yet"


def _checks(evidence: Evidence, track: Track, lines: tuple[StopLine, ...], accounts_ready: bool) -> tuple[Check, ...]:
    """What keeps this connection from proving anything, in the order in which it is told."""
    live = [line for line in lines if line.outcome in {Outcome.LIVE, Outcome.LATER}]
    late = sum(line.late for line in live)
    later = sum(line.outcome is Outcome.LATER for line in live)
    refused = any(line.witness is Witness.REFUSAL for line in lines)
    lamps = track.lamps()
    return (
        (lamps.socket is not Lamp.UP, "the link to TWS is lost"),
        (lamps.tws is Lamp.DOWN, "TWS has lost its link to IBKR"),
        (lamps.tws is not Lamp.UP, "TWS has not told whether its link to IBKR is up"),
        (not track.answered, "TWS has not answered behind the cancel"),
        (evidence.again, "the link between TWS and IBKR broke since the cancel: it has to go out again"),
        (late > 0, f"{late} new since the stop: not cancelled by it"),
        (evidence.read_only and bool(live), f"{len(live)} still live: TWS refuses cancels, its API is Read-Only"),
        (len(live) > later, f"{len(live)} still live"),
        (later > 0, f"{later} cannot be cancelled now"),
        (not track.twice_empty, "waiting for two empty full lists in a row"),
        (not track.behind_ok, "a question behind the two lists is not answered yet"),
        (track.link.owed > 0, "a further full list is still owed"),
        (not track.swept_ok, "executions are not swept yet"),
        (evidence.blind and not track.completed_ok, "no order was known and the completed orders have not answered"),
        (
            refused and not track.completed_ok,
            "an order is not known to TWS, and the completed orders have not answered",
        ),
        (evidence.blind and not accounts_ready, "no order was known and TWS says that its account data is not ready"),
        (not evidence.journal_read, "the journal is not read yet: placements without an answer are not known"),
    )


def _link(lamps: Lamps) -> StopLink:
    if lamps.socket is not Lamp.UP:
        return StopLink.DOWN
    return StopLink.TWS_DOWN if lamps.tws is Lamp.DOWN else StopLink.UP


def _ms(at: float | None, start: float) -> float | None:
    return None if at is None else round((at - start) * 1000, 1)
