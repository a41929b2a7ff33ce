"""A double of the engine with fixed values, for pilot tests and snapshots of the screens. Imports model only.

A test changes values through `put_order`, `end_order`, `put_position`, `put_session` and `say`; each marks its key as
changed, as the real engine does. What the screens asked for stands in `calls`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.tui import fake_data as data
from tws_console.model.ids import OrderKey
from tws_console.model.instrument import Instrument, PriceStep, SymbolMatch
from tws_console.model.notice import Notice, Tone
from tws_console.model.order import Order
from tws_console.model.order_scope import OrderScope
from tws_console.model.position import AccountFigures, Position, Quote
from tws_console.model.recovery import AwayReport, Unresolved
from tws_console.model.session import SessionState
from tws_console.model.stop import StopReport, StopScope
from tws_console.model.ticket import OrderRequest, Ticket
from tws_console.model.verdict import Level, Verdict, WhatIf
from tws_console.rules.amend import Wish, cannot_modify
from tws_console.rules.flatten_plan import How
from tws_console.rules.live import armable, phrase


@dataclass(frozen=True, slots=True)
class FakeDrained:
    orders: frozenset[OrderKey] = frozenset()
    positions: frozenset[tuple[str, int]] = frozenset()
    quotes: frozenset[int] = frozenset()
    account: bool = False
    session: bool = False
    notices: bool = False
    stop: bool = False


class FakeChanges:
    def __init__(self) -> None:
        self.pending = FakeDrained()

    def mark(self, **changed: Any) -> None:
        for name, value in changed.items():
            old = getattr(self.pending, name)
            self.pending = replace(self.pending, **{name: old | value})

    def drain(self) -> FakeDrained:
        pending, self.pending = self.pending, FakeDrained()
        return pending


class FakeBook:
    def __init__(self, orders: Iterable[Order]) -> None:
        self.orders = {order.key: order for order in orders}
        self.ended: deque[Order] = deque(maxlen=50)
        self.aliases: dict[OrderKey, OrderKey] = {}

    def get(self, key: OrderKey, /) -> Order | None:
        return self.orders.get(self.aliases.get(key, key))

    def live(self) -> list[Order]:
        return list(self.orders.values())


@dataclass
class FakePortfolio:
    positions: dict[tuple[str, int], Position]
    loaded: bool = True


@dataclass
class FakeAccounts:
    figures: dict[str, AccountFigures]
    sum: AccountFigures

    def total(self) -> AccountFigures:
        return self.sum


@dataclass
class FakeSession:
    state: SessionState


class FakeQuotes:
    def __init__(self, quotes: dict[int, Quote]) -> None:
        self.values = quotes

    def get(self, con_id: int, /) -> Quote | None:
        return self.values.get(con_id)


class FakeNotices:
    def __init__(self, lines: Iterable[Notice], changes: FakeChanges, now: datetime) -> None:
        self.lines: deque[Notice] = deque(lines, maxlen=500)
        self._changes = changes
        self._now = now

    def add(self, tone: Tone, text: str, key: OrderKey | None = None, code: int | None = None) -> None:
        self.lines.append(Notice(self._now, tone, text, key, code))
        self._changes.mark(notices=True)


@dataclass(frozen=True)
class FakeApproval:
    ticket: Ticket


@dataclass(frozen=True)
class FakePlaceResult:
    """The fields of the engine's result that a screen reads."""

    submitted: bool = True
    refusal: str = ""
    order: Order | None = None
    intent: str = ""
    order_id: int = 47
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True)
class FakeCancelResult:
    key: OrderKey
    outcome: str = "cancelled"
    reason: str = ""


class FakeTrading:
    """Answers at once from what a test has put into its fields."""

    def __init__(self, calls: list[tuple[str, object]], positions: dict[tuple[str, int], Position]) -> None:
        self._calls = calls
        self._positions = positions
        self.instruments: dict[str, tuple[Instrument, ...]] = {
            item.symbol: (item,) for item in (data.AAPL, data.NVDA, data.TSLA, data.GME, data.MSFT, data.AMD, data.QQQ)
        }
        self.matches: tuple[SymbolMatch, ...] = ()
        self.steps: tuple[PriceStep, ...] = (PriceStep(Decimal(0), Decimal("0.01")),)
        self.answers: tuple[Verdict, ...] = (Verdict("tick", Level.PASS, "", "fits the tick"),)
        self.preview = WhatIf(
            Decimal("4682.50"),
            Decimal("4256.82"),
            commission=Decimal("1.00"),
            commission_currency="USD",
            elapsed_ms=212,
        )
        self.moved = ""
        self.result = FakePlaceResult()

    async def resolve(self, request: OrderRequest, /) -> tuple[Instrument, ...]:
        self._calls.append(("resolve", request))
        return self.instruments.get(request.symbol, ())

    async def search(self, text: str, /) -> tuple[SymbolMatch, ...]:
        self._calls.append(("search", text))
        return self.matches

    async def details(self, instrument: Instrument, /) -> Instrument:
        return instrument

    async def price_steps(self, instrument: Instrument, /) -> tuple[PriceStep, ...]:
        return self.steps

    def watch(self, instrument: Instrument, /) -> None:
        self._calls.append(("watch", instrument.con_id))

    def unwatch(self, con_id: int, /) -> None:
        self._calls.append(("unwatch", con_id))

    def account_for(self, request: OrderRequest, /) -> str:
        return request.account or data.A1

    def verdicts(self, ticket: Ticket, /) -> tuple[Verdict, ...]:
        return self.answers

    def position_of(self, account: str, con_id: int, /) -> Decimal | None:
        held = self._positions.get((account, con_id))
        return held.quantity if held else Decimal(0)

    async def what_if(self, ticket: Ticket, timeout: float = 4.0) -> WhatIf:
        self._calls.append(("what_if", ticket))
        return self.preview

    def approve(self, ticket: Ticket, /) -> FakeApproval:
        return FakeApproval(ticket)

    def drift(self, approval: FakeApproval, /) -> str:
        return self.moved

    async def place(
        self, ticket: Ticket, approval: FakeApproval | None = None, timeout: float = 5.0
    ) -> FakePlaceResult:
        self._calls.append(("place", ticket))
        return self.result


