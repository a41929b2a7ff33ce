"""The tabs of the pages on the rule that tells the mode. May import textual; not the engine."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events

from tws_console.model.session import Mode
from tws_console.tui.facade import console
from tws_console.tui.views.status import Tab, tabs
from tws_console.tui.widgets.painted import Painted


class PageTabs(Painted):
    """One line; a click on a tab turns to its page."""

    DEFAULT_CSS = "PageTabs { height: 1; width: 1fr; }"

    def __init__(self, active: str) -> None:
        super().__init__(id="tabs")
        self._active = active
        self._counts: Mapping[str, int] = {}
        self._mode = Mode.PAPER
        self._places: tuple[Tab, ...] = ()

    def show(self, counts: Mapping[str, int]) -> None:
        """The numbers behind the names of the pages."""
        self._counts = counts
        self.draw()

    def draw(self) -> None:
        self._mode = console(self).session.shown_mode
        spans, self._places = tabs(self._active, self._mode, self._counts, self.size.width)
        self.show_lines([spans])

    def on_resize(self) -> None:
        self.draw()

    async def on_click(self, event: events.Click) -> None:
        for tab in self._places:
            if tab.start <= event.x < tab.end:
                event.stop()
                await self.app.run_action(f"app.page('{tab.mode}')")
