"""Plain text tables for people: no colour, no markup, as wide as the terminal. Imports model and this room only.

The tables are made from the documents, so that a person and a script never read different things. Unknown is `?`, unset
is `-`. Numbers are never cut: a column that does not fit is left out, the last of the optional ones first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tws_console.cli.jsontext import number_text, utc_text
from tws_console.cli.output import printable
from tws_console.model.stop import Outcome, StopReport
from tws_console.model.stop_fields import stop_fields

Row = Mapping[str, Any]
GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, the field it shows, and how. `keep` columns are never left out."""

    title: str
    field: str
    number: bool = False
    keep: bool = False
    grouped: bool = False
    """Thousands are separated: quantities and money, never prices."""
    unset: str = "?"
    """What stands for null: `?` unknown, `-` not set."""


ORDERS = (
    Column("permId", "perm_id", number=True, keep=True),
    Column("Symbol", "name", keep=True),
    Column("Side", "action", keep=True),
    Column("Qty", "quantity", number=True, keep=True, grouped=True),
    Column("Filled", "filled", number=True, keep=True, grouped=True),
    Column("Type", "order_type", keep=True),
    Column("Limit", "limit_price", number=True, keep=True, unset="-"),
    Column("Trigger", "aux_price", number=True, unset="-"),
    Column("Status", "status", keep=True),
    Column("Owner", "owner", keep=True),
    Column("Client", "client_id", number=True),
    Column("Order", "order_id", number=True),
    Column("TIF", "tif"),
    Column("Account", "account"),
    Column("Reason", "reason", unset=""),
)
POSITIONS = (
    Column("Account", "account", keep=True),
    Column("Symbol", "name", keep=True),
    Column("Qty", "quantity", number=True, keep=True, grouped=True),
    Column("Avg cost", "average_cost", number=True, keep=True),
    Column("Price", "market_price", number=True),
    Column("Value", "market_value", number=True, grouped=True),
    Column("Day P&L", "daily_pnl", number=True, grouped=True),
    Column("Unreal", "unrealized_pnl", number=True, grouped=True),
    Column("Realized", "realized_pnl", number=True, grouped=True),
    Column("Ccy", "currency"),
    Column("Type", "sec_type"),
)
FLATTENED = (
    Column("Account", "account", keep=True),
    Column("Symbol", "name", keep=True),
    Column("Before", "before", number=True, keep=True, grouped=True),
    Column("After", "after", number=True, keep=True, grouped=True),
    Column("Outcome", "outcome", keep=True),
    Column("Reason", "reason", keep=True, unset=""),
)
ACCOUNTS = (
    Column("Account", "account", keep=True),
    Column("Ccy", "currency", keep=True),
    Column("Net liq", "net_liquidation", number=True, keep=True, grouped=True),
    Column("Day P&L", "daily_pnl", number=True, keep=True, grouped=True),
    Column("Cash", "cash", number=True, grouped=True),
    Column("Buying power", "buying_power", number=True, grouped=True),
    Column("Excess", "excess_liquidity", number=True, grouped=True),
    Column("Init margin", "initial_margin", number=True, grouped=True),
    Column("Maint margin", "maintenance_margin", number=True, grouped=True),
    Column("Cushion", "cushion", number=True),
    Column("DT", "day_trades_left", number=True, unset="-"),
)
STOP = (
    Column("permId", "perm_id", number=True, keep=True),
    Column("Symbol", "symbol", keep=True),
    Column("Side", "action", keep=True),
    Column("Qty", "quantity", number=True, keep=True, grouped=True),
    Column("Filled", "filled", number=True, keep=True, grouped=True),
    Column("Outcome", "outcome", keep=True),
    Column("Witness", "witness", keep=True),
    Column("Owner", "owner"),
    Column("Client", "client_id", number=True),
    Column("ms", "ms", number=True),
    Column("Reason", "reason", unset=""),
)
OUTCOMES_FIRST = ("live", "unknown", "gone", "later", "filled", "partly-filled", "cancelled")
"""What a person must look at comes first."""


