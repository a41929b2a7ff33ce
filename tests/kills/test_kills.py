"""A few kills in every check; `python -m tests.kills` does hundreds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kills.harness import run


def test_nothing_is_lost_doubled_or_unexplained_when_the_engine_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWS_CONSOLE_HOME", str(tmp_path))

    tally = run(tmp_path, 6, 7, lambda line: None)

    assert tally.wrong == []
    assert tally.counts["placements received"] > 0
    assert tally.counts["live orders compared"] > 0
