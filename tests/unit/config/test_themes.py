"""Themes: the built-in ones can be read by eyes, and a wrong file is told in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tws_console.config.errors import ThemeError
from tws_console.config.themes import FILLS, TEXT_TOKENS, TOKENS, available, built_in_folder, load_theme, read_theme

BUILT_IN = ("dark", "light", "mono")
GROUNDS_OF_TEXT = ("bg", "raised", "cursor", "field")


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` as in WCAG 2.1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_that_of_the_standard_when_colours_are_known() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", BUILT_IN)
def test_text_can_be_read_when_it_stands_on_any_ground(name: str) -> None:
    tokens = load_theme(name).tokens
    for token in TEXT_TOKENS:
        for ground in GROUNDS_OF_TEXT:
            assert contrast(tokens[token], tokens[ground]) >= 4.5, (token, ground)
    for ink, fill in FILLS.items():
        assert contrast(tokens[ink], tokens[fill]) >= 4.5, (ink, fill)


@pytest.mark.parametrize("name", BUILT_IN)
def test_theme_has_exactly_the_tokens_when_built_in(name: str) -> None:
    theme = load_theme(name)
    assert set(theme.tokens) == TOKENS
    assert theme.name == name
    assert theme.dark is (name != "light")


def test_modes_never_look_alike_when_there_are_colours() -> None:
    for name in ("dark", "light"):
        tokens = load_theme(name).tokens
        assert len({tokens["live"], tokens["paper"], tokens["demo"], tokens["danger_bg"]}) == 4


def test_available_lists_both_folders_when_the_user_has_themes(home: Path) -> None:
    assert available() == BUILT_IN
    (home / "themes").mkdir()
    (home / "themes" / "mine.toml").write_text("", encoding="utf-8")
    (home / "themes" / "notes.txt").write_text("", encoding="utf-8")
    assert available() == ("dark", "light", "mine", "mono")


def test_load_theme_takes_the_users_file_when_it_has_a_built_in_name(home: Path) -> None:
    (home / "themes").mkdir()
    text = Path(built_in_folder(), "dark.toml").read_text(encoding="utf-8")
    (home / "themes" / "dark.toml").write_text(text.replace("#d5dce4", "#FFFFFF"), encoding="utf-8")
    assert load_theme("dark").tokens["text"] == "#ffffff"


@pytest.mark.parametrize("name", ["drak", "../themes/dark", "", "/etc/passwd"])
def test_load_theme_names_what_there_is_when_the_name_is_wrong(home: Path, name: str) -> None:
    with pytest.raises(ThemeError, match=r"there is no theme .*dark"):
        load_theme(name)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ('text = "#d5dce4"', 'txet = "#d5dce4"'),
            "tokens.txet: unknown token with value '#d5dce4'; did you mean text?",
        ),
        (('text = "#d5dce4"', ""), "tokens.text: has no colour"),
        (('"#d5dce4"', '"red"'), "tokens.text: must be a colour like #1a2b3c, got 'red'"),
        (('"#d5dce4"', '"#d5dce"'), "tokens.text: must be a colour"),
        (('"#d5dce4"', "7"), "tokens.text: must be a colour like #1a2b3c, got 7"),
        (("dark = true", "dark = 1"), "dark: must be true or false, got 1"),
        (("dark = true", "drak = true"), "drak: unknown key; did you mean dark?"),
        (("[tokens]", "[tokens"), "line 3"),
    ],
)
def test_read_theme_names_file_token_and_value_when_one_is_wrong(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    text = Path(built_in_folder(), "dark.toml").read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(ThemeError) as caught:
        read_theme(str(path))
    assert str(caught.value).startswith(f"{path}: ")
    assert words in str(caught.value)


def test_read_theme_refuses_in_a_sentence_when_tokens_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("dark = true\n", encoding="utf-8")
    with pytest.raises(ThemeError, match=r"add \[tokens\]"):
        read_theme(str(path))
