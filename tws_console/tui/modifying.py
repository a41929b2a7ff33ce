"""What the key that changes an order leads to: two questions about it, then the engine. May import textual; not the
engine. Each dialog is imported when it is first needed.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tws_console.model.notice import Tone

if TYPE_CHECKING:
    from tws_console.model.order import Order
    from tws_console.rules.amend import Wish
    from tws_console.tui.app import ConsoleApp

log = logging.getLogger("tws_console.tui")


def ask_modify(app: ConsoleApp) -> None:
    """Ask what to change about the order as it is at this key press, or say why nothing can be."""
    from tws_console.tui.modals.modify import AmendModal

    engine, page = app.engine, app.page
    order = page.selected_order() if page is not None else None
    if engine is None or order is None:
        app.say(Tone.INFO, "No order is under the cursor: nothing was changed.")
        return
    if reason := engine.modifying.cannot(order):
        app.say(Tone.WARN, f"{_name(order)}: {reason[0].upper()}{reason[1:]}.")
        return

    def answered(wish: Wish | None) -> None:
        if wish is not None:
            # In a later turn: a second dialog must not open inside the closing of the first.
            app.call_after_refresh(_ask_again, app, order, wish)

    app.push_screen(AmendModal(order), answered)


def _ask_again(app: ConsoleApp, order: Order, wish: Wish) -> None:
    from tws_console.tui.modals.modify import ModifyModal

    def answered(yes: bool | None) -> None:
        if yes:
            app.keep(_modify(app, order, wish))

    app.push_screen(ModifyModal(order, wish), answered)


async def _modify(app: ConsoleApp, order: Order, wish: Wish) -> None:
    engine = app.engine
    if engine is None:
        return
    try:
        result = await engine.modifying.modify(order, wish)
    except Exception as error:
        # The task's end is nobody's business but the user's: whatever it was, the change may have been made.
        log.exception("change of %s", order.key)
        app.say(Tone.BAD, f"{_name(order)}: the change failed, it may or may not have been made: {error}")
        return
    if result.outcome == "modified":
        app.say(Tone.GOOD, f"{_name(result.order)}: changed")
    elif result.outcome != "unknown":
        # An unknown outcome has been told by the engine.
        app.say(Tone.WARN, f"{_name(order)}: {'not changed' if not result.sent else result.outcome}: {result.reason}")


def _name(order: Order) -> str:
    from tws_console.tui.views.orders import describe

    return f"{describe(order)} {order.key}"
