"""A word typed as an answer. Pure; imports nothing of ours. Pastes never get here: only single keys do."""

from __future__ import annotations

MAX_LENGTH = 60


class Typed:
    """Text under construction; it knows keys by name and by the character they type."""

    def __init__(self, text: str = "") -> None:
        self.text = text

    def take(self, name: str, character: str | None) -> bool:
        """True when the key changed the text."""
        before = self.text
        if name == "backspace":
            self.text = self.text[:-1]
        elif name == "ctrl+u":
            self.text = ""
        elif character is not None and len(self.text) < MAX_LENGTH:
            self.text += character
        return self.text != before
