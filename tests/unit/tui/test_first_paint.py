"""What comes before the first paint: nothing that it does not draw, and nothing twice."""

from __future__ import annotations

import ast
import sys
from typing import Any

import pytest

from tests.support.simulator import wait_until
from tests.support.terminal import Terminal

LATER = {
    "tws_console.engine.engine",
    "tws_console.model.ids",
    "tws_console.model.order",
    "tws_console.model.position",
    "tws_console.model.ticket",
    "tws_console.model.codes",
    "tws_console.model.windows",
    "tws_console.rules.validation",
    "tws_console.tui.modals.dialog",
    "tws_console.tui.screens.page",
    "tws_console.tui.screens.trade",
    "tws_console.tui.views.orders",
    "tws_console.tui.widgets.live_table",
    "tws_console.tui.widgets.stop_bar",
    "ib_async",
    "json.encoder",
    "pydantic",
    "sqlite3",
}


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the real program had done when STOP was first on the terminal."""
    home = tmp_path_factory.mktemp("home")
    report = home / "report.json"
    command = [sys.executable, "-m", "tests.support.first_paint", "--port", "1"]
    with Terminal(command, env={"TWS_CONSOLE_HOME": str(home), "PAINT_REPORT": str(report)}):
        wait_until(report.exists, 30)
    return dict(ast.literal_eval(report.read_text(encoding="utf-8")))


def test_first_paint_waits_for_no_page_and_no_engine(painted: dict[str, Any]) -> None:
    loaded = set(painted["modules"])
    assert "tws_console.tui.screens.connect" in loaded
    assert not loaded & LATER


def test_stop_is_in_the_very_first_frame(painted: dict[str, Any]) -> None:
    assert painted["frames"] == 1


def test_styles_are_parsed_once_before_the_first_paint(painted: dict[str, Any]) -> None:
    assert painted["reparsed"] == 0


def test_no_garbage_is_looked_for_before_the_first_paint(painted: dict[str, Any]) -> None:
    assert painted["collections"] == 0
