"""Joins flags, environment and settings into the values one run works with.

Owns the order of precedence: flag, environment, profile, default. Imports settings and paths; reads no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tws_console.config import paths
from tws_console.config.errors import ConfigError, did_you_mean
from tws_console.config.settings import MAX_CLIENT_ID, Limits, Profile, Settings, mode_of
from tws_console.model.codes import Effect
from tws_console.model.session import Mode
from tws_console.model.windows import NIGHTLY, RestartWindow, parse_window

_VARIABLES = {
    "profile": "TWS_PROFILE",
    "host": "TWS_HOST",
    "port": "TWS_PORT",
    "client_id": "TWS_CLIENT_ID",
    "account": "TWS_ACCOUNT",
}


@dataclass(frozen=True, slots=True)
class Effective:
    """What one run uses. `client_id_exact` is True when a flag named that very id, so that no other may be taken.
    `profile_client_id` is the first of the nine that make an order own: a flag names one id and owns no neighbours.

    `account` is the pinned one or None; `poll_seconds` the interval between two lists of all orders.
    """

    profile_name: str
    host: str
    port: int
    client_id: int
    client_id_exact: bool
    profile_client_id: int
    account: str | None
    mode: Mode
    read_only: bool
    poll_seconds: float
    limits: Limits
    theme: str
    config_path: str
    restart_windows: tuple[RestartWindow, ...] = ()
    codes: Mapping[int, Effect] = field(default_factory=dict)
    """The user's own effects of broker codes on orders."""


def resolve(
    settings: Settings, flags: Mapping[str, object], environ: Mapping[str, str], config_path: str | None = None
) -> Effective:
    """The values of this run. Raises ConfigError naming the flag, variable or key.

    `flags` may hold profile, host, port, client_id, account, theme, read_only; None, False and absent mean not given.
    An empty environment variable counts as not set.
    """
    given = _Given(flags, environ)
    name, source = given.text("profile") or (settings.default_profile, "default_profile")
    profile = _profile(settings, name, source)
    host, _ = given.text("host") or (profile.host, "")
    port = given.number("port", profile.port, 1, 65535)
    account, _ = given.text("account") or (profile.account, "")
    mode = Mode(mode_of(name, profile, port))
    theme = flags.get("theme")
    return Effective(
        profile_name=name,
        host=host,
        port=port,
        client_id=given.number("client_id", profile.client_id, 0, MAX_CLIENT_ID),
        client_id_exact=flags.get("client_id") is not None,
        profile_client_id=_Given({}, environ).number("client_id", profile.client_id, 0, MAX_CLIENT_ID),
        account=account,
        mode=mode,
        read_only=bool(flags.get("read_only")) or bool(profile.read_only),
        poll_seconds=profile.poll_seconds,
        limits=profile.limits,
        theme=str(theme) if theme else settings.ui.theme,
        config_path=config_path or paths.config_file(),
        restart_windows=tuple(parse_window(text) for text in _windows(profile, mode)),
        codes={int(code): Effect(rule.effect) for code, rule in settings.codes.items()},
    )


def _windows(profile: Profile, mode: Mode) -> tuple[str, ...]:
    if profile.restart_windows is not None:
        return profile.restart_windows
    return () if mode is Mode.DEMO else NIGHTLY


def _profile(settings: Settings, name: str, source: str) -> Profile:
    profile = settings.profiles.get(name)
    if profile is None:
        raise ConfigError(f"{source}: there is no profile {name!r}; {did_you_mean(name, settings.profiles)}")
    return profile


class _Given:
    """What flags and environment say, each value with the name to show in an error."""

    def __init__(self, flags: Mapping[str, object], environ: Mapping[str, str]) -> None:
        self._flags = flags
        self._environ = environ

    def text(self, key: str) -> tuple[str, str] | None:
        flag = self._flags.get(key)
        if flag is not None:
            source, value = f"--{key.replace('_', '-')}", str(flag).strip()
            if not value:
                raise ConfigError(f"{source}: must not be empty; give a value or leave the flag out.")
            return value, source
        value = self._environ.get(_VARIABLES[key], "").strip()
        return (value, _VARIABLES[key]) if value else None

    def number(self, key: str, default: int, low: int, high: int) -> int:
        given = self.text(key)
        if given is None:
            return default
        text, source = given
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else -1
        if not low <= number <= high:
            raise ConfigError(f"{source}: must be a whole number from {low} to {high}, got {text!r}; correct it.")
        return number
