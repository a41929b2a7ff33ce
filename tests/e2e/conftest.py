"""A simulator for each test that changes the book, one for all that only look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.support.simulator import SimulatorProcess


@pytest.fixture(scope="module")
def shared() -> Iterator[SimulatorProcess]:
    """A simulator whose book no test changes."""
    with SimulatorProcess() as simulator:
        yield simulator


@pytest.fixture
def sim() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as simulator:
        yield simulator


@pytest.fixture
def looking(shared: SimulatorProcess, tmp_path: Path) -> Program:
    return Program(tmp_path, shared.port).at_any_hour()


@pytest.fixture
def program(sim: SimulatorProcess, tmp_path: Path) -> Program:
    return Program(tmp_path, sim.port).at_any_hour()
