"""Which rows a table shows and which one the cursor is on. Pure: keys and times in; imports nothing of ours.

The cursor is anchored to the key of its row, never to a line number, so what an action hits is what was seen. Rows do
not move under a moving hand: for a moment after a key the order of the rows stands still.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

HOLD = 3.0
"""Seconds after a key in which rows keep their places."""
GHOST = 2.0
"""Seconds for which the row under the cursor stays visible after it has ended."""


class RowWindow:
    """Keys of the rows, the cursor's key, and the first row shown. Times are monotonic seconds."""

    def __init__(self, follow: Callable[[Hashable], Hashable | None] | None = None) -> None:
        self._follow = follow
        self._index: dict[Hashable, int] = {}
        self._live: frozenset[Hashable] = frozenset()
        self._wanted: tuple[Hashable, ...] = ()
        self._hold_until = 0.0
        self._ghost: Hashable | None = None
        self._ghost_until = 0.0
        self.keys: tuple[Hashable, ...] = ()
        self.cursor: Hashable | None = None
        self.top = 0
        self.height = 1

    @property
    def waiting(self) -> int:
        """New rows that are held back."""
        return sum(key not in self._index for key in self._wanted)

    @property
    def index(self) -> int:
        """The cursor's row, 0 when there is none."""
        return self._index.get(self.cursor, 0)

    @property
    def visible(self) -> tuple[Hashable, ...]:
        return self.keys[self.top : self.top + self.height]

    @property
    def count(self) -> int:
        """Rows that are live now, those held back included."""
        return len(self._wanted)

    def ended(self, key: Hashable) -> bool:
        """True for a row that is only still shown."""
        return key not in self._live

    def line_of(self, key: Hashable) -> int | None:
        """The line of a visible row from the top of the rows, None when it is not visible."""
        index = self._index.get(key)
        if index is None or not self.top <= index < self.top + self.height:
            return None
        return index - self.top

    def hold(self, now: float) -> None:
        """A key was pressed: keep the rows where they are."""
        self._hold_until = now + HOLD

    def start_over(self) -> None:
        """What comes next is about something else: nothing of it waits, and no old row stays."""
        self._hold_until, self._ghost, self.cursor, self.top = 0.0, None, None, 0

    def update(self, keys: Sequence[Hashable], now: float) -> bool:
        """The rows there are now. True when what is shown changed."""
        wanted = tuple(keys)
        if wanted == self._wanted:
            return False
        self._wanted = wanted
        self._live = frozenset(wanted)
        self._follow_cursor()
        appended = wanted[: len(self.keys)] == self.keys
        if not appended and now < self._hold_until:
            if self.cursor is not None and self.cursor not in self._live:
                self._haunt(now)
            return True
        self._apply(now)
        return True

    def tick(self, now: float) -> bool:
        """Let time pass: held rows take their places, a ghost goes. True when what is shown changed."""
        if self.keys == self._wanted or now < self._hold_until:
            return False
        if self._ghost is not None and now < self._ghost_until and len(self.keys) == len(self._wanted) + 1:
            return False
        before = self.keys
        self._apply(now)
        return self.keys != before

    def resize(self, height: int) -> None:
        self.height = max(1, height)
        self._reveal()

    def go(self, index: int) -> None:
        """Put the cursor on a row by its place; out of range goes to the nearest."""
        if self.keys:
            self.cursor = self.keys[max(0, min(index, len(self.keys) - 1))]
            self._reveal()

    def go_to(self, key: Hashable) -> bool:
        """Put the cursor on a row by its key. False when there is no such row."""
        if key not in self._index:
            return False
        self.cursor = key
        self._reveal()
        return True

    def scroll(self, rows: int) -> None:
        """Move what is shown without the cursor."""
        self.top = max(0, min(self.top + rows, len(self.keys) - self.height))

    def _follow_cursor(self) -> None:
        """A row that got its permId keeps the cursor under its new key."""
        if self._follow is None or self.cursor is None or self.cursor in self._live:
            return
        renamed = self._follow(self.cursor)
        if renamed is None or renamed == self.cursor or renamed not in self._live:
            return
        index = self._index.get(self.cursor)
        if index is not None and renamed not in self._index:
            self._index[renamed] = self._index.pop(self.cursor)
            self.keys = (*self.keys[:index], renamed, *self.keys[index + 1 :])
        self.cursor = renamed

    def _haunt(self, now: float) -> None:
        if self._ghost != self.cursor:
            self._ghost, self._ghost_until = self.cursor, now + GHOST

    def _apply(self, now: float) -> None:
        at, offset = self.index, self.index - self.top
        shown = list(self._wanted)
        if self.cursor is not None and self.cursor not in self._live and self.cursor in self._index:
            self._haunt(now)
            if now < self._ghost_until:
                shown.insert(min(at, len(shown)), self.cursor)
        self.keys = tuple(shown)
        self._index = {key: index for index, key in enumerate(self.keys)}
        if self.cursor not in self._index:
            self._ghost = None
            self.cursor = self.keys[min(at, len(self.keys) - 1)] if self.keys else None
        self.top = self.index - offset
        self._reveal()

    def _reveal(self) -> None:
        index = self.index
        top = min(max(self.top, index - self.height + 1), index)
        self.top = max(0, min(top, len(self.keys) - self.height))
