"""The second connection of a stop: opened when the main one is lost, clogged or silent, or when no cancel has effect.

Owns when it is due and its life until the stop ends. It carries the cancel and asks for lists beside the main link;
whichever completes proves. A half-open connection takes bytes and answers nothing, and a cancel in an encoding that
TWS does not read does nothing and says nothing (rust-ibapi issue 426), so silence is a failure of the connection.
Imports the engine's side links, lamps and ports.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import islice

from tws_console.engine.evidence import Evidence
from tws_console.engine.lamps import LampBoard
from tws_console.engine.ports import Emit, LinkPort
from tws_console.engine.stop_parts import StopParts
from tws_console.model.events import Event, LinkLost, ProblemSeen
from tws_console.model.session import ID_IN_USE, ConnectFailed, Lamps, StageName

STUCK = 0.3
"""Seconds after which bytes of the cancel that have not left make the connection clogged."""
SILENT = 1.0
"""Seconds after the cancel in which a connection answers a list, or there is an effect."""
GIVE_UP = 5.0
"""Seconds without the end of a list after which the second connection is given up for a fresh one."""
STAGE_SECONDS = 3.0
MOST_IDS = 40
WAITS = (1.0, 2.0, 5.0, 10.0)
"""Seconds between two tries to open it."""
DIALOG = (
    "a second connection gets no answer to its greeting: TWS may be asking on its screen whether to accept it "
    "(API > Settings > Trusted IPs ends the question)"
)


class SecondLink:
    """At most one at a time. `hear` is told what the connection says of itself."""

    def __init__(self, parts: StopParts, evidence: Evidence, hear: Emit) -> None:
        self._parts = parts
        self._evidence = evidence
        self._hear = hear
        self._board = LampBoard()
        self._ended = asyncio.Event()
        self._tries = 0
        self._next_at = 0.0
        self.link: LinkPort | None = None

    def lamps(self) -> Lamps:
        return self._board.lamps

    def due(self, now: float, main: LinkPort | None, silent_since: float, no_effect: bool) -> str:
        """Why a second connection is wanted now, one sentence; empty when it is not. `silent_since` is when the main
        link was lost, or the stop began without one; `no_effect` that cancels were answered and changed nothing.
        """
        if self.link is not None:
            self._give_up_silent(now)
            return ""
        if now < self._next_at:
            return ""
        if main is None:
            return "the main connection is lost" if now - silent_since >= SILENT else ""
        track = self._evidence.tracks.get(main.generation)
        if track is None:
            return ""
        waited = now - track.cancel_at
        if waited >= STUCK and not track.answered and main.unwritten() > 0:
            return "the main connection does not take the cancel"
        if track.silent(now, SILENT):
            return "the main connection does not answer"
        return "the cancel has no effect" if no_effect else ""

    def _give_up_silent(self, now: float) -> None:
        """Only a fresh connection counts lists from nothing, so one that owes some for too long is replaced."""
        track = self._evidence.tracks.get(self.link.generation) if self.link is not None else None
        if track is not None and track.silent(now, GIVE_UP):
            self._ended.set()

    async def hold(self, why: str) -> None:
        """Open it under the first free id and keep it until it is lost. A failure is noted and spaces the next try."""
        self._evidence.note(f"{why}: asking on a second connection too")
        self._next_at = self._parts.shared.clock.monotonic() + WAITS[min(self._tries, len(WAITS) - 1)]
        self._tries += 1
        for client_id in self._candidates():
            try:
                await self._keep(client_id)
            except ConnectFailed as failed:
                if failed.code == ID_IN_USE:
                    continue
                self._evidence.note(_words(failed))
            return
        self._evidence.note("no client id is free for a second connection")

    def _candidates(self) -> Iterable[int]:
        """Ids under which no order lives come first: whoever holds an id keeps its owner from coming back under it, and
        keeps a takeover out (326, IBKR Campus TWS API docs, "Error Codes").
        """
        owners, main = self._parts.book.owners(), self._parts.session.state.client_id
        others = (client_id for client_id in self._parts.spare_ids if client_id != main)
        return islice(sorted(others, key=lambda client_id: client_id in owners), MOST_IDS)

    async def _keep(self, client_id: int) -> None:
        self._board.socket(up=True)
        self._ended.clear()
        async with self._parts.side_links.attached(client_id, STAGE_SECONDS, self._heard) as side:
            self.link = side.link
            try:
                if side.link.up:
                    await self._ended.wait()
            finally:
                self.link = None
                self._evidence.lost(side.link.generation)

    def _heard(self, event: Event) -> None:
        match event:
            case ProblemSeen():
                self._board.problem(event.code, event.text)
            case LinkLost():
                self._board.socket(up=False)
                self._ended.set()
            case _:
                pass
        self._hear(event)


def _words(failed: ConnectFailed) -> str:
    if failed.stage is StageName.HANDSHAKE:
        return DIALOG
    return f"no second connection: {failed.reason}"
