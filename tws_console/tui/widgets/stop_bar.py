"""The red bar over the top rows of whatever screen is up. It only draws; its states live in `tui.stop`.

May import textual; not the engine.
"""

from __future__ import annotations

from collections.abc import Callable

from tws_console.tui.facade import console
from tws_console.tui.stop import StopControl
from tws_console.tui.views.stop_bar import BarFacts, bar_lines
from tws_console.tui.widgets.painted import Painted


class StopBar(Painted):
    """Drawn above every other widget without moving any of them."""

    DEFAULT_CSS = """
    StopBar {
        /* A page on a terminal that is too small hides everything else. */
        display: block !important;
        overlay: screen;
        position: absolute;
        offset: 0 0;
        width: 100%;
        height: auto;
    }
    """

    def __init__(self, control: StopControl, on_painted: Callable[[], None]) -> None:
        super().__init__(ground="danger_bg")
        self._control = control
        self._on_painted = on_painted

    def on_mount(self) -> None:
        self.draw()
        self.call_after_refresh(self._on_painted)

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        """Show the control's present state."""
        app, control = console(self), self._control
        asked = app.session.snapshot_at
        facts = BarFacts(
            session=app.session,
            orders=() if app.engine is None else app.engine.book.live(),
            list_age=None if asked is None else max(0.0, app.monotonic() - asked),
            remaining=control.remaining,
            hint=control.hint,
            open=control.open,
        )
        self.show_lines(bar_lines(facts, self.app.size.width))
