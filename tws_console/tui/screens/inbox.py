"""The page of intents without a known fate, with evidence and three choices. May import textual; not the engine."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from tws_console.model.recovery import Unresolved
from tws_console.tui.bindings import Where
from tws_console.tui.bound import page_bindings
from tws_console.tui.facade import console
from tws_console.tui.screens.rows_page import RowsPage
from tws_console.tui.views import inbox
from tws_console.tui.widgets.painted import Painted


class InboxPage(RowsPage, inherit_bindings=False):
    """One row per intent; below it what the lists said of the one under the cursor."""

    NAME = "inbox"
    PANES: ClassVar[tuple[str, ...]] = ("inbox",)
    COLUMNS = inbox.COLUMNS
    WHERE = Where.INBOX
    BINDINGS: ClassVar[list[BindingType]] = page_bindings(Where.INBOX, Where.PAGES)

    def second(self) -> None:
        self.take()
        super().second()

    @property
    def unresolved(self) -> tuple[Unresolved, ...]:
        engine = console(self).engine
        return () if engine is None else tuple(engine.recovery.unresolved)

    @property
    def selected(self) -> Unresolved | None:
        """The intent under the cursor."""
        cursor = self.table.cursor
        return next((one for one in self.unresolved if one.intent.ulid == cursor), None)

    def take(self) -> None:
        table, found = self.table, self.unresolved
        shown = [inbox.inbox_row(one, console(self).now()) for one in found]
        table.give(shown)
        table.set_title(inbox.title(found))
        table.set_empty(inbox.EMPTY)

    def draw_selection(self) -> None:
        self.query_one("#details", Painted).show_lines(inbox.details(self.selected, self.size.width))
