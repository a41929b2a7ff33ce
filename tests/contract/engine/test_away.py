"""What a console tells after a gap: a lost link, an outage at the broker, a time in which it was closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.engine import PAPER, connected_engine, ticket, until
from tests.support.simulator import SimulatorProcess
from tws_console.engine.engine import Engine
from tws_console.model.events import ProblemSeen
from tws_console.model.order import Status
from tws_console.model.problems import ErrorCode
from tws_console.model.recovery import AwayReport, KnownPosition, LastKnown
from tws_console.model.session import Lamp

ACCOUNT_SUMMARY, ACCOUNT_PNL, QUOTE = 62, 92, 1


async def first_look(engine: Engine) -> None:
    """The comparison with which a console begins is over."""
    await until(engine, lambda: engine.reconciler.report is not None)


async def next_report(engine: Engine, before: AwayReport | None) -> AwayReport:
    await until(engine, lambda: engine.reconciler.report is not before)
    report = engine.reconciler.report
    assert report is not None
    return report


async def resting(engine: Engine, limit: str = "50") -> int:
    result = await engine.trading.place(await ticket(engine, limit=limit))
    assert result.order is not None
    assert result.order.perm_id is not None
    return result.order.perm_id


async def test_report_tells_fills_gone_and_new_when_the_link_was_lost(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home, polling=True) as engine:
        await first_look(engine)
        filled, kept = await resting(engine), await resting(engine, "51")
        before = engine.reconciler.report
        engine.session.endpoint = replace(engine.session.endpoint, retry_first=0.1)
        empty_sim.ctl("fault", "restart", "seconds=1")
        await until(engine, lambda: engine.session.link is None)
        empty_sim.ctl("fill", filled)
        by_hand = empty_sim.ctl("manual", "BUY", 5, "AAPL", "LMT", 150)["perm_id"]

        report = await next_report(engine, before)

        assert report.why == "the link to TWS was lost"
        assert [fill.perm_id for fill in report.fills] == [filled]
        assert [(gone.order.perm_id, gone.outcome) for gone in report.gone] == [(filled, "filled")]
        assert [order.perm_id for order in report.new] == [by_hand]
        assert (report.changed, report.positions, report.missing) == ((), (), ())
        assert engine.session.state.reduce_only == ""
        kept_row = engine.book.find(kept)
        assert kept_row is not None
        assert kept_row.status is Status.WORKING
        assert any("while you were away" in line.text for line in engine.notices.lines)


@pytest.mark.parametrize("code", ["1101", "1102"])
async def test_everything_is_asked_for_again_when_the_broker_is_back(
    empty_sim: SimulatorProcess, home: Path, code: str
) -> None:
    async with connected_engine(empty_sim, home, polling=True) as engine:
        await first_look(engine)
        perm_id = await resting(engine)
        await until(engine, lambda: bool(empty_sim.requests(QUOTE)))
        before = engine.reconciler.report
        mark = empty_sim.requests()[-1]["seq"]
        empty_sim.ctl("fault", "1100")
        await until(engine, lambda: engine.session.state.lamps.tws is Lamp.DOWN)
        refused = await engine.trading.place(await ticket(engine))
        assert refused.code is ErrorCode.STALE_DATA
        by_hand = empty_sim.ctl("manual", "BUY", 5, "AAPL", "LMT", 150)["perm_id"]
        empty_sim.ctl("fault", code)

        report = await next_report(engine, before)
        await until(engine, lambda: bool(empty_sim.requests(QUOTE, mark)))

        assert report.why == "TWS had lost its link to IBKR (1100)"
        assert by_hand in {order.perm_id for order in report.new}
        assert perm_id not in {gone.order.perm_id for gone in report.gone}
        assert engine.session.state.lamps.tws is Lamp.UP
        assert engine.session.state.lost_at is None
        assert empty_sim.requests(ACCOUNT_SUMMARY, mark)
        assert len(empty_sim.requests(ACCOUNT_PNL, mark)) == len(engine.session.state.accounts)


async def test_entry_only_reduces_until_acknowledged_when_a_position_changed_unseen(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as first:
        known = LastKnown(
            datetime.now(UTC) - timedelta(hours=9), positions=(KnownPosition(PAPER, 8894, "KO", Decimal(-40)),)
        )
        first.journal.record_last_known(first.session.endpoint.name, first.session.state.login, known)

    async with connected_engine(empty_sim, home, polling=True) as engine:
        await first_look(engine)
        report = engine.reconciler.report
        assert report is not None
        assert [(change.symbol, change.unexplained) for change in report.positions] == [("KO", Decimal(40))]
        assert "KO moved by +40" in engine.session.state.reduce_only
        blocked = await engine.trading.place(await ticket(engine))
        assert blocked.code is ErrorCode.REDUCE_ONLY

    async with connected_engine(empty_sim, home, polling=True) as again:
        await first_look(again)
        assert "KO moved by +40" in again.session.state.reduce_only
        again.reconciler.acknowledge()
        assert again.session.state.reduce_only == ""
        assert (await again.trading.place(await ticket(again))).submitted

    async with connected_engine(empty_sim, home, polling=True) as last:
        await first_look(last)
        assert last.session.state.reduce_only == ""


async def test_entry_only_reduces_when_tws_moved_a_position_without_an_execution(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    empty_sim.ctl("position", "KO", 100)
    async with connected_engine(empty_sim, home, polling=True) as engine:
        await first_look(engine)
    empty_sim.ctl("position", "KO", 60)

    async with connected_engine(empty_sim, home, polling=True) as again:
        await first_look(again)
        report = again.reconciler.report
        assert report is not None
        (change,) = report.positions
        assert (change.symbol, change.unexplained) == ("KO", Decimal(-40))
        assert "KO moved by -40" in again.session.state.reduce_only
        assert (await again.trading.place(await ticket(again))).code is ErrorCode.REDUCE_ONLY


async def test_report_tells_what_happened_when_the_console_was_closed(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home, polling=True) as engine:
        await first_look(engine)
        perm_id = await resting(engine)
    empty_sim.ctl("fill", perm_id, 4)

    async with connected_engine(empty_sim, home, polling=True) as again:
        await first_look(again)
        report = again.reconciler.report

    assert report is not None
    assert report.why == "the console was closed"
    assert [fill.quantity for fill in report.fills] == [Decimal(4)]
    (changed,) = report.changed
    assert [(change.field, change.after) for change in changed.changes] == [("filled", Decimal(4))]
    assert report.positions == ()


async def test_console_follows_to_the_new_port_and_enters_nothing_there(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    with SimulatorProcess("empty") as moved:
        async with connected_engine(empty_sim, home, polling=True) as engine:
            engine.session.endpoint = replace(engine.session.endpoint, retry_first=0.1)
            link = engine.session.link
            assert link is not None
            text = f"Socket port has been reset and this connection is being dropped. New port - {moved.port}"
            engine.take(
                ProblemSeen(n=0, link=link.generation, at=engine.clock.monotonic(), request_id=-1, code=1300, text=text)
            )
            empty_sim.ctl("fault", "drop")

            await until(engine, lambda: bool(moved.ctl("clients")) and engine.session.state.phase.value == "up")

            assert engine.session.state.port == moved.port
            async with engine.side_links.attached(12, 5.0):
                assert {client["client_id"] for client in moved.ctl("clients")} == {11, 12}
            refused = await engine.trading.place(await ticket(engine))
            assert refused.code is ErrorCode.READ_ONLY
            assert f"--port {moved.port}" in refused.refusal
