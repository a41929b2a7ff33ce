"""Deliberate defects: each breaks one promise of the engine, and chaos must find it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tws_console.engine import review, stop_run
from tws_console.engine.evidence import Evidence
from tws_console.engine.proof import judge
from tws_console.engine.trading import Trading
from tws_console.model.order import Order
from tws_console.model.stop import Outcome, StopLine, StopReport, StopVerdict
from tws_console.rules import flatten_plan, gates
from tws_console.rules.closing import room


@contextmanager
def foreign_cancel() -> Iterator[None]:
    """A cancel goes out under the bare order id, whoever's order it is."""
    former = Trading.cannot_cancel

    def careless(self: Trading, order: Order) -> str:
        row = self._book.get(order.key)
        return "" if row is not None and row.live and row.order_id and self._session.link else "not live"

    Trading.cannot_cancel = careless  # type: ignore[method-assign]
    try:
        yield
    finally:
        Trading.cannot_cancel = former  # type: ignore[method-assign]


@contextmanager
def false_proof() -> Iterator[None]:
    """The verdict ignores survivors."""

    def blind(evidence: Evidence, lines: Iterable[StopLine], **circumstances: Any) -> StopReport:
        report = judge(evidence, lines, **circumstances)
        done = evidence.sent_at is not None and any(track.lists > 1 for track in evidence.tracks.values())
        return replace(report, verdict=StopVerdict.PROVED, running=False) if done else report

    stop_run.judge = blind  # type: ignore[attr-defined]
    try:
        yield
    finally:
        stop_run.judge = judge  # type: ignore[attr-defined]


@contextmanager
def false_end() -> Iterator[None]:
    """A proof calls what it cancelled filled."""

    def wishful(evidence: Evidence, lines: Iterable[StopLine], **circumstances: Any) -> StopReport:
        told = [replace(line, outcome=Outcome.FILLED) if line.outcome is Outcome.CANCELLED else line for line in lines]
        return judge(evidence, told, **circumstances)

    stop_run.judge = wishful  # type: ignore[attr-defined]
    try:
        yield
    finally:
        stop_run.judge = judge  # type: ignore[attr-defined]


@contextmanager
def flip() -> Iterator[None]:
    """Plan, rule and guard of a closing order forget what else could close."""

    def careless(held: Decimal | None, action: str, orders: Iterable[Order]) -> Decimal | None:
        return room(held, action, ())

    places = (flatten_plan, gates, review)
    for place in places:
        place.room = careless  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for place in places:
            place.room = room  # type: ignore[attr-defined]


DEFECTS: dict[str, Callable[[], Any]] = {
    "foreign-cancel": foreign_cancel,
    "false-proof": false_proof,
    "false-end": false_end,
    "flip": flip,
}
