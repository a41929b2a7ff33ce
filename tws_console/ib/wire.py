"""Bytes and frames: an asyncio protocol that cuts frames by offset, in short slices, and knows what it has not got
rid of.

Owns the socket's options, back-pressure and the end of a connection. Imports the standard library only. A frame is a
big-endian length and that many bytes (ib_async 2.1.0 client.py).
"""

from __future__ import annotations

import array
import asyncio
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import cast

LARGEST_FRAME = 16 * 1024 * 1024
MOST_BACKLOG = 1024 * 1024
SLICE_SECONDS = 0.002
FRAMES_PER_LOOK = 8
USER_TIMEOUT_MS = 8000


class Wire(asyncio.Protocol):
    """One connection. `on_frame` gets each frame without its length, `on_lost` the reason once, after the last frame.

    `on_congestion(True)` comes when the kernel takes no more bytes, `(False)` when it does again. `largest_frame`
    bounds a frame: above it the peer is taken for something else and the connection is aborted.
    """

    def __init__(
        self,
        on_frame: Callable[[bytes], None],
        on_lost: Callable[[str], None],
        on_congestion: Callable[[bool], None],
        slice_seconds: float = SLICE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._on_frame = on_frame
        self._on_lost = on_lost
        self._on_congestion = on_congestion
        self._slice = slice_seconds
        self._clock = clock
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._scheduled = False
        self._paused = False
        self._closed = False
        self._why = ""
        self.largest_frame = LARGEST_FRAME
        self.foreign = False
        """A frame was longer than any of TWS: something else talks."""
        self.lost = asyncio.Event()

    # ---- asyncio's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=0)

    def data_received(self, data: bytes) -> None:
        if self._closed:
            return
        self._buffer += data
        if not self._scheduled:
            self._drain()

    def eof_received(self) -> bool:
        """Close hard: a transport with unsent bytes would wait for them and never tell of the end."""
        self._why = self._why or "TWS closed the connection"
        if self._transport is not None:
            self._transport.abort()
        return False

    def pause_writing(self) -> None:
        self._on_congestion(True)

    def resume_writing(self) -> None:
        self._on_congestion(False)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._closed:
            self._cut(until=None)
        self._closed = True
        self._buffer.clear()
        self._on_lost(self._why or (f"the connection broke ({exc})" if exc else "TWS closed the connection"))
        self.lost.set()

    # ---- ours

    @property
    def connected(self) -> bool:
        """True from the moment the protocol had a connection, whatever became of it."""
        return self._transport is not None

    def write(self, data: bytes) -> None:
        """Hand bytes to the transport: neither blocks nor fails, on a dead connection they are dropped."""
        if self._transport is not None:
            self._transport.write(data)

    def own_handle(self) -> socket.socket:
        """A handle of the caller's on the same connection, to write on past the loop; to be closed by the caller.
        Raises OSError when there is no connection any more.
        """
        sock = None if self._transport is None else self._transport.get_extra_info("socket")
        if sock is None:
            raise OSError("no connection")
        handle: socket.socket = sock.dup()
        handle.setblocking(False)
        return handle

    def replay(self, data: bytes) -> None:
        """Take bytes that were read before this protocol had its connection, all of them at once."""
        self._buffer += data
        self._cut(until=None)

    def unwritten(self) -> int:
        """Bytes in user space plus, on Linux, bytes in the kernel that the peer has not acknowledged."""
        if self._transport is None:
            return 0
        return self._transport.get_write_buffer_size() + _in_kernel(self._transport)

    def abort(self, why: str) -> None:
        """End the connection at once; frames not read yet are dropped."""
        self._why = self._why or why
        self._closed = True
        self._buffer.clear()
        if self._transport is not None:
            self._transport.abort()

    def _drain(self) -> None:
        """Read frames for at most one slice, then let the loop breathe."""
        self._scheduled = False
        more = self._cut(until=self._clock() + self._slice)
        if self._closed or self._transport is None:
            return
        if more:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._drain)
        self._press(more)

    def _press(self, more: bool) -> None:
        """Stop reading while much is waiting. A single unfinished frame is no backlog: only reading can finish it."""
        assert self._transport is not None
        if more and len(self._buffer) > MOST_BACKLOG and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        elif self._paused and (not more or len(self._buffer) <= MOST_BACKLOG // 2):
            self._paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()

    def _cut(self, until: float | None) -> bool:
        """Hand out whole frames until that time; True when whole frames are left."""
        position, count = 0, 0
        buffer = self._buffer
        try:
            while len(buffer) - position >= 4:
                size: int = struct.unpack_from(">I", buffer, position)[0]
                if size > self.largest_frame:
                    self.foreign = True
                    self.abort(f"a frame of {size:,} bytes: not what TWS sends")
                    return False
                end = position + 4 + size
                if len(buffer) < end:
                    return False
                if count and count % FRAMES_PER_LOOK == 0 and until is not None and self._clock() >= until:
                    return True
                frame = bytes(memoryview(buffer)[position + 4 : end])
                position = end
                count += 1
                self._hand_out(frame)
                if self._closed:
                    return False
            return False
        finally:
            if not self._closed:
                del buffer[:position]

    def _hand_out(self, frame: bytes) -> None:
        """A fault in whoever takes the frame must not cost the frames behind it."""
        try:
            self._on_frame(frame)
        except Exception as error:
            context = {"message": "a broker message could not be taken in", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)


def prepare(sock: socket.socket) -> None:
    """Options of every connection: no delay, and a dead peer noticed in about 8 s."""
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sys.platform == "linux":
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 5)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)


def _in_kernel(transport: asyncio.Transport) -> int:
    if sys.platform != "linux":
        return 0
    import fcntl
    import termios

    sock = transport.get_extra_info("socket")
    if sock is None or sock.fileno() < 0:
        return 0
    count = array.array("i", [0])
    try:
        fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, count)
    except OSError:
        return 0
    return count[0]
