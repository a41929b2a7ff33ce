"""Where the panes of the trade page stand. Pure: sizes in, rectangles out; imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass

WIDE = 110
"""From this width on the ticket stands beside the positions."""
HUGE = 160
"""From this width on there is a right column."""
ORDERS_SHARE = 0.57
"""Part of the height that the orders take over the positions."""
TICKET_ROWS = 13
"""Lines of the open ticket where it takes the lower pane."""
TICKET, TICKET_WITH_FOCUS = 46, 60
RIGHT_COLUMN = 60
TICKET_IN_COLUMN = 16


@dataclass(frozen=True, slots=True)
class Rect:
    """Cells from the page's top left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What decides the arrangement: the room between tabs and message line, and what is open."""

    width: int
    top: int
    height: int
    ticket_open: bool = False
    ticket_focused: bool = False
    alone: str = ""
    """The only pane to show: zoomed, or the one with the focus on the smallest terminals."""


def arrange(scene: Scene) -> dict[str, Rect]:
    """A rectangle for each pane that is shown; panes that are not named are hidden."""
    if scene.alone and not (scene.alone == "ticket" and scene.width >= HUGE):
        return {scene.alone: Rect(0, scene.top, scene.width, scene.height)}
    if scene.width >= HUGE:
        return _huge(scene)
    return _wide(scene) if scene.width >= WIDE else _narrow(scene)


def _orders_height(scene: Scene) -> int:
    return round((scene.height - 1) * ORDERS_SHARE)


def _stack(scene: Scene, width: int) -> tuple[dict[str, Rect], int, int]:
    """Orders and the line about the selected one; then the first line and the height of what is left."""
    orders = _orders_height(scene)
    found = {
        "orders": Rect(0, scene.top, width, orders),
        "selection": Rect(0, scene.top + orders, width, 1),
    }
    return found, scene.top + orders + 1, scene.height - orders - 1


def _narrow(scene: Scene) -> dict[str, Rect]:
    if scene.ticket_open:
        orders = max(4, min(_orders_height(scene), scene.height - TICKET_ROWS))
        below = scene.height - orders
        return {
            "orders": Rect(0, scene.top, scene.width, orders),
            "ticket": Rect(0, scene.top + orders, scene.width, below),
        }
    found, top, height = _stack(scene, scene.width)
    return {**found, "positions": Rect(0, top, scene.width, height)}


def _wide(scene: Scene) -> dict[str, Rect]:
    found, top, height = _stack(scene, scene.width)
    ticket = TICKET_WITH_FOCUS if scene.ticket_focused else TICKET
    left = scene.width - ticket - 1
    return {
        **found,
        "positions": Rect(0, top, left, height),
        "ticket": Rect(left + 1, top, ticket, height),
    }


def _huge(scene: Scene) -> dict[str, Rect]:
    left = scene.width - RIGHT_COLUMN - 1
    found, top, height = _stack(scene, left)
    ticket = min(TICKET_IN_COLUMN, scene.height // 2)
    return {
        **found,
        "positions": Rect(0, top, left, height),
        "divider": Rect(left, scene.top, 1, scene.height),
        "ticket": Rect(left + 1, scene.top, RIGHT_COLUMN, ticket),
        "messages": Rect(left + 1, scene.top + ticket, RIGHT_COLUMN, scene.height - ticket),
    }
