"""The report of an emergency stop, growing while it runs. Imports model only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tws_console.model.ids import OrderKey, Owner
from tws_console.model.order import Witness


class StopVerdict(StrEnum):
    PROVED = "proved"
    EMPTY = "empty"
    NOT_CONFIRMED = "not-confirmed"


class Outcome(StrEnum):
    CANCELLED = "cancelled"
    FILLED = "filled"
    PARTLY_FILLED = "partly-filled"
    LIVE = "live"
    LATER = "later"
    GONE = "gone"
    UNKNOWN = "unknown"


class StopLink(StrEnum):
    UP = "up"
    TWS_DOWN = "tws-down"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class StopLine:
    """What became of one order. `ms` is milliseconds from the start to its witnessed end, None while it has none."""

    key: OrderKey
    perm_id: int | None
    client_id: int | None
    order_id: int | None
    owner: Owner
    symbol: str
    action: str
    quantity: Decimal | None
    filled: Decimal | None
    outcome: Outcome
    witness: Witness = Witness.NONE
    reason: str = ""
    ms: float | None = None
    position: Decimal | None = None
    """The holding after it filled while it was being cancelled; None when it did not, or when that is not known."""
    late: bool = False
    """First seen more than 10 s after the user's own enter: never cancelled by itself, yet it bars the proof."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The evidence behind a verdict."""

    snapshots: int = 0
    """Complete lists asked for after the last cancel."""
    empty_since_ms: float | None = None
    """Milliseconds from the start to the first of the newest run of empty complete lists."""
    witnessed: int = 0
    unwitnessed: int = 0
    executions_swept: bool = False
    undecodable: int = 0
    tws_link: str = "unknown"


@dataclass(frozen=True, slots=True)
class StopScope:
    """What the stop was pressed for, as known at its start."""

    accounts: tuple[str, ...] = ()
    clients: tuple[int, ...] = ()
    symbols: tuple[str, ...] = ()
    side: str | None = None
    everything: bool = True
    words: str = ""
    """A scoped stop's own name, `AAPL` or `client 7, buys`."""


@dataclass(frozen=True, slots=True)
class StopReport:
    """The mass-cancel report. `started_at` is ISO 8601 UTC; durations are milliseconds from the start."""

    host: str
    port: int
    verdict: StopVerdict
    running: bool
    why: str
    """Why it is not proved (yet), one sentence; empty when proved."""
    proof: Proof
    scope: StopScope
    frozen: bool
    started_at: str
    elapsed_ms: float
    blocked_ms: float | None
    sent_ms: float | None
    proved_ms: float | None
    link: StopLink
    purged: tuple[str, ...] = ()
    staged: tuple[str, ...] = ()
    orders: tuple[StopLine, ...] = ()
    attempts: int = 0
    next_try_ms: float | None = None
    """When the next cancel or connection is tried, for the screen's countdown; None when none is due."""
    notes: tuple[str, ...] = ()
    """What else a person must know: a freeze file that could not be written, a refusal by a read-only API."""

    @property
    def proved(self) -> bool:
        return self.verdict is StopVerdict.PROVED

    def counts(self) -> dict[str, int]:
        """How many orders ended in which way, every outcome named."""
        return {outcome.value: sum(line.outcome is outcome for line in self.orders) for outcome in Outcome}
