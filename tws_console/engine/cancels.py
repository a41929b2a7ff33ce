"""The one way to cancel an order by itself: by its number here, or through a connection under its owner's id. Imports
the engine's own modules and model only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tws_console.engine.results import CancelResult
from tws_console.engine.takeover import Takeover
from tws_console.engine.trading import Trading
from tws_console.model.ids import Owner
from tws_console.model.order import Order


class Cancels:
    """Orders of the profile's other client ids are taken over as a matter of course; those of other programs, and those
    entered by hand, only when a person was told what that does and `agreed` to it.
    """

    def __init__(self, trading: Trading, takeover: Takeover) -> None:
        self._trading = trading
        self._takeover = takeover

    def _elsewhere(self, order: Order, agreed: bool = False) -> bool:
        return self._takeover.needed(order) and (agreed or order.owner is Owner.OWN)

    def cannot(self, order: Order) -> str:
        """Why it cannot be cancelled without asking anybody, one sentence; empty when it can."""
        return self._takeover.cannot(order) if self._elsewhere(order) else self._trading.cannot_cancel(order)

    async def cancel(self, order: Order, timeout: float = 5.0, *, agreed: bool = False) -> CancelResult:
        """Cancel exactly the order that was shown, or nothing. `timeout` seconds bound each step."""
        if self._elsewhere(order, agreed):
            return await self._takeover.cancel(order, timeout, may_bind=agreed)
        return await self._trading.cancel(order, timeout)

    async def cancel_each(self, orders: Sequence[Order], timeout: float) -> tuple[CancelResult, ...]:
        """The same for several at once, one connection for those of one client id."""
        there: dict[int | None, list[Order]] = {}
        for order in filter(self._elsewhere, orders):
            there.setdefault(order.client_id, []).append(order)
        here = [order for order in orders if not self._elsewhere(order)]
        ended = await asyncio.gather(
            asyncio.gather(*(self._trading.cancel(order, timeout) for order in here)),
            *(self._takeover.cancel_together(group, timeout) for group in there.values()),
        )
        return tuple(result for results in ended for result in results)
