"""A change of an order in the book: on its way, echoed, refused, never answered, and what none of these may leave."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.unit.engine.events import AAPL, Wire
from tws_console.engine.book import Book
from tws_console.engine.ports import Placement
from tws_console.engine.store import Changes
from tws_console.model.clock import Clock
from tws_console.model.ids import OrderKey
from tws_console.model.order import Order, Status

KEY = OrderKey.perm(1)
WANTED = Placement(
    1, AAPL, "DU1234567", "BUY", Decimal(100), "LMT", Decimal("186"), None, "DAY", False, "ref", True, "01ULID"
)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def book(wire: Wire) -> Book:
    """One working order of ours, with a change of its limit on its way."""
    book = Book(11, Changes(), Clock(monotonic=wire.monotonic))
    book.attach(11)
    book.apply(wire.order(1))
    book.mark_modifying(KEY, WANTED)
    return book


def row(book: Book) -> Order:
    found = book.get(KEY)
    assert found is not None
    return found


def test_row_says_modifying_with_the_old_terms_until_the_broker_answers(book: Book, wire: Wire) -> None:
    assert (row(book).status, row(book).limit_price) == (Status.MODIFYING, Decimal("187.5"))
    book.apply(wire.order(1))
    assert row(book).status is Status.MODIFYING, "the old terms told again are no answer"


def test_row_has_the_new_terms_when_they_are_echoed(book: Book, wire: Wire) -> None:
    book.apply(replace(wire.order(1), limit_price=Decimal("186")))
    assert (row(book).status, row(book).limit_price, row(book).change_refused) == (Status.WORKING, Decimal("186"), "")


@pytest.mark.parametrize("code", [201, 110, 2102, 329, 104])
def test_order_works_on_when_the_change_is_refused(book: Book, wire: Wire, code: int) -> None:
    book.apply(wire.problem(1, code, "no"))
    assert (row(book).status, row(book).limit_price) == (Status.WORKING, Decimal("187.5"))
    assert row(book).change_refused == f"{code} no"
    book.apply(wire.status(1, "Cancelled"))
    assert (row(book).status, row(book).reason) == (Status.CANCELLED, "")


def test_change_is_not_over_when_the_broker_only_warns(book: Book, wire: Wire) -> None:
    book.apply(wire.problem(1, 2109, "outside regular hours is ignored"))
    assert (row(book).status, row(book).change_refused) == (Status.MODIFYING, "")


def test_row_is_unverified_until_it_is_told_again_when_no_answer_came(book: Book, wire: Wire) -> None:
    book.mark_modifying(KEY, None, doubt="a change was sent and not answered")
    assert (row(book).status, row(book).reason) == (Status.UNVERIFIED, "a change was sent and not answered")
    book.apply(wire.order(1))
    assert row(book).status is Status.WORKING


def test_cancel_shows_when_it_follows_a_change(book: Book, wire: Wire) -> None:
    book.mark_cancel_sent(KEY, wire.monotonic())
    assert row(book).status is Status.CANCELLING


def test_fill_ends_the_order_whatever_is_on_its_way(book: Book, wire: Wire) -> None:
    book.apply(wire.status(1, "Filled", filled="100", remaining="0"))
    assert row(book).status is Status.FILLED
