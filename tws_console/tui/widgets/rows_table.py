"""A table that is given all of its rows at once. May import textual; not the engine."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from tws_console.tui.views.cells import Row
from tws_console.tui.views.columns import Column
from tws_console.tui.widgets.live_table import LiveTable


class RowsTable(LiveTable):
    """Keeps the rows by key, and paints those that changed."""

    def __init__(self, columns: Sequence[Column], *, id: str) -> None:
        self._given: dict[Hashable, Row] = {}
        super().__init__(columns, self._given.get, id=id)

    def give(self, rows: Sequence[Row]) -> None:
        """All rows there are now, in their order."""
        changed = [row.key for row in rows if self._given.get(row.key) != row]
        self._given.clear()
        self._given.update({row.key: row for row in rows})
        self.set_rows([row.key for row in rows])
        self.touch(changed)

    @property
    def chosen(self) -> Row | None:
        """The row under the cursor, None when there is none or it has ended."""
        return self._given.get(self.cursor) if self.cursor is not None else None
