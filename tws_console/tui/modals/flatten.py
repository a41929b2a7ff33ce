"""Close which positions? The scope question, with the friction of its money. May import textual; not the engine.

What is closed is what was shown: the positions captured at the key press, with quantities that the engine reads anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tws_console.model.position import Position
from tws_console.rules.flatten_plan import How
from tws_console.rules.risk import Friction
from tws_console.tui.modals.agreement import Question
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.formats import clean, cut_end
from tws_console.tui.views.pieces import Frame, key, line, strong, value

_NAMES = 6


@dataclass(frozen=True, slots=True)
class Scope:
    """What one answer closes. `word` is what has to be typed for it on a live account."""

    label: str
    word: str
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Flattening:
    """The answer: which positions, and how."""

    positions: tuple[Position, ...]
    how: How


def scopes(under_cursor: Position | None, held: Sequence[Position]) -> tuple[Scope, ...]:
    """This instrument, this account, all: those that differ and hold something."""
    held = tuple(row for row in held if row.quantity)
    found = []
    if under_cursor is not None and under_cursor.quantity:
        name, account = clean(under_cursor.instrument.name), clean(under_cursor.account)
        found.append(Scope(f"{name} {under_cursor.quantity:+,f} in {account}", name, (under_cursor,)))
        mine = tuple(row for row in held if row.account == under_cursor.account)
        if len(mine) > 1 and len(mine) < len(held):
            found.append(Scope(f"all {len(mine)} positions of {account}", account, mine))
    if len(held) > 1 or not found:
        accounts = len({row.account for row in held})
        where = f" in {accounts} accounts" if accounts > 1 else ""
        found.append(Scope(f"all {len(held)} positions{where}", "all", held))
    return tuple(found)


class FlattenModal(Question[Flattening | None]):
    """The chosen scope, or None for No. `y` then enter sends; on a live account the scope's word then enter."""

    VERB = "close"

    def __init__(self, offered: Sequence[Scope]) -> None:
        super().__init__(no=None)
        self._scopes = tuple(offered)
        self._chosen = 0
        self._market = False

    @property
    def _scope(self) -> Scope:
        return self._scopes[self._chosen]

    def heading(self) -> Spans:
        return (strong("Close positions?"),)

    def rows(self) -> list[Spans | None]:
        options = [
            (Span("▌ " if chosen else "  ", "accent"), Span(scope.label, "strong" if chosen else "text", chosen))
            for number, scope in enumerate(self._scopes)
            for chosen in (number == self._chosen,)
        ]
        names = [clean(row.instrument.name) for row in self._scope.positions]
        more = f" +{len(names) - _NAMES}" if len(names) > _NAMES else ""
        how = "at the market" if self._market else f"limits {How().distance_percent:f}% through"
        return [
            (),
            *options,
            (),
            line(cut_end(f"{' '.join(names[:_NAMES])}{more}", self.inner_width)),
            line("How              ", value(how), "   ", key("f2"), " changes"),
            line("First            ", value("own closing orders are cancelled")),
            line("Never            ", value("a flip: other orders count too")),
            (),
            None,
            *self.answers("close them"),
        ]

    @property
    def level(self) -> Friction:
        return Friction.SYMBOL if self.frame is Frame.LIVE else Friction.YES_ENTER

    @property
    def word(self) -> str:
        return self._scope.word

    def more_keys(self) -> Spans:
        return (key("up dn"), *line(" scope  "), key("f2"), *line(" limit or market  "))

    def yes(self) -> None:
        self.close(Flattening(self._scope.positions, How("MKT" if self._market else "LMT")))

    def other(self, name: str, character: str | None) -> None:
        if name in {"up", "down", "tab", "shift+tab"}:
            self._chosen = (self._chosen + (-1 if name in {"up", "shift+tab"} else 1)) % len(self._scopes)
        elif name == "f2":
            self._market = not self._market
        else:
            return
        # Another question is another answer: what was typed for the old one does not count.
        self.agreement.start_over()
        self.draw()
