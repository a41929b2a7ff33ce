"""The latch blocks at once, waits for the disk a moment only, and follows a release from elsewhere."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tws_console.engine.latch import FAILED, LATE, Latch


class FakeFile:
    """A freeze file in memory, whose disk can hang or fail."""

    def __init__(self) -> None:
        self.there = False
        self.hang: threading.Event | None = None
        self.broken = False
        self.tried: list[str] = []

    def _touch(self, what: str) -> None:
        self.tried.append(what)
        if self.hang is not None:
            self.hang.wait(60)
        if self.broken:
            raise OSError("no space left")

    def is_frozen(self) -> bool:
        return self.there

    def read(self) -> dict[str, Any] | None:
        return {} if self.there else None

    def prepare(self, by: str, reason: str) -> None:
        self._touch("prepare")

    def discard(self) -> None:
        self._touch("discard")

    def commit(self) -> None:
        self._touch("commit")
        self.there = True

    def sync(self) -> None:
        self._touch("sync")

    def freeze(self, by: str, reason: str) -> None:
        self._touch("freeze")
        self.there = True

    def release(self, phrase: str) -> None:
        if phrase != "resume trading":
            raise ValueError("the phrase is resume trading")
        self.there = False


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a disk that does not hang may still take longer than a cancel would wait for it."""
    monkeypatch.setattr("tws_console.engine.latch.FILE_PATIENCE", 30.0)


@pytest.mark.usefixtures("patient")
def test_latch_only_renames_when_the_file_was_prepared() -> None:
    file = FakeFile()
    latch = Latch(file, "test")
    latch.prepare()

    assert latch.engage() == ""
    assert file.tried == ["prepare", "commit"]
    assert latch.is_frozen()


@pytest.mark.usefixtures("patient")
def test_latch_holds_without_a_file_when_the_disk_is_full() -> None:
    file = FakeFile()
    file.broken = True
    latch = Latch(file, "test")

    assert latch.engage() == f"{FAILED}: no space left"
    assert latch.is_frozen()
    assert not file.there


def test_latch_does_not_wait_twice_when_the_disk_hangs() -> None:
    file = FakeFile()
    latch = Latch(file, "test")
    latch.prepare()
    file.hang = threading.Event()

    assert latch.engage() == LATE
    assert latch.is_frozen()
    assert file.tried == ["prepare", "commit"]
    file.hang.set()


@pytest.mark.usefixtures("patient")
def test_latch_opens_when_another_shell_releases_the_file() -> None:
    file = FakeFile()
    latch = Latch(file, "test")
    latch.engage()

    file.there = False

    assert not latch.is_frozen()


@pytest.mark.usefixtures("patient")
def test_latch_opens_by_the_phrase_alone_when_only_this_process_is_frozen() -> None:
    file = FakeFile()
    file.broken = True
    latch = Latch(file, "test")
    latch.engage()
    with pytest.raises(ValueError, match="resume trading"):
        latch.release("please")
    assert latch.is_frozen()

    latch.release("resume trading")

    assert not latch.is_frozen()


@pytest.mark.usefixtures("patient")
def test_file_is_renamed_in_the_thread_that_asks_when_it_was_prepared() -> None:
    file = FakeFile()
    latch = Latch(file, "test")
    latch.prepare()
    done: list[tuple[str, int, bool]] = []

    latch.engage_then(lambda note: done.append((note, threading.get_ident(), file.there)))

    assert done == [("", threading.get_ident(), True)]
    assert file.tried == ["prepare", "commit"]


@pytest.mark.usefixtures("patient")
def test_no_thread_is_started_when_the_file_was_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    file = FakeFile()
    latch = Latch(file, "test")
    latch.prepare()
    notes: list[str] = []
    started: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", started.append)

    latch.engage_then(notes.append)

    assert notes == [""]
    assert not started


@pytest.mark.usefixtures("patient")
def test_watch_ends_when_the_bar_closes() -> None:
    latch = Latch(FakeFile(), "test")
    before = set(threading.enumerate())
    latch.prepare()
    (watch,) = set(threading.enumerate()) - before
    latch.discard()
    watch.join(10)
    assert not watch.is_alive()


@pytest.mark.usefixtures("patient")
def test_file_is_written_first_when_nothing_was_prepared() -> None:
    file = FakeFile()
    done: list[tuple[str, bool]] = []

    Latch(file, "test").engage_then(lambda note: done.append((note, file.there)))

    assert done == [("", True)]
    assert file.tried == ["freeze"]


def test_what_follows_is_done_once_and_elsewhere_when_the_rename_hangs() -> None:
    file = FakeFile()
    latch = Latch(file, "test")
    latch.prepare()
    file.hang = threading.Event()
    notes: list[str] = []
    acted = threading.Event()

    def act(note: str) -> None:
        notes.append(note)
        acted.set()

    stuck = threading.Thread(target=lambda: latch.engage_then(act))
    stuck.start()
    assert acted.wait(60)
    assert stuck.is_alive()
    assert notes == [LATE]
    assert latch.is_frozen()

    file.hang.set()
    stuck.join(10)
    assert notes == [LATE]
    assert latch.is_frozen()


def test_what_follows_is_done_and_entry_blocked_when_the_rename_fails() -> None:
    file = FakeFile()
    latch = Latch(file, "test")
    latch.prepare()
    file.broken = True
    notes: list[str] = []

    latch.engage_then(notes.append)

    assert [note.startswith(FAILED) for note in notes] == [True]
    assert latch.is_frozen()
