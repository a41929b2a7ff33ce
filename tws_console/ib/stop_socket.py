"""The connection of the stop's own: its one message can be written from any thread, past the event loop.

A loop that is busy, or a terminal that holds it up, then delays no cancel. Imports the room's link and frames.
"""

from __future__ import annotations

import contextlib

from tws_console.ib.link import Link
from tws_console.ib.panic_socket import frame

CANCEL = frame("58", "1")


class StopSocket:
    """Implements StopSocketPort over a link that is ready. Nothing else is ever sent on it, so no bytes of the loop can
    stand before the cancel or be cut by it.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._socket = link.wire.own_handle()
        self._cut = False

    @property
    def up(self) -> bool:
        return self._link.up and not self._cut

    def fire(self) -> bool:
        if not self.up:
            return False
        try:
            written = self._socket.send(CANCEL)
        except OSError:
            return False
        self._cut = written != len(CANCEL)
        return not self._cut

    async def lost(self) -> None:
        await self._link.lost()

    async def close(self) -> None:
        await self._link.close()
        with contextlib.suppress(OSError):
            self._socket.close()
