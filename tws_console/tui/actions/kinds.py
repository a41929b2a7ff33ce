"""The shape of an action, and the places where keys work. Imports the standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """Where a key works."""

    EVERYWHERE = "everywhere"
    """Also in fields, dialogs, the palette, the connect page and on a terminal that is too small."""
    PAGES = "pages"
    """On every page while no field has the focus."""
    TABLES = "tables"
    ORDERS = "orders"
    POSITIONS = "positions"
    TICKET = "ticket"
    DIALOGS = "dialogs"
    STOP_BAR = "stop bar"
    PROOF = "proof"
    INBOX = "inbox"
    AWAY = "away"
    CONNECT = "connect"
    PALETTE_ONLY = "palette only"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a user can do.

    `keys` are key names of the terminal library, first the one to show. `label` is the word in footer and help,
    `sentence` what palette, help and README say. `method` is the name after `action_` on the app, empty when the place
    itself (table, form, dialog, stop bar) handles the key. `footer` orders it in the footer, 0 keeps it out.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    sentence: str
    where: Where
    group: str
    method: str = ""
    footer: int = 0
