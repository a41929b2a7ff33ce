"""The shortest way from a shell to a global cancel: a blocking socket and the standard library's lightest modules.

Owns connect, handshake, start-up and the one write that asks for every client's orders and cancels them all. May
import `socket` and `time` only, nothing of ours, so that an emergency waits for no other import. The socket and every
byte read so far are handed over in a `Fired`, and the link goes on from there.

Layout of the frames: ib_async 2.1.0 client.py; the order of the start-up messages: recordings of Gateway 10.40.
"""

from __future__ import annotations

import socket
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MIN_VERSION = 157
MAX_VERSION = 178
ID_IN_USE = 326
LARGEST_GREETING = 4096
LARGEST_FRAME = 16 * 1024 * 1024

GREETING = b"API\0" + len(b"v157..178").to_bytes(4, "big") + b"v157..178"


class PanicConnectError(Exception):
    """No cancel was sent. `stage` is tcp, handshake or api-ready, `reason` one sentence, `code` the broker's number
    if any; `silent` when TWS greeted and then sent nothing in time.
    """

    def __init__(self, reason: str, stage: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.silent = False
        self.reason = reason
        self.stage = stage
        self.code = code


class Fired:
    """What is left when the bytes are out.

    `sock` is connected and blocking; `buffer` holds every byte read after the handshake's answer; `connected_at` and
    `sent_at` are monotonic seconds, the latter when the last byte was handed to the kernel. One list request is owed
    an answer.
    """

    __slots__ = ("buffer", "client_id", "connected_at", "host", "list_requested", "port", "sent_at", "sock", "version")

    def __init__(self, sock: socket.socket, host: str, port: int, client_id: int, version: int) -> None:
        self.sock = sock
        self.host = host
        self.port = port
        self.client_id = client_id
        self.version = version
        self.buffer = b""
        self.connected_at = 0.0
        self.sent_at = 0.0
        self.list_requested = False


def fire(
    host: str,
    port: int,
    client_ids: Iterable[int],
    timeout: float,
    deadline: float | None = None,
) -> Fired:
    """Connect under the first free client id and write reqAllOpenOrders and reqGlobalCancel in one segment.

    `timeout` seconds bound each stage, `deadline` (monotonic seconds) the whole. Raises PanicConnectError.
    """
    refused = PanicConnectError("no client id was given", "api-ready", ID_IN_USE)
    silent: PanicConnectError | None = None
    for client_id in client_ids:
        attempt = _Attempt(host, port, client_id, timeout, deadline)
        try:
            return attempt.run()
        except PanicConnectError as error:
            attempt.close()
            if error.code == ID_IN_USE:
                refused = error
                continue
            # A TWS that greets and then says nothing may do so to this one connection: one more is tried.
            if silent is not None or not error.silent:
                raise silent or error from None
            silent = error
        except BaseException:
            attempt.close()
            raise
    raise silent or refused


def frame(*fields: str) -> bytes:
    """One message: a big-endian length and fields that each end in a NUL byte."""
    body = ("\0".join(fields) + "\0").encode()
    return len(body).to_bytes(4, "big") + body


class _Attempt:
    """One connection under one client id."""

    def __init__(self, host: str, port: int, client_id: int, timeout: float, deadline: float | None) -> None:
        self._host = host
        self._port = port
        self._client_id = client_id
        self._timeout = timeout
        self._deadline = deadline
        self._sock: socket.socket | None = None
        self._data = b""
        self._stage = "tcp"
        self._until = 0.0

    def close(self) -> None:
        if self._sock is not None:
            self._sock.close()

    def run(self) -> Fired:
        sock = self._connect()
        connected_at = time.monotonic()
        version = self._greet(sock)
        self._start(sock)
        self._send(sock, frame("16", "1") + frame("58", "1"))
        fired = Fired(sock, self._host, self._port, self._client_id, version)
        fired.sent_at = time.monotonic()
        fired.connected_at = connected_at
        fired.list_requested = True
        fired.buffer = self._data
        sock.settimeout(None)
        return fired

    def _enter(self, stage: str) -> None:
        self._stage = stage
        self._until = time.monotonic() + self._timeout
        if self._deadline is not None:
            self._until = min(self._until, self._deadline)

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise self._late()
        return left

    def _late(self) -> PanicConnectError:
        failed = self._failed(f"no answer in time at stage {self._stage}")
        failed.silent = self._stage == "api-ready"
        return failed

    def _failed(self, reason: str, code: int | None = None) -> PanicConnectError:
        return PanicConnectError(f"{self._host}:{self._port}: {reason}", self._stage, code)

    def _connect(self) -> socket.socket:
        self._enter("tcp")
        try:
            sock = socket.create_connection((self._host, self._port), self._left())
        except ConnectionRefusedError:
            raise self._failed("nothing listens there") from None
        except TimeoutError:
            raise self._failed("no answer to the connection request") from None
        except OSError as error:
            raise self._failed(f"cannot be reached ({error.strerror or error})") from None
        self._sock = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def _greet(self, sock: socket.socket) -> int:
        self._enter("handshake")
        self._send(sock, GREETING)
        fields = self._take(LARGEST_GREETING)
        while fields is None:
            self._receive(sock)
            fields = self._take(LARGEST_GREETING)
        if len(fields) != 2 or not fields[0].isdigit():
            raise self._failed("something else than TWS answers there")
        version = int(fields[0])
        if not MIN_VERSION <= version <= MAX_VERSION:
            raise self._failed(f"TWS speaks protocol version {version}, {MIN_VERSION} to {MAX_VERSION} are understood")
        return version

    def _start(self, sock: socket.socket) -> None:
        """startApi, then read until both nextValidId (9) and managedAccounts (15) are in; what was read is kept."""
        self._enter("api-ready")
        self._send(sock, frame("71", "2", str(self._client_id), ""))
        position = 0
        missing = {"9", "15"}
        while True:
            position = self._scan(position, missing)
            if not missing:
                return
            self._receive(sock)

    def _scan(self, position: int, missing: set[str]) -> int:
        """Look at the complete frames from `position` on; returns where the next one begins."""
        data = self._data
        while len(data) >= position + 4:
            size = int.from_bytes(data[position : position + 4], "big")
            if size > LARGEST_FRAME:
                raise self._failed(f"a frame of {size} bytes: something else than TWS answers there")
            end = position + 4 + size
            if len(data) < end:
                break
            fields = data[position + 4 : end].decode(errors="backslashreplace").split("\0")
            missing.discard(fields[0])
            if fields[0] == "4" and fields[3:4] == [str(ID_IN_USE)]:
                raise self._failed(f"client id {self._client_id} is in use", ID_IN_USE)
            position = end
        return position

    def _take(self, largest: int) -> list[str] | None:
        """The next frame's fields, taken off the front; None while it is not complete."""
        if len(self._data) < 4:
            return None
        size = int.from_bytes(self._data[:4], "big")
        if size > largest:
            raise self._failed("something else than TWS answers there")
        if len(self._data) < 4 + size:
            return None
        body, self._data = self._data[4 : 4 + size], self._data[4 + size :]
        return body.decode(errors="backslashreplace").split("\0")[:-1]

    def _receive(self, sock: socket.socket) -> None:
        sock.settimeout(self._left())
        try:
            data = sock.recv(262144)
        except TimeoutError:
            raise self._late() from None
        except OSError as error:
            raise self._failed(f"the connection broke ({error.strerror or error})") from None
        if not data:
            raise self._failed("TWS closed the connection")
        self._data += data

    def _send(self, sock: socket.socket, data: bytes) -> None:
        sock.settimeout(self._left())
        try:
            sock.sendall(data)
        except TimeoutError:
            raise self._failed("the bytes could not be handed over in time") from None
        except OSError as error:
            raise self._failed(f"the connection broke ({error.strerror or error})") from None
