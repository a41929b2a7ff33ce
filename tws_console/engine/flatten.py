"""Close positions: what could close them too is cancelled first and its end witnessed, then one order goes out that can
only close. Imports model, rules and ports only.

The quantity comes from positions, orders and executions that were asked for after the cancels ended, and is looked at
once more immediately before the bytes leave. It is the one placement that passes the freeze. Nothing is sent twice by
itself: what is still open afterwards is told, not chased.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tws_console.engine.cancels import Cancels
from tws_console.engine.portfolio import Portfolio, Quotes
from tws_console.engine.ports import RequestFailed
from tws_console.engine.results import CancelResult, PlaceResult
from tws_console.engine.session import Session
from tws_console.engine.shared import Shared
from tws_console.engine.trading import Trading
from tws_console.model.instrument import Instrument
from tws_console.model.notice import Tone
from tws_console.model.order import Order
from tws_console.model.position import Position, Quote
from tws_console.model.problems import ErrorCode
from tws_console.model.verdict import Level
from tws_console.rules.closing import Baseline, baseline
from tws_console.rules.flatten_plan import FlattenPlan, How, Outcome, Scene, outcome_of, plan
from tws_console.rules.hours import session_at

WATCHER = "flatten"
QUOTE_SECONDS = 2.0
"""How long a first price is waited for."""
OLD_QUOTE_SECONDS = 60.0
"""A price older than this sets no limit."""
SETTLE_SECONDS = 2.0
"""How long the position may take to follow the fills of the closing order."""


@dataclass(frozen=True, slots=True)
class FlattenResult:
    """What became of one position. `after` is None when it is not known; `reason` says what is left to do."""

    account: str
    instrument: Instrument
    before: Decimal | None
    after: Decimal | None
    cancelled: tuple[CancelResult, ...]
    placed: PlaceResult | None
    outcome: Outcome
    reason: str
    hazards: tuple[str, ...] = ()
    code: ErrorCode | None = None
    """Of a refusal."""


class Flatten:
    """Closes one instrument of one account at a time; every wait is bounded."""

    def __init__(
        self,
        trading: Trading,
        cancels: Cancels,
        session: Session,
        portfolio: Portfolio,
        quotes: Quotes,
        shared: Shared,
    ) -> None:
        self._trading = trading
        self._cancels = cancels
        self._session = session
        self._portfolio = portfolio
        self._quotes = quotes
        self._waiters = shared.waiters
        self._notices = shared.notices
        self._clock = shared.clock
        self._one_at_a_time = asyncio.Lock()

    def holdings(self, account: str | None = None) -> tuple[Position, ...]:
        """Every position that is not zero, of one account or of all."""
        held = (row for row in self._portfolio.positions.values() if row.quantity and account in (None, row.account))
        return tuple(sorted(held, key=lambda row: (row.account, row.instrument.name)))

    async def close_all(self, holdings: Sequence[Position], how: How, timeout: float = 5.0) -> list[FlattenResult]:
        """Close them one after the other; one that cannot be closed does not keep the next from it."""
        return [await self.close(row.account, row.instrument, how, timeout) for row in holdings]

    async def close(self, account: str, instrument: Instrument, how: How, timeout: float = 5.0) -> FlattenResult:
        """Close one position; `timeout` seconds bound each request and the wait for each outcome.

        Raises nothing for what the broker does or does not do: the outcome says it.
        """
        done = _Done(account, instrument)
        async with self._one_at_a_time:
            try:
                result = await self._close(done, how, timeout)
            except RequestFailed as failed:
                outcome = Outcome.UNKNOWN if done.placed else Outcome.REFUSED
                result = done.result(outcome, f"{done.so_far}: {failed.reason}", ErrorCode.IB_CONNECTION_FAILED)
        self._record(result)
        for hazard in result.hazards:
            self._notices.add(Tone.WARN, hazard)
        tone = Tone.GOOD if result.outcome is Outcome.CLOSED else Tone.BAD
        self._notices.add(tone, f"flatten {instrument.name} in {account}: {result.outcome.value}, {result.reason}")
        return result

    def _record(self, result: FlattenResult) -> None:
        """For the journal; the closing order has its own intent there."""
        payload = {
            "account": result.account,
            "con_id": result.instrument.con_id,
            "before": None if result.before is None else f"{result.before:f}",
            "after": None if result.after is None else f"{result.after:f}",
            "intent": result.placed.intent if result.placed else None,
            "outcome": result.outcome.value,
            "reason": result.reason,
        }
        self._trading.record("flatten", payload)

    async def _close(self, done: _Done, how: How, timeout: float) -> FlattenResult:
        orders = await self._read(done, timeout)
        held = done.before = done.after = self._held(done)
        if held is None:
            return done.result(Outcome.REFUSED, "TWS has not told the position", ErrorCode.STALE_DATA)
        if not held:
            return done.result(Outcome.CLOSED, "there was no position")
        since = baseline(held, orders)
        done.instrument = (await self._trading.details(done.instrument)).smart()
        await self._price(done.instrument, timeout)
        first = plan(await self._scene(done, since), how, self._cancels.cannot)
        if refusal := await self._refusal(done, since, first, how):
            return refusal
        if first.cancel:
            # Parents before children, all at once on the wire; each is waited for.
            done.cancelled = await self._cancels.cancel_each(first.cancel, timeout)
            await self._read(done, timeout)
        last = plan(await self._scene(done, since), how, lambda order: done.lives(order) or self._cancels.cannot(order))
        done.hazards = last.hazards
        if last.ticket is None:
            done.after = self._held(done)
            if not done.after and done.after is not None:
                return done.result(Outcome.CLOSED, "what was open filled before it could be cancelled")
            return done.result(Outcome.REFUSED, f"{done.so_far}: {last.why_not}", ErrorCode.REDUCE_ONLY)
        done.placed = await self._trading.place(last.ticket, timeout=timeout, closing=since)
        return await self._outcome(done, since, timeout)

    async def _read(self, done: _Done, timeout: float) -> tuple[Order, ...]:
        """Orders, executions and positions as TWS has them now. Returns the holding's orders as they were before its
        position was asked for: no fill that they tell of can be missing in it. Raises RequestFailed.
        """
        link = self._session.link
        if link is None or not link.up:
            raise RequestFailed("no connection to TWS")
        await self._session.fresh_list(link, timeout)
        await link.executions(timeout)
        orders = self._trading.orders_of(done.account, done.instrument.con_id)
        await link.positions(timeout)
        return orders

    async def _price(self, instrument: Instrument, timeout: float) -> None:
        """Have a first price and the price steps, as far as they come; without them the plan says so."""
        asked, con_id = self._clock.monotonic(), instrument.con_id
        await self._trading.price_steps(instrument)
        self._trading.watch(instrument, WATCHER)

        def quoted() -> bool:
            quote = self._quotes.get(con_id)
            whole = quote is not None and quote.bid is not None and quote.ask is not None
            return quote is not None and (bool(quote.problem) or (whole and quote.seen_at >= asked))

        await self._waiters.until(quoted, min(QUOTE_SECONDS, timeout))
        self._trading.unwatch(con_id, WATCHER)

    async def _scene(self, done: _Done, since: Baseline) -> Scene:
        account, instrument, now = done.account, done.instrument, self._clock.now()
        quote = self._quotes.get(instrument.con_id)
        if quote is not None and self._clock.monotonic() - quote.seen_at > OLD_QUOTE_SECONDS:
            quote = Quote(instrument.con_id, problem=quote.problem)
        return Scene(
            account,
            instrument,
            self._trading.held_since(since, account, instrument.con_id),
            tuple(row for row in self._trading.orders_of(account, instrument.con_id) if row.live),
            quote,
            await self._trading.price_steps(instrument),
            session_at(instrument, now).open,
            session_at(instrument, now, outside_rth=True).open,
        )

    async def _refusal(self, done: _Done, since: Baseline, first: FlattenPlan, how: How) -> FlattenResult | None:
        """Whether the closing order would be kept back even after every cancel: then nothing is cancelled, for a
        position without its stop is worse than one with it.
        """
        going = {order.key for order in first.cancel}
        scene = await self._scene(done, since)
        after = plan(
            replace(scene, orders=tuple(row for row in scene.orders if row.key not in going)),
            how,
            self._cancels.cannot,
        )
        if after.ticket is None:
            done.hazards = after.hazards
            return done.result(Outcome.REFUSED, f"{done.so_far}: {after.why_not}", ErrorCode.REDUCE_ONLY)
        # What is to be cancelled first still counts against it here, so that one rule is judged by the plan alone.
        found = (v for v in self._trading.verdicts(after.ticket, since) if v.code != ErrorCode.REDUCE_ONLY)
        block = next((v for v in found if v.level is Level.BLOCK), None)
        if block is None:
            return None
        return done.result(Outcome.REFUSED, f"{done.so_far}: {block.msg}", ErrorCode(block.code))

    def _held(self, done: _Done) -> Decimal | None:
        return self._trading.position_of(done.account, done.instrument.con_id)

    async def _outcome(self, done: _Done, since: Baseline, timeout: float) -> FlattenResult:
        placed = done.placed
        assert placed is not None
        if not placed.submitted or placed.code is ErrorCode.IB_ORDER_REJECTED:
            done.after = self._held(done)
            return done.result(Outcome.REFUSED, placed.refusal, placed.code)
        key = placed.key
        assert key is not None

        def ended() -> bool:
            row = self._trading.order(key)
            return row is None or not row.live

        await self._waiters.until(ended, timeout)
        if ended():
            await self._waiters.until(lambda: not self._held(done), min(SETTLE_SECONDS, timeout))
        done.after = None
        await self._read(done, timeout)
        done.after = self._held(done)
        row = self._trading.order(key)
        done.placed = replace(placed, order=row or placed.order)
        return done.result(*outcome_of(since.quantity, done.after, row))


@dataclass(slots=True)
class _Done:
    """How far one closing has come."""

    account: str
    instrument: Instrument
    before: Decimal | None = None
    after: Decimal | None = None
    cancelled: tuple[CancelResult, ...] = ()
    placed: PlaceResult | None = None
    hazards: tuple[str, ...] = ()

    def lives(self, order: Order) -> str:
        """Why the cancel of this order came to nothing, empty when it did not or none was sent."""
        found = next((one for one in self.cancelled if one.key == order.key), None)
        if found is None or found.outcome in {"cancelled", "filled"}:
            return ""
        return f"its cancel is {found.outcome}{f' ({found.reason})' if found.reason else ''}"

    @property
    def so_far(self) -> str:
        """What has been done to the broker up to now."""
        if self.placed is not None:
            return "the closing order was sent"
        return "own closing orders were cancelled, but nothing was placed" if self.cancelled else "nothing was touched"

    def result(self, outcome: Outcome, reason: str, code: ErrorCode | None = None) -> FlattenResult:
        return FlattenResult(
            self.account,
            self.instrument,
            self.before,
            self.after,
            self.cancelled,
            self.placed,
            outcome,
            reason,
            self.hazards,
            code,
        )
