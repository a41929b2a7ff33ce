"""The real command line on orders of other programs: told first, agreed to, then exactly that order."""

from __future__ import annotations

import os
import pty
import subprocess
from typing import Any

import pytest

from tests.e2e.program import TIMEOUT, HeldId, Program, checked
from tests.support.simulator import SimulatorProcess

CANCEL, BIND = 4, 5


def cancels(sim: SimulatorProcess) -> list[tuple[int, int]]:
    return [(row["client_id"], row["order_id"]) for row in sim.requests(CANCEL)]


def perm_ids(sim: SimulatorProcess) -> set[int]:
    return {row["perm_id"] for row in sim.book()}


@pytest.fixture
def foreign(sim: SimulatorProcess) -> dict[str, Any]:
    row: dict[str, Any] = sim.book(client_id=7)[0]
    return row


def test_foreign_order_is_cancelled_when_takeover_is_agreed_to_beforehand(
    program: Program, sim: SimulatorProcess, foreign: dict[str, Any]
) -> None:
    before = perm_ids(sim)

    answer = program.run("cancel", foreign["perm_id"], "--takeover", "--yes")

    document = answer.document
    assert (answer.code, document["outcome"], document["via"]) == (0, "cancelled", "takeover")
    assert (document["perm_id"], document["client_id"]) == (foreign["perm_id"], 7)
    assert cancels(sim) == [(7, foreign["order_id"])]
    assert perm_ids(sim) == before - {foreign["perm_id"]}


def test_takeover_sends_nothing_when_nobody_can_be_asked(
    program: Program, sim: SimulatorProcess, foreign: dict[str, Any]
) -> None:
    answer = program.run("cancel", foreign["perm_id"], "--takeover")

    assert (answer.code, answer.document["error_code"]) == (6, "NOT_ARMED")
    assert (answer.document["outcome"], answer.document["perm_id"]) == ("refused", foreign["perm_id"])
    assert "--yes" in answer.document["error"]
    assert cancels(sim) == []


@pytest.mark.parametrize(("typed", "code"), [(b"yes\n", 0), (b"y\n", 6), (b"\n", 6)])
def test_takeover_tells_what_it_does_and_asks_when_on_a_terminal(
    program: Program, sim: SimulatorProcess, typed: bytes, code: int
) -> None:
    first, second = sim.book(manual=True)
    master, terminal = pty.openpty()
    try:
        child = subprocess.Popen(
            program.command("cancel", first["perm_id"], "--takeover"),
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=terminal,
            text=True,
            env=program.environment(),
        )
        asked = b""
        while b"Type yes" not in asked:
            asked += os.read(master, 1024)
        assert sim.requests(BIND) == []
        os.write(master, typed)
        stdout, _ = child.communicate(timeout=TIMEOUT)
    finally:
        os.close(master)
        os.close(terminal)

    answer = checked(child.returncode, stdout, "")
    assert answer.code == code
    words = " ".join(asked.decode().split())
    assert "Connects as client 0" in words
    assert "binds all 2 manual orders" in words
    assert f"#{second['perm_id']}" in words
    assert len(cancels(sim)) == len(sim.requests(BIND)) == (1 if code == 0 else 0)
    assert second["perm_id"] in perm_ids(sim)


def test_takeover_says_who_holds_the_id_when_the_owner_is_connected(
    program: Program, sim: SimulatorProcess, foreign: dict[str, Any]
) -> None:
    with HeldId(sim.port, 7):
        answer = program.run("cancel", foreign["perm_id"], "--takeover", "--yes")

    assert (answer.code, answer.document["error_code"]) == (6, "FOREIGN_ORDER")
    assert "client 7 is connected (326)" in answer.document["error"]
    assert (answer.document["outcome"], answer.document["via"]) == ("refused", "none")
    assert cancels(sim) == []


def test_takeover_exits_7_when_the_order_fills_first(
    program: Program, sim: SimulatorProcess, foreign: dict[str, Any]
) -> None:
    sim.ctl("fault", "late-fill", "client=7")

    answer = program.run("cancel", foreign["perm_id"], "--takeover", "--yes")

    assert (answer.code, answer.document["outcome"], answer.document["via"]) == (7, "filled", "takeover")


def test_orders_say_that_they_can_be_taken_over_when_they_are_not_ours(program: Program, sim: SimulatorProcess) -> None:
    rows = program.run("orders", "--all").document["orders"]

    assert len(rows) == len(sim.book())
    assert all(row["can"] == ["takeover", "global-cancel"] for row in rows)
