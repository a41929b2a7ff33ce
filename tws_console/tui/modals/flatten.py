"""Close which positions? The scope question, with the friction of its money. May import textual; not the engine.

What is closed is what was shown: the positions captured at the key press, with quantities that the engine reads anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tws_console.model.position import Position
from tws_console.rules.flatten_plan import How
from tws_console.tui.modals.dialog import Dialog, no_button
from tws_console.tui.modals.typed import Typed
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


class FlattenModal(Dialog[Flattening | None]):
    """The chosen scope, or None for No. `y` then enter sends; on a live account the scope's word then enter."""

    STOPS_WITH_A_STOP = True

    def __init__(self, offered: Sequence[Scope]) -> None:
        super().__init__(no=None)
        self._scopes = tuple(offered)
        self._chosen = 0
        self._market = False
        self._said_yes = False
        self._typed = Typed()

    @property
    def _scope(self) -> Scope:
        return self._scopes[self._chosen]

    @property
    def _live(self) -> bool:
        return self.frame is Frame.LIVE

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
            self._answers(),
        ]

    def _answers(self) -> Spans:
        if self._live:
            typed = (Span(f" {self._typed.text}", "strong", True, "field"), Span(" ", "accent_ink", False, "accent"))
            word = Span(clean(self._scope.word), "warn", True)
            return (*no_button(), *line("      to close type "), word, *line(" then enter "), *typed)
        if self._said_yes:
            return (Span(" enter ", "accent_ink", True, "accent"), value(" closes"), *line("   any other key: no"))
        return (*no_button(), Span("      "), key("y"), value(" then enter closes"))

    def keys(self) -> Spans:
        send = () if self._live else (key("y"), *line(" then enter close  "))
        return (
            *(key("up dn"), *line(" scope  "), key("f2"), *line(" limit or market  ")),
            *send,
            *(key("esc"), *line(" no  "), key("^G"), *line(" stop all")),
        )

    @property
    def takes_text(self) -> bool:
        return self._live

    def answer(self, name: str, character: str | None) -> None:
        if name in {"up", "down", "tab", "shift+tab"}:
            self._chosen = (self._chosen + (-1 if name in {"up", "shift+tab"} else 1)) % len(self._scopes)
            self._start_over()
        elif name == "f2":
            self._market = not self._market
            self._start_over()
        elif name == "enter":
            self.close(self._yes() if self._agreed() else None)
        elif name == "escape" or self._said_yes:
            self.close(None)
        elif self._live:
            if self._typed.take(name, character):
                self.draw()
        elif name == "y":
            self._said_yes = True
            self.draw()
        elif name == "n":
            self.close(None)

    def _start_over(self) -> None:
        """Another question is another answer: nothing of the old one counts."""
        self._said_yes, self._typed = False, Typed()
        self.draw()

    def _agreed(self) -> bool:
        typed = self._typed.text.strip().lower()
        return typed == self._scope.word.lower() if self._live else self._said_yes

    def _yes(self) -> Flattening:
        return Flattening(self._scope.positions, How("MKT" if self._market else "LMT"))
