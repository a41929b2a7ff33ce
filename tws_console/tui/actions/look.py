"""What moves and copies in tables and looks anew; it changes nothing at the broker. Data; imports the shape only."""

from __future__ import annotations

from tws_console.tui.actions.kinds import Action
from tws_console.tui.actions.kinds import Where as W

LOOK: tuple[Action, ...] = (
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
)
