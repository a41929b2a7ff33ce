"""The page about what happened while nobody looked. May import textual; not the engine."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from tws_console.model.recovery import AwayReport
from tws_console.tui.bindings import Where
from tws_console.tui.bound import page_bindings
from tws_console.tui.facade import DrainedPort, console
from tws_console.tui.screens.page import Page
from tws_console.tui.views import away
from tws_console.tui.views.cells import Span
from tws_console.tui.widgets.painted import Painted
from tws_console.tui.widgets.rows_table import RowsTable


class AwayPage(Page, inherit_bindings=False):
    """The newest comparison; below it why entry may only reduce, if so, and the way to say that it is right."""

    NAME = "away"
    PANES: ClassVar[tuple[str, ...]] = ("away",)
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(Where.AWAY, Where.PAGES)

    def compose_body(self) -> ComposeResult:
        yield RowsTable(away.COLUMNS, id="away")
        yield Painted(id="details")

    def pane_places(self, pane: Widget | None) -> tuple[Where, ...]:
        return (Where.AWAY,)

    def reload(self) -> None:
        self._take()
        super().reload()

    def apply(self, drained: DrainedPort) -> None:
        if drained.session:
            self._take()
        super().apply(drained)

    @property
    def report(self) -> AwayReport | None:
        engine = console(self).engine
        return None if engine is None else engine.reconciler.report

    def _take(self) -> None:
        """Rows by key; those that changed are painted."""
        table, report = self.query_one("#away", RowsTable), self.report
        shown = away.away_rows(report) if report is not None else []
        table.give(shown)
        table.set_title(away.title(report, console(self).now()))
        table.set_empty(away.empty_lines(report))

    def draw_selection(self) -> None:
        room, table = self.size.width, self.query_one("#away", RowsTable)
        selected = table.chosen
        rows = away.foot_lines(self.report, selected, console(self).session.reduce_only, room)
        self.query_one("#details", Painted).show_lines([(Span("─" * room, "line"),), *rows])
