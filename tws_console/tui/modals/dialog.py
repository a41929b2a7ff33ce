"""What all dialogs share: frame by mode, keys, the moment in which they take none, one answer and no more.

May import textual; not the engine.
"""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from tws_console.tui.facade import console
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.pieces import CHIP_WORDS, Frame, chip, framed
from tws_console.tui.widgets.painted import Painted
from tws_console.tui.widgets.status_bar import StatusBar

T = TypeVar("T")

SETTLE = 0.15
"""Seconds on screen before a dialog takes keys: what was typed ahead of it answers nothing."""
MAX_WIDTH = 84
AROUND = 4
"""Rows of the screen round the text of a dialog: status line, key line and frame."""


class Dialog(ModalScreen[T]):
    """A question. Subclasses give its text through `rows` and take its keys through `answer`."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $tws-scrim 82%;
        overflow: hidden;
    }
    Dialog > StatusBar { dock: top; height: 1; }
    Dialog > #box { width: 76; height: auto; }
    Dialog > #keys { dock: bottom; height: 1; width: 100%; }
    """
    AUTO_FOCUS = None
    STOPS_WITH_A_STOP = False
    """True for questions that must be answered No once an emergency stop is sent."""

    TYPED = False
    """True where letters only make a text and answer nothing: then a fast hand loses none of them."""

    def __init__(self, no: T) -> None:
        super().__init__()
        self.no = no
        self._shown_at: float | None = None
        self._answered = False
        self._withdrawn = False

    # What a dialog is made of

    def heading(self) -> Spans:
        raise NotImplementedError

    def rows(self) -> list[Spans | None]:
        raise NotImplementedError

    def foot(self) -> Spans:
        return ()

    def keys(self) -> Spans:
        raise NotImplementedError

    def answer(self, name: str, character: str | None) -> None:
        """One key press: its name and the character it types, None when it types none."""
        raise NotImplementedError

    def tone(self) -> str:
        return "warn" if self.frame is Frame.LIVE else "accent"

    # Shared by all

    @property
    def frame(self) -> Frame:
        return Frame(console(self).session.shown_mode.value)

    @property
    def inner_width(self) -> int:
        """Cells for text inside the frame."""
        return self.box_width - 5

    @property
    def box_width(self) -> int:
        return max(40, min(MAX_WIDTH, self.app.size.width - 4))

    @property
    def takes_text(self) -> bool:
        """True while a letter is only typed and answers nothing."""
        return self.TYPED

    @property
    def young(self) -> bool:
        """True while it has not been on the screen long enough to be answered."""
        return self._shown_at is None or console(self).monotonic() - self._shown_at < SETTLE

    def compose(self) -> ComposeResult:
        yield StatusBar()
        yield Painted(id="box")
        yield Painted(id="keys", ground="raised")

    def on_mount(self) -> None:
        self.draw()
        self.call_after_refresh(self._shown)

    def _shown(self) -> None:
        self._shown_at = console(self).monotonic()

    def on_resize(self) -> None:
        self.draw()

    def draw(self) -> None:
        """Build the box and the key line anew; unchanged rows are not painted again."""
        if not self.is_mounted:
            return
        width = self.box_width
        box = self.query_one("#box", Painted)
        box.styles.width = width
        head = (chip(CHIP_WORDS[self.frame], self.frame.value), Span(" "), *self.heading())
        rows = _without_blanks(self.rows(), self.app.size.height - AROUND)
        box.show_lines(framed(rows, width, frame=self.frame, tone=self.tone(), title=head, foot=self.foot()))
        self.query_one("#keys", Painted).show_lines([(Span(" "), *self.keys())])

    def on_key(self, event: events.Key) -> None:
        """Nothing typed at a question reaches the page below."""
        event.stop()
        event.prevent_default()
        character = event.character if event.is_printable else None
        if not self._answered and (not self.young or (self.TYPED and character is not None)):
            self.answer(event.key, character)

    def close(self, result: T) -> None:
        """Answer once; later keys of the same burst find the question closed."""
        if self._answered:
            return
        self._answered = True
        self.dismiss(result)

    def withdraw(self) -> None:
        """Answered No because a stop was sent; below another screen as soon as that one has gone."""
        if not self.STOPS_WITH_A_STOP:
            return
        if self.app.screen is self:
            self.close(self.no)
        else:
            self._withdrawn = True

    def on_screen_resume(self) -> None:
        if self._withdrawn:
            self.close(self.no)


def _without_blanks(rows: list[Spans | None], room: int) -> list[Spans | None]:
    """The rows, of which blank ones yield from the first on where there is no room for all."""
    kept = list(rows)
    while len(kept) > room and () in kept:
        kept.remove(())
    return kept


def no_button(words: str = "No") -> Spans:
    """The default answer, the one that enter gives."""
    return (chip(words, "accent"), Span(" enter esc", "muted"))
