"""The tap on the wire: one frame in, events and answers out. It never raises over what it reads.

Owns the calls into ib_async's Decoder, used for the long answers only; the rest is read from the text by the frame
readers. What cannot be read becomes an Undecodable event. Imports model, mapping, answers and the frame readers;
knows of no socket and no running request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

from ib_async.contract import Contract, ContractDetails
from ib_async.decoder import Decoder
from ib_async.order import Order, OrderState

from tws_console.ib import account_frames as account
from tws_console.ib import order_frames as orders
from tws_console.ib.answers import Answer, Execution, Kind, ListEnded, RuleRead
from tws_console.ib.attributes import further_attributes
from tws_console.ib.mapping import (
    decimal_or_none,
    flag,
    integer,
    right_of,
    strike_or_none,
)
from tws_console.ib.order_frames import Stamp
from tws_console.model.events import (
    AccountsSeen,
    Event,
    NextIdSeen,
    OrderConfirmed,
    OrderSeen,
    PositionsEnded,
    QuoteTypeSeen,
    TimeSeen,
    Undecodable,
    Unrouted,
)
from tws_console.model.instrument import Instrument, SymbolMatch
from tws_console.model.verdict import WhatIf

Reading = Event | Answer | Execution | ListEnded | RuleRead
"""What one message turns into: an event for the engine, or a piece of the answer to a request."""

Readers = dict[int, Callable[[list[str]], "Reading | list[Reading] | None"]]

KNOWN_ROWS = 50_000
"""How many orders' last frames are kept to recognise an unchanged one."""
UNUSED = frozenset({8, 45, 46, 54, 57, 72, 74, 81})
"""Messages that belong to what is asked for and that nothing here needs."""


class Sink:
    """What ib_async's Decoder calls with a big answer: it keeps the newest until the tap takes it."""

    def __init__(self) -> None:
        self._taken: tuple[Any, ...] = ()

    def take(self) -> tuple[Any, ...]:
        values, self._taken = self._taken, ()
        return values

    def openOrder(self, order_id: object, contract: Contract, order: Order, state: OrderState) -> None:
        self._taken = (order, state)

    def completedOrder(self, contract: Contract, order: Order, state: OrderState) -> None:
        self._taken = (order, state)

    def contractDetails(self, request_id: int, details: ContractDetails) -> None:
        self._taken = (request_id, details)

    def symbolSamples(self, request_id: int, descriptions: list[Any]) -> None:
        self._taken = (request_id, descriptions)


