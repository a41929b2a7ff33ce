"""The page before the first connection: stages, failures with advice, keys to go on. May not import the engine."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from tws_console.model.session import ID_IN_USE
from tws_console.tui.bindings import BY_ID, Where, footer_of
from tws_console.tui.bound import bind, page_bindings
from tws_console.tui.facade import DrainedPort, console
from tws_console.tui.views.connect import connect_lines
from tws_console.tui.views.lines import footer
from tws_console.tui.widgets.painted import Painted
from tws_console.tui.widgets.status_bar import StatusBar


class ConnectPage(Screen[None], inherit_bindings=False):
    """Shown until a connection has once been complete; a link that is lost later is told on the pages themselves."""

    BINDINGS: ClassVar[list[BindingType]] = [*page_bindings(Where.CONNECT), *bind(BY_ID["app.quit"])]
    # No file of its own: Textual would parse every style anew when it reads one, before the first paint.
    DEFAULT_CSS = """
    ConnectPage { layout: vertical; background: $tws-bg; color: $tws-text; overflow: hidden; }
    ConnectPage #status { height: 1; width: 100%; }
    ConnectPage #connect { height: 1fr; width: 100%; }
    ConnectPage #footer { dock: bottom; height: 1; width: 100%; }
    """
    AUTO_FOCUS = ""
    places = (Where.CONNECT, Where.EVERYWHERE)
    pane_name = "Connect"

    def compose(self) -> ComposeResult:
        yield StatusBar(id="status")
        yield Painted(id="connect")
        yield Painted(id="footer", ground="raised")

    def on_mount(self) -> None:
        self.set_interval(1.0, self._second)

    def _second(self) -> None:
        """Waits count down where they can be seen."""
        if self.is_current:
            self.draw()

    def on_resize(self) -> None:
        self.draw()

    def on_screen_resume(self) -> None:
        self.draw()

    def apply(self, drained: DrainedPort) -> None:
        """What the bridge drained; only the session matters here."""
        if drained.session:
            self.draw()

    def draw(self) -> None:
        """Show the stages as they are now."""
        app, room = console(self), self.size.width
        if not room:
            return
        self.query_one(StatusBar).draw()
        self.query_one("#connect", Painted).show_lines(connect_lines(app.session, app.monotonic(), room))
        failure = app.session.failure
        offered = footer_of(Where.CONNECT, Where.EVERYWHERE)
        if failure is None or failure.code != ID_IN_USE:
            offered = tuple(action for action in offered if action.id != "connect.free-id")
        actions = (*offered, BY_ID["app.quit"])
        self.query_one("#footer", Painted).show_lines([footer(actions, room, (("^G", "stop"),))])
