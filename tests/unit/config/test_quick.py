"""The quick look at the settings says the same mode as the settings themselves, whoever names the port."""

from __future__ import annotations

from pathlib import Path

import pytest

from tws_console.config.load import load
from tws_console.config.quick import read
from tws_console.config.resolve import resolve


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        (None, "paper"),
        (None, "demo"),
        ("[profiles.paper]\nport = 7497\n", "paper"),
        ('[profiles.paper]\nmode = "paper"\n', "paper"),
        ("[profiles.live]\nport = 7496\n", "live"),
        ("[profiles.other]\nport = 4001\n", "other"),
        ("[profiles.demo]\nport = 7496\n", "demo"),
    ],
)
@pytest.mark.parametrize("port", [None, 7496, 4001, 7497])
def test_quick_mode_is_that_of_the_settings(tmp_path: Path, text: str | None, profile: str, port: int | None) -> None:
    path = tmp_path / "config.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    flags = {"profile": profile, "port": port}
    settings = resolve(load(str(path)), flags, {})

    quick = read(str(path), profile)

    assert quick.mode_at(port or quick.port) == settings.mode.value
