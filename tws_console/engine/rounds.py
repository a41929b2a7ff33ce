"""What a console does again and again: ask for the list, tend quotes, look at the clock. Imports the engine's own
modules and ports.

Each round is one engine task for as long as the console runs; a command runs none of them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from tws_console.engine.book import Book
from tws_console.engine.latch import Latch
from tws_console.engine.ports import LinkPort, RequestFailed
from tws_console.engine.pulse import BEAT
from tws_console.engine.session import Session
from tws_console.engine.shared import Shared
from tws_console.engine.watch import Watch
from tws_console.model.notice import Tone

REQUEST_TIMEOUT = 5.0
LIST_PATIENCE = 15.0
"""Seconds without a list, and without being allowed to ask for one, after which the link is given up."""
ENDS_AGAIN = 10.0
"""Seconds after which the ends of orders are asked for again when the question was refused or not answered."""
SLOW_FACTOR = 2.0
"""A list that takes long is asked for less often: at most every this many answer times."""


class Rounds:
    """`stopping` tells whether a stop runs, which asks for its lists itself and answers for every row."""

    def __init__(
        self,
        session: Session,
        book: Book,
        latch: Latch,
        watch: Watch,
        stopping: Callable[[], bool],
        shared: Shared,
    ) -> None:
        self._session = session
        self._book = book
        self._latch = latch
        self._watch = watch
        self._stopping = stopping
        self._notices = shared.notices
        self._clock = shared.clock
        self._pulse = shared.pulse
        self._now = asyncio.Event()
        self._owed_since: float | None = None
        self._ends_after = 0.0
        self.list_patience = LIST_PATIENCE

    def poll_now(self) -> None:
        """Ask for the full list without waiting for its time."""
        self._now.set()

    async def poll(self) -> None:
        """The list of all clients' orders, one request in flight, slower when answers are slow."""
        while True:
            await self._until_due()
            link = self._session.link
            if link is not None and not self._stopping():
                await self._poll_on(link)

    async def _until_due(self) -> None:
        newest = self._session.last_snapshot
        took = newest.at - newest.asked_at if newest is not None else 0.0
        self._now.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(self._session.endpoint.poll_seconds, SLOW_FACTOR * took)):
                await self._now.wait()

    async def _poll_on(self, link: LinkPort) -> None:
        now = self._clock.monotonic()
        self._owed_since = None if link.ask_all_orders() else self._owed_since or now
        if self._owed_since is not None and now - self._owed_since > self.list_patience:
            # Two lists are owed and no third may be asked for: only a fresh connection counts from nothing.
            self._owed_since = None
            await self._session.renew(f"TWS has not finished a list of orders for {self.list_patience:.0f} s")
            return
        if self._book.needs_end and now >= self._ends_after:
            await self._find_ends(link)
        if not self._stopping():
            self._book.prune()

    async def _find_ends(self, link: LinkPort) -> None:
        """Orders left the lists without a word: completed orders and executions may tell how."""
        wanted = set(self._book.needs_end)
        self._book.needs_end.clear()
        try:
            await link.completed_orders(REQUEST_TIMEOUT)
            await link.executions(REQUEST_TIMEOUT)
        except RequestFailed as failed:
            self._book.needs_end |= wanted
            self._ends_after = self._clock.monotonic() + ENDS_AGAIN
            self._notices.add(Tone.WARN, f"ends of orders not told: {failed.reason}")

    async def supply(self) -> None:
        """Quotes and contract details for what is shown, once a second."""
        while True:
            link = self._session.link
            if link is not None and link.up and self._session.state.snapshot_complete:
                try:
                    await self._watch.round()
                except ValueError as error:
                    self._notices.add(Tone.WARN, f"a quote cannot be asked for: {error}")
            await asyncio.sleep(1.0)

    async def tick(self) -> None:
        """Message rate, and whether somebody else froze or released entry, once a second."""
        before = 0
        while True:
            link = self._session.link
            frames = link.frames if link is not None else 0
            frozen = self._latch.is_frozen()
            self._session.look_at_windows()
            self._session.put(messages_per_second=max(0, frames - before), frozen=frozen)
            before = frames
            await asyncio.sleep(1.0)

    async def beat(self) -> None:
        """See whether this program stood still."""
        self._pulse.start()
        while True:
            await asyncio.sleep(BEAT)
            self._pulse.look()
