"""Orders out and the truth about them: engine, ib_async's codec and the simulator over a real socket."""

from __future__ import annotations

import asyncio
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.engine import connected_engine, row, ticket, until
from tests.support.simulator import SimulatorProcess
from tws_console.config.settings import Limits
from tws_console.model.ids import Owner
from tws_console.model.order import Status, Witness
from tws_console.model.problems import ErrorCode
from tws_console.model.session import Mode

PLACE, CANCEL = 3, 4


async def test_orders_of_every_client_are_listed_when_connected(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        seen = {(order.perm_id, order.client_id, order.order_id) for order in engine.book.live()}

        assert seen == {(one["perm_id"], one["client_id"], one["order_id"]) for one in sim.book()}
        owners = [order.owner for order in engine.book.live()]
        assert owners.count(Owner.MANUAL) == 2
        assert owners.count(Owner.FOREIGN) == len(owners) - 2


async def test_limit_order_works_and_is_cancelled_when_asked(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        placed = await engine.trading.place(await ticket(engine))
        assert placed.submitted
        assert placed.order is not None
        assert sim.book(perm_id=placed.order.perm_id)

        result = await engine.trading.cancel(placed.order)

        assert (result.outcome, result.via, result.perm_id) == ("cancelled", "own", placed.order.perm_id)
        assert not sim.book(perm_id=placed.order.perm_id)
        assert row(engine, placed.order.perm_id).witness is Witness.STATUS


async def test_market_order_fills_and_its_position_follows(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await ticket(engine, limit=None, order_type="MKT", quantity="30")
        engine.trading.watch(order.instrument)
        await until(
            engine, lambda: (quote := engine.quotes.get(order.instrument.con_id)) is not None and bool(quote.ask)
        )

        placed = await engine.trading.place(order)

        assert placed.submitted, placed.refusal
        assert placed.order is not None
        perm_id = placed.order.perm_id
        await until(engine, lambda: row(engine, perm_id).status is Status.FILLED)
        assert row(engine, perm_id).filled == Decimal(30)
        await until(engine, lambda: engine.trading.position_of(order.account, order.instrument.con_id) == Decimal(30))


async def test_stop_order_waits_for_its_trigger_when_placed(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        placed = await engine.trading.place(await ticket(engine, limit=None, stop="90", order_type="STP"))

        assert placed.order is not None
        perm_id = placed.order.perm_id
        await until(engine, lambda: row(engine, perm_id).status is Status.UNTRIGGERED)


async def test_intent_is_on_disk_when_the_bytes_arrive(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        placed = await engine.trading.place(await ticket(engine))
        await engine.journal.flush()

    with sqlite3.connect(home / "journal.db") as journal:
        rows = journal.execute("select ulid, order_ref, state, perm_id from intent").fetchall()
    journal.close()
    assert placed.order is not None
    assert rows == [(placed.intent, placed.intent, "acked", placed.order.perm_id)]
    assert placed.order.order_ref == placed.intent


async def test_staged_order_is_shown_from_here_when_no_list_has_it(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home, polling=True) as engine:
        placed = await engine.trading.place(await ticket(engine, transmit=False))

        assert placed.order is not None
        assert placed.order.status is Status.STAGED
        first = engine.session.state.snapshot_at
        assert first is not None
        await until(engine, lambda: (engine.session.state.snapshot_at or 0) > first + 0.5)
        assert [order.status for order in engine.book.live()] == [Status.STAGED]
        (staged,) = empty_sim.book()
        assert staged["staged"] is True


async def test_order_is_unknown_and_not_sent_again_when_tws_drops_it(empty_sim: SimulatorProcess, home: Path) -> None:
    empty_sim.ctl("fault", "drop-placement")
    async with connected_engine(empty_sim, home, polling=True) as engine:
        placed = await engine.trading.place(await ticket(engine), timeout=0.5)

        assert (placed.submitted, placed.code) == (True, ErrorCode.OUTCOME_UNKNOWN)
        assert placed.order is not None
        assert placed.order.status is Status.UNKNOWN
        first = engine.session.state.snapshot_at
        assert first is not None
        await until(engine, lambda: (engine.session.state.snapshot_at or 0) > first + 0.6)
        assert [order.status for order in engine.book.live()] == [Status.UNKNOWN]
        assert len(empty_sim.requests(PLACE)) == 1


@pytest.mark.parametrize("fault", ["201", "110", "451"])
async def test_refusal_is_told_in_the_brokers_words(empty_sim: SimulatorProcess, home: Path, fault: str) -> None:
    empty_sim.ctl("fault", fault)
    async with connected_engine(empty_sim, home) as engine:
        placed = await engine.trading.place(await ticket(engine))

        assert placed.code is ErrorCode.IB_ORDER_REJECTED
        assert fault in placed.refusal
        assert not empty_sim.book()


@pytest.mark.parametrize("fault", ["399", "404", "10349"])
async def test_order_lives_when_the_broker_only_informs(empty_sim: SimulatorProcess, home: Path, fault: str) -> None:
    empty_sim.ctl("fault", fault)
    async with connected_engine(empty_sim, home, polling=True) as engine:
        placed = await engine.trading.place(await ticket(engine))

        assert placed.order is not None
        assert placed.code is None
        first = engine.session.state.snapshot_at
        assert first is not None
        await until(engine, lambda: (engine.session.state.snapshot_at or 0) > first)
        assert row(engine, placed.order.perm_id).live
        assert empty_sim.book(perm_id=placed.order.perm_id)


async def test_foreign_and_manual_orders_are_not_cancelled_by_number(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        for order in engine.book.live():
            result = await engine.trading.cancel(order)
            assert (result.outcome, result.via) == ("refused", "none")

        assert not sim.requests(CANCEL)


async def test_list_loses_order_when_another_client_cancels_it(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, polling=True) as engine, connected_engine(sim, home, 12) as other:
        placed = await other.trading.place(await ticket(other))
        assert placed.order is not None
        perm_id = placed.order.perm_id
        await until(engine, lambda: engine.book.find(perm_id or 0) is not None)

        await other.trading.cancel(placed.order)

        await until(engine, lambda: not row(engine, perm_id).live)
        await until(engine, lambda: row(engine, perm_id).status is Status.CANCELLED)
        assert row(engine, perm_id).witness is Witness.COMPLETED


async def test_fill_counts_when_it_comes_while_the_cancel_is_pending(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        placed = await engine.trading.place(await ticket(engine))
        assert placed.order is not None
        empty_sim.ctl("fault", "late-fill")

        result = await engine.trading.cancel(placed.order)

        assert result.outcome == "filled"


async def test_live_account_places_nothing_but_cancels(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home, 12) as paper:
        placed = await paper.trading.place(await ticket(paper))
    async with connected_engine(empty_sim, home, 12, mode=Mode.LIVE, read_only=True) as live:
        refused = await live.trading.place(await ticket(live))
        assert (refused.submitted, refused.code) == (False, ErrorCode.READ_ONLY)
        assert placed.order is not None

        result = await live.trading.cancel(row(live, placed.order.perm_id))

        assert result.outcome == "cancelled"
        assert len(empty_sim.requests(PLACE)) == 1


async def test_limit_that_the_profile_sets_blocks(empty_sim: SimulatorProcess, home: Path) -> None:
    limits = Limits(max_quantity=Decimal(5))
    async with connected_engine(empty_sim, home, limits=limits) as engine:
        refused = await engine.trading.place(await ticket(engine))

        assert (refused.submitted, refused.code) == (False, ErrorCode.MAX_QUANTITY)
        assert not empty_sim.requests(PLACE)


async def test_what_if_is_bounded_when_tws_never_answers(empty_sim: SimulatorProcess, home: Path) -> None:
    empty_sim.ctl("fault", "no-whatif")
    async with connected_engine(empty_sim, home) as engine:
        preview = await engine.trading.what_if(await ticket(engine), 0.3)

        assert "did not answer" in preview.unavailable
        assert not engine.book.orders


async def test_order_ids_rise_at_tws_when_placements_are_made_at_once(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await ticket(engine)
        results = await asyncio.gather(*(engine.trading.place(order) for _ in range(12)))

        assert all(result.submitted and result.code is None for result in results)
        sent = [request["order_id"] for request in empty_sim.requests(PLACE)]
        assert sent == sorted(set(sent))


async def test_second_of_two_like_orders_is_refused_when_they_are_placed_at_once(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home, limits=Limits(duplicate_seconds=5.0)) as engine:
        order = await ticket(engine)

        results = await asyncio.gather(engine.trading.place(order), engine.trading.place(order))

        assert sorted(str(result.code) for result in results) == ["DUPLICATE_ORDER", "None"]
        assert len(empty_sim.requests(PLACE)) == 1


async def test_lost_placement_is_the_order_when_a_preview_was_asked_first(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    empty_sim.ctl("fault", "drop-placement")
    async with connected_engine(empty_sim, home) as engine:
        order = await ticket(engine)
        preview = await engine.trading.what_if(order)
        assert not preview.unavailable

        placed = await engine.trading.place(order, timeout=0.5)

        assert placed.code is ErrorCode.OUTCOME_UNKNOWN
        assert not empty_sim.book()
