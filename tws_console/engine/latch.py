"""The freeze as this process holds it: a flag that takes effect at once, and the file that every process looks at.

Owns the threads in which that file is touched, so that a stuck disk never holds a cancel back. Imports ports only.
"""

from __future__ import annotations

import _thread
import contextlib
import threading
from collections.abc import Callable

from tws_console.engine.ports import FreezePort

FILE_PATIENCE = 0.05
"""Seconds that a cancel waits for the freeze file at most."""
REASON = "emergency stop"
FAILED = "the freeze file could not be written"
LATE = f"the freeze file was not written within {FILE_PATIENCE * 1000:.0f} ms"


class Latch:
    """Blocks placements. Cancels never ask it."""

    def __init__(self, file: FreezePort, by: str) -> None:
        self._file = file
        self._by = by
        self._blocked = False
        self._prepared = False

    def is_frozen(self) -> bool:
        """Whether a placement must be kept back; one look at the file unless that could not be written."""
        return self._blocked or self._file.is_frozen()

    def prepare(self) -> None:
        """Put the file ready under another name, so that engaging is a rename."""
        self._prepared = not aside(lambda: self._file.prepare(self._by, REASON))

    def discard(self) -> None:
        """Take back what was prepared."""
        self._prepared = False
        aside(self._file.discard)

    def engage(self) -> str:
        """Block from this very moment, then put the file in place. Returns what went wrong with it, in one sentence."""
        self._blocked = True
        prepared, self._prepared = self._prepared, False
        note = aside(self._file.commit) if prepared else FAILED
        if note.startswith(FAILED):
            note = aside(lambda: self._file.freeze(self._by, REASON))
        # With the file in place it rules, so that a release from another shell is one here too.
        self._blocked = bool(note)
        return note

    def engage_then(self, act: Callable[[str], None]) -> None:
        """Block, then call `act` once with what went wrong, in one sentence. A prepared file is renamed in this very
        thread, because waking another one takes longer than everything else a stop does before its bytes; when the
        disk, which took the prepared file a moment ago, is stuck now, `act` is called in another thread all the same.
        """
        self._blocked = True
        if not self._prepared:
            act(self.engage())
            return
        self._prepared = False
        once, renamed = threading.Lock(), threading.Lock()
        renamed.acquire()

        def late() -> None:
            if not renamed.acquire(timeout=FILE_PATIENCE) and once.acquire(blocking=False):
                act(LATE)

        # Not a Thread: that waits until the new thread runs. None left: then only a stuck disk holds the cancel back.
        with contextlib.suppress(RuntimeError):
            _thread.start_new_thread(late, ())
        note = _told(self._file.commit)
        if once.acquire(blocking=False):
            if note:
                note = aside(lambda: self._file.freeze(self._by, REASON))
            self._blocked = bool(note)
            act(note)
        renamed.release()

    def settle(self) -> None:
        """See the file to the disk, some time after it mattered."""
        aside(self._file.sync)

    def release(self, phrase: str) -> None:
        """Let placements pass again. Raises ValueError unless the phrase is the right one."""
        self._file.release(phrase)
        self._blocked = False


def _told(work: Callable[[], None]) -> str:
    """What went wrong, in one sentence."""
    try:
        work()
    except OSError as error:
        return f"{FAILED}: {error}"
    return ""


def aside(work: Callable[[], None]) -> str:
    """Touch the disk in a thread and wait a moment only. Returns what went wrong, in one sentence."""
    failed: list[str] = []

    def run() -> None:
        failed.append(_told(work))

    thread = threading.Thread(target=run, name="freeze-file", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        return f"{FAILED}: {error}"
    thread.join(FILE_PATIENCE)
    if thread.is_alive():
        return LATE
    return failed[0] if failed else FAILED
