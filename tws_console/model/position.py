"""Positions, fills and account figures, each with source and time. Imports model only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tws_console.model.instrument import Instrument


@dataclass(frozen=True, slots=True)
class Position:
    """A holding of one account. None is unknown, never zero; `seen_at` is monotonic seconds of the newest message."""

    account: str
    instrument: Instrument
    quantity: Decimal
    average_cost: Decimal | None = None
    market_price: Decimal | None = None
    market_value: Decimal | None = None
    daily_pnl: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    realized_pnl: Decimal | None = None
    source: str = "positions"
    seen_at: float = 0.0

    @property
    def average_price(self) -> Decimal | None:
        """Average cost per unit of price: the broker's figure includes the multiplier of derivatives."""
        return None if self.average_cost is None else self.average_cost / self.instrument.factor


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """What the broker says of one account, in its base currency."""

    account: str
    currency: str = ""
    net_liquidation: Decimal | None = None
    cash: Decimal | None = None
    buying_power: Decimal | None = None
    initial_margin: Decimal | None = None
    maintenance_margin: Decimal | None = None
    excess_liquidity: Decimal | None = None
    cushion: Decimal | None = None
    daily_pnl: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    realized_pnl: Decimal | None = None
    day_trades_left: int | None = None
    source: str = "summary"
    seen_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution. `quantity` is positive; `action` is BUY or SELL."""

    exec_id: str
    perm_id: int
    client_id: int
    order_id: int
    account: str
    instrument: Instrument
    action: str
    quantity: Decimal
    price: Decimal
    cumulative: Decimal | None
    time: datetime | None
    live: bool
    """True when it was pushed as it happened, False when it was asked for."""
    order_ref: str = ""
    commission: Decimal | None = None
    commission_currency: str = ""
    realized_pnl: Decimal | None = None

    @property
    def base_id(self) -> str:
        """The execution whatever its correction: those differ only after the last dot (IBKR Campus TWS API docs,
        "Executions and Commissions").
        """
        return self.exec_id.rpartition(".")[0] or self.exec_id


@dataclass(frozen=True, slots=True)
class Quote:
    """The newest prices of one instrument. `tag` is L live, F frozen, D delayed, DF delayed-frozen, empty unknown."""

    con_id: int
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None
    close: Decimal | None = None
    tag: str = ""
    problem: str = ""
    """Why there is no price, in words (no subscription, farm down)."""
    seen_at: float = 0.0
    """Monotonic seconds of the newest tick; 0 when none came."""

    @property
    def mid(self) -> Decimal | None:
        return None if self.bid is None or self.ask is None else (self.bid + self.ask) / 2
