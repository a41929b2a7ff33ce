"""The real program's verbs against the simulator: exit codes and documents, as a script sees them."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import AT_ANY_HOUR, TIMEOUT, HeldId, Program, checked, order
from tests.support.simulator import SimulatorProcess, wait_until

PLACE_ORDER = 3


def test_health_tells_the_other_end_when_connected(looking: Program) -> None:
    answer = looking.run("health")
    document = answer.document
    assert (answer.code, document["connected"], document["client_id"], document["mode"]) == (0, True, 12, "paper")
    assert document["accounts"] == ["DU1234567", "DU7654321"]
    assert document["lamps"]["socket"] == "up"
    assert [stage["ok"] for stage in document["stages"]] == [True] * 7


def test_orders_lists_everybody_once_when_asked_for_all(looking: Program, shared: SimulatorProcess) -> None:
    document = looking.run("orders", "--all").document
    perm_ids = [row["perm_id"] for row in document["orders"]]
    assert sorted(perm_ids) == sorted(row["perm_id"] for row in shared.book())
    assert {row["owner"] for row in document["orders"]} == {"foreign", "manual"}
    assert document["snapshot"]["complete"] is True


def test_orders_lists_what_was_chosen_when_filtered(looking: Program) -> None:
    rows = looking.run("orders", "--all", "--symbol", "aapl").document["orders"]
    assert {row["symbol"] for row in rows} == {"AAPL"}
    one = looking.run("orders", "--client", 3).document["orders"]
    assert one
    assert {row["client_id"] for row in one} == {3}
    assert looking.run("orders").document["orders"] == []


def test_positions_and_account_hold_money_when_loaded(looking: Program) -> None:
    positions = looking.run("positions").document["positions"]
    assert len(positions) == 10
    assert {row["account"] for row in positions} == {"DU1234567", "DU7654321"}
    assert all(row["market_value"] is not None for row in positions if row["quantity"])
    one = looking.run("account", "--account", "DU7654321").document["accounts"]
    assert [(row["account"], row["net_liquidation"] > 0) for row in one] == [("DU7654321", True)]


def test_commands_work_when_another_program_holds_the_console_id(looking: Program, shared: SimulatorProcess) -> None:
    with HeldId(shared.port, 11), HeldId(shared.port, 12):
        for argv in (("health",), ("orders", "--all"), ("positions",), ("account",)):
            assert looking.run(*argv).code == 0
        assert looking.run("health").document["client_id"] == 13


def test_place_sends_nothing_when_it_is_a_dry_run(program: Program, sim: SimulatorProcess) -> None:
    answer = program.run("place", "--json", order(), "--dry-run", "--what-if", "--transmit")
    document = answer.document
    assert (answer.code, document["submitted"], document["dry_run"], document["state"]) == (0, False, True, None)
    assert (document["contract"]["con_id"], document["order_payload"]["limit_price"]) == (265598, 180.5)
    assert document["what_if"]["init_margin_change"] > 0
    assert {verdict["verdict"] for verdict in document["verdicts"]} <= {"pass", "warn"}
    assert sim.book(client_id=12) == []


def test_place_stages_the_order_when_transmit_is_not_given(program: Program, sim: SimulatorProcess) -> None:
    answer = program.run("place", "--json-file", "-", stdin=order(client_tag="mine-1"))
    document = answer.document
    assert (answer.code, document["submitted"], document["state"]["status"]) == (0, True, "staged")
    assert (document["effective_order_ref"], document["what_if"], document["perm_id"]) == ("mine-1", None, None)
    assert [row["staged"] for row in sim.book(client_id=12)] == [True]


def test_order_is_placed_listed_and_cancelled_when_all_goes_well(
    program: Program, sim: SimulatorProcess, tmp_path: Path
) -> None:
    file = tmp_path / "order.json"
    file.write_text(order())
    placed = program.run("place", "--json-file", file, "--transmit").document
    perm_id = placed["perm_id"]
    assert (placed["client_id"], placed["state"]["owner"]) == (12, "own")
    (row,) = program.run("orders", "--client", 12).document["orders"]
    assert (row["perm_id"], row["can"], row["order_ref"]) == (
        perm_id,
        ["modify", "cancel", "global-cancel"],
        placed["intent"],
    )
    cancelled = program.run("cancel", perm_id)
    document = cancelled.document
    assert (cancelled.code, document["outcome"], document["via"], document["perm_id"]) == (
        0,
        "cancelled",
        "own",
        perm_id,
    )
    assert sim.book(perm_id=perm_id) == []
    assert program.run("cancel", perm_id).code == 9


def test_cancel_connects_under_the_orders_own_id_when_that_is_ours(program: Program, sim: SimulatorProcess) -> None:
    placed = program.run("place", "--json", order(), "--transmit", "--client-id", 15).document
    with HeldId(sim.port, 15):
        refused = program.run("cancel", placed["perm_id"])
        assert (refused.code, refused.document["error_code"]) == (6, "FOREIGN_ORDER")
        assert "connected (326)" in refused.document["error"]
    wait_until(lambda: 15 not in [client["client_id"] for client in sim.ctl("clients")])
    answer = program.run("cancel", "--client", 15, "--order-id", placed["order_id"])
    assert (answer.code, answer.document["client_id"], answer.document["outcome"]) == (0, 15, "cancelled")
    assert sim.book(perm_id=placed["perm_id"]) == []


def test_cancel_leaves_an_order_alone_when_it_is_not_ours(looking: Program, shared: SimulatorProcess) -> None:
    before = shared.book()
    rows = looking.run("orders", "--all").document["orders"]
    for owner, name in (("foreign", "client"), ("manual", "by hand")):
        row = next(row for row in rows if row["owner"] == owner)
        answer = looking.run("cancel", row["perm_id"])
        assert (answer.code, answer.document["error_code"]) == (6, "FOREIGN_ORDER")
        assert (answer.document["outcome"], answer.document["via"]) == ("refused", "none")
        assert name in answer.document["error"]
    assert [row["perm_id"] for row in shared.book()] == [row["perm_id"] for row in before]


def test_cancel_shows_candidates_when_the_number_names_none_or_several(looking: Program) -> None:
    rows = looking.run("orders", "--all").document["orders"]
    number = next(row["order_id"] for row in rows if row["owner"] == "foreign")
    bare = looking.run("cancel", number)
    assert (bare.code, bare.document["error_code"]) == (9, "NOT_FOUND")
    assert {row["order_id"] for row in bare.document["candidates"]} == {number}
    manual = looking.run("cancel", "--client", 0, "--order-id", 0)
    assert (manual.code, manual.document["error_code"]) == (9, "AMBIGUOUS")
    assert {row["owner"] for row in manual.document["candidates"]} == {"manual"}


@pytest.mark.parametrize("argv", [("panic",), ("cancel-all", "--yes")], ids=" ".join)
def test_stop_cancels_everything_and_freezes_when_run(
    argv: tuple[str, ...], program: Program, sim: SimulatorProcess
) -> None:
    before = {row["perm_id"] for row in sim.book()}
    answer = program.run(*argv)
    document = answer.document
    assert (answer.code, document["verdict"], document["proved"], document["frozen"]) == (0, "proved", True, True)
    assert {row["perm_id"] for row in document["orders"]} == before
    assert sim.book() == []
    refused = program.run("place", "--json", order(), "--transmit")
    assert (refused.code, refused.document["error_code"], refused.document["submitted"]) == (6, "FROZEN", False)
    assert program.run("freeze", "release", "--phrase", "resume").code == 6
    assert program.run("freeze", "release", "--phrase", "resume trading").document["frozen"] is False
    assert program.run("place", "--json", order(), "--transmit").code == 0


def test_stop_exits_8_and_names_the_order_when_one_survives(program: Program, sim: SimulatorProcess) -> None:
    sim.ctl("fault", "no-global-cancel")
    answer = program.run("panic", "--timeout", 3)
    assert (answer.code, answer.document["error_code"], answer.document["proved"]) == (8, "NOT_PROVED", False)
    assert answer.document["counts"]["live"] == len(sim.book())


def test_cancel_all_asks_and_keeps_still_when_the_answer_is_no(program: Program, sim: SimulatorProcess) -> None:
    before = len(sim.book())
    assert program.run("cancel-all").code == 6
    master, terminal = pty.openpty()
    try:
        child = subprocess.Popen(
            program.command("cancel-all"),
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=terminal,
            text=True,
            env=program.environment(),
        )
        asked = b""
        while b"yes" not in asked:
            asked += os.read(master, 1024)
        os.write(master, b"\n")
        stdout, _ = child.communicate(timeout=TIMEOUT)
    finally:
        os.close(master)
        os.close(terminal)
    assert checked(child.returncode, stdout, "").code == 6
    assert f"127.0.0.1:{sim.port}".encode() in asked
    assert len(sim.book()) == before


def test_place_is_unknown_and_sent_once_when_no_answer_comes(program: Program, sim: SimulatorProcess) -> None:
    sim.ctl("fault", "drop-placement")
    answer = program.run("place", "--json", order(), "--transmit", "--timeout", 2)
    document = answer.document
    assert (answer.code, document["error_code"], document["submitted"]) == (8, "OUTCOME_UNKNOWN", True)
    assert document["state"]["status"] == "unknown"
    assert len(sim.requests(PLACE_ORDER)) == 1


def test_place_says_that_nothing_was_sent_when_tws_stops_answering_before(
    program: Program, sim: SimulatorProcess
) -> None:
    sim.ctl("fault", "half-open", "client=12")
    answer = program.run("place", "--json", order(), "--transmit", "--timeout", 1)
    document = answer.document
    assert (answer.code, document["error_code"], document["submitted"]) == (8, "NO_ANSWER", False)
    assert "nothing was sent" in document["error"]
    assert not sim.requests(PLACE_ORDER)


def test_place_exits_7_when_the_broker_rejects(program: Program, sim: SimulatorProcess) -> None:
    sim.ctl("fault", "201")
    answer = program.run("place", "--json", order(), "--transmit")
    assert (answer.code, answer.document["error_code"], answer.document["submitted"]) == (7, "IB_ORDER_REJECTED", True)


def test_place_exits_6_when_the_profile_sets_a_limit(program: Program, tmp_path: Path, sim: SimulatorProcess) -> None:
    (tmp_path / "config.toml").write_text(f"{AT_ANY_HOUR}[profiles.paper.limits]\nmax_quantity = 5\n")
    answer = program.run("place", "--json", order(), "--transmit")
    blocks = [verdict for verdict in answer.document["verdicts"] if verdict["verdict"] == "block"]
    assert (answer.code, answer.document["error_code"]) == (6, "MAX_QUANTITY")
    assert [block["rule"] for block in blocks] == ["max-quantity"]
    assert sim.requests(PLACE_ORDER) == []


INVALID: list[tuple[dict[str, Any], int, str, str]] = [
    ({"quantity": 0}, 5, "ORDER_VALIDATION_FAILED", "quantity"),
    ({"quantity": "abc"}, 5, "ORDER_VALIDATION_FAILED", "quantity"),
    ({"quantity": 1e12}, 5, "ORDER_VALIDATION_FAILED", "quantity"),
    ({"limit_price": 180.503}, 5, "ORDER_VALIDATION_FAILED", "limit_price"),
    ({"account": None}, 5, "ORDER_VALIDATION_FAILED", "account"),
    ({"account": "DU9"}, 5, "ORDER_VALIDATION_FAILED", "account"),
    ({"symbol": "NOPE"}, 9, "IB_INVALID_CONTRACT", "symbol"),
    ({"symbol": "ABX", "limit_price": 5}, 9, "AMBIGUOUS", "symbol"),
]


@pytest.mark.parametrize(("change", "code", "name", "field"), INVALID, ids=[str(case[0]) for case in INVALID])
def test_place_sends_nothing_when_the_order_is_wrong(
    change: dict[str, Any], code: int, name: str, field: str, looking: Program, shared: SimulatorProcess
) -> None:
    answer = looking.run("place", "--json", order(**change), "--transmit")
    assert (answer.code, answer.document["error_code"], answer.document["submitted"]) == (code, name, False)
    assert [error["field"] for error in answer.document["errors"]] == [field]
    assert shared.requests(PLACE_ORDER) == []
