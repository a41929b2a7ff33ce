"""Owns one client connection: handshake, frames, what the client has subscribed to.

Imports `wire`, `outlet`, `messages`. Many requests in one piece are acted on in turns, so that one client does not keep
the others waiting. Handshake as in ib_async 2.1.0 (client.py): `API` and a NUL, a frame "v157..178",
answered by a frame of two fields; then the client's startApi.
"""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tws_console.simulator import messages
from tws_console.simulator.contracts import Contract
from tws_console.simulator.market import Quote
from tws_console.simulator.outlet import Outlet
from tws_console.simulator.wire import FrameReader, FrameTooLong, frame, split_fields

OLDEST_VERSION = 157
NEWEST_VERSION = 178
TURN_REQUESTS, TURN_SECONDS = 64, 0.002
_LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
_VERSIONS = re.compile(rb"v(\d{1,6})(?:\.\.(\d{1,6}))?(?: .*)?", re.DOTALL)


@dataclass(slots=True)
class Feed:
    """One market data subscription: the contract, the tick numbers in use, what was sent last."""

    contract: Contract
    numbers: dict[str, int]
    sent: Quote | None = None
    delayed: bool = False
    frozen_at: int | None = None
    generic: tuple[str, ...] = ()
    told: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Summary:
    """One account summary: the accounts, the tags, the value sent last by account, tag and currency."""

    names: list[str]
    tags: tuple[str, ...]
    sent: dict[tuple[str, str, str], str] = field(default_factory=dict)


@dataclass(slots=True)
class Subscriptions:
    """What is to be pushed to one client, by request id where there is one.

    A stream, by its kind and request id, gives the messages that are due whenever it is asked; `queries` are the
    historical requests that are not answered yet.
    """

    positions: bool = False
    account: str | None = None
    data_type: int = 1
    auto_bind: bool = False
    sees_manual: bool = False
    feeds: dict[int, Feed] = field(default_factory=dict)
    summaries: dict[int, Summary] = field(default_factory=dict)
    profits: dict[int, str] = field(default_factory=dict)
    single_profits: dict[int, tuple[str, int]] = field(default_factory=dict)
    multi_values: dict[int, tuple[str, bool]] = field(default_factory=dict)
    multi_positions: dict[int, str] = field(default_factory=dict)
    sent_profit: dict[int, tuple[Decimal | None, ...]] = field(default_factory=dict)
    streams: dict[tuple[str, int], Callable[[], bytes]] = field(default_factory=dict)
    queries: set[int] = field(default_factory=set)

    def count(self, kind: str) -> int:
        """How many streams of a kind there are."""
        return sum(1 for known, _ in self.streams if known == kind)


class Session(asyncio.Protocol):
    """One socket. `on_request` gets every frame after the handshake; `on_lost` is called once at the end."""

    def __init__(
        self,
        on_opened: Callable[["Session"], None],
        on_request: Callable[["Session", list[str]], None],
        on_lost: Callable[["Session"], None],
    ) -> None:
        self.version = 0
        self.client_id: int | None = None
        self.subscriptions = Subscriptions()
        self.peer = ""
        self.local = True
        self._answers = True
        self._offer: bytes | None = None
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.outlet: Outlet
        self._on_opened = on_opened
        self._on_request = on_request
        self._on_lost = on_lost
        self._reader = FrameReader()
        self._greeted = False
        self._closing = False
        self._turn_due = False
        self._full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        assert isinstance(transport, asyncio.Transport)
        self.outlet = Outlet(transport)
        address = transport.get_extra_info("peername") or ("",)
        self.peer = str(address)
        self.local = address[0] in _LOOPBACK
        self._on_opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket has gone."""
        self._closing = True
        self._on_lost(self)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client; any nonsense closes this connection only."""
        self._reader.feed(data)
        if not (self._turn_due or self._full):
            self._take_turn()

    def pause_writing(self) -> None:
        """The client does not read what it has asked for: nothing more is acted on until it does."""
        self._full = True
        self.outlet.listen(False)

    def resume_writing(self) -> None:
        """It has read most of it."""
        self._full = False
        self._go_on_later()

    def _go_on_later(self) -> None:
        if not self._turn_due:
            self._turn_due = True
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        self._turn_due = False
        self._take_turn()

    def _take_turn(self) -> None:
        """Act on some requests; the others wait for the next turn, and meanwhile no more are read."""
        try:
            finished = self._read()
        except FrameTooLong:
            self._closing = True
            self.outlet.abort()
            return
        if self._closing or self._full:
            return
        self.outlet.listen(finished)
        if not finished:
            self._go_on_later()

    def _read(self) -> bool:
        """Whether nothing is left that could be acted on now."""
        if not (self._greeted or self._take_greeting()):
            return True
        ends_at = time.monotonic() + TURN_SECONDS
        for _ in range(TURN_REQUESTS):
            if self._closing or self._full or (body := self._reader.next_frame()) is None:
                return True
            if self.version:
                self._on_request(self, split_fields(body))
            else:
                self._negotiate(body)
            if time.monotonic() >= ends_at:
                break
        return False

    def _take_greeting(self) -> bool:
        greeted = self._reader.take_prefix(b"API\0")
        self._greeted = greeted is True
        if greeted is False:
            self.close()
        return self._greeted

    def _negotiate(self, body: bytes) -> None:
        offer = _VERSIONS.fullmatch(body.rstrip(b"\0"))
        if offer is None:
            self.close()
            return
        if not self._answers:
            self._offer = body
            return
        newest = int(offer.group(2) or offer.group(1))
        if newest < OLDEST_VERSION:
            self.close()
            return
        self.version = min(newest, NEWEST_VERSION)
        now = self.now().astimezone(ZoneInfo("US/Eastern"))
        self.send(frame(self.version, f"{now:%Y%m%d %H:%M:%S} EST"))

    def hold_handshake(self) -> None:
        """Take the client's greeting and do not answer it."""
        self._answers = False

    def answer_handshake(self) -> None:
        """Answer from now on, and at once when a greeting was held back."""
        self._answers = True
        offer, self._offer = self._offer, None
        if offer is not None and not self._closing:
            self._negotiate(offer)

    def send(self, data: bytes) -> None:
        """Send one or more whole frames."""
        if data and not self._closing:
            self.outlet.write(data)

    def send_error(self, request_id: int, code: int, message: str) -> None:
        """Send an error or notice; -1 is for no request in particular."""
        self.send(messages.error(request_id, code, message, self.version))

    def close(self) -> None:
        """Send what is left and close."""
        self._closing = True
        self.outlet.finish()

    def abort(self) -> None:
        """Close at once, as a crash would."""
        self._closing = True
        self.outlet.abort()
