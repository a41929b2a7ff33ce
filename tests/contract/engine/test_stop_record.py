"""What a stop leaves behind: its blast, every try and its report in the journal, and what became of the positions."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine import connected_engine, ticket, until
from tests.support.simulator import SimulatorProcess
from tws_console.model.notice import Tone
from tws_console.model.order_scope import OrderScope
from tws_console.model.stop import Outcome


def journalled(home: Path, kind: str) -> list[dict[str, Any]]:
    """The payloads of the events of one kind, oldest first."""
    with sqlite3.connect(home / "journal.db") as connection:
        rows = connection.execute("SELECT payload FROM event WHERE kind = ? ORDER BY seq", (kind,))
        return [json.loads(payload) for (payload,) in rows]


def reports(home: Path) -> list[dict[str, Any]]:
    with sqlite3.connect(home / "journal.db") as connection:
        return [json.loads(text) for (text,) in connection.execute("SELECT report FROM stop ORDER BY seq")]


async def test_stop_of_the_console_is_journalled_when_it_is_proved(sim: SimulatorProcess, home: Path) -> None:
    known = {f"#{order['perm_id']}" for order in sim.book()}
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        assert (await engine.stop.wait(60)).proved

    (fired,) = journalled(home, "stop-fired")
    assert set(fired["orders"]) == known
    assert fired["scope"]["everything"] is True
    (report,) = reports(home)
    assert report["verdict"] == "proved"
    assert len(report["orders"]) == len(known)


async def test_every_try_is_journalled_when_an_order_survives(sim: SimulatorProcess, home: Path) -> None:
    target = next(order for order in sim.book() if order["client_id"] == 3)
    sim.ctl("fault", "survivor", f"perm={target['perm_id']}")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        assert (await engine.stop.wait(60)).proved

    tries = journalled(home, "stop-try")
    assert "cancel of everything again" in {one["what"] for one in tries}
    assert [one["perm_ids"] for one in tries if one["what"] == "takeover"] == [[target["perm_id"]]]


async def test_report_is_journalled_when_the_program_ends_before_the_proof(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "no-global-cancel")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()

    (report,) = reports(home)
    assert report["verdict"] == "not-confirmed"


async def test_scoped_stop_is_journalled_with_its_scope(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire_at(OrderScope(client_id=3))
        assert (await engine.stop.wait(60)).proved

    (report,) = reports(home)
    assert report["scope"]["everything"] is False
    assert report["scope"]["clients"] == [3]


async def test_fill_in_between_is_told_with_the_new_position(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        placed = await engine.trading.place(await ticket(engine))
        assert placed.order is not None
        before = engine.portfolio.positions.get((placed.order.account, placed.order.instrument.con_id))
        held = before.quantity if before is not None else 0
        sim.ctl("fault", "survivor", f"perm={placed.order.perm_id}")

        engine.stop.fire()
        sim.ctl("fill", placed.order.perm_id)
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        line = next(one for one in report.orders if one.perm_id == placed.order.perm_id)
        assert line.outcome is Outcome.FILLED
        await until(engine, lambda: not engine.stop.running)
        assert line.position == held + 10


async def test_position_that_an_execution_of_another_client_explains_is_not_told_as_unexplained(
    sim: SimulatorProcess, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tws_console.engine.stop_positions.SETTLE", 0.0)
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        assert (await engine.stop.wait(60)).proved
        key = next(key for key, row in engine.portfolio.positions.items() if row.instrument.symbol == "AAPL")
        before = engine.portfolio.positions[key].quantity
        asked, executions = len(sim.requests(7)), len(engine.book.executions())

        by_hand = sim.ctl("manual", "BUY", "10", "AAPL", "LMT", "150")["perm_id"]
        sim.ctl("fill", by_hand)
        await until(engine, lambda: engine.portfolio.positions[key].quantity == before + 10)
        await until(engine, lambda: len(sim.requests(7)) > asked)
        await until(engine, lambda: len(engine.book.executions()) > executions)

        assert not [one for one in engine.notices.lines if one.tone is Tone.BAD and "UNEXPLAINED" in one.text]
