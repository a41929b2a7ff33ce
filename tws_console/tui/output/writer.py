"""A writer that never blocks the event loop: a terminal that stops reading loses old frames, not keys.

Textual 8.2.8 writes through a queue of 30 items whose `put` blocks (drivers/_writer_thread.py); the broker's connection
and every key share that loop. Standard library only.
"""

from __future__ import annotations

import os
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import TextIO

BACKLOG = 400_000
"""Characters that may wait. Beyond them everything waiting is dropped and the screen is painted anew later."""
PATIENCE = 1.0
"""Seconds to wait at the end for a terminal that does not read."""


class PatientWriter(threading.Thread):
    """Writes text in the order it came. `caught_up` is called from this thread once, after frames had to be dropped."""

    def __init__(self, file: TextIO, caught_up: Callable[[], None]) -> None:
        super().__init__(daemon=True, name="tws-output")
        self._file = file
        self._caught_up = caught_up
        self._waiting: deque[str] = deque()
        self._size = 0
        self._dropped = False
        self._ended = False
        self.drops = 0
        """How often everything that waited was dropped, from the start."""
        self._ready = threading.Condition()

    def write(self, text: str) -> None:
        """Hand text over; returns at once."""
        with self._ready:
            # A frame that is longer by itself is written: dropping for it would ask for the same frame for ever.
            if self._waiting and self._size + len(text) > BACKLOG:
                self._waiting.clear()
                self._size = 0
                self._dropped = True
                self.drops += 1
            self._waiting.append(text)
            self._size += len(text)
            self._ready.notify()

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file.fileno()

    def flush(self) -> None:
        """Nothing to do: the thread flushes when it has written all there is."""

    def run(self) -> None:
        while True:
            with self._ready:
                while not self._waiting and not self._ended:
                    self._ready.wait()
                if not self._waiting:
                    return
                text = "".join(self._waiting)
                self._waiting.clear()
                self._size = 0
            if not self._put(text):
                return
            self._tell()

    def stop(self) -> None:
        """End the thread once everything is written, or after a second when the terminal does not read."""
        with self._ready:
            self._ended = True
            self._ready.notify()
        self.join(PATIENCE)

    def _put(self, text: str) -> bool:
        """False when the terminal has gone."""
        left = memoryview(text.encode(self._file.encoding or "utf-8", "replace"))
        try:
            terminal = self._file.fileno()
            while left:
                try:
                    left = left[os.write(terminal, left) :]
                except BlockingIOError:
                    # Whoever shares the terminal may have made it non-blocking: wait, what was not taken is kept.
                    select.select([], [terminal], [], PATIENCE)
        except (OSError, ValueError):
            return False
        return True

    def _tell(self) -> None:
        with self._ready:
            behind = self._dropped and not self._waiting
            if behind:
                self._dropped = False
        if behind:
            self._caught_up()
