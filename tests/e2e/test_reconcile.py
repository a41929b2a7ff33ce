"""The real `reconcile`: what changed since the console looked, and the three choices about an order without a fate."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ulid import ULID

from tests.e2e.program import Program, order
from tests.support.simulator import SimulatorProcess
from tws_console.journal.writer import Journal
from tws_console.model.intent import Intent, IntentState
from tws_console.model.recovery import KnownPosition, LastKnown

PLACE, CANCEL = 3, 4
LISTS = ("fills", "gone", "new", "changed", "unexplained_positions", "unresolved")


@pytest.fixture
def sim() -> Any:
    with SimulatorProcess("empty") as simulator:
        yield simulator


def in_journal(home: Path, work: Any) -> Any:
    """Run `work(journal)` in the journal of that home and close it."""

    async def once() -> Any:
        journal = Journal(str(home / "journal.db"))
        try:
            done = work(journal)
            return await done if asyncio.iscoroutine(done) else done
        finally:
            await journal.close()

    return asyncio.run(once())


def login_of(program: Program) -> str:
    return ",".join(sorted(program.run("health").document["accounts"]))


def an_intent(program: Program, **changed: Any) -> str:
    """An intent of an earlier run, sent and never answered; returns its name."""
    ulid = str(ULID())
    base = Intent(
        ulid=ulid,
        at=datetime.now(UTC) - timedelta(minutes=3),
        login=login_of(program),
        endpoint=f"127.0.0.1:{program.port}",
        client_id=12,
        order_id=77,
        account="DU1234567",
        con_id=265598,
        symbol="AAPL",
        action="BUY",
        quantity=Decimal(10),
        order_type="LMT",
        limit_price=Decimal("180.5"),
        aux_price=None,
        tif="DAY",
        transmit=True,
        order_ref=ulid,
        state=IntentState.SENT,
    )
    in_journal(program.home, lambda journal: journal.commit_intent(replace(base, **changed)))
    return ulid


def test_reconcile_tells_orders_and_fills_since_the_last_look(program: Program, sim: SimulatorProcess) -> None:
    first = program.run("reconcile")
    assert (first.code, first.document["since"]) == (0, None)
    assert all(first.document[name] == [] for name in LISTS)
    placed = [program.run("place", "--json", order(), "--transmit").document["perm_id"] for _ in range(2)]
    sim.ctl("fill", placed[0])

    answer = program.run("reconcile")

    assert answer.code == 0
    assert [row["perm_id"] for row in answer.document["new"]] == [placed[1]]
    assert [row["perm_id"] for row in answer.document["fills"]] == [placed[0]]
    assert answer.document["unexplained_positions"] == []
    assert answer.document["since"] is not None
    assert [row["perm_id"] for row in program.run("reconcile").document["new"]] == [placed[1]]

    program.run("reconcile", "--accept")
    sim.ctl("fill", placed[1])
    last = program.run("reconcile").document
    assert [(row["perm_id"], row["outcome"]) for row in last["gone"]] == [(placed[1], "filled")]
    assert last["new"] == []


def test_entry_may_only_reduce_until_a_position_change_is_accepted(program: Program, sim: SimulatorProcess) -> None:
    known = LastKnown(
        datetime.now(UTC) - timedelta(hours=1), positions=(KnownPosition("DU1234567", 265598, "AAPL", Decimal(25)),)
    )
    login, endpoint = login_of(program), f"127.0.0.1:{program.port}"
    in_journal(program.home, lambda journal: journal.record_last_known(endpoint, login, known))

    answer = program.run("reconcile")
    assert answer.code == 8
    (change,) = answer.document["unexplained_positions"]
    assert (change["symbol"], change["before"], change["now"], change["unexplained"]) == ("AAPL", 25, 0, -25)
    assert "--accept" in answer.document["error"]
    refused = program.run("place", "--json", order(), "--transmit")
    assert (refused.code, refused.document["error_code"]) == (6, "REDUCE_ONLY")
    assert not sim.requests(PLACE)

    assert program.run("reconcile", "--accept").code == 0
    assert program.run("place", "--json", order(), "--transmit").code == 0


def test_intent_is_marked_not_sent_when_told_so_and_never_sent_again(program: Program, sim: SimulatorProcess) -> None:
    ulid = an_intent(program)

    answer = program.run("reconcile")
    assert answer.code == 8
    (one,) = answer.document["unresolved"]
    assert (one["intent"], one["order_id"], one["client_id"], one["symbol"]) == (ulid, 77, 12, "AAPL")
    assert any("none with its reference" in words for words in one["evidence"])
    for flag in ("--adopt", "--cancel"):
        assert program.run("reconcile", flag, ulid).code == 9

    told = program.run("reconcile", "--mark-not-sent", ulid)
    assert (told.code, told.document["choice"]["outcome"]) == (0, "not-sent")
    assert program.run("reconcile").document["unresolved"] == []
    assert program.run("reconcile", "--mark-not-sent", ulid).code == 9
    assert not sim.requests(PLACE)
    assert not sim.requests(CANCEL)


@pytest.mark.parametrize(("flag", "outcome"), [("--adopt", "adopted"), ("--cancel", "cancelled")])
def test_choice_acts_on_the_order_with_the_number_when_the_intent_has_no_fate(
    program: Program, sim: SimulatorProcess, flag: str, outcome: str
) -> None:
    placed = program.run("place", "--json", order(), "--transmit").document
    other = program.run("place", "--json", order(limit_price=170), "--transmit").document
    ulid = an_intent(program, client_id=placed["client_id"], order_id=placed["order_id"])

    told = program.run("reconcile", flag, ulid)

    assert told.code == 0
    assert (told.document["choice"]["perm_id"], told.document["choice"]["outcome"]) == (placed["perm_id"], outcome)
    left = {row["perm_id"] for row in sim.book()}
    assert other["perm_id"] in left
    assert (placed["perm_id"] in left) is (flag == "--adopt")


def test_reconcile_refuses_when_two_choices_are_given(program: Program) -> None:
    assert program.run("reconcile", "--adopt", "A", "--cancel", "B").code == 2
