"""While a restart window is open new orders wait, cancels pass, and a lost link does not alarm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.engine import connected_engine, ticket, until
from tests.support.simulator import SimulatorProcess
from tws_console.model.notice import Tone
from tws_console.model.problems import ErrorCode
from tws_console.model.windows import RestartWindow, parse_window

PLACE = 3


def window(starts: int, ends: int) -> tuple[RestartWindow, ...]:
    """A window so many minutes from now."""
    now = datetime.now(UTC)
    first, last = (now + timedelta(minutes=minutes) for minutes in (starts, ends))
    return (parse_window(f"{first:%H:%M}-{last:%H:%M} UTC"),)


async def test_orders_wait_and_cancels_pass_while_the_window_is_open(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as before:
        placed = await before.trading.place(await ticket(before))
        assert placed.order is not None
        order = placed.order
    async with connected_engine(empty_sim, home, restart_windows=window(-10, 60)) as engine:
        refused = await engine.trading.place(await ticket(engine))
        assert (refused.submitted, refused.code) == (False, ErrorCode.RESTART_WINDOW)
        assert "Entry waits." in refused.refusal

        (listed,) = engine.book.live()
        assert listed.key == order.key
        assert (await engine.trading.cancel(listed)).outcome == "cancelled"
        assert len(empty_sim.requests(PLACE)) == 1


async def test_orders_go_out_while_the_window_is_only_near(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home, restart_windows=window(10, 60)) as engine:
        assert (await engine.trading.place(await ticket(engine))).submitted
        restart = engine.session.state.restart
        assert restart is not None
        assert not restart.inside


@pytest.mark.parametrize(("starts", "tone"), [(-10, Tone.NOTE), (120, Tone.BAD)])
async def test_lost_links_alarm_outside_the_window_only(
    empty_sim: SimulatorProcess, home: Path, starts: int, tone: Tone
) -> None:
    windows = window(starts, starts + 60)
    async with connected_engine(empty_sim, home, restart_windows=windows, polling=True) as engine:
        empty_sim.ctl("fault", "1100")
        await until(engine, lambda: any(line.code == 1100 for line in engine.notices.lines))
        empty_sim.ctl("fault", "drop")
        await until(engine, lambda: engine.session.link is None)

        broker = next(line for line in engine.notices.lines if line.code == 1100)
        link = next(line for line in engine.notices.lines if line.text.startswith("link to TWS lost"))
        assert [broker.tone, link.tone] == [tone, tone]
        assert ("Nightly reset until" in link.text) is (tone is Tone.NOTE)
