"""The endpoint of a profile for the emergency stop: host, port and client id, and nothing else of the settings file.

Whatever else is wrong with the file does not matter to a stop. Imports tomllib only, and that only when there is a
file.
"""

from __future__ import annotations

DEFAULT = ("127.0.0.1", 7497, 11, "paper")
LIVE_PORTS = (7496, 4001)


def endpoint(path: str, profile: str) -> tuple[str, int, int, str]:
    """(host, port, client id, mode) of the profile, of the default one when `profile` is empty.

    Raises ValueError with half a sentence when the file is there and cannot say.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        if profile not in {"", "paper", "demo"}:
            raise ValueError(f"there is no profile {profile!r}") from None
        return *DEFAULT[:3], profile or DEFAULT[3]
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror})") from error
    import tomllib

    try:
        table = tomllib.loads(content.decode())
    except ValueError as error:
        raise ValueError(f"{path} is no valid TOML ({error})") from error
    name = profile or table.get("default_profile", "paper")
    profiles = table.get("profiles", {})
    found = profiles.get(name) if isinstance(profiles, dict) else None
    if found is None and name in {"paper", "demo"}:
        return *DEFAULT[:3], name
    if not isinstance(found, dict):
        raise ValueError(f"{path} has no profile {name!r}")
    host, port, client_id = (
        found.get("host", DEFAULT[0]),
        found.get("port", DEFAULT[1]),
        found.get("client_id", DEFAULT[2]),
    )
    whole = all(isinstance(number, int) and not isinstance(number, bool) for number in (port, client_id))
    if not (isinstance(host, str) and host and whole and 0 < port < 65536 and client_id >= 0):
        raise ValueError(f"{path} does not tell host, port and client_id of profile {name!r}")
    mode = found.get("mode") or (
        "demo" if name == "demo" else "live" if name == "live" or port in LIVE_PORTS else "paper"
    )
    return host, port, client_id, str(mode)
