"""Colours by meaning: theme tokens to rich styles and to CSS variables named `$tws-<token-with-dashes>`.

May import textual and rich; not config (a theme is anything with name, dark and tokens) and nothing of the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from rich.style import Style
from textual.theme import Theme as TextualTheme

BOLD_WITHOUT_COLOUR = frozenset({"warn", "danger", "unknown", "down", "strong", "accent"})
"""Tokens that stand out by weight where there is no colour."""

FILLS = frozenset({"accent", "danger_bg", "live", "paper", "demo", "unknown", "up"})
"""Grounds of chips: reversed where there is no colour."""


class ThemeTokens(Protocol):
    """A theme as the config room loads it: colours `#rrggbb` by token name."""

    @property
    def name(self) -> str: ...
    @property
    def dark(self) -> bool: ...
    @property
    def tokens(self) -> Mapping[str, str]: ...


class Tones:
    """Styles of one theme, cached. With `no_color` none carries a colour: weight, reverse and underline do the work."""

    def __init__(self, theme: ThemeTokens, *, no_color: bool = False) -> None:
        self.name = theme.name
        self.mono = no_color or theme.name == "mono"
        self.no_color = no_color
        self._theme = theme
        self._cache: dict[tuple[str, bool, str], Style] = {}

    def style(self, token: str, *, bold: bool = False, ground: str = "bg") -> Style:
        """Text in the tone `token` on the ground `ground` (both token names); KeyError for a name no theme has."""
        key = (token, bold, ground)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._make(token, bold, ground)
        return found

    def colour(self, token: str) -> str:
        """The `#rrggbb` of a token."""
        return self._theme.tokens[token]

    def _make(self, token: str, bold: bool, ground: str) -> Style:
        tokens = self._theme.tokens
        heavy = bold or (self.mono and token in BOLD_WITHOUT_COLOUR)
        # Off is said outright: styles are laid over others, and an unset attribute would let theirs shine through.
        if self.no_color:
            return Style(bold=heavy, reverse=ground in FILLS, underline=ground == "field")
        return Style(
            color=tokens[token],
            bgcolor=tokens[ground],
            bold=heavy,
            underline=self.mono and ground == "field",
        )


def css_variables(theme: ThemeTokens) -> dict[str, str]:
    """The tokens as CSS variables: `accent_ink` becomes `tws-accent-ink` (written `$tws-accent-ink` in .tcss)."""
    return {f"tws-{token.replace('_', '-')}": colour for token, colour in theme.tokens.items()}


def textual_theme(theme: ThemeTokens) -> TextualTheme:
    """The same colours for the terminal library's own variables."""
    tokens = theme.tokens
    return TextualTheme(
        name=f"tws-{theme.name}",
        primary=tokens["accent"],
        secondary=tokens["foreign"],
        accent=tokens["accent"],
        warning=tokens["warn"],
        error=tokens["danger"],
        success=tokens["up"],
        foreground=tokens["text"],
        background=tokens["bg"],
        surface=tokens["raised"],
        panel=tokens["raised"],
        dark=theme.dark,
        variables=css_variables(theme),
    )
