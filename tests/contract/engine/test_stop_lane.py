"""The stop's own connection at a real socket: its cancel leaves while the loop stands still, the proof follows."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.support.engine import connected_engine, reported, until
from tests.support.simulator import SimulatorProcess, wait_until
from tws_console.engine.engine import Engine
from tws_console.engine.stop_lane import CLIENT_IDS
from tws_console.model.stop import StopVerdict

GLOBAL_CANCEL = 58
OWN = CLIENT_IDS[0]


def fire_while_the_loop_stands_still(engine: Engine, sim: SimulatorProcess) -> list[int]:
    """A key in its own thread, and which clients' cancels have arrived before the loop runs again."""

    def press() -> None:
        engine.stop_lane.arm()
        engine.stop_lane.fire()

    thread = threading.Thread(target=press)
    thread.start()
    thread.join()
    wait_until(lambda: bool(sim.requests(GLOBAL_CANCEL)))
    return cancels(sim)


def cancels(sim: SimulatorProcess) -> list[int]:
    return [row["client_id"] for row in sim.requests(GLOBAL_CANCEL)]


async def test_stop_is_proved_when_its_cancel_left_past_the_loop(sim: SimulatorProcess, home: Path) -> None:
    known = {one["perm_id"] for one in sim.book()}
    async with connected_engine(sim, home, polling=True, stop_lane=True) as engine:
        await until(engine, lambda: engine.stop_lane.up)

        assert fire_while_the_loop_stands_still(engine, sim) == [OWN]
        assert engine.latch.is_frozen()
        await until(engine, lambda: engine.stop.report is not None)
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert report.blocked_ms is not None
        assert report.sent_ms is not None
        assert report.blocked_ms <= report.sent_ms
        assert {line.perm_id for line in report.orders} == known
        assert cancels(sim) == [OWN, 11]
        assert not sim.book()


async def test_order_typed_in_meanwhile_survives_when_the_loop_stood_still_for_long(
    sim: SimulatorProcess, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("evidence", "panic", "stop_tries"):
        monkeypatch.setattr(f"tws_console.engine.{room}.OWN_WINDOW", 0.0)
    async with connected_engine(sim, home, polling=True, stop_lane=True) as engine:
        await until(engine, lambda: engine.stop_lane.up)

        fire_while_the_loop_stands_still(engine, sim)
        wait_until(lambda: not sim.book())
        sim.ctl("manual", "BUY", "10", "AAPL", "LMT", "150")
        await until(engine, lambda: engine.stop.report is not None)
        await reported(engine, lambda one: any(line.late for line in one.orders))
        report = await engine.stop.wait(1)

        assert report.verdict is StopVerdict.NOT_CONFIRMED
        assert [line.late for line in report.orders].count(True) == 1
        assert cancels(sim) == [OWN]
        assert len(sim.book()) == 1


async def test_connection_comes_back_when_it_was_dropped(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True, stop_lane=True) as engine:
        await until(engine, lambda: engine.stop_lane.up)
        link = engine.session.link

        sim.ctl("fault", "drop", f"client={OWN}")
        await until(engine, lambda: not engine.stop_lane.up)
        await until(engine, lambda: engine.stop_lane.up)

        assert engine.session.link is link
        assert {client["client_id"] for client in sim.ctl("clients")} == {11, OWN}


async def test_stop_goes_out_on_the_main_link_when_there_is_no_other(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop_lane.fire()
        await until(engine, lambda: engine.stop.report is not None)
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert cancels(sim) == [11]


async def test_connection_asks_for_nothing_when_it_is_idle(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True, stop_lane=True) as engine:
        await until(engine, lambda: engine.stop_lane.up)
        before = engine.session.last_snapshot
        await until(engine, lambda: engine.session.last_snapshot is not before)

        assert not [row for row in sim.requests() if row["client_id"] == OWN]
