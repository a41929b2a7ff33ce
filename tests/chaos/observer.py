"""Looks at every order request as it reaches the simulator, and at every row as the engine shows it.

What it checks holds at any moment, settled or not: an action reaches only the order shown, nothing is placed while
frozen, every placement has its intent on disk, nothing is sent twice, no live order is shown with a witnessed end,
fills never go back, and a proof means an empty book.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from decimal import Decimal

from tests.chaos.world import OURS, World
from tws_console.model.order import Order, Witness
from tws_console.model.stop import StopReport
from tws_console.simulator.orders import Order as SimulatedOrder
from tws_console.simulator.orders import Placement


class Observer:
    """Installed once per run, before anything happens."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._placed: Counter[tuple[int, str]] = Counter()
        self._filled: dict[int, Decimal] = {}
        self._latched = False
        """A global cancel of ours has arrived and entry is still frozen: no later bytes may be a placement."""
        self._proved: set[tuple[str, float | None]] = set()
        self._born: dict[int, float] = {}
        self.global_cancels = 0
        exchange = world.server.exchange
        self._place, self._cancel, self._global = exchange.place, exchange.cancel, exchange.global_cancel
        self._add = exchange.book.add
        exchange.book.add = self._saw_birth  # type: ignore[method-assign]
        exchange.place = self._saw_place  # type: ignore[method-assign]
        exchange.cancel = self._saw_cancel  # type: ignore[method-assign]
        exchange.global_cancel = self._saw_global_cancel  # type: ignore[method-assign]

    async def watch(self) -> None:
        """Look at what the engine shows after every event it took in."""
        await self._world.engine.waiters.until(self._look, 1e9)

    # ---- requests

    def _saw_place(self, client_id: int, placement: Placement) -> None:
        world = self._world
        if client_id == OURS and not placement.terms.what_if:
            reference = placement.terms.order_ref
            world.note(f"TWS gets placement {placement.order_id} {reference}")
            self._placed[placement.order_id, reference] += 1
            if self._placed[placement.order_id, reference] > 1 + world.changes_wanted[placement.order_id]:
                world.wrong(f"placement {placement.order_id} was sent twice")
            if not self._intended(placement.order_id, reference):
                world.wrong(f"placement {placement.order_id} has no intent on disk")
            self._latched = self._latched and world.engine.latch.is_frozen()
            if self._latched:
                world.wrong(f"placement {placement.order_id} left while frozen")
        self._place(client_id, placement)

    def _saw_birth(self, order: SimulatedOrder) -> None:
        self._born[order.perm_id] = self._world.loop.time()
        self._add(order)

    def _intended(self, order_id: int, reference: str) -> bool:
        path = f"file:{self._world.engine.journal.path}?mode=ro"  # type: ignore[attr-defined]
        with closing(sqlite3.connect(path, uri=True)) as journal:
            question = "SELECT 1 FROM intent WHERE client_id = ? AND order_id = ? AND order_ref = ?"
            return journal.execute(question, (OURS, order_id, reference)).fetchone() is not None

    def _saw_cancel(self, client_id: int, order_id: int) -> None:
        world = self._world
        order = world.server.exchange.book.find(client_id, order_id)
        if client_id == OURS:
            reached = f"#{order.perm_id}" if order is not None else "nothing"
            world.note(f"TWS gets cancel {order_id}, which is {reached}")
            wanted = next((row for row in world.cancels_wanted if self._means(row, order_id)), None)
            if wanted is not None:
                world.cancels_wanted.remove(wanted)
            elif not world.engine.stop.running:
                world.wrong(f"a cancel of {order_id} reached {reached}, which nobody asked for")
        self._cancel(client_id, order_id)

    def _means(self, shown: Order, order_id: int) -> bool:
        """Whether a cancel of this number of ours reaches exactly the order that was shown."""
        order = self._world.server.exchange.book.find(OURS, order_id)
        if shown.client_id != OURS or order is None:
            return shown.client_id == OURS and shown.order_id == order_id and shown.perm_id is None
        if shown.perm_id is not None:
            return order.perm_id == shown.perm_id
        return bool(shown.intent) and order.terms.order_ref == shown.intent

    def _saw_global_cancel(self, client_id: int) -> None:
        world = self._world
        if client_id == OURS:
            self.global_cancels += 1
            world.note("TWS gets the global cancel")
            self._latched = world.engine.latch.is_frozen()
            report = world.engine.stop.report
            if report is None:
                world.wrong("a global cancel left without a stop")
        self._global(client_id)

    # ---- what is shown

    def _look(self) -> bool:
        engine = self._world.engine
        for key in engine.changes.drain().orders:
            if (row := engine.book.get(key)) is not None:
                self._row(row)
        report = engine.stop.report
        if report is not None and report.proved and (report.started_at, report.proved_ms) not in self._proved:
            self._proof(report)
        return False

    def _row(self, row: Order) -> None:
        world = self._world
        if row.perm_id is None:
            if not row.live and any(order.live for order in world.by_reference(row.intent)):
                world.wrong(f"{row.key} is shown {row.status} and is live at TWS")
            return
        order = world.book.get(row.perm_id)
        if order is None:
            world.wrong(f"{row.key} is shown and never was at TWS")
            return
        if not row.live and row.witness is not Witness.NONE and not order.done:
            world.wrong(f"{row.key} is shown {row.status} by {row.witness} and is {order.status} at TWS")
        before = self._filled.get(row.perm_id, Decimal(0))
        if (row.filled or Decimal(0)) < before:
            world.wrong(f"{row.key} was shown filled {before} and now {row.filled}")
        self._filled[row.perm_id] = max(before, row.filled or Decimal(0))

    def _proof(self, report: StopReport) -> None:
        """Whatever was there when the last empty list was asked for must have ended."""
        world = self._world
        self._proved.add((report.started_at, report.proved_ms))
        world.done["proved"] += 1
        world.note("PROVED")
        newest = world.engine.session.last_snapshot
        asked = newest.asked_at if newest is not None else 0.0
        for order in world.live().values():
            hidden = world.lied and world.engine.book.find(order.perm_id) is None
            if self._born.get(order.perm_id, 0.0) < asked and not hidden:
                world.wrong(f"proved, and #{order.perm_id} is {order.status}")
