"""What is imported before the first paint: nothing that it does not draw."""

from __future__ import annotations

import json
import subprocess
import sys

LOADED = """
import json, sys
from tws_console import console
from tws_console.config import themes
from tws_console.tui import app, run
from tws_console.tui.output import driver_class
driver_class()
print(json.dumps(sorted(sys.modules)))
"""
LATER = {
    "tws_console.engine.engine",
    "tws_console.model.order",
    "tws_console.model.position",
    "tws_console.model.ticket",
    "tws_console.model.codes",
    "tws_console.rules.validation",
    "tws_console.tui.modals.dialog",
    "tws_console.tui.screens.page",
    "tws_console.tui.screens.trade",
    "tws_console.tui.views.orders",
    "tws_console.tui.widgets.live_table",
    "tws_console.tui.widgets.stop_bar",
    "ib_async",
    "pydantic",
    "sqlite3",
}


def test_first_paint_waits_for_no_page_and_no_engine() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "tws_console.tui.screens.connect" in loaded
    assert not loaded & LATER
