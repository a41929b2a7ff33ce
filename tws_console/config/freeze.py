"""The freeze file of one endpoint: while it is there, no process of ours places or modifies an order.

Owns `freeze/HOST-PORT.json` in the data folder. Its existence is the freeze; what it holds is only for people, so a
file that cannot be read counts. Used by the emergency stop before its bytes leave: cheapest standard library imports
only, not even typing, and nothing here waits for the disk unless `sync` is called. Every error of the disk is an
OSError for the caller.
"""

from __future__ import annotations

import os
import time

from tws_console.config import paths
from tws_console.config.endpoints import normalise_host

RELEASE_PHRASE = "resume trading"
_UNREADABLE: dict[str, object] = {
    "at": None,
    "by": None,
    "reason": "the freeze file cannot be read, which counts as frozen",
}


class FreezeFile:
    """The latch of one endpoint. A host name is resolved once, here."""

    def __init__(self, host: str, port: int) -> None:
        name = normalise_host(host).replace(":", "_").replace("/", "_").replace("\\", "_")
        self.path = os.path.join(paths.freeze_dir(), f"{name}-{port}.json")
        self._prepared: str | None = None

    def is_frozen(self) -> bool:
        """One look at the file's existence; anything but a certain `no` is yes."""
        try:
            os.lstat(self.path)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    def read(self) -> dict[str, object] | None:
        """at (ISO 8601 UTC), by and reason; None when not frozen. An unreadable file gives at None and says so."""
        import json

        try:
            with open(self.path, "rb") as file:
                content = json.loads(file.read(65536))
        except FileNotFoundError:
            return dict(_UNREADABLE) if self.is_frozen() else None
        except (OSError, ValueError, RecursionError):
            return dict(_UNREADABLE)
        if not isinstance(content, dict):
            return dict(_UNREADABLE)
        return {key: content.get(key) for key in ("at", "by", "reason")}

    def prepare(self, by: str, reason: str) -> None:
        """Write the file under another name, so that `commit` is only a rename. Replaces what was prepared before."""
        self.discard()
        os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        temporary = f"{self.path}.{os.getpid()}.{time.monotonic_ns()}.tmp"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._prepared = temporary
        try:
            os.write(handle, _content(by, reason))
        finally:
            os.close(handle)

    def commit(self) -> None:
        """Rename what was prepared into place; from here on the endpoint is frozen. Not synced: see `sync`.

        A freeze that is on stays as it is, and what was prepared waits for `discard`: to take another file's place is
        ten times the work of taking an empty one, or a hundred times on a busy disk.
        """
        if os.path.lexists(self.path):
            return
        prepared = self._prepared  # once: another thread may take it back meanwhile, which is an OSError then
        if prepared is None:
            raise FileNotFoundError("nothing was prepared for the freeze; call prepare or freeze")
        os.replace(prepared, self.path)
        self._prepared = None

    def discard(self) -> None:
        """Take away what was prepared and not committed; a leftover that cannot be removed does no harm."""
        if self._prepared is None:
            return
        temporary, self._prepared = self._prepared, None
        try:
            os.unlink(temporary)
        except OSError:
            return

    def freeze(self, by: str, reason: str) -> None:
        self.prepare(by, reason)
        self.commit()
        self.discard()

    def sync(self) -> None:
        """Wait until the freeze is on the disk, file and folder."""
        _fsync(self.path)
        if os.name == "posix":  # elsewhere a folder cannot be opened
            _fsync(os.path.dirname(self.path))

    def release(self, phrase: str) -> None:
        """End the freeze. Raises ValueError unless `phrase` is exactly the release phrase."""
        if phrase != RELEASE_PHRASE:
            raise ValueError(f"the freeze stays on: it is released only by the exact phrase {RELEASE_PHRASE!r}")
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            return


def _fsync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _content(by: str, reason: str) -> bytes:
    """One JSON object. Made by hand, as importing json takes longer than everything else here."""
    now = time.time()
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"
    return f'{{"at": "{at}", "by": {_quoted(by)}, "reason": {_quoted(reason)}}}\n'.encode("utf-8", "replace")


def _quoted(text: str) -> str:
    return '"' + "".join(c if c >= " " and c not in '"\\' else f"\\u{ord(c):04x}" for c in text) + '"'
