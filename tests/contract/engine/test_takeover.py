"""Cancelling another client's order through a second connection: exactly that order, or nothing.

What was sent is read from the simulator's log of requests, what is live from its book.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.support.engine import connected_engine, row, ticket, until
from tests.support.raw_client import RawClient
from tests.support.simulator import SimulatorProcess, wait_until
from tws_console.engine.engine import Engine
from tws_console.model.ids import Owner
from tws_console.model.order import Order, Status

CANCEL, BIND, GLOBAL, START = 4, 5, 58, 71
OWNER = 7
"""A client of the default book; its numbers are those of other clients, too."""


def foreign(engine: Engine, client_id: int = OWNER) -> Order:
    return next(order for order in engine.book.live() if order.client_id == client_id and order.owner is Owner.FOREIGN)


def manual(engine: Engine) -> Order:
    return next(order for order in engine.book.live() if order.owner is Owner.MANUAL)


def cancels(sim: SimulatorProcess) -> list[tuple[int, int]]:
    return [(one["client_id"], one["order_id"]) for one in sim.requests(CANCEL)]


def perm_ids(rows: list[dict[str, Any]]) -> set[int]:
    return {one["perm_id"] for one in rows}


def free(sim: SimulatorProcess, client_id: int) -> bool:
    return client_id not in {client["client_id"] for client in sim.ctl("clients")}


async def test_foreign_order_is_cancelled_under_its_owners_id_when_that_is_free(
    sim: SimulatorProcess, home: Path
) -> None:
    before = perm_ids(sim.book())
    async with connected_engine(sim, home) as engine:
        order = foreign(engine)

        result = await engine.takeover.cancel(order)

        assert (result.outcome, result.via) == ("cancelled", "takeover")
        assert (result.perm_id, result.client_id, result.order_id) == (order.perm_id, OWNER, order.order_id)
        assert row(engine, order.perm_id).status is Status.CANCELLED
        assert cancels(sim) == [(OWNER, order.order_id)]
        assert perm_ids(sim.book()) == before - {order.perm_id}
        wait_until(lambda: free(sim, OWNER))
        assert sim.requests(GLOBAL) == []


async def test_takeover_is_journalled_step_by_step_when_it_cancels(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        order = foreign(engine)
        await engine.takeover.cancel(order)

    with sqlite3.connect(home / "journal.db") as journal:
        rows = journal.execute("select kind, payload from event where kind like 'takeover%' or kind = 'cancel-sent'")
        events = [(kind, json.loads(payload)) for kind, payload in rows]
    journal.close()
    assert [kind for kind, _ in events] == ["takeover-attached", "cancel-sent", "takeover-ended"]
    assert events[0][1] == {"client_id": OWNER, "perm_ids": [order.perm_id]}
    assert events[2][1]["outcome"] == "cancelled"


async def test_several_orders_of_one_client_need_one_connection_when_taken_over_together(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home) as engine:
        orders = [order for order in engine.book.live() if order.client_id == OWNER]
        assert len(orders) > 1

        results = await engine.takeover.cancel_together(orders)

        assert {result.outcome for result in results} == {"cancelled"}
        assert set(cancels(sim)) == {(OWNER, order.order_id) for order in orders}
        assert sim.book(client_id=OWNER) == []
        assert len(sim.requests(START)) == 2


async def test_own_order_of_another_id_is_cancelled_as_own_when_that_id_is_free(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home) as engine:
        async with connected_engine(sim, home, 14) as other:
            placed = await other.trading.place(await ticket(other))
            assert placed.order is not None
        link = engine.session.link
        assert link is not None
        await engine.session.fresh_list(link, 5.0)
        order = row(engine, placed.order.perm_id)
        assert engine.takeover.needed(order)

        result = await engine.takeover.cancel(order)

        assert (result.outcome, result.via, result.client_id) == ("cancelled", "own", 14)


async def test_nothing_is_sent_when_the_owner_is_connected(sim: SimulatorProcess, home: Path) -> None:
    before = perm_ids(sim.book())
    async with connected_engine(sim, home) as engine, await RawClient.start(sim.port, OWNER):
        order = foreign(engine)

        result = await engine.takeover.cancel(order)

        assert (result.outcome, result.via) == ("refused", "none")
        assert "client 7 is connected (326)" in result.reason
        assert cancels(sim) == []
        assert perm_ids(sim.book()) == before
        assert len(sim.requests(START)) == 3, "the id in use was asked for more than once"
        assert row(engine, order.perm_id).status is order.status


async def test_manual_order_is_not_touched_when_nobody_agreed_to_bind(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        result = await engine.takeover.cancel(manual(engine))

        assert (result.outcome, result.via) == ("refused", "none")
        assert "binds every manual order" in result.reason
        assert sim.requests(BIND) == []
        assert cancels(sim) == []


async def test_manual_order_is_cancelled_as_client_0_when_binding_was_agreed_to(
    sim: SimulatorProcess, home: Path
) -> None:
    before = perm_ids(sim.book())
    async with connected_engine(sim, home) as engine:
        order = manual(engine)
        assert order.order_id == 0

        result = await engine.takeover.cancel(order, may_bind=True)

        assert (result.outcome, result.via) == ("cancelled", "takeover")
        assert result.order_id is not None
        assert result.order_id < 0
        assert cancels(sim) == [(0, result.order_id)]
        assert perm_ids(sim.book()) == before - {order.perm_id}
        assert engine.session.state.snapshot_complete


async def test_late_fill_is_told_as_filled_when_it_beats_the_cancel(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "late-fill", f"client={OWNER}")
    async with connected_engine(sim, home) as engine:
        order = foreign(engine)

        result = await engine.takeover.cancel(order)

        assert (result.outcome, result.via) == ("filled", "takeover")
        assert row(engine, order.perm_id).status is Status.FILLED
        assert row(engine, order.perm_id).filled == order.quantity


async def test_order_is_still_live_when_another_user_cancels_it(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "cancel-by-other", f"client={OWNER}")
    async with connected_engine(sim, home) as engine:
        order = foreign(engine)

        result = await engine.takeover.cancel(order)

        assert (result.outcome, result.via) == ("live", "takeover")
        assert result.reason.startswith("201 ")
        assert row(engine, order.perm_id).status is Status.STILL_LIVE
        assert sim.book(perm_id=order.perm_id)


async def test_nothing_is_sent_when_the_order_ends_before_the_key_is_answered(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home) as engine:
        order = foreign(engine)
        sim.ctl("fill", order.perm_id)
        wait_until(lambda: not sim.book(perm_id=order.perm_id))

        result = await engine.takeover.cancel(order)

        assert result.via == "none"
        assert result.outcome in {"filled", "refused"}
        assert cancels(sim) == []


async def test_order_is_partly_filled_and_the_rest_cancelled_when_a_part_came_first(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home) as engine:
        order = next(one for one in engine.book.live() if one.client_id == OWNER and (one.quantity or 0) > 1)
        sim.ctl("fill", order.perm_id, 1)

        result = await engine.takeover.cancel(order)

        assert result.outcome == "cancelled"
        assert row(engine, order.perm_id).filled == (order.filled or Decimal(0)) + 1


async def test_nothing_is_sent_when_the_api_is_read_only(home: Path) -> None:
    with SimulatorProcess("default", "--read-only-api") as sim:
        async with connected_engine(sim, home) as engine:
            result = await engine.takeover.cancel(foreign(engine))

            assert (result.outcome, result.via) == ("refused", "none")
            assert "Read-Only API" in result.reason
            assert len(sim.ctl("clients")) == 1


async def test_main_link_is_left_alone_when_an_order_is_taken_over(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        before = engine.session.state
        await engine.takeover.cancel(foreign(engine))

        assert engine.session.state.client_id == before.client_id
        assert engine.session.link is not None
        assert engine.session.link.up
        first = engine.session.state.snapshot_at
        assert first is not None
        await until(engine, lambda: (engine.session.state.snapshot_at or 0) > first)


async def test_two_takeovers_of_one_client_take_turns_when_asked_at_once(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        first, second, *_ = [order for order in engine.book.live() if order.client_id == OWNER]

        results = await asyncio.gather(engine.takeover.cancel(first), engine.takeover.cancel(second))

        assert [result.outcome for result in results] == ["cancelled", "cancelled"]
