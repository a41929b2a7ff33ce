"""The modes of the app, one per page, and what help and palette ask of a screen. May import textual; not the engine.

Pages are imported when they are first shown, so that the first paint waits for none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeGuard

from textual.app import App
from textual.screen import Screen

from tws_console.tui.bindings import Where
from tws_console.tui.screens.connect import ConnectPage

if TYPE_CHECKING:
    from tws_console.tui.screens.page import Page
    from tws_console.tui.screens.trade import TradePage


def _trade() -> Screen[Any]:
    from tws_console.tui.screens.trade import TradePage

    return TradePage()


def _orders() -> Screen[Any]:
    from tws_console.tui.screens.orders import OrdersPage

    return OrdersPage()


def _positions() -> Screen[Any]:
    from tws_console.tui.screens.positions import PositionsPage

    return PositionsPage()


def _log() -> Screen[Any]:
    from tws_console.tui.screens.log import LogPage

    return LogPage()


def _inbox() -> Screen[Any]:
    from tws_console.tui.screens.inbox import InboxPage

    return InboxPage()


def _away() -> Screen[Any]:
    from tws_console.tui.screens.away import AwayPage

    return AwayPage()


def _proof() -> Screen[Any]:
    from tws_console.tui.screens.proof import ProofScreen

    return ProofScreen()


FIRST = "connect"
"""The mode that the app begins with. Its page is the app's default screen: for any other one Textual parses all styles
a second time before the first paint.
"""

MODES: dict[str, Callable[[], Screen[Any]]] = {
    "trade": _trade,
    "orders": _orders,
    "positions": _positions,
    "log": _log,
    "inbox": _inbox,
    "away": _away,
    "proof": _proof,
}


def is_page(screen: object) -> TypeGuard[Page]:
    """Whether a screen is a page with panes; asked without importing any."""
    return getattr(screen, "is_page", False) is True


def where(screen: Screen[Any]) -> tuple[tuple[Where, ...], str]:
    """Where keys work on a screen, and the name of its pane."""
    if is_page(screen) or isinstance(screen, ConnectPage):
        return screen.places, screen.pane_name
    return (Where.PROOF, Where.EVERYWHERE), ""


def existing_trade_page(app: App[Any]) -> TradePage | None:
    """The trade page once it has been up: it keeps the draft of the ticket."""
    from tws_console.tui.screens.trade import TradePage

    for stack in app._screen_stacks.values():
        for screen in stack:
            if isinstance(screen, TradePage):
                return screen
    return None
