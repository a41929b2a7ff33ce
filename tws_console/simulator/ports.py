"""Owns what the exchange needs from outside: somebody to tell, and somebody who calls back later."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from tws_console.simulator.accounts import Margins
from tws_console.simulator.orders import Execution, Order

LATENCY = 0.02  # one leg to the broker, in seconds


@dataclass(frozen=True, slots=True)
class Preview:
    """What an order would do to the account: margins before and after, and the fee in USD."""

    before: Margins
    after: Margins
    fee: Decimal


class ReporterPort(Protocol):
    """Tells clients what happened to orders; who is told depends on the order's owner and the master client."""

    def opened(self, order: Order) -> None:
        """Send an openOrder."""

    def status(self, order: Order) -> None:
        """Send an orderStatus."""

    def executed(self, execution: Execution) -> None:
        """Send an execDetails."""

    def commission(self, execution: Execution) -> None:
        """Send a commissionReport."""

    def refused(self, client_id: int | None, order_id: int, code: int, text: str) -> None:
        """Send an error to the owner only."""

    def previewed(self, order: Order, preview: Preview | None, delay: float) -> None:
        """Send an openOrder that answers a what-if in `delay` seconds; without a preview its margins are unset."""

    def holdings_changed(self, account: str, con_id: int) -> None:
        """Tell subscribers that a position and the cash of an account have changed."""


class SchedulerPort(Protocol):
    """Calls back later. While the link to the broker is lost, broker answers wait here."""

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run `action` after some seconds of the server's time."""

    def at(self, moment: datetime, action: Callable[[], None]) -> None:
        """Run `action` once simulated time has reached `moment`."""

    @property
    def link_up(self) -> bool:
        """Whether the broker can be reached."""

    @property
    def is_set(self) -> bool:
        """Whether the time was set; sessions open and close only then."""

    def now(self) -> datetime:
        """The time as an aware UTC value."""
