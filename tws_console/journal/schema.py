"""Tables, version and opening of the journal file.

Owns the schema and how a connection is set up. Every writing connection uses the write-ahead log with synchronous=FULL,
so a committed row survives a power cut (sqlite.org, "PRAGMA synchronous"), and one writer never blocks readers.
"""

from __future__ import annotations

import os
import sqlite3
import time
from urllib.parse import quote

VERSION = 4
BUSY_SECONDS = 5.0
"""How long a writer waits for another process that is writing."""


class JournalError(OSError):
    """The journal cannot be read or written. The text is one sentence that says what to do."""


_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE intent (
    ulid TEXT PRIMARY KEY, at TEXT NOT NULL, login TEXT NOT NULL, endpoint TEXT NOT NULL,
    client_id INTEGER NOT NULL, order_id INTEGER NOT NULL, account TEXT NOT NULL, con_id INTEGER NOT NULL,
    symbol TEXT NOT NULL, action TEXT NOT NULL, quantity TEXT NOT NULL, order_type TEXT NOT NULL,
    limit_price TEXT, aux_price TEXT, tif TEXT NOT NULL, transmit INTEGER NOT NULL, order_ref TEXT NOT NULL,
    state TEXT NOT NULL, perm_id INTEGER, sent_at TEXT, acked_at TEXT, ended_at TEXT, reason TEXT
) STRICT;
CREATE INDEX intent_by_client ON intent (login, client_id, order_id);
CREATE INDEX intent_by_time ON intent (endpoint, at);
CREATE TABLE event (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL,
    perm_id INTEGER, client_id INTEGER, order_id INTEGER, payload TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_order ON event (perm_id, seq);
CREATE TABLE fill (
    exec_id TEXT PRIMARY KEY, at TEXT, perm_id INTEGER NOT NULL, client_id INTEGER NOT NULL, order_id INTEGER NOT NULL,
    account TEXT NOT NULL, con_id INTEGER NOT NULL, symbol TEXT NOT NULL, action TEXT NOT NULL, quantity TEXT NOT NULL,
    price TEXT NOT NULL, cumulative TEXT, order_ref TEXT NOT NULL
) STRICT;
CREATE TABLE commission (
    exec_id TEXT PRIMARY KEY, commission TEXT, currency TEXT NOT NULL, realized_pnl TEXT
) STRICT;
CREATE TABLE link_event (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL) STRICT;
CREATE TABLE decision (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL) STRICT;
CREATE TABLE stop (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, report TEXT NOT NULL) STRICT;
CREATE TABLE order_state (
    id INTEGER PRIMARY KEY, endpoint TEXT NOT NULL, order_id INTEGER, perm_id INTEGER, client_id INTEGER,
    status TEXT NOT NULL, filled TEXT, avg_fill_price TEXT, symbol TEXT NOT NULL, action TEXT NOT NULL,
    order_type TEXT NOT NULL, quantity TEXT, limit_price TEXT, tif TEXT NOT NULL, transmit INTEGER NOT NULL,
    order_ref TEXT NOT NULL, last_error_code INTEGER, last_error TEXT, last_update TEXT NOT NULL,
    raw_state TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX order_state_by_perm ON order_state (endpoint, perm_id) WHERE perm_id IS NOT NULL;
CREATE UNIQUE INDEX order_state_by_alias ON order_state (endpoint, client_id, order_id) WHERE perm_id IS NULL;
"""
"""Version 1."""

_STEPS = {
    1: """
ALTER TABLE intent ADD COLUMN kind TEXT NOT NULL DEFAULT 'place';
ALTER TABLE intent ADD COLUMN target_perm_id INTEGER;
""",
    2: """
CREATE TABLE baseline (
    endpoint TEXT NOT NULL, login TEXT NOT NULL, at TEXT NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (endpoint, login)
) STRICT;
CREATE INDEX intent_by_state ON intent (endpoint, state);
""",
    3: """
DROP TABLE link_event;
""",
}
"""What leads from the version of the key to the next one; a new file goes through all of them."""


def open_for_writing(path: str) -> sqlite3.Connection:
    """A connection with the schema in place, made when the file is new. Raises JournalError.

    Belongs to the thread that calls. Transactions are begun and ended by the caller.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise cannot(path, error) from error
    try:
        _use_write_ahead_log(connection, deadline)
        connection.execute("PRAGMA synchronous=FULL")
        _create_or_check(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise cannot(path, error) from error
    except JournalError:
        connection.close()
        raise
    return connection


def open_for_reading(path: str, busy_seconds: float) -> sqlite3.Connection:
    """A connection that cannot write and waits at most `busy_seconds` for a lock. Raises JournalError, also
    when there is no file."""
    try:
        uri = f"file:{quote(os.path.abspath(path))}?mode=ro"
        connection = sqlite3.connect(uri, timeout=busy_seconds, isolation_level=None, uri=True)
    except sqlite3.Error as error:
        raise cannot(path, error) from error
    try:
        _check(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise cannot(path, error) from error
    except JournalError:
        connection.close()
        raise
    return connection


def cannot(path: str, error: Exception) -> JournalError:
    """The sentence for anything the disk or SQLite refuses."""
    return JournalError(
        f"the journal {path} cannot be used ({error}); check its folder, the free space and other users."
    )


def _use_write_ahead_log(connection: sqlite3.Connection, deadline: float) -> None:
    """Two processes that switch a new file at once can be told `locked` without any waiting, so the waiting is here."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _create_or_check(connection: sqlite3.Connection, path: str) -> None:
    """Bring the file to this program's version in one transaction; a file of a newer program stays as it is."""
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) == 0:
            _run(connection, _TABLES)
            connection.execute("INSERT INTO meta (key, value) VALUES ('schema_version', '1')")
            _note_version(connection, 1)
        while (found := _version(connection)) in _STEPS:
            _run(connection, _STEPS[found])
            _note_version(connection, found + 1)
        _check(connection, path)
        connection.execute("COMMIT")
    except (sqlite3.Error, JournalError):
        connection.execute("ROLLBACK")
        raise


def _run(connection: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            connection.execute(statement)


def _note_version(connection: sqlite3.Connection, version: int) -> None:
    connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(version),))
    connection.execute(f"PRAGMA user_version={version}")


def _check(connection: sqlite3.Connection, path: str) -> None:
    found = _version(connection)
    if found != VERSION:
        raise JournalError(
            f"the journal {path} has schema {found} and this program knows {VERSION}; "
            "use the program that wrote it, or name another folder in TWS_CONSOLE_HOME."
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
