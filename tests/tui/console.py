"""The whole console over the engine's double, with a clock that tests move by hand, and its screen as plain text."""

from __future__ import annotations

from datetime import timedelta

from tests.tui import fake_data as data
from tests.tui.fake_engine import FakeEngine
from tws_console.config.themes import load_theme
from tws_console.model.clock import Clock
from tws_console.model.session import Mode, SessionState
from tws_console.tui.app import ConsoleApp
from tws_console.tui.widgets.orders_table import OrdersTable

BEFORE = SessionState("paper", Mode.PAPER, "127.0.0.1", 7497, 3)


class Hand:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.clock = Clock(self._monotonic, lambda: data.NOW + timedelta(seconds=self.passed))

    def _monotonic(self) -> float:
        return data.MONOTONIC + self.passed

    def move(self, seconds: float) -> None:
        self.passed += seconds


def console_app(engine: FakeEngine, *, theme: str = "dark", hand: Hand | None = None) -> ConsoleApp:
    """The app as the program builds it, over the engine's double."""
    return ConsoleApp(lambda: engine, BEFORE, load_theme, theme=theme, clock=(hand or Hand()).clock)


def screen_text(app: ConsoleApp) -> str:
    """What the terminal shows, line by line, without colours."""
    strips = app.screen._compositor.render_strips(app.size)
    return "\n".join(strip.text.rstrip() for strip in strips)


def orders_table(app: ConsoleApp) -> OrdersTable:
    return app.screen.query_one(OrdersTable)
