"""Makes the README's picture from the running demo: `python -m tests.picture` writes docs/console.svg."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

SIZE = (120, 36)
SECONDS = 30.0
TARGET = Path(__file__).parents[1] / "docs" / "console.svg"


async def main() -> None:
    """Start the demo, place one order by the keys a newcomer would press, and keep what is on the screen."""
    from tws_console.bootstrap import PROGRAM
    from tws_console.cli.wiring import ConsoleOptions
    from tws_console.config.themes import load_theme
    from tws_console.console import Demo, engine_builder, first_look
    from tws_console.tui.app import ConsoleApp

    options = ConsoleOptions({}, demo=True)
    state, theme = first_look(PROGRAM, options)
    with Demo() as demo:
        app = ConsoleApp(engine_builder(PROGRAM, options, demo), state, load_theme, theme=theme)
        async with app.run_test(size=SIZE) as pilot:

            async def shows(condition: str) -> None:
                async with asyncio.timeout(SECONDS):
                    while condition not in app.export_screenshot().replace("&#160;", " "):
                        await pilot.pause(0.1)

            await shows("Positions 10")
            await shows("+9.0")
            await pilot.press("b")
            await shows("adding")
            await pilot.pause(1.2)
            TARGET.parent.mkdir(exist_ok=True)
            TARGET.write_text(app.export_screenshot(title="tws-console --demo"), encoding="utf-8")
        if app.engine is not None:
            await app.engine.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["TWS_CONSOLE_HOME"] = home
        asyncio.run(main())
