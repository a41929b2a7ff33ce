"""The engine: one connection, one truth, the use cases on top. Imports the engine's own modules, model, rules and
ports.

Every broker event comes in through `take`, in the order of the wire, and reaches the stores in a fixed order. Front
ends read the stores and drain `changes`; nothing here calls a widget.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any

from tws_console.engine.arming import Arming
from tws_console.engine.book import Book
from tws_console.engine.cancels import Cancels
from tws_console.engine.contracts import Contracts
from tws_console.engine.ends import Ends
from tws_console.engine.flatten import Flatten
from tws_console.engine.latch import Latch
from tws_console.engine.modify import Modify
from tws_console.engine.notices import Notices
from tws_console.engine.order_ids import OrderIds
from tws_console.engine.panic import Stop
from tws_console.engine.portfolio import Accounts, Portfolio, Quotes
from tws_console.engine.ports import BrokerPort, Emit, FreezePort, JournalPort, LinkPort, RequestFailed
from tws_console.engine.pulse import Pulse
from tws_console.engine.quote_lines import QuoteLines
from tws_console.engine.reconcile import Reconciler
from tws_console.engine.record import Recorder
from tws_console.engine.recovery import Recovery
from tws_console.engine.rounds import REQUEST_TIMEOUT, Rounds
from tws_console.engine.session import Endpoint, Session
from tws_console.engine.shared import Shared
from tws_console.engine.side_links import SideLinks
from tws_console.engine.stop_lane import StopLane
from tws_console.engine.stop_parts import StopParts
from tws_console.engine.store import Changes, Waiters
from tws_console.engine.takeover import Takeover
from tws_console.engine.trading import Trading
from tws_console.engine.twins import Twins
from tws_console.engine.watch import Watch
from tws_console.model.clock import Clock
from tws_console.model.codes import LINK_LOST, LINK_RESTORED, NO_OVERRIDES, Effect
from tws_console.model.events import Event, FillSeen, LinkLost, PositionSeen, ProblemSeen
from tws_console.model.ids import owned_ids
from tws_console.model.notice import Tone
from tws_console.model.position import Fill
from tws_console.model.recovery import AwayReport
from tws_console.rules.risk import Limits

LOG = logging.getLogger(__name__)

SPARE_IDS = range(20, 1020)
"""A stop places nothing, so when the profile's own client ids are used up its second connection takes any other."""


