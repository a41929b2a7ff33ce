"""What the keys of the inbox and of the away page lead to: a question, then the engine. May import textual; not the
engine. Each dialog is imported when it is first needed.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tws_console.model.notice import Tone

if TYPE_CHECKING:
    from tws_console.model.recovery import Unresolved
    from tws_console.tui.app import ConsoleApp

log = logging.getLogger("tws_console.tui")


def ask_choice(app: ConsoleApp, choice: str) -> None:
    """Ask about the intent as it is at this key press; the answer is about that very one."""
    from tws_console.tui.modals.recovery import ChoiceModal
    from tws_console.tui.screens.inbox import InboxPage

    page = app.page
    one = page.selected if isinstance(page, InboxPage) else None
    if one is None:
        app.say(Tone.INFO, "No intent is under the cursor: nothing was done.")
        return
    fitting = [order for order in one.candidates if choice == "adopt" or order.live]
    if choice != "not-sent" and len(fitting) != 1:
        many = f"{len(fitting)} orders could be it: act on them in the list of orders."
        app.say(Tone.WARN, many if fitting else "No order at the broker could be it: look into TWS, then u.")
        return

    def answered(yes: bool | None) -> None:
        if yes:
            app.keep(_choose(app, choice, one))

    app.push_screen(ChoiceModal(choice, one), answered)


async def _choose(app: ConsoleApp, choice: str, one: Unresolved) -> None:
    engine, intent = app.engine, one.intent
    if engine is None:
        return
    words = f"{intent.symbol} {intent.action} {intent.quantity:f}"
    try:
        if choice == "adopt":
            order = await engine.recovery.adopt(intent.ulid, one.candidates[0].perm_id)
            app.say(Tone.GOOD, f"{words}: it is {order.key}")
        elif choice == "cancel":
            result = await engine.recovery.cancel(intent.ulid)
            done = result.outcome == "cancelled"
            app.say(Tone.GOOD if done else Tone.WARN, f"{words}: {result.outcome} {result.reason}".rstrip())
        else:
            await engine.recovery.mark_not_sent(intent.ulid)
            app.say(Tone.GOOD, f"{words}: marked not sent")
    except Exception as error:
        # The task's end is nobody's business but the user's: what was not done must be told.
        log.exception("choice %s about %s", choice, intent.ulid)
        app.say(Tone.BAD, f"{words}: nothing was decided: {error}")


def ask_acknowledge(app: ConsoleApp) -> None:
    """Ask whether the position changes that nothing explains are right."""
    from tws_console.tui.modals.recovery import AcknowledgeModal

    reason = app.session.reduce_only
    if app.engine is None or not reason:
        app.say(Tone.INFO, "Nothing waits to be acknowledged.")
        return

    def answered(yes: bool | None) -> None:
        # A change that came while the question was open is another question.
        if yes and app.engine is not None and app.session.reduce_only == reason:
            app.engine.reconciler.acknowledge()

    app.push_screen(AcknowledgeModal(reason), answered)
