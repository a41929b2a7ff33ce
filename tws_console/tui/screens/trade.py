"""Page 1: orders over positions, ticket and messages. Owns which panes are open. May import textual; not the engine."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.widget import Widget

from tws_console.model.instrument import Instrument
from tws_console.model.order import Order
from tws_console.model.position import Position
from tws_console.tui.bindings import Action, Where
from tws_console.tui.facade import DrainedPort, console
from tws_console.tui.screens.page import Page
from tws_console.tui.views.arrangement import WIDE, Scene, arrange
from tws_console.tui.views.cells import Span
from tws_console.tui.views.selection import order_line
from tws_console.tui.widgets.messages import MessagesPane
from tws_console.tui.widgets.order_form import OrderForm
from tws_console.tui.widgets.orders_table import OrdersTable
from tws_console.tui.widgets.painted import Painted
from tws_console.tui.widgets.positions_table import PositionsTable

FIELD_ACTIONS = frozenset({"ticket.choose", "ticket.tick", "ticket.take"})
"""What works in some fields of the ticket only."""
_PLACED = ("orders", "selection", "positions", "divider", "ticket", "messages")


class TradePage(Page):
    """Below 110 columns the open ticket takes the place of the positions; from 160 on it has a column of its own."""

    NAME = "trade"
    PANES: ClassVar[tuple[str, ...]] = ("orders", "positions", "ticket")

    def __init__(self) -> None:
        super().__init__()
        self._ticket_open = False
        self._zoomed = False
        self._came_from = "orders"

    def compose_body(self) -> ComposeResult:
        yield OrdersTable()
        yield Painted(id="selection")
        yield PositionsTable()
        yield Painted(id="divider")
        yield OrderForm(id="ticket")
        yield MessagesPane()

    @property
    def form(self) -> OrderForm:
        return self.query_one(OrderForm)

    # layout

    def place_panes(self, width: int, height: int) -> None:
        tiny = self.has_class("tiny")
        top = 2 + (0 if tiny else 1) + (1 if self.query_one("#link").display else 0)
        scene = Scene(
            width,
            top,
            height - top - 2,
            self._ticket_open,
            self.form.has_focus,
            self._focused_name() if tiny or self._zoomed else "",
        )
        places = arrange(scene)
        for name in _PLACED:
            widget = self.query_one(f"#{name}", Widget)
            place = places.get(name)
            widget.display = place is not None
            if place is not None:
                widget.styles.offset = (place.x, place.y)
                widget.styles.width, widget.styles.height = place.width, place.height
        if "divider" in places:
            self.query_one("#divider", Painted).show_lines([(Span("│", "line"),)] * places["divider"].height)

    def _focused_name(self) -> str:
        pane = self.pane
        return pane.id if pane is not None and pane.id else "orders"

    def _again(self) -> None:
        self.place_panes(self.size.width, self.size.height)

    def can_show(self, name: str) -> bool:
        if self.has_class("tiny") or self._zoomed:
            return name != "ticket" or self._ticket_open
        if name == "ticket":
            return self.size.width >= WIDE or self._ticket_open
        return not (name == "positions" and self.size.width < WIDE and self._ticket_open)

    def focus_pane(self, name: str) -> None:
        """A hidden pane cannot take the focus: it is shown first."""
        pane = self.query_one(f"#{name}", Widget)
        if not pane.display:
            pane.display = True
        pane.focus()

    def on_descendant_focus(self) -> None:
        super().on_descendant_focus()
        self._again()

    def zoom(self) -> None:
        """The pane with the focus takes the page, or gives it back."""
        self._zoomed = not self._zoomed
        self._again()

    # ticket

    def open_ticket(
        self, side: str, instrument: Instrument | None, order: Order | None, position: Position | None
    ) -> None:
        """Fill the ticket from a row and give it the keys."""
        self._remember_pane()
        self.form.fill(side, instrument, order, position)
        self.focus_pane("ticket")

    def open_closing_ticket(self, position: Position) -> None:
        """Fill the ticket so that it closes the position, and give it the keys."""
        self._remember_pane()
        self.form.fill_to_close(position)
        self.focus_pane("ticket")

    def _remember_pane(self) -> None:
        if self.pane is not None and self.pane.id in {"orders", "positions"}:
            self._came_from = self.pane.id
        self._ticket_open = True

    def on_order_form_closed(self) -> None:
        self._ticket_open = False
        self.form.fold()
        self._again()
        self.focus_pane(self._came_from)

    def on_order_form_moved(self) -> None:
        self.draw_footer()

    # lines

    def footer_actions(self) -> tuple[Action, ...]:
        """Of the ticket's keys those that work in the field with the cursor."""
        found = super().footer_actions()
        if not isinstance(self.pane, OrderForm):
            return found
        if self.pane.form.asks:
            # A question stands in the place of the fields, with its own keys beside its answers.
            return tuple(action for action in found if action.where is not Where.TICKET)
        here = self.pane.form.field_actions
        return tuple(action for action in found if action.id not in FIELD_ACTIONS or action.id in here)

    def pane_places(self, pane: Widget | None) -> tuple[Where, ...]:
        return (Where.TICKET,) if isinstance(pane, OrderForm) else super().pane_places(pane)

    def draw_selection(self) -> None:
        selection = self.query_one("#selection", Painted)
        order = self.query_one(OrdersTable).order
        spans = order_line(order, self.facts(), selection.size.width or self.size.width) if order else ()
        if self.query_one(OrdersTable).on_ghost:
            spans = (Span("└ ", "line"), Span("This order has ended: nothing can be done to it.", "muted"))
        selection.show_lines([spans])

    def apply(self, drained: DrainedPort) -> None:
        super().apply(drained)
        if drained.notices:
            self.query_one(MessagesPane).reload()

    def reload(self) -> None:
        super().reload()
        self.query_one(MessagesPane).reload()
        if console(self).engine is not None:
            self.form.draw()
