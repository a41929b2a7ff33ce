"""A console over the engine's double in a process of its own, for tests that own its terminal.

`BACKLOG` as an argument sets how many characters may wait for the terminal. `busy` behind it changes rows all the time,
until SIGUSR1 sets the last price and the clock stands still. With `TELL` in the environment, a folder, it does so only
once the orders page has been drawn and dropped again, and leaves the files `dropped` and `settled` there when frames
have been dropped for the first time, and when the last price has been drawn.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from tests.tui.console import BEFORE, Hand
from tests.tui.fake_engine import FakeDrained, FakeEngine
from tws_console.config.themes import load_theme
from tws_console.model.clock import Clock
from tws_console.tui.app import ConsoleApp
from tws_console.tui.output import driver_class, writer
from tws_console.tui.run import run_console

LAST_PRICE = Decimal("77.77")
STEP = 0.02


class BusyEngine(FakeEngine):
    """Prices of all orders change; orders end and come back."""

    app: ConsoleApp

    def __init__(self, hand: Hand) -> None:
        super().__init__()
        self._hand = hand

    async def start(self) -> None:
        await super().start()
        self._changing = asyncio.create_task(self._change())
        tell = os.environ.get("TELL")
        settle = partial(self._begin, self._settle_behind(Path(tell))) if tell else self._settle
        if tell:
            self._watching = asyncio.create_task(self._tell_dropped(Path(tell)))
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, settle)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._settling = asyncio.create_task(work)

    async def _change(self) -> None:
        first = self.book.live()
        turn = 0
        while True:
            turn += 1
            self._hand.move(STEP)
            for order in first[: len(first) - turn % 4]:
                self.put_order(replace(order, limit_price=Decimal(100 + turn % 50)))
            for order in first[len(first) - turn % 4 :]:
                if self.book.get(order.key) is not None:
                    self.end_order(order.key)
            await asyncio.sleep(STEP)

    @property
    def _drops(self) -> int:
        found = getattr(self.app._driver, "_writer_thread", None)
        return found.drops if isinstance(found, writer.PatientWriter) else 0

    async def _tell_dropped(self, folder: Path) -> None:
        await _until(lambda: self._drops > 0)
        (folder / "dropped").touch()

    async def _settle_behind(self, folder: Path) -> None:
        """Settle once the frame that drew the orders page anew has been dropped behind it."""
        await _until(lambda: self.app.current_mode == "orders")
        before = self._drops
        await _until(lambda: self._drops >= before + 3)
        self._settle()
        await _until(lambda: self.changes.pending == FakeDrained())
        self.app.call_after_refresh((folder / "settled").touch)

    def _settle(self) -> None:
        self._changing.cancel()
        self._hand.move(10.0)  # past every hint and hold
        for order in self.book.live():
            self.put_order(replace(order, limit_price=LAST_PRICE))


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - the writer's thread and the app tell nobody
        await asyncio.sleep(STEP)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        writer.BACKLOG = int(sys.argv[1])
    hand = Hand()
    busy = "busy" in sys.argv
    engine = BusyEngine(hand) if busy else FakeEngine()
    app = ConsoleApp(lambda: engine, BEFORE, load_theme, driver=driver_class(), clock=hand.clock if busy else Clock())
    if isinstance(engine, BusyEngine):
        engine.app = app
    sys.exit(asyncio.run(run_console(app)))
