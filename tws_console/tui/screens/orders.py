"""Page 2: all open orders over the whole page. May import textual; not the engine."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from tws_console.tui.screens.page import Page
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.selection import order_lines
from tws_console.tui.widgets.orders_table import OrdersTable
from tws_console.tui.widgets.painted import Painted


class OrdersPage(Page):
    """Orders of every client; below them who the selected one is and what can be done to it."""

    NAME = "orders"
    PANES: ClassVar[tuple[str, ...]] = ("orders",)

    def compose_body(self) -> ComposeResult:
        yield OrdersTable()
        yield Painted(id="details")

    def draw_selection(self) -> None:
        table = self.query_one(OrdersTable)
        order, room = table.order, self.size.width
        lines: tuple[Spans, ...] = ((), ())
        if order is not None:
            lines = order_lines(order, self.facts(), room)
        elif table.on_ghost:
            lines = ((), (Span("  This order has ended: nothing can be done to it.", "muted"),))
        self.query_one("#details", Painted).show_lines([(Span("─" * room, "line"),), *lines])
