"""What all pages share: status line, account strip, tabs, message line, footer, panes and the focus between them.

May import textual; not the engine: it reads the façade when the bridge says what changed.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget

from tws_console.model.order import PROBLEMS, Order
from tws_console.model.position import Position
from tws_console.model.session import Phase
from tws_console.tui.bindings import Action, Where, footer_of
from tws_console.tui.bound import page_bindings
from tws_console.tui.facade import DrainedPort, console
from tws_console.tui.views import account, formats, status, titles, too_small
from tws_console.tui.views import orders as order_view
from tws_console.tui.views import positions as position_view
from tws_console.tui.views.lines import WIDE_GAPS_FROM, footer
from tws_console.tui.views.selection import Facts
from tws_console.tui.widgets.live_table import LiveTable
from tws_console.tui.widgets.orders_table import OrdersTable
from tws_console.tui.widgets.page_tabs import PageTabs
from tws_console.tui.widgets.painted import Painted
from tws_console.tui.widgets.positions_table import PositionsTable
from tws_console.tui.widgets.status_bar import StatusBar

PAGE_PLACES = (Where.PAGES, Where.TABLES, Where.ORDERS, Where.POSITIONS)


class Page(Screen[None], inherit_bindings=False):
    """A page. Subclasses compose their panes in `compose_body` and name them in `PANES`, first to last."""

    BINDINGS: ClassVar[list[BindingType]] = page_bindings(*PAGE_PLACES)
    CSS_PATH = "page.tcss"
    AUTO_FOCUS = ""
    is_page = True
    NAME = ""
    """The mode under which the app knows this page."""
    PANES: ClassVar[tuple[str, ...]] = ()
    """Ids of the widgets that can have the focus, in the order of `tab`."""
    STRIP = True
    tables: tuple[LiveTable, ...] = ()
    """The tables of this page, looked for when it is loaded: they stay as they were composed."""

    def compose(self) -> ComposeResult:
        yield StatusBar(id="status")
        if self.STRIP:
            yield Painted(id="strip")
        yield PageTabs(self.NAME)
        yield Painted(id="link", ground="raised")
        yield from self.compose_body()
        with Vertical(id="bottom"):
            yield Painted(id="message")
            yield Painted(id="footer", ground="raised")
        yield Painted(id="too-small")

    def compose_body(self) -> ComposeResult:
        raise NotImplementedError

    # life

    def on_mount(self) -> None:
        self.focus_pane(self.PANES[0])

    def on_screen_resume(self) -> None:
        self.reload()

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.set_class(width < too_small.LEAST[0] or height < too_small.LEAST[1], "too-small")
        self.set_class(height < 24 or width < 80, "tiny")
        self.set_class(width >= WIDE_GAPS_FROM, "wide")
        self.set_class(width >= 160, "huge")
        self.place_panes(width, height)
        self.call_after_refresh(self.reload)

    def place_panes(self, width: int, height: int) -> None:
        """Give the panes their sizes; a page with one pane needs none."""

    # data

    def reload(self) -> None:
        """Everything anew: the page was turned to, or its size changed."""
        self.tables = tuple(self.query(LiveTable))
        for table in self.tables:
            if isinstance(table, (OrdersTable, PositionsTable)):
                table.reload()
        self.draw_frame()

    def apply(self, drained: DrainedPort) -> None:
        """What the bridge drained: each pane gets only what changed."""
        for table in self.tables:
            if isinstance(table, (OrdersTable, PositionsTable)):
                table.apply(drained)
        if drained.session:
            self.query_one(StatusBar).draw()
        if drained.session or drained.account or drained.notices:
            self.draw_frame()
        elif any(table.cursor in drained.orders for table in self.query(OrdersTable)):
            self.draw_selection()

    def tick(self) -> None:
        """Ten times a second."""
        for table in self.tables:
            table.tick()

    def second(self) -> None:
        """Once a second: ages go on."""
        for table in self.tables:
            if isinstance(table, (OrdersTable, PositionsTable)):
                table.second()
        self.draw_frame()

    # frame

    def draw_frame(self) -> None:
        """All single lines round the panes; lines that did not change are not painted."""
        app, room = console(self), self.size.width
        engine, state = app.engine, app.session
        if self.has_class("too-small"):
            self._draw_too_small()
            return
        if self.STRIP and engine is not None:
            total = engine.accounts.total()
            old = status.lost_for(state, app.monotonic())
            self.query_one("#strip", Painted).show_lines([account.strip(total, room, old)])
        counts = {"orders": len(engine.book.live()), "positions": len(engine.portfolio.positions)} if engine else {}
        self.query_one(PageTabs).show(counts)
        self._draw_link(room)
        newest = titles.newest(engine.notices.lines) if engine is not None else None
        self.query_one("#message", Painted).show_lines([titles.notice_line(newest, room) if newest else ()])
        self.draw_footer()
        self.draw_selection()

    def _draw_link(self, room: int) -> None:
        app = console(self)
        spans = status.link_line(app.session, app.now(), app.monotonic())
        link = self.query_one("#link", Painted)
        if link.display != bool(spans):
            link.display = bool(spans)
            self.place_panes(self.size.width, self.size.height)
        link.show_lines([spans])

    def _draw_too_small(self) -> None:
        app = console(self)
        orders = app.engine.book.live() if app.engine else ()
        day = formats.pnl(app.engine.accounts.total().daily_pnl) if app.engine else formats.NOT_KNOWN
        age = formats.list_age(status.list_age(app.session, app.monotonic()))
        problems = sum(order.status in PROBLEMS for order in orders)
        size = (self.size.width, self.size.height)
        self.query_one("#too-small", Painted).show_lines(too_small.lines(size, len(orders), problems, day, age))

    def draw_selection(self) -> None:
        """The lines about the row under the cursor; pages that have them say so."""

    def draw_footer(self) -> None:
        extra = (("^G", "stop"),) if Where.TICKET in self.places else (("1-9", "page"), ("^G", "stop"))
        spans = footer(self.footer_actions(), self.size.width, extra)
        self.query_one("#footer", Painted).show_lines([spans])

    def footer_actions(self) -> tuple[Action, ...]:
        """What the footer names: no way to another pane where there is only one."""
        alone = sum(self.can_show(name) for name in self.PANES) < 2
        return tuple(action for action in footer_of(*self.places) if not (alone and action.id == "pane.next"))

    def on_live_table_row_highlighted(self) -> None:
        self.draw_selection()

    def on_descendant_focus(self) -> None:
        if self.is_mounted and not self.has_class("too-small"):
            self.draw_footer()
            self.draw_selection()

    # panes

    @property
    def places(self) -> tuple[Where, ...]:
        """Where keys work now: the pane with the focus, then pages and everywhere."""
        here = self.pane_places(self.pane)
        return here if Where.TICKET in here else (*here, Where.PAGES, Where.EVERYWHERE)

    def pane_places(self, pane: Widget | None) -> tuple[Where, ...]:
        if isinstance(pane, OrdersTable):
            return Where.TABLES, Where.ORDERS
        return (Where.TABLES, Where.POSITIONS) if isinstance(pane, LiveTable) else ()

    @property
    def pane(self) -> Widget | None:
        """The pane with the focus."""
        focused = self.focused
        while focused is not None and focused.id not in self.PANES:
            parent = focused.parent
            focused = parent if isinstance(parent, Widget) else None
        return focused

    @property
    def pane_name(self) -> str:
        """The name of the pane with the focus, for the help page."""
        pane = self.pane
        return f"{self.NAME.capitalize()}, {pane.id} pane" if pane is not None and pane.id else self.NAME.capitalize()

    def focus_pane(self, name: str) -> None:
        self.query_one(f"#{name}", Widget).focus()

    def next_pane(self, step: int) -> None:
        """Move the focus to the next pane that can be seen."""
        names = [name for name in self.PANES if self.can_show(name)]
        if not names:
            return
        now = self.pane.id if self.pane is not None else None
        at = names.index(now) if now in names else -step
        self.focus_pane(names[(at + step) % len(names)])

    def can_show(self, name: str) -> bool:
        """Whether `tab` can go to a pane."""
        return bool(self.query_one(f"#{name}", Widget).display)

    @property
    def has_orders(self) -> bool:
        """Whether this page shows orders."""
        return bool(self.query(OrdersTable))

    def next_problem(self, step: int) -> bool:
        """Go to the next row that needs a look, across the panes. False when there is none."""
        for table in self.query(OrdersTable):
            keys = table.problem_keys()
            if keys:
                table.go_to(_after(table.window.keys, keys, table.window.cursor, step))
                table.focus()
                return True
        return False

    def selected_order(self) -> Order | None:
        """The order under the cursor of the pane with the focus."""
        return self.orders_pane.order if self.orders_pane is not None else None

    @property
    def orders_pane(self) -> OrdersTable | None:
        """The table of orders when it has the focus: order keys act on its rows only."""
        return self.pane if isinstance(self.pane, OrdersTable) else None

    def mark(self, what: str) -> None:
        """Mark the `row` under the cursor, all that is `shown`, or `none`, in the pane with the focus."""
        table = self.orders_pane
        if table is not None:
            {"row": table.toggle_mark, "shown": table.mark_all, "none": table.clear_marks}[what]()
            self.draw_selection()

    def selected_position(self) -> Position | None:
        """The position under the cursor of the pane with the focus."""
        return self.pane.position if isinstance(self.pane, PositionsTable) else None

    def copied(self, as_json: bool) -> str:
        """The row under the cursor as text or JSON, empty when there is none."""
        pane = self.pane
        order, held = self.selected_order(), self.selected_position()
        if as_json:
            found = order_view.as_json(order) if order else position_view.as_json(held) if held else None
            return "" if found is None else json.dumps(found)
        row = pane.row(pane.cursor) if isinstance(pane, LiveTable) and pane.cursor is not None else None
        return "" if row is None else "\t".join(value.text for value in row.cells.values())

    def zoom(self) -> None:
        """The pane with the focus takes the page; a page of one pane has nothing to give."""

    def facts(self) -> Facts:
        """What decides what can be done to an order."""
        app, state = console(self), console(self).session
        up = state.phase is Phase.UP and state.lost_at is None
        orders = app.engine.book.live() if app.engine is not None else ()
        table = self.orders_pane
        marked = len(table.marked) if table is not None else 0
        return Facts(orders, state.client_id, state.api_read_only, up, app.now(), marked)


def _after(keys: Iterable[Hashable], wanted: list[Hashable], cursor: Hashable | None, step: int) -> Hashable:
    """The next of the wanted keys after the cursor in this direction, round the end."""
    place = {key: index for index, key in enumerate(keys)}
    here = place.get(cursor, -1)
    found = [key for key in wanted if (place[key] - here) * step > 0]
    if step > 0:
        return found[0] if found else wanted[0]
    return found[-1] if found else wanted[-1]
