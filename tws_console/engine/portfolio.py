"""Positions of all accounts, account figures and quotes: the newest value of each with its time. Imports model only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from tws_console.engine.store import Changes, PositionKey
from tws_console.model.events import (
    AccountValueSeen,
    Event,
    LinkLost,
    PnlSeen,
    PositionSeen,
    PositionsEnded,
    QuoteProblem,
    QuoteSeen,
    QuoteTypeSeen,
)
from tws_console.model.instrument import Instrument
from tws_console.model.position import AccountFigures, Position, Quote

SUMMARY_TAGS: Mapping[str, str] = MappingProxyType(
    {
        "NetLiquidation": "net_liquidation",
        "TotalCashValue": "cash",
        "BuyingPower": "buying_power",
        "InitMarginReq": "initial_margin",
        "MaintMarginReq": "maintenance_margin",
        "ExcessLiquidity": "excess_liquidity",
        "Cushion": "cushion",
    }
)
"""Tags of the account summary and the figures they feed (IBKR Campus TWS API docs, "Account Summary Tags")."""


_NO_PROFIT: dict[str, Any] = {"daily_pnl": None, "unrealized_pnl": None, "realized_pnl": None}


class Portfolio:
    """Holdings by (account, conId). A position that was never reported is not there; a reported zero is a zero."""

    def __init__(self, changes: Changes) -> None:
        self._rows: dict[PositionKey, Position] = {}
        self._changes = changes
        self._told: set[PositionKey] = set()
        """What the present link has told of."""
        self._link = 0
        self.loaded = False
        """Whether the present link has told every position; what an earlier one told is only last known."""
        self.seen_at: float | None = None
        """Monotonic seconds of the newest complete answer."""

    @property
    def positions(self) -> Mapping[PositionKey, Position]:
        return MappingProxyType(self._rows)

    def apply(self, event: Event) -> None:
        match event:
            case PositionSeen():
                self._position(event)
            case PositionsEnded():
                self._on_link(event.link)
                self._close_untold(event.at)
                self.loaded, self.seen_at = True, event.at
                self._changes.session = True
            case LinkLost():
                self.loaded = False
                self.expire()
            case PnlSeen() if event.con_id is not None:
                self._pnl(event, event.con_id)
            case _:
                pass

    def _position(self, event: PositionSeen) -> None:
        if event.quantity is None:
            return
        key = (event.account, event.instrument.con_id)
        self._on_link(event.link)
        self._told.add(key)
        old = self._rows.get(key)
        row = Position(event.account, event.instrument, event.quantity) if old is None else old
        self._put(key, replace(row, quantity=event.quantity, average_cost=event.average_cost, seen_at=event.at))

    def _on_link(self, link: int) -> None:
        if link != self._link:
            self._link = link
            self._told.clear()

    def _close_untold(self, at: float) -> None:
        """A complete list holds every position, so one that this link never told of was closed while it was away."""
        for key, row in list(self._rows.items()):
            if key not in self._told and row.quantity:
                self._put(key, replace(row, quantity=row.quantity * 0, seen_at=at))

    def learn(self, instrument: Instrument) -> None:
        """The broker told everything about this instrument: positions in it show their prices by its ticks from now
        on.
        """
        for key, row in self._rows.items():
            if key[1] == instrument.con_id and row.instrument != instrument:
                self._put(key, replace(row, instrument=instrument))

    def _pnl(self, event: PnlSeen, con_id: int) -> None:
        key = (event.account, con_id)
        row = self._rows.get(key)
        if row is None:
            return
        price = None
        if event.value is not None and row.quantity:
            price = event.value / (row.quantity * row.instrument.factor)
        self._put(
            key,
            replace(
                row,
                daily_pnl=event.daily,
                unrealized_pnl=event.unrealized,
                realized_pnl=event.realized,
                market_value=event.value,
                market_price=price if price is not None else row.market_price,
                source="pnl",
                seen_at=event.at,
            ),
        )

    def expire(self) -> None:
        """No profit and no price that was told so far is one now; quantities are last known."""
        for key, row in list(self._rows.items()):
            self._put(key, replace(row, **_NO_PROFIT, market_value=None, market_price=None))

    def _put(self, key: PositionKey, row: Position) -> None:
        self._rows[key] = row
        self._changes.positions.add(key)


class Accounts:
    """Figures of each account, as the broker reports them."""

    def __init__(self, changes: Changes) -> None:
        self._rows: dict[str, AccountFigures] = {}
        self._changes = changes
        self.ready = True
        """False while the broker says that account data is not ready (a Gateway just restarted)."""

    @property
    def figures(self) -> Mapping[str, AccountFigures]:
        return MappingProxyType(self._rows)

    def apply(self, event: Event) -> None:
        match event:
            case AccountValueSeen():
                self._value(event)
            case LinkLost():
                self.expire()
            case PnlSeen() if event.con_id is None:
                row = self._of(event.account)
                self._put(
                    replace(
                        row,
                        daily_pnl=event.daily,
                        unrealized_pnl=event.unrealized,
                        realized_pnl=event.realized,
                        seen_at=event.at,
                    )
                )
            case _:
                pass

    def _value(self, event: AccountValueSeen) -> None:
        if event.key.lower() == "accountready":
            self.ready = event.value.lower() == "true"
            return
        if event.key == "DayTradesRemaining":
            left = int(event.value) if event.value.lstrip("-").isdigit() else None
            self._put(replace(self._of(event.account), day_trades_left=left, seen_at=event.at))
            return
        name = SUMMARY_TAGS.get(event.key)
        if name is None:
            return
        change: dict[str, Any] = {name: _number(event.value)}
        row = replace(self._of(event.account), seen_at=event.at, **change)
        self._put(replace(row, currency=event.currency) if name == "net_liquidation" else row)

    def expire(self) -> None:
        """No figure that was told so far is one now: each is unknown until it is told again."""
        for row in list(self._rows.values()):
            self._put(AccountFigures(row.account, currency=row.currency, seen_at=row.seen_at))

    def _of(self, account: str) -> AccountFigures:
        return self._rows.get(account) or AccountFigures(account)

    def _put(self, row: AccountFigures) -> None:
        self._rows[row.account] = row
        self._changes.account = True

    def total(self) -> AccountFigures:
        """All accounts added up; a figure that any of them lacks is unknown, and so is a sum over two currencies."""
        rows = list(self._rows.values())
        if len(rows) < 2:
            return rows[0] if rows else AccountFigures("")
        if len({row.currency for row in rows}) > 1:
            return AccountFigures("all", seen_at=min(row.seen_at for row in rows))
        sums: dict[str, Any] = {name: _sum(getattr(row, name) for row in rows) for name in _SUMMED}
        cushion = None
        if sums["excess_liquidity"] is not None and sums["net_liquidation"]:
            cushion = sums["excess_liquidity"] / sums["net_liquidation"]
        return AccountFigures(
            "all",
            currency=rows[0].currency,
            cushion=cushion,
            day_trades_left=_fewest([row.day_trades_left for row in rows]),
            seen_at=min(row.seen_at for row in rows),
            **sums,
        )


_SUMMED = tuple(
    spec.name
    for spec in fields(AccountFigures)
    if spec.name not in {"account", "currency", "cushion", "day_trades_left", "source", "seen_at"}
)


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _fewest(left: list[int | None]) -> int | None:
    """The smallest number of day trades left; -1 stands for no limit, and one unknown makes it unknown."""
    known = [number for number in left if number is not None]
    if len(known) < len(left):
        return None
    return min((number for number in known if number >= 0), default=-1)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


class Quotes:
    """The newest quote of each instrument that somebody watches."""

    def __init__(self, changes: Changes) -> None:
        self._rows: dict[int, Quote] = {}
        self._changes = changes

    def get(self, con_id: int) -> Quote | None:
        return self._rows.get(con_id)

    def apply(self, event: Event) -> None:
        match event:
            case QuoteSeen():
                row = self._rows.get(event.con_id) or Quote(event.con_id)
                change: dict[str, Any] = {event.field: event.value}
                self._put(replace(row, **change, problem="", seen_at=event.at))
            case QuoteTypeSeen():
                self._put(replace(self._rows.get(event.con_id) or Quote(event.con_id), tag=event.tag))
            case QuoteProblem():
                self._put(replace(self._rows.get(event.con_id) or Quote(event.con_id), problem=event.text))
            case LinkLost():
                self.expire("the link to TWS was lost")
            case _:
                pass

    def expire(self, why: str) -> None:
        """No price that was told so far is a price now."""
        for con_id in list(self._rows):
            self._put(Quote(con_id, problem=why))

    def _put(self, row: Quote) -> None:
        self._rows[row.con_id] = row
        self._changes.quotes.add(row.con_id)
