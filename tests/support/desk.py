"""A simulator in the test's own loop with a connected engine and its journal: for tests of what a fault looks like."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.control import ctl
from tests.support.engine import connected_engine, ticket, until
from tws_console.engine.engine import Engine
from tws_console.engine.results import PlaceResult
from tws_console.journal import reader
from tws_console.journal.schema import open_for_reading
from tws_console.model.intent import Intent
from tws_console.model.order import Order
from tws_console.simulator import orders as simulated
from tws_console.simulator.gateway import Settings
from tws_console.simulator.server import SimulatorServer

PLACE, CANCEL, LIST, GLOBAL_CANCEL = 3, 4, 16, 58


@dataclass(frozen=True)
class Journal:
    """What the journal held when it was read."""

    intents: tuple[Intent, ...]
    events: tuple[tuple[str, dict[str, Any]], ...]
    """Kind and payload, oldest first."""
    fills: tuple[tuple[int, str], ...]
    """permId and quantity."""

    @property
    def codes(self) -> list[int]:
        return [payload["code"] for kind, payload in self.events if kind == "problem"]

    @property
    def kinds(self) -> set[str]:
        return {kind for kind, _ in self.events}

    @property
    def states(self) -> list[str]:
        return [str(intent.state) for intent in self.intents]


class Desk:
    """The simulator, the engine at it, and the journal of the two."""

    def __init__(self, server: SimulatorServer, engine: Engine, journal_path: Path) -> None:
        self.server = server
        self.engine = engine
        self._journal_path = journal_path

    async def fault(self, name: str, *options: str) -> None:
        await ctl(self.server.control_port, "fault", name, *options)

    async def clear(self) -> None:
        await ctl(self.server.control_port, "clear", "all")

    async def control(self, verb: str, *args: object) -> Any:
        return await ctl(self.server.control_port, verb, *map(str, args))

    async def place(self, timeout: float = 5.0, **terms: Any) -> PlaceResult:
        """Place the order that rests far below the market, as `ticket` makes it."""
        return await self.engine.trading.place(await ticket(self.engine, **terms), timeout=timeout)

    async def placed(self, **terms: Any) -> Order:
        """The row of an order that was placed and answered."""
        result = await self.place(**terms)
        assert result.order is not None
        assert result.order.perm_id, result.refusal
        return result.order

    def row(self, order: Order) -> Order:
        found = self.engine.book.get(order.key)
        assert found is not None
        return found

    def live(self) -> dict[int, simulated.Order]:
        """What is open at TWS."""
        return {order.perm_id: order for order in self.server.exchange.book.live()}

    def requests(self, message: int, client_id: int = 11) -> int:
        """How many of these requests have reached TWS."""
        rows = self.server.gateway.log
        return sum((row.message, row.client_id) == (message, client_id) for row in rows)

    def notices(self) -> str:
        return "\n".join(line.text for line in self.engine.notices.lines)

    async def lists(self, further: int = 2) -> None:
        """Wait for complete lists that were asked for from now on."""
        for _ in range(further):
            since = self.engine.clock.monotonic()
            await until(self.engine, lambda since=since: self._newest() > since)  # type: ignore[misc]

    def _newest(self) -> float:
        newest = self.engine.session.last_snapshot
        return newest.asked_at if newest is not None and newest.complete else 0.0

    async def journal(self) -> Journal:
        """Everything that has been given to the journal, read from the file."""
        await self.engine.journal.flush()
        with closing(open_for_reading(str(self._journal_path), 1.0)) as connection:
            events = connection.execute("SELECT kind, payload FROM event ORDER BY seq").fetchall()
            fills = connection.execute("SELECT perm_id, quantity FROM fill ORDER BY exec_id").fetchall()
            intents = reader.intents(connection, datetime.now(UTC) - timedelta(hours=1))
        return Journal(intents, tuple((kind, json.loads(text)) for kind, text in events), tuple(fills))


@asynccontextmanager
async def desk(folder: Path, scenario: str = "empty") -> AsyncIterator[Desk]:
    """A desk at which the engine is up and polls."""
    server = SimulatorServer(Settings(scenario=scenario))
    await server.start()
    try:
        async with connected_engine(server, folder, polling=True) as engine:
            yield Desk(server, engine, folder / "journal.db")
    finally:
        await server.stop()
