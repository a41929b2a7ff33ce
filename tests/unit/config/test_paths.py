"""Folders: the same as those of platformdirs, and all under one when TWS_CONSOLE_HOME says so."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest
from platformdirs import PlatformDirs, macos, unix

from tws_console.config import paths

XDG = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
FOREIGN = {"linux": unix.Unix, "darwin": macos.MacOS}


@pytest.fixture(params=["unset", "absolute", "relative", "empty"])
def xdg(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TWS_CONSOLE_HOME", raising=False)
    for variable in XDG:
        monkeypatch.delenv(variable, raising=False)
        if request.param != "unset":
            value = {"absolute": str(tmp_path / variable), "relative": "somewhere", "empty": ""}[request.param]
            monkeypatch.setenv(variable, value)


@pytest.mark.usefixtures("xdg")
def test_folders_are_those_of_platformdirs_when_run_on_this_system() -> None:
    dirs = PlatformDirs("tws-console", appauthor=False)
    assert paths.config_dir() == dirs.user_config_dir
    assert paths.data_dir() == dirs.user_data_dir
    assert paths.log_dir() == dirs.user_log_dir


@pytest.mark.usefixtures("xdg")
@pytest.mark.parametrize("platform", FOREIGN)
def test_folders_are_those_of_platformdirs_when_asked_for_a_platform(platform: str) -> None:
    dirs = FOREIGN[platform]("tws-console", False)
    assert paths.config_dir(platform) == dirs.user_config_dir
    assert paths.data_dir(platform) == dirs.user_data_dir
    assert paths.log_dir(platform) == dirs.user_log_dir


def test_folders_are_under_local_app_data_when_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWS_CONSOLE_HOME", raising=False)
    monkeypatch.setenv("LOCALAPPDATA", "/users/me/local")
    assert paths.config_dir("win32") == paths.data_dir("win32") == "/users/me/local/tws-console"
    assert paths.log_dir("win32") == "/users/me/local/tws-console/Logs"


def test_folders_ignore_home_when_it_is_relative(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("TWS_CONSOLE_HOME", *XDG):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", "nowhere")
    assert paths.data_dir("linux") == f"{pwd.getpwuid(os.getuid()).pw_dir}/.local/share/tws-console"


def test_everything_is_under_one_folder_when_home_is_named(home: Path) -> None:
    assert paths.config_file() == str(home / "config.toml")
    assert paths.journal_file() == str(home / "journal.db")
    assert paths.freeze_dir() == str(home / "freeze")
    assert paths.running_dir() == str(home / "running")
    assert paths.log_dir() == str(home / "log")
    assert paths.user_themes_dir() == str(home / "themes")


def test_home_is_made_absolute_when_it_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWS_CONSOLE_HOME", "here")
    assert paths.home() == str(tmp_path / "here")
