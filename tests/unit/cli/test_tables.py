"""Tables fit the terminal, never cut a number, and say ? for what is not known."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.cli import values
from tws_console.cli import documents, tables
from tws_console.cli.commands.health import text_of

ROWS = [documents.order_row(order, ()) for order in (values.OWN, values.MANUAL, values.UNKNOWN)]


WIDE = """
          permId  Symbol    Side   Qty  Filled  Type      Limit  Trigger  Status       Owner   Client  Order  TIF
      1902837465  AAPL      BUY    200      60  LMT       187.5        -  partial      own         12     41  DAY
1234567890123456  ES DEC26  SELL     2       0  STP LMT  5948.5     5950  untriggered  manual       0      0  GTC
               ?  AAPL      BUY   0.25       ?  LMT         0.3        -  unknown      own         12     42  DAY
"""
NARROW = """
          permId  Symbol    Side   Qty  Filled  Type      Limit  Status       Owner
      1902837465  AAPL      BUY    200      60  LMT       187.5  partial      own
1234567890123456  ES DEC26  SELL     2       0  STP LMT  5948.5  untriggered  manual
               ?  AAPL      BUY   0.25       ?  LMT         0.3  unknown      own
"""


@pytest.mark.parametrize("width", [114, 80, 20])
def test_table_shows_the_columns_that_fit_when_it_is_so_wide(width: int) -> None:
    assert tables.table(tables.ORDERS, ROWS, width) == (WIDE if width == 114 else NARROW).strip("\n")


@pytest.mark.parametrize("width", range(80, 220, 7))
def test_table_is_no_wider_than_the_terminal_when_optional_columns_go(width: int) -> None:
    lines = tables.table(tables.ORDERS, ROWS, width).splitlines()
    kept = tables.table([column for column in tables.ORDERS if column.keep], ROWS, 1).splitlines()
    assert max(map(len, lines)) <= max(width, max(map(len, kept)))
    assert all("1902837465" in line for line in lines[1:2])


def test_cell_separates_thousands_when_it_is_money_and_not_a_price() -> None:
    money, price = tables.Column("Value", "v", number=True, grouped=True), tables.Column("Price", "p", number=True)
    assert tables.cell(Decimal("1024318.50"), money) == "1,024,318.5"
    assert tables.cell(Decimal("104250.00"), price) == "104250"


def test_cell_shows_markup_and_escapes_as_text_when_the_broker_sends_them() -> None:
    assert tables.cell("[bold]\x1b[2J", tables.Column("Reason", "reason")) == "[bold]?[2J"


def test_pairs_say_unknown_when_a_value_is_null() -> None:
    text = tables.pairs({"server_version": None, "frozen": False, "accounts": ("DU1", "DU2"), "empty": ()})
    assert text.splitlines() == [
        "server version  ?",
        "frozen          no",
        "accounts        DU1 DU2",
        "empty           -",
    ]


def test_health_text_marks_the_failed_stage_when_one_failed() -> None:
    text = text_of(documents.done("health", **documents.health_fields(values.UP, connected=True, frozen=False)), 100)
    orders = next(line for line in text.splitlines() if line.startswith("orders"))
    assert "NO" in orders
    assert "no complete list of orders in 5 s" in orders


def test_stop_text_puts_what_is_not_proved_first_when_ends_differ() -> None:
    lines = tables.stop(values.REPORT, 100).splitlines()
    assert lines[0] == "EMPTY"
    assert ["gone" in lines[-2], "cancelled" in lines[-1]] == [True, True]
