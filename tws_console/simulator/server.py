"""Owns the sockets and the heartbeat of the simulator. Imports its room mates; nothing else of tws_console."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine
from functools import partial

from tws_console.simulator import account_requests, data_requests
from tws_console.simulator.control import Control
from tws_console.simulator.dispatch import dispatch
from tws_console.simulator.exchange import Exchange
from tws_console.simulator.fault_actions import FaultActions
from tws_console.simulator.firehose import Firehose
from tws_console.simulator.gateway import Gateway, Settings
from tws_console.simulator.market import STEP_SECONDS
from tws_console.simulator.scenarios import RaisedFault, fill_gateway, load_scenario
from tws_console.simulator.session import Session
from tws_console.simulator.timeline import Timeline

PROFIT_SECONDS = 1.0
ACCOUNT_SECONDS = 180.0
PORT_RESET = "TWS socket port has been reset and this connection is being dropped. Please reconnect on the new port - "
MAX_CONTROL_LINE = 1 << 16
BACKLOG = 1024  # connections that wait to be taken; the hundred of asyncio make a burst of clients wait for seconds


class SimulatorServer:
    """A practice Gateway on a port of its own, with a control port on loopback beside it."""

    def __init__(self, settings: Settings | None = None, beat: float = STEP_SECONDS) -> None:
        """`beat` is the pause between two rounds of pushed ticks, in seconds of real time."""
        self._beat = beat
        self.settings = settings or Settings()
        self._scenario = load_scenario(self.settings.scenario)
        self.gateway = Gateway(self.settings)
        fill_gateway(self.gateway, self._scenario)
        self.timeline = Timeline(self.gateway, self._push_due)
        self.stopped = asyncio.Event()
        self.host, self.port = "", 0
        self.control_port = 0
        self._actions = FaultActions(self.gateway, self._later, self._restart, self._move)
        self._control = Control(self.gateway, self._actions, self.timeline, self.stopped.set)
        self._listener: asyncio.Server | None = None
        self._control_listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._controllers: set[asyncio.StreamWriter] = set()
        for fault in self._scenario.faults:
            if fault.at_seconds is None:
                self._raise(fault)

    @property
    def exchange(self) -> Exchange:
        """The order desk, for tests that look inside."""
        return self.gateway.exchange

    @property
    def address(self) -> str:
        """host:port of the client port."""
        return f"{self.host}:{self.port}"

    @property
    def control_address(self) -> str:
        """host:port of the control port."""
        return f"127.0.0.1:{self.control_port}"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. OSError when the port is taken."""
        await self._listen(host, port)
        try:
            self._control_listener = await asyncio.start_server(
                self._serve_control, "127.0.0.1", 0, limit=MAX_CONTROL_LINE
            )
        except OSError:
            await self.stop()
            raise
        self.control_port = self._control_listener.sockets[0].getsockname()[1]
        self._spawn(self._heartbeat())
        if "firehose" in self._scenario.data:
            self._spawn(Firehose(self.gateway, self._scenario.data["firehose"]).run())

    @property
    def listening(self) -> bool:
        """Whether clients can connect now."""
        return self._listener is not None and self._listener.is_serving()

    async def _listen(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self.new_session, host, port, backlog=BACKLOG)
        self.host, self.port = host, self._listener.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close every socket and forget everything that is due."""
        self.stopped.set()
        self.gateway.clock.stop()
        for handle in self._timers:
            handle.cancel()
        for listener in (self._listener, self._control_listener):
            if listener is not None:
                listener.close()
        for session in self.gateway.all_sessions():
            session.abort()
        for writer in list(self._controllers):
            writer.transport.abort()
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # lets the aborted sockets close

    # --- client connections ------------------------------------------------------------------------------------

    def new_session(self) -> Session:
        """The protocol of one more client connection."""
        return Session(self._opened, self._request, self.gateway.leave)

    def _opened(self, session: Session) -> None:
        self.gateway.unstarted.add(session)
        session.now = self.gateway.clock.now
        if self.gateway.faults.take("untrusted"):
            if session.local:
                session.hold_handshake()
                self.gateway.untrusted.add(session)
            else:
                session.abort()
        elif self.gateway.faults.take("silent-accept"):
            session.hold_handshake()

    def _request(self, session: Session, fields: list[str]) -> None:
        was_started = self.gateway.first_start_done
        dispatch(self.gateway, session, fields)
        if session.client_id is not None and fields[:1] == ["71"]:
            self._actions.apply_modes_to(session)
            if not was_started:
                self._first_start()

    def _first_start(self) -> None:
        self.gateway.first_start_done = True
        for fault in self._scenario.faults:
            if fault.at_seconds is not None:
                self._later(fault.at_seconds, partial(self._raise, fault))

    def _raise(self, fault: RaisedFault) -> None:
        self._actions.switch_on(fault.name, dict(fault.options))

    # --- time --------------------------------------------------------------------------------------------------

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        handle: asyncio.TimerHandle

        def due() -> None:
            self._timers.discard(handle)
            action()

        handle = asyncio.get_running_loop().call_later(seconds, due)
        self._timers.add(handle)

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _heartbeat(self) -> None:
        """Advance the market by the time that has passed; push ticks, profit and account values."""
        profit_at = account_at = due = time.monotonic()
        while True:
            # By deadline, or the work of each round would slow the beat; rounds that were missed are not made up for.
            due = max(due + self._beat, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            now = time.monotonic()
            self.timeline.beat()
            self._push_ticks()
            if now - profit_at >= PROFIT_SECONDS:
                profit_at = now
                self._push_profits()
            if now - account_at >= ACCOUNT_SECONDS:
                account_at = now
                self._push_accounts()

    def _push_ticks(self) -> None:
        for session in list(self.gateway.sessions.values()):
            wanted = session.subscriptions
            parts = [data_requests.feed_update(self.gateway, number, feed) for number, feed in wanted.feeds.items()]
            parts += [due() for due in wanted.streams.values()]
            session.send(b"".join(parts))

    def _push_profits(self) -> None:
        for session in list(self.gateway.sessions.values()):
            account_requests.push_profits(self.gateway, session)

    def _push_due(self) -> None:
        self._push_ticks()
        self._push_profits()

    def _push_accounts(self) -> None:
        for session in list(self.gateway.sessions.values()):
            wanted = session.subscriptions
            if wanted.account is not None:
                account_requests.push_account(self.gateway, session, wanted.account)
            account_requests.push_summaries(self.gateway, session, wanted.summaries)

    # --- faults and control ------------------------------------------------------------------------------------

    def _restart(self, seconds: float) -> None:
        self._spawn(self._go_away(seconds))

    def _move(self, port: int) -> None:
        self._spawn(self._change_port(port))

    async def _change_port(self, port: int) -> None:
        """Listen on another port first, so that it can be named to the clients that are dropped (1300)."""
        old = self._listener
        try:
            await self._listen(self.host, port)
        except OSError:  # that port is taken: everything stays as it is
            return
        if old is not None:
            old.close()
        self.gateway.broadcast(1300, f"{PORT_RESET}{self.port}")
        for session in self.gateway.all_sessions():
            session.close()

    async def _go_away(self, seconds: float) -> None:
        if self._listener is not None:
            self._listener.close()
        for session in self.gateway.all_sessions():
            session.abort()
        self.exchange.book.lose_unsent()
        await asyncio.sleep(seconds)
        try:
            await self._listen(self.host, self.port)
        except OSError:  # somebody else took the port meanwhile: without it there is nothing to serve
            self.stopped.set()

    async def _serve_control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._controllers.add(writer)
        with contextlib.suppress(ConnectionError, ValueError):
            while line := await reader.readline():
                writer.write(self._control.answer(line))
                await writer.drain()
        self._controllers.discard(writer)
        writer.close()
