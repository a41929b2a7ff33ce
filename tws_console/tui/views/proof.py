"""The orders of a stop: one row each, their title, and the whole report as text. Pure; imports model and views only."""

from __future__ import annotations

import re
from decimal import Decimal

from tws_console.model.ids import Owner
from tws_console.model.order import Witness
from tws_console.model.stop import Outcome, StopLine, StopReport
from tws_console.tui.views import formats
from tws_console.tui.views.cells import UNKNOWN, UNSET, Cell, Row, Span, cell
from tws_console.tui.views.columns import Align, Column, Cut
from tws_console.tui.views.formats import clean
from tws_console.tui.views.titles import Title

COLUMNS = (
    Column("symbol", "Symbol", 1, 9, 18, cut=Cut.MIDDLE, always=True),
    Column("left", "Left", 3, 7, 9, Align.RIGHT, always=True),
    Column("owner", "Owner", 4, 6, 6, cut=Cut.END, always=True),
    Column("outcome", "Outcome", 5, 13, 13, cut=Cut.END, always=True),
    Column("detail", "Detail", 7, 16, 90, cut=Cut.END, rest=True),
    Column("side", "Side", 2, 4, 4, cut=Cut.END),
    Column("perm", "permId", 0, 10, 19, Align.RIGHT, cut=Cut.MIDDLE),
    Column("ms", "ms", 6, 5, 7, Align.RIGHT),
)
"""What is being done about an order is worth more than its number, which is cut in the middle where room is short."""

_WORDS: dict[Outcome, tuple[str, str, str, bool]] = {
    Outcome.LIVE: ("●", "still live", "danger", True),
    Outcome.UNKNOWN: ("?", "unknown", "unknown", True),
    Outcome.FILLED: ("!", "FILLED", "warn", True),
    Outcome.PARTLY_FILLED: ("!", "part filled", "warn", True),
    Outcome.LATER: ("○", "later", "muted", False),
    Outcome.GONE: ("?", "gone", "warn", False),
    Outcome.CANCELLED: ("✓", "cancelled", "up", False),
}
_RANK = {outcome: rank for rank, outcome in enumerate(_WORDS)}
_TIME = re.compile(r"\b([0-2]\d:[0-5]\d)")


def ordered(report: StopReport) -> list[StopLine]:
    """What may still be live first, then unknown, fills, later, gone, ended."""
    return sorted(report.orders, key=lambda item: _RANK[item.outcome])


def proof_row(item: StopLine) -> Row:
    """One order of the stop."""
    glyph, word, tone, bold = _WORDS[item.outcome]
    if item.outcome is Outcome.LATER and (found := _TIME.search(item.reason)):
        word = f"later {found[1]}"
    own = item.owner is Owner.OWN
    cells = {
        "perm": cell(str(item.perm_id), "muted") if item.perm_id else UNSET,
        "symbol": cell(clean(item.symbol)),
        "side": cell(item.action, "up" if item.action == "BUY" else "down"),
        "left": _left(item),
        "owner": cell(_owner(item), "text" if own else "foreign"),
        "outcome": Cell((Span(f"{glyph} {word}", tone, bold),)),
        "ms": cell(f"{item.ms:,.0f}") if item.ms is not None else UNSET,
        "detail": cell(detail(item), "muted"),
    }
    return Row(item.key, cells)


def _left(item: StopLine) -> Cell:
    if item.quantity is None:
        return UNKNOWN
    done = Decimal(0) if item.outcome is Outcome.FILLED or item.filled is None else item.filled
    return cell(formats.quantity(item.quantity - done))


def detail(item: StopLine) -> str:
    """Who witnessed the end, and what is done or known besides."""
    parts = [item.witness.value] if item.witness is not Witness.NONE and item.outcome is Outcome.CANCELLED else []
    if item.late:
        parts.append("new since your enter: not touched")
    if item.reason:
        parts.append(clean(item.reason))
    return ", ".join(parts)


def title(report: StopReport) -> Title:
    """`Proof  cancelled 10   filled 1   still live 2   unknown 1`."""
    counts = report.counts()
    ended = f"cancelled {counts['cancelled']}"
    filled = f"filled {counts['filled'] + counts['partly-filled']}"
    live = f"still live {counts['live'] + counts['later']}"
    unknown = f"unknown {counts['unknown'] + counts['gone']}"
    return Title("Proof", None, tuple(Span(word, "text") for word in (ended, filled, live, unknown)))


def report_text(report: StopReport) -> str:
    """The report as plain text, for the clipboard: the verdict, what else is known, and every order."""
    seconds = report.elapsed_ms / 1000
    head = f"{report.verdict.value} {seconds:.3f} s {report.host}:{report.port} started {report.started_at}"
    scope = "" if report.scope.everything else f"in this scope only: {clean(report.scope.words)}"
    staged = [f"staged: {one}" for one in report.staged]
    purged = [f"never sent: {one}" for one in report.purged]
    told = [clean(text) for text in (scope, report.why, *report.notes, *staged, *purged) if text]
    return "\n".join([head, *told, *map(_text, ordered(report))])


def _text(item: StopLine) -> str:
    """permId, symbol, side, quantity, outcome, witness, reason, then owner, filled and milliseconds."""
    words = (
        str(item.perm_id or "-"),
        clean(item.symbol),
        item.action,
        formats.quantity(item.quantity),
        item.outcome.value,
        item.witness.value,
        clean(item.reason),
        _owner(item),
        f"filled {formats.quantity(item.filled)}",
        "-" if item.ms is None else f"{item.ms:.0f} ms",
    )
    return "\t".join(words)


def _owner(item: StopLine) -> str:
    if item.owner is not Owner.FOREIGN:
        return item.owner.value
    return "?" if item.client_id is None else f"c{item.client_id}"
