"""The engine: one connection, one truth, the use cases on top. Imports the engine's own modules, model, rules and
ports.

Every broker event comes in through `take`, in the order of the wire, and reaches the stores in a fixed order. Front
ends read the stores and drain `changes`; nothing here calls a widget.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from tws_console.engine.book import Book
from tws_console.engine.contracts import Contracts
from tws_console.engine.latch import Latch
from tws_console.engine.notices import Notices
from tws_console.engine.panic import Stop
from tws_console.engine.portfolio import Accounts, Portfolio, Quotes
from tws_console.engine.ports import BrokerPort, FreezePort, JournalPort, LinkPort, RequestFailed
from tws_console.engine.pulse import BEAT, Pulse
from tws_console.engine.record import Recorder
from tws_console.engine.results import login
from tws_console.engine.session import Endpoint, Session
from tws_console.engine.shared import Shared
from tws_console.engine.store import Changes, Waiters
from tws_console.engine.trading import Trading
from tws_console.engine.watch import Watch
from tws_console.model.clock import Clock
from tws_console.model.codes import LINK_LOST, LINK_RESTORED, NO_OVERRIDES, Effect
from tws_console.model.events import Event, FillSeen, LinkLost, PositionSeen, ProblemSeen
from tws_console.model.notice import Tone
from tws_console.model.position import Fill
from tws_console.rules.risk import Limits

LOG = logging.getLogger(__name__)

REQUEST_TIMEOUT = 5.0
LIST_PATIENCE = 15.0
"""Seconds without a list, and without being allowed to ask for one, after which the link is given up."""
ENDS_AGAIN = 10.0
"""Seconds after which the ends of orders are asked for again when the question was refused or not answered."""
SLOW_FACTOR = 2.0
"""A list that takes long is asked for less often: at most every this many answer times."""


class Engine:
    """Built once per run. `start` begins connecting and keeps the link up; `connect` does it once, for commands."""

    def __init__(
        self,
        endpoint: Endpoint,
        broker: BrokerPort,
        journal: JournalPort,
        freeze: FreezePort,
        limits: Limits,
        *,
        profile_client_id: int,
        clock: Clock | None = None,
        by: str = "console",
        codes: Mapping[int, Effect] = NO_OVERRIDES,
    ) -> None:
        """`codes` are the user's own effects of broker codes on orders."""
        self.clock = clock or Clock()
        self.changes = Changes()
        self.waiters = Waiters()
        self.limits = limits
        self.list_patience = LIST_PATIENCE
        self.journal = journal
        self.notices = Notices(self.changes, self.clock)
        self.book = Book(profile_client_id, self.changes, self.clock, codes)
        self.portfolio = Portfolio(self.changes)
        self.accounts = Accounts(self.changes)
        self.quotes = Quotes(self.changes)
        self.pulse = Pulse(self.clock)
        self.pulse.on_gap = self._stood_still
        shared = Shared(self.changes, self.waiters, self.notices, self.clock, self.pulse)
        self.session = Session(endpoint, broker, self.take, shared)
        self.contracts = Contracts(self._link, REQUEST_TIMEOUT)
        self.latch = Latch(freeze, by)
        self.trading = Trading(
            self.session,
            self.book,
            self.portfolio,
            self.accounts,
            self.quotes,
            self.contracts,
            journal,
            self.latch,
            limits,
            shared,
        )
        self.stop = Stop(self.session, self.book, self.accounts, journal, self.latch, shared)
        self._recorder = Recorder(
            journal, self.book, self.notices, self.clock, f"{endpoint.host}:{endpoint.port}", codes
        )
        self._stores = (
            self.session.apply,
            self.book.apply,
            self.portfolio.apply,
            self.accounts.apply,
            self.quotes.apply,
            self.stop.apply,
            self._recorder.apply,
        )
        self._watch = Watch(self.book, self.portfolio, self.contracts)
        self._generation = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._poll_now = asyncio.Event()
        self._ends_after = 0.0

    # ---- events in

    def take(self, event: Event) -> None:
        """Take one broker event in; events of a connection that is gone are dropped."""
        if event.link < self._generation:
            return
        self._generation = event.link
        self.pulse.look()
        for apply in self._stores:
            try:
                apply(event)
            except Exception as error:
                self._missed(event, error)
        self._react(event)
        if self.session.link is None:
            self._on_loss()
        self.waiters.check()

    def _missed(self, event: Event, error: Exception) -> None:
        """One store failed at an event: the others still get it, and no stop calls itself proved by it."""
        self._recorder.failed(f"taking in {type(event).__name__}", error)
        self.notices.add(Tone.BAD, f"internal error: {type(event).__name__} was not taken in whole: {error!r}")
        self.stop.missed()

    def _react(self, event: Event) -> None:
        match event:
            case PositionSeen():
                self._watch_position(event)
            case ProblemSeen() if event.code in LINK_LOST:
                self.book.mark_outage()
                self.quotes.expire("TWS has lost its link to IBKR")
            case LinkLost():
                # What the next link says counts, until it tells of an outage of its own.
                self.book.mark_outage(over=True)
            case ProblemSeen() if event.code in LINK_RESTORED:
                self.book.mark_outage(over=True)
                # Also when TWS says that data was kept: feeds were seen to stay silent after it (Nautilus issue 3968).
                self._watch.forget_lines()
                self.trading.watch_again()
            case FillSeen() if event.fill.live:
                self._tell_fill(event.fill)
            case _:
                pass

    def _stood_still(self, seconds: float) -> None:
        """Everything shown is from before the gap: stale, until a list asked for now confirms it."""
        self.book.mark_stale()
        self.quotes.expire("this program stood still")
        self._watch.forget_lines()
        self.trading.watch_again()
        self._recorder.stood_still(seconds)
        self.notices.add(
            Tone.WARN, f"this program stood still for {seconds:.0f} s: every row is stale until the next full list"
        )
        self.refresh()

    def _on_loss(self) -> None:
        if self.session.state.lost_at is not None:
            self.book.mark_stale()

    def _watch_position(self, event: PositionSeen) -> None:
        link = self.session.link
        if link is not None and event.instrument.con_id:
            link.watch_position_pnl(event.account, event.instrument.con_id)

    def _tell_fill(self, fill: Fill) -> None:
        row = self.book.find(fill.perm_id)
        left = f", {row.remaining:,f} left" if row is not None and row.remaining else ""
        words = "bought" if fill.action == "BUY" else "sold"
        self.notices.add(
            Tone.GOOD,
            f"{fill.instrument.name} {words} {fill.quantity:,f} at {fill.price:f}{left}",
            row.key if row is not None else None,
        )

    def _link(self) -> LinkPort:
        link = self.session.link
        if link is None:
            raise RequestFailed("no connection to TWS")
        return link

    # ---- life

    async def start(self) -> None:
        """Begin connecting in the background and keep the link up. Returns at once."""
        self.session.put(frozen=self.latch.is_frozen())
        self._spawn(self.session.keep(self._ready), "session")
        self._spawn(self._poll(), "poll")
        self._spawn(self._tick(), "tick")
        self._spawn(self._beat(), "pulse")
        self._spawn(self._supply(), "quotes")

    async def connect(self) -> None:
        """Connect once and load everything; raises ConnectFailed. For commands, which do not poll."""
        self.session.put(frozen=self.latch.is_frozen())
        await self.session.connect()
        await self._ready()

    def adopt(self, link: LinkPort) -> None:
        """Go on with a connection that was opened elsewhere, and make a new one when it is lost."""
        self._generation = link.generation
        self.session.adopt(link)
        self.book.attach(link.client_id)
        self._spawn(self.session.keep(self._attach), "session")

    async def _attach(self) -> None:
        if self.session.link is not None:
            self.book.attach(self.session.link.client_id)

    async def _ready(self) -> None:
        """A new link has loaded: attach the book to it and subscribe to what is shown all the time."""
        link = self.session.link
        if link is None:
            return
        self.book.attach(link.client_id)
        await self._raise_order_ids(link)
        for account in link.accounts:
            link.watch_account_pnl(account)
        for account, con_id in self.portfolio.positions:
            link.watch_position_pnl(account, con_id)
        self.trading.watch_again()
        live = self.book.live()
        owners = {(row.owner, row.client_id) for row in live}
        _settle_memory()
        self.notices.add(Tone.GOOD, f"connected as client {link.client_id}, {len(live)} orders of {len(owners)} owners")

    async def _raise_order_ids(self, link: LinkPort) -> None:
        """No id that the journal knows is given out again. Without the journal nothing is placed, the rest goes on."""
        try:
            high = await self.journal.high_water(login(link.accounts), link.client_id)
        except OSError as error:
            self.notices.add(Tone.BAD, f"no order can be placed: {error}")
            return
        link.raise_order_id(high + 1)
        if high >= link.next_valid_id:
            self.notices.add(
                Tone.WARN,
                f"TWS offers order id {link.next_valid_id}, but {high} was used already: going on from {high + 1}",
            )

    async def _poll(self) -> None:
        """Ask for the list of all clients' orders again and again, one request in flight, slower when answers are
        slow.
        """
        owed_since: float | None = None
        while True:
            newest = self.session.last_snapshot
            took = newest.at - newest.asked_at if newest is not None else 0.0
            delay = max(self.session.endpoint.poll_seconds, SLOW_FACTOR * took)
            self._poll_now.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._poll_now.wait()
            link = self.session.link
            if link is None or self.stop.running:
                continue
            now = self.clock.monotonic()
            owed_since = None if link.ask_all_orders() else owed_since or now
            if owed_since is not None and now - owed_since > self.list_patience:
                # Two lists are owed and no third may be asked for: only a fresh connection counts from nothing.
                owed_since = None
                await self.session.renew(f"TWS has not finished a list of orders for {self.list_patience:.0f} s")
                continue
            if self.book.needs_end and now >= self._ends_after:
                await self._find_ends(link)
            if not self.stop.running:
                self.book.prune()

    async def _find_ends(self, link: LinkPort) -> None:
        """Orders left the lists without a word: completed orders and executions may tell how."""
        wanted = set(self.book.needs_end)
        self.book.needs_end.clear()
        try:
            await link.completed_orders(REQUEST_TIMEOUT)
            await link.executions(REQUEST_TIMEOUT)
        except RequestFailed as failed:
            self.book.needs_end |= wanted
            self._ends_after = self.clock.monotonic() + ENDS_AGAIN
            self.notices.add(Tone.WARN, f"ends of orders not told: {failed.reason}")

    async def _supply(self) -> None:
        """Quotes and contract details for what is shown, once a second."""
        while True:
            link = self.session.link
            if link is not None and link.up and self.session.state.snapshot_complete:
                try:
                    await self._watch.round(link)
                except ValueError as error:
                    self.notices.add(Tone.WARN, f"a quote cannot be asked for: {error}")
            await asyncio.sleep(1.0)

    async def _tick(self) -> None:
        """Once a second: message rate, and whether somebody else froze or released entry."""
        before = 0
        while True:
            link = self.session.link
            frames = link.frames if link is not None else 0
            frozen = self.latch.is_frozen()
            self.session.put(messages_per_second=max(0, frames - before), frozen=frozen)
            before = frames
            await asyncio.sleep(1.0)

    async def _beat(self) -> None:
        self.pulse.start()
        while True:
            await asyncio.sleep(BEAT)
            self.pulse.look()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """An engine task owns its errors: it tells them and the others go on."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.notices.add(Tone.BAD, f"internal error in {task.get_name()}: {error!r}. Quit and start again.")
            self._recorder.failed(task.get_name(), error)

    def use_spare_id(self) -> None:
        """The wanted client id is in use: connect under another one of the profile's."""
        self.session.use_spare_ids()

    def retry_now(self) -> None:
        self.session.retry_now()

    def refresh(self) -> None:
        """Ask for the full list now."""
        self._poll_now.set()

    async def close(self) -> None:
        """Close the link and the journal. Nothing at the broker is touched."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.stop.close()
        await self.session.close()
        try:
            await self.journal.flush()
            await self.journal.close()
        except OSError as error:
            LOG.error("the journal is not whole: %s", error)


def _settle_memory() -> None:
    """Take what the first list allocated out of later collections: with thousands of orders one full collection would
    hold the loop, and a key, for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 1_000)
