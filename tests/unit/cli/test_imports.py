"""The command line stays out of the rooms it may not enter, and help comes without the heavy ones."""

from __future__ import annotations

import subprocess
import sys

import pytest

ALL = (
    "import pkgutil, importlib, tws_console.cli as room\n"
    "for module in pkgutil.walk_packages(room.__path__, 'tws_console.cli.'):\n"
    "    importlib.import_module(module.name)\n"
)
FRAME = "import tws_console.cli.main\n"


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        (ALL, ("tws_console.ib", "tws_console.journal", "tws_console.simulator", "tws_console.tui")),
        (ALL, ("ib_async", "textual", "rich", "sqlite3")),
        (FRAME, ("tws_console.engine", "tws_console.rules", "pydantic")),
    ],
    ids=["rooms", "libraries", "frame"],
)
def test_command_line_imports_nothing_forbidden_when_loaded(code: str, forbidden: tuple[str, ...]) -> None:
    code += f"import sys\nprint([name for name in {forbidden!r} if name in sys.modules])\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
