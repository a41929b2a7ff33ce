"""Colour themes: TOML files that give every token of the screens a colour.

Owns the token names and their check. Reads only the file that is asked for, so a start costs one small file. Standard
library only: what a colour does on screen is the terminal room's business.

A file holds `dark = true|false` and a table `[tokens]` with exactly the names of TOKENS, each `#rrggbb`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from tws_console.config import paths
from tws_console.config.errors import ThemeError, did_you_mean

TEXT_TOKENS = (
    "text",
    "strong",
    "muted",
    "accent",
    "up",
    "down",
    "warn",
    "danger",
    "foreign",
    "staged",
    "unknown",
    "stale",
)
"""Colours of text on the grounds."""

FILLS = {
    "accent_ink": "accent",
    "danger_ink": "danger_bg",
    "live_ink": "live",
    "paper_ink": "paper",
    "demo_ink": "demo",
    "unknown_ink": "unknown",
}
"""Colours of text on a fill of its own, with the fill they stand on."""

GROUNDS = ("bg", "raised", "cursor", "field", "live_bg", "line", "scrim")
TOKENS = frozenset(TEXT_TOKENS) | frozenset(FILLS) | frozenset(FILLS.values()) | frozenset(GROUNDS)

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Theme:
    """A checked theme: every name of TOKENS with a colour `#rrggbb` in lower case."""

    name: str
    dark: bool
    tokens: Mapping[str, str]


def load_theme(name: str) -> Theme:
    """The theme of that name: the user's own file first, then the built-in one. Raises ThemeError."""
    if _NAME.fullmatch(name):
        for folder in _folders():
            path = os.path.join(folder, f"{name}.toml")
            if os.path.isfile(path):
                return read_theme(path)
    raise ThemeError(f"theme: there is no theme {name!r}; {did_you_mean(name, available())}")


def read_theme(path: str) -> Theme:
    """The theme of one file, named after it. Raises ThemeError with file, token, value and the nearest valid name."""
    try:
        with open(path, "rb") as file:
            raw = tomllib.load(file)
    except OSError as error:
        raise ThemeError(f"{path}: cannot be read ({error.strerror}); is it a file you may read?") from error
    except (ValueError, RecursionError) as error:
        raise ThemeError(f"{path}: is not valid TOML: {error}; correct that place.") from error
    for key in raw:
        if key not in ("dark", "tokens"):
            raise ThemeError(f"{path}: {key}: unknown key; {did_you_mean(key, ('dark', 'tokens'))}")
    dark, tokens = raw.get("dark"), raw.get("tokens")
    if not isinstance(dark, bool):
        raise ThemeError(f"{path}: dark: must be true or false, got {dark!r}; say which ground the theme has.")
    if not isinstance(tokens, dict):
        raise ThemeError(f"{path}: tokens: must be a table of colours; add [tokens].")
    return Theme(os.path.splitext(os.path.basename(path))[0], dark, _checked(tokens, path))


def available() -> tuple[str, ...]:
    """Names of all themes that can be loaded, sorted. Looks into both folders."""
    names: set[str] = set()
    for folder in _folders():
        try:
            files = os.listdir(folder)
        except OSError:
            continue
        names.update(name.removesuffix(".toml") for name in files if name.endswith(".toml"))
    return tuple(sorted(name for name in names if _NAME.fullmatch(name)))


def built_in_folder() -> str:
    """Folder of the themes that come with the program: inside the installed package, else beside it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = os.path.join(package, "themes")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), "themes")


def _folders() -> tuple[str, str]:
    return paths.user_themes_dir(), built_in_folder()


def _checked(tokens: dict[str, object], path: str) -> dict[str, str]:
    for token, value in tokens.items():
        if token not in TOKENS:
            raise ThemeError(
                f"{path}: tokens.{token}: unknown token with value {value!r}; {did_you_mean(token, TOKENS)}"
            )
    missing = sorted(TOKENS - tokens.keys())
    if missing:
        raise ThemeError(f"{path}: tokens.{missing[0]}: has no colour; add it ({len(missing)} missing in all).")
    colours = {}
    for token, value in tokens.items():
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            raise ThemeError(f"{path}: tokens.{token}: must be a colour like #1a2b3c, got {value!r}; correct it.")
        colours[token] = value.lower()
    return colours
