"""A verdict claims no more than its evidence, and no less."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

import pytest

from tests.unit.engine.events import Wire
from tws_console.engine.book import Book
from tws_console.engine.evidence import Evidence, Track
from tws_console.engine.ports import LinkPort
from tws_console.engine.proof import judge
from tws_console.engine.stop_lines import lines_of
from tws_console.engine.store import Changes
from tws_console.model.clock import Clock
from tws_console.model.intent import Intent
from tws_console.model.order import Witness
from tws_console.model.session import Lamp, Lamps
from tws_console.model.stop import Outcome, StopReport, StopScope, StopVerdict

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
UP = Lamps(socket=Lamp.UP, tws=Lamp.UP)


class QuietLink:
    """As much of a link as a verdict looks at."""

    generation = 1
    client_id = 11
    owed = 0


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def book(wire: Wire) -> Book:
    return Book(11, Changes(), Clock(monotonic=wire.monotonic))


@pytest.fixture
def evidence(wire: Wire) -> Evidence:
    """Everything that a proof needs when no order was known."""
    evidence = Evidence(wire.at, NOW, StopScope(), sent_at=wire.at, attempts=1, journal_read=True)
    track = Track(cast(LinkPort, QuietLink()), lambda: UP, wire.at, answered=True)
    track.empty_asked, track.empty_at = [wire.at + 0.1, wire.at + 0.5], wire.at + 0.1
    track.completed_ok = track.swept_ok = track.behind_ok = True
    evidence.tracks[1] = track
    return evidence


def intent(client_id: int = 12, order_id: int = 5, ulid: str = "01LOST") -> Intent:
    return Intent(
        ulid=ulid,
        at=NOW,
        login="DU1234567",
        endpoint="127.0.0.1:7497",
        client_id=client_id,
        order_id=order_id,
        account="DU1234567",
        con_id=265598,
        symbol="AAPL",
        action="BUY",
        quantity=Decimal(100),
        order_type="LMT",
        limit_price=Decimal("187.5"),
        aux_price=None,
        tif="DAY",
        transmit=True,
        order_ref=ulid,
    )


def report(evidence: Evidence, book: Book) -> StopReport:
    return judge(
        evidence,
        lines_of(evidence, book.get, NOW, evidence.started + 1),
        endpoint=("127.0.0.1", 7497),
        lamps=UP,
        accounts_ready=True,
        frozen=True,
        now=evidence.started + 1,
    )


def test_stop_is_proved_when_nothing_was_known_and_everything_was_asked(evidence: Evidence, book: Book) -> None:
    assert report(evidence, book).proved


def test_lost_placement_bars_the_proof_when_another_client_used_its_order_id(
    evidence: Evidence, book: Book, wire: Wire
) -> None:
    book.apply(wire.order(1, 11, 5))
    evidence.know(book.live()[0], evidence.started)
    book.apply(wire.status(1, "Cancelled", 11, 5))
    evidence.unanswered = [intent(12, 5)]

    found = report(evidence, book)

    assert found.verdict is StopVerdict.EMPTY
    assert [line.outcome for line in found.orders] == [Outcome.UNKNOWN, Outcome.CANCELLED]


def test_stop_is_not_confirmed_when_the_cancel_has_to_go_out_again(evidence: Evidence, book: Book) -> None:
    evidence.again = True

    assert report(evidence, book).verdict is StopVerdict.NOT_CONFIRMED


def test_lost_placement_has_an_end_when_a_completed_order_carries_its_reference(
    evidence: Evidence, book: Book, wire: Wire
) -> None:
    evidence.unanswered = [intent()]
    evidence.completed["01LOST"] = wire.completed(77, "Filled", "Filled Size: 100", ref="01LOST")

    found = report(evidence, book)

    assert found.proved
    assert [(line.perm_id, line.outcome, line.witness) for line in found.orders] == [
        (77, Outcome.FILLED, Witness.COMPLETED)
    ]


def test_refusal_is_no_proof_when_the_completed_orders_have_not_answered(evidence: Evidence, book: Book) -> None:
    evidence.unanswered, evidence.tracks[1].completed_ok = [intent()], False
    evidence.refused.add("01LOST")

    assert report(evidence, book).verdict is StopVerdict.NOT_CONFIRMED
    evidence.tracks[1].completed_ok = True
    assert report(evidence, book).proved
