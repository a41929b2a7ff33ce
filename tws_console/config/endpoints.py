"""How an endpoint is named, and which consoles run at which one.

Owns the running files: `running/PID`, plain `key=value` lines. A second shell that must stop everything reads them
without parsing any settings, so this module imports the cheapest part of the standard library only. A console holds
a lock on its file for as long as it lives: its process id may be another program's after a crash or a restart of the
machine, and a stop must not go to where nobody trades any more.
"""

from __future__ import annotations

import os

from tws_console.config import paths

LOOPBACK = "127.0.0.1"
_LOOPBACK_NAMES = frozenset({"localhost", "localhost.", "::1", "[::1]", "ip6-localhost", "0.0.0.0", "::"})


_held: dict[str, int] = {}
"""Handles of the running files that this process keeps locked, by path."""


class Running:
    """One console that runs now: its process, the endpoint it is connected to, its mode and client id. `held` is false
    when the process that wrote the file is certainly gone, whoever has its number now.
    """

    __slots__ = ("client_id", "held", "host", "mode", "pid", "port")

    def __init__(self, pid: int, host: str, port: int, mode: str, client_id: int, held: bool = True) -> None:
        self.pid = pid
        self.host = host
        self.port = port
        self.mode = mode
        self.client_id = client_id
        self.held = held


def normalise_host(host: str) -> str:
    """The name under which every process knows this host: 127.0.0.1 for every loopback name, else its lowest address
    (IPv4 first), else, when it cannot be resolved, the name itself in lower case.

    A name (not an address) is looked up and may take as long as the resolver does.
    """
    name = host.strip().lower()
    if name in _LOOPBACK_NAMES:
        return LOOPBACK
    if not name.strip("0123456789."):
        return LOOPBACK if name.startswith("127.") else name
    import socket  # not needed for the usual hosts, and it costs as much as the rest of the emergency stop's start

    try:
        found = socket.getaddrinfo(name.strip("[]"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return name
    addresses = sorted((":" in str(entry[4][0]), str(entry[4][0]).removeprefix("::ffff:")) for entry in found)
    if any(address == "::1" or address.startswith("127.") for _, address in addresses):
        return LOOPBACK
    return addresses[0][1]


def write_running(pid: int, host: str, port: int, mode: str, client_id: int) -> None:
    """Leave the file that says where this console is connected, and clear away those of dead ones. Raises OSError."""
    folder = paths.running_dir()
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for other in _pids(folder):
        if not _alive(other):
            remove_running(other)
    target = os.path.join(folder, str(pid))
    temporary = f"{target}.tmp"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        locked = "locked=yes\n" if _lock(handle) else ""
        os.write(handle, f"host={host}\nport={port}\nmode={mode}\nclient_id={client_id}\n{locked}".encode())
        os.replace(temporary, target)
    except OSError:
        os.close(handle)
        raise
    _let_go(target)
    _held[target] = handle


def remove_running(pid: int) -> None:
    """Take the file away; none is fine. Raises OSError."""
    target = os.path.join(paths.running_dir(), str(pid))
    _let_go(target)
    try:
        os.unlink(target)
    except FileNotFoundError:
        return


def read_running() -> list[Running]:
    """Every console that runs now, by process id. Files of dead processes and unreadable ones are passed over."""
    folder = paths.running_dir()
    found = []
    for pid in _pids(folder):
        console = _read(os.path.join(folder, str(pid)), pid)
        if console is not None and _alive(pid) and console.held:
            found.append(console)
    return found


def _pids(folder: str) -> list[int]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 10)


def _read(path: str, pid: int) -> Running | None:
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read(4096).splitlines()
            held = "locked=yes" not in lines or _locked(file.fileno())
        values = dict(line.split("=", 1) for line in lines if "=" in line)
        port, client_id = int(values["port"]), int(values["client_id"])
        host, mode = values["host"], values["mode"]
    except (OSError, ValueError, KeyError):
        return None
    fits = bool(host) and 0 < port < 65536 and client_id >= 0
    return Running(pid, host, port, mode, client_id, held) if fits else None


def _lock(handle: int) -> bool:
    """Lock the file until this process ends. False where that cannot be done: then the process id alone tells."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def _locked(handle: int) -> bool:
    """False only when certainly nobody holds the file."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return True
    return False


def _let_go(target: str) -> None:
    handle = _held.pop(target, None)
    if handle is not None:
        os.close(handle)


def _alive(pid: int) -> bool:
    """False only when there is certainly no such process."""
    if os.name == "nt":
        return True  # signal 0 is Ctrl-C there: asking would end it
    if pid == 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
