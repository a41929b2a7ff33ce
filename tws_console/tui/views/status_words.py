"""The glyph, word and tone of every state of an order. Pure; imports model and views only.

The glyph is the class of a state, the word its detail; both together take 13 cells.
"""

from __future__ import annotations

import re
from decimal import Decimal

from tws_console.model.order import Order, Status
from tws_console.tui.views.cells import Cell, Span

S = Status

_WORDS: dict[Status, tuple[str, str, str, str]] = {
    S.WORKING: ("●", "Working", "up", "text"),
    S.PARTIAL: ("●", "Partial", "up", "text"),
    S.ACCEPTED: ("○", "Accepted", "muted", "muted"),
    S.HELD: ("○", "Held", "muted", "muted"),
    S.UNTRIGGERED: ("○", "Untriggered", "muted", "muted"),
    S.WAIT_PARENT: ("○", "Wait parent", "muted", "muted"),
    S.STAGED: ("◊", "Staged", "staged", "staged"),
    S.UNKNOWN: ("?", "Unknown", "unknown", "unknown"),
    S.UNVERIFIED: ("?", "Unverified", "warn", "warn"),
    S.GONE: ("?", "Gone", "warn", "warn"),
    S.SENDING: ("→", "Sending", "text", "text"),
    S.SENT: ("→", "Sent", "text", "text"),
    S.MODIFYING: ("→", "Modifying", "text", "text"),
    S.CANCELLING: ("→", "Cancelling", "warn", "warn"),
    S.STILL_LIVE: ("!", "Still live", "danger", "danger"),
    S.WAIT_LOCATE: ("!", "Wait locate", "warn", "warn"),
    S.INACTIVE: ("!", "Inactive", "warn", "warn"),
    S.TWIN: ("!", "Twin", "danger", "danger"),
    S.FILLED: ("✓", "Filled", "muted", "muted"),
    S.CANCELLED: ("×", "Cancelled", "muted", "muted"),
    S.EXPIRED: ("×", "Expired", "muted", "muted"),
    S.REJECTED: ("✗", "Rejected", "danger", "danger"),
}
"""Glyph, word, tone of the glyph, tone of the word."""

_STANDS_WHEN_STALE = frozenset({S.UNKNOWN, S.STAGED})
"""States that are ours and not the broker's word, so a lost link does not age them."""

GLYPH_LEGEND: tuple[tuple[str, str, str], ...] = (
    ("●", "up", "live"),
    ("○", "muted", "not at market"),
    ("◊", "staged", "staged"),
    ("→", "text", "in flight"),
    ("✓", "muted", "filled"),
    ("×", "muted", "cancelled"),
    ("✗", "danger", "rejected"),
    ("!", "warn", "look here"),
    ("?", "unknown", "unknown"),
    ("~", "warn", "last known, not confirmed"),
)
"""Glyph, tone and meaning, for the help page."""

_TIME = re.compile(r"\b([0-2]\d:[0-5]\d)")


def filled_percent(order: Order) -> str:
    """`30%` of the quantity, rounded down; empty when it is not known."""
    if order.filled is None or not order.quantity:
        return ""
    return f"{int(order.filled / order.quantity * Decimal(100))}%"


def word(order: Order) -> str:
    """The word with its detail: `Partial 30%`, `Held 09:30`."""
    plain = _WORDS[order.status][1]
    if order.status is S.PARTIAL:
        return f"{plain} {filled_percent(order)}".rstrip()
    if order.status is S.HELD and (found := _TIME.search(order.reason)):
        return f"{plain} {found.group(1)}"
    return plain


def status_cell(order: Order) -> Cell:
    """Glyph and word; `~` in front of a state that is only last known."""
    glyph, _, glyph_tone, tone = _WORDS[order.status]
    if order.stale and order.status not in _STANDS_WHEN_STALE:
        return Cell((Span("~", "warn", True), Span(" " + word(order), tone if tone in {"warn", "danger"} else "stale")))
    if order.status is S.UNKNOWN:
        return Cell((Span(glyph, "unknown_ink", True, "unknown"), Span(" " + word(order), "unknown", True)))
    return Cell((Span(glyph, glyph_tone), Span(" " + word(order), tone)))
