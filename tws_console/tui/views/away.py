"""The page about what happened while nobody looked: one row per thing, what needs a look first. Pure; imports model and
views only.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from decimal import Decimal

from tws_console.model.ids import Owner
from tws_console.model.order import Order
from tws_console.model.position import Fill
from tws_console.model.recovery import AwayReport, ChangedOrder, GoneOrder, KnownOrder, PositionChange
from tws_console.tui.views import formats
from tws_console.tui.views.cells import UNSET, Cell, Row, Span, Spans, cell
from tws_console.tui.views.columns import Align, Column, Cut
from tws_console.tui.views.formats import clean
from tws_console.tui.views.pieces import key, line, strong, wrap
from tws_console.tui.views.titles import Title

COLUMNS = (
    Column("symbol", "Symbol", 1, 9, 18, cut=Cut.MIDDLE, always=True),
    Column("what", "What", 0, 13, 13, cut=Cut.END, always=True),
    Column("side", "Side", 2, 4, 4, cut=Cut.END, always=True),
    Column("quantity", "Qty", 3, 7, 9, Align.RIGHT, always=True),
    Column("owner", "Owner", 4, 6, 6, cut=Cut.END, always=True),
    Column("detail", "Detail", 5, 31, 70, cut=Cut.END, always=True),
    Column("perm", "permId", 6, 10, 10, Align.RIGHT),
)
_OUTCOMES = {
    "filled": ("✓", "filled", "up"),
    "cancelled": ("×", "cancelled", "muted"),
    "expired": ("×", "expired", "muted"),
    "rejected": ("✗", "rejected", "danger"),
    "unknown": ("?", "gone", "warn"),
}
_NAMES = {"quantity": "quantity", "limit_price": "limit", "aux_price": "stop", "tif": "TIF", "filled": "filled"}


def away_rows(report: AwayReport) -> list[Row]:
    """Positions that nothing explains, then orders with an unknown end, then the rest in the order of their weight."""
    gone = sorted(report.gone, key=lambda one: one.outcome != "unknown")
    return [
        *(_position(change) for change in report.positions),
        *(_gone(one) for one in gone),
        *(_fill(fill) for fill in report.fills),
        *(_changed(one) for one in report.changed),
        *(_new(order) for order in report.new),
    ]


def title(report: AwayReport | None, now: datetime) -> Title:
    """`Away 6  since 08:12:44, 1h  the link to TWS was lost`."""
    if report is None or report.since is None:
        return Title("Away", 0)
    count = len(away_rows(report))
    since = f"since {formats.clock(report.since)}, {formats.age((report.at - report.since).total_seconds())}"
    details = (Span(since, "muted"), *((Span(clean(report.why), "muted"),) if report.why else ()))
    unknown = sum(one.outcome == "unknown" for one in report.gone)
    return Title("Away", count, details, len(report.positions) + unknown)


def empty_lines(report: AwayReport | None) -> tuple[Spans, ...]:
    """What stands there when there is nothing to tell."""
    if report is None:
        return (line("Not compared yet:"), line("orders, positions and executions are still coming."))
    if report.since is None:
        return (
            line("There was no earlier look to compare with."),
            line("From now on each gap is compared with the last look."),
        )
    return (line("Nothing happened while you were away:"), line("no fill, no order gone, new or changed."))


def foot_lines(report: AwayReport | None, selected: Row | None, reduce_only: str, width: int) -> list[Spans]:
    """The row under the cursor in full, what is not known, why entry may only reduce, and what to do."""
    rows: list[Spans] = []
    if selected is not None:
        words = " ".join(selected.cells[name].text for name in ("symbol", "side", "quantity"))
        text = f"{words}: {selected.cells['detail'].text}"
        rows += [(Span(f" {part}", "strong"),) for part in wrap(text, width - 2)]
    for words in report.missing if report is not None else ():
        rows += [(Span(f" {text}", "warn"),) for text in wrap(f"Not told: {clean(words)}", width - 2)]
    if reduce_only:
        text = f"REDUCE: {clean(reduce_only)}. Look into TWS whether that is right."
        rows += [(Span(f" {part}", "warn", True),) for part in wrap(text, width - 2)]
        rows.append(line(" Until then only orders that reduce a position go out.  ", key("enter"), " it is right"))
    elif report is not None and not report.empty:
        rows.append(line(" ", strong("r"), " asks for the newest list; nothing here needs an answer."))
    return rows


def _row(name: Hashable, what: Cell, symbol: str, detail: Cell, **cells: Cell) -> Row:
    return Row(name, {"what": what, "symbol": cell(clean(symbol)), "detail": detail, **cells})


def _what(glyph: str, words: str, tone: str, bold: bool = False) -> Cell:
    return Cell((Span(f"{glyph} {words}", tone, bold),))


def _side(action: str) -> Cell:
    return cell(clean(action), "up" if action == "BUY" else "down" if action == "SELL" else "muted")


def _perm(perm_id: int | None) -> Cell:
    return cell(str(perm_id), "muted") if perm_id else UNSET


def _owner(owner: str, client_id: int | None) -> Cell:
    if owner == Owner.FOREIGN.value:
        return cell(f"c{client_id}", "foreign")
    return cell(owner, "foreign" if owner == Owner.MANUAL.value else "text")


def _position(change: PositionChange) -> Row:
    numbers = f"known {_signed(change.before)}, fills {_signed(change.explained)}, now {_signed(change.now)}"
    return _row(
        ("position", change.account, change.con_id),
        _what("!", "POSITION", "danger", True),
        change.symbol,
        cell(f"{numbers}  {formats.account_short(change.account)}"),
        side=UNSET,
        quantity=cell(_signed(change.unexplained), "danger", bold=True),
        owner=UNSET,
        perm=UNSET,
    )


def _signed(value: Decimal) -> str:
    return formats.quantity(value, signed=True)


def _gone(gone: GoneOrder) -> Row:
    order = gone.order
    glyph, words, tone = _OUTCOMES.get(gone.outcome, _OUTCOMES["unknown"])
    detail = ": ".join(part for part in (_terms(order), clean(gone.reason)) if part)
    return _row(
        ("gone", order.perm_id),
        _what(glyph, words, tone, gone.outcome == "unknown"),
        order.symbol,
        cell(detail, "warn" if gone.outcome == "unknown" else "text"),
        side=_side(order.action),
        quantity=cell(formats.quantity(order.quantity)),
        owner=_owner(order.owner, order.client_id),
        perm=_perm(order.perm_id),
    )


def _terms(order: KnownOrder | Order) -> str:
    price = order.limit_price if order.limit_price is not None else order.aux_price
    return " ".join(part for part in (clean(order.order_type), formats.price(price) if price else "") if part)


def _fill(fill: Fill) -> Row:
    words = "bought" if fill.action == "BUY" else "sold"
    at = f", {formats.clock(fill.time)}" if fill.time is not None else ""
    return _row(
        ("fill", fill.exec_id),
        _what("✓", "fill", "up"),
        fill.instrument.name,
        cell(f"{words} at {fill.price:f}{at}  {formats.account_short(fill.account)}"),
        side=_side(fill.action),
        quantity=cell(formats.quantity(fill.quantity)),
        owner=cell(f"c{fill.client_id}", "muted"),
        perm=_perm(fill.perm_id),
    )


def _changed(changed: ChangedOrder) -> Row:
    words = ", ".join(
        f"{_NAMES.get(one.field, one.field)} {_value(one.before)} → {_value(one.after)}" for one in changed.changes
    )
    return _order(("changed", changed.order.key), _what("●", "changed", "text"), changed.order, words)


def _value(value: Decimal | str | None) -> str:
    return "-" if value is None else clean(value) if isinstance(value, str) else f"{value:f}"


def _new(order: Order) -> Row:
    return _order(("new", order.key), _what("●", "new", "text"), order, f"{_terms(order)} {order.status.value}")


def _order(name: Hashable, what: Cell, order: Order, detail: str) -> Row:
    return _row(
        name,
        what,
        order.instrument.name,
        cell(detail),
        side=_side(order.action),
        quantity=cell(formats.quantity(order.quantity)),
        owner=_owner(order.owner.value, order.client_id),
        perm=_perm(order.perm_id),
    )
