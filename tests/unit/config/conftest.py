"""Every test of this room works in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TWS_CONSOLE_HOME", str(tmp_path))
    return tmp_path
