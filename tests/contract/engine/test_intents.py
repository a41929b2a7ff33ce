"""What the journal says of a placement when its answer is late or whoever placed it has gone."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.engine import connected_engine, ticket, until
from tests.support.simulator import SimulatorProcess
from tws_console.engine.engine import Engine
from tws_console.model.intent import Intent, IntentState
from tws_console.model.problems import ErrorCode

PLACE = 3


async def open_questions(engine: Engine) -> tuple[Intent, ...]:
    endpoint = f"{engine.session.endpoint.host}:{engine.session.endpoint.port}"
    return tuple(await engine.journal.unanswered(endpoint, datetime.now(UTC) - timedelta(hours=1)))


async def test_intent_is_answered_when_nobody_waits_for_the_answer_any_more(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await ticket(engine)
        empty_sim.ctl("fault", "stall", "client=11")
        late = await engine.trading.place(order, timeout=0.2)
        assert late.code is ErrorCode.OUTCOME_UNKNOWN
        empty_sim.ctl("clear", "all")

        await until(engine, lambda: all(row.perm_id and row.broker_status for row in engine.book.live()))

        assert await open_questions(engine) == ()


async def test_intent_is_marked_not_sent_when_its_commit_was_interrupted(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        placing = asyncio.create_task(engine.trading.place(await ticket(engine)))
        await asyncio.sleep(0)
        placing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await placing

        assert not [one for one in await open_questions(engine) if one.state is IntentState.INTENDED]
        assert not empty_sim.requests(PLACE)
        assert not engine.book.orders
