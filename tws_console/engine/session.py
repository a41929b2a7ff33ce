"""The connection as a use case: bounded stages, four lamps, retry with back-off. Imports model, rules and ports only.

Each stage has a name, a bound and a sentence. After the API is ready nothing is fatal any more: a part that does not
answer is said to be missing and the rest goes on (start-up requests that never answer are usual: ib_async issues 82,
84 and 101).
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from tws_console.engine.lamps import LampBoard
from tws_console.engine.ports import BrokerPort, Emit, LinkPort, RequestFailed
from tws_console.engine.shared import Shared
from tws_console.model.codes import LINK_LOST, LINK_RESTORED
from tws_console.model.events import AccountsSeen, Event, LinkLost, NextIdSeen, ProblemSeen, SnapshotTaken
from tws_console.model.ids import owned_ids
from tws_console.model.notice import Tone
from tws_console.model.session import (
    ID_IN_USE,
    NOTHING_LISTENS,
    STAGE_ORDER,
    ConnectFailed,
    Lamp,
    Mode,
    Phase,
    SessionState,
    Stage,
    StageName,
)
from tws_console.model.windows import RestartWindow
from tws_console.rules.live import contradictions
from tws_console.rules.restart import restart_at

READ_ONLY_API = "TWS is set to Read-Only API: nothing, the stop included, can be cancelled from here"
READ_ONLY_CODES = frozenset({321, 322, 10119})
PORT_MOVED = 1300
"""TWS drops the connection and listens on another port from now on, which the text names at its end (IBKR Campus TWS
API docs, "System Message Codes").
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect and as whom. `client_ids` are tried in order while one is in use; the first is wanted."""

    host: str
    port: int
    client_ids: tuple[int, ...]
    mode: Mode
    profile: str = "paper"
    account: str = ""
    read_only: bool = False
    poll_seconds: float = 2.0
    restart_windows: tuple[RestartWindow, ...] = ()
    stage_timeout: float = 5.0
    retry_first: float = 1.0
    retry_most: float = 60.0

    @property
    def name(self) -> str:
        """By which the journal knows it."""
        return f"{self.host}:{self.port}"


class Session:
    """One link at a time, its state in one immutable value. `link` is None while there is none."""

    def __init__(
        self,
        endpoint: Endpoint,
        broker: BrokerPort,
        emit: Emit,
        shared: Shared,
    ) -> None:
        self.endpoint = endpoint
        self._port = endpoint.port
        """Where TWS listens now."""
        self.link: LinkPort | None = None
        self.state = SessionState(
            endpoint.profile, endpoint.mode, endpoint.host, endpoint.port, endpoint.client_ids[0], endpoint.account
        )
        self.last_snapshot: SnapshotTaken | None = None
        self._broker = broker
        self._emit = emit
        self._changes = shared.changes
        self._waiters = shared.waiters
        self._notices = shared.notices
        self._clock = shared.clock
        self.pulse = shared.pulse
        self._board = LampBoard()
        self.put(entry_refusal=self._refusal())
        self._wanted_id = endpoint.client_ids[0]
        self._retry = asyncio.Event()
        self.prepare: Callable[[LinkPort], Awaitable[None]] = _nothing
        """What must have happened on a new link before it counts as up: until then nothing is placed over it."""
        self.tws_gone_at: datetime | None = None
        """When TWS itself was last seen not to be running: what lived in it only before that is lost."""

    @property
    def address(self) -> tuple[str, int]:
        """Where TWS listens now: every further connection goes there too."""
        return self.endpoint.host, self._port

    # ---- state

    def put(self, **changed: object) -> None:
        """Replace fields of the state and tell the screen."""
        state = replace(self.state, **changed)  # type: ignore[arg-type]
        if state != self.state:
            self.state = state
            self._changes.session = True

    def apply(self, event: Event) -> None:
        match event:
            case ProblemSeen():
                self._problem(event)
            case AccountsSeen():
                self._accounts(event.accounts)
            case NextIdSeen():
                self.put(next_valid_id=event.order_id)
            case SnapshotTaken():
                self._snapshot(event)
            case LinkLost():
                self._link_lost(event)
            case _:
                pass

    def _problem(self, event: ProblemSeen) -> None:
        lamps = self._board.problem(event.code, event.text)
        self.put(lamps=lamps)
        if event.code in LINK_LOST:
            self.put(lost_at=self.state.lost_at if self.state.lost_at is not None else event.at)
        elif event.code in LINK_RESTORED:
            self.put(lost_at=None)
        if event.code == PORT_MOVED:
            self._follow(event.text)
        if event.code in READ_ONLY_CODES and "read-only" in event.text.lower():
            self._note_read_only()

    def _follow(self, text: str) -> None:
        """Go on at the new port, so that everything can be seen, cancelled and stopped. Nothing is entered there:
        freeze and journal belong to the port that this run was started with.
        """
        named = re.search(r"(\d{1,5})\D*$", text)
        if named is None or not 0 < int(named[1]) < 65536:
            return
        self._port = int(named[1])
        self.put(port=self._port)
        self.put(entry_refusal=self._refusal())
        self._notices.add(Tone.BAD, f"TWS has moved to port {self._port}: going on there. {self._refusal()}.")

    def _note_read_only(self) -> None:
        if not self.state.api_read_only:
            self.put(api_read_only=True)
            self._notices.add(
                Tone.BAD,
                f"{READ_ONLY_API}. Untick TWS > Global Configuration > API > Settings > Read-Only API.",
                code=321,
            )

    def _snapshot(self, event: SnapshotTaken) -> None:
        self.last_snapshot = event
        if event.complete:
            self.pulse.listed(event.asked_at)
            self.put(snapshot_at=event.asked_at, snapshot_complete=True, unverified="")
        else:
            self.put(snapshot_complete=False, unverified=event.why)

    def _link_lost(self, event: LinkLost) -> None:
        if self.link is None or event.link != self.link.generation:
            return
        self.link = None
        self.put(lamps=self._board.socket(up=False), lost_at=event.at, phase=Phase.WAITING)
        if not event.expected:
            restart = self.restart()
            words = f"link to TWS lost: {event.why}"
            self._notices.add(*((Tone.NOTE, f"{words}. {restart}") if restart else (Tone.BAD, words)))

    def _accounts(self, accounts: tuple[str, ...]) -> None:
        """Who is at the other end. Another set of accounts is another login: nothing stays armed for it."""
        before = self.state
        if accounts == before.accounts:
            return
        self.put(accounts=accounts)
        self.put(entry_refusal=self._refusal())
        if before.armed and set(accounts) != set(before.accounts):
            self.put(armed=())
            self._notices.add(Tone.BAD, f"other accounts than before ({', '.join(accounts)}): disarmed")
        for words in contradictions(self.state):
            self._notices.add(Tone.WARN, words)

    def look_at_windows(self) -> None:
        """Note the restart window that is open or near, if there is one."""
        self.put(restart=restart_at(self.endpoint.restart_windows, self._clock.now()))

    def restart(self) -> str:
        """The sentence of a restart window that is open now, empty when none is."""
        self.look_at_windows()
        found = self.state.restart
        return found.words if found is not None and found.inside else ""

    def _refusal(self) -> str:
        """Why no order may be placed from here at all; cancels and the stop always may."""
        endpoint, accounts = self.endpoint, self.state.accounts
        if self._port != endpoint.port:
            return f"this console was started for port {endpoint.port}: start it anew with --port {self._port} to enter"
        if endpoint.read_only:
            return "read-only: started with --read-only or read_only in the profile"
        if endpoint.account and accounts and endpoint.account not in accounts:
            return f"the profile wants account {endpoint.account}, this TWS has {', '.join(accounts)}"
        return ""

    # ---- connecting

    def adopt(self, link: LinkPort) -> None:
        """Go on with a connection that was opened elsewhere (the stop of the command line opens its own)."""
        self.link = link
        self.put(
            client_id=link.client_id,
            server_version=link.server_version,
            next_valid_id=link.next_valid_id,
            lamps=replace(self._board.lamps, socket=Lamp.UP),
            phase=Phase.UP,
        )
        self._board.lamps = self.state.lamps
        self._accounts(link.accounts)

    async def connect(self) -> None:
        """Open the link and load everything, once. Raises ConnectFailed when the API does not become ready."""
        self.put(
            phase=Phase.CONNECTING,
            attempt=self.state.attempt + 1,
            retry_at=None,
            failure=None,
            api_read_only=False,
            stages=tuple(Stage(name) for name in STAGE_ORDER),
        )
        self._board.socket(up=False)
        link = await self._open()
        self.link = link
        self._board.lamps = replace(self._board.lamps, socket=Lamp.UP)
        self.put(
            client_id=link.client_id,
            server_version=link.server_version,
            next_valid_id=link.next_valid_id,
            lamps=self._board.lamps,
        )
        self._accounts(link.accounts)
        if not link.up:
            # It broke between its last start-up message and this line, when no loss could be told of it.
            self.link = None
            raise ConnectFailed(StageName.READY, "the link to TWS broke as soon as it was made")
        await self.prepare(link)
        await self._load(link)
        if self.link is link:
            self.put(phase=Phase.UP, lost_at=None if self.state.lamps.tws is not Lamp.DOWN else self.state.lost_at)

    async def _open(self) -> LinkPort:
        """Try the wanted client id, then the spare ones, moving on only while the answer is that the id is in use."""
        last: ConnectFailed | None = None
        for client_id in self.endpoint.client_ids:
            try:
                return await self._broker.connect(
                    *self.address,
                    client_id,
                    self._emit,
                    self.stage,
                    self.endpoint.stage_timeout,
                )
            except ConnectFailed as failed:
                last = failed
                if failed.code != ID_IN_USE:
                    raise
        assert last is not None
        raise last

    def stage(self, stage: Stage) -> None:
        """Note the progress of one stage."""
        self.put(stages=tuple(stage if old.name is stage.name else old for old in self.state.stages))

    async def _load(self, link: LinkPort) -> None:
        """Accounts, orders, positions and executions: each bounded, none fatal."""
        timeout = self.endpoint.stage_timeout
        await self._bounded(StageName.ACCOUNTS, lambda: link.account_summary(timeout))
        await self._bounded(StageName.ORDERS, lambda: self.fresh_list(link, timeout))
        await self._bounded(StageName.POSITIONS, lambda: link.positions(timeout))
        await self._bounded(StageName.EXECUTIONS, lambda: self._day(link, timeout))

    async def fresh_list(self, link: LinkPort, timeout: float) -> None:
        """Return when a complete list of all clients' orders that was asked for from now on has come. While two are
        owed no further one can be asked for: then it is asked for as soon as one of them has ended. Raises
        RequestFailed.
        """
        since = self._clock.monotonic()
        asked = link.ask_all_orders(urgent=True)

        def listed() -> bool:
            newest = self.last_snapshot
            return (
                newest is not None and newest.link == link.generation and newest.complete and newest.asked_at >= since
            )

        def done() -> bool:
            nonlocal asked
            if listed() or not link.up:
                return True
            asked = asked or link.ask_all_orders(urgent=True)
            return False

        if not await self._waiters.until(done, timeout):
            raise RequestFailed(f"no complete list of orders in {timeout:.0f} s")
        if not listed():
            raise RequestFailed("the link was lost")

    async def _day(self, link: LinkPort, timeout: float) -> None:
        """Today's executions, and the completed orders, whose refusal tells that the API is read-only."""
        await link.executions(timeout)
        try:
            await link.completed_orders(timeout)
        except RequestFailed as failed:
            if failed.code in READ_ONLY_CODES and "read-only" in failed.reason.lower():
                self._note_read_only()
            else:
                raise

    async def _bounded(self, name: StageName, work: Callable[[], Awaitable[object]]) -> None:
        start = self._clock.monotonic()
        self.stage(Stage(name, running=True))
        try:
            await work()
        except RequestFailed as failed:
            self.stage(Stage(name, False, _ms(self._clock.monotonic() - start), failed.reason))
            self._notices.add(Tone.WARN, f"{name.value} not loaded: {failed.reason}. r asks again.")
        else:
            self.stage(Stage(name, True, _ms(self._clock.monotonic() - start)))

    # ---- keeping it up

    async def keep(self, ready: Callable[[], Awaitable[None]]) -> None:
        """Connect unless there is a link, call `ready`, wait for the loss, and begin again: for ever, with exponential
        back-off and jitter.
        """
        failures = 0
        while True:
            try:
                if self.link is None:
                    await self.connect()
            except ConnectFailed as failed:
                failures += 1
                if failed.code == NOTHING_LISTENS:
                    self.tws_gone_at = self._clock.now()
                self.put(phase=Phase.WAITING, failure=failed, lamps=self._board.socket(up=False))
            else:
                failures = 0
                await ready()
                await self._loss()
            await self._pause(failures)

    async def _loss(self) -> None:
        """Return when the link has ended, also when that was before anybody listened to it (one that was adopted)."""
        link = self.link
        if link is None:
            return
        await link.lost()
        if self.link is link:
            self.link = None
            self.put(lamps=self._board.socket(up=False), lost_at=self._clock.monotonic(), phase=Phase.WAITING)

    async def _pause(self, failures: int) -> None:
        endpoint = self.endpoint
        delay = min(endpoint.retry_most, endpoint.retry_first * 2.0 ** max(0, failures - 1)) * random.uniform(0.8, 1.2)
        self.put(phase=Phase.WAITING, retry_at=self._clock.monotonic() + delay)
        self._retry.clear()
        try:
            async with asyncio.timeout(delay):
                await self._retry.wait()
        except TimeoutError:
            return

    def retry_now(self) -> None:
        """End the wait for the next try."""
        self._retry.set()

    def use_spare_ids(self) -> None:
        """Go on under the first free one of the profile's other ids, because a person asked for it: orders of the
        wanted id stay visible, and only a connection under that id can cancel them.
        """
        spare = tuple(owned_ids(self._wanted_id))[1:]
        self.endpoint = replace(self.endpoint, client_ids=spare)
        self.retry_now()

    async def renew(self, why: str) -> None:
        """Give the link up for a fresh one."""
        link = self.link
        if link is not None:
            self._notices.add(Tone.WARN, f"{why}: connecting anew")
            await link.close()

    async def close(self) -> None:
        link, self.link = self.link, None
        self.put(phase=Phase.CLOSED)
        if link is not None:
            await link.close()


async def _nothing(link: LinkPort) -> None:
    """A session without an engine prepares nothing."""


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
