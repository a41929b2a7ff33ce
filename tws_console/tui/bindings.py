"""The one registry of actions and keys: bindings, footer, help page, palette and the README's key table are made of it.

Owns the order of all actions, which page has which key, and how keys are written. The actions themselves are data in
`tui.actions`, by what they are about. May import these only.
"""

from __future__ import annotations

from collections.abc import Iterable

from tws_console.tui.actions.emergency import EMERGENCY
from tws_console.tui.actions.kinds import Action, Where
from tws_console.tui.actions.look import LOOK
from tws_console.tui.actions.orders import ORDERS
from tws_console.tui.actions.pages import PAGES as PAGE_ACTIONS
from tws_console.tui.actions.places import PLACES

__all__ = [
    "ACTIONS",
    "BY_ID",
    "PAGES",
    "Action",
    "Where",
    "footer_of",
    "groups",
    "of",
    "shown_key",
    "shown_keys",
]

ACTIONS: tuple[Action, ...] = (*EMERGENCY, *ORDERS, *LOOK, *PAGE_ACTIONS, *PLACES)

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}

PAGES: tuple[tuple[str, str, str, str], ...] = (
    ("1", "trade", "Trade", "Trade"),
    ("2", "orders", "Orders", "Orders"),
    ("3", "positions", "Positions", "Posit"),
    ("9", "log", "Log", "Log"),
)
"""Key, mode, name and short name (below 110 columns) of each page, in the order of the tabs."""

_SHOWN = {
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "up": "up",
    "down": "dn",
    "shift+tab": "shift+tab",
}


def shown_key(key: str) -> str:
    """How a key is written on the screen: `ctrl+g` as `^G`, `escape` as `esc`."""
    if key.startswith("ctrl+") and len(key) == 6:
        return f"^{key[5:].upper()}"
    return _SHOWN.get(key, key)


def shown_keys(action: Action) -> str:
    """The keys of an action for the footer: all of a price field's letters, else the first."""
    if action.id == "ticket.take":
        return " ".join(action.keys)
    if action.id in {"confirm.no", "ticket.tick"}:
        return " ".join(shown_key(key) for key in action.keys[:2])
    return shown_key(action.keys[0]) if action.keys else ""


def of(*places: Where) -> tuple[Action, ...]:
    """The actions of these places in the registry's order."""
    return tuple(action for action in ACTIONS if action.where in places)


def footer_of(*places: Where) -> tuple[Action, ...]:
    """What a footer shows for these places, most used first."""
    return tuple(sorted((action for action in of(*places) if action.footer), key=lambda action: action.footer))


def groups(actions: Iterable[Action]) -> dict[str, list[Action]]:
    """Actions by group in the order of their first appearance."""
    found: dict[str, list[Action]] = {}
    for action in actions:
        found.setdefault(action.group, []).append(action)
    return found
