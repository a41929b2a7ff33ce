"""The folders of the foreign clients: installed once per machine, kept for every later run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.foreign.install import NotInstalled, folder

Installed = Callable[[str], Path]


@pytest.fixture(scope="session")
def installed() -> Installed:
    """`installed(name)` is the folder of a client; the test is skipped, saying why, where it cannot be had."""
    missing: dict[str, str] = {}

    def find(name: str) -> Path:
        if name not in missing:
            try:
                return folder(name)
            except NotInstalled as problem:
                missing[name] = str(problem)
        pytest.skip(f"{name} cannot be installed here: {missing[name]}")

    return find
