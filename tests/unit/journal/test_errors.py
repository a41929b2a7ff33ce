"""What cannot be written is told: to the caller that waits, and in `problem` for the others."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.journal.support import ENDPOINT, NOON, intent, order, select
from tws_console.journal import schema
from tws_console.journal.reader import ask, unanswered
from tws_console.journal.schema import JournalError
from tws_console.journal.writer import Journal
from tws_console.model.intent import IntentKind

EARLY = NOON - timedelta(hours=1)


async def test_schema_carries_its_version_when_the_file_is_new(journal: Journal, path: Path) -> None:
    await journal.open()
    assert select(path, "PRAGMA user_version") == [(schema.VERSION,)]
    assert select(path, "SELECT value FROM meta WHERE key = 'schema_version'") == [(str(schema.VERSION),)]
    assert select(path, "PRAGMA journal_mode") == [("wal",)]


async def test_open_brings_a_file_to_this_version_when_an_older_program_wrote_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(schema, "VERSION", 1)
        older.setattr(schema, "_STEPS", {})
        with closing(schema.open_for_writing(str(path))) as connection:
            connection.execute(
                "INSERT INTO intent VALUES ('01AAA', '2026-11-20T12:00:00Z', 'DU1', ?, 11, 101, 'DU1', 265598, 'AAPL', "
                "'BUY', '1', 'MKT', NULL, NULL, 'DAY', 1, '01AAA', 'sent', NULL, NULL, NULL, NULL, NULL)",
                (ENDPOINT,),
            )
    journal = Journal(str(path))
    try:
        assert [(one.ulid, one.kind) for one in await journal.unanswered(ENDPOINT, EARLY)] == [
            ("01AAA", IntentKind.PLACE)
        ]
    finally:
        await journal.close()
    assert select(path, "PRAGMA user_version") == [(schema.VERSION,)]


def test_writing_connection_waits_for_the_disk_when_it_commits(path: Path) -> None:
    with closing(schema.open_for_writing(str(path))) as connection:
        full = 2
        assert connection.execute("PRAGMA synchronous").fetchone() == (full,)


async def test_commit_intent_raises_an_os_error_when_the_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    journal = Journal(str(tmp_path / "file" / "journal.db"))
    try:
        with pytest.raises(OSError, match="cannot be used"):
            await journal.commit_intent(intent())
    finally:
        await journal.close()


async def test_journal_is_usable_again_when_the_cause_has_gone(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    journal = Journal(str(blocker / "journal.db"))
    try:
        journal.mark_sent("01AAA", NOON)
        with pytest.raises(JournalError):
            await journal.flush()
        assert "cannot be used" in journal.problem
        blocker.unlink()
        await journal.commit_intent(intent())
        assert [one.ulid for one in await journal.intents(EARLY)] == ["01AAA"]
    finally:
        await journal.close()


async def test_open_refuses_when_a_newer_program_wrote_the_file(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version=9")
    journal = Journal(str(path))
    try:
        with pytest.raises(JournalError, match=f"schema 9 and this program knows {schema.VERSION}"):
            await journal.open()
    finally:
        await journal.close()
    with pytest.raises(JournalError, match="schema 9"):
        ask(str(path), lambda connection: unanswered(connection, ENDPOINT, EARLY))
    assert select(path, "PRAGMA user_version") == [(9,)]


async def test_open_refuses_when_the_file_is_no_database(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 100)
    journal = Journal(str(path))
    try:
        with pytest.raises(JournalError, match="not a database"):
            await journal.open()
    finally:
        await journal.close()
    with pytest.raises(JournalError):
        ask(str(path), lambda connection: unanswered(connection, ENDPOINT, EARLY))


async def test_other_rows_are_written_when_one_is_refused(journal: Journal, path: Path) -> None:
    journal.record_event("before", {}, at=NOON)
    journal.record_order_state(order(order_id=2**70), endpoint=ENDPOINT, at=NOON)
    journal.record_event("after", {}, at=NOON)
    await journal.commit_intent(intent())
    assert "refused" in journal.problem
    assert select(path, "SELECT kind FROM event ORDER BY seq") == [("before",), ("after",)]


async def test_rows_keep_their_order_when_a_burst_is_written(journal: Journal, path: Path) -> None:
    for number in range(2000):
        journal.record_event(str(number), {"price": Decimal(number)}, at=NOON)
    await journal.flush()
    assert [kind for (kind,) in select(path, "SELECT kind FROM event ORDER BY seq")] == [str(n) for n in range(2000)]


async def test_close_writes_what_waits_when_nobody_flushed(path: Path) -> None:
    journal = Journal(str(path))
    for number in range(100):
        journal.record_event(str(number), {}, at=NOON)
    await journal.close()
    await journal.close()
    assert select(path, "SELECT COUNT(*) FROM event") == [(100,)]
    with pytest.raises(JournalError, match="closed"):
        journal.mark_sent("01AAA", NOON)
    with pytest.raises(JournalError, match="closed"):
        await journal.commit_intent(intent())


async def test_close_starts_no_thread_when_the_journal_was_never_used(path: Path) -> None:
    before = threading.active_count()
    await Journal(str(path)).close()
    assert threading.active_count() == before
    assert not path.exists()


async def test_intent_is_taken_back_when_its_caller_gives_up_before_its_turn(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, go_on = threading.Event(), threading.Event()

    def slow_disk(name: str) -> sqlite3.Connection:
        busy.set()
        assert go_on.wait(60)
        return schema.open_for_writing(name)

    monkeypatch.setattr("tws_console.journal.writer.open_for_writing", slow_disk)
    journal = Journal(str(path))
    first = asyncio.ensure_future(journal.commit_intent(intent("01FIRST")))
    assert await asyncio.to_thread(busy.wait, 10)
    last = asyncio.ensure_future(journal.commit_intent(intent("01LAST")))
    await asyncio.to_thread(lambda: None)  # lets the loop take the row into the queue
    last.cancel()
    with pytest.raises(asyncio.CancelledError):
        await last
    go_on.set()
    await first
    assert [one.ulid for one in await journal.intents(EARLY)] == ["01FIRST"]
    await journal.close()


async def test_commit_intent_refuses_in_time_when_another_process_holds_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.05)
    journal = Journal(str(path))
    await journal.open()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="locked"):
            await journal.commit_intent(intent())
        other.execute("ROLLBACK")
    await journal.commit_intent(intent())
    assert [one.ulid for one in await journal.intents(EARLY)] == ["01AAA"]
    await journal.close()
