"""A small app round one widget or dialog: fixed theme, the engine's double, and a clock that tests move by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from textual import events
from textual.app import App, ComposeResult
from textual.screen import Screen

from tests.tui import fake_data as data
from tests.tui.fake_engine import FakeEngine
from tws_console.config.themes import load_theme
from tws_console.model.session import SessionState
from tws_console.tui.facade import EnginePort
from tws_console.tui.screens.proof import ProofScreen
from tws_console.tui.stop_gate import StopGate
from tws_console.tui.tones import Tones, textual_theme
from tws_console.tui.widgets.order_form import OrderForm
from tws_console.tui.widgets.status_bar import StatusBar


class Bare(Screen[None]):
    """A status line over an empty page or over the ticket."""

    AUTO_FOCUS = "OrderForm"

    def __init__(self, form: OrderForm | None = None) -> None:
        super().__init__()
        self.form = form

    def compose(self) -> ComposeResult:
        yield StatusBar()
        if self.form is not None:
            yield self.form


class Host(App[int]):
    """Gives widgets what they ask of the console app."""

    CSS = "Screen { background: $tws-bg; color: $tws-text; } StatusBar { height: 1; }"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [("b,y,c,q,t", "letter", "a letter")]  # noqa: RUF012

    def __init__(self, engine: FakeEngine, *, form: bool = False, theme: str = "dark") -> None:
        loaded = load_theme(theme)
        self.tones = Tones(loaded)
        self.time = data.MONOTONIC
        self.fake = engine
        self.answers: list[object] = []
        self.letters = 0
        super().__init__()
        self.register_theme(textual_theme(loaded))
        self.theme = f"tws-{loaded.name}"
        self.order_form = OrderForm() if form else None
        self.gate = StopGate(self)

    @property
    def engine(self) -> EnginePort:
        return self.fake

    @property
    def session(self) -> SessionState:
        return self.fake.session.state

    @property
    def now(self) -> Callable[[], datetime]:
        return lambda: data.NOW + timedelta(seconds=self.time - data.MONOTONIC)

    @property
    def monotonic(self) -> Callable[[], float]:
        return lambda: self.time

    def on_mount(self) -> None:
        self.add_mode("trade", lambda: Bare(self.order_form))
        self.add_mode("proof", ProofScreen)
        self.switch_mode("trade")

    async def on_event(self, event: events.Event) -> None:
        if not self.gate.handle(event):
            await super().on_event(event)

    def action_letter(self) -> None:
        self.letters += 1

    def wait(self, seconds: float) -> None:
        """Move the clock."""
        self.time += seconds

    def asked(self, name: str) -> list[object]:
        """What the screens asked the engine for under this name."""
        return [value for called, value in self.fake.calls if called == name]
