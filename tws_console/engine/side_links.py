"""Second connections: opened under another client id beside the main link, for one purpose, and closed again.

A takeover attaches under the owner's id; a stop asks a second time when the main link is clogged. Events of a side
link never touch the session: its lamps, its ids and its loss are nobody else's. What it tells of orders and fills is
keyed by permId and as true as what the main link tells, so it goes to `take`. Imports model and ports only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tws_console.engine.ports import BrokerPort, Emit, LinkPort
from tws_console.engine.store import Waiters
from tws_console.model.codes import refuses_change
from tws_console.model.events import (
    CommissionSeen,
    CompletedSeen,
    Event,
    FillSeen,
    OrderConfirmed,
    OrderSeen,
    ProblemSeen,
    SnapshotTaken,
    StatusSeen,
)
from tws_console.model.session import Stage

ORDER_TRUTH = (OrderSeen, OrderConfirmed, StatusSeen, FillSeen, CommissionSeen, CompletedSeen, SnapshotTaken)


def _unheard(event: Event) -> None:
    """Nobody listens to what a side link says of itself."""


class SideLink:
    """One second connection and what it was told: `pushed` holds the orders of its client id, by permId, `problems`
    every error it got, newest last.
    """

    def __init__(self) -> None:
        self.link: LinkPort
        self.pushed: dict[int, OrderSeen] = {}
        self.problems: list[ProblemSeen] = []

    def note(self, event: Event) -> None:
        if isinstance(event, OrderSeen) and event.perm_id and event.what_if is None:
            self.pushed[event.perm_id] = event
        elif isinstance(event, ProblemSeen):
            self.problems.append(event)

    def change_refused(self, order_id: int) -> str:
        """The broker's refusal on this connection of a change of that number, empty when there is none."""
        for problem in reversed(self.problems):
            if problem.request_id == order_id and refuses_change(problem.code, problem.text):
                return f"{problem.code} {problem.text}"
        return ""


class SideLinks:
    """Opens them where TWS listens now, which `address` tells. `take` gets the order truth they hear."""

    def __init__(
        self, broker: BrokerPort, address: Callable[[], tuple[str, int]], take: Emit, waiters: Waiters
    ) -> None:
        self._broker = broker
        self._address = address
        self._take = take
        self._waiters = waiters

    @asynccontextmanager
    async def attached(self, client_id: int, timeout: float, hear: Emit = _unheard) -> AsyncIterator[SideLink]:
        """A connection under `client_id`, closed at the end whatever happens. `timeout` seconds bound each stage.
        `hear` is told what is no order truth: errors, the loss of the connection, messages that could not be read.

        Everything TWS pushes at connect has been told before this returns: a client's own open orders come ahead of
        the first order id (ibkr-go transcript api_cross_client_cancel_aapl). Raises ConnectFailed; its code is
        ID_IN_USE when another program holds the id.
        """
        side = SideLink()
        side.link = await self._broker.connect(
            *self._address(), client_id, self._emit_for(side, hear), _unseen, timeout
        )
        try:
            yield side
        finally:
            await side.link.close()

    def _emit_for(self, side: SideLink, hear: Emit) -> Callable[[Event], None]:
        def emit(event: Event) -> None:
            side.note(event)
            if isinstance(event, ORDER_TRUTH):
                self._take(event)
            else:
                hear(event)
            self._waiters.check()

        return emit


def _unseen(stage: Stage) -> None:
    """The stages of a side link are not the session's."""
