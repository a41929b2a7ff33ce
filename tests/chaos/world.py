"""One run's world: a simulator and our engine on one loop over real sockets, other people's clients, and a log.

Owns what is random, who is there, and what has been found wrong so far. It reads the simulator's own book, which is the
truth that the engine is held to.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections import Counter
from collections.abc import Coroutine
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.chaos.flips import Flips
from tests.chaos.foreign import ForeignClient
from tws_console.config.freeze import FreezeFile
from tws_console.engine.engine import Engine
from tws_console.engine.ports import RequestFailed
from tws_console.engine.results import PlaceResult
from tws_console.engine.session import Endpoint
from tws_console.ib.broker import TwsBroker
from tws_console.journal.writer import Journal
from tws_console.model.clock import Clock
from tws_console.model.instrument import Instrument
from tws_console.model.order import Order
from tws_console.model.order_scope import OrderScope
from tws_console.model.session import Mode, Phase
from tws_console.rules.risk import Limits
from tws_console.simulator import orders as simulated
from tws_console.simulator.gateway import Settings
from tws_console.simulator.server import SimulatorServer

OURS = 11
OURS_TOO = 12
"""Another client id of the profile: a second console of the same user."""
OTHERS = (21, 33)
ACCOUNT = "DU1234567"
SYMBOLS = ("AAPL", "KO", "MSFT")
SCENARIOS = ("empty", "default")
CONNECT_SECONDS = 600.0


class World:
    """Everything that one run acts on. Times are the loop's own seconds."""

    def __init__(self, seed: int, folder: Path) -> None:
        os.environ["TWS_CONSOLE_HOME"] = str(folder)
        self.seed = seed
        self.random = random.Random(seed)
        self.loop = asyncio.get_running_loop()
        self.begun = self.loop.time()
        self.log: list[str] = []
        self.violations: list[str] = []
        self.done: Counter[str] = Counter()
        """How often each action and fault was tried."""
        self.server = SimulatorServer(Settings(scenario=self.random.choice(SCENARIOS), seed=seed), beat=0.05)
        self.folder = folder
        self.engine: Engine
        self.others = [ForeignClient(client_id) for client_id in OTHERS]
        self.second = ForeignClient(OURS_TOO)
        self.instruments: list[Instrument] = []
        self.cancels_wanted: list[Order] = []
        """Rows as they were shown when somebody asked to cancel them, one entry a time."""
        self.takeovers_wanted: list[int] = []
        """The permIds that takeovers were asked for, one entry a time."""
        self.changes_wanted: Counter[int] = Counter()
        """How many changes were asked for, by permId: each may send its placement once more."""
        self.stops: list[OrderScope | None] = []
        """What every stop was pressed for; None is everything."""
        self.flips: Flips
        self.places: list[PlaceResult] = []
        self.lied = False
        """Whether the simulator ever told a list that was not true."""
        self._tasks: set[asyncio.Task[None]] = set()

    # ---- telling

    def note(self, words: str) -> None:
        self.log.append(f"{self.loop.time() - self.begun:8.3f} {words}")

    def wrong(self, words: str) -> None:
        """An invariant broke."""
        self.violations.append(words)
        self.note(f"WRONG {words}")

    # ---- the simulator's truth

    @property
    def book(self) -> dict[int, simulated.Order]:
        """Every order the simulator ever knew, by permId."""
        return self.server.exchange.book.orders

    def live(self) -> dict[int, simulated.Order]:
        """Orders that are in the lists of open orders."""
        return {order.perm_id: order for order in self.server.exchange.book.live()}

    def is_twin(self, order: simulated.Order) -> bool:
        """Whether the broker made it beside another order of the same number."""
        number = (order.client_id, order.order_id)
        return order.client_id is not None and any(
            (one.client_id, one.order_id) == number and one.perm_id < order.perm_id for one in self.book.values()
        )

    def by_reference(self, reference: str) -> list[simulated.Order]:
        return [order for order in self.book.values() if reference and order.terms.order_ref == reference]

    def held(self, account: str, con_id: int) -> Decimal:
        """The position at TWS."""
        for owner, position in self.server.gateway.accounts.positions():
            if owner.name == account and position.contract.con_id == con_id:
                return position.quantity
        return Decimal(0)

    def control(self, verb: str, *args: object) -> None:
        """A request to the simulator's control, without its socket; what it refuses is only logged."""
        with contextlib.suppress(ValueError):
            self.server._control._verbs[verb]([str(arg) for arg in args])

    # ---- life

    async def open(self) -> None:
        gateway = self.server.gateway
        gateway.faults._clock = self.loop.time
        await self.server.start()
        endpoint = Endpoint(
            "127.0.0.1", self.server.port, (OURS,), Mode.PAPER, poll_seconds=0.25, stage_timeout=5.0, retry_first=0.5
        )
        clock = Clock(monotonic=self.loop.time)
        self.engine = Engine(
            endpoint,
            TwsBroker(clock),
            Journal(str(self.folder / "journal.db")),
            FreezeFile("127.0.0.1", self.server.port),
            Limits(duplicate_seconds=Decimal(0)),
            profile_client_id=OURS,
            clock=clock,
            by="chaos",
        )
        self.engine.rounds.list_patience = 6.0
        self.flips = Flips(self, OURS)
        await self.engine.start()
        if not await self.engine.waiters.until(lambda: self.engine.session.state.phase is Phase.UP, CONNECT_SECONDS):
            self.wrong("the engine did not connect")
            return
        for other in self.others:
            await other.connect(self.server.port)
        catalogue = gateway.catalogue
        for symbol in SYMBOLS:
            with contextlib.suppress(RequestFailed):
                contract = catalogue.by_name(symbol)
                found = await self.engine.trading.details(Instrument(contract.con_id, symbol))
                self.instruments.append(found)
                self.engine.trading.watch(found)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the script, as people do."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.wrong(f"an action failed: {error!r}")

    async def finish_actions(self) -> None:
        """Wait for everything that was begun."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        for other in (*self.others, self.second):
            other.close()
        await self.engine.close()
        await self.server.stop()
