"""Work that may take long, run beside a loop that must not wait for it. Owns its tasks; imports nothing of ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

LOG = logging.getLogger(__name__)


class Beside:
    """At most one task of each name. A failure is told through `tell`, in one sentence, and ends nothing else."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Begin unless the former one of that name still runs."""
        former = self._tasks.get(name)
        if former is None or former.done():
            self._tasks[name] = asyncio.get_running_loop().create_task(self._run(name, work), name=f"stop {name}")

    async def _run(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:
            LOG.exception("%s failed beside the stop", name)
            self._tell(f"internal error in {name}: {error!r}")

    async def wait(self, seconds: float) -> None:
        """Return when all of it is done, at the latest after `seconds`."""
        running = [task for task in self._tasks.values() if not task.done()]
        if running:
            await asyncio.wait(running, timeout=seconds)

    def cancel(self) -> None:
        for task in self._tasks.values():
            task.cancel()
