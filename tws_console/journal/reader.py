"""Questions to the journal, each a function of an open connection, and how to ask them beside the writers.

Imports model and this room's schema and values. Nothing here writes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from tws_console.journal.rows import INTENT_FIELDS
from tws_console.journal.schema import cannot, open_for_reading
from tws_console.journal.values import decimal, instant, moment
from tws_console.model.intent import Intent, IntentKind, IntentState

T = TypeVar("T")


def intents(connection: sqlite3.Connection, since: datetime) -> tuple[Intent, ...]:
    """Every intent since then, oldest first."""
    return select_intents(connection, "at >= ? ORDER BY at, ulid", (instant(since),))


def unanswered(connection: sqlite3.Connection, endpoint: str, since: datetime) -> tuple[Intent, ...]:
    """Placements to be transmitted that were sent, or perhaps sent, and of which the broker never said anything. A
    change of an order makes no new one, so changes are left out.

    Staged ones are left out: TWS sends no callback for an order with transmit=False (IBKR Campus TWS API docs, "Order
    Placement Considerations"), and none of them can work at the market.
    """
    where = (
        "endpoint = ? AND at >= ? AND transmit = 1 AND kind = 'place' AND state IN ('intended', 'sent') "
        "ORDER BY at, ulid"
    )
    return select_intents(connection, where, (endpoint, instant(since)))


def staged(connection: sqlite3.Connection, endpoint: str, since: datetime) -> tuple[Intent, ...]:
    """Orders that lie at TWS with transmit=False as far as the journal knows: not ended, and no later intent under the
    same ids was to transmit them."""
    where = (
        "endpoint = ? AND at >= ? AND transmit = 0 AND state NOT IN ('not-sent', 'ended') AND NOT EXISTS ("
        "SELECT 1 FROM intent AS later WHERE later.endpoint = intent.endpoint AND later.client_id = intent.client_id "
        "AND later.order_id = intent.order_id AND (later.at, later.ulid) > (intent.at, intent.ulid) "
        "AND later.state <> 'not-sent') ORDER BY at, ulid"
    )
    return select_intents(connection, where, (endpoint, instant(since)))


def high_water(connection: sqlite3.Connection, login: str, client_id: int) -> tuple[int, int]:
    """The highest order id of this client id of this login that was ever meant, and the highest that the broker has
    spoken of, by acknowledgement or execution; 0 when there was none (ids begin at 1).
    """
    accounts = login.split(",")
    meant = connection.execute(
        "SELECT MAX(order_id), MAX(CASE WHEN perm_id IS NOT NULL THEN order_id END) FROM intent "
        "WHERE login = ? AND client_id = ? AND kind = 'place'",
        (login, client_id),
    ).fetchone()
    filled = connection.execute(
        f"SELECT MAX(order_id) FROM fill WHERE client_id = ? AND account IN ({', '.join('?' * len(accounts))})",
        (client_id, *accounts),
    ).fetchone()
    spoken = max(meant[1] or 0, filled[0] or 0)
    return max(meant[0] or 0, spoken), spoken


def stops(connection: sqlite3.Connection, limit: int = 100) -> tuple[dict[str, Any], ...]:
    """The newest reports of emergency stops, newest first."""
    rows = connection.execute("SELECT report FROM stop ORDER BY seq DESC LIMIT ?", (limit,))
    return tuple(json.loads(report) for (report,) in rows)


def ask(path: str, question: Callable[[sqlite3.Connection], T], busy_seconds: float = 0.5) -> T:
    """Ask the file itself, beside its writers: none of them keeps anybody from reading (sqlite.org, "Write-Ahead
    Logging"). Raises JournalError, also when there is no file.
    """
    with closing(open_for_reading(path, busy_seconds)) as connection:
        try:
            return question(connection)
        except sqlite3.Error as error:
            raise cannot(path, error) from error


def select_intents(connection: sqlite3.Connection, where: str, values: tuple[str, ...]) -> tuple[Intent, ...]:
    """The intents for which the SQL condition holds."""
    rows = connection.execute(f"SELECT {INTENT_FIELDS} FROM intent WHERE {where}", values)
    return tuple(_intent(dict(zip((column[0] for column in rows.description), row, strict=True))) for row in rows)


def _intent(row: dict[str, Any]) -> Intent:
    row["at"] = moment(row["at"])
    row["quantity"] = Decimal(row["quantity"])
    row["limit_price"] = decimal(row["limit_price"])
    row["aux_price"] = decimal(row["aux_price"])
    row["transmit"] = bool(row["transmit"])
    row["state"] = IntentState(row["state"])
    row["kind"] = IntentKind(row["kind"])
    return Intent(**row)
