"""Runs the console from start to exit status, also when the terminal hangs up. May import textual; not the engine.

A hang-up ends the screen at once; an emergency stop that is still being proved goes on without one (Textual 8.2.8 would
otherwise take the SIGCONT that follows a SIGHUP as a resume on a dead terminal: drivers/linux_driver.py).
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Mapping

from tws_console.tui.app import ConsoleApp

STOP_PATIENCE = 120.0
"""Seconds for which a stop may go on after the screen has gone."""
GRACE = 3.0
"""Seconds that the screen has to end by itself after a signal."""
ENDED_WITHOUT_STATUS = 1
log = logging.getLogger("tws_console.tui")


async def run_console(app: ConsoleApp, environ: Mapping[str, str] = os.environ) -> int:
    """The exit status. Any end that is not the user's own is not 0."""
    loop = asyncio.get_running_loop()
    signals = [
        number for name in ("SIGHUP", "SIGTERM", "SIGINT") if (number := getattr(signal, name, None)) is not None
    ]
    screen = loop.create_task(app.run_async(mouse="SSH_CONNECTION" not in environ))
    for number in signals:
        loop.add_signal_handler(number, _leave, app, number, screen)
    try:
        await screen
    except asyncio.CancelledError:
        log.error("the screen did not end by itself in %s s", GRACE)
    finally:
        await _finish(app)
        for number in signals:
            loop.remove_signal_handler(number)
    if isinstance(app.return_value, int):
        return app.return_value
    return app.return_code or ENDED_WITHOUT_STATUS


def _leave(app: ConsoleApp, number: int, screen: asyncio.Task[int | None]) -> None:
    """Ask the screen to end, and end it when it does not: whatever hangs in it must not keep the connection."""
    if hasattr(signal, "SIGCONT"):
        signal.signal(signal.SIGCONT, signal.SIG_IGN)
    app.leave(128 + number)
    asyncio.get_running_loop().call_later(GRACE, screen.cancel)


async def _finish(app: ConsoleApp) -> None:
    """Let a running stop reach its verdict, then close the engine."""
    engine = app.engine
    if engine is None:
        return
    try:
        if engine.stop.running and app.return_value:
            await engine.stop.wait(STOP_PATIENCE)
    except TimeoutError:
        log.error("the emergency stop is not proved after %s s without a screen", STOP_PATIENCE)
    finally:
        await engine.close()
