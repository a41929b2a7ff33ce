"""The main link of a stop is clogged, silent or gone, and TWS is fine: a second connection carries and proves it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.support.engine import connected_engine, reported, ticket, until
from tests.support.raw_client import RawClient, eventually, place_fields
from tests.support.simulator import SimulatorProcess, wait_until
from tws_console.model.session import Lamp
from tws_console.model.stop import StopLink

GLOBAL_CANCEL = 58


def carriers(sim: SimulatorProcess) -> list[int]:
    """The client ids under which a cancel of everything arrived, in order."""
    return [request["client_id"] for request in sim.requests(GLOBAL_CANCEL)]


@pytest.mark.parametrize("fault", ["stall", "half-open"])
async def test_stop_is_proved_on_a_second_link_when_the_main_one_is_not_read(
    sim: SimulatorProcess, home: Path, fault: str
) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        await engine.trading.place(await ticket(engine))
        sim.ctl("fault", fault, "client=11")

        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert 12 in carriers(sim)
        assert 11 not in carriers(sim)
        assert not sim.book()
        assert report.proof.unwitnessed == 0
        assert any("second connection" in note for note in report.notes)


@pytest.mark.parametrize("fault", ["no-end", "late-end"])
async def test_stop_is_proved_by_whichever_link_completes_when_lists_of_the_main_one_do_not_end(
    sim: SimulatorProcess, home: Path, fault: str
) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        sim.ctl("fault", fault, "client=11", *(["seconds=4"] if fault == "late-end" else []))

        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert carriers(sim)[0] == 11
        assert 12 in carriers(sim)


async def test_stop_is_proved_on_a_second_link_when_list_ends_are_lost_after_it_began(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home, polling=True) as engine:

        def answered() -> bool:
            report = engine.stop.report
            return report is not None and report.proof.snapshots > 0

        engine.stop.fire()
        await until(engine, answered)
        assert engine.stop.running
        sim.ctl("fault", "no-end", "client=11")
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert 12 in carriers(sim)


async def test_stop_is_proved_on_a_second_link_when_the_client_id_stays_taken(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        sim.ctl("fault", "in-use", "client=11")
        sim.ctl("fault", "drop", "client=11")
        await until(engine, lambda: engine.session.link is None)

        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert engine.session.link is None
        assert report.link is StopLink.UP
        assert set(carriers(sim)) == {12}


async def test_second_link_takes_the_next_id_when_the_first_is_in_use(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, 12), connected_engine(sim, home, polling=True) as engine:
        sim.ctl("fault", "half-open", "client=11")

        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert set(carriers(sim)) == {13}


async def test_report_names_the_dialog_when_the_second_link_is_not_greeted(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        sim.ctl("fault", "half-open", "client=11")
        sim.ctl("fault", "silent-accept")

        engine.stop.fire()
        await until(engine, lambda: any("Trusted IPs" in note for note in engine.stop.report.notes))  # type: ignore[union-attr]
        report = await reported(engine, lambda one: "behind the cancel" in one.why)

        assert not report.proved


async def test_cancel_goes_out_on_a_second_link_when_two_had_no_effect(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "no-global-cancel", "client=11")
    async with connected_engine(sim, home, polling=True) as engine:
        engine.stop.fire()
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert carriers(sim)[:2] == [11, 11]
        assert 12 in carriers(sim)
        assert not sim.book()


async def test_second_link_is_closed_when_the_stop_is_proved(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        sim.ctl("fault", "no-end", "client=11")
        engine.stop.fire()
        assert (await engine.stop.wait(60)).proved

        await asyncio.to_thread(wait_until, lambda: [one["client_id"] for one in sim.ctl("clients")] == [11])

        assert engine.session.state.lamps.socket is Lamp.UP


async def test_cancel_goes_out_again_when_an_outage_is_told_on_the_second_link_alone(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        sim.ctl("fault", "half-open", "client=11")
        sim.ctl("fault", "no-global-cancel", "client=12")
        engine.stop.fire()
        await until(engine, lambda: carriers(sim) == [12])
        sim.ctl("fault", "1100")
        await until(engine, lambda: len(carriers(sim)) > 1)
        report = await engine.stop.wait(0.5)
        assert not report.proved

        sim.ctl("fault", "1102")
        sim.ctl("clear", "no-global-cancel")
        report = await engine.stop.wait(60)

        assert report.proved, report.why
        assert not sim.book()


async def test_second_link_leaves_ids_alone_under_which_orders_live(empty_sim: SimulatorProcess, home: Path) -> None:
    """Client 12 is ours too and 20 is another program's: both would find their ids in use when they come back."""
    async with AsyncExitStack() as stack:
        for client_id in (12, 20):
            async with await RawClient.start(empty_sim.port, client_id) as owner:
                owner.send(*place_fields(1, order_type="LMT", limit=50))
                await owner.until_status(1, "Submitted")
        await eventually(lambda: not empty_sim.ctl("clients"))
        for client_id in range(13, 20):
            await stack.enter_async_context(await RawClient.start(empty_sim.port, client_id))
        engine = await stack.enter_async_context(connected_engine(empty_sim, home, polling=True))
        assert engine.book.owners() == {12, 20}
        empty_sim.ctl("fault", "half-open", "client=11")

        engine.stop.fire()
        report = await engine.stop.wait(15)

        assert report.proved, report.why
        assert carriers(empty_sim) == [21]


async def test_second_link_takes_an_id_under_which_orders_live_when_no_other_is_free(
    empty_sim: SimulatorProcess, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tws_console.engine.engine.SPARE_IDS", range(0))
    async with AsyncExitStack() as stack:
        async with await RawClient.start(empty_sim.port, 12) as owner:
            owner.send(*place_fields(1, order_type="LMT", limit=50))
            await owner.until_status(1, "Submitted")
        await eventually(lambda: not empty_sim.ctl("clients"))
        for client_id in range(13, 20):
            await stack.enter_async_context(await RawClient.start(empty_sim.port, client_id))
        engine = await stack.enter_async_context(connected_engine(empty_sim, home, polling=True))
        empty_sim.ctl("fault", "half-open", "client=11")

        engine.stop.fire()
        report = await engine.stop.wait(15)

        assert report.proved, report.why
        assert carriers(empty_sim) == [12]
