"""The console app: a router of short handlers. Owns modes, actions and the way from a key to a page or a dialog.

May import textual; not the engine: that is built by a callable after the first paint, because what it imports costs as
much as the whole screen. For the same reason pages and dialogs are imported when they are first needed.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver
from textual.screen import Screen

from tws_console.model.clock import Clock
from tws_console.model.notice import Tone
from tws_console.model.session import ID_IN_USE, Phase, SessionState
from tws_console.tui import cancelling, desk, modes, modifying, money, recovering
from tws_console.tui.bindings import PAGES, Where, of
from tws_console.tui.bound import bind
from tws_console.tui.bridge import Bridge
from tws_console.tui.facade import EngineFactory, EnginePort
from tws_console.tui.gone import GoneRows
from tws_console.tui.input.burst import in_burst
from tws_console.tui.screens.connect import ConnectPage
from tws_console.tui.stop_gate import StopGate
from tws_console.tui.tones import ThemeTokens, Tones, css_variables, textual_theme

if TYPE_CHECKING:
    from tws_console.tui.screens.page import Page
    from tws_console.tui.screens.trade import TradePage

ThemeLoader = Callable[[str], ThemeTokens]
ALWAYS = frozenset({"stop", "ask_quit"})
"""What works on a terminal that is too small."""
log = logging.getLogger("tws_console.tui")


class ConsoleApp(App[int], inherit_bindings=False):
    """`session` is what the settings tell before there is an engine; tests put their own `clock`.

    The app ends with an exit status; `demo_wanted` says that the user asked for the demo instead.
    """

    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = modes.MODES  # type: ignore[assignment]
    DEFAULT_MODE = modes.FIRST
    ENABLE_COMMAND_PALETTE = False
    TITLE = "tws-console"
    BINDINGS: ClassVar[list[BindingType]] = bind(*of(Where.EVERYWHERE))

    def __init__(
        self,
        build_engine: EngineFactory,
        session: SessionState,
        load_theme: ThemeLoader,
        *,
        theme: str = "dark",
        load_engine: Callable[[], None] = lambda: None,
        clock: Clock | None = None,
        driver: type[Driver] | None = None,
    ) -> None:
        no_color = bool(os.environ.get("NO_COLOR"))
        self._load_theme = load_theme
        self._tokens = load_theme("mono" if no_color else theme)
        self._tones = Tones(self._tokens, no_color=no_color)
        self._clock = clock or Clock()
        self._build_engine = build_engine
        self._load_engine = load_engine
        self._engine: EnginePort | None = None
        self._first_session = session
        self._connected = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.demo_wanted = False
        self.gone = GoneRows()
        super().__init__(driver_class=driver, ansi_color=no_color)
        self._begin_with_theme()
        self.gate = StopGate(self)

    # what widgets and dialogs ask

    @property
    def engine(self) -> EnginePort | None:
        return self._engine

    @property
    def session(self) -> SessionState:
        return self._first_session if self._engine is None else self._engine.session.state

    @property
    def tones(self) -> Tones:
        return self._tones

    @property
    def now(self) -> Callable[[], datetime]:
        return self._clock.now

    @property
    def monotonic(self) -> Callable[[], float]:
        return self._clock.monotonic

    @property
    def page(self) -> Page | None:
        """The page that is up, also below a dialog."""
        return next((screen for screen in reversed(self.screen_stack) if modes.is_page(screen)), None)

    @property
    def trade_page(self) -> TradePage | None:
        """The trade page once it has been up."""
        return modes.existing_trade_page(self)

    def get_default_screen(self) -> Screen[None]:
        return ConnectPage()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return css_variables(self._tokens)

    def _begin_with_theme(self) -> None:
        """Take the theme before any style has been parsed. To assign it would have all of them parsed again twice,
        which the first paint would have to wait for.
        """
        self.register_theme(textual_theme(self._tokens))
        self.set_reactive(App.theme, f"tws-{self._tokens.name}")
        self.stylesheet.set_variables(self.get_css_variables())

    # life

    def on_ready(self) -> None:
        """The first paint is out: now the engine may take its time to load, beside the loop that answers the keys."""
        self.keep(self._begin())

    async def _begin(self) -> None:
        await asyncio.to_thread(self._load_engine)
        engine = self._build_engine()
        await engine.start()
        self._engine = engine
        Bridge(self, engine).start()
        if isinstance(self.screen, ConnectPage):
            self.screen.draw()
        self.session_changed()

    def session_changed(self) -> None:
        """The first complete connection opens the pages; a later loss leaves them open."""
        if not self._connected and self.session.phase is Phase.UP:
            self._connected = True
            if self.current_mode == modes.FIRST:
                self.switch_mode("trade")

    def on_hung_up(self) -> None:
        """The terminal has gone."""
        self.leave(129)

    def leave(self, status: int) -> None:
        """End with this exit status."""
        self.exit(status, return_code=status)

    def _handle_exception(self, error: Exception) -> None:
        log.error("the console ended by an error", exc_info=error)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without printing a traceback: whoever runs the app writes `failure` to a crash file and names that."""
        self._close_messages_no_wait()

    @property
    def failure(self) -> Exception | None:
        """The error that ended the app, if one did."""
        return self._exception

    # input

    async def on_event(self, event: events.Event) -> None:
        """The stop bar sees every key first; a paste is only for the ticket and typed answers; keys that come faster
        than fingers only move and type.
        """
        if self.gate.handle(event):
            event.stop()
            return
        if not event.is_forwarded:
            if isinstance(event, events.Paste) and not self._takes_text:
                return
            if isinstance(event, events.Key) and in_burst(event) and not (event.is_printable and self._types):
                return
        await super().on_event(event)

    @property
    def _takes_text(self) -> bool:
        page = self.page
        return self.screen is not page or (page.pane is not None and page.pane.id == "ticket")

    @property
    def _types(self) -> bool:
        """True where a letter is text: in the ticket, and in dialogs that are answered by typing."""
        from tws_console.tui.modals.dialog import Dialog

        screen = self.screen
        return screen.takes_text if isinstance(screen, Dialog) else self._takes_text

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if modes.is_page(self.screen) and self.screen.has_class("too-small"):
            return action in ALWAYS
        return True

    # actions

    def action_stop(self) -> None:
        self.gate.press()

    def action_page(self, name: str) -> None:
        if self._connected:
            self.switch_mode(name)

    def action_turn_page(self, step: int) -> None:
        names = [name for _, name, _, _ in PAGES]
        at = names.index(self.current_mode) if self.current_mode in names else 0
        self.action_page(names[(at + step) % len(names)])

    def action_next_pane(self, step: int) -> None:
        if self.page is not None:
            self.page.next_pane(step)

    def action_zoom(self) -> None:
        if self.page is not None:
            self.page.zoom()

    async def action_problem(self, step: int) -> None:
        await desk.next_problem(self, step)

    async def action_ticket(self, side: str) -> None:
        await desk.open_ticket(self, side)

    def action_modify_order(self) -> None:
        modifying.ask_modify(self)

    def action_cancel_order(self) -> None:
        cancelling.ask_cancel(self)

    def action_cancel_scope(self) -> None:
        cancelling.ask_cancel_scope(self)

    def action_mark(self, what: str) -> None:
        if self.page is not None:
            self.page.mark(what)

    def action_choose(self, choice: str) -> None:
        recovering.ask_choice(self, choice)

    def action_acknowledge_changes(self) -> None:
        recovering.ask_acknowledge(self)

    def action_copy_row(self, as_json: bool) -> None:
        desk.copy_row(self, as_json)

    def action_copy_panic_command(self) -> None:
        desk.copy_panic_command(self)

    def action_refresh_now(self) -> None:
        if self._engine is not None and self.session.phase is Phase.UP:
            self._engine.refresh()
        else:
            self.action_retry_now()

    def action_retry_now(self) -> None:
        if self._engine is not None:
            self._engine.retry_now()

    def action_use_spare_id(self) -> None:
        """Only while the wanted id is refused: an id is never changed silently."""
        failure = self.session.failure
        if self._engine is not None and failure is not None and failure.code == ID_IN_USE:
            self._engine.use_spare_id()

    def action_demo(self) -> None:
        self.demo_wanted = True
        self.leave(0)

    def action_help(self) -> None:
        desk.show_help(self)

    def action_palette(self, typed: str = "") -> None:
        desk.show_palette(self, typed)

    def action_release_freeze(self) -> None:
        desk.ask_release(self)

    async def action_close_position(self) -> None:
        await money.close_position(self)

    def action_flatten(self) -> None:
        money.ask_flatten(self)

    def action_arm_live(self) -> None:
        money.ask_arm(self)

    def action_disarm_live(self) -> None:
        money.disarm(self)

    def action_ask_quit(self) -> None:
        desk.ask_quit(self)

    def action_use_theme(self, name: str) -> None:
        """Another theme from now on; a name without a file is told and changes nothing."""
        try:
            tokens = self._load_theme(name)
        except Exception as error:
            self.say(Tone.WARN, str(error))
            return
        self._tokens = tokens
        self._tones = Tones(tokens, no_color=self._tones.no_color)
        self.register_theme(textual_theme(tokens))
        self.theme = f"tws-{tokens.name}"

    # helpers of the actions

    def say(self, tone: Tone, text: str) -> None:
        """A line in the messages."""
        if self._engine is not None:
            self._engine.notices.add(tone, text)

    def keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work to its end, whatever page is up: never an exclusive worker, which the next one would cancel."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._kept)

    def _kept(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._handle_exception(error)
