"""One connection to TWS, never reused: everything that is sent goes through here. Implements LinkPort.

Owns the order in which the room's parts meet: wire, tap, inbox, lanes, requests and snapshots. Imports model, ports
and the room. A link that is lost stays lost: whatever waited is told so, and placements that were not written are
named.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import cast

from tws_console.engine.ports import Emit, Guard, Placement, RequestFailed, Sending
from tws_console.ib.answers import Kind
from tws_console.ib.encoder import Encoder
from tws_console.ib.inbox import Inbox
from tws_console.ib.pacing import Lane, Lanes, Pace, Post
from tws_console.ib.panic_socket import ID_IN_USE, LARGEST_GREETING, MAX_VERSION, MIN_VERSION
from tws_console.ib.quotes import Feeds
from tws_console.ib.requests import Requests
from tws_console.ib.snapshots import Snapshots
from tws_console.ib.tap import Subscriptions, Tap
from tws_console.ib.wire import LARGEST_FRAME, Wire
from tws_console.model.events import CompletedSeen, Event, LinkLost, ProblemSeen
from tws_console.model.instrument import Instrument, PriceStep, SymbolMatch
from tws_console.model.position import Fill
from tws_console.model.verdict import WhatIf

LINK_DOWN = "the link to TWS is down"
SUMMARY_TAGS = (
    "NetLiquidation,TotalCashValue,BuyingPower,InitMarginReq,MaintMarginReq,ExcessLiquidity,Cushion,DayTradesRemaining"
)


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a test may change. Seconds unless said; `zone` is read into times that name none."""

    pace: Pace = field(default_factory=Pace)
    second_list_after: float = 5.0
    quiet: float = 0.5
    market_data_type: int = 3
    """Delayed data where there is no subscription, live where there is (IBKR Campus TWS API docs, "Market Data
    Type").
    """
    zone: tzinfo | None = None


