"""The freeze as this process holds it: a flag that takes effect at once, and the file that every process looks at.

Owns the threads in which that file is touched, so that a stuck disk never holds a cancel back. Imports ports only.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from time import monotonic

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
        self._watch: _Watch | None = None
        """There while the file is prepared."""

    def is_frozen(self) -> bool:
        """Whether a placement must be kept back; one look at the file unless that could not be written."""
        return self._blocked or self._file.is_frozen()

    def prepare(self) -> None:
        """Put the file ready under another name, so that engaging is a rename, and a watch beside it."""
        self._forget_watch()
        if not aside(lambda: self._file.prepare(self._by, REASON)):
            self._watch = _Watch()

    def discard(self) -> None:
        """Take back what was prepared."""
        self._forget_watch()
        aside(self._file.discard)

    def engage(self) -> str:
        """Block from this very moment, then put the file in place. Returns what went wrong with it, in one sentence."""
        self._blocked = True
        note = aside(self._file.commit) if self._forget_watch() else FAILED
        if note.startswith(FAILED):
            note = aside(lambda: self._file.freeze(self._by, REASON))
        # With the file in place it rules, so that a release from another shell is one here too.
        self._blocked = bool(note)
        return note

    def engage_then(self, act: Callable[[str], None]) -> None:
        """Block, then call `act` once with what went wrong, in one sentence. A prepared file is renamed in this very
        thread, because waking another one takes longer than everything else a stop does before its bytes; when the
        disk, which took the prepared file a moment ago, is stuck now, the watch calls `act` in its thread all the same.
        """
        self._blocked = True
        watch, self._watch = self._watch, None
        if watch is None:
            act(self.engage())
            return
        watch.begin(act)
        note = _told(self._file.commit)
        if watch.first():
            if note:
                note = aside(lambda: self._file.freeze(self._by, REASON))
            self._blocked = bool(note)
            act(note)
        watch.end()

    def _forget_watch(self) -> bool:
        """End the watch; whether there was one, which tells that the file is prepared."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.end()
        return watch is not None

    def settle(self) -> None:
        """See the file to the disk, some time after it mattered, and take away what was prepared beside it."""
        aside(self._file.sync)
        if self._watch is None:
            aside(self._file.discard)

    def release(self, phrase: str) -> None:
        """Let placements pass again. Raises ValueError unless the phrase is the right one."""
        self._file.release(phrase)
        self._blocked = False


class _Watch:
    """Waits beside a rename, and acts in its place when it takes too long. It is begun when the bar opens and looks by
    itself whether the rename has started: starting or waking a thread at the key would hold up the bytes.
    """

    def __init__(self) -> None:
        self._over = threading.Event()
        self._acting = threading.Lock()
        self._due: tuple[float, Callable[[str], None]] | None = None
        # No thread left: then only a stuck disk holds the cancel back.
        with contextlib.suppress(RuntimeError):
            threading.Thread(target=self._look, name="freeze-watch", daemon=True).start()

    def begin(self, act: Callable[[str], None]) -> None:
        """The rename starts now."""
        self._due = monotonic() + FILE_PATIENCE, act

    def first(self) -> bool:
        """True for one caller: that one acts."""
        return self._acting.acquire(blocking=False)

    def end(self) -> None:
        self._over.set()

    def _look(self) -> None:
        while not self._over.wait(FILE_PATIENCE / 2):
            if self._due is not None:
                at, act = self._due
                if not self._over.wait(max(0.0, at - monotonic())) and self.first():
                    act(LATE)
                return


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
