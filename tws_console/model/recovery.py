"""What a restart or a gap leaves open: intents without a known fate, and how the world moved meanwhile. Imports model
only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tws_console.model.instrument import Instrument
from tws_console.model.intent import Intent
from tws_console.model.order import Order
from tws_console.model.position import Fill


@dataclass(frozen=True, slots=True)
class Unresolved:
    """An intent that may or may not have become an order. `evidence` is what the lists said, one sentence each;
    `candidates` are orders at the broker that could be it, none of them certain.
    """

    intent: Intent
    evidence: tuple[str, ...]
    candidates: tuple[Order, ...] = ()
    ended: tuple[int, ...] = ()
    """permIds of completed orders that could be it."""

    @property
    def could_be(self) -> tuple[int, ...]:
        """permIds of every order, live or ended, that could be it."""
        return (*(order.perm_id for order in self.candidates if order.perm_id), *self.ended)


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order as it was last known. Numbers in the units of the instrument; `limit_price` in its currency."""

    perm_id: int
    client_id: int
    order_id: int
    owner: str
    account: str
    symbol: str
    action: str
    quantity: Decimal | None
    filled: Decimal | None
    order_type: str
    limit_price: Decimal | None
    aux_price: Decimal | None
    tif: str


@dataclass(frozen=True, slots=True)
class KnownPosition:
    """A holding as it was last known."""

    account: str
    con_id: int
    symbol: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class LastKnown:
    """What one login was known to have at an endpoint at one time. `positions` count exactly the executions in
    `exec_ids` (without their correction numbers) and everything before them.
    """

    at: datetime
    orders: tuple[KnownOrder, ...] = ()
    positions: tuple[KnownPosition, ...] = ()
    exec_ids: frozenset[str] = frozenset()
    reduce_only: str = ""
    """Why entry may only reduce, while a position change that nothing explains has not been acknowledged."""


@dataclass(frozen=True, slots=True)
class GoneOrder:
    """An order that is not live any more. `outcome` is filled, cancelled, expired, rejected or unknown."""

    order: KnownOrder
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One term of an order, or what it has filled. None is unset."""

    field: str
    before: Decimal | str | None
    after: Decimal | str | None


@dataclass(frozen=True, slots=True)
class ChangedOrder:
    order: Order
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class PositionChange:
    """A holding that is not what was known plus what filled. `explained` is the sum of the fills since then."""

    account: str
    con_id: int
    symbol: str
    before: Decimal
    explained: Decimal
    now: Decimal

    @property
    def unexplained(self) -> Decimal:
        return self.now - self.before - self.explained


@dataclass(frozen=True, slots=True)
class AwayReport:
    """What happened between `since` and `at` (UTC). `since` None: nothing was known before. `missing` names, one
    sentence each, what the broker did not tell, so that nothing can be concluded from it.
    """

    since: datetime | None
    at: datetime
    why: str
    fills: tuple[Fill, ...] = ()
    gone: tuple[GoneOrder, ...] = ()
    new: tuple[Order, ...] = ()
    changed: tuple[ChangedOrder, ...] = ()
    positions: tuple[PositionChange, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.fills or self.gone or self.new or self.changed or self.positions)


def unknown_instrument(con_id: int, symbol: str) -> Instrument:
    """An instrument of which the journal knows no more than number and name."""
    return Instrument(con_id, symbol)
