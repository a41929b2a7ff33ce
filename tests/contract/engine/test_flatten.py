"""Closing positions against the simulator: whatever fills when, a position never crosses zero."""

from __future__ import annotations

import asyncio
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.engine import PAPER, connected_engine, row, ticket, until
from tests.support.simulator import SimulatorProcess
from tws_console.config.settings import Limits
from tws_console.engine.engine import Engine
from tws_console.engine.flatten import FlattenResult
from tws_console.engine.results import CancelResult
from tws_console.model.order import Order
from tws_console.model.problems import ErrorCode
from tws_console.model.ticket import Ticket
from tws_console.rules.flatten_plan import How, Outcome

PLACE = 3
MARKET = How("MKT")
D = Decimal


def held(engine: Engine, symbol: str) -> Decimal | None:
    """What the engine shows of the paper account's position."""
    return next(
        (p.quantity for (a, _), p in engine.portfolio.positions.items() if holds(a, p.instrument, symbol)), None
    )


def holds(account: str, instrument: object, symbol: str) -> bool:
    return account == PAPER and getattr(instrument, "symbol", "") == symbol


async def flattened(engine: Engine, symbol: str, how: How = MARKET, timeout: float = 3.0) -> FlattenResult:
    (position,) = [p for p in engine.flatten.holdings(PAPER) if p.instrument.symbol == symbol]
    return await engine.flatten.close(PAPER, position.instrument, how, timeout)


async def resting(engine: Engine, action: str, quantity: str, limit: str, symbol: str = "NVDA") -> Order:
    """An own order far from the market."""
    placed = await engine.trading.place(await ticket(engine, action, symbol, quantity, limit))
    assert placed.order is not None
    return row(engine, placed.order.perm_id)


@pytest.mark.parametrize("how", [MARKET, How("LMT")])
async def test_flatten_closes_the_position_when_nothing_else_is_open(
    sim: SimulatorProcess, home: Path, how: How
) -> None:
    async with connected_engine(sim, home) as engine:
        result = await flattened(engine, "NVDA", how)

        assert (result.outcome, result.before, result.after) == (Outcome.CLOSED, D(600), D(0))
        assert result.placed is not None
        assert result.placed.order is not None
        assert (result.placed.order.action, result.placed.order.quantity) == ("SELL", D(600))
        assert result.instrument.exchange == "SMART"


