"""The user's own table of broker codes: checked like every other setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from tws_console.config.errors import ConfigError
from tws_console.config.load import load
from tws_console.config.resolve import resolve
from tws_console.model.codes import OVERRIDES, Effect


def written(folder: Path, text: str) -> str:
    path = folder / "config.toml"
    path.write_text(text)
    return str(path)


def test_codes_reach_the_run_when_the_file_has_them(tmp_path: Path) -> None:
    effects = "\n".join(f'[codes.{number}]\neffect = "{effect}"' for number, effect in enumerate(OVERRIDES, 100))

    effective = resolve(load(written(tmp_path, effects)), {}, {}, "x")

    assert effective.codes == {100: Effect.NOTE, 101: Effect.WARNING, 102: Effect.VERIFY}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[codes.10349]\neffect = "nite"',
            "codes.10349.effect: must be 'note', 'warning' or 'verify' (did you mean note?)",
        ),
        ('[codes.10349]\neffect = "cancelled"', "codes.10349.effect: must be 'note', 'warning' or 'verify', got"),
        ('[codes.10349]\nefect = "note"', "codes.10349.efect: unknown key; did you mean effect?"),
        ("[codes.10349]", "codes.10349.effect"),
        ('[codes.all]\neffect = "note"', "codes: must be named by numbers, as in [codes.10349]"),
        ("codes = 5", "codes: must be a table"),
    ],
)
def test_codes_are_refused_in_one_sentence_when_wrong(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as failed:
        load(written(tmp_path, text))

    assert words in str(failed.value)
    assert "\n" not in str(failed.value)
