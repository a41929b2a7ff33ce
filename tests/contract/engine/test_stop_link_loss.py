"""The link, the journal or TWS's own link break around a stop: it goes on, and proves nothing too early."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tests.support.engine import connected_engine, effective_for, reported, ticket, until
from tests.support.simulator import SimulatorProcess, wait_until
from tws_console.bootstrap import build_engine
from tws_console.ib.broker import TwsBroker
from tws_console.ib.panic_socket import fire
from tws_console.model.stop import Outcome, StopVerdict

GLOBAL_CANCEL = 58


async def test_stop_is_proved_when_it_was_pressed_without_a_link(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        sim.ctl("fault", "drop")
        await until(engine, lambda: engine.session.link is None)

        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert not sim.book()


async def test_stop_is_proved_when_the_link_is_lost_in_the_middle(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "no-global-cancel")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        wait_until(lambda: len(sim.requests(GLOBAL_CANCEL)) == 1)
        sim.ctl("fault", "drop")
        await until(engine, lambda: engine.session.link is None)
        sim.ctl("clear", "all")

        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert len(sim.requests(GLOBAL_CANCEL)) == 2
        assert not sim.book()


async def test_cancel_goes_out_again_before_a_proof_when_tws_lost_its_link_since(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        wait_until(lambda: len(sim.requests(GLOBAL_CANCEL)) == 1)
        sim.ctl("fault", "1100")
        sim.ctl("fault", "1102")

        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert len(sim.requests(GLOBAL_CANCEL)) == 2
        assert [note for note in report.notes if "begins anew" in note] == [
            "the link between TWS and IBKR was lost (1100): the proof begins anew",
            "the link between TWS and IBKR came back (1102): the proof begins anew",
        ]


async def test_lost_placement_bars_the_proof_when_its_reference_was_used_before(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home, 12) as other:
        assert (await other.trading.place(await ticket(other, order_ref="hedge"))).submitted
        empty_sim.ctl("fault", "drop-placement")
        await other.trading.place(await ticket(other, order_ref="hedge"), timeout=0.3)
        async with connected_engine(empty_sim, home, 11) as engine:
            engine.stop.fire()
            report = await reported(engine, lambda one: one.verdict is StopVerdict.EMPTY)

            assert [line.outcome for line in report.orders] == [Outcome.UNKNOWN, Outcome.CANCELLED]


async def test_link_comes_back_when_the_journal_cannot_be_used(empty_sim: SimulatorProcess, home: Path) -> None:
    (home / "journal.db").mkdir()
    async with connected_engine(empty_sim, home, polling=True) as engine:
        empty_sim.ctl("fault", "drop")
        await until(engine, lambda: engine.session.link is None)
        engine.retry_now()

        await until(engine, lambda: engine.session.state.phase.value == "up")

        engine.stop.fire()
        report = await reported(engine, lambda one: "journal" in " ".join(one.notes))
        assert report.sent_ms is not None
        assert not report.proved


async def test_stop_is_proved_when_another_program_holds_the_journal(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        with closing(sqlite3.connect(home / "journal.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            engine.stop.fire()
            report = await engine.stop.wait(30)
            other.execute("ROLLBACK")

        assert report.proved, report.why


async def test_report_stands_still_when_the_freeze_is_released(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "survivor")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        engine.stop.release("resume trading")

        assert engine.stop.report is not None
        assert not engine.stop.report.running


async def test_stop_is_proved_when_its_connection_broke_before_it_was_gone_on_with(
    sim: SimulatorProcess, home: Path
) -> None:
    broker = TwsBroker()
    engine = build_engine(
        effective_for(sim), (11,), timeout=5.0, by="panic", journal_path=str(home / "journal.db"), broker=broker
    )
    fired = fire(sim.host, sim.port, [11], 5.0)
    wait_until(lambda: len(sim.requests(GLOBAL_CANCEL)) == 1)
    link = await broker.adopt(fired, engine.take)
    sim.ctl("fault", "drop")
    await link.lost()

    engine.adopt(link)
    engine.stop.adopt(fired.sent_at, datetime.now(UTC), None, fired.sent_at, "")
    report = await engine.stop.wait(60)
    await engine.close()

    assert report.proved, report.why
