"""Which orders are marked. Pure: orders in; imports model and views only.

A mark sits on the key of its order, as the cursor does: it goes with the order when that gets its permId, and goes
away, in words, when the order ends.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from tws_console.model.order import Order
from tws_console.tui.views import formats
from tws_console.tui.views.status_words import word

NAMED = 4
"""Ended orders that are named in one message before the rest is counted."""


class Marks:
    """`follow` names the new key of a row that was renamed, None when it was not."""

    def __init__(self, follow: Callable[[Hashable], Hashable | None]) -> None:
        self._follow = follow
        self.keys: frozenset[Hashable] = frozenset()

    def toggle(self, key: Hashable) -> None:
        self.keys ^= {key}

    def add(self, keys: Iterable[Hashable]) -> None:
        self.keys |= frozenset(keys)

    def clear(self) -> None:
        self.keys = frozenset()

    def keep(self, live: Iterable[Hashable]) -> tuple[Hashable, ...]:
        """Only these keys can be marked from now on. Returns the marked ones that are not among them any more."""
        if not self.keys:
            return ()
        held = frozenset(live)
        named = {key: key if key in held else self._follow(key) or key for key in self.keys}
        self.keys = frozenset(named.values()) & held
        return tuple(key for key, now in named.items() if now not in held)


def lost_words(ended: Sequence[Order], lost: int, left: int) -> str:
    """`A mark is gone: SELL 150 MSFT #884120391 is filled. 2 marks stay.` for `lost` orders, as far as known."""
    names = [
        f"{formats.clean(order.action)} {formats.quantity(order.quantity)} {formats.clean(order.instrument.name)} "
        f"{order.key} is {word(order).lower()}"
        for order in ended[:NAMED]
    ]
    if lost > len(names):
        names.append(f"{lost - len(names)} more have ended" if names else f"{lost} have ended")
    head = "A mark is gone" if lost == 1 else f"{lost} marks are gone"
    stay = "no mark stays" if not left else "1 mark stays" if left == 1 else f"{left} marks stay"
    return f"{head}: {', '.join(names)}; {stay}."
