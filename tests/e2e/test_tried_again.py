"""What a script is told that tries again: each command is a process of its own, and only the journal joins them."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import AT_ANY_HOUR, Program, order
from tests.support.simulator import SimulatorProcess, wait_until

PLACE = 3


def rule(document: dict[str, Any], name: str) -> tuple[str, str | None]:
    (verdict,) = [verdict for verdict in document["verdicts"] if verdict["rule"] == name]
    return verdict["verdict"], verdict["code"]


def journalled(home: Path) -> list[str]:
    """The state of every intent in the journal."""
    with closing(sqlite3.connect(home / "journal.db")) as journal:
        return [state for (state,) in journal.execute("SELECT state FROM intent")]


def test_second_process_is_refused_when_the_profile_forbids_duplicates(
    program: Program, tmp_path: Path, sim: SimulatorProcess
) -> None:
    (tmp_path / "config.toml").write_text(f"{AT_ANY_HOUR}[profiles.paper.limits]\nduplicate_seconds = 3600\n")

    first = program.run("place", "--json", order(), "--transmit")
    second = program.run("place", "--json", order(), "--transmit")
    other = program.run("place", "--json", order(quantity=11), "--transmit")

    assert (first.code, other.code) == (0, 0)
    assert (second.code, second.document["error_code"]) == (6, "DUPLICATE_ORDER")
    assert second.document["submitted"] is False
    assert len(sim.requests(PLACE)) == 2


def test_retry_is_warned_and_the_list_names_the_first_try_when_its_fate_is_not_known(
    program: Program, sim: SimulatorProcess
) -> None:
    """The time-out of a placement is where scripts double their orders (QuantConnect/Lean.Brokerages issue 93)."""
    sim.ctl("fault", "silent-hold")
    first = program.run("place", "--json", order(), "--transmit", "--timeout", 2)
    listed = program.run("orders", "--all")
    again = program.run("place", "--json", order(), "--transmit", "--dry-run")

    assert (first.code, first.document["state"]["status"]) == (8, "unknown")
    assert "tws-console reconcile" in first.document["error"]
    (open_one,) = listed.document["unresolved"]
    assert (open_one["intent"], open_one["order_id"]) == (first.document["intent"], first.document["order_id"])
    assert "may be live" in listed.words
    assert rule(again.document, "duplicate") == ("warn", "DUPLICATE_ORDER")
    assert len(sim.requests(PLACE)) == 1

    sim.ctl("clear", "silent-hold")
    wait_until(lambda: bool(sim.book(order_ref=first.document["effective_order_ref"])))
    known = program.run("orders", "--all")
    assert known.document["unresolved"] == []
    assert first.document["effective_order_ref"] in {row["order_ref"] for row in known.document["orders"]}


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_next_run_knows_the_order_when_the_placing_process_was_ended(
    program: Program, tmp_path: Path, sim: SimulatorProcess, ended_by: signal.Signals
) -> None:
    sim.ctl("fault", "silent-hold")
    running = program.start("place", "--json", order(), "--transmit", "--timeout", 60)
    wait_until(lambda: bool(sim.requests(PLACE)) and journalled(tmp_path) == ["sent"], 60)
    running.send_signal(ended_by)
    text, _ = running.communicate(timeout=60)

    (open_one,) = program.run("reconcile").document["unresolved"]
    if ended_by is signal.SIGINT:
        document = json.loads(text)
        assert (running.returncode, document["error_code"]) == (130, "INTERRUPTED")
        assert (document["submitted"], document["intent"]) == (True, open_one["intent"])
        assert (document["client_id"], document["order_id"]) == (open_one["client_id"], open_one["order_id"])
    sim.ctl("clear", "silent-hold")
    wait_until(lambda: bool(sim.book(order_id=open_one["order_id"], client_id=open_one["client_id"])))
    settled = program.run("reconcile")
    assert (settled.code, settled.document["unresolved"]) == (0, [])
    assert len(sim.requests(PLACE)) == 1
