"""The question that a command asks before it cancels what is not its own. Imports model and this room only."""

from __future__ import annotations

import sys
from typing import Any

from tws_console.cli.exits import CommandFailed
from tws_console.cli.output import Output, is_terminal
from tws_console.model.problems import ErrorCode

YES = "yes"


def must_be_answerable(otherwise: str, **fields: Any) -> None:
    """Raise CommandFailed (exit 6) when nobody sits at the terminal; `otherwise` says what to do then."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise CommandFailed(ErrorCode.NOT_ARMED, f"nothing was cancelled: {otherwise}", **fields)


def must_agree(out: Output, *sentences: str, **fields: Any) -> None:
    """Say what will happen and ask. Raises CommandFailed (exit 6) unless the answer is yes."""
    for sentence in sentences:
        out.say(sentence)
    if out.ask(f"Type {YES} and enter to do it, anything else is no:").lower() != YES:
        raise CommandFailed(ErrorCode.NOT_ARMED, "nothing was cancelled: the answer was not yes", **fields)
