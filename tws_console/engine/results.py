"""What a placement or a cancel came to, and what a person approved. Values and pure functions; imports model,
rules and ports only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tws_console.engine.ports import LinkPort, Placement, Sending
from tws_console.model.ids import OrderKey
from tws_console.model.order import Order, Status
from tws_console.model.position import Quote
from tws_console.model.problems import ErrorCode
from tws_console.model.ticket import FieldError, Ticket
from tws_console.model.verdict import Verdict
from tws_console.rules.amend import Change

FROZEN = "frozen by an emergency stop: no order goes out until it is released"
KeptBack = tuple[ErrorCode, str]
"""Why something is kept back, as a code and as one sentence."""


class ValidationFailed(Exception):
    """A request that cannot become a ticket, field by field."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.msg}" for error in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Approval:
    """What a person said yes to: exactly this order, at this quote and position."""

    order_hash: str
    ticket: Ticket
    quote: Quote | None
    position: Decimal | None


@dataclass(frozen=True, slots=True)
class PlaceResult:
    """What became of one placement. `refusal` is one sentence when it was not sent or was refused, with its `code`."""

    submitted: bool
    key: OrderKey | None
    intent: str
    order_id: int | None
    client_id: int | None
    order: Order | None
    order_ref: str
    refusal: str = ""
    code: ErrorCode | None = None
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class CancelResult:
    """What became of one cancel. `outcome` is cancelled, filled, live, unknown or refused; `via` own, takeover or
    none (nothing was sent).
    """

    key: OrderKey
    perm_id: int | None
    client_id: int | None
    order_id: int | None
    via: str
    outcome: str
    reason: str
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class ModifyResult:
    """What became of one change. `outcome`: modified (TWS told the new terms), refused (nothing was sent, or the broker
    said no and a full list shows the order as it was, or that it had ended), live (refused, and its terms are not
    confirmed), unknown. `code` says whose refusal it was; `sent` whether bytes left.
    """

    key: OrderKey
    order: Order
    changed: tuple[Change, ...] = ()
    outcome: str = "refused"
    reason: str = ""
    code: ErrorCode | None = None
    intent: str = ""
    verdicts: tuple[Verdict, ...] = ()
    errors: tuple[FieldError, ...] = ()
    sent: bool = False
    elapsed_ms: float = 0.0


class Posted:
    """One placement given to the link, which ends its way once: `done` is the time it was written, or None when it
    never was; then `unsent` and `code` say why.
    """

    def __init__(self, link: LinkPort, placement: Placement, key: OrderKey) -> None:
        self.link = link
        self.placement = placement
        self.key = key
        self.unsent = ""
        self.code = ErrorCode.IB_CONNECTION_FAILED
        self.done: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()

    def send(self, look: Callable[[], KeptBack | None], on_written: Callable[[], None] = lambda: None) -> None:
        """Give it to the link. `look` is asked immediately before the bytes, `on_written` called right behind them."""

        def guard() -> str:
            found = look()
            if found is None:
                return ""
            self.code, reason = found
            return reason

        def written(at: float) -> None:
            on_written()
            self._end(at)

        self.link.place(self.placement, Sending(guard, written, self._kept_back))

    def _kept_back(self, reason: str) -> None:
        self.unsent = reason
        if reason == FROZEN:
            self.code = ErrorCode.FROZEN
        self._end(None)

    def _end(self, at: float | None) -> None:
        # Whoever waited for it may have been interrupted.
        if not self.done.done():
            self.done.set_result(at)


def cancel_outcome(now: Order | None, before: Order, *, listed: bool = True) -> tuple[str, str]:
    """The outcome word and its reason, from the row as it is now.

    `listed`: a complete list that was asked for since has come; without one nothing says that an order is live.
    """
    if now is None:
        return "unknown", "the order is no longer known"
    if now.status is Status.FILLED:
        return "filled", f"it filled {now.filled:f} before the cancel" if now.filled is not None else "it filled"
    if now.status in {Status.CANCELLED, Status.EXPIRED, Status.REJECTED}:
        return "cancelled", now.reason
    if now.status is Status.GONE or before.status is Status.STAGED:
        return "unknown", "no answer to the cancel" if now.live else now.reason
    outcome = "live" if listed and now.status is not Status.UNVERIFIED else "unknown"
    return outcome, now.reason or "no answer to the cancel"
