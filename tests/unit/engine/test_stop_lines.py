"""Why an order still lives is said in its line: a closed venue, or what was tried for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.engine.events import AAPL, Wire
from tws_console.engine.book import Book
from tws_console.engine.evidence import Evidence
from tws_console.engine.stop_lines import lines_of
from tws_console.engine.store import Changes
from tws_console.model.clock import Clock
from tws_console.model.ids import OrderKey
from tws_console.model.instrument import Instrument
from tws_console.model.stop import Outcome, StopLine, StopScope

NIGHT = datetime(2026, 11, 20, 5, tzinfo=UTC)
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)
HOURS = "20261120:0930-20261120:1600"


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def book(wire: Wire) -> Book:
    book = Book(11, Changes(), Clock(monotonic=wire.monotonic))
    book.attach(11)
    book.apply(wire.order(1))
    return book


def line(book: Book, wire: Wire, now: datetime, words: str = "", read_only: bool = False) -> StopLine:
    evidence = Evidence(wire.at, now, StopScope(), sent_at=wire.at, read_only=read_only)
    for row in book.orders.values():
        evidence.know(row, wire.at)
    if words:
        evidence.words[OrderKey.perm(1)] = words
    (found,) = lines_of(evidence, book.get, now, wire.at + 3)
    return found


def learn_hours(book: Book) -> None:
    book.learn(Instrument(AAPL.con_id, "AAPL", time_zone="US/Eastern", trading_hours=HOURS, liquid_hours=HOURS))


def test_order_is_later_when_its_cancel_waits_for_the_venue_to_open(book: Book, wire: Wire) -> None:
    learn_hours(book)
    book.apply(wire.status(1, "PendingCancel"))

    found = line(book, wire, NIGHT)

    assert found.outcome is Outcome.LATER
    assert "cannot be cancelled now" in found.reason
    assert "until 09:30" in found.reason


def test_order_is_live_when_its_cancel_waits_although_the_venue_is_open(book: Book, wire: Wire) -> None:
    learn_hours(book)
    book.apply(wire.status(1, "PendingCancel"))

    assert line(book, wire, NOON).outcome is Outcome.LIVE


def test_order_is_live_when_nobody_told_the_hours(book: Book, wire: Wire) -> None:
    book.apply(wire.status(1, "PendingCancel"))

    assert line(book, wire, NIGHT).outcome is Outcome.LIVE


def test_order_is_later_when_its_cancel_waits_and_it_is_held_for_the_opening(book: Book, wire: Wire) -> None:
    book.apply(wire.status(1, "PendingCancel"))
    text = "Order Message:\nWarning: your order will not be placed at the exchange until 2026-11-20 09:30:00 US/Eastern"
    book.apply(wire.problem(1, 399, text))

    found = line(book, wire, NIGHT)

    assert found.outcome is Outcome.LATER
    assert "09:30" in found.reason


def test_order_is_live_and_names_the_box_when_the_api_is_read_only(book: Book, wire: Wire) -> None:
    learn_hours(book)
    book.apply(wire.status(1, "PendingCancel"))

    found = line(book, wire, NIGHT, "TWS refuses it: its API is Read-Only", read_only=True)

    assert found.outcome is Outcome.LIVE
    assert "Read-Only" in found.reason


def test_end_keeps_what_was_tried_when_it_came_by_takeover(book: Book, wire: Wire) -> None:
    book.apply(wire.status(1, "Cancelled"))

    found = line(book, wire, NOON, "takeover as client 11")

    assert (found.outcome, found.reason) == (Outcome.CANCELLED, "takeover as client 11")
