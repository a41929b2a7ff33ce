"""Opens connections: by stages, each with its own bound and its own sentence, or from a socket that panic has opened.

Owns the stages tcp, handshake and api-ready. Implements BrokerPort. Imports model, ports and the room.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
from dataclasses import replace

from tws_console.engine.ports import Emit, Progress
from tws_console.ib import advice
from tws_console.ib.link import Link, Tuning
from tws_console.ib.mapping import zone_of
from tws_console.ib.panic_socket import GREETING, ID_IN_USE, MAX_VERSION, MIN_VERSION, Fired
from tws_console.ib.stop_socket import StopSocket
from tws_console.ib.wire import prepare
from tws_console.model.clock import Clock
from tws_console.model.session import ConnectFailed, Stage, StageName


class TwsBroker:
    """Makes links; each gets the next generation number. `time_zone` names the zone of TWS for times that name none."""

    def __init__(self, clock: Clock | None = None, time_zone: str = "", tuning: Tuning | None = None) -> None:
        self._clock = clock or Clock()
        self._tuning = replace(tuning or Tuning(), zone=zone_of(time_zone))
        self._generations = itertools.count(1)

    async def connect(
        self, host: str, port: int, client_id: int, emit: Emit, progress: Progress, stage_timeout: float
    ) -> Link:
        """See BrokerPort. `stage_timeout` seconds bound each stage. Raises ConnectFailed."""
        link = self._link(client_id, emit)
        steps = _Steps(progress, self._clock)
        try:
            steps.enter(StageName.TCP)
            sock = await _open_socket(host, port, stage_timeout)
            await asyncio.get_running_loop().create_connection(lambda: link.wire, sock=sock)
            steps.passed(f"{host}:{port}")
            steps.enter(StageName.HANDSHAKE)
            version = await self._greet(link, host, port, stage_timeout)
            steps.passed(f"protocol version {version}")
            steps.enter(StageName.READY)
            await self._start(link, stage_timeout)
            steps.passed(f"client {client_id}, next order id {link.next_valid_id}")
        except ConnectFailed as failure:
            steps.failed(failure.reason)
            await link.close()
            raise
        except BaseException:
            await link.close()
            raise
        return link

    async def open_stop_socket(self, host: str, port: int, client_id: int, stage_timeout: float) -> StopSocket:
        """See BrokerPort. What this connection is told of is told on the main one too, so nobody listens to it."""
        link = await self.connect(host, port, client_id, _unheard, _unheard, stage_timeout)
        try:
            return StopSocket(link)
        except OSError as error:
            await link.close()
            raise ConnectFailed(StageName.READY, f"the connection broke as soon as it was made ({error})") from None

    async def adopt(self, fired: Fired, emit: Emit) -> Link:
        """Go on with the connection that panic opened: what it read is emitted first, in order, and its list is
        awaited.

        Raises OSError when the socket is unusable.
        """
        link = self._link(fired.client_id, emit)
        link.begin(fired.version)
        link.wire.replay(fired.buffer)
        if fired.list_requested:
            link.list_was_asked(fired.sent_at)
        prepare(fired.sock)
        await asyncio.get_running_loop().create_connection(lambda: link.wire, sock=fired.sock)
        return link

    def _link(self, client_id: int, emit: Emit) -> Link:
        return Link(client_id, next(self._generations), emit, self._clock.monotonic, self._tuning)

    async def _greet(self, link: Link, host: str, port: int, timeout: float) -> int:
        link.wire.write(GREETING)
        try:
            async with asyncio.timeout(timeout):
                answer = await link.greeted
        except TimeoutError:
            raise advice.no_greeting(port, timeout) from None
        if link.wire.foreign:
            raise advice.not_tws(host, port)
        if isinstance(answer, str):
            raise advice.closed_at_greeting(host, port)
        if not MIN_VERSION <= answer <= MAX_VERSION:
            raise advice.wrong_version(answer, MIN_VERSION, MAX_VERSION)
        return answer

    async def _start(self, link: Link, timeout: float) -> None:
        link.start_api()
        try:
            async with asyncio.timeout(timeout):
                why = await link.started
        except TimeoutError:
            raise advice.never_ready(timeout, _said(link)) from None
        if why:
            problem = link.inbox.last_problem
            if problem is not None and problem.code == ID_IN_USE:
                raise advice.id_in_use(link.client_id)
            raise advice.closed_at_start(link.client_id, _said(link))


class _Steps:
    """Tells how far connecting has come."""

    def __init__(self, progress: Progress, clock: Clock) -> None:
        self._progress = progress
        self._clock = clock
        self._name = StageName.TCP
        self._since = 0.0

    def enter(self, name: StageName) -> None:
        self._name, self._since = name, self._clock.monotonic()
        self._progress(Stage(name, running=True))

    def passed(self, detail: str) -> None:
        self._progress(Stage(self._name, True, self._ms(), detail))

    def failed(self, detail: str) -> None:
        self._progress(Stage(self._name, False, self._ms(), detail))

    def _ms(self) -> float:
        return round((self._clock.monotonic() - self._since) * 1000, 1)


def _unheard(_: object) -> None:
    return None


def _said(link: Link) -> str:
    problem = link.inbox.last_problem
    return f"{problem.code} {problem.text}".rstrip(".") if problem is not None else ""


async def _open_socket(host: str, port: int, timeout: float) -> socket.socket:
    """A connected socket: every address of the name is tried, and the most telling failure is kept."""
    try:
        async with asyncio.timeout(timeout):
            return await _first_that_connects(host, port)
    except TimeoutError:
        raise advice.no_connection(host, port, timeout) from None
    except ConnectionRefusedError:
        raise advice.refused(host, port) from None
    except (socket.gaierror, UnicodeError):
        raise advice.unknown_host(host) from None
    except OSError as error:
        raise advice.unreachable(host, port, error.strerror or str(error)) from None


async def _first_that_connects(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    failure: OSError = OSError("the name has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            prepare(sock)
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            if not isinstance(failure, ConnectionRefusedError):
                failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure
