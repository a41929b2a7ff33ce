"""Rows, titles and lines about orders."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui import fake_data as data
from tws_console.model.ids import OrderKey
from tws_console.model.order import Order, Status
from tws_console.tui.views import orders, titles
from tws_console.tui.views.cells import Row, width
from tws_console.tui.views.selection import Facts, order_line, what_can
from tws_console.tui.views.status_words import status_cell

CONTEXT = orders.OrderContext(data.QUOTES.get, data.NOW)
BY_NAME = {(order.instrument.name, order.action): order for order in data.ORDERS}


def text(row: Row, column: str) -> str:
    return row.cells[column].text


def facts(**changed: object) -> Facts:
    return replace(Facts(data.ORDERS, 3, False, True, data.NOW), **changed)  # type: ignore[arg-type]


def test_children_follow_their_parent_when_they_came_apart() -> None:
    parent, first, second = data.ORDERS[1:4]
    placed = orders.bracket_order([first, data.ORDERS[0], parent, second])
    assert placed == ((data.ORDERS[0].key, ""), (parent.key, ""), (first.key, "├"), (second.key, "└"))


def test_child_stands_alone_when_its_parent_has_ended() -> None:
    child = data.ORDERS[2]
    assert orders.bracket_order([child]) == ((child.key, ""),)


def test_parent_is_looked_for_in_the_same_client_when_order_ids_are_equal() -> None:
    child = data.ORDERS[2]
    stranger = replace(data.ORDERS[4], order_id=41)
    assert orders.bracket_order([stranger, child]) == ((stranger.key, ""), (child.key, ""))


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), max_size=8))
def test_every_order_is_listed_once_when_parents_are_odd(numbers: list[tuple[int, int]]) -> None:
    base = data.ORDERS[0]
    listed = [
        replace(base, key=OrderKey.perm(index + 1), order_id=number, parent_id=parent)
        for index, (number, parent) in enumerate(numbers)
    ]
    placed = [key for key, _ in orders.bracket_order(listed)]
    assert sorted(placed) == sorted(order.key for order in listed)


@pytest.mark.parametrize(
    ("name", "side", "dist"),
    [("AAPL", "BUY", "-0.01%"), ("ES DEC26", "SELL", "+0.06%"), ("ES DEC26", "BUY", "+0.66%"), ("BTC.USD", "BUY", "?"),
     ("NQ DEC26", "SELL", "?"), ("SPY 19DEC26 600 P", "BUY", "-3.33%")],
)  # fmt: skip
def test_distance_is_from_the_other_side_of_the_market_when_quoted(name: str, side: str, dist: str) -> None:
    assert text(orders.row(BY_NAME[name, side], CONTEXT), "dist") == dist


def test_price_and_trigger_stand_in_their_columns_when_the_type_is() -> None:
    both = orders.row(BY_NAME["ES DEC26", "BUY"], CONTEXT)
    assert (text(both, "price"), text(both, "trigger")) == ("5948.50", "5948.00")
    trail = orders.row(BY_NAME["NQ DEC26", "SELL"], CONTEXT)
    assert (text(trail, "price"), text(trail, "trigger")) == ("25.00", "?")
    stop = orders.row(data.ORDERS[3], CONTEXT)
    assert (text(stop, "price"), text(stop, "trigger")) == ("131.50", "-")
    market = orders.row(replace(data.ORDERS[0], order_type="MKT", limit_price=None), CONTEXT)
    assert (text(market, "price"), text(market, "trigger"), text(market, "dist")) == ("-", "-", "-")


def test_unknown_quantity_is_a_question_mark_when_not_told() -> None:
    row = orders.row(replace(data.ORDERS[0], remaining=None, quantity=None, filled=None), CONTEXT)
    assert [text(row, name) for name in ("left", "quantity", "filled")] == ["?", "?", "?"]


def test_stale_row_has_a_tilde_and_no_distance_when_the_link_was_lost() -> None:
    row = orders.row(replace(data.ORDERS[0], stale=True), CONTEXT)
    assert text(row, "status") == "~ Working"
    assert text(row, "dist") == "?"
    assert {span.tone for span in row.cells["side"].spans} == {"stale"}


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_sign_and_fits_13_cells_when_shown(status: Status) -> None:
    for stale in (False, True):
        order = replace(data.ORDERS[1], status=status, stale=stale, reason="until 09:30 ET")
        shown = status_cell(order)
        assert width(shown.spans) <= 13
        assert shown.spans[0].text.strip()
        assert shown.text[1] == " "


def test_title_counts_owners_and_problems_when_shown() -> None:
    title = titles.order_title(data.ORDERS, data.SESSION, data.MONOTONIC)
    assert [span.text for span in title.details] == ["own 7", "c7 3", "c12 2", "c101 1", "manual 2"]
    assert (title.count, title.problems) == (15, 4)


def test_line_says_what_can_be_done_when_the_order_is() -> None:
    own = "".join(span.text for span in what_can(data.ORDERS[1], facts()))
    assert own == "can: m modify  c cancel with 2 children"
    short = "".join(span.text for span in what_can(data.ORDERS[1], facts(), short=True))
    assert short == "can: m modify  c cancel +2 children"
    foreign = "".join(span.text for span in what_can(data.ORDERS[4], facts()))
    assert "client 7" in foreign
    assert "^G" in foreign
    lost = "".join(span.text for span in what_can(data.ORDERS[1], facts(link_up=False)))
    assert lost.startswith("cannot act: ")


@given(st.sampled_from(data.ORDERS), st.integers(20, 200))
def test_line_is_never_wider_than_the_room_when_any_width(order: Order, room: int) -> None:
    assert width(order_line(order, facts(), room)) <= room


def test_order_is_plain_json_values_when_copied() -> None:
    found = orders.as_json(data.ORDERS[7])
    assert found["limit_price"] == "1.08345"
    assert found["quantity"] == "250000"
    assert found["owner"] == "foreign"
