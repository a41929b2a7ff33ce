"""Which columns fit, and how values stand in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui import fake_data as data
from tws_console.tui.views import orders, positions
from tws_console.tui.views.cells import cell, width
from tws_console.tui.views.columns import EDGE, GUTTER, Align, Column, Cut, Measure, Placed, fit, heading, layout

NOTHING: frozenset[str] = frozenset()


def measured() -> dict[str, Measure]:
    """The widths that the fifteen orders of the picture need."""
    found: dict[str, Measure] = {}
    for order in data.ORDERS:
        row = orders.row(order, orders.OrderContext(data.QUOTES.get, data.NOW))
        for column in orders.COLUMNS:
            old = found.get(column.id, Measure())
            found[column.id] = old.seeing(row.cells[column.id].text, column.align)
    return found


@pytest.mark.parametrize(
    ("room", "last", "absent"),
    [
        (60, "owner", "type"),
        (80, "account", "age"),
        (120, "tif", "reason"),
        (139, "reason", "quantity"),
        (200, "ask", ""),
    ],
)
def test_order_columns_reach_the_documented_one_when_the_width_is(room: int, last: str, absent: str) -> None:
    shown = {placed.column.id for placed in layout(orders.COLUMNS, room, measured(), NOTHING).columns}
    assert last in shown
    assert absent not in shown


def test_position_columns_end_with_the_account_when_60_wide() -> None:
    shown = [placed.column.id for placed in layout(positions.COLUMNS, 60, {"last": Measure(5, 6)}, NOTHING).columns]
    assert shown == ["symbol", "account", "quantity", "last", "day", "unreal"]


def test_name_keeps_8_cells_and_the_last_column_goes_whole_when_numbers_are_very_wide() -> None:
    wide = measured() | {"left": Measure(13, 0), "price": Measure(8, 6)}
    placed = {one.column.id: one.width for one in layout(orders.COLUMNS, 60, wide, NOTHING).columns}
    assert placed["symbol"] >= 8
    assert "owner" not in placed
    assert {"side", "left", "price", "status"} <= set(placed)


@given(st.integers(60, 250))
def test_row_is_never_wider_than_the_room_when_any_width(room: int) -> None:
    chosen = layout(orders.COLUMNS, room, measured(), NOTHING)
    total = sum(placed.width for placed in chosen.columns) + chosen.gap * (len(chosen.columns) - 1)
    assert total <= room - GUTTER - EDGE


@given(st.integers(60, 250))
def test_first_six_columns_stay_when_any_width(room: int) -> None:
    shown = {placed.column.id for placed in layout(orders.COLUMNS, room, measured(), NOTHING).columns}
    assert shown >= {"symbol", "side", "left", "price", "status", "owner"}


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=30), st.integers(3, 20))
def test_cell_fills_its_column_exactly_when_fitted(text: str, room: int) -> None:
    placed = Placed(Column("x", "X", 0, room, room, cut=Cut.MIDDLE), room, 0)
    assert width(fit(cell(text), placed)) == room


def test_decimal_points_stand_under_each_other_when_lengths_differ() -> None:
    measure = Measure()
    texts = ("187.50", "1.08345", "104250.00", "-")
    for text in texts:
        measure = measure.seeing(text, Align.POINT)
    placed = Placed(Column("p", "Price", 0, 8, 12, Align.POINT), measure.total, measure.after)
    lines = ["".join(span.text for span in fit(cell(text), placed)) for text in texts]
    assert lines == ["   187.50   ", "     1.08345", "104250.00   ", "     -      "]
    assert heading(placed) == "    Price   "


def test_number_that_does_not_fit_is_not_shown_in_part_when_its_column_is_small() -> None:
    placed = Placed(Column("q", "Left", 0, 4, 4, Align.RIGHT), 4, 0)
    assert "".join(span.text for span in fit(cell("123456"), placed)) == "####"
