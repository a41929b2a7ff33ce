"""The registry names only what is built, and the first paint loads nothing that it does not need."""

from __future__ import annotations

import subprocess
import sys

from tws_console.tui.app import ConsoleApp
from tws_console.tui.bindings import ACTIONS

PROBE = """
import sys
import tws_console.tui.app
late = ("ib_async", "pydantic", "sqlite3", "tws_console.tui.screens.trade", "tws_console.ib", "tws_console.journal")
sys.stdout.write(" ".join(name for name in late if name in sys.modules))
"""


def test_every_action_has_a_method_of_the_app_when_it_names_one() -> None:
    missing = [action.id for action in ACTIONS if action.method and not _method(action.method)]
    assert missing == []


def _method(method: str) -> object:
    return getattr(ConsoleApp, f"action_{method.partition('(')[0]}", None)


def test_nothing_heavy_is_imported_when_the_app_is() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
