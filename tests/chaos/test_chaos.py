"""A few runs of chaos with every test run, and the proof that it can fail: each deliberate defect is found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.defects import DEFECTS

ROOT = Path(__file__).resolve().parents[2]
RUNS = 15
DEFECT_RUNS = 60
"""At most: the first run that finds the defect ends the search."""


def chaos(*options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.chaos", "--jobs", "2", *map(str, options)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_chaos_finds_nothing_when_the_engine_is_whole() -> None:
    ended = chaos("--runs", RUNS, "--seed", 1)

    assert ended.returncode == 0, ended.stderr
    assert '"ok": true' in ended.stdout


@pytest.mark.parametrize("defect", sorted(DEFECTS))
def test_chaos_names_the_seed_when_a_promise_is_broken(defect: str) -> None:
    ended = chaos("--runs", DEFECT_RUNS, "--seed", 1, "--defect", defect)

    assert ended.returncode == 1, ended.stdout
    assert "to see it again: python -m tests.chaos --runs 1 --seed" in ended.stderr
