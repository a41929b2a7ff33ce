"""`flatten` as a script and as a person at a terminal see it."""

from __future__ import annotations

import os
import pty
import subprocess

from tests.e2e.program import TIMEOUT, Program
from tests.support.simulator import SimulatorProcess

PLACE_ORDER = 3


def test_flatten_closes_one_position_when_told_so(program: Program, sim: SimulatorProcess) -> None:
    answer = program.run("flatten", "NVDA", "--yes")

    (row,) = answer.document["positions"]
    assert (answer.code, row["outcome"], row["before"], row["after"]) == (0, "closed", 600, 0)
    assert (row["order"]["submitted"], row["order"]["state"]["action"]) == (True, "SELL")
    assert row["order"]["order_id"] == sim.requests(PLACE_ORDER)[0]["order_id"]
    again = program.run("flatten", "NVDA", "--yes")
    assert (again.code, again.document["error_code"]) == (9, "NOT_FOUND")
    assert len(sim.requests(PLACE_ORDER)) == 1


def test_flatten_sends_nothing_when_nobody_agreed(program: Program, sim: SimulatorProcess) -> None:
    answer = program.run("flatten", "NVDA")

    assert (answer.code, answer.document["error_code"], answer.document["positions"]) == (6, "NOT_ARMED", [])
    assert not sim.requests()


def test_flatten_all_says_what_is_left_when_others_hold_the_closing_orders(
    program: Program, sim: SimulatorProcess
) -> None:
    answer = program.run("flatten", "--all", "--account", "DU7654321", "--type", "MKT", "--yes")

    outcomes = {row["symbol"]: row["outcome"] for row in answer.document["positions"]}
    assert outcomes == {"INTC": "closed", "KO": "closed", "SPY": "refused"}
    assert (answer.code, answer.document["error_code"]) == (8, "NOT_PROVED")
    assert {row["account"] for row in answer.document["positions"]} == {"DU7654321"}


def test_flatten_passes_the_freeze_when_place_does_not(program: Program) -> None:
    assert program.run("freeze", "on").code == 0

    answer = program.run("flatten", "NVDA", "--yes")

    assert (answer.code, answer.document["positions"][0]["after"]) == (0, 0)
    assert program.run("freeze", "status").document["frozen"] is True


def test_flatten_asks_a_person_and_takes_anything_else_for_no(program: Program, sim: SimulatorProcess) -> None:
    for typed, code, left in (("no", 6, 600), ("yes", 0, 0)):
        controller, terminal = pty.openpty()
        asked = subprocess.Popen(
            program.command("flatten", "NVDA", "--json"),
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=terminal,
            text=True,
            env=program.environment(),
        )
        os.close(terminal)
        words = b""
        while b"anything else is no" not in words:
            words += os.read(controller, 1000)
        os.write(controller, f"{typed}\n".encode())
        asked.communicate(timeout=TIMEOUT)
        os.close(controller)
        assert b"NVDA  +600" in words
        assert asked.returncode == code
        held = program.run("positions").document["positions"]
        assert [row["quantity"] for row in held if row["symbol"] == "NVDA"] == [left]
