"""What the engine asks of the rooms outside it: broker, journal, freeze, clock. Adapters implement these.

Owns Protocols and the plain values that cross them. Imports model only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from tws_console.model.events import CompletedSeen, Event
from tws_console.model.instrument import Instrument, PriceStep, SymbolMatch
from tws_console.model.intent import Intent
from tws_console.model.order import Order
from tws_console.model.position import Fill
from tws_console.model.recovery import LastKnown
from tws_console.model.session import Stage
from tws_console.model.verdict import WhatIf

Emit = Callable[[Event], None]
Progress = Callable[[Stage], None]


class RequestFailed(Exception):
    """A request to the broker ended without its answer. `code` is the broker's number, None for a time-out or lost
    link.
    """

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


@dataclass(frozen=True, slots=True)
class Placement:
    """One order as it goes out. Prices are Decimal; `order_ref` is the intent's ULID unless the caller gave one."""

    order_id: int
    instrument: Instrument
    account: str
    action: str
    quantity: Decimal
    order_type: str
    limit_price: Decimal | None
    aux_price: Decimal | None
    tif: str
    outside_rth: bool
    order_ref: str
    transmit: bool
    intent: str = ""
    parent_id: int = 0
    """Order id of its bracket parent under the same client."""


Guard = Callable[[], str]
"""Looked at immediately before the bytes of a placement are written: empty lets it pass, a sentence keeps it back."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What happens around one placement's bytes: `guard` just before, then exactly one of the other two."""

    guard: Guard
    on_written: Callable[[float], None]
    """Called with monotonic seconds when the bytes were given to the transport."""
    on_unsent: Callable[[str], None]
    """Called with the reason when the bytes certainly never left (guard, purge, lost link)."""


class LinkPort(Protocol):
    """One connection to TWS, never reused. Requests raise RequestFailed; events go to the callback given at opening."""

    @property
    def generation(self) -> int: ...
    @property
    def client_id(self) -> int: ...
    @property
    def server_version(self) -> int: ...
    @property
    def next_valid_id(self) -> int: ...
    @property
    def accounts(self) -> tuple[str, ...]: ...
    @property
    def up(self) -> bool: ...
    @property
    def frames(self) -> int:
        """How many frames have been read so far."""
        ...

    def reserve_order_id(self) -> int:
        """The next order id of this client, never given out twice."""
        ...

    def raise_order_id(self, floor: int) -> None:
        """Order ids below `floor` were used before: never give one out."""
        ...

    def place(self, placement: Placement, sending: Sending) -> None: ...
    def cancel(self, order_id: int, on_written: Callable[[float], None], urgent: bool = False) -> None: ...
    def global_cancel(self, on_written: Callable[[float], None]) -> None: ...
    def purge(self, reason: str) -> tuple[Placement, ...]:
        """Take every queued placement out, call its on_unsent with the reason, and return them: none of them was
        sent.
        """
        ...

    def unwritten(self) -> int:
        """Bytes given to the transport that the peer's kernel has not acknowledged, as far as the platform tells."""
        ...

    def ask_all_orders(self, urgent: bool = False) -> bool:
        """Ask for every client's open orders; the answer is a SnapshotTaken event. False when one is still owed."""
        ...

    @property
    def owed(self) -> int:
        """Requests for the open orders that were written and have not been answered to the end."""
        ...

    async def own_orders(self, timeout: float) -> None:
        """Have this client's open orders told again, as OrderSeen; returns at the end marker. Under client id 0 this
        binds every manual order open now: each gets a number of its own and may be submitted anew (IBKR Campus TWS API
        docs, "Open Orders").
        """
        ...

    async def completed_orders(self, timeout: float) -> tuple[CompletedSeen, ...]: ...
    async def executions(self, timeout: float, client_id: int | None = None) -> tuple[Fill, ...]:
        """Today's executions. A Gateway may send no end marker for an empty answer: then a currentTime sent behind the
        request, answered, and 0.5 s of quiet end it."""
        ...

    async def positions(self, timeout: float) -> None:
        """Subscribe to all positions; returns at the end marker."""
        ...

    async def account_summary(self, timeout: float) -> None: ...
    async def current_time(self, timeout: float) -> datetime: ...
    async def contract_details(self, instrument: Instrument, timeout: float) -> tuple[Instrument, ...]: ...
    async def matching_symbols(self, text: str, timeout: float) -> tuple[SymbolMatch, ...]: ...
    async def market_rule(self, rule_id: int, timeout: float) -> tuple[PriceStep, ...]: ...
    async def what_if(self, placement: Placement, guard: Guard, timeout: float) -> WhatIf: ...

    def watch_quote(self, instrument: Instrument) -> None:
        """Subscribe to the instrument's quote (idempotent); ticks come as QuoteSeen."""
        ...

    def unwatch_quote(self, con_id: int) -> None: ...
    def watch_account_pnl(self, account: str) -> None: ...
    def watch_position_pnl(self, account: str, con_id: int) -> None: ...
    def renew_feeds(self) -> None:
        """Ask anew for every profit and loss that is watched."""
        ...

    async def lost(self) -> None:
        """Return when the connection has ended, for whatever reason."""
        ...

    async def close(self) -> None: ...


