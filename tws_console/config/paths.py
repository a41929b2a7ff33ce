"""Where every file of the program lives.

Owns the folder names and nothing else. Imports `os` and `sys` only: the emergency stop asks for folders before its
bytes leave, so this module may not cost anything. The folders are those of the package platformdirs (application name
`tws-console`, no author); a test holds the two against each other. `TWS_CONSOLE_HOME` puts everything under one folder.
"""

from __future__ import annotations

import os
import sys

APP = "tws-console"
HOME_VARIABLE = "TWS_CONSOLE_HOME"


def home() -> str | None:
    """The one folder for everything, when TWS_CONSOLE_HOME names one; None otherwise."""
    named = os.environ.get(HOME_VARIABLE, "")
    return os.path.abspath(os.path.expanduser(named)) if named else None


def config_dir(platform: str = sys.platform) -> str:
    """Folder of config.toml and of the user's themes."""
    return home() or _user_dir("XDG_CONFIG_HOME", "~/.config", platform)


def data_dir(platform: str = sys.platform) -> str:
    """Folder of the journal and of the freeze and running files."""
    return home() or _user_dir("XDG_DATA_HOME", "~/.local/share", platform)


def log_dir(platform: str = sys.platform) -> str:
    """Folder of the log files and crash reports."""
    top = home()
    if top:
        return os.path.join(top, "log")
    if platform == "darwin":
        return os.path.join(_expand("~/Library/Logs"), APP)
    state = _user_dir("XDG_STATE_HOME", "~/.local/state", platform)
    return os.path.join(state, "Logs" if platform == "win32" else "log")


def config_file() -> str:
    return os.path.join(config_dir(), "config.toml")


def journal_file() -> str:
    return os.path.join(data_dir(), "journal.db")


def freeze_dir() -> str:
    return os.path.join(data_dir(), "freeze")


def running_dir() -> str:
    return os.path.join(data_dir(), "running")


def user_themes_dir() -> str:
    return os.path.join(config_dir(), "themes")


def _user_dir(variable: str, unix: str, platform: str) -> str:
    """The user's folder of one kind; `variable` is the XDG one, which counts on Linux and macOS when it is absolute."""
    if platform == "win32":
        return os.path.join(os.path.normpath(os.environ.get("LOCALAPPDATA") or _expand("~/AppData/Local")), APP)
    named = os.environ.get(variable, "")
    if named.startswith("/"):
        return os.path.join(named, APP)
    return os.path.join(_expand("~/Library/Application Support" if platform == "darwin" else unix), APP)


def _expand(path: str) -> str:
    """`path` with `~` as the home folder; a relative or empty HOME counts as unset, or files would land in the working
    directory."""
    if os.name == "posix" and not os.environ.get("HOME", "/").startswith("/"):
        import pwd

        return pwd.getpwuid(os.getuid()).pw_dir.rstrip("/") + path[1:]
    return os.path.expanduser(path)