def cell(value: Any, column: Column) -> str:
    """The text of one value."""
    if value is None:
        return column.unset
    if isinstance(value, Decimal):
        if not value.is_finite():
            return column.unset
        return format(Decimal(number_text(value)), ",f") if column.grouped else number_text(value)
    return printable(str(value))


def table(columns: Sequence[Column], rows: Sequence[Row], width: int) -> str:
    """The rows under their headings, at most `width` cells wide unless the columns that must stay need more."""
    texts = {column.field: [cell(row.get(column.field), column) for row in rows] for column in columns}
    widths = {column.field: max([len(column.title), *map(len, texts[column.field])]) for column in columns}
    shown = _fitting(columns, widths, width)
    lines = [_line(shown, [column.title for column in shown], widths)]
    lines += [_line(shown, [texts[column.field][n] for column in shown], widths) for n in range(len(rows))]
    return "\n".join(lines)


def stop(report: StopReport, width: int) -> str:
    """The stop report for people: the verdict and its evidence, then a line for every order."""
    fields = stop_fields(report)
    proof, counts = fields["proof"], fields["counts"]
    facts = {
        "endpoint": f"{report.host}:{report.port}",
        "frozen": report.frozen,
        "cancel sent": "NO" if report.sent_ms is None else f"after {fields['sent_ms']} ms",
        "attempts": str(report.attempts),
        "complete lists": str(proof["snapshots"]),
        "ends witnessed": f"{proof['witnessed']} of {proof['witnessed'] + proof['unwitnessed']}",
        "orders": "  ".join(f"{word} {counts[word]}" for word in OUTCOMES_FIRST if counts[word]) or "none",
        "never sent": report.purged,
        "staged": report.staged,
    }
    if not report.scope.everything:
        facts = {"scope": report.scope.words, **facts}
    proved = "" if report.proved_ms is None else f"   nothing is open   {report.proved_ms / 1000:.3f} s"
    lines = [f"{report.verdict.value.upper()}{proved}", pairs(facts), *map(printable, [*_fills(report), *report.notes])]
    rows = sorted(fields["orders"], key=lambda row: OUTCOMES_FIRST.index(row["outcome"]))
    return "\n".join([*lines, *(["", table(STOP, rows, width)] if rows else [])])


def _fills(report: StopReport) -> list[str]:
    """What filled while it was being cancelled, with the position that it made."""
    return [
        f"{line.symbol} filled {number_text(line.filled)} while it was being cancelled: position is now "
        f"{'?' if line.position is None else number_text(line.position)}"
        for line in report.orders
        if line.outcome in {Outcome.FILLED, Outcome.PARTLY_FILLED} and line.filled is not None
    ]


def pairs(fields: Mapping[str, Any]) -> str:
    """Names and values, one a line, the values in one column."""
    wide = max((len(name) for name in fields), default=0)
    return "\n".join(f"{name.replace('_', ' '):<{wide}}{GAP}{_words(value)}" for name, value in fields.items())


def _words(value: Any) -> str:
    if value is None:
        return "?"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return number_text(value) if value.is_finite() else "?"
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, (list, tuple)):
        return printable(" ".join(str(item) for item in value)) or "-"
    return printable(str(value)) or "-"


def _fitting(columns: Sequence[Column], widths: Mapping[str, int], width: int) -> list[Column]:
    """The columns in their order: the kept ones, and of the others as many as fit, taken from left to right."""
    chosen = {column.field for column in columns if column.keep}
    used = sum(widths[field] for field in chosen) + len(GAP) * (len(chosen) - 1)
    for column in columns:
        if column.keep:
            continue
        needed = widths[column.field] + len(GAP)
        if used + needed <= width:
            chosen.add(column.field)
            used += needed
    return [column for column in columns if column.field in chosen]


def _line(columns: Sequence[Column], texts: Sequence[str], widths: Mapping[str, int]) -> str:
    cells = (
        text.rjust(widths[column.field]) if column.number else text.ljust(widths[column.field])
        for column, text in zip(columns, texts, strict=True)
    )
    return GAP.join(cells).rstrip()
