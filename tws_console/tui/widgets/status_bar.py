"""The top line of every screen and dialog: which money, which freeze, which link, and STOP at its right end.

Draws itself once a second and whenever its page says that the session changed. May import textual; not the engine.
"""

from __future__ import annotations

from textual import events

from tws_console.model.session import Mode
from tws_console.tui.facade import console
from tws_console.tui.views.cells import Span
from tws_console.tui.views.status import STOP_CHIP, status_line
from tws_console.tui.widgets.painted import Painted


class StatusBar(Painted):
    """One line. A click on STOP is the stop key."""

    DEFAULT_CSS = "StatusBar { height: 1; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(ground="raised", id=id)

    def on_mount(self) -> None:
        self.set_interval(1.0, self._second)
        self.draw()

    def _second(self) -> None:
        """The clock goes on where it can be seen."""
        if self.screen in self.app.screen_stack:
            self.draw()

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        """Show the present state."""
        app = console(self)
        state = app.session
        live = state.shown_mode is Mode.LIVE
        self.ground = "live_bg" if live else "raised"
        # It reaches over the whole screen, whose width is known before this widget has been laid out.
        spans = status_line(state, app.now(), app.monotonic(), self.size.width or self.screen.size.width)
        if live and app.tones.mono:
            # Without colour the whole line is turned over, so that LIVE is never just a word.
            spans = tuple(Span(s.text, "live_ink", s.bold, "live") if not s.ground else s for s in spans)
        self.show_lines([spans])

    async def on_click(self, event: events.Click) -> None:
        if event.x >= self.size.width - len(STOP_CHIP):
            event.stop()
            await self.app.run_action("app.stop")
