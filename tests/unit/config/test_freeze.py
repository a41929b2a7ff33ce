"""The freeze file: its existence is the freeze."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from tws_console.config.freeze import FreezeFile
from tws_console.engine.ports import FreezePort


@pytest.fixture
def freeze(home: Path) -> FreezeFile:
    return FreezeFile("localhost", 7497)


def test_freeze_file_implements_the_port_when_typed(freeze: FreezeFile) -> None:
    port: FreezePort = freeze
    assert port.is_frozen() is False


def test_freeze_is_shared_when_two_processes_name_loopback_differently(home: Path, freeze: FreezeFile) -> None:
    other = FreezeFile("127.0.0.1", 7497)
    freeze.freeze("console 11", "stop")
    assert other.is_frozen()
    assert Path(freeze.path) == home / "freeze" / "127.0.0.1-7497.json"
    assert not FreezeFile("127.0.0.1", 7496).is_frozen()


def test_freeze_says_who_and_why_when_read(freeze: FreezeFile) -> None:
    assert freeze.read() is None
    freeze.freeze('panic "x"', "back\\slash\nünd\x01")
    content = freeze.read()
    assert content is not None
    assert (content["by"], content["reason"]) == ('panic "x"', "back\\slash\nünd\x01")
    at = str(content["at"])
    assert at.endswith("Z")
    assert datetime.fromisoformat(at).tzinfo is not None
    assert json.loads(Path(freeze.path).read_text(encoding="utf-8")) == content


def test_prepare_does_not_freeze_when_not_committed(freeze: FreezeFile) -> None:
    freeze.prepare("console", "bar")
    assert not freeze.is_frozen()
    freeze.discard()
    assert list(Path(freeze.path).parent.iterdir()) == []
    with pytest.raises(OSError, match="nothing was prepared"):
        freeze.commit()
    assert not freeze.is_frozen()


def test_commit_freezes_when_prepared(freeze: FreezeFile) -> None:
    freeze.prepare("console", "first")
    freeze.prepare("console", "second")
    freeze.commit()
    freeze.sync()
    assert freeze.is_frozen()
    assert [entry.name for entry in Path(freeze.path).parent.iterdir()] == ["127.0.0.1-7497.json"]
    content = freeze.read()
    assert content is not None
    assert content["reason"] == "second"


def test_freeze_stays_as_it_is_when_a_second_stop_commits(freeze: FreezeFile) -> None:
    freeze.freeze("console", "first")
    first = Path(freeze.path).stat()
    freeze.prepare("console", "second")
    freeze.commit()
    assert Path(freeze.path).stat().st_ino == first.st_ino
    content = freeze.read()
    assert content is not None
    assert content["reason"] == "first"
    freeze.discard()
    freeze.freeze("console", "third")
    assert [entry.name for entry in Path(freeze.path).parent.iterdir()] == ["127.0.0.1-7497.json"]


def test_two_processes_can_prepare_when_both_stop(home: Path) -> None:
    one, other = FreezeFile("127.0.0.1", 7497), FreezeFile("127.0.0.1", 7497)
    one.prepare("one", "x")
    other.prepare("other", "y")
    one.commit()
    other.commit()
    assert one.is_frozen()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"[" * 50000])
def test_freeze_counts_when_the_file_cannot_be_understood(freeze: FreezeFile, content: bytes) -> None:
    Path(freeze.path).parent.mkdir()
    Path(freeze.path).write_bytes(content)
    assert freeze.is_frozen()
    shown = freeze.read()
    assert shown is not None
    assert shown["at"] is None
    assert "cannot be read" in str(shown["reason"])


def test_freeze_counts_when_it_is_a_dangling_link(freeze: FreezeFile) -> None:
    Path(freeze.path).parent.mkdir()
    Path(freeze.path).symlink_to("nowhere")
    assert freeze.is_frozen()
    assert freeze.read() is not None


def test_freeze_counts_when_the_folder_cannot_be_looked_into(home: Path, freeze: FreezeFile) -> None:
    (home / "freeze").write_text("a file where the folder should be")
    assert freeze.is_frozen()
    with pytest.raises(OSError, match="exists"):
        freeze.freeze("console", "stop")


@pytest.mark.parametrize("phrase", ["", "resume", "Resume trading", "resume trading ", " resume trading"])
def test_release_refuses_when_the_phrase_is_not_exact(freeze: FreezeFile, phrase: str) -> None:
    freeze.freeze("console", "stop")
    with pytest.raises(ValueError, match="stays on"):
        freeze.release(phrase)
    assert freeze.is_frozen()


def test_release_ends_the_freeze_when_the_phrase_is_exact(freeze: FreezeFile) -> None:
    freeze.freeze("console", "stop")
    freeze.release("resume trading")
    assert not freeze.is_frozen()
    freeze.release("resume trading")
    assert not freeze.is_frozen()