class Link:
    """A connection from its first byte on. `greeted` gets the server's version or a reason, `started` empty or a
    reason.
    """

    def __init__(self, client_id: int, generation: int, emit: Emit, clock: Callable[[], float], tuning: Tuning) -> None:
        loop = asyncio.get_running_loop()
        self._client_id = client_id
        self._generation = generation
        self._emit_out = emit
        self._clock = clock
        self._tuning = tuning
        self._version = 0
        self._lost = False
        self._closing = False
        self.greeted: asyncio.Future[int | str] = loop.create_future()
        self.started: asyncio.Future[str] = loop.create_future()
        subscriptions = Subscriptions()
        self._requests = Requests(clock)
        self._snapshots = Snapshots(self._emit, generation, tuning.second_list_after)
        self.inbox = Inbox(self._emit, self._requests, self._snapshots, subscriptions, client_id, self._became_ready)
        self._tap = Tap(self.inbox.take, subscriptions, generation, clock, tuning.zone)
        self.wire = Wire(self._frame, self._wire_lost, self._congested, clock=clock)
        self.wire.largest_frame = LARGEST_GREETING
        self._lanes = Lanes(self.wire.write, clock, loop.call_later, tuning.pace)
        self._encoder = Encoder(client_id, 0)
        self._feeds = Feeds(self._encoder, subscriptions, self._requests.new_id, self._ask, tuning.market_data_type)
        self._summary_id = 0
        self._one_completed = asyncio.Lock()

    # ---- starting

    def begin(self, version: int) -> None:
        """The handshake gave this version: from here on every frame is a message."""
        self._version = version
        self._tap.serverVersion = version
        self._encoder.set_version(version)
        self.wire.largest_frame = LARGEST_FRAME

    def start_api(self) -> None:
        self._lanes.post(Lane.NOW, Post(self._encoder.start()))

    def list_was_asked(self, at: float) -> None:
        """A list request was written, at monotonic seconds `at`, by whoever opened the connection before us."""
        self._snapshots.asked(self._tap.frames, at)

    def _frame(self, raw: bytes) -> None:
        if self._version:
            self._tap.frame(raw)
        elif not self.greeted.done():
            fields = raw.decode(errors="backslashreplace").split("\0")
            if len(fields) == 3 and fields[0].isascii() and fields[0].isdigit():
                version = int(fields[0])
                if MIN_VERSION <= version <= MAX_VERSION:
                    self.begin(version)
                self.greeted.set_result(version)
            else:
                self.wire.foreign = True
                self.wire.abort("the answer is not TWS's")

    def _became_ready(self) -> None:
        if not self.started.done():
            self.started.set_result("")

    def _emit(self, event: Event) -> None:
        """Pass an event on. A client id in use is told at once: TWS may take its time to close."""
        if isinstance(event, ProblemSeen) and event.code == ID_IN_USE and not self.started.done():
            self.started.set_result(event.text)
        self._emit_out(event)

    def _congested(self, congested: bool) -> None:
        self._lanes.hold(congested)

    def _wire_lost(self, why: str) -> None:
        self._lost = True
        self._lanes.close(f"{LINK_DOWN}: {why}")
        self._requests.fail_all(RequestFailed(f"{LINK_DOWN}: {why}"))
        self.inbox.previews.fail_all(LINK_DOWN)
        if not self.greeted.done():
            self.greeted.set_result(why)
        if not self.started.done():
            self.started.set_result(why)
        if self.inbox.ready:
            event = LinkLost(
                n=self._tap.frames, link=self._generation, at=self._clock(), why=why, expected=self._closing
            )
            self._emit_out(event)

    # ---- what it is

    @property
    def generation(self) -> int:
        return self._generation

    @property
    def client_id(self) -> int:
        return self._client_id

    @property
    def server_version(self) -> int:
        return self._version

    @property
    def next_valid_id(self) -> int:
        return self.inbox.order_ids.next_valid

    @property
    def accounts(self) -> tuple[str, ...]:
        return self.inbox.accounts

    @property
    def up(self) -> bool:
        return self.inbox.ready and not self._lost and not self._closing

    @property
    def frames(self) -> int:
        return self._tap.frames

    @property
    def owed(self) -> int:
        return self._snapshots.owed

    def unwritten(self) -> int:
        return self.wire.unwritten()

    # ---- orders

    def reserve_order_id(self) -> int:
        return self.inbox.order_ids.reserve()

    def raise_order_id(self, floor: int) -> None:
        self.inbox.order_ids.raise_above(floor - 1)

    def place(self, placement: Placement, sending: Sending) -> None:
        """Queue one placement. A text that cannot be sent is told through `on_unsent`, like everything that keeps it
        back.
        """
        try:
            data = self._encoder.place(placement)
        except ValueError as error:
            sending.on_unsent(str(error))
            return
        self.inbox.order_ids.raise_above(placement.order_id)
        self._lanes.post(Lane.PLACE, Post(data, sending.on_written, sending.on_unsent, sending.guard, placement))

    def cancel(self, order_id: int, on_written: Callable[[float], None], urgent: bool = False) -> None:
        """Cancel an order of this client. `on_written` never comes when the link is down. Raises ValueError for 0,
        which names no order (unbound manual orders all carry it).
        """
        if order_id == 0:
            raise ValueError("order id 0 names no order of this client")
        self._lanes.post(Lane.NOW if urgent else Lane.CANCEL, Post(self._encoder.cancel(order_id), on_written))

    def global_cancel(self, on_written: Callable[[float], None]) -> None:
        """Cancel every order this TWS login knows; written in this very call. `on_written` never comes when the link
        is down.
        """
        self._lanes.post(Lane.NOW, Post(self._encoder.global_cancel(), on_written))

    def purge(self, reason: str) -> tuple[Placement, ...]:
        return self._lanes.purge(reason)

    def ask_all_orders(self, urgent: bool = False) -> bool:
        """See LinkPort. An urgent one leaves at once and may be the second under way; there is never a third."""
        if not self.up or not self._snapshots.may_ask(self._clock(), urgent):
            return False
        self._ask_list(Lane.NOW if urgent else Lane.ASK, self._encoder.all_orders())
        return True

    async def own_orders(self, timeout: float) -> None:
        """See LinkPort. Its end marker is counted with those of the full lists, which look the same."""
        self._must_be_up()
        pending = self._requests.line_up(Kind.ORDERS)
        self._ask_list(Lane.ASK, self._encoder.own_orders(), lambda: self._requests.next_end(Kind.ORDERS))
        await self._requests.wait(pending, timeout)

    def _ask_list(self, lane: Lane, data: bytes, instead: Callable[[], None] | None = None) -> None:
        def written(at: float) -> None:
            self._snapshots.asked(self._tap.frames, at, instead)

        self._snapshots.queued()
        self._lanes.post(lane, Post(data, written, dated_before=True))

    async def what_if(self, placement: Placement, guard: Guard, timeout: float) -> WhatIf:
        """The broker's preview; `placement.order_id` is one that was reserved for it."""
        self._must_be_up()
        order_id, previews = placement.order_id, self.inbox.previews
        try:
            data = self._encoder.place(placement, what_if=True)
        except ValueError as error:
            return WhatIf(unavailable=str(error))
        self.inbox.order_ids.raise_above(order_id)
        previews.open(order_id)
        begun = self._clock()
        self._lanes.post(
            Lane.ASK, Post(data, on_unsent=lambda reason: previews.kept_back(order_id, reason), guard=guard)
        )
        return await previews.wait(order_id, timeout, lambda: (self._clock() - begun) * 1000)

    # ---- questions

    async def completed_orders(self, timeout: float) -> tuple[CompletedSeen, ...]:
        """Today's ended orders, also emitted. TWS refuses a second request while one runs, so callers take turns."""
        try:
            async with asyncio.timeout(timeout):
                await self._one_completed.acquire()
        except TimeoutError:
            raise RequestFailed(f"TWS did not answer in {timeout:g} s") from None
        try:
            self._must_be_up()
            pending = self._requests.line_up(Kind.COMPLETED)
            self._ask(self._encoder.completed())
            rows = await self._requests.wait(pending, timeout)
        finally:
            self._one_completed.release()
        return cast(tuple[CompletedSeen, ...], tuple(rows))

    async def executions(self, timeout: float, client_id: int | None = None) -> tuple[Fill, ...]:
        self._must_be_up()
        request_id = self._requests.new_id()
        pending = self._requests.open(request_id)
        self._ask(self._encoder.executions(request_id, client_id))
        clock = self._requests.line_up(Kind.TIME)
        self._ask(self._encoder.current_time())
        self._requests.end_when_quiet(request_id, pending, clock, self._tuning.quiet)
        rows = await self._requests.wait(pending, timeout)
        return cast(tuple[Fill, ...], tuple(rows))

    async def positions(self, timeout: float) -> None:
        self._must_be_up()
        pending = self._requests.line_up(Kind.POSITIONS)
        self._ask(self._encoder.positions())
        await self._requests.wait(pending, timeout)

    async def account_summary(self, timeout: float) -> None:
        """Subscribe to the figures of all accounts; returns at the end marker. An earlier subscription ends: TWS
        keeps two.
        """
        self._must_be_up()
        if self._summary_id:
            self._ask(self._encoder.cancel_account_summary(self._summary_id))
        self._summary_id = request_id = self._requests.new_id()
        pending = self._requests.open(request_id)
        self._ask(self._encoder.account_summary(request_id, SUMMARY_TAGS))
        await self._requests.wait(pending, timeout)

    async def current_time(self, timeout: float) -> datetime:
        self._must_be_up()
        pending = self._requests.line_up(Kind.TIME)
        self._ask(self._encoder.current_time())
        return cast(datetime, (await self._requests.wait(pending, timeout))[0])

    async def contract_details(self, instrument: Instrument, timeout: float) -> tuple[Instrument, ...]:
        self._must_be_up()
        request_id = self._requests.new_id()
        data = _sendable(lambda: self._encoder.contract_details(request_id, instrument))
        pending = self._requests.open(request_id, reads=10)
        self._ask(data)
        return cast(tuple[Instrument, ...], tuple(await self._requests.wait(pending, timeout)))

    async def matching_symbols(self, text: str, timeout: float) -> tuple[SymbolMatch, ...]:
        self._must_be_up()
        request_id = self._requests.new_id()
        data = _sendable(lambda: self._encoder.matching_symbols(request_id, text))
        pending = self._requests.open(request_id, reads=79)
        self._ask(data)
        return cast(tuple[SymbolMatch, ...], (await self._requests.wait(pending, timeout))[0])

    async def market_rule(self, rule_id: int, timeout: float) -> tuple[PriceStep, ...]:
        """The price steps of a rule, asked for once per link however many callers want it."""
        if rule_id in self.inbox.rules:
            return self.inbox.rules[rule_id]
        self._must_be_up()
        pending, first = self._requests.open_rule(rule_id)
        if first:
            self._ask(self._encoder.market_rule(rule_id))
        await self._requests.wait(pending, timeout)
        return self.inbox.rules[rule_id]

    # ---- feeds

    def watch_quote(self, instrument: Instrument) -> None:
        self._feeds.watch_quote(instrument)

    def unwatch_quote(self, con_id: int) -> None:
        self._feeds.unwatch_quote(con_id)

    def watch_account_pnl(self, account: str) -> None:
        self._feeds.watch_account_pnl(account)

    def watch_position_pnl(self, account: str, con_id: int) -> None:
        self._feeds.watch_position_pnl(account, con_id)

    def renew_feeds(self) -> None:
        self._feeds.renew()

    async def lost(self) -> None:
        await self.wire.lost.wait()

    async def close(self) -> None:
        """End the connection at once and return when it has ended."""
        self._closing = True
        if self.wire.connected:
            self.wire.abort("closed by this program")
            await self.wire.lost.wait()

    def _ask(self, data: bytes) -> None:
        self._lanes.post(Lane.ASK, Post(data))

    def _must_be_up(self) -> None:
        if not self.up:
            raise RequestFailed(LINK_DOWN)


def _sendable(encode: Callable[[], bytes]) -> bytes:
    try:
        return encode()
    except ValueError as error:
        raise RequestFailed(str(error)) from None
