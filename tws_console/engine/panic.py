"""The emergency stop: block, purge, cancel, then prove. Imports the stop's own modules, model and ports.

`fire` does everything that matters in the turn of its key: the latch, the freeze file, the purge of queued placements
and the bytes of the global cancel. Proving follows as a task and may take its time. A global cancel is the Gateway's
own loop over the orders it knows, and the caller hears nothing of orders that are not its own (recordings of Gateway
10.40), while lists are answered from the Gateway's memory: so an empty list alone proves nothing, and each order
needs an end that the broker witnessed.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from tws_console.engine.evidence import OWN_WINDOW, Evidence
from tws_console.engine.press import Pressed
from tws_console.engine.results import FROZEN
from tws_console.engine.scoped_stop import scoped_evidence
from tws_console.engine.stop_parts import StopParts
from tws_console.engine.stop_run import StopRun
from tws_console.model.events import Event
from tws_console.model.notice import Tone
from tws_console.model.order_scope import OrderScope, scope_of
from tws_console.model.stop import StopReport, StopScope, StopVerdict


class Stop:
    """One stop at a time; `report` grows while it runs. Firing again sends the cancel once more and proves anew."""

    def __init__(self, parts: StopParts) -> None:
        self._parts = parts
        self._clock = parts.shared.clock
        self._run: StopRun | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def report(self) -> StopReport | None:
        return self._run.report if self._run is not None else None

    @property
    def running(self) -> bool:
        return self._run is not None and self._run.running

    # ---- the bar

    def arm(self) -> StopScope:
        """The bar opened: put the freeze file ready under another name, and say what would be cancelled."""
        self._parts.latch.prepare()
        return self.scope()

    def disarm(self) -> None:
        """The bar closed without sending."""
        self._parts.latch.discard()

    def scope(self) -> StopScope:
        """What is open now, as far as this console knows."""
        return scope_of(self._parts.book.orders.values())

    def release(self, phrase: str) -> None:
        """Lift the freeze. Raises ValueError with a sentence unless `phrase` is the right one; a running stop ends."""
        self._parts.latch.release(phrase)
        self._end_former()
        self._parts.session.put(frozen=False, frozen_since="")
        self._parts.shared.notices.add(Tone.NOTE, "freeze released: orders can be placed again")

    # ---- firing

    def fire(self, pressed: Pressed | None = None) -> None:
        """Block, purge and cancel now, in this very turn; then prove in the background. `pressed` is what the thread
        that reads the keys has done of it already.
        """
        pressed = pressed or self._press()
        evidence = Evidence(
            pressed.started, pressed.started_at, StopScope(), blocked_at=pressed.blocked_at, sent_at=pressed.sent_at
        )
        evidence.note(pressed.note)
        run = StopRun(self._parts, evidence)
        link = self._parts.session.link
        if link is not None:
            purged = link.purge(FROZEN)
            evidence.purged = tuple(f"{p.instrument.name} {p.action} {p.quantity:f}" for p in purged)
        if link is not None and (pressed.sent_at is None or self._clock.monotonic() - pressed.started <= OWN_WINDOW):
            run.tries.send(link, run.tries.main_lamps)
        elif pressed.sent_at is not None:
            run.tries.adopted()
        if link is None:
            self._parts.session.retry_now()
        evidence.scope = self.scope()
        self._begin(run)

    def fire_at(self, scope: OrderScope) -> None:
        """Cancel the orders in this scope, each by its permId, and prove that none is left. Nothing is frozen. Raises
        ValueError with a sentence for an empty scope, and while a stop of everything runs.
        """
        if scope.empty:
            raise ValueError("A scoped cancel needs a symbol, a client, an account, a side or marked orders.")
        if self._run is not None and self._run.running and self._run.evidence.scope.everything:
            raise ValueError("A stop of everything runs already: it cancels these orders too.")
        evidence = scoped_evidence(scope, self._parts, self._clock.monotonic(), self._clock.now())
        self._begin(StopRun(self._parts, evidence, everything=False))

    def _press(self) -> Pressed:
        """Block here, in the loop; nothing is sent yet."""
        started, started_at = self._clock.monotonic(), self._clock.now()
        note = self._parts.latch.engage()
        return Pressed(started, started_at, self._clock.monotonic(), None, note)

    def adopt(self, started: float, started_at: datetime, blocked_at: float | None, sent_at: float, note: str) -> None:
        """Go on with a stop whose cancel went out already, on the link that the session has adopted. Nothing is placed
        from here, so only the file freezes, and the report says whether it does.
        """
        link = self._parts.session.link
        assert link is not None
        evidence = Evidence(started, started_at, self.scope(), blocked_at=blocked_at)
        evidence.note(note)
        run = StopRun(self._parts, evidence)
        run.tries.adopted()
        evidence.sent(sent_at, link, run.tries.main_lamps)
        self._begin(run)

    def _begin(self, run: StopRun) -> None:
        former = self._run
        if former is not None:
            if former.running and run.evidence.scope.everything:
                run.evidence.known.update(former.evidence.known)
            self._end_former()
        self._run = run
        if run.evidence.scope.everything:
            since = run.evidence.started_at.isoformat(timespec="seconds")
            self._parts.session.put(frozen=True, frozen_since=since)
        run.begin()

    def _end_former(self) -> None:
        if self._run is None:
            return
        self._run.end()
        task = asyncio.get_running_loop().create_task(self._run.ended(), name="stop record")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    # ---- listening and waiting

    def apply(self, event: Event) -> None:
        """Take in what the broker says. Comes after the book and the portfolio have taken the same event."""
        if self._run is not None:
            self._run.apply(event)

    def missed(self) -> None:
        """An event could not be taken in whole: nothing seen so far proves anything."""
        if self._run is not None and self._run.running:
            self._run.listener.missed(self._clock.monotonic())

    async def wait(self, timeout: float) -> StopReport:
        """The report as soon as it is proved, or as it stands after `timeout` seconds."""
        await self._parts.shared.waiters.until(
            lambda: self.report is not None and self.report.verdict is StopVerdict.PROVED, timeout
        )
        assert self.report is not None
        return self.report

    async def close(self) -> None:
        """End the proving; what was sent stays sent."""
        self._end_former()
        await asyncio.gather(*self._ending, return_exceptions=True)
