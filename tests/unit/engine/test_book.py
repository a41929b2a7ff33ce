"""The order book takes broker messages in any shape they come and never ends an order without evidence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.unit.engine.events import AAPL, Wire
from tws_console.engine.book import Book
from tws_console.engine.ports import Placement
from tws_console.engine.store import Changes
from tws_console.model.clock import Clock
from tws_console.model.codes import Effect
from tws_console.model.events import Event
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.order import Order, Status, Witness


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def book(wire: Wire) -> Book:
    book = Book(11, Changes(), Clock(monotonic=wire.monotonic))
    book.attach(11)
    return book


def placement(order_id: int = 1, ref: str = "01ULID") -> Placement:
    return Placement(
        order_id, AAPL, "DU1234567", "BUY", Decimal(100), "LMT", Decimal("187.5"), None, "DAY", False, ref, True, ref
    )


def take(book: Book, *events: Event) -> None:
    for event in events:
        book.apply(event)


def only(book: Book) -> Order:
    (row,) = book.orders.values()
    return row


def test_book_knows_owner_by_client_id_when_orders_are_listed(book: Book, wire: Wire) -> None:
    take(
        book,
        wire.order(1, 11, 5),
        wire.order(2, 19, 5),
        wire.order(3, 20, 5),
        wire.order(4, 0, 0),
        wire.order(5, 0, -2),
    )

    owners = {row.perm_id: row.owner for row in book.live()}

    assert owners == {1: Owner.OWN, 2: Owner.OWN, 3: Owner.FOREIGN, 4: Owner.MANUAL, 5: Owner.MANUAL}


def test_book_keeps_orders_apart_when_their_numbers_are_equal(book: Book, wire: Wire) -> None:
    take(book, wire.order(1, 7, 3), wire.order(2, 12, 3), wire.order(3, 0, 0), wire.order(4, 0, 0))

    take(book, wire.status(2, "Cancelled", 12, 3))

    assert {row.perm_id: row.status for row in book.orders.values()} == {
        1: Status.WORKING,
        2: Status.CANCELLED,
        3: Status.WORKING,
        4: Status.WORKING,
    }


def test_book_joins_placement_and_perm_id_when_the_broker_answers(book: Book, wire: Wire) -> None:
    key = book.mark_sending(placement(), 11)
    assert only(book).status is Status.SENDING

    take(book, wire.order(77, 11, 1, order_ref="01ULID"), wire.status(77, "Submitted"))

    row = only(book)
    assert (row.key, row.intent, row.status) == (OrderKey.perm(77), "01ULID", Status.WORKING)
    assert book.get(key) == row


def test_book_drops_placement_when_it_never_left(book: Book) -> None:
    key = book.mark_sending(placement(), 11)

    book.drop_unsent(key)

    assert not book.orders
    assert book.get(key) is None


def test_book_says_unknown_until_the_broker_speaks_when_an_answer_is_overdue(book: Book, wire: Wire) -> None:
    key = book.mark_sending(placement(), 11)
    book.mark_overdue(key, "no answer from TWS in 5 s")
    row = only(book)
    assert (row.status, row.live, row.problem) == (Status.UNKNOWN, True, True)

    take(book, wire.listed(), wire.listed(), wire.listed())
    assert only(book).status is Status.UNKNOWN

    take(book, wire.order(77, 11, 1))
    assert only(book).status is Status.WORKING


def test_book_retires_order_only_when_two_lists_after_its_last_event_lack_it(book: Book, wire: Wire) -> None:
    take(book, wire.order(1, 7), wire.listed())
    assert only(book).status is Status.UNVERIFIED

    take(book, wire.listed())

    row = only(book)
    assert (row.status, row.witness, row.live) == (Status.GONE, Witness.NONE, False)


def test_book_begins_anew_when_order_is_heard_between_two_lists(book: Book, wire: Wire) -> None:
    take(book, wire.order(1, 7), wire.listed(), wire.order(1, 7), wire.listed())

    assert only(book).status is Status.UNVERIFIED


def test_book_ignores_list_when_it_is_not_complete(book: Book, wire: Wire) -> None:
    take(book, wire.order(1, 7), wire.listed(complete=False), wire.listed(complete=False), wire.listed(complete=False))

    assert only(book).status is Status.WORKING


def test_book_ignores_list_when_it_was_asked_for_before_the_order_came(book: Book, wire: Wire) -> None:
    early, second = wire.listed(), wire.listed()

    take(book, wire.order(1, 7), early, second)

    assert only(book).status is Status.WORKING


def test_book_never_retires_staged_order_when_lists_lack_it(book: Book, wire: Wire) -> None:
    key = book.mark_sending(placement(), 11)
    book.mark_staged(key)

    take(book, wire.listed(), wire.listed(), wire.listed())

    assert only(book).status is Status.STAGED


def test_book_asks_for_the_end_when_an_order_left_the_lists(book: Book, wire: Wire) -> None:
    take(book, wire.order(1, 7), wire.listed())
    assert book.needs_end == {1}

    take(book, wire.completed(1))

    row = only(book)
    assert (row.status, row.witness) == (Status.CANCELLED, Witness.COMPLETED)
    assert not book.needs_end


@pytest.mark.parametrize("code", [10349, 399, 2109, 404])
def test_book_keeps_order_alive_when_a_code_only_informs(book: Book, wire: Wire, code: int) -> None:
    take(book, wire.order(77), wire.problem(1, code, "order message"))

    assert only(book).live


@pytest.mark.parametrize("code", [104, 161, 201, 10147, 10148, 99999])
def test_book_ends_nothing_when_only_a_code_says_so(book: Book, wire: Wire, code: int) -> None:
    take(book, wire.order(77), wire.status(77, "Submitted"), wire.problem(1, code, "text"))

    row = only(book)
    assert row.live
    assert row.witness is Witness.NONE


def test_book_does_not_take_foreign_order_for_ours_when_an_error_names_its_number(book: Book, wire: Wire) -> None:
    take(book, wire.order(5, 7, 3), wire.problem(3, 10147, "OrderId 3 that needs to be cancelled is not found."))

    assert only(book).status is Status.WORKING


def test_book_shows_rejected_when_a_new_order_is_refused_with_an_error_alone(book: Book, wire: Wire) -> None:
    book.mark_sending(placement(), 11)

    take(book, wire.problem(1, 110, "The price does not conform to the minimum price variation"))

    row = only(book)
    assert (row.status, row.witness) == (Status.REJECTED, Witness.REFUSAL)
    assert row.reason.startswith("110")


def test_book_takes_rejection_back_when_a_list_still_holds_the_order(book: Book, wire: Wire) -> None:
    take(book, wire.order(77, status="Inactive"), wire.status(77, "Inactive"), wire.problem(1, 201, "Order rejected"))
    assert only(book).status is Status.REJECTED

    take(book, wire.listed(77))

    assert only(book).status is Status.INACTIVE


def test_book_counts_fills_when_executions_come_before_the_order(book: Book, wire: Wire) -> None:
    take(book, wire.fill(77, "40"), wire.order(77), wire.status(77, "Submitted"))

    row = only(book)
    assert (row.filled, row.remaining, row.status) == (Decimal(40), Decimal(60), Status.PARTIAL)


def test_book_counts_correction_once_when_only_the_last_part_of_its_id_differs(book: Book, wire: Wire) -> None:
    take(book, wire.order(77), wire.fill(77, "40", "x.1.01"), wire.fill(77, "30", "x.1.02"))

    assert only(book).filled == Decimal(30)


def test_book_says_filled_when_fills_reach_the_size_after_a_cancel(book: Book, wire: Wire) -> None:
    take(book, wire.order(77), wire.status(77, "Cancelled"), wire.fill(77, "100"))

    row = only(book)
    assert (row.status, row.witness) == (Status.FILLED, Witness.EXECUTION)


def test_book_keeps_an_end_and_flags_it_when_an_older_status_is_told_again(book: Book, wire: Wire) -> None:
    take(book, wire.order(77), wire.status(77, "Cancelled"), wire.status(77, "Submitted"), wire.listed())

    row = only(book)
    assert (row.status, row.reason) == (Status.CANCELLED, "told live again after its end")


def test_book_doubts_an_end_when_a_list_asked_for_after_it_tells_the_order_live(book: Book, wire: Wire) -> None:
    take(book, wire.order(77))
    early = wire.listed(77)
    take(book, wire.status(77, "Cancelled"))
    asked = wire.listed(77)
    take(book, replace(wire.status(77, "Submitted"), at=asked.at), early)
    assert not only(book).live

    take(book, asked)

    row = only(book)
    assert (row.status, row.live, row.broker_status) == (Status.UNVERIFIED, True, "Submitted")


def test_book_believes_the_end_again_when_it_is_told_after_the_list(book: Book, wire: Wire) -> None:
    take(book, wire.order(77), wire.status(77, "Cancelled"))
    asked = wire.listed(77)
    take(book, replace(wire.status(77, "Submitted"), at=asked.at), asked, wire.status(77, "Cancelled"))

    assert only(book).status is Status.CANCELLED


def test_book_still_warns_of_twins_when_one_of_the_two_has_ended(book: Book, wire: Wire) -> None:
    take(book, wire.order(77, 11, 1), wire.order(78, 11, 1), wire.status(77, "Cancelled"))

    assert [row.status for row in book.live()] == [Status.TWIN]


def test_book_calls_no_twin_when_the_number_was_given_out_again_after_an_end(book: Book, wire: Wire) -> None:
    take(book, wire.order(77, 11, 1), wire.status(77, "Cancelled"), wire.order(78, 11, 1))

    assert [row.status for row in book.live()] == [Status.WORKING]


def test_book_keeps_a_placement_apart_when_an_older_execution_carries_its_number(book: Book, wire: Wire) -> None:
    key = book.mark_sending(placement(), 11)
    old = wire.fill(60, "100")

    take(book, replace(old, fill=replace(old.fill, order_ref="yesterday", live=False)))

    row = book.get(key)
    assert row is not None
    assert (row.status, row.perm_id, row.filled) == (Status.SENDING, None, None)


def test_book_warns_of_twins_when_one_number_names_two_live_orders(book: Book, wire: Wire) -> None:
    take(book, wire.order(77, 11, 1), wire.order(78, 11, 1))

    assert {row.status for row in book.live()} == {Status.TWIN}
    assert len(book.by_alias(11, 1)) == 2


def test_book_marks_rows_stale_when_the_link_is_lost_until_a_list_confirms(book: Book, wire: Wire) -> None:
    take(book, wire.order(1, 7))
    book.mark_stale()
    assert only(book).stale

    take(book, wire.listed(1))

    assert not only(book).stale


def test_book_follows_parent_by_perm_id_when_a_child_is_listed(book: Book, wire: Wire) -> None:
    take(book, wire.order(70, 11, 1), wire.order(71, 11, 2, parent_id=1))

    child = book.find(71)
    assert child is not None
    assert child.parent_perm_id == 70


def test_book_says_still_live_when_lists_hold_an_order_long_after_its_cancel(book: Book, wire: Wire) -> None:
    take(book, wire.order(77))
    book.mark_cancel_sent(OrderKey.perm(77), wire.at)
    assert only(book).status is Status.CANCELLING

    wire.at += 10
    take(book, wire.listed(77))

    assert only(book).status is Status.STILL_LIVE


def test_book_forgets_first_misses_when_an_end_marker_was_not_owed(book: Book, wire: Wire) -> None:
    take(book, wire.order(1, 7), wire.listed())
    assert only(book).status is Status.UNVERIFIED

    take(book, replace(wire.listed(complete=False), surplus=True), wire.listed())

    assert only(book).status is Status.UNVERIFIED


def test_book_follows_the_users_table_of_codes_when_it_has_one(wire: Wire) -> None:
    calm = Book(11, Changes(), Clock(monotonic=wire.monotonic), {99999: Effect.NOTE})
    for book in (calm, Book(11, Changes(), Clock(monotonic=wire.monotonic))):
        book.attach(11)
        take(book, wire.order(77), wire.problem(1, 99999, "something new"))

        assert only(book).status is (Status.WORKING if book is calm else Status.UNVERIFIED)
