"""The emergency stop at a real socket: what leaves, in which order, and when it calls itself proved."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.engine import connected_engine, reported, ticket, until
from tests.support.raw_client import RawClient
from tests.support.simulator import SimulatorProcess, wait_until
from tws_console.model.order import Status, Witness
from tws_console.model.problems import ErrorCode
from tws_console.model.stop import Outcome, StopVerdict
from tws_console.simulator.faults import FAULTS

PLACE, CANCEL, GLOBAL_CANCEL = 3, 4, 58
MOVES_THE_PORT = "1300"


async def test_stop_proves_itself_when_orders_of_every_owner_are_open(sim: SimulatorProcess, home: Path) -> None:
    known = {one["perm_id"] for one in sim.book()}
    async with connected_engine(sim, home, polling=True) as engine:
        placed = await engine.trading.place(await ticket(engine))
        assert placed.order is not None

        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert not sim.book()
        assert {line.perm_id for line in report.orders} == known | {placed.order.perm_id}
        assert {line.outcome for line in report.orders} == {Outcome.CANCELLED}
        assert report.proof.unwitnessed == 0
        assert report.frozen


async def test_no_placement_follows_the_cancel_when_120_are_queued(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home, polling=True) as engine:
        order = await ticket(engine)
        tasks = [asyncio.create_task(engine.trading.place(order)) for _ in range(120)]
        await until(engine, lambda: len(engine.book.orders) == 120)

        engine.stop.fire()
        results = await asyncio.gather(*tasks)
        report = await engine.stop.wait(60)

        log = empty_sim.requests()
        cancel = next(request["seq"] for request in log if request["message"] == GLOBAL_CANCEL)
        placements = [request["seq"] for request in log if request["message"] == PLACE]
        assert placements
        assert max(placements) < cancel
        kept_back = [result for result in results if not result.submitted]
        assert len(kept_back) == 120 - len(placements) > 0
        assert {result.code for result in kept_back} == {ErrorCode.FROZEN}
        assert report.proved, report.why
        assert len(report.purged) <= len(kept_back)
        assert not empty_sim.book()


async def test_placement_is_refused_when_another_process_has_frozen(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine, connected_engine(empty_sim, home, 12) as other:
        order = await ticket(other)
        engine.stop.fire()

        refused = await other.trading.place(order)

        assert (refused.submitted, refused.code) == (False, ErrorCode.FROZEN)
        assert not empty_sim.requests(PLACE)


async def test_freeze_ends_when_the_phrase_is_right_and_only_then(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        engine.stop.fire()
        await engine.stop.wait(60)
        with pytest.raises(ValueError, match="resume trading"):
            engine.stop.release("resume")
        assert (await engine.trading.place(await ticket(engine))).code is ErrorCode.FROZEN

        engine.stop.release("resume trading")

        assert (await engine.trading.place(await ticket(engine))).submitted


async def test_stop_is_not_proved_when_an_order_was_never_answered_elsewhere(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    empty_sim.ctl("fault", "drop-placement")
    async with connected_engine(empty_sim, home, 12) as other:
        lost = await other.trading.place(await ticket(other), timeout=0.3)
        assert lost.code is ErrorCode.OUTCOME_UNKNOWN
        async with connected_engine(empty_sim, home, 11) as engine:
            engine.stop.fire()
            report = await reported(engine, lambda one: one.verdict is StopVerdict.EMPTY)

            assert [line.outcome for line in report.orders] == [Outcome.UNKNOWN]
            assert "client 12 is connected" in report.orders[0].reason


async def test_stop_is_proved_when_an_order_never_answered_elsewhere_can_be_asked_for(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    empty_sim.ctl("fault", "drop-placement")
    async with connected_engine(empty_sim, home, 12) as other:
        await other.trading.place(await ticket(other), timeout=0.3)
    async with connected_engine(empty_sim, home, 11) as engine:
        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert [line.witness for line in report.orders] == [Witness.REFUSAL]
        assert [one["client_id"] for one in empty_sim.requests(CANCEL)] == [12]


async def test_stop_is_proved_when_tws_does_not_know_our_lost_order(empty_sim: SimulatorProcess, home: Path) -> None:
    empty_sim.ctl("fault", "drop-placement")
    async with connected_engine(empty_sim, home, polling=True) as engine:
        lost = await engine.trading.place(await ticket(engine), timeout=0.3)
        assert lost.order is not None
        assert lost.order.status is Status.UNKNOWN

        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert [(line.outcome, line.witness.value) for line in report.orders] == [(Outcome.CANCELLED, "refusal")]


async def test_stop_says_so_when_there_is_no_connection(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        empty_sim.ctl("fault", "drop")
        await until(engine, lambda: engine.session.link is None)

        engine.stop.fire()
        report = await reported(engine, lambda one: bool(one.why))

        assert report.verdict is StopVerdict.NOT_CONFIRMED
        assert "NOT cancelled" in report.why
        assert report.sent_ms is None


async def test_order_that_appears_late_bars_the_proof_and_is_not_cancelled(
    sim: SimulatorProcess, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tws_console.engine.evidence.OWN_WINDOW", 0.0)
    sim.ctl("fault", "no-global-cancel")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        wait_until(lambda: len(sim.requests(GLOBAL_CANCEL)) == 1)
        sim.ctl("manual", "BUY", "10", "AAPL", "LMT", "150")
        sim.ctl("clear", "all")

        await reported(engine, lambda one: any(line.late for line in one.orders))
        report = await engine.stop.wait(2)

        assert report.verdict is StopVerdict.NOT_CONFIRMED
        assert [line.late for line in report.orders].count(True) == 1
        assert len(sim.requests(GLOBAL_CANCEL)) == 1


async def test_cancel_goes_out_again_when_the_first_had_no_effect(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "no-global-cancel")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        wait_until(lambda: len(sim.requests(GLOBAL_CANCEL)) == 1)
        sim.ctl("clear", "all")

        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert report.attempts == 2


@pytest.mark.parametrize("fault", sorted(FAULTS))
async def test_stop_is_proved_only_when_an_independent_connection_sees_nothing(
    sim: SimulatorProcess, home: Path, fault: str
) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        await engine.trading.place(await ticket(engine))
        target = ["client=11"] if fault in {"stall", "half-open", "late-end", "no-end", "lying-list", "drop"} else []
        sim.ctl("fault", fault, *target)

        engine.stop.fire()
        report = await engine.stop.wait(2.5)

        if report.proved:
            sim.ctl("clear", "all")
            assert not [order for order in sim.book() if not order["staged"]]
        if report.proved and fault != MOVES_THE_PORT:
            independent = await RawClient.start(sim.port, 95)
            independent.send(16, 1)
            answer = await independent.until_id(53)
            independent.writer.close()
            assert not [message for message in answer if message[0] == "5"]
        assert report.proved or report.why


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("drop", ["client=11"]),
        ("restart", ["seconds=1"]),
        ("1100", ["seconds=1"]),
        ("2110", ["seconds=1"]),
        ("undecodable", []),
        ("late-fill", []),
        ("no-status", []),
        ("split-frames", []),
        ("pacing", []),
        ("lying-list", ["seconds=2"]),
        ("read-only", ["seconds=2"]),
    ],
)
async def test_stop_ends_proved_when_the_trouble_is_over(
    sim: SimulatorProcess, home: Path, fault: str, options: list[str]
) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        await engine.trading.place(await ticket(engine))
        sim.ctl("fault", fault, *options)

        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert not [order for order in sim.book() if not order["staged"]]