@dataclass(slots=True)
class Subscriptions:
    """Which of our request ids stands for which quote or P&L."""

    quotes: dict[int, int] = field(default_factory=dict)
    """Request id to conId."""
    pnl: dict[int, str] = field(default_factory=dict)
    """Request id to account."""
    position_pnl: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Request id to account and conId."""


class Tap(Decoder):
    """Frames in, readings out, in the order of the wire."""

    def __init__(
        self,
        deliver: Callable[[Reading], None],
        subscriptions: Subscriptions,
        generation: int,
        clock: Callable[[], float],
        zone: tzinfo | None,
    ) -> None:
        self._sink = Sink()
        super().__init__(self._sink, 0)  # type: ignore[arg-type]
        self._deliver = deliver
        self._subscriptions = subscriptions
        self._generation = generation
        self._clock = clock
        self._zone = zone
        self._perm_of_frame: dict[bytes, int] = {}
        self._frame_of_perm: dict[int, bytes] = {}
        self.frames = 0
        self._stamp = Stamp(0, generation, 0.0)
        self._own: Readers = self._readers()

    def _readers(self) -> Readers:
        return {
            1: self._price_tick,
            2: self._size_tick,
            3: lambda f: orders.read_status(self._stamp, f),
            4: lambda f: orders.read_problem(self._stamp, f),
            6: lambda f: account.read_account_value(self._stamp, f),
            7: lambda f: account.read_portfolio(self._stamp, f),
            9: lambda f: NextIdSeen(**self._place(), order_id=int(f[2])),
            10: self._contract,
            11: lambda f: Execution(*orders.read_execution(self._stamp, f, self._zone)),
            15: lambda f: AccountsSeen(**self._place(), accounts=tuple(code for code in f[2].split(",") if code)),
            49: lambda f: TimeSeen(**self._place(), time=datetime.fromtimestamp(int(f[2]), UTC)),
            52: lambda f: Answer(int(f[2]), last=True),
            53: lambda f: ListEnded(Kind.ORDERS, *self._stamp),
            55: lambda f: Answer(int(f[2]), last=True),
            58: self._data_type,
            59: lambda f: orders.read_commission(self._stamp, f),
            61: lambda f: account.read_position(self._stamp, f),
            62: lambda f: PositionsEnded(**self._place()),
            63: lambda f: account.read_summary(self._stamp, f),
            64: lambda f: Answer(int(f[2]), last=True),
            73: lambda f: account.read_multi(self._stamp, f),
            79: self._symbols,
            93: lambda f: RuleRead(*account.read_market_rule(f)),
            94: self._pnl,
            95: self._position_pnl,
            100: lambda f: orders.read_bound(self._stamp, f),
            101: self._completed,
            102: lambda f: ListEnded(Kind.COMPLETED, *self._stamp),
        }

    def _place(self) -> dict[str, Any]:
        return {"n": self._stamp.n, "link": self._stamp.link, "at": self._stamp.at}

    # ---- frames

    def frame(self, raw: bytes) -> None:
        """Read one frame, without its length prefix. An openOrder with the very bytes of the last one is not read
        again.
        """
        self.frames += 1
        self._stamp = Stamp(self.frames, self._generation, self._clock())
        is_order = raw.startswith(b"5\0")
        if is_order and (known := self._perm_of_frame.get(raw)) is not None:
            self._deliver(OrderConfirmed(**self._place(), perm_id=known))
            return
        fields = raw.decode(errors="backslashreplace").split("\0")
        fields.pop()
        if is_order:
            for reading in self._order(fields, raw):
                self._deliver(reading)
        else:
            self.interpret(fields)

    def interpret(self, fields: list[str]) -> None:
        """Turn one message's fields into readings and deliver them."""
        message_id = integer_or_none(fields[0]) if fields else None
        read = self._own.get(message_id) if message_id is not None else None
        if read is None:
            if message_id is None or message_id not in self.handlers:
                self._deliver(self._unreadable(message_id, "a message of no known kind"))
            elif message_id not in UNUSED:
                self._deliver(Unrouted(**self._place(), message_id=message_id))
            return
        try:
            readings = read(fields)
        except Exception as error:
            position = {3: 6, 11: 21, 100: 1, 101: 23}.get(message_id or 0)
            perm_id = orders.perm_id_of(fields, position) if position else None
            readings = self._unreadable(message_id, _why(error), perm_id)
        if isinstance(readings, list):
            for reading in readings:
                self._deliver(reading)
        elif readings is not None:
            self._deliver(readings)

    def parse(self, obj: object) -> None:
        """Leave the carrier's fields as the wire's text: mapping turns the few that are used into Decimal.

        ib_async converts every field of every order to int and float here, which is most of its cost per order.
        """

    def _unreadable(self, message_id: int | None, why: str, perm_id: int | None = None) -> Undecodable:
        return Undecodable(**self._place(), message_id=message_id, why=why, perm_id=perm_id)

    # ---- orders

    def _order(self, fields: list[str], raw: bytes) -> list[Reading]:
        """openOrder: a broken tail must not hide an order, so the head alone still counts."""
        perm_id = orders.perm_id_of(fields, 25)
        try:
            self.openOrder(fields)  # type: ignore[no-untyped-call]
            order, state = self._sink.take()
            preview = _preview(state) if flag(str(order.whatIf)) else None
            further = further_attributes(order)
            tail = orders.Tail(str(order.parentId), state.status, state.warningText, preview, further)
            seen = orders.read_order(self._stamp, fields, tail)
        except Exception as error:
            broken = self._unreadable(5, _why(error), perm_id)
            try:
                return [broken, orders.read_order(self._stamp, fields, None)] if perm_id else [broken]
            except Exception:
                return [self._unreadable(5, _why(error))]
        self._remember(seen, raw)
        return [seen]

    def _remember(self, seen: OrderSeen, raw: bytes) -> None:
        if seen.what_if is not None or not seen.perm_id:
            return
        before = self._frame_of_perm.pop(seen.perm_id, None)
        if before is not None:
            del self._perm_of_frame[before]
        elif len(self._frame_of_perm) >= KNOWN_ROWS:
            oldest = next(iter(self._frame_of_perm))
            del self._perm_of_frame[self._frame_of_perm.pop(oldest)]
        self._frame_of_perm[seen.perm_id] = raw
        self._perm_of_frame[raw] = seen.perm_id

    def _completed(self, fields: list[str]) -> Reading:
        self.completedOrder(fields)  # type: ignore[no-untyped-call]
        order, state = self._sink.take()
        tail = orders.CompletedTail(
            state.status, str(order.filledQuantity), str(order.parentPermId), state.completedTime, state.completedStatus
        )
        return orders.read_completed(self._stamp, fields, tail)

    # ---- contracts

    def _contract(self, fields: list[str]) -> Reading:
        self.contractDetails(fields)  # type: ignore[no-untyped-call]
        request_id, details = self._sink.take()
        return Answer(request_id, row=_instrument(details))

    def _symbols(self, fields: list[str]) -> Reading:
        self.symbolSamples(fields)  # type: ignore[no-untyped-call]
        request_id, descriptions = self._sink.take()
        return Answer(request_id, row=tuple(_match(row.contract) for row in descriptions), last=True)

    # ---- quotes and profit and loss

    def _price_tick(self, fields: list[str]) -> list[Reading] | None:
        con_id = self._subscriptions.quotes.get(int(fields[2]))
        return None if con_id is None else list(account.read_price_tick(self._stamp, fields, con_id))

    def _size_tick(self, fields: list[str]) -> list[Reading] | None:
        con_id = self._subscriptions.quotes.get(int(fields[2]))
        return None if con_id is None else list(account.read_size_tick(self._stamp, fields, con_id))

    def _data_type(self, fields: list[str]) -> Reading | None:
        con_id = self._subscriptions.quotes.get(int(fields[2]))
        tag = account.DATA_TAGS.get(fields[3], "")
        return None if con_id is None else QuoteTypeSeen(**self._place(), con_id=con_id, tag=tag)

    def _pnl(self, fields: list[str]) -> Reading | None:
        code = self._subscriptions.pnl.get(int(fields[1]))
        return None if code is None else account.read_pnl(self._stamp, fields, code)

    def _position_pnl(self, fields: list[str]) -> Reading | None:
        known = self._subscriptions.position_pnl.get(int(fields[1]))
        return None if known is None else account.read_position_pnl(self._stamp, fields, *known)