class FakeCancels:
    """A takeover for every order but those of the session's own id; answers at once."""

    def __init__(self, calls: list[tuple[str, object]], session: FakeSession) -> None:
        self._calls = calls
        self._session = session

    async def cancel(self, order: Order, timeout: float = 5.0, *, agreed: bool = False) -> FakeCancelResult:
        own = order.client_id == self._session.state.client_id
        self._calls.append(("cancel" if own else "takeover", order))
        return FakeCancelResult(order.key)


@dataclass(frozen=True)
class FakeModifyResult:
    """The fields of the engine's result that a screen reads."""

    order: Order
    outcome: str = "modified"
    reason: str = ""
    sent: bool = True


class FakeModifying:
    """Refuses what is not the console's own, and changes the rest at once, in no book."""

    def __init__(self, calls: list[tuple[str, object]], session: FakeSession) -> None:
        self._calls = calls
        self._session = session
        self.answers: tuple[Verdict, ...] = (Verdict("tick", Level.PASS, "", "fits the tick"),)
        self.outcome, self.reason, self.sent = "modified", "", True

    def cannot(self, order: Order, /) -> str:
        own = order.client_id == self._session.state.client_id
        return (
            cannot_modify(order, live=(order,), listed=True) if own else f"only client {order.client_id} can modify it"
        )

    async def verdicts(self, order: Order, request: OrderRequest, /) -> tuple[Verdict, ...]:
        return self.answers

    async def modify(self, order: Order, wish: Wish, timeout: float = 5.0) -> FakeModifyResult:
        self._calls.append(("modify", (order, wish)))
        return FakeModifyResult(order, self.outcome, self.reason, self.sent)


class FakeStop:
    def __init__(self, calls: list[tuple[str, object]], session: FakeSession, changes: FakeChanges) -> None:
        self._calls = calls
        self._session = session
        self._changes = changes
        self.report: StopReport | None = None
        self.running = False
        self.scope = StopScope((data.A1, data.A2), (0, 3, 7, 12, 101), ("AAPL", "NVDA", "ES", "NQ", "EUR.USD", "MSFT"))

    def arm(self) -> StopScope:
        self._calls.append(("arm", None))
        return self.scope

    def disarm(self) -> None:
        self._calls.append(("disarm", None))

    def fire(self) -> None:
        self._calls.append(("fire", None))
        self.running = True
        self._session.state = replace(self._session.state, frozen=True, frozen_since="09:12:44")
        self._changes.mark(session=True, stop=True)

    def fire_at(self, scope: OrderScope, /) -> None:
        self._calls.append(("fire_at", scope))
        self.running = True
        self._changes.mark(stop=True)

    async def wait(self, timeout: float) -> StopReport:
        if self.report is None:
            raise TimeoutError
        return self.report

    def release(self, phrase: str, /) -> None:
        if phrase != "resume trading":
            raise ValueError("Type exactly: resume trading")
        self._calls.append(("release", phrase))
        self._session.state = replace(self._session.state, frozen=False, frozen_since="")
        self._changes.mark(session=True)


@dataclass(frozen=True)
class FakeFlattenResult:
    """The fields of the engine's result that a screen reads."""

    outcome: str = "closed"
    reason: str = ""
    instrument: Instrument = data.AAPL


class FakeFlatten:
    def __init__(self, calls: list[tuple[str, object]]) -> None:
        self._calls = calls
        self.result = FakeFlattenResult()

    async def close_all(
        self, holdings: Sequence[Position], how: How, timeout: float = 5.0
    ) -> Sequence[FakeFlattenResult]:
        self._calls.append(("flatten", (tuple(holdings), how)))
        return [replace(self.result, instrument=row.instrument) for row in holdings]


class FakeArming:
    def __init__(self, calls: list[tuple[str, object]], session: FakeSession, changes: FakeChanges) -> None:
        self._calls = calls
        self._session = session
        self._changes = changes

    def refusal(self) -> str:
        return "" if armable(self._session.state) else "paper, nothing has to be armed"

    def phrases(self) -> tuple[str, ...]:
        return tuple(phrase(account) for account in armable(self._session.state))

    def arm(self, typed: str, /) -> None:
        self._calls.append(("arm_live", typed))
        self._session.state = replace(self._session.state, armed=armable(self._session.state)[:1])
        self._changes.mark(session=True)

    def disarm(self) -> None:
        self._calls.append(("disarm_live", None))
        self._session.state = replace(self._session.state, armed=())
        self._changes.mark(session=True)


class FakeRecovery:
    """Settles at once what a test has put into `unresolved`."""

    def __init__(self, calls: list[tuple[str, object]], changes: FakeChanges) -> None:
        self._calls = calls
        self._changes = changes
        self.unresolved: tuple[Unresolved, ...] = ()
        self.refusal = ""

    async def adopt(self, ulid: str, perm_id: int | None = None) -> int:
        return self._settle("adopt", ulid).could_be[0]

    async def cancel(self, ulid: str, timeout: float = 5.0) -> FakeCancelResult:
        return FakeCancelResult(self._settle("cancel-intent", ulid).candidates[0].key)

    async def mark_not_sent(self, ulid: str, /) -> None:
        self._settle("mark-not-sent", ulid)

    def _settle(self, what: str, ulid: str) -> Unresolved:
        if self.refusal:
            raise RuntimeError(self.refusal)
        self._calls.append((what, ulid))
        (one,) = (one for one in self.unresolved if one.intent.ulid == ulid)
        self.unresolved = tuple(other for other in self.unresolved if other is not one)
        self._changes.mark(session=True)
        return one


class FakeReconciler:
    def __init__(self, calls: list[tuple[str, object]], session: FakeSession, changes: FakeChanges) -> None:
        self._calls = calls
        self._session = session
        self._changes = changes
        self.report: AwayReport | None = None

    def acknowledge(self) -> None:
        self._calls.append(("acknowledge", None))
        self._session.state = replace(self._session.state, reduce_only="")
        self._changes.mark(session=True)


class FakeEngine:
    """The façade of the engine over fixed values."""

    def __init__(self, orders: Iterable[Order] = data.ORDERS, positions: Iterable[Position] = data.POSITIONS) -> None:
        self.calls: list[tuple[str, object]] = []
        self.changes = FakeChanges()
        self.book = FakeBook(orders)
        self.portfolio = FakePortfolio({(item.account, item.instrument.con_id): item for item in positions})
        self.accounts = FakeAccounts(dict(data.FIGURES), data.TOTAL)
        self.quotes = FakeQuotes(dict(data.QUOTES))
        self.session = FakeSession(data.SESSION)
        self.notices = FakeNotices(data.NOTICES, self.changes, data.NOW)
        self.trading = FakeTrading(self.calls, self.portfolio.positions)
        self.flatten = FakeFlatten(self.calls)
        self.arming = FakeArming(self.calls, self.session, self.changes)
        self.cancels = FakeCancels(self.calls, self.session)
        self.modifying = FakeModifying(self.calls, self.session)
        self.stop = self.stop_lane = FakeStop(self.calls, self.session, self.changes)
        self.recovery = FakeRecovery(self.calls, self.changes)
        self.reconciler = FakeReconciler(self.calls, self.session, self.changes)

    async def start(self) -> None:
        self.calls.append(("start", None))

    async def close(self) -> None:
        self.calls.append(("close", None))

    def use_spare_id(self) -> None:
        self.calls.append(("use_spare_id", None))

    def retry_now(self) -> None:
        self.calls.append(("retry_now", None))

    def refresh(self) -> None:
        self.calls.append(("refresh", None))

    def put_order(self, order: Order) -> None:
        self.book.orders[order.key] = order
        self.changes.mark(orders=frozenset({order.key}))

    def end_order(self, key: OrderKey, **fields: Any) -> None:
        """Takes an order out of the live rows, with its last values among the ended ones."""
        self.book.ended.append(replace(self.book.orders.pop(key), **fields))
        self.changes.mark(orders=frozenset({key}))

    def rename_order(self, alias: OrderKey, named: Order) -> None:
        """The broker told the permId of an order that was known by client and order id."""
        self.book.orders = {
            (named.key if key == alias else key): (named if key == alias else value)
            for key, value in self.book.orders.items()
        }
        self.book.aliases[alias] = named.key
        self.changes.mark(orders=frozenset({alias, named.key}))

    def put_position(self, held: Position) -> None:
        key = (held.account, held.instrument.con_id)
        self.portfolio.positions[key] = held
        self.changes.mark(positions=frozenset({key}))

    def put_session(self, **fields: Any) -> None:
        self.session.state = replace(self.session.state, **fields)
        self.changes.mark(session=True)

    def say(self, tone: Tone, text: str, key: OrderKey | None = None) -> None:
        self.notices.add(tone, text, key)
