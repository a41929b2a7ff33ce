"""A console over the engine's double in a process of its own, for tests that own its terminal.

`BACKLOG` as an argument sets how many characters may wait for the terminal. `busy` behind it changes rows all the time,
until SIGUSR1 sets the last price and the clock stands still.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import replace
from decimal import Decimal
from functools import partial

from tests.tui.console import BEFORE, Hand
from tests.tui.fake_engine import FakeEngine
from tws_console.config.themes import load_theme
from tws_console.model.clock import Clock
from tws_console.tui.app import ConsoleApp
from tws_console.tui.output import driver_class, writer
from tws_console.tui.run import run_console

LAST_PRICE = Decimal("77.77")
STEP = 0.02


class BusyEngine(FakeEngine):
    """Prices of all orders change; orders end and come back."""

    def __init__(self, hand: Hand) -> None:
        super().__init__()
        self._hand = hand

    async def start(self) -> None:
        await super().start()
        self._changing = asyncio.create_task(self._change())
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._settle)

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

    def _settle(self) -> None:
        self._changing.cancel()
        self._hand.move(10.0)  # past every hint and hold
        for order in self.book.live():
            self.put_order(replace(order, limit_price=LAST_PRICE))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        writer.BACKLOG = int(sys.argv[1])
    hand = Hand()
    busy = "busy" in sys.argv
    engine = partial(BusyEngine, hand) if busy else FakeEngine
    app = ConsoleApp(engine, BEFORE, load_theme, driver=driver_class(), clock=hand.clock if busy else Clock())
    sys.exit(asyncio.run(run_console(app)))
