"""Starts the child, kills it at a random moment, restarts, lets recovery run, compares. One simulator for all runs."""

from __future__ import annotations

import asyncio
import os
import random
import select
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.kills.child import CLIENT_ID
from tests.kills.verdict import GLOBAL_CANCEL, PLACE, Tally, hinted, judge, judge_freeze
from tests.support.engine import connected_engine, until
from tests.support.simulator import SimulatorProcess, wait_until
from tws_console.config.freeze import RELEASE_PHRASE, FreezeFile
from tws_console.model.intent import IntentState

START_SHARE = 0.15
"""Share of the kills that come while the child connects and recovers."""
WORK_SECONDS = 0.8
START_SECONDS = 2.5
STALL_SHARE = 0.3
"""Share of the kills before which the simulator has stopped reading: what was sent is taken in after the death."""
KEPT_FROZEN = 0.3
"""Share of the frozen runs after which the next one begins under the freeze."""
LONG_AGO = timedelta(days=1)


def run(home: Path, runs: int, seed: int, say: Callable[[str], None]) -> Tally:
    """Kill `runs` times. Everything that must not be is in `wrong` of the result."""
    dice, tally = random.Random(seed), Tally()
    os.environ["TWS_CONSOLE_HOME"] = str(home)
    with SimulatorProcess("empty", seed=seed) as sim:
        for number in range(1, runs + 1):
            known = len(tally.wrong)
            _one(sim, home, number, dice, tally)
            for sentence in tally.wrong[known:]:
                say(f"WRONG {sentence}")
            if number % 10 == 0:
                say(f"{number} kills, {len(tally.wrong)} wrong, {dict(tally.counts)}")
    return tally


def _one(sim: SimulatorProcess, home: Path, number: int, dice: random.Random, tally: Tally) -> None:
    freeze = FreezeFile(sim.host, sim.port)
    frozen_before, since = freeze.is_frozen(), _last(sim)
    _kill(sim, home, dice, tally)
    wait_until(lambda: CLIENT_ID not in {client["client_id"] for client in sim.ctl("clients")}, 20)
    log = sim.requests(since=since)
    tally.counts["placements received"] += sum(row["message"] == PLACE for row in log)
    tally.counts["stops"] += any(row["message"] == GLOBAL_CANCEL for row in log)
    judge_freeze(tally, number, frozen_before, log, CLIENT_ID)
    asyncio.run(_verify(sim, home, number, tally))
    if freeze.is_frozen() and dice.random() > KEPT_FROZEN:
        freeze.release(RELEASE_PHRASE)


def _last(sim: SimulatorProcess) -> int:
    log = sim.requests()
    return int(log[-1]["seq"]) if log else 0


def _kill(sim: SimulatorProcess, home: Path, dice: random.Random, tally: Tally) -> None:
    """A child at a random moment of its life, ended by SIGKILL."""
    command = [
        sys.executable,
        "-m",
        "tests.kills.child",
        sim.host,
        str(sim.port),
        str(home),
        str(dice.randrange(1 << 30)),
    ]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        _wait_for_the_moment(child, sim, dice, tally)
        if child.poll() is not None:
            tally.wrong.append(f"the child ended by itself, exit {child.returncode}")
    finally:
        child.kill()
        child.wait(10)
    if child.stdout is not None:
        child.stdout.close()
    sim.ctl("clear", "all")


def _wait_for_the_moment(
    child: subprocess.Popen[bytes], sim: SimulatorProcess, dice: random.Random, tally: Tally
) -> None:
    """While it starts, while it works, or while TWS does not take in what it has sent."""
    if dice.random() < START_SHARE:
        tally.counts["killed while starting"] += 1
        time.sleep(dice.uniform(0.3, START_SECONDS))
        return
    assert child.stdout is not None
    readable, _, _ = select.select([child.stdout], [], [], 60)
    if not readable or not child.stdout.readline():
        tally.wrong.append(f"the child did not begin, exit {child.poll()}")
    time.sleep(dice.uniform(0, WORK_SECONDS))
    if dice.random() < STALL_SHARE:
        tally.counts["killed while TWS was slow"] += 1
        sim.ctl("fault", "stall", f"client={CLIENT_ID}")
        time.sleep(dice.uniform(0, WORK_SECONDS))


async def _verify(sim: SimulatorProcess, home: Path, number: int, tally: Tally) -> None:
    """A new run recovers; then nothing may differ, and what is unresolved is decided as a person would."""
    async with connected_engine(sim, home, CLIENT_ID, polling=True) as engine:
        await until(engine, lambda: engine.reconciler.report is not None, 30)
        await engine.recovery.look()
        await engine.journal.flush()
        journal = engine.journal
        intents = await journal.intents(datetime.now(UTC) - LONG_AGO)  # type: ignore[attr-defined]
        unresolved = engine.recovery.unresolved
        at_broker = sim.book(client_id=CLIENT_ID)
        received = [row for row in sim.requests(PLACE) if row["client_id"] == CLIENT_ID]
        judge(tally, number, intents, unresolved, engine.book.live(), at_broker, received)
        adopted = sum("of an earlier run is" in line.text for line in engine.notices.lines)
        tally.counts["adopted"] += adopted
        tally.counts["unresolved"] += len(unresolved)
        tally.counts["intents"] = len(intents)
        staged = {order["order_id"] for order in at_broker if order["staged"]}
        for one in engine.recovery.unresolved:
            # A person looks into TWS first: what lies staged there, or may have ended there, was sent.
            if one.intent.order_id not in staged and not hinted(one):
                await engine.recovery.mark_not_sent(one.intent.ulid)
        tally.counts["not sent"] = sum(intent.state is IntentState.NOT_SENT for intent in intents)
        if report := engine.reconciler.report:
            for change in report.positions:
                tally.wrong.append(f"run {number}: {change} is not explained by any fill")
