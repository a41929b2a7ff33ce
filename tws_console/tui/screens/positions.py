"""Page 3: the account in full over all positions. May import textual; not the engine."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from tws_console.tui.facade import console
from tws_console.tui.screens.page import Page
from tws_console.tui.views import account, formats
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.lines import ruled
from tws_console.tui.views.selection import position_lines
from tws_console.tui.widgets.painted import Painted
from tws_console.tui.widgets.positions_table import PositionsTable


class PositionsPage(Page):
    """Positions grouped by account; the account itself takes the place of the strip."""

    NAME = "positions"
    PANES: ClassVar[tuple[str, ...]] = ("positions",)
    STRIP = False

    def compose_body(self) -> ComposeResult:
        yield Painted(id="account")
        yield PositionsTable(grouped=True)
        yield Painted(id="details")

    def draw_frame(self) -> None:
        super().draw_frame()
        self._draw_account()

    def _draw_account(self) -> None:
        app, room = console(self), self.size.width
        if app.engine is None or self.has_class("too-small"):
            return
        total = app.engine.accounts.total()
        names = account.names(app.session.accounts)
        base = f", base {formats.clean(total.currency)}" if total.currency else ""
        age = formats.age(app.monotonic() - total.seen_at) if total.seen_at else formats.NOT_KNOWN
        head = (Span("─", "line"), Span(" Account", "strong", True), Span(f"  {names}{base}", "muted"))
        title = ruled(head, (Span(f"age {age}", "muted"),), room)
        self.query_one("#account", Painted).show_lines([title, *account.full(total, room)])

    def draw_selection(self) -> None:
        table, room = self.query_one(PositionsTable), self.size.width
        held = table.position
        engine = console(self).engine
        lines: tuple[Spans, ...] = ((), ())
        if held is not None and engine is not None:
            lines = position_lines(held, table.cover(held), engine.quotes.get(held.instrument.con_id), room)
        self.query_one("#details", Painted).show_lines([(Span("─" * room, "line"),), *lines])
