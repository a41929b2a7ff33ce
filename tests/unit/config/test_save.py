"""The first config.toml."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tws_console.config.errors import ConfigError
from tws_console.config.load import load
from tws_console.config.save import DEFAULT_CONFIG, init
from tws_console.config.settings import Limits, Settings
from tws_console.model.windows import NIGHTLY


def test_init_writes_the_defaults_when_there_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    init(str(path))
    written, default = load(str(path)), Settings()
    assert written.profiles == default.profiles
    assert (written.default_profile, written.ui.theme) == (default.default_profile, default.ui.theme)
    assert [entry.name for entry in path.parent.iterdir()] == ["config.toml"]


def test_init_writes_samples_that_load_when_they_are_uncommented(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(re.sub(r"^# (?=\[|\w+ = )", "", DEFAULT_CONFIG, flags=re.MULTILINE), encoding="utf-8")
    settings = load(str(path))
    assert settings.profiles["live"].account == "U1234567"
    assert settings.profiles["paper"].limits.symbols_allowed == ("AAPL", "MSFT")
    shown = set(re.findall(r"^# (\w+) = ", DEFAULT_CONFIG, flags=re.MULTILINE))
    assert set(Limits.model_fields) - {"max_daily_loss"} <= shown
    assert settings.profiles["paper"].restart_windows == NIGHTLY


def test_init_leaves_the_file_alone_when_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="exists already"):
        init(str(path))
    assert path.read_text(encoding="utf-8") == "mine"


def test_init_refuses_in_a_sentence_when_the_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be written"):
        init(str(tmp_path / "file" / "config.toml"))
