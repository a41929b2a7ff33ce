"""From the terminal's text to messages: Textual's parser, guarded, with pastes read apart from it.

Textual 8.2.8 ends the program on some key reports, and a paste whose end never comes swallows every later key, the stop
key too (_xterm_parser.py). May import textual.
"""

from __future__ import annotations

import logging
from time import monotonic

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

from tws_console.tui.input.burst import Bursts

ENTER, ESCAPE = "\r", "\x1b"
PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
PASTE_IDLE = 1.0
"""Seconds without input after which a paste without an end is dropped."""
MOST_PASTED = 100_000
"""Characters. A longer paste is no ticket and no answer: it is swallowed whole."""
log = logging.getLogger("tws_console.tui")


class InputParser:
    """One terminal's input. `feed` takes what one read gave, `tick` lets time pass; both give the messages, of which
    keys that come in bursts are marked (see `burst`).

    An enter that stands in no sequence needs no parser, which takes longer for it than the whole rest of a stop does.
    """

    def __init__(self, *, debug: bool = False) -> None:
        self._debug = debug
        self._parser = XTermParser(debug)
        self._between = True
        """No sequence has begun that has not ended."""
        self._recent = ""
        self._paste: list[str] | None = None
        self._pasted = 0
        self._last = 0.0
        self._bursts = Bursts()
        self.dropped = 0
        """Sequences that nobody understood, and pastes that were too long or never ended."""

    def feed(self, text: str, now: float | None = None) -> list[Message]:
        self._last = now = monotonic() if now is None else now
        found: list[Message] = []
        for character in text:
            if self._paste is None:
                self._key(character, found)
            else:
                self._swallow(character, found)
        self._bursts.mark(found, now)
        return found

    def tick(self, now: float | None = None) -> list[Message]:
        now = monotonic() if now is None else now
        if self._paste is not None and now - self._last > PASTE_IDLE:
            self._drop("a paste that did not end")
        try:
            found = list(self._parser.tick())
        except Exception:
            found = []
            self._renew()
        self._bursts.mark(found, now)
        return found

    def _key(self, character: str, found: list[Message]) -> None:
        """One character to Textual's parser; a failure costs the sequence it came from and nothing behind it."""
        if character == ENTER and self._between:
            found.append(events.Key("enter", ENTER))
            self._recent = ENTER
            return
        before = len(found)
        try:
            found.extend(self._parser.feed(character))
        except Exception:
            # Whatever a terminal sends, a report nobody understands must not end the program that holds live orders.
            self._renew()
            return
        self._between = character != ESCAPE and (self._between or len(found) > before)
        self._recent = (self._recent + character)[-len(PASTE_START) :]
        if self._recent == PASTE_START:
            # The parser's own paste ends here, empty: ours begins.
            for _ in self._parser.feed(PASTE_END):
                continue
            self._paste, self._pasted, self._recent = [], 0, ""

    def _swallow(self, character: str, found: list[Message]) -> None:
        """One character of a paste."""
        assert self._paste is not None
        self._recent = (self._recent + character)[-len(PASTE_END) :]
        self._pasted += 1
        if self._pasted <= MOST_PASTED:
            self._paste.append(character)
        if self._recent != PASTE_END:
            return
        if self._pasted > MOST_PASTED:
            self._drop(f"a paste of {self._pasted:,} characters")
            return
        text = "".join(self._paste)[: -len(PASTE_END)]
        self._paste, self._recent = None, ""
        # A NUL would cut the text (Textual issue 1661).
        found.append(events.Paste(text.replace("\0", "")))

    def _drop(self, what: str) -> None:
        self._paste, self._recent = None, ""
        self.dropped += 1
        log.warning("dropped %s", what)

    def _renew(self) -> None:
        """Another parser in place of one that failed; what it knows of the terminal's size stays."""
        former, self._parser = self._parser, XTermParser(self._debug)
        self._parser.mouse_pixels = former.mouse_pixels
        self._parser.terminal_size = former.terminal_size
        self._parser.terminal_pixel_size = former.terminal_pixel_size
        self._recent, self._between = "", True
        self.dropped += 1
        log.warning("dropped a sequence of the terminal that nobody understands")
