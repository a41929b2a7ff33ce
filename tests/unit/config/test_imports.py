"""What the emergency stop imports before its bytes leave must stay cheap; the room must not reach into others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAVY = {"typing", "re", "json", "pathlib", "dataclasses", "socket", "tomllib", "pydantic", "logging", "datetime"}


def modules_after(statement: str, *flags: str) -> set[str]:
    code = f"import sys; sys.path.insert(0, '.'); {statement}; sys.stdout.write(' '.join(sys.modules))"
    run = subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(run.stdout.split())


@pytest.mark.parametrize("module", ["paths", "endpoints", "freeze"])
def test_module_imports_nothing_dear_when_the_stop_uses_it(module: str) -> None:
    loaded = modules_after(f"import tws_console.config.{module}", "-S")
    assert not loaded & HEAVY
    assert {name for name in loaded if name.startswith("tws_console.")} <= {
        "tws_console.config",
        "tws_console.config.paths",
        "tws_console.config.endpoints",
        "tws_console.config.freeze",
    }


def test_freeze_is_written_without_dear_imports_when_the_host_is_an_address() -> None:
    loaded = modules_after(
        "import os; os.environ['TWS_CONSOLE_HOME'] = os.devnull + '/x'\n"
        "from tws_console.config.freeze import FreezeFile\n"
        "try: FreezeFile('localhost', 7497).freeze('panic', 'why')\n"
        "except OSError: pass\n"
        "sys",
        "-S",
    )
    assert not loaded & HEAVY


@pytest.mark.parametrize("module", ["load", "resolve", "save", "themes", "logs"])
def test_module_stays_in_its_room_when_imported(module: str) -> None:
    loaded = modules_after(f"import tws_console.config.{module}")
    rooms = {name.split(".")[1] for name in loaded if name.startswith("tws_console.")}
    assert rooms <= {"config", "model"}
    assert not loaded & {"textual", "rich", "ib_async", "sqlite3"}
