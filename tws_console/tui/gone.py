"""Orders that left the list without a told end: how long they stay in the tables. Imports model only.

Nothing live is known of such an order, and nothing proves its end either, so a trader must see it before it goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tws_console.model.ids import OrderKey
    from tws_console.model.order import Order

SHOWN_FOR = 600.0
"""Seconds for which such an order stays in the tables; after that it is only in the journal."""


class GoneRows:
    """Since when each of them is shown, the same for all pages. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._since: dict[OrderKey, float] = {}

    def shown(self, ended: Iterable[Order], now: float) -> list[Order]:
        """Those of the ended orders that are still to be shown."""
        from tws_console.model.order import Status  # not before the first paint

        gone = [order for order in ended if order.status is Status.GONE]
        self._since = {order.key: self._since.get(order.key, now) for order in gone}
        return [order for order in gone if now - self._since[order.key] < SHOWN_FOR]
