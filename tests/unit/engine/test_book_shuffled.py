"""The book comes to the same rows whatever the order in which a broker tells the same day (see histories)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.engine import histories
from tests.unit.engine.events import Wire
from tests.unit.engine.histories import Plan, Say
from tests.unit.engine.test_book import placement
from tws_console.engine.book import Book
from tws_console.model.events import Undecodable
from tws_console.model.ids import OrderKey
from tws_console.model.order import ENDED, Order, Status, Witness

SETTINGS = settings(max_examples=60, deadline=None)
WORDS = ("PreSubmitted", "Submitted", "PendingSubmit", "PendingCancel", "Inactive", "ApiPending", "WarnState", "")


@st.composite
def days(draw: st.DrawFn) -> tuple[tuple[Plan, ...], list[Say]]:
    plans = draw(histories.plans())
    return plans, draw(histories.shuffled(plans))


def row(book: Book, perm_id: int) -> Order:
    found = book.find(perm_id)
    assert found is not None
    return found


@given(days())
@SETTINGS
def test_book_comes_to_the_same_rows_when_messages_are_shuffled(day: tuple[tuple[Plan, ...], list[Say]]) -> None:
    plans, says = day
    plain = histories.told(plans, histories.in_order(plans))

    mixed = histories.told(plans, says)

    for plan in plans:
        assert histories.essence(row(mixed, plan.perm_id)) == histories.essence(row(plain, plan.perm_id))


@given(days())
@SETTINGS
def test_book_agrees_with_the_newest_list_when_messages_are_shuffled(day: tuple[tuple[Plan, ...], list[Say]]) -> None:
    plans, says = day

    book = histories.told(plans, says)

    assert {one.perm_id for one in book.live()} == {plan.perm_id for plan in plans if plan.live}
    for plan in plans:
        found = row(book, plan.perm_id)
        assert (found.filled or 0) == plan.filled
        assert plan.live or found.witness is not Witness.NONE
        if plan.end == "cancel-then-filled":
            assert found.status is Status.FILLED


@given(days())
@SETTINGS
def test_book_never_mixes_nor_doubles_orders_when_messages_are_shuffled(
    day: tuple[tuple[Plan, ...], list[Say]],
) -> None:
    plans, says = day
    wire = Wire()
    book = histories.new_book(wire)
    most: dict[OrderKey, Decimal] = {}
    numbers = {plan.perm_id: {(plan.client_id, plan.order_id), (0, -plan.perm_id)} for plan in plans}

    for say in says:
        book.apply(say(wire))

        assert len({one.perm_id for one in book.orders.values()}) == len(book.orders)
        for key, one in book.orders.items():
            assert one.key == key
            assert (one.client_id, one.order_id) in numbers[one.perm_id or 0]
            assert (one.filled or Decimal(0)) >= most.get(key, Decimal(0))
            most[key] = one.filled or Decimal(0)


@given(days(), st.data())
@SETTINGS
def test_book_revives_no_witnessed_end_when_older_words_are_told_again(
    day: tuple[tuple[Plan, ...], list[Say]], data: st.DataObject
) -> None:
    plans, says = day
    book, wire = histories.told(plans, says), Wire()
    wire.at = 1000.0
    ended = [plan for plan in plans if not plan.live]

    for plan in ended:
        word = data.draw(st.sampled_from(WORDS[:4]))
        book.apply(wire.status(plan.perm_id, word, *plan.numbers))
        assert not row(book, plan.perm_id).live
        assert "told live again" in row(book, plan.perm_id).reason


@given(days())
@SETTINGS
def test_book_shows_nothing_of_the_newest_list_ended_when_it_told_it_live(
    day: tuple[tuple[Plan, ...], list[Say]],
) -> None:
    plans, says = day
    book, wire = histories.told(plans, says), Wire()
    wire.at = 1000.0
    risen = tuple(
        Plan(plan.perm_id, plan.client_id, plan.order_id, "live", plan.parts) for plan in plans if plan.filled < 100
    )

    for event in histories.listing(wire, risen):
        book.apply(event)

    for plan in risen:
        assert row(book, plan.perm_id).live


@given(
    st.sampled_from(WORDS),
    st.lists(st.tuples(st.integers(1, 20_000), st.text(max_size=20)), max_size=4),
)
@SETTINGS
def test_book_ends_nothing_when_only_unknown_words_and_codes_are_told(
    word: str, problems: list[tuple[int, str]]
) -> None:
    wire = Wire()
    book = histories.new_book(wire)
    book.apply(wire.order(1, status="Submitted"))
    book.apply(wire.status(1, word))

    for code, text in problems:
        book.apply(wire.problem(1, code, text))

    found = row(book, 1)
    assert found.witness is Witness.NONE
    rejected = word == "Inactive" and any(code == 201 for code, _ in problems)
    assert found.live or (rejected and found.status is Status.REJECTED)


@given(days(), st.integers(0, 4))
@SETTINGS
def test_book_says_unverified_when_a_message_about_a_live_order_could_not_be_read(
    day: tuple[tuple[Plan, ...], list[Say]], number: int
) -> None:
    plans, says = day
    book, wire = histories.told(plans, says), Wire()
    wire.at = 1000.0
    plan = plans[number % len(plans)]

    book.apply(Undecodable(n=1, link=1, at=wire.at, message_id=5, why="cut short", perm_id=plan.perm_id))

    assert row(book, plan.perm_id).status is (
        Status.UNVERIFIED if plan.live else row(histories.told(plans, says), plan.perm_id).status
    )
    for event in histories.listing(wire, plans):
        book.apply(event)
    assert row(book, plan.perm_id).status is not Status.UNVERIFIED


@given(st.lists(st.sampled_from(("list", "cut", "word", "fill", "surplus")), max_size=12))
@SETTINGS
def test_book_retires_by_two_complete_lists_after_the_last_word_and_never_a_staged_order(steps: list[str]) -> None:
    wire = Wire()
    book = histories.new_book(wire)
    staged = book.mark_sending(placement(order_id=9, ref="01STAGED"), histories.OURS)
    book.mark_staged(staged)
    book.apply(wire.order(1, 20, 1, quantity="1000"))
    misses = 0

    for number, step in enumerate(steps):
        if step == "list":
            book.apply(wire.listed())
            misses += 1
        elif step == "cut":
            book.apply(wire.listed(complete=False))
        elif step == "word":
            book.apply(wire.status(1, "Submitted", 20, 1))
            misses = 0
        elif step == "fill":
            book.apply(wire.fill(1, "1", f"x.{number}.01", 20, 1))
            misses = 0 if row(book, 1).live else misses
        elif misses < 2:
            book.apply(replace(wire.listed(complete=False), surplus=True))
            misses = 0
        assert (row(book, 1).status in ENDED) == (misses >= 2)
        assert book.orders[staged].status is Status.STAGED
