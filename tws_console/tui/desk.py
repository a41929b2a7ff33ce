"""What the app's keys lead to: tickets, leaving, releasing, and what is copied.

May import textual; not the engine. Each dialog is imported when it is first needed: the first paint waits for none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tws_console.model.notice import Tone
from tws_console.tui import modes
from tws_console.tui.bindings import Action

if TYPE_CHECKING:
    from tws_console.tui.app import ConsoleApp


async def open_ticket(app: ConsoleApp, side: str) -> None:
    """A ticket from the row under the cursor, on the trade page."""
    page = app.page
    if page is None:
        return
    order, position = page.selected_order(), page.selected_position()
    found = order or position
    if app.current_mode != "trade":
        await app.switch_mode("trade")
    trade = app.trade_page
    if trade is not None:
        trade.open_ticket(side, found.instrument if found else None, order, position)


async def next_problem(app: ConsoleApp, step: int) -> None:
    """Go to the next order that needs a look; a page without orders gives way to the one that has them all."""
    page = app.page
    if page is None:
        return
    if not page.has_orders:
        await app.switch_mode("orders")
        page = app.page
    if page is not None and not page.next_problem(step):
        app.say(Tone.INFO, "No order needs a look.")


def ask_quit(app: ConsoleApp) -> None:
    """Leave, after a question when something is unsettled."""
    from tws_console.model.order import Status
    from tws_console.tui.modals.quit import QuitModal, unsettled

    engine, trade = app.engine, app.trade_page
    orders = engine.book.live() if engine is not None else ()
    reasons = unsettled(
        orders,
        stopping=engine is not None and engine.stop.running,
        draft_edited=trade is not None and trade.form.edited,
    )
    if not reasons:
        app.leave(0)
        return

    def answered(yes: bool | None) -> None:
        if yes:
            app.leave(0)

    if not app.screen.is_modal:
        app.push_screen(QuitModal(reasons, sum(order.status is not Status.STAGED for order in orders)), answered)


def ask_release(app: ConsoleApp) -> None:
    """Ask for the phrase that ends the freeze; the engine checks it."""
    from tws_console.tui.modals.release import ReleaseModal
    from tws_console.tui.views import formats

    engine = app.engine
    if engine is None or not app.session.frozen:
        app.say(Tone.INFO, "Entry is not frozen.")
        return

    def answered(phrase: str | None) -> None:
        if not phrase:
            return
        try:
            engine.stop.release(phrase)
        except (ValueError, OSError) as error:
            app.say(Tone.BAD, f"The freeze stays: {error}")

    app.push_screen(ReleaseModal(formats.moment(app.session.frozen_since, app.now())), answered)


def copy_row(app: ConsoleApp, as_json: bool) -> None:
    """The row under the cursor to the clipboard, through the terminal (OSC 52)."""
    text = app.page.copied(as_json) if app.page is not None else ""
    if text:
        app.copy_to_clipboard(text)
        app.say(Tone.INFO, "Copied the row as JSON." if as_json else "Copied the row.")


def copy_panic_command(app: ConsoleApp) -> None:
    """The whole emergency command for another shell."""
    command = f"tws-console panic --host {app.session.host} --port {app.session.port}"
    app.copy_to_clipboard(command)
    app.say(Tone.INFO, f"Copied: {command}")


def show_help(app: ConsoleApp) -> None:
    """The keys of the pane with the focus."""
    from tws_console.tui.modals.help import HelpModal

    if not app.screen.is_modal:
        app.push_screen(HelpModal(*modes.where(app.screen)))


def show_palette(app: ConsoleApp, typed: str = "") -> None:
    """All actions, or those that hold the typed words; the chosen one is carried out once the palette has gone."""
    from tws_console.tui.commands import CommandPalette

    def chosen(action: Action | None) -> None:
        if action is not None:
            # In a later turn: a second dialog must not open inside the closing of the first.
            app.call_after_refresh(app.run_action, f"app.{action.method}")

    if not app.screen.is_modal:
        app.push_screen(CommandPalette(modes.where(app.screen)[0], typed, "app.pages" if typed else ""), chosen)
