"""The state of the connection as everybody shows it: mode, lamps, stages. Imports model only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tws_console.model.windows import Restart


def login(accounts: tuple[str, ...]) -> str:
    """A login is the set of its accounts."""
    return ",".join(sorted(accounts))


def is_paper_account(account: str) -> bool:
    """IBKR prefixes paper accounts DU, and DF for an advisor."""
    return account.startswith(("DU", "DF"))


class Mode(StrEnum):
    PAPER = "paper"
    LIVE = "live"
    DEMO = "demo"


class Lamp(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lamps:
    """Four link states that never stand in for each other."""

    socket: Lamp = Lamp.UNKNOWN
    tws: Lamp = Lamp.UNKNOWN
    market_data: Lamp = Lamp.UNKNOWN
    history: Lamp = Lamp.UNKNOWN


class StageName(StrEnum):
    TCP = "tcp"
    HANDSHAKE = "handshake"
    READY = "api-ready"
    ACCOUNTS = "accounts"
    ORDERS = "orders"
    POSITIONS = "positions"
    EXECUTIONS = "executions"


STAGE_ORDER = tuple(StageName)


@dataclass(frozen=True, slots=True)
class Stage:
    """One named step of connecting. `ok` is None while it runs or was not tried; `ms` milliseconds it took."""

    name: StageName
    ok: bool | None = None
    ms: float | None = None
    detail: str = ""
    running: bool = False


class Phase(StrEnum):
    IDLE = "idle"
    CONNECTING = "connecting"
    UP = "up"
    WAITING = "waiting"
    """Waiting for the next try."""
    CLOSED = "closed"


ID_IN_USE = 326
"""TWS's word for a client id that another connection holds (IBKR Campus TWS API docs, "Error Codes")."""

NOTHING_LISTENS = 502
"""No program has the port: TWS itself is not running (IBKR Campus TWS API docs, "Error Codes")."""


class ConnectFailed(Exception):
    """A stage of connecting failed. `reason` is one sentence, `advice` the things to try, most likely first."""

    def __init__(self, stage: StageName, reason: str, advice: tuple[str, ...] = (), code: int | None = None) -> None:
        super().__init__(reason)
        self.stage = stage
        self.reason = reason
        self.advice = advice
        self.code = code


@dataclass(frozen=True, slots=True)
class SessionState:
    """All that a front end needs to know of the link, replaced as a whole on each change."""

    profile: str
    mode: Mode
    host: str
    port: int
    client_id: int
    pinned_account: str = ""
    phase: Phase = Phase.IDLE
    lamps: Lamps = Lamps()
    stages: tuple[Stage, ...] = ()
    accounts: tuple[str, ...] = ()
    server_version: int | None = None
    next_valid_id: int | None = None
    attempt: int = 0
    retry_at: float | None = None
    """Monotonic seconds of the next try while waiting."""
    failure: ConnectFailed | None = None
    lost_at: float | None = None
    """Monotonic seconds since when the socket or the link to the broker is down."""
    api_read_only: bool = False
    """The Read-Only API box is ticked: nothing can be sent or cancelled from here."""
    reduce_only: str = ""
    """Why entry may only reduce positions, empty when it may do more."""
    entry_refusal: str = ""
    """Why this console does not place orders at all (read-only, another account), empty when it does."""
    armed: tuple[str, ...] = ()
    """Live accounts that orders may go out for in this run."""
    snapshot_at: float | None = None
    """Monotonic seconds at which the newest complete list of orders was asked for."""
    snapshot_complete: bool = False
    unverified: str = ""
    """Why the newest list is not complete, empty when it is."""
    messages_per_second: int = 0
    frozen: bool = False
    frozen_since: str = ""
    restart: Restart | None = None
    """The restart window that is open or near."""

    @property
    def login(self) -> str:
        """Who is at the other end, as the journal knows it."""
        return login(self.accounts)

    @property
    def shown_mode(self) -> Mode:
        """An account that is neither DU nor DF is live, whatever the profile says (IBKR prefixes paper accounts DU,
        DF).
        """
        if self.mode is not Mode.LIVE and not all(map(is_paper_account, self.accounts)):
            return Mode.LIVE
        return self.mode
