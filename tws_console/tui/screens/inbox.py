"""The page of intents without a known fate, with evidence and three choices. May import textual; not the engine."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from tws_console.model.recovery import Unresolved
from tws_console.tui.bindings import Where
from tws_console.tui.bound import page_bindings
from tws_console.tui.facade import DrainedPort, console
from tws_console.tui.screens.page import Page
from tws_console.tui.views import inbox
from tws_console.tui.widgets.painted import Painted
from tws_console.tui.widgets.rows_table import RowsTable


class InboxPage(Page, inherit_bindings=False):
    """One row per intent; below it what the lists said of the one under the cursor."""

    NAME = "inbox"
    PANES: ClassVar[tuple[str, ...]] = ("inbox",)
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(Where.INBOX, Where.PAGES)

    def compose_body(self) -> ComposeResult:
        yield RowsTable(inbox.COLUMNS, id="inbox")
        yield Painted(id="details")

    def pane_places(self, pane: Widget | None) -> tuple[Where, ...]:
        return (Where.INBOX,)

    def reload(self) -> None:
        self._take()
        super().reload()

    def apply(self, drained: DrainedPort) -> None:
        if drained.session:
            self._take()
        super().apply(drained)

    def second(self) -> None:
        self._take()
        super().second()

    @property
    def unresolved(self) -> tuple[Unresolved, ...]:
        engine = console(self).engine
        return () if engine is None else tuple(engine.recovery.unresolved)

    @property
    def selected(self) -> Unresolved | None:
        """The intent under the cursor."""
        cursor = self.query_one("#inbox", RowsTable).cursor
        return next((one for one in self.unresolved if one.intent.ulid == cursor), None)

    def _take(self) -> None:
        """Rows by key; those that changed are painted."""
        table, found = self.query_one("#inbox", RowsTable), self.unresolved
        shown = [inbox.inbox_row(one, console(self).now()) for one in found]
        table.give(shown)
        table.set_title(inbox.title(found))
        table.set_empty(inbox.EMPTY)

    def draw_selection(self) -> None:
        self.query_one("#details", Painted).show_lines(inbox.details(self.selected, self.size.width))
