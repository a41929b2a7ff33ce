"""Live accounts: read-only until a typed phrase arms them, for this run and this login only."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path

import pytest

from tests.support.engine import connected_engine, ticket, until
from tests.support.simulator import SimulatorProcess
from tws_console.engine.engine import Engine
from tws_console.model.events import AccountsSeen
from tws_console.model.problems import ErrorCode
from tws_console.model.session import Mode
from tws_console.model.ticket import Ticket
from tws_console.rules.flatten_plan import How, Outcome

PLACE, GLOBAL_CANCEL = 3, 58
LIVE = "U7654321"
PHRASE = f"trade live {LIVE}"


@pytest.fixture
def live_sim() -> Iterator[SimulatorProcess]:
    with SimulatorProcess("live") as running:
        yield running


async def live_ticket(engine: Engine, account: str = LIVE) -> Ticket:
    made = await ticket(engine)
    return Ticket(made.request, made.instrument, account)


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.PAPER, Mode.DEMO])
async def test_nothing_is_sent_for_a_live_account_until_it_is_armed(
    live_sim: SimulatorProcess, home: Path, mode: Mode
) -> None:
    async with connected_engine(live_sim, home, mode=mode) as engine:
        refused = await engine.trading.place(await live_ticket(engine))
        preview = await engine.trading.what_if(await live_ticket(engine))

        assert (refused.submitted, refused.code) == (False, ErrorCode.NOT_ARMED)
        assert PHRASE in refused.refusal
        assert preview.unavailable
        assert engine.session.state.shown_mode is Mode.LIVE
        assert not live_sim.requests(PLACE)

        assert engine.arming.arm(PHRASE) == LIVE
        placed = await engine.trading.place(await live_ticket(engine))

        assert placed.submitted
        assert len(live_sim.requests(PLACE)) == 1


async def test_nothing_is_sent_when_it_is_disarmed_while_the_intent_is_written(
    live_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(live_sim, home, mode=Mode.LIVE) as engine:
        engine.arming.arm(PHRASE)
        placing = asyncio.create_task(engine.trading.place(await live_ticket(engine)))
        await asyncio.sleep(0)

        engine.arming.disarm()
        placed = await placing

        assert (placed.submitted, placed.code) == (False, ErrorCode.NOT_ARMED)
        assert placed.intent
        assert not live_sim.requests(PLACE)


async def test_arming_is_for_the_account_that_was_named_only(live_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(live_sim, home, mode=Mode.LIVE) as engine:
        engine.arming.arm(PHRASE)

        refused = await engine.trading.place(await live_ticket(engine, "U8888888"))

        assert refused.code is ErrorCode.NOT_ARMED
        assert "trade live U8888888" in refused.refusal


@pytest.mark.parametrize("typed", ["", "trade live", "trade live U1", "Trade live U7654321", "trade live U7654321 now"])
async def test_any_other_phrase_arms_nothing(live_sim: SimulatorProcess, home: Path, typed: str) -> None:
    async with connected_engine(live_sim, home, mode=Mode.LIVE) as engine:
        with pytest.raises(ValueError, match=PHRASE):
            engine.arming.arm(typed)
        assert engine.session.state.armed == ()


async def test_read_only_wins_over_the_phrase(live_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(live_sim, home, mode=Mode.LIVE, read_only=True) as engine:
        with pytest.raises(ValueError, match="read-only"):
            engine.arming.arm(PHRASE)
        assert (await engine.trading.place(await live_ticket(engine))).code is ErrorCode.READ_ONLY


async def test_pinned_account_refuses_to_arm_at_another_login(live_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(live_sim, home, mode=Mode.LIVE, account="U5555555") as engine:
        with pytest.raises(ValueError, match="the profile wants account U5555555"):
            engine.arming.arm(PHRASE)


async def test_paper_account_has_nothing_to_arm(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        assert "paper" in engine.arming.refusal()
        with pytest.raises(ValueError, match="nothing has to be armed"):
            engine.arming.arm("trade live DU1234567")


async def test_disarmed_account_places_nothing_but_cancels_and_both_are_journalled(
    live_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(live_sim, home, mode=Mode.LIVE) as engine:
        engine.arming.arm(PHRASE)
        placed = await engine.trading.place(await live_ticket(engine))
        assert placed.order is not None

        engine.arming.disarm()

        assert (await engine.trading.place(await live_ticket(engine))).code is ErrorCode.NOT_ARMED
        assert (await engine.trading.cancel(placed.order)).outcome == "cancelled"
        await engine.journal.flush()
    with sqlite3.connect(home / "journal.db") as journal:
        rows = journal.execute("select kind, payload from decision order by rowid").fetchall()
    journal.close()
    assert [kind for kind, _ in rows] == ["armed", "disarmed"]
    assert {json.loads(payload)["account"] for _, payload in rows} == {LIVE}


async def test_arming_outlasts_a_lost_link_and_ends_at_another_login(live_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(live_sim, home, mode=Mode.LIVE, polling=True) as engine:
        engine.arming.arm(PHRASE)
        live_sim.ctl("fault", "drop")
        await until(engine, lambda: engine.session.link is None)
        engine.retry_now()
        await until(engine, lambda: engine.session.state.phase.value == "up")
        assert LIVE in engine.session.state.armed
        link = engine.session.link
        assert link is not None

        engine.take(AccountsSeen(n=0, link=link.generation, at=0.0, accounts=("U8888888",)))

        assert not engine.session.state.armed
        assert any("disarmed" in line.text for line in engine.notices.lines)


async def test_flatten_needs_arming_too_and_touches_nothing_without(live_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(live_sim, home, mode=Mode.LIVE) as engine:
        (held, short) = engine.flatten.holdings()
        refused = await engine.flatten.close(held.account, held.instrument, How("MKT"))
        assert (refused.outcome, refused.code) == (Outcome.REFUSED, ErrorCode.NOT_ARMED)

        engine.arming.arm(PHRASE)
        engine.arming.arm("trade live U8888888")
        results = await engine.flatten.close_all((held, short), How("MKT"))

        assert [(one.before, one.after) for one in results] == [(D(400), D(0)), (D(-300), D(0))]
