"""What must be known of the settings before anything else may be loaded: the endpoint of a profile and the theme.

Serves the emergency stop, which stops for nothing else that may be wrong with the file, and the console's first
paint. Reads no more than it needs and validates no more; `load` does. Imports tomllib only, and that only when
there is a file.
"""

from __future__ import annotations

LIVE_PORTS = frozenset((7496, 4001))
"""Where TWS and IB Gateway listen for live accounts unless changed (IBKR Campus TWS API docs, "Connectivity")."""


def mode_by(name: str, port: int) -> str:
    """The mode of a profile that does not say it: live at a live port, else the name's own meaning, else paper."""
    if name == "demo":
        return "demo"
    return "live" if name == "live" or port in LIVE_PORTS else "paper"


class Quick:
    """Host, port, client id, account, mode and theme as the file says, or the defaults."""

    __slots__ = ("account", "client_id", "doubt", "host", "mode", "port", "profile", "theme")

    def __init__(self, profile: str = "paper") -> None:
        self.profile = profile
        self.host = "127.0.0.1"
        self.port = 7497
        self.client_id = 11
        self.account = ""
        self.mode = "demo" if profile == "demo" else "paper"
        """Empty when the file's profile leaves it to the port."""
        self.theme = "dark"
        self.doubt = ""
        """What else is wrong with the file, in half a sentence: nothing that a stop waits for."""

    def mode_at(self, port: int) -> str:
        """The mode when connecting to that port, whoever named it."""
        return self.mode or mode_by(self.profile, port)


def read(path: str, profile: str = "") -> Quick:
    """The values of that profile, of the default one when `profile` is empty.

    Raises ValueError with half a sentence when there is a file and it cannot say, or none and the profile is not
    built in.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        if profile not in {"", "paper", "demo"}:
            raise ValueError(f"there is no profile {profile!r}") from None
        return Quick(profile or "paper")
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror})") from error
    import tomllib

    try:
        return _from_table(tomllib.loads(content.decode()), profile)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} does not tell the endpoint ({error})") from error


def _from_table(table: dict[str, object], profile: str) -> Quick:
    name = profile or table.get("default_profile", "paper")
    profiles = table.get("profiles", {})
    if not isinstance(name, str) or not isinstance(profiles, dict):
        raise ValueError("profiles must be tables")
    found = profiles.get(name, {} if name in {"paper", "demo"} else None)
    if not isinstance(found, dict):
        raise ValueError(f"there is no profile {name!r}")
    quick = Quick(name)
    quick.host, quick.port = found.get("host", quick.host), found.get("port", quick.port)
    quick.client_id = found.get("client_id", quick.client_id)
    _check(quick)
    if name in profiles:
        quick.mode = ""
    ui = table.get("ui", {})
    wanted = {"mode": found.get("mode"), "account": found.get("account")}
    wanted["theme"] = ui.get("theme") if isinstance(ui, dict) else ui
    for field, value in wanted.items():
        if isinstance(value, str) and (field != "mode" or value in {"paper", "live", "demo"}):
            setattr(quick, field, value)
        elif value is not None:
            quick.doubt = f"{value!r} is no {field}"
    return quick


def _check(quick: Quick) -> None:
    for number, low, high in ((quick.port, 1, 65535), (quick.client_id, 0, 2**31 - 1)):
        if not isinstance(number, int) or isinstance(number, bool) or not low <= number <= high:
            raise ValueError(f"{number!r} is no port or client id")
    if not isinstance(quick.host, str) or not quick.host:
        raise ValueError(f"{quick.host!r} is no host")
