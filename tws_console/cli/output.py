"""The one place of the command line that writes to stdout and stderr. Imports model and this room only.

stdout carries one JSON document or one table and nothing else; every word for a person goes to stderr.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from typing import Any, TextIO


class OutputLost(Exception):
    """The result could not be written to stdout (a full disk, say). The text is one sentence."""


def printable(text: str) -> str:
    """The text with every control character shown as `?`: what a broker or a file says must not steer the terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def is_terminal(stream: TextIO | None) -> bool:
    """True when a person sits at the stream. A closed stream is none."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


class Output:
    """Writes the result of one command, once. `as_json` chooses the document, otherwise the table is written."""

    def __init__(self, *, as_json: bool, stdout: TextIO | None = None, stderr: TextIO | None = None) -> None:
        self.as_json = as_json
        self.written = False
        self.stdout = stdout if stdout is not None else sys.stdout
        self._stderr = stderr if stderr is not None else sys.stderr

    def result(self, document: Mapping[str, Any], table: str = "") -> None:
        """Write the document, or the table, and the document's error as words."""
        if self.written:
            return
        self.written = True
        if self.as_json:
            from tws_console.cli.jsontext import to_json

            self._write(to_json(document, indent=2 if is_terminal(self.stdout) else None) + "\n")
        elif table:
            self._write(table.rstrip("\n") + "\n")
        if document.get("error"):
            self.say(str(document["error"]))

    def help(self, text: str) -> None:
        """Write help that was asked for: the one text on stdout that is neither document nor table."""
        self.written = True
        self._write(text.rstrip("\n") + "\n")

    def ask(self, question: str) -> str:
        """Put a question on stderr and read one line of stdin; empty when nobody answers."""
        self.say(question)
        return sys.stdin.readline().strip() if sys.stdin is not None else ""

    @property
    def width(self) -> int:
        """Cells of a line of the terminal."""
        return shutil.get_terminal_size((100, 24)).columns

    def say(self, sentence: str) -> None:
        """One line of words on stderr; lost without a trace when nobody reads it."""
        if self._stderr is None:
            return
        try:
            self._stderr.write(printable(sentence) + "\n")
            self._stderr.flush()
        except (OSError, ValueError):
            return

    def _write(self, text: str) -> None:
        """Write all of it. A reader that went away is no error; a full disk is (OutputLost)."""
        if self.stdout is None:
            return
        encoding = self.stdout.encoding or "utf-8"
        try:
            self.stdout.write(text.encode(encoding, "replace").decode(encoding))
            self.stdout.flush()
        except BrokenPipeError:
            _silence(self.stdout)
        except OSError as error:
            _silence(self.stdout)
            why = error.strerror or str(error)
            raise OutputLost(f"the result could not be written ({why}); `tws-console orders --all` shows it") from error


def _silence(stream: TextIO) -> None:
    """Point the stream at nothing, or the interpreter complains again when it flushes at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)