async def test_flatten_cancels_own_closing_orders_first(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        stop = await resting(engine, "SELL", "600", "900")

        result = await flattened(engine, "NVDA")

        assert [(one.perm_id, one.outcome) for one in result.cancelled] == [(stop.perm_id, "cancelled")]
        assert (result.outcome, held(engine, "NVDA")) == (Outcome.CLOSED, D(0))
        assert not sim.book(client_id=11)


async def test_flatten_places_nothing_more_when_the_cancelled_order_fills_late(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home) as engine:
        await resting(engine, "SELL", "600", "900")
        sim.ctl("fault", "late-fill")

        result = await flattened(engine, "NVDA")

        assert [one.outcome for one in result.cancelled] == ["filled"]
        assert (result.outcome, result.placed, result.after) == (Outcome.CLOSED, None, D(0))
        assert len(sim.requests(PLACE)) == 1


async def test_flatten_closes_only_what_is_left_when_half_fills_late(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        await resting(engine, "SELL", "250", "900")
        sim.ctl("fault", "late-fill")

        result = await flattened(engine, "NVDA")

        assert result.placed is not None
        assert result.placed.order is not None
        assert (result.placed.order.quantity, result.after, result.outcome) == (D(350), D(0), Outcome.CLOSED)


async def test_flatten_counts_partial_fills_of_what_it_cancels(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        order = await resting(engine, "SELL", "300", "900")
        sim.ctl("fill", order.perm_id, 120)
        await until(engine, lambda: row(engine, order.perm_id).filled == D(120))

        result = await flattened(engine, "NVDA")

        assert result.placed is not None
        assert result.placed.order is not None
        assert (result.before, result.placed.order.quantity, result.after) == (D(480), D(480), D(0))


async def test_flatten_reduces_by_what_it_cannot_cancel(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home, 12) as other, connected_engine(sim, home) as engine:
        foreign = await resting(other, "SELL", "200", "900")
        await until(engine, lambda: held(engine, "NVDA") == D(600))

        result = await flattened(engine, "NVDA")

        assert (result.outcome, result.after) == (Outcome.PARTLY, D(200))
        assert any(f"#{foreign.perm_id}" in hazard for hazard in result.hazards)
        sim.ctl("fill", foreign.perm_id)
        await until(engine, lambda: held(engine, "NVDA") == D(0))


async def test_flatten_cancels_own_orders_of_another_client_id_through_that_id(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home, 11) as earlier:
        own = await resting(earlier, "SELL", "600", "900")
    async with connected_engine(sim, home, 12, profile_client_id=11) as engine:
        result = await flattened(engine, "NVDA")

        assert [(one.perm_id, one.outcome, one.via) for one in result.cancelled] == [(own.perm_id, "cancelled", "own")]
        assert (result.outcome, result.after) == (Outcome.CLOSED, D(0))


async def test_flatten_leaves_own_orders_alone_when_their_client_id_is_in_use(
    sim: SimulatorProcess, home: Path
) -> None:
    async with (
        connected_engine(sim, home, 11) as other,
        connected_engine(sim, home, 12, profile_client_id=11) as engine,
    ):
        await resting(other, "SELL", "600", "900")

        result = await flattened(engine, "NVDA")

        assert (result.outcome, result.placed, result.after) == (Outcome.REFUSED, None, D(600))
        assert "326" in result.reason
        assert sim.book(client_id=11)


async def test_flatten_touches_nothing_when_others_could_close_all_of_it(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        own = await resting(engine, "SELL", "100", "900", "AAPL")

        result = await flattened(engine, "AAPL")

        assert (result.outcome, result.after, result.cancelled) == (Outcome.REFUSED, D(400), ())
        assert "client 3" in result.reason
        assert row(engine, own.perm_id).live


async def test_flatten_keeps_the_stop_when_it_may_not_place(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as placing:
        own = await resting(placing, "SELL", "600", "900")
    async with connected_engine(sim, home, read_only=True) as engine:
        result = await flattened(engine, "NVDA")

        assert (result.outcome, result.code) == (Outcome.REFUSED, ErrorCode.READ_ONLY)
        assert sim.book(perm_id=own.perm_id)


async def test_flatten_reduces_when_the_cancel_is_refused(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        own = await resting(engine, "SELL", "200", "900")
        sim.ctl("fault", "cancel-by-other")

        result = await flattened(engine, "NVDA")

        assert [one.outcome for one in result.cancelled] == ["live"]
        assert (result.outcome, result.after) == (Outcome.PARTLY, D(200))
        assert any("its cancel is live" in hazard for hazard in result.hazards)
        assert sim.book(perm_id=own.perm_id)


async def test_flatten_is_the_one_placement_that_passes_the_freeze(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        engine.latch.prepare()
        engine.latch.engage()
        refused = await engine.trading.place(await ticket(engine))
        assert refused.code is ErrorCode.FROZEN

        result = await flattened(engine, "NVDA")

        assert (result.outcome, result.after) == (Outcome.CLOSED, D(0))
        assert engine.latch.is_frozen()
        (request,) = sim.requests(PLACE)
        await engine.journal.flush()
    with sqlite3.connect(home / "journal.db") as journal:
        rows = journal.execute("select order_id, state, action, quantity from intent").fetchall()
    journal.close()
    assert rows == [(request["order_id"], "ended", "SELL", "600")]


async def test_freeze_is_passed_by_nothing_that_could_open(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        plain = await ticket(engine, "SELL", "NVDA", "600", None, order_type="MKT")
        since = engine.trading.baseline(PAPER, plain.instrument.con_id)

        with pytest.raises(ValueError, match="freeze"):
            await engine.trading.place(plain, closing=since)

        more = Ticket((await ticket(engine, "SELL", "NVDA", "601", "100")).request, plain.instrument, PAPER, True)
        refused = await engine.trading.place(more, closing=since)
        assert (refused.submitted, refused.code) == (False, ErrorCode.REDUCE_ONLY)
        assert not sim.requests(PLACE)


async def test_closing_ticket_by_hand_waits_for_the_release_of_the_freeze(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        asked = await ticket(engine, "SELL", "NVDA", "600", None, order_type="MKT")
        closing = Ticket(asked.request, asked.instrument, PAPER, reduce_only=True)
        engine.latch.prepare()
        engine.latch.engage()
        assert (await engine.trading.place(closing)).code is ErrorCode.FROZEN

        engine.latch.release("resume trading")

        assert (await engine.trading.place(closing)).submitted
        await until(engine, lambda: held(engine, "NVDA") == D(0))
        again = await engine.trading.place(closing)
        assert (again.submitted, again.code) == (False, ErrorCode.REDUCE_ONLY)


async def test_flatten_says_what_was_cancelled_when_the_link_breaks_before_the_order(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home) as engine:
        own = await resting(engine, "SELL", "600", "900")
        cancel = engine.trading.cancel

        async def and_then_break(order: Order, timeout: float = 5.0) -> CancelResult:
            result = await cancel(order, timeout)
            sim.ctl("fault", "drop")
            await until(engine, lambda: engine.session.link is None)
            return result

        engine.trading.cancel = and_then_break  # type: ignore[method-assign]
        result = await flattened(engine, "NVDA")

        assert [one.perm_id for one in result.cancelled] == [own.perm_id]
        assert (result.outcome, result.placed) == (Outcome.REFUSED, None)
        assert result.reason.startswith("own closing orders were cancelled, but nothing was placed: ")


async def test_guard_keeps_a_closing_order_back_when_the_position_shrinks_before_the_bytes_leave(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home, 12) as other, connected_engine(sim, home) as engine:
        foreign = await resting(other, "SELL", "50", "900")
        asked = await ticket(engine, "SELL", "NVDA", "600", None, order_type="MKT")
        closing = Ticket(asked.request, asked.instrument, PAPER, reduce_only=True)
        commit = engine.journal.commit_intent
        since = engine.trading.baseline(PAPER, asked.instrument.con_id)

        async def meanwhile(intent: object) -> None:
            """Between the rules and the bytes, while the intent goes to the disk, another order fills."""
            await commit(intent)  # type: ignore[arg-type]
            sim.ctl("fill", foreign.perm_id)
            await until(engine, lambda: held(engine, "NVDA") == D(550))

        engine.journal.commit_intent = meanwhile  # type: ignore[method-assign]
        result = await engine.trading.place(closing, closing=since)

        assert (result.submitted, result.code) == (False, ErrorCode.REDUCE_ONLY)
        assert len(sim.requests(PLACE)) == 1


async def test_two_flattens_at_once_close_once(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        results = await asyncio.gather(*(flattened(engine, "NVDA") for _ in range(3)))

        assert [one.outcome for one in results] == [Outcome.CLOSED] * 3
        assert len(sim.requests(PLACE)) == 1
        assert held(engine, "NVDA") == D(0)


async def test_flatten_is_unknown_and_not_repeated_when_tws_drops_the_order(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "drop-placement")
    async with connected_engine(sim, home) as engine:
        result = await flattened(engine, "NVDA", timeout=1.0)

        assert (result.outcome, result.after) == (Outcome.UNKNOWN, D(600))
        again = await flattened(engine, "NVDA", timeout=1.0)
        assert again.outcome is Outcome.REFUSED
        assert len(sim.requests(PLACE)) == 1


async def test_flatten_says_refused_in_the_brokers_words(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "201")
    async with connected_engine(sim, home) as engine:
        result = await flattened(engine, "NVDA")

        assert (result.outcome, result.code, result.after) == (Outcome.REFUSED, ErrorCode.IB_ORDER_REJECTED, D(600))
        assert "201" in result.reason


async def test_flatten_works_on_when_the_venue_holds_the_order(sim: SimulatorProcess, home: Path) -> None:
    sim.ctl("fault", "399")
    async with connected_engine(sim, home) as engine:
        result = await flattened(engine, "NVDA", timeout=4.0)

        assert (result.outcome, result.after) == (Outcome.LIVE, D(600))
        assert result.placed is not None
        assert result.placed.order is not None
        assert result.placed.order.live


async def test_limits_that_keep_risk_from_growing_do_not_keep_it_from_ending(sim: SimulatorProcess, home: Path) -> None:
    limits = Limits(max_quantity=D(5), max_notional=D(1), symbols_denied=("NVDA",))
    async with connected_engine(sim, home, limits=limits) as engine:
        assert (await flattened(engine, "NVDA")).outcome is Outcome.CLOSED


async def test_flatten_all_goes_on_when_one_position_cannot_be_closed(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        results = await engine.flatten.close_all(engine.flatten.holdings(), MARKET, 3.0)

        outcomes = {result.instrument.symbol: result.outcome for result in results}
        closed = {symbol for symbol, outcome in outcomes.items() if outcome is Outcome.CLOSED}
        assert closed == {"NVDA", "KO", "INTC"}
        assert set(outcomes.values()) == {Outcome.CLOSED, Outcome.REFUSED}
        left = {p.instrument.symbol: p.quantity for p in engine.flatten.holdings()}
        assert set(left) == set(outcomes) - closed


async def test_everything_can_be_closed_after_a_stop(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        engine.stop.arm()
        engine.stop.fire()
        await until(engine, lambda: engine.stop.report is not None and engine.stop.report.proved)

        results = await engine.flatten.close_all(engine.flatten.holdings(), MARKET, 3.0)

        assert {result.outcome for result in results} == {Outcome.CLOSED}
        assert not engine.flatten.holdings()


async def test_flatten_cancels_by_number_what_survived_a_stop(sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(sim, home) as engine:
        own = await resting(engine, "SELL", "600", "900")
        sim.ctl("fault", "survivor", f"perm={own.perm_id}")
        link = engine.session.link
        assert link is not None
        link.global_cancel(lambda at: None)
        await until(engine, lambda: len(sim.book()) == 1)

        result = await flattened(engine, "NVDA")

        assert [one.perm_id for one in result.cancelled] == [own.perm_id]
        assert (result.outcome, result.after) == (Outcome.CLOSED, D(0))


async def test_position_that_was_closed_while_the_link_was_down_is_zero_afterwards(
    sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(sim, home, polling=True) as engine, connected_engine(sim, home, 12) as other:
        assert held(engine, "NVDA") == D(600)
        sim.ctl("fault", "drop", "client=11")
        await until(engine, lambda: engine.session.link is None)
        sim.ctl("fault", "in-use", "client=11")
        assert (await flattened(other, "NVDA")).outcome is Outcome.CLOSED
        sim.ctl("clear", "all")
        engine.retry_now()
        await until(engine, lambda: engine.session.state.phase.value == "up")

        assert held(engine, "NVDA") == D(0)
