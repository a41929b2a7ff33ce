"""A page of one table that is given all of its rows, with details below. May import textual; not the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.widget import Widget

from tws_console.tui.bindings import Action, Where
from tws_console.tui.facade import DrainedPort
from tws_console.tui.screens.page import Page
from tws_console.tui.views.columns import Column
from tws_console.tui.widgets.painted import Painted
from tws_console.tui.widgets.rows_table import RowsTable


class RowsPage(Page, inherit_bindings=False):
    """The table has the name of the page. What it shows follows from the session and its past."""

    COLUMNS: ClassVar[Sequence[Column]]
    WHERE: ClassVar[Where]

    def compose_body(self) -> ComposeResult:
        yield RowsTable(self.COLUMNS, id=self.NAME)
        yield Painted(id="details")

    def pane_places(self, pane: Widget | None) -> tuple[Where, ...]:
        return (self.WHERE,)

    def footer_actions(self) -> tuple[Action, ...]:
        found = super().footer_actions()
        return found if self.can_act else tuple(action for action in found if action.where is not self.WHERE)

    @property
    def can_act(self) -> bool:
        """Whether there is anything that the page's own keys could act on."""
        return bool(self.table.window.keys)

    @property
    def table(self) -> RowsTable:
        return self.query_one(f"#{self.NAME}", RowsTable)

    def reload(self) -> None:
        self.take()
        super().reload()

    def apply(self, drained: DrainedPort) -> None:
        if drained.session:
            self.take()
        super().apply(drained)

    def take(self) -> None:
        """Give the table its rows, its title and what stands there when there are none."""
        raise NotImplementedError
