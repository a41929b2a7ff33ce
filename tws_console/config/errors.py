"""The errors of this room, each one sentence for a person. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ConfigError(Exception):
    """Settings that cannot be used. One sentence: which file, key or variable, what is wrong, what to do."""


class ThemeError(ConfigError):
    """A theme that cannot be used, told in the same form."""


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """`did you mean port?`, or all known names when none is near; empty when there are none."""
    names = sorted(known)
    near = get_close_matches(given, names, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]}?"
    return f"known: {', '.join(names)}" if names else ""
