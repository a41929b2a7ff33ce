"""Several writers, and a process that dies: what commit_intent promised is there."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.unit.journal.support import ENDPOINT, NOON, intent, select
from tws_console.journal.reader import ask, unanswered
from tws_console.journal.writer import Journal

ROOT = Path(__file__).parents[3]

COMMIT_AND_WAIT = """
import asyncio, sys
from tests.unit.journal.support import intent
from tws_console.journal.writer import Journal

async def main():
    journal = Journal(sys.argv[1])
    await journal.commit_intent(intent(sys.argv[2]))
    sys.stdout.write("committed\\n")
    sys.stdout.flush()
    await asyncio.Event().wait()

asyncio.run(main())
"""

COMMIT_MANY = """
import asyncio, sys
from tests.unit.journal.support import intent
from tws_console.journal.writer import Journal

async def main():
    journal = Journal(sys.argv[1])
    for number in range(30):
        await journal.commit_intent(intent(f"{sys.argv[2]}-{number}"))
    await journal.close()

asyncio.run(main())
"""


def test_intent_is_there_when_the_process_is_killed_right_after(path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", COMMIT_AND_WAIT, str(path), "01DEAD"], stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"committed\n"
    finally:
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()
    assert child.returncode == -signal.SIGKILL
    found = ask(str(path), lambda connection: unanswered(connection, ENDPOINT, NOON - timedelta(hours=1)))
    assert [one.ulid for one in found] == ["01DEAD"]
    assert select(path, "PRAGMA integrity_check") == [("ok",)]


def test_all_rows_are_there_when_processes_create_and_write_at_once(path: Path) -> None:
    names = ("a", "b", "c", "d")
    children = [subprocess.Popen([sys.executable, "-c", COMMIT_MANY, str(path), name], cwd=ROOT) for name in names]
    assert [child.wait() for child in children] == [0] * len(names)
    assert select(path, "SELECT COUNT(*) FROM intent") == [(30 * len(names),)]


async def test_two_journals_share_a_file_when_both_write(path: Path) -> None:
    one, other = Journal(str(path)), Journal(str(path))
    try:
        pairs = [(journal, f"{name}{n}") for n in range(20) for name, journal in (("a", one), ("b", other))]
        await asyncio.gather(*(journal.commit_intent(intent(ulid)) for journal, ulid in pairs))
        one.mark_sent("b0", NOON)
        await one.flush()
        seen = {found.ulid: found.state.value for found in await other.intents(NOON)}
    finally:
        await one.close()
        await other.close()
    assert set(seen) == {ulid for _, ulid in pairs}
    assert seen["b0"] == "sent"


async def test_questions_are_answered_when_another_program_holds_the_file(journal: Journal, path: Path) -> None:
    await journal.commit_intent(intent())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE intent SET state = 'ended'")
        found = await journal.unanswered(ENDPOINT, NOON - timedelta(hours=1))
        other.execute("ROLLBACK")
    assert found == (intent(),)
