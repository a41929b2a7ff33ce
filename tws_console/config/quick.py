"""What must be known of the settings before anything else may be loaded: the endpoint of a profile and the theme.

Serves the emergency stop, which stops for nothing else that may be wrong with the file, and the console's first
paint. Reads no more than it needs and validates no more; `load` does. Imports tomllib only, and that only when
there is a file.
"""

from __future__ import annotations

LIVE_PORTS = (7496, 4001)


class Quick:
    """Host, port, client id, account, mode and theme as the file says, or the defaults."""

    __slots__ = ("account", "client_id", "host", "mode", "port", "profile", "theme")

    def __init__(self, profile: str = "paper") -> None:
        self.profile = profile
        self.host = "127.0.0.1"
        self.port = 7497
        self.client_id = 11
        self.account = ""
        self.mode = "demo" if profile == "demo" else "paper"
        self.theme = "dark"


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
    quick.client_id, quick.account = found.get("client_id", quick.client_id), found.get("account", "")
    live = name == "live" or quick.port in LIVE_PORTS
    quick.mode = found.get("mode", "live" if live and name != "demo" else quick.mode)
    ui = table.get("ui", {})
    quick.theme = ui.get("theme", quick.theme) if isinstance(ui, dict) else quick.theme
    _check(quick)
    return quick


def _check(quick: Quick) -> None:
    for number, low, high in ((quick.port, 1, 65535), (quick.client_id, 0, 2**31 - 1)):
        if not isinstance(number, int) or isinstance(number, bool) or not low <= number <= high:
            raise ValueError(f"{number!r} is no port or client id")
    for text in (quick.host, quick.mode, quick.account, quick.theme):
        if not isinstance(text, str):
            raise ValueError(f"{text!r} is no text")
    if not quick.host or quick.mode not in {"paper", "live", "demo"}:
        raise ValueError("host and mode must be said")
