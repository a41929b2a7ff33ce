"""What the keys that cancel lead to: a question about orders as they are at the key press, then the engine.

May import textual; not the engine. Each dialog is imported when it is first needed.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tws_console.model.notice import Tone

if TYPE_CHECKING:
    from tws_console.model.order import Order
    from tws_console.model.order_scope import OrderScope
    from tws_console.tui.app import ConsoleApp
    from tws_console.tui.modals.dialog import Dialog
    from tws_console.tui.views.selection import Facts

NO_ORDER = "No order is under the cursor: nothing was cancelled."
log = logging.getLogger("tws_console.tui")


def ask_cancel(app: ConsoleApp) -> None:
    """Ask about the marked orders, or the one under the cursor, as they are at this key press; the answer cancels
    those very orders.
    """
    page = app.page
    if page is None:
        return
    table, order = page.orders_pane, page.selected_order()
    if table is not None and table.marked:
        from tws_console.tui.modals.scope import marked_choice

        _ask_scope(app, [marked_choice(table.marked)])
        return
    if order is None:
        app.say(Tone.INFO, NO_ORDER)
        return
    facts = page.facts()

    def answered(yes: bool | None) -> None:
        if yes:
            app.keep(_cancel(app, order))

    app.push_screen(_cancel_question(order, facts), answered)


def ask_cancel_scope(app: ConsoleApp) -> None:
    """Ask which orders to cancel: the marked ones, or those that share something with the order under the cursor at
    this key press.
    """
    from tws_console.tui.modals.scope import choices, marked_choice

    page = app.page
    table = page.orders_pane if page is not None else None
    if table is None or (table.order is None and not table.marked):
        app.say(Tone.INFO, NO_ORDER)
        return
    marked = [marked_choice(table.marked)] if table.marked else []
    _ask_scope(app, [*marked, *(choices(table.order) if table.order is not None else ())])


def _ask_scope(app: ConsoleApp, offered: list[tuple[str, OrderScope]]) -> None:
    from tws_console.tui.modals.scope import ScopeModal

    page = app.page
    table = page.orders_pane if page is not None else None
    if page is None or table is None:
        return

    def answered(scope: OrderScope | None) -> None:
        if scope is not None and _fire_at(app, scope) and scope.keys:
            # They were marked for this one answer; the proof page follows them from here on.
            table.clear_marks()

    app.push_screen(ScopeModal(offered, page.facts().orders, table.unseen), answered)


def _fire_at(app: ConsoleApp, scope: OrderScope) -> bool:
    """Cancel the orders of a scope and show how far it is; False when the engine refuses, which is told."""
    engine = app.engine
    if engine is None:
        return False
    try:
        engine.stop.fire_at(scope)
    except ValueError as error:
        app.say(Tone.WARN, str(error))
        return False
    app.switch_mode("proof")
    return True


def _cancel_question(order: Order, facts: Facts) -> Dialog[bool]:
    """The question about a cancel from here, about one under another client id, or why there is none."""
    from tws_console.rules.capability import CANCEL, TAKEOVER
    from tws_console.tui.modals.cancel import CancelModal
    from tws_console.tui.modals.takeover import TakeoverModal

    found = facts.capability(order)
    elsewhere = TAKEOVER in found.can or (CANCEL in found.can and order.client_id != facts.client_id)
    return TakeoverModal(order, facts.orders) if elsewhere else CancelModal(order, found, facts.orders)


async def _cancel(app: ConsoleApp, order: Order) -> None:
    from tws_console.tui.views.orders import describe

    engine = app.engine
    if engine is None:
        return
    try:
        # What a takeover does, to manual orders too, stood in the question that was answered with yes.
        result = await engine.cancels.cancel(order, agreed=True)
    except Exception as error:
        # The task's end is nobody's business but the user's: whatever it was, the order may still be live.
        log.exception("cancel of %s", order.key)
        app.say(Tone.BAD, f"{describe(order)}: the cancel failed, the order may be live: {error}")
        return
    if result.outcome == "cancelled":
        app.say(Tone.GOOD, f"{describe(order)}: cancelled")
    elif result.reason:
        app.say(Tone.WARN, f"{describe(order)}: {result.outcome}: {result.reason}")
