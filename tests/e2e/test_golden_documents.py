"""Documents of verbs that need no market, byte for byte apart from the test's own folder, as scripts rely on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import Program
from tests.support.simulator import SimulatorProcess

GOLDEN = Path(__file__).parents[1] / "golden" / "cli"


def golden(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("action", ["path", "show", "validate", "init"])
def test_config_document_is_the_golden_one(tmp_path: Path, action: str) -> None:
    program = Program(tmp_path, 7497)

    document = program.run("config", action, "--json").document

    assert json.loads(json.dumps(document).replace(str(tmp_path), "HOME")) == golden(f"config-{action}")


def test_usage_error_document_is_the_golden_one(tmp_path: Path) -> None:
    answer = Program(tmp_path, 7497).run("ordres")

    assert answer.code == 2
    assert answer.document == golden("usage")


def test_book_of_the_simulator_is_the_golden_one(sim: SimulatorProcess) -> None:
    names = ("perm_id", "client_id", "order_id", "symbol", "action", "quantity", "type", "staged")

    assert [{name: row[name] for name in names} for row in sim.ctl("book")] == golden("sim-book")
