"""The log file: JSON lines, no word on the terminal."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tws_console.config import logs


@pytest.fixture(autouse=True)
def _quiet_afterwards() -> Iterator[None]:
    yield
    logger = logging.getLogger(logs.ROOT)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    logger.propagate = True


def lines(path: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def test_log_is_one_object_a_line_when_fields_are_given(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = logs.configure()
    assert path == str(home / "log" / "tws-console.log")
    log = logging.getLogger("tws_console.engine.trading")
    log.info("sent %s\nto TWS", "BUY", extra={"perm_id": 7, "level": "x"})
    log.debug("not this one")
    (line,) = lines(path)
    assert line["message"] == "sent BUY\nto TWS"
    assert (line["level"], line["logger"], line["perm_id"]) == ("info", "tws_console.engine.trading", 7)
    assert line["extra_level"] == "x"
    at = str(line["timestamp"])
    assert at.endswith("Z")
    assert datetime.fromisoformat(at).tzinfo is not None
    assert capfd.readouterr() == ("", "")


def test_log_holds_the_traceback_when_an_exception_is_logged(home: Path) -> None:
    path = logs.configure()
    assert path is not None
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        logging.getLogger("tws_console.x").exception("failed", extra={"odd": object})
    (line,) = lines(path)
    assert "RuntimeError: broken" in str(line["traceback"])
    assert "object" in str(line["odd"])


def test_log_rotates_when_it_is_full(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 500)
    path = logs.configure()
    assert path is not None
    for number in range(50):
        logging.getLogger("tws_console.x").info("line %d", number)
    assert Path(path).stat().st_size <= 500
    assert Path(f"{path}.1").exists()
    assert len(list((home / "log").iterdir())) == logs.KEPT_FILES + 1


def test_configure_replaces_its_handler_when_called_again(home: Path) -> None:
    logs.configure()
    path = logs.configure(logging.DEBUG)
    assert path is not None
    logging.getLogger("tws_console.x").debug("once")
    assert [line["message"] for line in lines(path)] == ["once"]


def test_configure_says_one_sentence_when_the_folder_cannot_be_written(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (home / "log").write_text("a file", encoding="utf-8")
    assert logs.configure() is None
    logging.getLogger("tws_console.x").error("nowhere to go")
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("no log is kept: ")
