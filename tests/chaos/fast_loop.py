"""An event loop whose seconds are short: every timer of engine and simulator fires as if time ran FACTOR times faster.

Sockets and threads stay real, so nothing is simulated but the waiting.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

FACTOR = 20.0


class _Selector(selectors.DefaultSelector):
    """Waits for sockets in real time, however the loop counts."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout / FACTOR if timeout is not None and timeout > 0 else timeout)


class FastLoop(asyncio.SelectorEventLoop):
    """`time` counts fast seconds; hand it on as the clock of whatever lives on this loop."""

    def __init__(self) -> None:
        super().__init__(_Selector())

    def time(self) -> float:
        return super().time() * FACTOR


def run_fast(work: Coroutine[Any, Any, T]) -> T:
    """As asyncio.run, on a FastLoop."""
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(work)
