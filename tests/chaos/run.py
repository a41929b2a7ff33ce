"""One seeded run, from an empty folder to its verdict."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.actions import ACTIONS
from tests.chaos.defects import DEFECTS
from tests.chaos.fast_loop import run_fast
from tests.chaos.invariants import check, settle
from tests.chaos.observer import Observer
from tests.chaos.trouble import strike
from tests.chaos.world import World

STEPS = range(8, 17)
LONGEST_PAUSE = 0.4
FAULTS_IN_TEN = 3


@dataclass(slots=True)
class Outcome:
    """What one run came to; `log` is what happened, in order."""

    seed: int
    violations: list[str]
    log: list[str]
    done: Counter[str] = field(default_factory=Counter)


def run_once(seed: int, defect: str = "") -> Outcome:
    """Run this seed; with a defect, its name in DEFECTS."""
    with (
        DEFECTS[defect]() if defect else contextlib.nullcontext(),
        tempfile.TemporaryDirectory(prefix="chaos-") as folder,
    ):
        return run_fast(_run(seed, Path(folder)))


async def _run(seed: int, folder: Path) -> Outcome:
    world = World(seed, folder)
    observer = Observer(world)
    await world.open()
    watching = asyncio.ensure_future(observer.watch())
    try:
        await _script(world)
        await settle(world)
        check(world)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await world.close()
    return Outcome(seed, world.violations, world.log, world.done)


async def _script(world: World) -> None:
    rng = world.random
    weights = [action.weight for action in ACTIONS]
    for _ in range(rng.choice(STEPS)):
        if rng.randrange(10) < FAULTS_IN_TEN:
            strike(world)
        else:
            action = rng.choices(ACTIONS, weights)[0]
            world.done[action.name] += 1
            await action.act(world)
        await asyncio.sleep(rng.uniform(0, LONGEST_PAUSE))
