"""Precedence: flag, environment, profile, default."""

from __future__ import annotations

from pathlib import Path

import pytest

from tws_console.config.errors import ConfigError
from tws_console.config.load import parse
from tws_console.config.resolve import resolve
from tws_console.config.settings import Settings
from tws_console.model.session import Mode

FILE = {
    "default_profile": "mine",
    "profiles": {
        "mine": {"host": "10.0.0.1", "port": 4002, "client_id": 31, "account": "DU1", "poll_seconds": 5},
        "live": {"port": 7496},
        "bare": {"port": 4001},
        "shut": {"mode": "live", "read_only": True},
    },
    "ui": {"theme": "light"},
}
ENVIRONMENT = {"TWS_HOST": "10.0.0.2", "TWS_PORT": "4010", "TWS_CLIENT_ID": "41", "TWS_ACCOUNT": "DU2"}
FLAGS: dict[str, object] = {"host": "10.0.0.3", "port": "4020", "client_id": 51, "account": "DU3", "theme": "mono"}


@pytest.fixture
def settings() -> Settings:
    return parse(FILE, "config.toml")


def test_resolve_gives_the_defaults_when_nothing_is_said(home: Path) -> None:
    effective = resolve(Settings(), {}, {})
    assert (effective.profile_name, effective.host, effective.port, effective.client_id) == (
        "paper",
        "127.0.0.1",
        7497,
        11,
    )
    assert (effective.mode, effective.read_only, effective.account) == (Mode.PAPER, False, None)
    assert effective.client_id_exact is False
    assert effective.config_path == str(home / "config.toml")


def test_resolve_takes_the_profile_when_nothing_else_is_said(settings: Settings) -> None:
    effective = resolve(settings, {"host": None, "port": None}, {"TWS_PORT": " ", "TWS_HOST": ""})
    assert (effective.host, effective.port, effective.client_id, effective.account) == ("10.0.0.1", 4002, 31, "DU1")
    assert (effective.poll_seconds, effective.theme) == (5.0, "light")


def test_resolve_takes_the_environment_when_there_is_a_profile(settings: Settings) -> None:
    effective = resolve(settings, {}, ENVIRONMENT)
    assert (effective.host, effective.port, effective.client_id, effective.account) == ("10.0.0.2", 4010, 41, "DU2")
    assert effective.client_id_exact is False


def test_resolve_takes_the_flags_when_all_speak(settings: Settings) -> None:
    effective = resolve(settings, FLAGS, ENVIRONMENT)
    assert (effective.host, effective.port, effective.client_id, effective.account) == ("10.0.0.3", 4020, 51, "DU3")
    assert effective.client_id_exact is True
    assert effective.theme == "mono"


def test_resolve_owns_the_ids_of_the_profile_when_a_flag_names_another(settings: Settings) -> None:
    assert resolve(settings, FLAGS, {}).profile_client_id == 31
    assert resolve(settings, FLAGS, ENVIRONMENT).profile_client_id == 41
    assert resolve(settings, {}, ENVIRONMENT).profile_client_id == 41


def test_resolve_takes_the_flag_when_two_profiles_are_named(settings: Settings) -> None:
    assert resolve(settings, {}, {"TWS_PROFILE": "live"}).profile_name == "live"
    assert resolve(settings, {"profile": "paper"}, {"TWS_PROFILE": "live"}).profile_name == "paper"


@pytest.mark.parametrize(
    ("profile", "mode", "read_only"),
    [
        ("paper", Mode.PAPER, False),
        ("demo", Mode.DEMO, False),
        ("live", Mode.LIVE, False),
        ("bare", Mode.LIVE, False),
        ("shut", Mode.LIVE, True),
        ("mine", Mode.PAPER, False),
    ],
)
def test_resolve_is_live_when_in_doubt_and_read_only_when_told(
    settings: Settings, profile: str, mode: Mode, read_only: bool
) -> None:
    effective = resolve(settings, {"profile": profile}, {})
    assert (effective.mode, effective.read_only) == (mode, read_only)


def test_resolve_is_live_when_the_port_given_is_and_the_profile_names_no_mode(settings: Settings) -> None:
    assert resolve(settings, {}, {"TWS_PORT": "7496"}).mode is Mode.LIVE


def test_resolve_is_read_only_when_the_flag_says_so(settings: Settings) -> None:
    assert resolve(settings, {"read_only": True}, {}).read_only is True
    assert resolve(settings, {"read_only": False}, {}).read_only is False


@pytest.mark.parametrize(
    ("flags", "environ", "source"),
    [
        ({}, {"TWS_PORT": "abc"}, "TWS_PORT"),
        ({}, {"TWS_PORT": "0"}, "TWS_PORT"),
        ({}, {"TWS_PORT": "65536"}, "TWS_PORT"),
        ({}, {"TWS_PORT": "٧٤٩٧"}, "TWS_PORT"),
        ({}, {"TWS_CLIENT_ID": "-1"}, "TWS_CLIENT_ID"),
        ({}, {"TWS_CLIENT_ID": "2147483648"}, "TWS_CLIENT_ID"),
        ({"client_id": "9" * 50}, {}, "--client-id"),
        ({"port": 99999}, {"TWS_PORT": "7497"}, "--port"),
        ({"host": " "}, {}, "--host"),
        ({}, {"TWS_PROFILE": "lvie"}, "TWS_PROFILE"),
        ({"profile": "lvie"}, {}, "--profile"),
    ],
)
def test_resolve_names_the_source_when_a_value_is_wrong(
    settings: Settings, flags: dict[str, object], environ: dict[str, str], source: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(settings, flags, environ)
    assert str(caught.value).startswith(f"{source}: ")


def test_resolve_suggests_a_profile_when_the_name_is_nearly_right(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="did you mean live"):
        resolve(settings, {"profile": "lvie"}, {})


def test_resolve_accepts_the_bounds_when_numbers_are_extreme(settings: Settings) -> None:
    effective = resolve(settings, {"port": 1}, {"TWS_CLIENT_ID": "2147483647"})
    assert (effective.port, effective.client_id) == (1, 2147483647)
    assert resolve(settings, {"port": 65535, "client_id": 0}, {}).client_id == 0
