"""The real command line where order numbers collide: `cancel` ends the one order that was named, or sends nothing.

The practice server's default book holds order number 12 at three other clients; here it is placed under ids of the
profile as well. What was cancelled is read from the server's log of requests and from its book.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.e2e.program import Program
from tests.support.raw_client import RawClient, place_fields
from tests.support.simulator import SimulatorProcess, wait_until

CANCEL = 4
NUMBER = 12
"""Order id that clients 3, 7 and 101 of the default book use, too."""


def place(sim: SimulatorProcess, client_id: int, order_id: int = NUMBER) -> int:
    """A resting order of this client, who leaves afterwards; returns its permId."""

    async def once() -> None:
        async with await RawClient.start(sim.port, client_id) as client:
            client.send(*place_fields(order_id, order_type="LMT", limit=100))
            await client.until_status(order_id, "Submitted")

    asyncio.run(once())
    wait_until(lambda: client_id not in {client["client_id"] for client in sim.ctl("clients")})
    (row,) = sim.book(client_id=client_id, order_id=order_id)
    perm_id: int = row["perm_id"]
    return perm_id


def cancels(sim: SimulatorProcess) -> list[tuple[int, int]]:
    return [(row["client_id"], row["order_id"]) for row in sim.requests(CANCEL)]


def perm_ids(rows: list[dict[str, Any]]) -> set[int]:
    return {row["perm_id"] for row in rows}


@pytest.fixture
def others(sim: SimulatorProcess) -> set[int]:
    """permIds of the default book; three of them have the number that the tests use."""
    assert len(sim.book(order_id=NUMBER)) == 3
    return perm_ids(sim.book())


@pytest.mark.parametrize("client_id", [12, 15, 19])
def test_cancel_ends_the_named_order_when_every_client_has_its_number(
    program: Program, sim: SimulatorProcess, others: set[int], client_id: int
) -> None:
    own = {number: place(sim, number) for number in (12, 13, 15, 19)}

    answer = program.run("cancel", own[client_id])

    document = answer.document
    assert (answer.code, document["outcome"], document["via"]) == (0, "cancelled", "own")
    assert (document["perm_id"], document["client_id"], document["order_id"]) == (own[client_id], client_id, NUMBER)
    assert cancels(sim) == [(client_id, NUMBER)]
    assert perm_ids(sim.book()) == others | set(own.values()) - {own[client_id]}


def test_cancel_ends_the_named_order_when_client_and_number_are_given(
    program: Program, sim: SimulatorProcess, others: set[int]
) -> None:
    own = {number: place(sim, number) for number in (12, 14)}

    answer = program.run("cancel", "--client", 14, "--order-id", NUMBER)

    assert (answer.code, answer.document["perm_id"]) == (0, own[14])
    assert cancels(sim) == [(14, NUMBER)]
    assert perm_ids(sim.book()) == others | {own[12]}


@pytest.mark.parametrize("by_perm_id", [True, False], ids=["permId", "client and order id"])
@pytest.mark.parametrize("client_id", [3, 7, 101])
def test_cancel_sends_nothing_when_the_order_is_foreign_and_our_own_has_its_number(
    program: Program, sim: SimulatorProcess, others: set[int], client_id: int, by_perm_id: bool
) -> None:
    own = place(sim, 12)
    (foreign,) = sim.book(client_id=client_id, order_id=NUMBER)
    named = (foreign["perm_id"],) if by_perm_id else ("--client", client_id, "--order-id", NUMBER)

    answer = program.run("cancel", *named)

    document = answer.document
    assert (answer.code, document["error_code"]) == (6, "FOREIGN_ORDER")
    assert (document["perm_id"], document["outcome"], document["via"]) == (foreign["perm_id"], "refused", "none")
    assert str(client_id) in document["error"]
    assert cancels(sim) == []
    assert perm_ids(sim.book()) == others | {own}


def test_cancel_sends_nothing_when_the_order_was_made_by_hand(
    program: Program, sim: SimulatorProcess, others: set[int]
) -> None:
    own = place(sim, 12)
    manual = sim.book(manual=True)
    assert len(manual) == 2

    for row in manual:
        answer = program.run("cancel", row["perm_id"])
        assert (answer.code, answer.document["error_code"]) == (6, "FOREIGN_ORDER")
        assert "by hand" in answer.document["error"]
    both = program.run("cancel", "--client", 0, "--order-id", 0)

    assert (both.code, both.document["error_code"]) == (9, "AMBIGUOUS")
    assert perm_ids(both.document["candidates"]) == perm_ids(manual)
    assert cancels(sim) == []
    assert perm_ids(sim.book()) == others | {own}


def test_cancel_refuses_the_only_manual_order_when_it_is_named_0_0(program: Program, sim: SimulatorProcess) -> None:
    first, second = sim.book(manual=True)
    sim.ctl("fill", first["perm_id"])

    answer = program.run("cancel", "--client", 0, "--order-id", 0)

    assert (answer.code, answer.document["error_code"]) == (6, "FOREIGN_ORDER")
    assert answer.document["perm_id"] == second["perm_id"]
    assert cancels(sim) == []


def test_cancel_shows_candidates_when_a_bare_number_is_everybodys(
    program: Program, sim: SimulatorProcess, others: set[int]
) -> None:
    own = {place(sim, number) for number in (12, 13)}

    answer = program.run("cancel", NUMBER)

    assert (answer.code, answer.document["error_code"]) == (9, "NOT_FOUND")
    candidates = answer.document["candidates"]
    assert perm_ids(candidates) == own | perm_ids(sim.book(order_id=NUMBER))
    assert len(candidates) == 5
    assert cancels(sim) == []
    assert perm_ids(sim.book()) == others | own


@pytest.mark.parametrize("named", [("--client", 16, "--order-id", NUMBER), ("--client", 12, "--order-id", 99)])
def test_cancel_sends_nothing_when_no_order_has_these_numbers(
    program: Program, sim: SimulatorProcess, others: set[int], named: tuple[object, ...]
) -> None:
    own = place(sim, 12)

    answer = program.run("cancel", *named)

    assert (answer.code, answer.document["error_code"]) == (9, "NOT_FOUND")
    assert cancels(sim) == []
    assert perm_ids(sim.book()) == others | {own}


def test_cancel_does_not_change_its_id_when_one_was_demanded(
    program: Program, sim: SimulatorProcess, others: set[int]
) -> None:
    own = {number: place(sim, number) for number in (13, 16)}

    answer = program.run("cancel", own[16], "--client-id", 13)

    assert (answer.code, answer.document["error_code"]) == (6, "FOREIGN_ORDER")
    assert "leave --client-id 13 out" in answer.document["error"]
    assert cancels(sim) == []
    assert perm_ids(sim.book()) == others | set(own.values())
