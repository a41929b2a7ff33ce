"""Messages that come without the ones usually before them cost no row and give no order a false end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.engine.events import Wire
from tests.unit.engine.test_book import placement, take
from tws_console.engine import book_keeping
from tws_console.engine.book import Book
from tws_console.engine.store import Changes
from tws_console.model.clock import Clock
from tws_console.model.events import Undecodable
from tws_console.model.order import Status


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def book(wire: Wire) -> Book:
    return Book(11, Changes(), Clock(monotonic=wire.monotonic))


def test_book_shows_an_order_when_only_a_status_was_heard_under_its_numbers(book: Book, wire: Wire) -> None:
    take(book, wire.status(5, "Submitted", 11, 7))

    take(book, wire.order(6, 11, 7))

    assert [row.perm_id for row in book.live()] == [6]


def test_book_goes_on_when_an_unreadable_message_names_an_order_of_which_only_a_status_is_known(
    book: Book, wire: Wire
) -> None:
    take(book, wire.status(5, "Submitted", 11, 7))

    take(book, Undecodable(n=9, link=1, at=wire.at, message_id=5, why="cut short", perm_id=5))

    assert not book.orders


def test_book_keeps_a_lost_placement_open_when_an_older_order_with_the_callers_reference_completed(
    book: Book, wire: Wire
) -> None:
    key = book.mark_sending(replace(placement(ref="hedge"), intent="01ULID"), 11)

    take(book, wire.completed(99, "Filled", "Filled Size: 100", ref="hedge"))

    row = book.get(key)
    assert row is not None
    assert (row.status, row.perm_id) == (Status.SENDING, None)


def test_book_retires_by_two_lists_after_a_fill_when_it_filled_between_two(book: Book, wire: Wire) -> None:
    take(book, wire.order(1, 20, 1), wire.listed(), wire.fill(1, "40", client_id=20))

    take(book, wire.listed())
    first = book.live()
    take(book, wire.listed())

    assert [row.perm_id for row in first] == [1]
    assert not book.live()


def test_book_keeps_every_row_when_more_orders_end_than_it_keeps(
    book: Book, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_keeping, "ENDED_KEPT", 2)
    take(book, *(wire.order(perm, 20, perm) for perm in range(1, 6)))

    take(book, wire.listed(), wire.listed())

    assert [row.status for row in book.orders.values()] == [Status.GONE] * 5
    book.prune()
    assert len(book.orders) == 2
