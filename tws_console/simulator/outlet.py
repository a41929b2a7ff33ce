"""Owns how bytes leave for one client: at once, in small pieces, held back, or not at all.

Imports nothing of the package.

A client that does not read is not heard either, from HIGH_WATER on until it has read; beyond MAX_BACKLOG it is
dropped. So it cannot harm the others.
"""

import asyncio
from itertools import cycle

MAX_BACKLOG = 64 << 20
HIGH_WATER, LOW_WATER = 16 << 20, 4 << 20  # more than the longest list of orders takes
_PIECES = (1, 3, 2, 5, 8, 4, 13, 21, 7, 64, 256, 1024)


class Outlet:
    """The sending half of a connection."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._transport.set_write_buffer_limits(HIGH_WATER, LOW_WATER)
        self._reading = self._wanted = True
        self._held = bytearray()
        self._sizes = cycle(_PIECES)
        self._pumping = False
        self.stalled = False
        self.dead = False
        self.split = False

    def write(self, data: bytes) -> None:
        """Send bytes in the way that is set. Closes the connection when the client has stopped reading."""
        if self.dead or self._transport.is_closing():
            return
        if self.stalled or self.split or self._pumping:
            self._held += data
            if self.split and not self.stalled:
                self._pump()
        else:
            self._transport.write(data)
        if self._transport.get_write_buffer_size() + len(self._held) > MAX_BACKLOG:
            self._transport.abort()

    def set_modes(self, *, stalled: bool, dead: bool, split: bool) -> None:
        """Change how bytes leave; what was held back goes out when nothing holds it any more."""
        self.stalled, self.dead, self.split = stalled, dead, split
        self._listen_or_not()
        if self._held and not stalled and not dead:
            self._pump()

    def listen(self, wanted: bool) -> None:
        """Take more bytes from the client, or leave them with it for now."""
        self._wanted = wanted
        self._listen_or_not()

    def _listen_or_not(self) -> None:
        reading = self._wanted and not (self.stalled or self.dead)
        if reading == self._reading or self._transport.is_closing():
            return
        self._reading = reading
        if reading:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def _pump(self) -> None:
        if not self._pumping:
            self._pumping = True
            asyncio.get_running_loop().call_soon(self._send_piece)

    def _send_piece(self) -> None:
        self._pumping = False
        if self.stalled or self.dead or self._transport.is_closing():
            return
        size = next(self._sizes) if self.split else len(self._held)
        self._transport.write(bytes(self._held[:size]))
        del self._held[:size]
        if self._held:
            self._pump()

    def finish(self) -> None:
        """Send what is left and close."""
        if self._transport.is_closing():
            return
        if self._held and not self.dead:
            self._transport.write(bytes(self._held))
            self._held.clear()
        self._transport.close()

    def abort(self) -> None:
        """Close at once; what has not left is lost."""
        self._transport.abort()
