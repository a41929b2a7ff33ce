"""Orders survive the cancel of everything: each goes by its permId, and what cannot be ended says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.engine import connected_engine, row, ticket, until
from tests.support.raw_client import RawClient
from tests.support.simulator import SimulatorProcess
from tws_console.engine.engine import Engine
from tws_console.model.ids import Owner
from tws_console.model.order import Status
from tws_console.model.stop import Outcome, StopLine

CANCEL, GLOBAL_CANCEL = 4, 58


def line_of(engine: Engine, perm_id: int) -> StopLine:
    assert engine.stop.report is not None
    return next(line for line in engine.stop.report.orders if line.perm_id == perm_id)


async def test_own_survivor_is_cancelled_by_its_number_when_two_cancels_of_everything_left_it(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        placed = await engine.trading.place(await ticket(engine))
        assert placed.order is not None
        sim.ctl("fault", "survivor", f"perm={placed.order.perm_id}")

        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        cancels = sim.requests(CANCEL)
        assert [(one["client_id"], one["order_id"]) for one in cancels] == [(11, placed.order_id)]
        assert len([one for one in sim.requests(GLOBAL_CANCEL) if one["seq"] < cancels[0]["seq"]]) >= 2


async def test_foreign_survivor_is_taken_over_when_its_owner_is_away(sim: SimulatorProcess, home: Path) -> None:
    target = next(order for order in sim.book() if order["client_id"] == 3)
    sim.ctl("fault", "survivor", f"perm={target['perm_id']}")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert [(one["client_id"], one["order_id"]) for one in sim.requests(CANCEL)] == [(3, target["order_id"])]
        assert "takeover as client 3" in line_of(engine, target["perm_id"]).reason
        assert not sim.book()


async def test_foreign_survivor_says_that_its_owner_is_connected_when_it_is(sim: SimulatorProcess, home: Path) -> None:
    target = next(order for order in sim.book() if order["client_id"] == 3)
    sim.ctl("fault", "survivor", f"perm={target['perm_id']}")
    owner = await RawClient.start(sim.port, 3)
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        await until(engine, lambda: "326" in line_of(engine, target["perm_id"]).reason)
        report = await engine.stop.wait(0.1)

        assert not report.proved
        assert line_of(engine, target["perm_id"]).outcome is Outcome.LIVE
        assert not sim.requests(CANCEL)
    owner.writer.close()


async def test_manual_survivor_says_where_to_cancel_it(sim: SimulatorProcess, home: Path) -> None:
    target = next(order for order in sim.book() if order["client_id"] in {0, None})
    sim.ctl("fault", "survivor", f"perm={target['perm_id']}")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        await until(engine, lambda: "by hand" in line_of(engine, target["perm_id"]).reason)

        line = line_of(engine, target["perm_id"])

        assert (line.owner, line.outcome) == (Owner.MANUAL, Outcome.LIVE)
        assert not sim.requests(CANCEL)


async def test_stop_says_when_it_tries_again_while_an_order_survives_and_no_more_once_it_is_proved(
    sim: SimulatorProcess, home: Path
) -> None:
    sim.ctl("fault", "survivor", f"perm={sim.book()[0]['perm_id']}")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        await until(engine, lambda: _counts_down(engine), 15)
        sim.ctl("clear", "all")
        report = await engine.stop.wait(30)

        assert report.proved, report.why
        assert report.next_try_ms is None


def _counts_down(engine: Engine) -> bool:
    report = engine.stop.report
    return report is not None and report.next_try_ms is not None and report.next_try_ms > report.elapsed_ms


async def test_line_tells_of_another_users_cancel_when_the_broker_refuses_ours(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        placed = await engine.trading.place(await ticket(engine))
        assert placed.order is not None
        assert placed.order.perm_id is not None
        perm_id = placed.order.perm_id
        sim.ctl("fault", "survivor", f"perm={perm_id}")
        sim.ctl("fault", "cancel-by-other", "count=1")

        engine.stop.fire()
        await until(engine, lambda: "another user's cancel" in line_of(engine, perm_id).reason)
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert len(sim.requests(CANCEL)) == 2


async def test_line_names_the_box_when_tws_is_read_only(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        sim.ctl("fault", "read-only")

        engine.stop.fire()
        await until(engine, lambda: "Read-Only" in engine.stop.report.orders[0].reason)  # type: ignore[union-attr]
        report = await engine.stop.wait(0.1)

        assert "Read-Only" in report.why
        assert all("Untick" in line.reason for line in report.orders)
        assert not sim.requests(CANCEL)


async def test_survivors_go_one_by_one_when_a_later_order_forbids_the_cancel_of_everything(
    sim: SimulatorProcess, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim.ctl("fault", "no-global-cancel")
    async with connected_engine(sim, home, polling=True) as engine:
        mine = await engine.trading.place(await ticket(engine))
        assert mine.order is not None
        engine.stop.fire()
        monkeypatch.setattr("tws_console.engine.evidence.OWN_WINDOW", 0.0)
        hedge = sim.ctl("manual", "BUY", "10", "AAPL", "LMT", "150")["perm_id"]

        await until(engine, lambda: not row(engine, mine.order.perm_id).live)  # type: ignore[union-attr]
        report = await engine.stop.wait(0.1)

        assert not report.proved
        assert row(engine, hedge).live
        assert line_of(engine, hedge).late
        assert sim.book(perm_id=hedge)
        assert len(sim.requests(GLOBAL_CANCEL)) == 1


async def test_nothing_is_cancelled_by_number_when_two_orders_carry_it(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        sim.ctl("fault", "double-perm")
        placed = await engine.trading.place(await ticket(engine))
        await until(engine, lambda: len(engine.book.by_alias(11, placed.order_id or 0)) == 2)
        sim.ctl("fault", "no-global-cancel")

        engine.stop.fire()
        await until(engine, lambda: any("carry the number" in one.reason for one in engine.stop.report.orders))  # type: ignore[union-attr]

        assert all(one.status is Status.TWIN for one in engine.book.by_alias(11, placed.order_id or 0))
        assert placed.order_id not in {one["order_id"] for one in sim.requests(CANCEL) if one["client_id"] == 11}


async def test_survivor_of_another_own_id_is_taken_over_when_that_id_is_free(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, 12) as other:
        placed = await other.trading.place(await ticket(other))
        assert placed.order is not None
    sim.ctl("fault", "survivor", f"perm={placed.order.perm_id}")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert [(one["client_id"], one["order_id"]) for one in sim.requests(CANCEL)] == [(12, placed.order_id)]


async def test_order_is_later_when_its_venue_is_closed_and_leaves_the_cancel_unanswered(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home, polling=True) as engine:
        empty_sim.ctl("clock", "2026-11-28T03:00:00")
        placed = await engine.trading.place(await ticket(engine))
        assert placed.order is not None
        assert placed.order.perm_id is not None
        perm_id = placed.order.perm_id
        empty_sim.ctl("fault", "venue-closed")

        engine.stop.fire()
        await until(engine, lambda: line_of(engine, perm_id).outcome is Outcome.LATER)

        assert "the venue is closed until" in line_of(engine, perm_id).reason
        assert not (await engine.stop.wait(0.1)).proved
        assert [order["status"] for order in empty_sim.book()] == ["PendingCancel"]
        empty_sim.ctl("clear", "venue-closed")
        report = await engine.stop.wait(60)
        assert report.proved, report.why
        assert line_of(engine, perm_id).outcome is Outcome.CANCELLED
