"""What the broker said, one frozen value per message, in the order of the wire. Imports model only.

Every event carries `n` (number of the frame on its connection), `link` (generation of the connection) and `at`
(monotonic seconds of receipt). Unset numbers are None: the wire's sentinels never get past the adapter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tws_console.model.instrument import Instrument
from tws_console.model.position import Fill
from tws_console.model.verdict import WhatIf


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    n: int
    link: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSeen(Event):
    """openOrder. `status` is None when only the head of the message could be read."""

    perm_id: int
    client_id: int
    order_id: int
    account: str
    instrument: Instrument
    action: str
    quantity: Decimal | None
    order_type: str
    limit_price: Decimal | None
    aux_price: Decimal | None
    tif: str
    order_ref: str = ""
    oca_group: str = ""
    parent_id: int = 0
    outside_rth: bool = False
    attributes: tuple[str, ...] = ()
    """Names of what it carries beyond these fields."""
    status: str | None = None
    warning: str = ""
    what_if: WhatIf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed(Event):
    """openOrder with the very bytes of the last one for this order: it is still there, nothing about it changed."""

    perm_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSeen(Event):
    """orderStatus; filled and remaining are cumulative."""

    order_id: int
    client_id: int
    perm_id: int
    status: str
    filled: Decimal | None
    remaining: Decimal | None
    avg_fill_price: Decimal | None
    parent_id: int = 0
    why_held: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotTaken(Event):
    """One answer to a request for the open orders of all clients.

    `asked_n` is the frame number and `asked_at` the time just before the request's bytes left; `at` is the end marker.
    `perm_ids` are the permIds listed after `asked_n`. When it is not `complete`, `why` says so in words and it proves
    nothing.
    """

    asked_n: int
    asked_at: float
    complete: bool
    why: str
    perm_ids: frozenset[int]
    surplus: bool = False
    """An end marker that nobody asked for: the list before this one may have ended early and proves nothing either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillSeen(Event):
    fill: Fill


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionSeen(Event):
    exec_id: str
    commission: Decimal | None
    currency: str
    realized_pnl: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedSeen(Event):
    """completedOrder: it carries neither order id nor client id."""

    perm_id: int
    account: str
    instrument: Instrument
    action: str
    quantity: Decimal | None
    order_type: str
    limit_price: Decimal | None
    aux_price: Decimal | None
    tif: str
    status: str
    filled: Decimal | None
    completed_time: str
    completed_status: str
    order_ref: str = ""
    parent_perm_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBound(Event):
    perm_id: int
    client_id: int
    order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemSeen(Event):
    """error. `request_id` is an order id, a request id, or -1 for the system."""

    request_id: int
    code: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextIdSeen(Event):
    order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsSeen(Event):
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionSeen(Event):
    account: str
    instrument: Instrument
    quantity: Decimal | None
    average_cost: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionsEnded(Event):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountValueSeen(Event):
    """One tag of an account summary or account update, as text."""

    account: str
    key: str
    value: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PnlSeen(Event):
    """P&L of an account (`con_id` None) or of one position."""

    account: str
    con_id: int | None
    daily: Decimal | None
    unrealized: Decimal | None
    realized: Decimal | None
    value: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteSeen(Event):
    """One field of a quote: bid, ask, last, close, bid_size, ask_size."""

    con_id: int
    field: str
    value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteTypeSeen(Event):
    """What kind of data follows: L, F, D or DF."""

    con_id: int
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteProblem(Event):
    """An error on a market data request, told by number and text."""

    con_id: int
    code: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSeen(Event):
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLost(Event):
    """The connection ended; nothing follows on this link. `why` is one sentence."""

    why: str
    expected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecodable(Event):
    """A frame that could not be read. `message_id` is None when even that is unknown."""

    message_id: int | None
    why: str
    perm_id: int | None = None
    """The order it was about, when the head still told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrouted(Event):
    """A well-formed message that nothing here uses."""

    message_id: int
