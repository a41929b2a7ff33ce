"""The stop's own way out: armed by the bar, fired by the thread that reads the keys, whatever the loop is busy with.

Owns a connection that carries the global cancel and nothing else. It is opened once the main link is up, reopened when
it is lost, and its absence is no error: then the cancel goes out on the main link as soon as the loop gets to it.
`Stop` goes on from what was done here, and sends the cancel on the main link too: a placement that was on its way there
may have been overtaken by bytes on another connection, and only the connection that carried a cancel can prove it.
Imports the engine's session and ports.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from collections.abc import Awaitable, Callable, Container, Iterable
from itertools import islice

from tws_console.engine.latch import Latch
from tws_console.engine.ports import BrokerPort, StopSocketPort
from tws_console.engine.press import Pressed
from tws_console.engine.session import Session
from tws_console.engine.shared import Shared
from tws_console.model.session import ID_IN_USE, ConnectFailed, Phase, StageName

CLIENT_IDS = range(7101, 7999)
"""Far from those that people and programs take; one that orders are under all the same is left to its owner and to a
takeover.
"""
MOST_IDS = 20
STAGE_SECONDS = 5.0
WAITS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds between two tries to open it, longer while they fail."""
LONG = 3600.0
ALERT = 0.00005
"""Seconds after which whatever runs gives way to the thread of the keys while the bar is open."""


class StopLane:
    """`arm`, `disarm` and `fire` may be called from any thread; everything else belongs to the loop. `go_on` is called
    in the loop with what a key has done already. `owners` gives the client ids of the live orders.
    """

    def __init__(
        self,
        session: Session,
        go_on: Callable[[Pressed], None],
        latch: Latch,
        broker: BrokerPort,
        shared: Shared,
        *,
        owners: Callable[[], Container[int | None]],
        client_ids: Iterable[int] = CLIENT_IDS,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._session = session
        self._go_on = go_on
        self._latch = latch
        self._broker = broker
        self._waiters = shared.waiters
        self._clock = shared.clock
        self._owners = owners
        self._client_ids = client_ids
        self._pause = pause
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket: StopSocketPort | None = None
        self._calm = sys.getswitchinterval()

    @property
    def up(self) -> bool:
        """Whether a cancel could leave past the loop now."""
        socket = self._socket
        return socket is not None and socket.up

    # ---- any thread

    def arm(self) -> None:
        """The bar opened: put the freeze file ready under another name, and let nothing hold this thread up until it
        closes. A collection of garbage holds every thread, with many orders for a tenth of a second.
        """
        self._latch.prepare()
        gc.disable()
        sys.setswitchinterval(ALERT)

    def disarm(self) -> None:
        """The bar closed without sending."""
        self._relax()
        self._latch.discard()

    def _relax(self) -> None:
        sys.setswitchinterval(self._calm)
        gc.enable()

    def fire(self) -> None:
        """Block, then write the cancel on this thread if there is a connection for it; the loop does the rest."""
        loop, clock = self._loop, self._clock
        assert loop is not None, "the engine is started before keys can reach it"
        started, started_at = clock.monotonic(), clock.now()

        def send(note: str) -> None:
            blocked_at, socket = clock.monotonic(), self._socket
            sent_at = clock.monotonic() if socket is not None and socket.fire() else None
            # The loop may have ended: then nobody is left to prove anything, and what could leave has left.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._go_on, Pressed(started, started_at, blocked_at, sent_at, note))

        try:
            self._latch.engage_then(send)
        finally:
            self._relax()

    # ---- the loop

    def start(self) -> None:
        """The loop that calls this one gets the rest of every stop."""
        self._loop = asyncio.get_running_loop()

    async def keep(self) -> None:
        """Hold a connection whenever the main link is up, for ever."""
        failures = 0
        while True:
            await self._main_is_up()
            try:
                socket = await self._open()
            except ConnectFailed:
                failures += 1
            else:
                failures = 0
                await self._hold(socket)
            await self._pause(WAITS[min(failures, len(WAITS) - 1)])

    async def _main_is_up(self) -> None:
        while not await self._waiters.until(lambda: self._session.state.phase is Phase.UP, LONG):
            continue

    async def _open(self) -> StopSocketPort:
        """Under the first free client id. Raises ConnectFailed."""
        last = ConnectFailed(StageName.READY, "no client id is free")
        owners = self._owners()
        free = (client_id for client_id in self._client_ids if client_id not in owners)
        for client_id in islice(free, MOST_IDS):
            try:
                return await self._broker.open_stop_socket(*self._session.address, client_id, STAGE_SECONDS)
            except ConnectFailed as failed:
                last = failed
                if failed.code != ID_IN_USE:
                    break
        raise last

    async def _hold(self, socket: StopSocketPort) -> None:
        self._socket = socket
        try:
            await socket.lost()
        finally:
            self._socket = None
            await socket.close()