def integer_or_none(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _preview(state: OrderState) -> WhatIf:
    return WhatIf(
        init_margin_change=_money(state.initMarginChange),
        maint_margin_change=_money(state.maintMarginChange),
        init_margin_after=_money(state.initMarginAfter),
        maint_margin_after=_money(state.maintMarginAfter),
        equity_after=_money(state.equityWithLoanAfter),
        commission=_money(state.commission),
        min_commission=_money(state.minCommission),
        max_commission=_money(state.maxCommission),
        commission_currency=state.commissionCurrency,
        warning=state.warningText,
    )


def _money(text: object) -> Decimal | None:
    return decimal_or_none(str(text))


def _instrument(details: ContractDetails) -> Instrument:
    contract = details.contract or Contract()
    return Instrument(
        con_id=integer(str(contract.conId)),
        symbol=contract.symbol,
        sec_type=contract.secType,
        exchange=contract.exchange,
        currency=contract.currency,
        primary_exch=contract.primaryExchange,
        local_symbol=contract.localSymbol,
        trading_class=contract.tradingClass,
        expiry=contract.lastTradeDateOrContractMonth,
        strike=strike_or_none(str(contract.strike)),
        right=right_of(contract.right),
        multiplier=contract.multiplier,
        long_name=details.longName,
        min_tick=decimal_or_none(str(details.minTick)),
        valid_exchanges=_listed(details.validExchanges),
        market_rule_ids=tuple(int(number) for number in _listed(details.marketRuleIds)),
        order_types=_listed(details.orderTypes),
        time_zone=details.timeZoneId,
        trading_hours=details.tradingHours,
        liquid_hours=details.liquidHours,
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _match(contract: Any) -> SymbolMatch:
    return SymbolMatch(
        con_id=int(contract.conId),
        symbol=contract.symbol,
        sec_type=contract.secType,
        primary_exch=contract.primaryExchange,
        currency=contract.currency,
        description=contract.description,
    )
