"""Tasks that outlive the dialog or page that asked for them: placing orders. Imports the standard library only.

Never a worker of a screen: a worker ends with its screen, and an exclusive one cancels its neighbour.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Errands:
    """Holds running tasks so that none is lost, and hands every failure to the one who can say it."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, errand: Coroutine[Any, Any, T], done: Callable[[T], None], failed: Callable[[str], None]) -> None:
        """Run it. `done` gets the result, `failed` one sentence; neither is called when the program ends before."""
        task = asyncio.create_task(self._run(errand, done, failed))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    @staticmethod
    async def _run(errand: Coroutine[Any, Any, T], done: Callable[[T], None], failed: Callable[[str], None]) -> None:
        try:
            done(await errand)
        except Exception as error:
            # Whatever went wrong must reach a person: the order behind it may be out.
            failed(str(error) or type(error).__name__)
