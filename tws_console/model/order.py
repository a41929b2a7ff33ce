"""One order at the broker as the console knows it, and the words for its state. Imports model only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tws_console.model.ids import OrderKey, Owner
from tws_console.model.instrument import Instrument


class Status(StrEnum):
    """What a trader is told; the broker's own word stands beside it in `broker_status`."""

    WORKING = "working"
    PARTIAL = "partial"
    ACCEPTED = "accepted"
    HELD = "held"
    UNTRIGGERED = "untriggered"
    WAIT_PARENT = "wait-parent"
    STAGED = "staged"
    UNKNOWN = "unknown"
    UNVERIFIED = "unverified"
    GONE = "gone"
    SENDING = "sending"
    SENT = "sent"
    MODIFYING = "modifying"
    CANCELLING = "cancelling"
    STILL_LIVE = "still-live"
    WAIT_LOCATE = "wait-locate"
    INACTIVE = "inactive"
    TWIN = "twin"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"


ENDED = frozenset({Status.FILLED, Status.CANCELLED, Status.EXPIRED, Status.REJECTED, Status.GONE})
"""No such order is live any more. GONE left the lists without a witness and is a problem, not a proof."""

PROBLEMS = frozenset(
    {
        Status.UNKNOWN,
        Status.UNVERIFIED,
        Status.GONE,
        Status.STILL_LIVE,
        Status.WAIT_LOCATE,
        Status.INACTIVE,
        Status.TWIN,
        Status.REJECTED,
        Status.CANCELLING,
    }
)
"""States that a trader must look at; counted as !n."""


class Witness(StrEnum):
    """Which message of the broker told the end of an order."""

    STATUS = "status"
    COMPLETED = "completed"
    EXECUTION = "execution"
    REFUSAL = "refusal"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Order:
    """A row of the book. None is unknown or unset; `remaining` and `filled` are units of the instrument."""

    key: OrderKey
    owner: Owner
    instrument: Instrument
    perm_id: int | None = None
    client_id: int | None = None
    order_id: int | None = None
    account: str = ""
    action: str = ""
    quantity: Decimal | None = None
    filled: Decimal | None = None
    remaining: Decimal | None = None
    avg_fill_price: Decimal | None = None
    order_type: str = ""
    limit_price: Decimal | None = None
    aux_price: Decimal | None = None
    tif: str = ""
    outside_rth: bool = False
    status: Status = Status.UNVERIFIED
    broker_status: str = ""
    reason: str = ""
    order_ref: str = ""
    parent_id: int = 0
    parent_perm_id: int | None = None
    oca_group: str = ""
    attributes: tuple[str, ...] = ()
    """Names of what it carries beyond these fields (hidden, algo, ...)."""
    change_refused: str = ""
    """The broker's words of refusal of the newest change from here."""
    intent: str = ""
    """ULID of our own journal row, empty for orders of others."""
    witness: Witness = Witness.NONE
    stale: bool = False
    """Not confirmed since the last link loss."""
    first_seen: datetime | None = None
    """When this process first saw it (wall clock)."""
    seen_at: datetime | None = None
    """When the broker last confirmed it (wall clock)."""
    changed: float = 0.0
    """Monotonic seconds of the last event about it."""

    @property
    def live(self) -> bool:
        """True unless it has ended: anything unknown, staged or unverified counts as live."""
        return self.status not in ENDED

    @property
    def problem(self) -> bool:
        return self.status in PROBLEMS or self.stale
