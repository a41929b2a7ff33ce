"""The one timer between engine and screen: it pulls what changed and hands it to the page that is up.

Nothing is pushed into a widget by the engine, so a slow terminal never delays an order. May import textual; not the
engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tws_console.tui.facade import DrainedPort, EnginePort
from tws_console.tui.modes import is_page

if TYPE_CHECKING:
    from tws_console.tui.app import ConsoleApp
    from tws_console.tui.screens.page import Page

STEP = 0.1
"""Seconds between two looks."""
BEHIND_A_QUESTION = 5
"""Looks per repaint while a dialog or the stop bar is open: every change behind a dialog repaints the whole screen, and
what is painted takes from the thread that waits for the answer to the bar.
"""
SECOND = 10


class Bridge:
    """Drains the engine ten times a second, twice while a dialog or the stop bar is open."""

    def __init__(self, app: ConsoleApp, engine: EnginePort) -> None:
        self._app = app
        self._engine = engine
        self._looks = 0

    def start(self) -> None:
        self._app.set_interval(STEP, self.step, name="bridge")

    def step(self) -> None:
        """One look. While the app shuts down its screens lose their widgets, and then there is none any more."""
        stack = self._app.screen_stack
        if not stack or not self._app.is_running:
            return
        self._looks += 1
        second = self._looks % SECOND == 0
        asking = stack[-1].is_modal or self._app.gate.control.open
        if asking and self._looks % BEHIND_A_QUESTION:
            return
        page = self._page()
        if page is not None and not page.is_mounted:
            return
        drained = self._engine.changes.drain()
        if drained.session:
            self._app.session_changed()
        if page is None:
            return
        self._hand_over(page, drained)
        page.tick()
        if second:
            page.second()

    def _page(self) -> Page | None:
        return next((screen for screen in reversed(self._app.screen_stack) if is_page(screen)), None)

    def _hand_over(self, page: Page, drained: DrainedPort) -> None:
        values = (drained.orders, drained.positions, drained.quotes, drained.account, drained.session, drained.notices)
        if any(values) or drained.stop:
            page.apply(drained)
