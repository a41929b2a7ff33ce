"""A stop of some orders only: exactly those end, nothing is frozen, and it proves itself like the full one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.engine import connected_engine, reported, row, ticket, until
from tests.support.simulator import SimulatorProcess
from tws_console.model.ids import OrderKey
from tws_console.model.order_scope import OrderScope
from tws_console.model.problems import ErrorCode
from tws_console.model.stop import Outcome, StopReport, StopVerdict

CANCEL, GLOBAL_CANCEL = 4, 58


def perm_ids(orders: list[dict[str, Any]]) -> set[int]:
    return {order["perm_id"] for order in orders}


def live_by_hand(report: StopReport) -> set[int | None]:
    """The permIds of what the report calls live; empty unless each is told to be by hand."""
    live = [one for one in report.orders if one.outcome is Outcome.LIVE]
    return {one.perm_id for one in live} if all("by hand" in one.reason for one in live) else set()


async def test_orders_of_a_client_and_no_others_end_when_it_is_the_scope(sim: SimulatorProcess, home: Path) -> None:
    wanted, before = perm_ids(sim.book(client_id=3)), perm_ids(sim.book())
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire_at(OrderScope(client_id=3))
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert wanted
        assert perm_ids(sim.book()) == before - wanted
        assert {line.perm_id for line in report.orders} == wanted
        assert {line.outcome for line in report.orders} == {Outcome.CANCELLED}
        assert (report.scope.everything, report.scope.clients, report.frozen) == (False, (3,), False)
        assert not sim.requests(GLOBAL_CANCEL)


async def test_own_and_foreign_orders_of_a_side_end_when_it_is_the_scope(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        mine = await engine.trading.place(await ticket(engine, "SELL", limit="90"))
        kept = await engine.trading.place(await ticket(engine, "BUY"))
        assert mine.order is not None
        assert kept.order is not None
        manual = perm_ids([one for one in sim.book(action="SELL") if one["client_id"] in {0, None}])

        engine.stop.fire_at(OrderScope(side="SELL"))
        await until(engine, lambda: len(sim.book(action="SELL")) == len(manual))

        assert row(engine, kept.order.perm_id).live
        assert engine.stop.report is not None
        assert engine.stop.report.scope.side == "SELL"
        if manual:
            # The server's book is empty of them before their last reports are read here.
            report = await reported(engine, lambda one: live_by_hand(one) == manual)
            assert not report.proved


async def test_exactly_the_marked_orders_end_when_one_of_them_was_marked_before_its_permid_was_told(
    sim: SimulatorProcess, home: Path
) -> None:
    foreign, before = sim.book(client_id=3)[0]["perm_id"], perm_ids(sim.book())
    async with connected_engine(sim, home, polling=True) as engine:
        mine = await engine.trading.place(await ticket(engine, "SELL", limit="90"))
        assert mine.order is not None
        assert mine.order.order_id is not None
        marked = frozenset({OrderKey.perm(foreign), OrderKey.alias(11, mine.order.order_id)})

        engine.stop.fire_at(OrderScope(keys=marked))
        report = await engine.stop.wait(15)

        assert report.proved, report.why
        assert {line.perm_id for line in report.orders} == {foreign, mine.order.perm_id}
        assert perm_ids(sim.book()) == before - {foreign}


async def test_scoped_stop_is_proved_on_a_second_link_when_lists_of_the_main_one_stop_ending(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        placed = await engine.trading.place(await ticket(engine))
        assert placed.order is not None
        others = perm_ids(sim.book()) - {placed.order.perm_id}

        engine.stop.fire_at(OrderScope(keys=frozenset({placed.order.key})))
        sim.ctl("fault", "no-end", "client=11")
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert any("second connection" in note for note in report.notes)
        assert perm_ids(sim.book()) == others
        assert not sim.requests(GLOBAL_CANCEL)


async def test_lost_placement_is_left_alone_when_it_is_not_in_the_scope(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "drop-placement")
    async with connected_engine(sim, home, polling=True) as engine:
        lost = await engine.trading.place(await ticket(engine), timeout=0.3)
        assert lost.code is ErrorCode.OUTCOME_UNKNOWN

        engine.stop.fire_at(OrderScope(client_id=3))
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert {one["client_id"] for one in sim.requests(CANCEL)} == {3}
        assert {line.client_id for line in report.orders} == {3}


async def test_order_can_be_placed_when_a_scoped_stop_has_run(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire_at(OrderScope(client_id=3))
        assert (await engine.stop.wait(60)).proved

        assert (await engine.trading.place(await ticket(engine))).submitted


async def test_scoped_stop_is_proved_when_nothing_is_in_its_scope(sim: SimulatorProcess, home: Path) -> None:
    before = perm_ids(sim.book())
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire_at(OrderScope(client_id=77))
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert report.orders == ()
        assert perm_ids(sim.book()) == before


async def test_scoped_stop_proves_nothing_when_lists_lie(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "cancel-by-other", "count=100")
    async with connected_engine(sim, home, polling=True) as engine:
        sim.ctl("fault", "lying-list", "client=11")
        engine.stop.fire_at(OrderScope(client_id=3))
        report = await engine.stop.wait(4)

        assert report.verdict is not StopVerdict.PROVED
        assert sim.book(client_id=3)


async def test_stop_of_everything_takes_over_when_a_scoped_one_runs(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "cancel-by-other", "count=100")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire_at(OrderScope(client_id=3))
        await until(engine, lambda: bool(sim.requests(CANCEL)))

        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert report.scope.everything
        assert report.frozen
        assert not sim.book()


async def test_scoped_stop_is_refused_when_everything_is_being_stopped(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "no-global-cancel")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()

        with pytest.raises(ValueError, match="runs already"):
            engine.stop.fire_at(OrderScope(client_id=3))
        with pytest.raises(ValueError, match="needs a symbol"):
            engine.stop.fire_at(OrderScope())
        assert engine.stop.report is not None
        assert engine.stop.report.scope.everything
