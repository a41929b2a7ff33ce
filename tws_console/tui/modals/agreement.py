"""How a question is said yes to: one key, that key and then enter, or a word typed and then enter.

Default is No: escape and enter are No unless what is asked for came before. May import textual; not the engine.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TypeVar

from tws_console.rules.risk import Friction
from tws_console.tui.modals.dialog import Dialog, no_button
from tws_console.tui.modals.typed import Typed
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.cells import width as total
from tws_console.tui.views.pieces import key, line, value

T = TypeVar("T")
_GAP = "      "


class Reply(Enum):
    """What one key said."""

    YES = auto()
    NO = auto()
    MORE = auto()
    """A part of a yes."""
    NOTHING = auto()
    """Neither: the dialog may have a use for the key."""


class Agreement:
    """One answer under way. `word` is what has to be typed where the level asks for a word."""

    def __init__(self, level: Friction = Friction.YES, word: str = "") -> None:
        self.level = level
        self.word = word
        self.start_over()

    def start_over(self) -> None:
        """Nothing that was pressed or typed so far counts."""
        self._said_yes = False
        self._typed = Typed()

    def ask(self, level: Friction, word: str) -> None:
        """What has to be done for a yes now; another question is another answer."""
        if (level, word) != (self.level, self.word):
            self.level, self.word = level, word
            self.start_over()

    def take(self, name: str, character: str | None) -> Reply:
        """One key press: its name and the character it types, None when it types none."""
        if name == "escape":
            return Reply.NO
        if self.level is Friction.SYMBOL:
            return self._take_word(name, character)
        if self._said_yes:
            return Reply.YES if name == "enter" else Reply.NO
        if name == "y" and self.level is not Friction.REFUSED:
            self._said_yes = self.level is Friction.YES_ENTER
            return Reply.MORE if self._said_yes else Reply.YES
        return Reply.NO if name in {"enter", "n"} else Reply.NOTHING

    def _take_word(self, name: str, character: str | None) -> Reply:
        if name == "enter":
            return Reply.YES if self._typed.text.strip().lower() == self.word.lower() else Reply.NO
        return Reply.MORE if self._typed.take(name, character) else Reply.NOTHING

    def rows(self, verb: str, does: str, back: str, width: int) -> list[Spans]:
        """The answers under the question: `does` is what yes does (`send to PAPER`), `verb` the same in short. A word
        is typed in a row of its own where it would not be seen whole.
        """
        if self.level is Friction.REFUSED:
            return [no_button(back)]
        if self._said_yes:
            enter = Span(" ENTER ", "accent_ink", True, "accent")
            return [(enter, value(f" {does}"), *line("      any other key: no"))]
        if self.level is Friction.SYMBOL:
            typed = self._typed.text.upper() if self.word.isupper() else self._typed.text
            field = (Span(f" {typed}", "strong", True, "field"), Span(" ", "accent_ink", False, "accent"))
            asked = (*line(f"to {verb} type "), Span(self.word, "warn", True), *line(" then enter "))
            whole = (*no_button(), Span(_GAP), *asked)
            if total(whole) + len(self.word) + 2 <= width:
                return [(*whole, *field)]
            return [no_button(), (*asked, *field)]
        then = (*line(" then "), key("enter")) if self.level is Friction.YES_ENTER else ()
        return [(*no_button(), Span(_GAP), key("y"), *then, value(f" {does}"))]

    def keys(self, verb: str) -> Spans:
        """The same for the key line: `y send  enter esc no`."""
        if self.level is Friction.REFUSED:
            return (key("enter esc"), *line(" back  "))
        if self.level is Friction.SYMBOL:
            return (key("enter esc"), *line(" no  "))
        words = f" then enter {verb}  " if self.level is Friction.YES_ENTER else f" {verb}  "
        return (key("y"), *line(words), key("enter esc"), *line(" no  "))


class Question(Dialog[T]):
    """A dialog with one yes. Subclasses say how hard it is in `level` and `word`, and what it does in `yes`."""

    STOPS_WITH_A_STOP = True
    VERB = "yes"
    """What yes does, in a word or two."""

    def __init__(self, no: T) -> None:
        super().__init__(no=no)
        self.agreement = Agreement()

    @property
    def level(self) -> Friction:
        """What must be done to say yes to what is on the screen."""
        return Friction.YES

    @property
    def word(self) -> str:
        """What has to be typed at the highest level."""
        return ""

    @property
    def verb(self) -> str:
        return self.VERB

    def yes(self) -> None:
        """Everything asked for was done."""
        raise NotImplementedError

    def other(self, name: str, character: str | None) -> None:
        """A key that answers nothing; while an enter is waited for every key answers."""

    def more_keys(self) -> Spans:
        """Keys of this dialog besides its answers."""
        return ()

    def answers(self, does: str = "", back: str = "Back") -> list[Spans]:
        """The last rows of the box. `does` is what yes does in full."""
        return self.agreement.rows(self.verb, does or self.verb, back, self.inner_width)

    @property
    def takes_text(self) -> bool:
        return self.level is Friction.SYMBOL

    def draw(self) -> None:
        self.agreement.ask(self.level, self.word)
        super().draw()

    def answer(self, name: str, character: str | None) -> None:
        self.agreement.ask(self.level, self.word)
        match self.agreement.take(name, character):
            case Reply.YES:
                self.yes()
            case Reply.NO:
                self.close(self.no)
            case Reply.MORE:
                self.draw()
            case Reply.NOTHING:
                self.other(name, character)

    def keys(self) -> Spans:
        return (*self.agreement.keys(self.verb), *self.more_keys(), key("^G"), *line(" stop all"))
