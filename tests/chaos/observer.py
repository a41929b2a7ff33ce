"""Looks at every order request as it reaches the simulator, and at every row as the engine shows it.

What it checks holds at any moment, settled or not: an action reaches only the order shown, nothing is placed while
frozen, every placement has its intent on disk, nothing is sent twice and no intent has two live orders, no order is
shown as another's or as more filled than it is, no live order is shown ended (one that merely left the lists needs
lists that told the truth), fills never go back, and a proof means an empty book and lines that tell each end as it was.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from decimal import Decimal

from tests.chaos.world import OURS, OURS_TOO, World
from tws_console.model.ids import Owner
from tws_console.model.order import Order, Status, Witness
from tws_console.model.stop import Outcome, StopLine, StopReport
from tws_console.simulator.orders import FILLED, Placement
from tws_console.simulator.orders import Order as SimulatedOrder


class Observer:
    """Installed once per run, before anything happens."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._placed: Counter[tuple[int, int, str]] = Counter()
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
        number = placement.order_id
        if placement.terms.what_if or not self._by_us(client_id, number):
            self._place(client_id, placement)
            return
        world, reference = self._world, placement.terms.order_ref
        changed = world.server.exchange.book.find(client_id, number)
        world.note(f"TWS gets placement {client_id}/{number} {reference}" + (" again" if changed else ""))
        self._placed[client_id, number, reference] += 1
        asked = self._changes_asked(client_id, number) + (client_id == OURS)
        if self._placed[client_id, number, reference] > asked:
            world.wrong(f"placement {client_id}/{number} was sent twice")
        if self._intended(client_id, number, reference) < self._placed[client_id, number, reference]:
            world.wrong(f"placement {client_id}/{number} has no intent on disk")
        self._latched = self._latched and world.engine.latch.is_frozen()
        if self._latched and not world.flips.closes(reference):
            world.wrong(f"placement {client_id}/{number} left while frozen")
        world.flips.arrives(placement)
        self._place(client_id, placement)
        if changed is not None:
            self._in_place(changed)

    def _by_us(self, client_id: int, number: int) -> bool:
        """Our second id is also used by hand; a number that was not placed so can only be a change of ours."""
        if client_id != OURS_TOO:
            return client_id == OURS
        return self._world.server.exchange.book.find(client_id, number) is not None

    def _changes_asked(self, client_id: int, number: int) -> int:
        world = self._world
        named = [one.perm_id for one in world.book.values() if (one.client_id, one.order_id) == (client_id, number)]
        return sum(world.changes_wanted[perm_id] for perm_id in named)

    def _in_place(self, changed: SimulatedOrder) -> None:
        """A change keeps the permId: its number must not have become a second order by our doing."""
        world = self._world
        now = world.server.exchange.book.find(changed.client_id or 0, changed.order_id)
        if now is not changed and not world.done["double-perm"]:
            reached = f"#{now.perm_id}" if now is not None else "nothing"
            world.wrong(f"a change of #{changed.perm_id} made its number mean {reached}")

    def _saw_birth(self, order: SimulatedOrder) -> None:
        world, reference = self._world, order.terms.order_ref
        self._born[order.perm_id] = world.loop.time()
        beside = [one for one in world.by_reference(reference) if one.live and one is not order]
        if order.client_id == OURS and beside and not world.done["double-perm"]:
            world.wrong(f"#{order.perm_id} and #{beside[0].perm_id} both live, of the intent {reference}")
        self._add(order)

    def _intended(self, client_id: int, order_id: int, reference: str) -> int:
        """How many placements and changes of this order are meant on disk."""
        path = f"file:{self._world.engine.journal.path}?mode=ro"  # type: ignore[attr-defined]
        with closing(sqlite3.connect(path, uri=True)) as journal:
            question = "SELECT count(*) FROM intent WHERE client_id = ? AND order_id = ? AND order_ref = ?"
            found: tuple[int] = journal.execute(question, (client_id, order_id, reference)).fetchone()
            return found[0]

    def _saw_cancel(self, client_id: int, order_id: int) -> None:
        world = self._world
        order = world.server.exchange.book.find(client_id, order_id)
        reached = f"#{order.perm_id}" if order is not None else "nothing"
        world.note(f"TWS gets cancel {client_id}/{order_id}, which is {reached}")
        theirs = next((one for one in (*world.others, world.second) if one.client_id == client_id), None)
        if theirs is not None and theirs.cancelled[order_id]:
            theirs.cancelled[order_id] -= 1
        elif not self._was_asked(client_id, order_id, order):
            world.wrong(f"a cancel of {client_id}/{order_id} reached {reached}, which nobody asked for")
        self._cancel(client_id, order_id)

    def _was_asked(self, client_id: int, order_id: int, order: SimulatedOrder | None) -> bool:
        """Whether a cancel of ours reaches exactly what somebody asked to cancel."""
        world = self._world
        if client_id == OURS:
            wanted = next((row for row in world.cancels_wanted if self._means(row, order_id)), None)
            if wanted is not None:
                world.cancels_wanted.remove(wanted)
                return True
        elif order is not None and order.perm_id in world.takeovers_wanted:
            world.takeovers_wanted.remove(order.perm_id)
            return True
        if order is None:
            return (client_id == OURS and world.flips.cancels_unanswered(order_id)) or self._stopped(order)
        if order.client_id in (OURS, OURS_TOO) and world.flips.cancels(order):
            return True
        return self._stopped(order)

    def _stopped(self, order: SimulatedOrder | None) -> bool:
        """Whether the newest stop may reach this order."""
        if not self._world.stops or not self._world.engine.stop.running:
            return False
        scope = self._world.stops[-1]
        if scope is None or order is None:
            return True
        book = self._world.engine.book
        row = book.find(order.perm_id)
        rows = (row,) if row is not None else book.by_alias(order.client_id or 0, order.order_id)
        return any(scope.holds(one) for one in rows)

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
            if None not in world.stops:
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
        if row.owner is not Owner.MANUAL and row.client_id is not None and row.client_id != order.shown_client:
            world.wrong(f"{row.key} is shown as of client {row.client_id} and is of {order.shown_client}")
        if (row.filled or 0) > order.filled:
            world.wrong(f"{row.key} is shown filled {row.filled}, TWS has filled {order.filled}")
        if row.status is Status.GONE and not order.done and not world.lied:
            world.wrong(f"{row.key} is shown gone and is {order.status} at TWS")
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
        scope = world.stops[-1]
        for order in world.live().values():
            row = world.engine.book.find(order.perm_id)
            if scope is not None and (row is None or not scope.holds(row)):
                continue
            hidden = world.lied and row is None
            if self._born.get(order.perm_id, 0.0) < asked and not hidden:
                world.wrong(f"proved, and #{order.perm_id} is {order.status}")
        for line in report.orders:
            self._line(line)

    def _line(self, line: StopLine) -> None:
        """What a proof says of one order must be what became of it."""
        world = self._world
        order = world.book.get(line.perm_id or 0)
        if order is None:
            if line.perm_id is None and any(one.live for one in world.by_reference(self._reference(line))):
                world.wrong(f"proved that {line.key} is {line.outcome}, and it is live at TWS")
            return
        if not order.done:
            world.wrong(f"proved that {line.key} is {line.outcome}, TWS says {order.status}")
        if (line.outcome is Outcome.FILLED) != (order.status == FILLED):
            world.wrong(f"proved that {line.key} is {line.outcome}, TWS says {order.status}")
        if order.filled != (line.filled or 0):
            world.wrong(f"proved that {line.key} filled {line.filled}, TWS has filled {order.filled}")

    def _reference(self, line: StopLine) -> str:
        row = self._world.engine.book.get(line.key)
        return row.intent if row is not None else ""
