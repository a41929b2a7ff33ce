"""The one registry of actions and keys: bindings, footer, help page, palette and the README's key table are made of it.

Owns action ids, keys, labels and sentences. May not import textual, rich or anything of ours: it is data.
"""

from __future__ import annotations

from collections.abc import Iterable
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


W = Where

ACTIONS: tuple[Action, ...] = (
    Action(
        "app.stop",
        ("ctrl+g", "f8"),
        "stop all + enter",
        "Open the red bar; enter then cancels every open order of every client and freezes entry.",
        W.EVERYWHERE,
        "Emergency",
        "stop",
    ),
    Action(
        "stop.send",
        ("enter",),
        "send the stop",
        "Send it, while the red bar is open. Every other key closes the bar.",
        W.STOP_BAR,
        "Emergency",
    ),
    Action(
        "freeze.release",
        (),
        "release the freeze",
        "Let orders be placed again after an emergency stop; asks for the phrase resume trading.",
        W.PALETTE_ONLY,
        "Emergency",
        "release_freeze",
    ),
    Action(
        "live.arm",
        (),
        "arm a live account",
        "Let orders for a live account out in this run; asks for a phrase that names the account.",
        W.PALETTE_ONLY,
        "Emergency",
        "arm_live",
    ),
    Action(
        "live.disarm",
        (),
        "disarm",
        "Keep every order for a live account back again; working orders stay.",
        W.PALETTE_ONLY,
        "Emergency",
        "disarm_live",
    ),
    Action(
        "panic.copy",
        (),
        "copy the panic command",
        "Copy the emergency command for another shell, with host and port.",
        W.PALETTE_ONLY,
        "Emergency",
        "copy_panic_command",
    ),
    Action(
        "ticket.buy",
        ("b",),
        "buy",
        "Fill a buy ticket from the row under the cursor.",
        W.TABLES,
        "Orders",
        "ticket('BUY')",
        1,
    ),
    Action(
        "ticket.sell",
        ("s",),
        "sell",
        "Fill a sell ticket from the row under the cursor.",
        W.TABLES,
        "Orders",
        "ticket('SELL')",
        2,
    ),
    Action(
        "orders.modify",
        ("m",),
        "modify",
        "Change size, prices or TIF of the own order under the cursor, after a question.",
        W.ORDERS,
        "Orders",
        "modify_order",
        3,
    ),
    Action(
        "orders.cancel",
        ("c",),
        "cancel",
        "Cancel the order under the cursor, or the marked ones, after a question.",
        W.ORDERS,
        "Orders",
        "cancel_order",
        3,
    ),
    Action(
        "positions.close",
        ("x",),
        "close",
        "Fill a ticket that closes the position under the cursor and can do nothing else.",
        W.POSITIONS,
        "Orders",
        "close_position",
        3,
    ),
    Action(
        "positions.flatten",
        ("X",),
        "flatten",
        "Close this position, those of its account, or all, after a question; passes the freeze.",
        W.POSITIONS,
        "Orders",
        "flatten",
        4,
    ),
    Action(
        "orders.cancel-scope",
        ("C",),
        "cancel several",
        "Cancel the marked orders, or all of a symbol, a client, an account or a side, after a question.",
        W.ORDERS,
        "Orders",
        "cancel_scope",
    ),
    Action(
        "table.mark",
        ("space",),
        "mark",
        "Mark the order under the cursor, or take its mark away: c and C then act on all marked orders.",
        W.ORDERS,
        "Orders",
        "mark('row')",
        5,
    ),
    Action(
        "table.mark-shown",
        ("*",),
        "mark all",
        "Mark every order that the table shows.",
        W.ORDERS,
        "Orders",
        "mark('shown')",
    ),
    Action(
        "table.unmark",
        ("escape",),
        "clear marks",
        "Take all marks away.",
        W.ORDERS,
        "Orders",
        "mark('none')",
    ),
    Action(
        "table.problem",
        ("n",),
        "problem",
        "Go to the next row that needs a look, across panes.",
        W.TABLES,
        "Look",
        "problem(1)",
        4,
    ),
    Action(
        "table.problem-previous",
        ("N",),
        "previous problem",
        "Go to the previous row that needs a look, across panes.",
        W.TABLES,
        "Look",
        "problem(-1)",
    ),
    Action(
        "table.move",
        ("j", "k", "down", "up", "g", "G", "home", "end", "pageup", "pagedown"),
        "move, g G ends",
        "Move the cursor; g and G go to the first and the last row.",
        W.TABLES,
        "Look",
    ),
    Action(
        "pane.zoom",
        ("z",),
        "zoom pane",
        "Give the whole page to the pane with the focus, and back.",
        W.PAGES,
        "Look",
        "zoom",
    ),
    Action(
        "table.copy",
        ("y",),
        "copy text",
        "Copy the row under the cursor as text.",
        W.TABLES,
        "Look",
        "copy_row(False)",
    ),
    Action(
        "table.copy-json",
        ("Y",),
        "copy JSON",
        "Copy the row under the cursor as JSON.",
        W.TABLES,
        "Look",
        "copy_row(True)",
    ),
    Action(
        "app.refresh",
        ("r",),
        "refresh now",
        "Ask for the full list of open orders now; with the link down, try to connect now.",
        W.PAGES,
        "Look",
        "refresh_now",
    ),
    Action(
        "pane.next",
        ("tab",),
        "pane",
        "Move the focus to the next pane.",
        W.PAGES,
        "Everywhere",
        "next_pane(1)",
        7,
    ),
    Action(
        "pane.previous",
        ("shift+tab",),
        "previous pane",
        "Move the focus to the previous pane.",
        W.PAGES,
        "Everywhere",
        "next_pane(-1)",
    ),
    Action("app.page-1", ("1",), "Trade", "Page 1: orders, positions and ticket.", W.PAGES, "Pages", "page('trade')"),
    Action("app.page-2", ("2",), "Orders", "Page 2: all open orders.", W.PAGES, "Pages", "page('orders')"),
    Action(
        "app.page-3",
        ("3",),
        "Positions",
        "Page 3: the account in full and all positions.",
        W.PAGES,
        "Pages",
        "page('positions')",
    ),
    Action("app.page-9", ("9",), "Log", "Page 9: all messages of this session.", W.PAGES, "Pages", "page('log')"),
    Action(
        "app.pages",
        ("0",),
        "all pages",
        "List every page, those without a number too.",
        W.PAGES,
        "Pages",
        "palette('pages')",
    ),
    Action(
        "app.inbox",
        ("i",),
        "inbox",
        "Page: orders of earlier runs whose fate is not known, with evidence and three choices.",
        W.PAGES,
        "Pages",
        "page('inbox')",
    ),
    Action(
        "app.away",
        ("A",),
        "while away",
        "Page: what happened while nobody looked: fills, orders gone, new and changed, positions.",
        W.PAGES,
        "Pages",
        "page('away')",
    ),
    Action(
        "inbox.adopt",
        ("a",),
        "adopt",
        "The order at the broker that could be it is it; asks first.",
        W.INBOX,
        "Inbox",
        "choose('adopt')",
        1,
    ),
    Action(
        "inbox.cancel",
        ("c",),
        "cancel",
        "Cancel the one order at the broker that could be it, or nothing; asks first.",
        W.INBOX,
        "Inbox",
        "choose('cancel')",
        2,
    ),
    Action(
        "inbox.not-sent",
        ("u",),
        "not sent",
        "It never became an order; asks first.",
        W.INBOX,
        "Inbox",
        "choose('not-sent')",
        3,
    ),
    Action(
        "away.acknowledge",
        ("enter",),
        "it is right",
        "Take the position changes that no fill explains as right, so that entry may do more than reduce; asks first.",
        W.AWAY,
        "Away",
        "acknowledge_changes",
        1,
    ),
    Action("proof.positions", ("enter",), "positions", "Once a verdict stands: go to the positions.", W.PROOF, "Proof"),
    Action("proof.copy", ("y",), "copy report", "Copy the whole report as text.", W.PROOF, "Proof"),
    Action("proof.reconnect", ("r",), "reconnect now", "While the link is down: try to connect now.", W.PROOF, "Proof"),
    Action("proof.back", ("escape",), "back", "Back to the trade page; a running stop goes on.", W.PROOF, "Proof"),
    Action("app.next-page", (">",), "next page", "Go to the next page.", W.PAGES, "Pages", "turn_page(1)"),
    Action("app.previous-page", ("<",), "previous page", "Go to the previous page.", W.PAGES, "Pages", "turn_page(-1)"),
    Action(
        "app.palette",
        ("ctrl+p", "f9"),
        "palette",
        "All actions with key and sentence.",
        W.EVERYWHERE,
        "Everywhere",
        "palette",
        5,
    ),
    Action(
        "app.help",
        ("?", "f1"),
        "help",
        "Keys of this pane and what the signs mean.",
        W.EVERYWHERE,
        "Everywhere",
        "help",
        6,
    ),
    Action(
        "app.quit",
        ("q", "ctrl+q"),
        "quit",
        "Leave; asks when something is staged, unknown or stopping, or a draft has edits.",
        W.PAGES,
        "Everywhere",
        "ask_quit",
        8,
    ),
    Action("theme.dark", (), "dark theme", "Switch to the dark theme.", W.PALETTE_ONLY, "Theme", "use_theme('dark')"),
    Action(
        "theme.light", (), "light theme", "Switch to the light theme.", W.PALETTE_ONLY, "Theme", "use_theme('light')"
    ),
    Action(
        "theme.mono",
        (),
        "mono theme",
        "Switch to the theme without colours.",
        W.PALETTE_ONLY,
        "Theme",
        "use_theme('mono')",
    ),
    Action(
        "ticket.review", ("enter",), "review", "Check the ticket and ask before sending.", W.TICKET, "Ticket", "", 1
    ),
    Action(
        "ticket.close",
        ("escape",),
        "close, keeps draft",
        "Close the ticket; the draft stays.",
        W.TICKET,
        "Ticket",
        "",
        2,
    ),
    Action(
        "ticket.choose",
        ("space", "right", "left"),
        "choose",
        "Take the next or the previous word of a field with a list; a letter goes to its word.",
        W.TICKET,
        "Ticket",
        "",
        3,
    ),
    Action(
        "ticket.tick",
        ("up", "down", "pageup", "pagedown"),
        "tick",
        "Move a price by one tick, or ten with pgup and pgdn.",
        W.TICKET,
        "Ticket",
        "",
        4,
    ),
    Action(
        "ticket.take",
        ("b", "a", "m", "l"),
        "bid ask mid last",
        "Take the bid, ask, middle or last price (in a price field).",
        W.TICKET,
        "Ticket",
        "",
        5,
    ),
    Action("ticket.side", ("f2",), "side", "Switch between buy and sell.", W.TICKET, "Ticket", "", 6),
    Action("confirm.yes", ("y",), "yes", "Answer yes.", W.DIALOGS, "Dialogs", "", 1),
    Action("confirm.no", ("enter", "escape", "n"), "no", "Answer no.", W.DIALOGS, "Dialogs", "", 2),
    Action("confirm.edit", ("e",), "edit", "Back to the ticket.", W.DIALOGS, "Dialogs", "", 3),
    Action(
        "confirm.what-if", ("w",), "ask what-if again", "Ask TWS for the margin again.", W.DIALOGS, "Dialogs", "", 4
    ),
    Action("connect.retry", ("r",), "retry", "Try to connect now.", W.CONNECT, "Connect", "retry_now", 1),
    Action(
        "connect.demo",
        ("d",),
        "demo",
        "Open the demo with its own simulated market.",
        W.CONNECT,
        "Connect",
        "demo",
        2,
    ),
    Action(
        "connect.free-id",
        ("f",),
        "free id",
        "While the client id is in use: connect under a free one of the profile's other ids.",
        W.CONNECT,
        "Connect",
        "use_spare_id",
        3,
    ),
)

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
