"""What the keys about positions and live accounts lead to: closing tickets, flattening, arming.

May import textual; not the engine. Each dialog is imported when it is first needed.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tws_console.model.notice import Tone
from tws_console.rules.live import contradictions
from tws_console.tui.views.formats import clean

if TYPE_CHECKING:
    from tws_console.tui.app import ConsoleApp
    from tws_console.tui.modals.flatten import Flattening

log = logging.getLogger("tws_console.tui")


async def close_position(app: ConsoleApp) -> None:
    """A ticket that closes exactly the position under the cursor, on the trade page."""
    page = app.page
    held = page.selected_position() if page is not None else None
    if held is None or not held.quantity:
        app.say(Tone.INFO, "No position to close is under the cursor.")
        return
    if app.current_mode != "trade":
        await app.switch_mode("trade")
    if app.trade_page is not None:
        app.trade_page.open_closing_ticket(held)


def ask_flatten(app: ConsoleApp) -> None:
    """Ask which positions to close; the answer closes those that were shown."""
    from tws_console.tui.modals.flatten import FlattenModal, scopes

    engine, page = app.engine, app.page
    if engine is None or page is None:
        return
    if not engine.portfolio.loaded:
        app.say(Tone.WARN, "Positions not loaded: nothing can be closed. r asks again.")
        return
    held = [row for row in engine.portfolio.positions.values() if row.quantity]
    if not held:
        app.say(Tone.INFO, "No positions: nothing to close.")
        return

    def answered(result: Flattening | None) -> None:
        if result is not None:
            app.keep(_flatten(app, result))

    app.push_screen(FlattenModal(scopes(page.selected_position(), held)), answered)


async def _flatten(app: ConsoleApp, wanted: Flattening) -> None:
    """Each position is told by the engine as it ends; of several the whole is told here."""
    engine, count = app.engine, len(wanted.positions)
    if engine is None:
        return
    app.say(Tone.INFO, f"closing {count} position{'' if count == 1 else 's'}")
    try:
        results = await engine.flatten.close_all(wanted.positions, wanted.how)
    except Exception as error:
        log.exception("flatten")
        app.say(Tone.BAD, f"flatten failed, orders may be live: {error}. Look at the list before anything else.")
        return
    left = [clean(result.instrument.name) for result in results if result.outcome != "closed"]
    if left and count > 1:
        app.say(Tone.BAD, f"{count - len(left)} of {count} closed, not proved closed: {', '.join(left)}. 9 tells why.")
    elif count > 1:
        app.say(Tone.GOOD, f"all {count} closed")


def ask_arm(app: ConsoleApp) -> None:
    """Ask for the phrase that lets orders out on a live account; the engine checks it."""
    from tws_console.tui.modals.arm import ArmModal

    engine = app.engine
    if engine is None:
        return
    if reason := engine.arming.refusal():
        app.say(Tone.WARN, f"Nothing can be armed: {reason}")
        return

    def answered(phrase: str | None) -> None:
        if not phrase:
            return
        try:
            engine.arming.arm(phrase)
        except ValueError as error:
            app.say(Tone.BAD, str(error))

    app.push_screen(ArmModal(engine.arming.phrases(), contradictions(app.session)), answered)


def disarm(app: ConsoleApp) -> None:
    """Keep orders for live accounts back again."""
    if app.engine is None or not app.session.armed:
        app.say(Tone.INFO, "Nothing is armed.")
        return
    app.engine.arming.disarm()
