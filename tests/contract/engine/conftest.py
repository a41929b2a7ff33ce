"""One simulator per test: a fault or a fill in one test must not reach another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.desk import Desk
from tests.support.desk import desk as open_desk
from tests.support.simulator import SimulatorProcess


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Freeze files and journals of a test stay in its own folder."""
    monkeypatch.setenv("TWS_CONSOLE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def sim() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as running:
        yield running


@pytest.fixture
def empty_sim() -> Iterator[SimulatorProcess]:
    with SimulatorProcess("empty") as running:
        yield running


@pytest.fixture
async def desk(home: Path) -> AsyncIterator[Desk]:
    """An engine that is up at an empty simulator of the same loop."""
    async with open_desk(home) as running:
        yield running
