"""The real command line changes one own order in place, or says in one sentence why not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.e2e.program import HeldId, Program, order
from tests.support.raw_client import RawClient, place_fields
from tests.support.simulator import SimulatorProcess, wait_until

PLACE = 3


def working(program: Program, sim: SimulatorProcess) -> dict[str, Any]:
    """An own order that the broker has, as the document tells it."""
    placed = program.run("place", "--json", order(), "--transmit").document
    wait_until(lambda: bool(sim.book(perm_id=placed["perm_id"])))
    return placed


def test_modify_changes_the_order_in_place_when_it_works(program: Program, sim: SimulatorProcess) -> None:
    placed = working(program, sim)

    answer = program.run("modify", placed["perm_id"], "--limit-price", "179.25", "--quantity", 5)

    document = answer.document
    assert (answer.code, document["outcome"], document["reason"]) == (0, "modified", None)
    assert document["changed"] == {"quantity": {"from": 10, "to": 5}, "limit_price": {"from": 180.5, "to": 179.25}}
    assert (document["perm_id"], document["order_id"]) == (placed["perm_id"], placed["order_id"])
    assert (document["state"]["limit_price"], document["state"]["quantity"]) == (179.25, 5)
    assert document["state"]["order_ref"] == placed["effective_order_ref"]
    assert document["intent"] != placed["intent"]
    (row,) = sim.book(perm_id=placed["perm_id"])
    assert float(row["quantity"]) == 5
    assert len(sim.requests(PLACE)) == 2


@pytest.mark.parametrize(
    ("flags", "field"),
    [
        (("--limit-price", "abc"), "limit_price"),
        (("--quantity", "0"), "quantity"),
        (("--tif", "NEVER"), "tif"),
        (("--tif", "GTC"), "tif"),
        (("--aux-price", "1"), "aux_price"),
        (("--limit-price", "180.505"), "limit_price"),
        (("--limit-price", "180.5"), "change"),
    ],
    ids=lambda value: "-".join(value).strip("-") if isinstance(value, tuple) else value,
)
def test_modify_exits_5_when_the_change_is_invalid(
    program: Program, sim: SimulatorProcess, flags: tuple[str, ...], field: str
) -> None:
    placed = working(program, sim)

    answer = program.run("modify", placed["perm_id"], *flags)

    assert (answer.code, answer.document["error_code"]) == (5, "ORDER_VALIDATION_FAILED")
    assert [error["field"] for error in answer.document["errors"]] == [field]
    assert "nothing was sent" in answer.document["error"]
    assert len(sim.requests(PLACE)) == 1


def test_modify_exits_6_when_the_order_is_another_programs(program: Program, sim: SimulatorProcess) -> None:
    foreign = sim.book(client_id=7)[0]

    answer = program.run("modify", foreign["perm_id"], "--quantity", 7)

    assert (answer.code, answer.document["error_code"]) == (6, "FOREIGN_ORDER")
    assert "only client 7 can modify it" in answer.document["error"]
    assert sim.requests(PLACE) == []


def test_modify_leaves_another_programs_order_alone_when_a_flag_names_an_id_below_its_own(
    program: Program, sim: SimulatorProcess
) -> None:
    """A flag that names client 2 does not make 3 to 10 ours: only the profile's nine are."""
    foreign = sim.book(client_id=7)[0]
    rows = program.run("orders", "--all", "--client-id", 2).document["orders"]

    changed = program.run("modify", foreign["perm_id"], "--quantity", 7, "--client-id", 2)
    cancelled = program.run("cancel", foreign["perm_id"], "--client-id", 2)

    assert {row["owner"] for row in rows if row["client_id"] == 7} == {"foreign"}
    for answer in (changed, cancelled):
        assert (answer.code, answer.document["error_code"]) == (6, "FOREIGN_ORDER")
    assert sim.requests(PLACE) == []
    assert sim.book(perm_id=foreign["perm_id"]) == [foreign]


def test_order_of_the_named_id_is_changed_and_cancelled_under_it_when_it_is_outside_the_profile(
    program: Program, sim: SimulatorProcess
) -> None:
    placed = program.run("place", "--json", order(), "--transmit", "--client-id", 40).document

    changed = program.run("modify", placed["perm_id"], "--quantity", 7, "--client-id", 40)
    elsewhere = program.run("cancel", placed["perm_id"])
    cancelled = program.run("cancel", placed["perm_id"], "--client-id", 40)

    assert (changed.code, changed.document["outcome"]) == (0, "modified")
    assert (elsewhere.code, elsewhere.document["error_code"]) == (6, "FOREIGN_ORDER")
    assert (cancelled.code, cancelled.document["outcome"], cancelled.document["via"]) == (0, "cancelled", "own")


def test_modify_exits_6_when_entry_is_frozen(program: Program, sim: SimulatorProcess) -> None:
    placed = working(program, sim)
    program.run("freeze", "on")

    answer = program.run("modify", placed["perm_id"], "--quantity", 7)

    assert (answer.code, answer.document["error_code"]) == (6, "FROZEN")
    assert len(sim.requests(PLACE)) == 1


def test_modify_exits_7_when_the_broker_refuses(program: Program, sim: SimulatorProcess) -> None:
    placed = working(program, sim)
    sim.ctl("fault", "201")

    answer = program.run("modify", placed["perm_id"], "--quantity", 7)

    assert (answer.code, answer.document["error_code"]) == (7, "IB_ORDER_REJECTED")
    assert (answer.document["outcome"], answer.document["state"]["quantity"]) == ("refused", 10)
    assert "works on as it was" in answer.document["error"]


def test_modify_exits_8_and_sends_once_when_no_answer_comes(program: Program, sim: SimulatorProcess) -> None:
    placed = working(program, sim)
    sim.ctl("fault", "drop-placement")

    answer = program.run("modify", placed["perm_id"], "--quantity", 7, "--timeout", 2)

    assert (answer.code, answer.document["error_code"]) == (8, "OUTCOME_UNKNOWN")
    assert answer.document["outcome"] == "unknown"
    assert len(sim.requests(PLACE)) == 2


def test_modify_exits_9_when_no_live_order_has_the_perm_id(program: Program, sim: SimulatorProcess) -> None:
    answer = program.run("modify", 5, "--quantity", 7)

    assert (answer.code, answer.document["error_code"]) == (9, "NOT_FOUND")


def resting(sim: SimulatorProcess, client_id: int) -> None:
    """An order of this client, who leaves afterwards."""

    async def once() -> None:
        async with await RawClient.start(sim.port, client_id) as client:
            client.send(*place_fields(1, limit=100))
            await client.until_status(1, "Submitted")

    asyncio.run(once())
    wait_until(lambda: not sim.ctl("clients"))


def test_modify_reaches_an_order_of_another_own_id_when_that_is_free(program: Program, sim: SimulatorProcess) -> None:
    resting(sim, 15)
    (row,) = sim.book(client_id=15)

    with HeldId(sim.port, 15):
        held = program.run("modify", row["perm_id"], "--limit-price", 99)
    done = program.run("modify", row["perm_id"], "--limit-price", 99)

    assert (held.code, held.document["error_code"]) == (6, "FOREIGN_ORDER")
    assert "client 15 is connected (326)" in held.document["error"]
    assert (done.code, done.document["outcome"], done.document["client_id"]) == (0, "modified", 15)
