"""The statements that change the journal, one function for each kind of row.

Pure SQL on a connection that is inside a transaction; the writer decides when. Imports model and this room's values.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from tws_console.journal.values import document, instant, number
from tws_console.model.intent import Intent, IntentState
from tws_console.model.order import Order, Status
from tws_console.model.position import Fill

INTENT_FIELDS = (
    "ulid, at, login, endpoint, client_id, order_id, account, con_id, symbol, action, quantity, order_type, "
    "limit_price, aux_price, tif, transmit, order_ref, state, perm_id, kind, target_perm_id"
)
"""The columns that make up an Intent; the others of its row are evidence for people."""


def insert_intent(connection: sqlite3.Connection, intent: Intent) -> None:
    values = (
        intent.ulid,
        instant(intent.at),
        intent.login,
        intent.endpoint,
        intent.client_id,
        intent.order_id,
        intent.account,
        intent.con_id,
        intent.symbol,
        intent.action,
        number(intent.quantity),
        intent.order_type,
        number(intent.limit_price),
        number(intent.aux_price),
        intent.tif,
        int(intent.transmit),
        intent.order_ref,
        intent.state.value,
        intent.perm_id,
        intent.kind.value,
        intent.target_perm_id,
    )
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO intent ({INTENT_FIELDS}) VALUES ({marks})", values)


def mark_sent(connection: sqlite3.Connection, ulid: str, at: datetime) -> None:
    """An answer can overtake this note, so it never takes a later state back."""
    connection.execute(
        "UPDATE intent SET sent_at = ?, state = CASE state WHEN 'intended' THEN 'sent' ELSE state END WHERE ulid = ?",
        (instant(at), ulid),
    )


def mark_not_sent(connection: sqlite3.Connection, ulid: str, reason: str) -> None:
    """Only an intent of which nothing else is known can turn out never to have left."""
    connection.execute(
        "UPDATE intent SET state = ?, reason = ? WHERE ulid = ? AND state = 'intended'",
        (IntentState.NOT_SENT.value, reason, ulid),
    )


def mark_acked(connection: sqlite3.Connection, ulid: str, perm_id: int, at: datetime) -> None:
    """The broker named the order; whatever was believed before, the bytes arrived. The first answer's time stays."""
    connection.execute(
        "UPDATE intent SET perm_id = ?, acked_at = COALESCE(acked_at, ?), "
        "state = CASE state WHEN 'ended' THEN state ELSE 'acked' END WHERE ulid = ?",
        (perm_id, instant(at), ulid),
    )


def mark_ended(connection: sqlite3.Connection, ulid: str, at: datetime, reason: str) -> None:
    connection.execute(
        "UPDATE intent SET state = ?, ended_at = ?, reason = ? WHERE ulid = ?",
        (IntentState.ENDED.value, instant(at), reason, ulid),
    )


def insert_event(
    connection: sqlite3.Connection, kind: str, order: tuple[int | None, int | None, int | None], payload: str, at: str
) -> None:
    """`order` is permId, client id and order id, as far as known."""
    connection.execute(
        "INSERT INTO event (at, kind, perm_id, client_id, order_id, payload) VALUES (?, ?, ?, ?, ?, ?)",
        (at, kind, *order, payload),
    )


def insert_fill(connection: sqlite3.Connection, fill: Fill) -> None:
    """The broker tells the same execution again at every request for it; the first telling stays."""
    values = (
        fill.exec_id,
        None if fill.time is None else instant(fill.time),
        fill.perm_id,
        fill.client_id,
        fill.order_id,
        fill.account,
        fill.instrument.con_id,
        fill.instrument.symbol,
        fill.action,
        number(fill.quantity),
        number(fill.price),
        number(fill.cumulative),
        fill.order_ref,
    )
    connection.execute(
        "INSERT INTO fill (exec_id, at, perm_id, client_id, order_id, account, con_id, symbol, action, quantity, "
        f"price, cumulative, order_ref) VALUES ({', '.join('?' * len(values))}) ON CONFLICT (exec_id) DO NOTHING",
        values,
    )


def put_commission(
    connection: sqlite3.Connection, exec_id: str, commission: str | None, currency: str, realized_pnl: str | None
) -> None:
    """It comes before or after its fill, and again once the profit is known: the newest known value counts."""
    connection.execute(
        "INSERT INTO commission (exec_id, commission, currency, realized_pnl) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (exec_id) DO UPDATE SET commission = COALESCE(excluded.commission, commission), "
        "currency = excluded.currency, realized_pnl = COALESCE(excluded.realized_pnl, realized_pnl)",
        (exec_id, commission, currency, realized_pnl),
    )


def insert_decision(connection: sqlite3.Connection, at: str, kind: str, payload: str) -> None:
    connection.execute("INSERT INTO decision (at, kind, payload) VALUES (?, ?, ?)", (at, kind, payload))


def insert_stop(connection: sqlite3.Connection, at: str, report: str) -> None:
    connection.execute("INSERT INTO stop (at, report) VALUES (?, ?)", (at, report))


def put_order_state(
    connection: sqlite3.Connection, endpoint: str, order: Order, error: tuple[int | None, str | None], at: str
) -> None:
    """The newest state of one order, found by permId, else by client and order id until the permId is known.

    An error stays until another one replaces it. Staged orders are those sent with transmit=False.
    """
    row = _row_of(connection, endpoint, order)
    raw = document({"broker_status": order.broker_status, "reason": order.reason, "witness": order.witness.value})
    state = {
        "order_id": order.order_id,
        "perm_id": order.perm_id,
        "client_id": order.client_id,
        "status": order.status.value,
        "filled": number(order.filled),
        "avg_fill_price": number(order.avg_fill_price),
        "symbol": order.instrument.symbol,
        "action": order.action,
        "order_type": order.order_type,
        "quantity": number(order.quantity),
        "limit_price": number(order.limit_price),
        "tif": order.tif,
        "transmit": int(order.status is not Status.STAGED),
        "order_ref": order.order_ref,
        "last_error_code": error[0],
        "last_error": error[1],
        "last_update": at,
        "raw_state": raw,
    }
    if row is None:
        names = ", ".join(state)
        marks = ", ".join("?" * len(state))
        values = (endpoint, *state.values())
        connection.execute(f"INSERT INTO order_state (endpoint, {names}) VALUES (?, {marks})", values)
        return
    if error == (None, None):
        del state["last_error_code"], state["last_error"]
    changes = ", ".join(f"{name} = ?" for name in state)
    connection.execute(f"UPDATE order_state SET {changes} WHERE id = ?", (*state.values(), row))


def _row_of(connection: sqlite3.Connection, endpoint: str, order: Order) -> int | None:
    by_alias = "SELECT id FROM order_state WHERE endpoint = ? AND client_id = ? AND order_id = ? AND perm_id IS NULL"
    if order.perm_id is not None:
        by_perm = "SELECT id FROM order_state WHERE endpoint = ? AND perm_id = ?"
        found = connection.execute(by_perm, (endpoint, order.perm_id)).fetchone()
        if found is not None:
            return int(found[0])
    found = connection.execute(by_alias, (endpoint, order.client_id, order.order_id)).fetchone()
    return None if found is None else int(found[0])