class StopSocketPort(Protocol):
    """A connection that carries nothing but the global cancel."""

    @property
    def up(self) -> bool: ...
    def fire(self) -> bool:
        """Write the global cancel, from whatever thread, without waiting. False when it has not left whole."""
        ...

    async def lost(self) -> None:
        """Return when the connection has ended."""
        ...

    async def close(self) -> None: ...


class BrokerPort(Protocol):
    async def connect(
        self, host: str, port: int, client_id: int, emit: Emit, progress: Progress, stage_timeout: float
    ) -> LinkPort:
        """Open a connection through the stages tcp, handshake, api-ready. Raises ConnectFailed naming the stage.

        Everything the server pushes before it is ready is emitted too, in order.
        """
        ...

    async def open_stop_socket(self, host: str, port: int, client_id: int, stage_timeout: float) -> StopSocketPort:
        """A connection of its own for the stop, which subscribes to nothing. Raises ConnectFailed."""
        ...


class JournalPort(Protocol):
    async def commit_intent(self, intent: Intent) -> None:
        """Return only when the row is durable on disk. Raises OSError when it cannot be."""
        ...

    def mark_sent(self, ulid: str, at: datetime) -> None: ...
    def mark_not_sent(self, ulid: str, reason: str) -> None: ...
    def record_ack(self, ulid: str, perm_id: int, at: datetime) -> None: ...
    def record_event(self, kind: str, payload: dict[str, Any], *, at: datetime) -> None: ...
    def record_decision(self, kind: str, payload: dict[str, Any], *, at: datetime) -> None:
        """What a person decided: armed, disarmed, approved."""
        ...

    def mark_ended(self, ulid: str, at: datetime, reason: str) -> None: ...
    def record_order_state(self, order: Order, *, endpoint: str, at: datetime) -> None: ...
    def record_fill(self, fill: Fill) -> None: ...
    def record_commission(
        self, exec_id: str, commission: Decimal | None, currency: str, realized_pnl: Decimal | None
    ) -> None: ...
    async def record_stop(self, report: dict[str, Any]) -> None: ...
    async def high_water(self, login: str, client_id: int) -> tuple[int, int]:
        """The highest order id ever meant, and the highest that the broker has spoken of; 0 when there was none."""
        ...

    async def unanswered(self, endpoint: str, since: datetime) -> Sequence[Intent]:
        """Intents sent (or perhaps sent) since then at that endpoint that were never acknowledged nor marked not
        sent.
        """
        ...

    async def staged(self, endpoint: str, since: datetime) -> Sequence[Intent]: ...
    async def unsettled(self, endpoint: str, login: str) -> Sequence[Intent]:
        """Every intent of this endpoint and login without a known fate: intended or sent, never answered."""
        ...

    async def placed(self, endpoint: str, login: str, since: datetime) -> Sequence[Intent]:
        """Placements of every process since then, and older ones without an answer; none that was not sent."""
        ...

    async def working(self, endpoint: str, login: str, since: datetime) -> Sequence[Intent]:
        """Placements since then whose end is not known."""
        ...

    async def intent(self, ulid: str) -> Intent | None: ...
    async def settle_not_sent(self, ulid: str, reason: str) -> bool:
        """A person says that it never became an order. False when its fate has become known meanwhile."""
        ...

    async def last_known(self, endpoint: str, login: str) -> LastKnown | None: ...
    def record_last_known(self, endpoint: str, login: str, known: LastKnown) -> None: ...
    async def flush(self) -> None: ...
    async def close(self) -> None: ...


class FreezePort(Protocol):
    """The freeze file of one endpoint, shared by every process."""

    def is_frozen(self) -> bool: ...
    def read(self) -> dict[str, Any] | None: ...
    def prepare(self, by: str, reason: str) -> None: ...
    def discard(self) -> None: ...
    def commit(self) -> None: ...
    def sync(self) -> None: ...
    def freeze(self, by: str, reason: str) -> None: ...
    def release(self, phrase: str) -> None: ...
