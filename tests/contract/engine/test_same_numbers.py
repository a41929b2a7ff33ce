"""Random programs of several clients whose order ids collide: a cancel reaches the order that was shown, or none.

Every client counts its own order ids from 1, so the same number names a different order at each of them (IBKR Campus
TWS API docs, "Order Management"). Rows are taken from one client's book and cancelled through another's engine, which
is what a console does with another client's row; what arrived is read from the server's log.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.engine import connected_engine, ticket, until
from tests.support.simulator import SimulatorProcess, wait_until
from tws_console.engine.engine import Engine
from tws_console.engine.results import CancelResult
from tws_console.model.order import Order
from tws_console.model.ticket import Ticket

CANCEL = 4
SOON = 0.4
"""Seconds to wait for an answer that a fault keeps back; nothing is asserted about it."""


@dataclass(frozen=True)
class Place:
    """A client places; when `lost` the server drops it, and the client's row has no permId."""

    client: int
    lost: bool = False


@dataclass(frozen=True)
class Cancel:
    """The `pick`-th live row in `viewer`'s book is cancelled through `actor`, who may or may not have looked before."""

    viewer: int
    actor: int
    pick: int
    looked: bool = True


Step = Place | Cancel
clients = st.integers(0, 2)
steps = st.one_of(
    st.builds(Place, clients, st.sampled_from([False, False, False, True])),
    st.builds(Cancel, clients, clients, st.integers(0, 11), st.booleans()),
    st.builds(lambda client, pick: Cancel(client, client, pick), clients, st.integers(0, 11)),
)
EVERYBODY: list[Step] = [Place(0), Place(1), Place(2)]
"""Every program begins so: a client that has not looked yet takes the number that the others take as well."""
programs = st.lists(steps, min_size=3, max_size=9).map(lambda more: [*EVERYBODY, *more])

COLLIDING: list[Step] = [
    *EVERYBODY,
    *EVERYBODY,
    *(Cancel(viewer, actor, pick) for viewer, actor, pick in ((0, 1, 0), (1, 0, 1), (2, 2, 0), (1, 2, 0), (2, 0, 0))),
]
LOST: list[Step] = [Place(0, True), Place(1), Place(2), Cancel(0, 1, 0), Cancel(0, 2, 0), Cancel(0, 0, 0)]

bases = itertools.count(1000, 100)
"""Each program gets client ids that nobody used before, so its order ids begin at 1 again."""


@dataclass
class Table:
    """The clients of one program and the server that they share."""

    sim: SimulatorProcess
    engines: list[Engine]
    tickets: list[Ticket]
    refused: list[CancelResult] = field(default_factory=list)
    done: list[CancelResult] = field(default_factory=list)

    def listed(self) -> dict[int, tuple[int, int]]:
        """permId -> (client id, order id) at the server."""
        return {row["perm_id"]: (row["client_id"], row["order_id"]) for row in self.sim.book()}

    def cancels(self, since: int) -> list[tuple[int, int]]:
        return [(row["client_id"], row["order_id"]) for row in self.sim.requests(CANCEL, since)]

    def newest_request(self) -> int:
        return max((row["seq"] for row in self.sim.requests()), default=0)

    async def look(self, client: int) -> Engine:
        """Fetch the list of all clients' orders anew, as the console's poll does."""
        engine = self.engines[client]
        link = engine.session.link
        assert link is not None
        before = engine.session.state.snapshot_at or 0.0
        assert link.ask_all_orders(urgent=True)
        await until(engine, lambda: (engine.session.state.snapshot_at or 0.0) > before)
        return engine

    async def place(self, step: Place) -> None:
        engine = self.engines[step.client]
        if step.lost:
            self.sim.ctl("fault", "drop-placement", f"client={engine.session.state.client_id}")
        placed = await engine.trading.place(self.tickets[step.client], timeout=SOON if step.lost else 5.0)
        assert placed.submitted, placed.refusal

    async def cancel(self, step: Cancel) -> None:
        rows = (await self.look(step.viewer)).book.live()
        if not rows:
            return
        row = rows[step.pick % len(rows)]
        actor = await self.look(step.actor) if step.looked else self.engines[step.actor]
        before, since = self.listed(), self.newest_request()
        mine = row.client_id == actor.session.state.client_id

        result = await actor.trading.cancel(row, SOON if row.perm_id is None else 5.0)

        self.check(row, result, mine, before, since)

    def check(
        self, row: Order, result: CancelResult, mine: bool, before: dict[int, tuple[int, int]], since: int
    ) -> None:
        """What arrived names exactly this order, and every other order is still in the server's book."""
        numbers = (row.client_id, row.order_id)
        after = self.listed()
        # A row that ended since is shown until two lists have missed it: then there is nothing to cancel any more.
        there = row.perm_id is None or row.perm_id in before
        if row.perm_id in before:
            assert before[row.perm_id or 0] == numbers
        if mine and there:
            assert self.cancels(since) == [numbers]
            assert result.via == "own"
            assert set(before) - set(after) == ({row.perm_id} if row.perm_id else set())
            self.done.append(result)
        else:
            assert self.cancels(since) == []
            assert (result.via, result.outcome) == ("none", "refused")
            assert result.reason
            assert after == before
            self.refused.append(result)


@asynccontextmanager
async def seated(sim: SimulatorProcess, folder: Path) -> AsyncIterator[Table]:
    """Three clients: the second has an id of the first one's profile, the third a stranger's. Nothing is left over."""
    base = next(bases)
    async with AsyncExitStack() as stack:
        ids = (base, base + 1, base + 50)
        engines = [await stack.enter_async_context(connected_engine(sim, folder, number)) for number in ids]
        yield Table(sim, engines, [await ticket(engine) for engine in engines])
        link = engines[0].session.link
        assert link is not None
        link.global_cancel(lambda _: None)
        wait_until(lambda: not sim.book())


@pytest.fixture(scope="module")
def shared_sim() -> Iterator[SimulatorProcess]:
    with SimulatorProcess("empty") as running:
        yield running


async def run(table: Table, program: Sequence[Step]) -> None:
    for step in program:
        if isinstance(step, Place):
            await table.place(step)
        else:
            await table.cancel(step)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    database=None,
)
@given(program=programs)
@example(program=COLLIDING)
@example(program=LOST)
async def test_cancel_reaches_only_the_order_shown_when_clients_share_numbers(
    shared_sim: SimulatorProcess, home: Path, program: list[Step]
) -> None:
    async with seated(shared_sim, home) as table:
        await run(table, program)


async def test_numbers_collide_and_both_fates_occur_when_the_first_example_runs(
    shared_sim: SimulatorProcess, home: Path
) -> None:
    async with seated(shared_sim, home) as table:
        await run(table, COLLIDING[:6])
        assert sorted(number for _, number in table.listed().values()) == [1, 1, 1, 2, 2, 2]

        await run(table, COLLIDING[6:])

        assert len(table.done) >= 1
        assert len(table.refused) >= 3