class Engine:
    """Built once per run. `start` begins connecting and keeps the link up; `connect` does it once, for commands. With
    `stop_lane` a started engine holds a second connection for the stop alone.
    """

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
        stop_lane: bool = False,
        codes: Mapping[int, Effect] = NO_OVERRIDES,
    ) -> None:
        """`codes` are the user's own effects of broker codes on orders."""
        self.clock = clock or Clock()
        self.changes = Changes()
        self.waiters = Waiters()
        self.limits = limits
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
        self.lines = QuoteLines(self.session)
        self.latch = Latch(freeze, by)
        self.trading = Trading(
            self.session,
            self.book,
            self.portfolio,
            self.accounts,
            self.quotes,
            self.contracts,
            self.lines,
            journal,
            self.latch,
            limits,
            shared,
        )
        self.arming = Arming(self.session, journal, shared)
        self.side_links = SideLinks(broker, lambda: self.session.address, self._take_from_side, self.waiters)
        self.takeover = Takeover(self.session, self.book, self.side_links, journal, shared)
        self.cancels = Cancels(self.trading, self.takeover)
        self.flatten = Flatten(self.trading, self.cancels, self.session, self.portfolio, self.quotes, shared)
        self.modifying = Modify(self.session, self.book, self.trading, self.side_links, journal, shared)
        self.stop = Stop(
            StopParts(
                self.session,
                self.book,
                self.portfolio,
                self.accounts,
                journal,
                self.latch,
                shared,
                self.side_links,
                self.takeover,
                (*owned_ids(profile_client_id)[1:], *SPARE_IDS),
            )
        )
        self.stop_lane = StopLane(self.session, self.stop.fire, self.latch, broker, shared, owners=self.book.owners)
        self._has_lane = stop_lane
        self.ends = Ends(self.clock)
        self.recovery = Recovery(self.session, self.book, self.ends, self.cancels, journal, shared, profile_client_id)
        self.reconciler = Reconciler(self.session, self.book, self.portfolio, self.ends, journal, shared)
        twins = Twins(self.book, journal, shared)
        self.session.prepare = OrderIds(self.session, journal, shared).prepare
        self._recorder = Recorder(
            journal, self.book, self.notices, self.clock, endpoint.name, self.session.restart, codes
        )
        self._stores = (
            self.session.apply,
            self.book.apply,
            self.portfolio.apply,
            self.accounts.apply,
            self.quotes.apply,
            self.stop.apply,
            self.ends.apply,
            self.recovery.apply,
            twins.apply,
            self.modifying.apply,
            self._recorder.apply,
        )
        self._side_stores = (
            self.book.apply,
            self.stop.apply,
            self.ends.apply,
            twins.apply,
            self.modifying.apply,
            self._recorder.apply,
        )
        watch = Watch(self.book, self.portfolio, self.contracts, self.lines)
        self.rounds = Rounds(self.session, self.book, self.latch, watch, lambda: self.stop.running, shared)
        self._generation = 0
        self._tasks: set[asyncio.Task[None]] = set()

    # ---- events in

    def take(self, event: Event) -> None:
        """Take one broker event in; events of a connection that is gone are dropped."""
        if event.link < self._generation:
            return
        self._generation = event.link
        self.pulse.look()
        self._give(event, self._stores)
        self._react(event)
        if self.session.link is None:
            self._on_loss()
        self.waiters.check()

    def _take_from_side(self, event: Event) -> None:
        """Take in what a second connection tells of orders: the session is no business of its."""
        self._give(event, self._side_stores)

    def _give(self, event: Event, stores: Iterable[Emit]) -> None:
        for apply in stores:
            try:
                apply(event)
            except Exception as error:
                self._missed(event, error)

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
                self.reconciler.gap_begins(f"TWS had lost its link to IBKR ({event.code})")
                self.book.mark_outage()
                self.quotes.expire("TWS has lost its link to IBKR")
                self.accounts.expire()
                self.portfolio.expire()
            case LinkLost():
                self.reconciler.gap_begins("the link to TWS was lost")
                # What the next link says counts, until it tells of an outage of its own.
                self.book.mark_outage(over=True)
            case ProblemSeen() if event.code in LINK_RESTORED:
                self.book.mark_outage(over=True)
                self._restored()
            case FillSeen() if event.fill.live:
                self._tell_fill(event.fill)
            case _:
                pass

    def _restored(self) -> None:
        """TWS has its link to IBKR back. Subscriptions are gone (1101) or said to be kept (1102), which has been seen
        to be wrong (nautilus_trader issue 3968): everything is asked for again, and compared with what was known.
        """
        self.lines.again()
        link = self.session.link
        if link is not None and self.reconciler.keeps and self.session.state.snapshot_at is not None:
            link.renew_feeds()
            self._spawn(self._after_gap(link), "reconcile")

    async def _after_gap(self, link: LinkPort) -> None:
        """Look at what happened while the broker's word did not reach us."""
        try:
            await link.account_summary(REQUEST_TIMEOUT)
        except RequestFailed as failed:
            self.notices.add(Tone.WARN, f"account figures not told: {failed.reason}")
        await self.look_back(link)

    async def look_back(self, link: LinkPort | None = None) -> AwayReport:
        """What changed since the last look, and what became of every intent. Raises RequestFailed without a link."""
        report = await self.reconciler.compare(link or self._link())
        await self.recovery.look()
        return report

    def _stood_still(self, seconds: float) -> None:
        """Everything shown is from before the gap: stale, until a list asked for now confirms it."""
        self.book.mark_stale()
        self.quotes.expire("this program stood still")
        self.lines.again()
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
        self.reconciler.keeps = True
        self.session.put(frozen=self.latch.is_frozen())
        self._spawn(self.session.keep(self._ready_to_stay), "session")
        self._spawn(self.rounds.poll(), "poll")
        self._spawn(self.rounds.tick(), "tick")
        self._spawn(self.rounds.beat(), "pulse")
        self._spawn(self.rounds.supply(), "quotes")
        self._spawn(self.reconciler.keep(), "last known")
        self.stop_lane.start()
        if self._has_lane:
            self._spawn(self.stop_lane.keep(), "stop lane")

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

    async def _ready_to_stay(self) -> None:
        """A new link of a console, which tells what happened since the last one."""
        await self._ready()
        if self.session.link is not None:
            self._spawn(self._after_gap(self.session.link), "reconcile")

    async def _ready(self) -> None:
        """A new link has loaded: attach the book to it and subscribe to what is shown all the time."""
        link = self.session.link
        if link is None:
            return
        self.book.attach(link.client_id)
        self._recorder.linked(link.client_id, link.server_version, link.accounts)
        await self._recall()
        for account in link.accounts:
            link.watch_account_pnl(account)
        for account, con_id in self.portfolio.positions:
            link.watch_position_pnl(account, con_id)
        self.lines.again()
        live = self.book.live()
        owners = {(row.owner, row.client_id) for row in live}
        _settle_memory()
        self.notices.add(Tone.GOOD, f"connected as client {link.client_id}, {len(live)} orders of {len(owners)} owners")

    async def _recall(self) -> None:
        """What earlier runs left open, and what they knew."""
        try:
            await self.reconciler.recall()
        except OSError as error:
            self.notices.add(Tone.BAD, f"what was known before cannot be read: {error}")
        await self.recovery.look()
        await self.trading.look_back()

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
        self.rounds.poll_now()

    async def close(self) -> None:
        """Close the link and the journal. Nothing at the broker is touched."""
        self.reconciler.mark()
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
    hold the loop, and a key, for a tenth of a second. What comes later is collected in pieces of some milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 200, 1_000)
