"""Opens the console: settings, the demo's simulator, and the app around an engine that is built after the first
paint.

Part of the assembly, like bootstrap: it sees every room. The simulator of the demo is a child that ends with this
process, however that ends, and the demo keeps a journal of its own, because a fresh simulator begins with fresh
order ids.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from tws_console.config.endpoints import normalise_host, remove_running, write_running

if TYPE_CHECKING:
    from tws_console.bootstrap import Program
    from tws_console.cli.wiring import ConsoleOptions
    from tws_console.config.resolve import Effective
    from tws_console.engine.engine import Engine
    from tws_console.model.session import SessionState

DEMO_REFUSED = "the demo's simulator did not start"


def run(program: Program, options: ConsoleOptions) -> int:
    """Open the console until it ends; returns the exit status. Raises ConfigError before anything is painted."""
    from tws_console.config.logs import configure

    configure()
    demo = options.demo
    while True:
        status, wants_demo = _open(program, replace(options, demo=demo))
        if not wants_demo:
            return status
        demo = True


def _open(program: Program, options: ConsoleOptions) -> tuple[int, bool]:
    """One run of the app: its exit status, and whether the user asked for the demo instead."""
    from tws_console.cli.crash import keep
    from tws_console.config.errors import ConfigError
    from tws_console.config.themes import load_theme

    first, theme = first_look(program, options)
    load_theme(theme)
    with ExitStack() as stack:
        demo = stack.enter_context(Demo()) if options.demo else None
        stack.callback(_forget_running)
        build = engine_builder(program, options, demo)
        _before_textual()
        from tws_console.tui.app import ConsoleApp
        from tws_console.tui.output import driver_class
        from tws_console.tui.run import run_console

        app = ConsoleApp(build, first, load_theme, theme=theme, load_engine=load_engine, driver=driver_class())
        try:
            status = asyncio.run(run_console(app))
        except Exception as error:
            sys.stderr.write(keep(error) + "\n")
            return 1, False
        if isinstance(app.failure, ConfigError):
            raise app.failure
        if app.failure is not None:
            sys.stderr.write(keep(app.failure) + "\n")
            return 1, False
        return status, app.demo_wanted


def load_engine() -> None:
    """Import what the engine is made of, and the pages that come first, in a thread: it takes as long as the first
    screen, and keys must not wait.
    """
    import_module("tws_console.ib.broker")
    import_module("tws_console.journal.writer")
    import_module("tws_console.engine.engine")
    import_module("tws_console.config.load")
    import_module("tws_console.tui.screens.trade")
    import_module("tws_console.tui.screens.proof")
    import_module("tws_console.tui.widgets.stop_bar")
    gc.freeze()


def _before_textual() -> None:
    """What Textual reads when it is imported: keys in their plain form, no animation, repaints without delay. And
    let the thread that reads the keys have the interpreter soon: by default it waits 5 ms for a busy loop.
    """
    sys.setswitchinterval(0.0001)
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_FPS", "240")


def first_look(program: Program, options: ConsoleOptions) -> tuple[SessionState, str]:
    """What the first paint shows, and the theme. Checking all of the settings takes as long as half the screen, so
    that is done when the engine is built; what cannot be read here is checked at once and told before anything is
    painted.
    """
    from tws_console.config import paths, quick
    from tws_console.model.session import Mode, SessionState

    flags = {**_environment(options), **{name: value for name, value in options.flags.items() if value is not None}}
    try:
        found = quick.read(paths.config_file(), "demo" if options.demo else str(flags.get("profile", "")))
        if found.doubt:
            raise ValueError(found.doubt)
        port, client_id = int(flags.get("port", found.port)), int(flags.get("client_id", found.client_id))
    except ValueError:
        effective = _effective(program, options)
        host, port, client_id = effective.host, effective.port, effective.client_id
        return (
            SessionState(effective.profile_name, effective.mode, host, port, client_id, effective.account or ""),
            effective.theme,
        )
    host, account = str(flags.get("host", found.host)), str(flags.get("account", found.account))
    state = SessionState(found.profile, Mode(found.mode_at(port)), host, port, client_id, account)
    return state, options.theme or found.theme


def _environment(options: ConsoleOptions) -> dict[str, str]:
    """Variables that name an endpoint; the demo has its own."""
    names = {
        "TWS_HOST": "host",
        "TWS_PORT": "port",
        "TWS_CLIENT_ID": "client_id",
        "TWS_ACCOUNT": "account",
        "TWS_PROFILE": "profile",
    }
    if options.demo:
        return {}
    return {field: os.environ[name].strip() for name, field in names.items() if os.environ.get(name, "").strip()}


def _effective(program: Program, options: ConsoleOptions) -> Effective:
    """The settings of this run. The demo has its own: neither profile nor environment may point it at a real TWS."""
    flags = {**options.flags, "read_only": options.read_only, "theme": options.theme}
    if not options.demo:
        return program.effective(flags)
    from tws_console.config import paths
    from tws_console.config.load import load
    from tws_console.config.resolve import resolve

    flags.update(profile="demo", host="127.0.0.1", port=None)
    return resolve(load(paths.config_file()), flags, {})


def engine_builder(program: Program, options: ConsoleOptions, demo: Demo | None) -> Callable[[], Engine]:
    """Builds the engine when the first paint is out: what it imports costs as much as the whole screen."""

    def build() -> Engine:
        from tws_console.bootstrap import build_engine

        here, journal_path = _effective(program, options), None
        if demo is not None:
            here = replace(here, host="127.0.0.1", port=demo.port())
            journal_path = os.path.join(demo.folder, "journal.db")
        host = normalise_host(here.host)
        try:
            write_running(os.getpid(), host, here.port, here.mode.value, here.client_id)
        except OSError as error:
            logging.getLogger(__name__).warning("no running file: %s", error)
        return build_engine(
            here,
            (here.client_id,),
            timeout=options.timeout,
            by="console",
            journal_path=journal_path,
            stop_lane=True,
        )

    return build


def _forget_running() -> None:
    try:
        remove_running(os.getpid())
    except OSError as error:
        logging.getLogger(__name__).warning("the running file stays: %s", error)


class Demo:
    """The simulator as a child process, with a folder for this run's journal."""

    def __init__(self) -> None:
        self.folder = ""
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Demo:
        self.folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="tws-console-demo-"))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tws_console.simulator", "--port", "0", "--exit-with-stdin"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Closing its standard input ends the simulator; the freeze of its port ends with it."""
        process = self._process
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
        self._thaw()
        self._stack.close()

    def port(self) -> int:
        """Where it listens; waits for its first line. Raises RuntimeError when it does not come."""
        if not self._port:
            import json

            assert self._process is not None
            assert self._process.stdout is not None
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError(DEMO_REFUSED)
            self._port = int(json.loads(line)["listening"].rpartition(":")[2])
            self._thaw()
        return self._port

    def _thaw(self) -> None:
        """A demo starts unfrozen: a file that an earlier program left for this port means nothing."""
        from tws_console.config.freeze import RELEASE_PHRASE, FreezeFile

        if self._port:
            FreezeFile("127.0.0.1", self._port).release(RELEASE_PHRASE)
