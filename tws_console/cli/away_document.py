"""The document and the text of `reconcile`: what changed while nobody looked, and what nobody knows. Pure."""

from __future__ import annotations

from dataclasses import asdict

from tws_console.cli.documents import Can, Document, order_row
from tws_console.cli.tables import Column, table
from tws_console.model.position import Fill
from tws_console.model.recovery import AwayReport, ChangedOrder, GoneOrder, PositionChange, Unresolved

FILLS = (
    Column("Symbol", "symbol", keep=True),
    Column("Side", "action", keep=True),
    Column("Qty", "quantity", number=True, keep=True, grouped=True),
    Column("Price", "price", number=True, keep=True),
    Column("permId", "perm_id", number=True, keep=True),
    Column("At", "at"),
    Column("Account", "account"),
    Column("Client", "client_id", number=True),
)
ORDER = (
    Column("permId", "perm_id", number=True, keep=True),
    Column("Symbol", "symbol", keep=True),
    Column("Side", "action", keep=True),
    Column("Qty", "quantity", number=True, keep=True, grouped=True),
    Column("Type", "order_type", keep=True),
    Column("Limit", "limit_price", number=True, keep=True, unset="-"),
    Column("Client", "client_id", number=True),
)
GONE = (*ORDER, Column("Outcome", "outcome", keep=True), Column("Reason", "reason", unset=""))
NEW = (*ORDER, Column("Status", "status", keep=True))
CHANGED = (*ORDER[:3], Column("Change", "words", keep=True), ORDER[-1])
POSITIONS = (
    Column("Account", "account", keep=True),
    Column("Symbol", "symbol", keep=True),
    Column("Known", "before", number=True, keep=True, grouped=True),
    Column("Filled", "fills", number=True, keep=True, grouped=True),
    Column("Now", "now", number=True, keep=True, grouped=True),
    Column("Unexplained", "unexplained", number=True, keep=True, grouped=True),
)
UNRESOLVED = (
    Column("Intent", "intent", keep=True),
    Column("Symbol", "symbol", keep=True),
    Column("Side", "action", keep=True),
    Column("Qty", "quantity", number=True, keep=True, grouped=True),
    Column("Client", "client_id", number=True),
    Column("Order", "order_id", number=True),
)
SECTIONS = (
    ("fills", "Fills", FILLS),
    ("gone", "Orders that are not live any more", GONE),
    ("new", "New orders", NEW),
    ("changed", "Changed orders", CHANGED),
    ("unexplained_positions", "Position changes that no known fill explains", POSITIONS),
    ("unresolved", "Intents without a known fate", UNRESOLVED),
)


def away_fields(report: AwayReport, unresolved: tuple[Unresolved, ...], reduce_only: str, can: Can) -> Document:
    """The fields of the document."""
    return {
        "since": report.since,
        "at": report.at,
        "fills": [_fill(fill) for fill in report.fills],
        "gone": [_gone(gone) for gone in report.gone],
        "new": [order_row(order, can(order)) for order in report.new],
        "changed": [_changed(changed) for changed in report.changed],
        "unexplained_positions": [_position(change) for change in report.positions],
        "unresolved": [unresolved_row(one) for one in unresolved],
        "missing": report.missing,
        "reduce_only": reduce_only or None,
    }


def _fill(fill: Fill) -> Document:
    return {
        "exec_id": fill.exec_id,
        "at": fill.time,
        "account": fill.account,
        "symbol": fill.instrument.name,
        "con_id": fill.instrument.con_id or None,
        "action": fill.action,
        "quantity": fill.quantity,
        "price": fill.price,
        "perm_id": fill.perm_id or None,
        "client_id": fill.client_id,
        "order_id": fill.order_id,
        "order_ref": fill.order_ref or None,
    }


def _gone(gone: GoneOrder) -> Document:
    return {**asdict(gone.order), "outcome": gone.outcome, "reason": gone.reason or None}


def _changed(changed: ChangedOrder) -> Document:
    order = changed.order
    return {
        "perm_id": order.perm_id,
        "client_id": order.client_id,
        "order_id": order.order_id,
        "owner": order.owner.value,
        "symbol": order.instrument.name,
        "action": order.action or None,
        "changes": [asdict(change) for change in changed.changes],
    }


def _position(change: PositionChange) -> Document:
    return {
        "account": change.account,
        "con_id": change.con_id or None,
        "symbol": change.symbol,
        "before": change.before,
        "fills": change.explained,
        "now": change.now,
        "unexplained": change.unexplained,
    }


def unresolved_row(one: Unresolved) -> Document:
    """One intent of which nobody knows what it became."""
    intent = one.intent
    return {
        "intent": intent.ulid,
        "kind": intent.kind.value,
        "state": intent.state.value,
        "at": intent.at,
        "client_id": intent.client_id,
        "order_id": intent.order_id,
        "account": intent.account or None,
        "symbol": intent.symbol,
        "action": intent.action,
        "quantity": intent.quantity,
        "order_type": intent.order_type,
        "limit_price": intent.limit_price,
        "transmit": intent.transmit,
        "evidence": one.evidence,
        "candidates": one.could_be,
    }


def away_text(fields: Document, width: int) -> str:
    """The document for people, section by section; a section without rows is left out."""
    since = fields["since"]
    parts = ["Nothing was known before." if since is None else f"Since {since:%Y-%m-%d %H:%M:%S}Z"]
    for name, title, columns in SECTIONS:
        rows = [_for_people(name, row) for row in fields[name]]
        if not rows:
            continue
        parts.append(f"{title}: {len(rows)}\n{table(columns, rows, width)}")
        if name == "unresolved":
            parts += [f"{row['intent']}: {words}" for row in rows for words in row["evidence"]]
    parts += [f"Not told: {words}" for words in fields["missing"]]
    if len(parts) == 1 and since is not None:
        parts.append("Nothing has changed.")
    return "\n\n".join(parts)


def _for_people(section: str, row: Document) -> Document:
    if section != "changed":
        return row
    words = ", ".join(f"{change['field']} {change['before']} -> {change['after']}" for change in row["changes"])
    return {**row, "words": words}
