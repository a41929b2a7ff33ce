"""The page about what happened while nobody looked. May import textual; not the engine."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from tws_console.model.recovery import AwayReport
from tws_console.tui.bindings import Where
from tws_console.tui.bound import page_bindings
from tws_console.tui.facade import console
from tws_console.tui.screens.rows_page import RowsPage
from tws_console.tui.views import away
from tws_console.tui.views.cells import Span
from tws_console.tui.widgets.painted import Painted


class AwayPage(RowsPage, inherit_bindings=False):
    """The newest comparison; below it why entry may only reduce, if so, and the way to say that it is right."""

    NAME = "away"
    PANES: ClassVar[tuple[str, ...]] = ("away",)
    COLUMNS = away.COLUMNS
    WHERE = Where.AWAY
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(Where.AWAY, Where.PAGES)

    @property
    def report(self) -> AwayReport | None:
        engine = console(self).engine
        return None if engine is None else engine.reconciler.report

    def take(self) -> None:
        table, report = self.table, self.report
        shown = away.away_rows(report) if report is not None else []
        table.give(shown)
        table.set_title(away.title(report, console(self).now()))
        table.set_empty(away.empty_lines(report))

    @property
    def can_act(self) -> bool:
        return bool(console(self).session.reduce_only)

    def draw_selection(self) -> None:
        room = self.size.width
        rows = away.foot_lines(self.report, self.table.chosen, console(self).session.reduce_only, room)
        self.query_one("#details", Painted).show_lines([(Span("─" * room, "line"),), *rows])
