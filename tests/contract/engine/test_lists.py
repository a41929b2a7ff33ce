"""Lists of all clients' orders over the wire from a server that sends them late, cut, broken or wrong.

No order that is live at the server is ever shown as ended, the age of the truth is never younger than what proves it,
and an order that really ended at another client is retired with its true end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.engine import connected_engine, effective_for, row, ticket, until
from tests.support.simulator import SimulatorProcess
from tws_console.bootstrap import build_engine
from tws_console.engine.engine import Engine
from tws_console.model.order import Status, Witness
from tws_console.model.session import Phase

LIST = 16
WATCHER = 11
ONLY = f"client={WATCHER}"
DELAY = 0.5
"""Seconds by which the server holds the end of a list back."""

FAULTS: dict[str, tuple[str, ...]] = {
    "late-end": (ONLY, f"seconds={DELAY}"),
    "no-end": (ONLY, "count=1"),
    "undecodable": (ONLY, "count=2"),
    "split-frames": (ONLY,),
    "stall": (ONLY, "seconds=0.7"),
}


@dataclass
class Watch:
    """What an engine has shown so far, looked at after every event it took in."""

    engine: Engine
    sim: SimulatorProcess
    alive: set[int]
    """permIds that are live at the server all the time."""
    ended: set[str] = field(default_factory=set)
    ages: list[tuple[float, float]] = field(default_factory=list)
    """(when the listed orders were asked for, when that list was taken), each once."""

    owed: bool = False
    """Whether an end has been lost: one request more than ends from then on."""

    def note(self) -> bool:
        self.ended |= {f"{one.key} {one.status.value}" for one in self.engine.book.ended if one.perm_id in self.alive}
        asked = self.engine.session.state.snapshot_at
        if asked is not None and (not self.ages or self.ages[-1][0] != asked):
            self.ages.append((asked, self.engine.clock.monotonic()))
        return False

    async def lists(self, further: int) -> None:
        """Wait for this many further complete lists."""
        wanted = len(self.ages) + further
        await until(self.engine, lambda: self.note() or len(self.ages) >= wanted, 20)

    def asked_at_the_server(self) -> list[float]:
        """Monotonic seconds at which requests for a list arrived; both processes read one clock."""
        rows = self.sim.requests(LIST)
        return [request["ns"] / 1e9 for request in rows if request["client_id"] == WATCHER]

    def check(self) -> None:
        assert not self.ended, "live orders were shown as ended"
        assert self.ages == sorted(self.ages)
        arrived = self.asked_at_the_server()
        for asked, taken in self.ages:
            # A list holds what was there when its request arrived: an age counts from before that, never from later.
            assert any(asked <= moment <= taken for moment in arrived)


@asynccontextmanager
async def watching(sim: SimulatorProcess, home: Path) -> AsyncIterator[Watch]:
    alive = {one["perm_id"] for one in sim.book()}
    async with connected_engine(sim, home, WATCHER, polling=True) as engine:
        watch = Watch(engine, sim, alive)
        watch.note()
        yield watch
        watch.note()
        watch.check()


async def lost_end(watch: Watch) -> None:
    """With an end lost only a further request brings the owed one. The console asks by itself after five seconds; this
    asks as soon as the one whose end is lost has arrived.
    """
    link = watch.engine.session.link
    assert link is not None
    if not watch.owed:
        before = len(watch.asked_at_the_server())
        await until(watch.engine, lambda: watch.note() or len(watch.asked_at_the_server()) > before)
        watch.owed = True
    assert link.ask_all_orders(urgent=True)


@pytest.mark.parametrize("fault", sorted(FAULTS))
async def test_orders_stay_live_when_the_lists_have_a_fault(sim: SimulatorProcess, home: Path, fault: str) -> None:
    async with watching(sim, home) as watch:
        sim.ctl("fault", fault, *FAULTS[fault])
        if fault == "no-end":
            for _ in range(2):
                await lost_end(watch)
                await watch.lists(1)
        else:
            await watch.lists(3)

        assert {one.perm_id for one in watch.engine.book.live()} == watch.alive


async def test_age_holds_the_wait_when_the_end_is_late(sim: SimulatorProcess, home: Path) -> None:
    async with watching(sim, home) as watch:
        known = len(watch.ages)
        sim.ctl("fault", "late-end", *FAULTS["late-end"])
        await watch.lists(4)

        late = watch.ages[known + 1 :]
        assert all(taken - asked >= DELAY for asked, taken in late)


async def test_age_stays_on_the_old_side_when_an_end_was_lost(sim: SimulatorProcess, home: Path) -> None:
    async with watching(sim, home) as watch:
        sim.ctl("fault", "no-end", ONLY, "count=1")
        await lost_end(watch)
        await watch.lists(1)

        asked, _ = watch.ages[-1]
        # The one whose end was lost and the one whose end was taken for it; the next may be there already.
        assert len([moment for moment in watch.asked_at_the_server() if moment >= asked]) >= 2


async def test_age_does_not_move_when_no_end_comes(sim: SimulatorProcess, home: Path) -> None:
    async with watching(sim, home) as watch:
        sim.ctl("fault", "no-end", ONLY)
        await lost_end(watch)
        before = watch.engine.session.state.snapshot_at
        link = watch.engine.session.link
        assert link is not None
        await link.current_time(5)

        assert watch.engine.session.state.snapshot_at == before
        assert not link.ask_all_orders(urgent=True), "two answers are owed, a third request would prove nothing"


async def test_list_is_unverified_and_older_when_a_row_cannot_be_read(sim: SimulatorProcess, home: Path) -> None:
    async with watching(sim, home) as watch:
        state = watch.engine.session.state
        assert (state.snapshot_complete, state.unverified) == (True, "")
        sim.ctl("fault", "undecodable", ONLY, "count=1")
        await until(watch.engine, lambda: watch.note() or bool(watch.engine.session.state.unverified))

        now = watch.engine.session.state
        assert not now.snapshot_complete
        assert "could not be read" in now.unverified
        assert now.snapshot_at == watch.ages[-1][0]
        await watch.lists(1)
        assert watch.engine.session.state.unverified == ""


async def test_list_is_complete_when_the_broken_row_still_names_its_order(sim: SimulatorProcess, home: Path) -> None:
    async with watching(sim, home) as watch:
        sim.ctl("fault", "undecodable", ONLY, "count=1", "kind=tail")
        await watch.lists(2)

        assert watch.engine.session.state.snapshot_complete


async def test_orders_are_only_doubted_when_one_list_lies(sim: SimulatorProcess, home: Path) -> None:
    async with watching(sim, home) as watch:
        sim.ctl("fault", "lying-list", ONLY, "count=1")
        await until(
            watch.engine,
            lambda: watch.note() or all(one.status is Status.UNVERIFIED for one in watch.engine.book.live()),
        )
        await watch.lists(2)

        assert not [one for one in watch.engine.book.live() if one.status is Status.UNVERIFIED]


async def test_orders_have_no_witnessed_end_and_come_back_when_every_list_lies(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home, WATCHER, polling=True) as engine:
        sim.ctl("fault", "lying-list", ONLY)
        await until(engine, lambda: not engine.book.live())
        assert {(one.status, one.witness) for one in engine.book.ended if one.perm_id in perm_ids(sim)} == {
            (Status.GONE, Witness.NONE)
        }
        assert all(one.problem for one in engine.book.ended if one.perm_id in perm_ids(sim))

        sim.ctl("clear", "all")
        await until(engine, lambda: {one.perm_id for one in engine.book.live()} == perm_ids(sim))


def perm_ids(sim: SimulatorProcess) -> set[int]:
    return {one["perm_id"] for one in sim.book()}


@pytest.mark.parametrize("end", ["cancelled", "filled"])
@pytest.mark.parametrize("fault", sorted(FAULTS))
async def test_order_of_another_client_gets_its_true_end_when_the_lists_have_a_fault(
    sim: SimulatorProcess, home: Path, fault: str, end: str
) -> None:
    async with connected_engine(sim, home, 31) as other, watching(sim, home) as watch:
        placed = await other.trading.place(await ticket(other))
        assert placed.order is not None
        perm_id = placed.order.perm_id or 0
        await until(watch.engine, lambda: watch.note() or watch.engine.book.find(perm_id) is not None)

        sim.ctl("fault", fault, *FAULTS[fault])
        if end == "filled":
            sim.ctl("fill", perm_id)
        else:
            await other.trading.cancel(placed.order)
        if fault == "no-end":
            await lost_end(watch)

        wanted = Status.FILLED if end == "filled" else Status.CANCELLED
        await until(watch.engine, lambda: watch.note() or row(watch.engine, perm_id).status is wanted, 20)
        assert row(watch.engine, perm_id).witness in {Witness.COMPLETED, Witness.EXECUTION}


async def test_link_is_made_anew_when_two_ends_are_lost(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        engine.rounds.list_patience = 0.5
        before = engine.session.link
        assert before is not None
        sim.ctl("fault", "no-end", ONLY, "count=2")

        await until(engine, lambda: engine.session.link is not None and engine.session.link is not before, 20)
        renewed = engine.session.state.snapshot_at
        await until(engine, lambda: (engine.session.state.snapshot_at or 0) > (renewed or 0))

        assert {order.perm_id for order in engine.book.live()} == {one["perm_id"] for one in sim.book()}


async def test_spare_id_is_taken_only_when_asked_for(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home):
        engine = build_engine(effective_for(sim), (11,), timeout=5.0, by="test", journal_path=str(home / "other.db"))
        try:
            await engine.start()
            await until(engine, lambda: engine.session.state.failure is not None)
            assert engine.session.link is None

            engine.use_spare_id()

            await until(engine, lambda: engine.session.state.phase is Phase.UP)
            assert engine.session.state.client_id == 12
        finally:
            await engine.close()


async def test_rows_stay_stale_while_tws_has_no_link_to_the_broker(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine:
        sim.ctl("fault", "1100")
        await until(engine, lambda: all(order.stale for order in engine.book.live()))
        lists = len(sim.requests(LIST))
        before = engine.session.state.snapshot_at

        await until(engine, lambda: len(sim.requests(LIST)) > lists + 2 and bool(engine.session.state.unverified))

        assert all(order.stale for order in engine.book.live())
        assert engine.session.state.snapshot_at == before
        sim.ctl("fault", "1102")
        await until(engine, lambda: not any(order.stale for order in engine.book.live()))


async def test_fresh_list_is_asked_for_again_when_two_were_owed(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        sim.ctl("fault", "late-end", "client=11", "seconds=0.5")
        link = engine.session.link
        assert link is not None
        assert link.ask_all_orders(urgent=True)
        assert link.ask_all_orders(urgent=True)
        assert link.owed == 2
        asked_at = engine.clock.monotonic()

        await engine.session.fresh_list(link, 30)

        assert engine.session.last_snapshot is not None
        assert engine.session.last_snapshot.asked_at >= asked_at
