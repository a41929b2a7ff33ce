"""What a restart asks the journal: intents without a known fate, intents that are orders now, and what was last known.

Functions of an open connection; the writer decides when. Imports model and this room's values.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tws_console.journal.reader import select_intents
from tws_console.journal.values import decimal, document, instant, moment
from tws_console.model.intent import Intent
from tws_console.model.recovery import KnownOrder, KnownPosition, LastKnown

_OF_ORDER = ("quantity", "filled", "limit_price", "aux_price")
"""Numbers of a known order, which stand as text in the file."""


def unsettled(connection: sqlite3.Connection, endpoint: str, login: str) -> tuple[Intent, ...]:
    """Every intent of this endpoint and login that was sent, or perhaps sent, and never answered; oldest first."""
    where = "endpoint = ? AND login = ? AND state IN ('intended', 'sent') ORDER BY at, ulid"
    return select_intents(connection, where, (endpoint, login))


def placed(connection: sqlite3.Connection, endpoint: str, login: str, since: datetime) -> tuple[Intent, ...]:
    """Placements by every process that left, or may have left: those since then, and older ones without an answer."""
    where = (
        "endpoint = ? AND login = ? AND kind = 'place' AND state <> 'not-sent' "
        "AND (at >= ? OR (transmit = 1 AND state IN ('intended', 'sent'))) ORDER BY at, ulid"
    )
    return select_intents(connection, where, (endpoint, login, instant(since)))


def working(connection: sqlite3.Connection, endpoint: str, login: str, since: datetime) -> tuple[Intent, ...]:
    """Placements since then whose end is not known: an order at the broker may be one of them."""
    where = (
        "endpoint = ? AND login = ? AND at >= ? AND kind = 'place' AND state IN ('intended', 'sent', 'acked') "
        "ORDER BY at, ulid"
    )
    return select_intents(connection, where, (endpoint, login, instant(since)))


def intent(connection: sqlite3.Connection, ulid: str) -> Intent | None:
    """The intent of that name."""
    return next(iter(select_intents(connection, "ulid = ?", (ulid,))), None)


def settle_not_sent(connection: sqlite3.Connection, ulid: str, reason: str) -> bool:
    """A person says that it never became an order; False when an answer has come meanwhile, which counts more."""
    done = connection.execute(
        "UPDATE intent SET state = 'not-sent', reason = ? WHERE ulid = ? AND state IN ('intended', 'sent')",
        (reason, ulid),
    )
    return done.rowcount == 1


def last_known(connection: sqlite3.Connection, endpoint: str, login: str) -> LastKnown | None:
    """What was last known of this login at this endpoint; None before the first time."""
    row = connection.execute(
        "SELECT at, payload FROM baseline WHERE endpoint = ? AND login = ?", (endpoint, login)
    ).fetchone()
    return None if row is None else _read(moment(row[0]), json.loads(row[1]))


def put_last_known(connection: sqlite3.Connection, endpoint: str, login: str, known: LastKnown) -> None:
    """An older memory never replaces a newer one: several processes may keep it."""
    payload = {
        "orders": [_fields(order) for order in known.orders],
        "positions": [_fields(position) for position in known.positions],
        "exec_ids": known.exec_ids,
        "reduce_only": known.reduce_only,
    }
    connection.execute(
        "INSERT INTO baseline (endpoint, login, at, payload) VALUES (?, ?, ?, ?) ON CONFLICT (endpoint, login) "
        "DO UPDATE SET at = excluded.at, payload = excluded.payload WHERE excluded.at >= baseline.at",
        (endpoint, login, instant(known.at), document(payload)),
    )


def _fields(value: KnownOrder | KnownPosition) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _read(at: datetime, payload: Mapping[str, Any]) -> LastKnown:
    return LastKnown(
        at=at,
        orders=tuple(_order(row) for row in payload["orders"]),
        positions=tuple(_position(row) for row in payload["positions"]),
        exec_ids=frozenset(payload["exec_ids"]),
        reduce_only=payload["reduce_only"],
    )


def _order(row: dict[str, Any]) -> KnownOrder:
    return KnownOrder(**{**row, **{name: decimal(row[name]) for name in _OF_ORDER}})


def _position(row: dict[str, Any]) -> KnownPosition:
    quantity = decimal(row["quantity"])
    assert quantity is not None
    return KnownPosition(**{**row, "quantity": quantity})
