"""A console over the engine's double in a process of its own, for tests that own its terminal."""

from __future__ import annotations

import asyncio
import sys

from tests.tui.console import BEFORE
from tests.tui.fake_engine import FakeEngine
from tws_console.config.themes import load_theme
from tws_console.tui.app import ConsoleApp
from tws_console.tui.output import driver_class, writer
from tws_console.tui.run import run_console

if __name__ == "__main__":
    if len(sys.argv) > 1:
        writer.BACKLOG = int(sys.argv[1])
    app = ConsoleApp(FakeEngine, BEFORE, load_theme, driver=driver_class())
    sys.exit(asyncio.run(run_console(app)))
