"""Installs TWS client libraries of other authors, each into a folder of its own: `python tests/foreign/install.py`.

They overwrite each other's packages (three of them are called `ibapi`), so none may live in the environment of the
project. The folders are kept between runs in `.foreign`, which git ignores. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".foreign"
TIMEOUT = 300

PYTHON_CLIENTS: dict[str, tuple[str, ...]] = {
    "ib_insync-0.9.86": ("ib_insync==0.9.86",),
    "ibapi-9.81": ("ibapi==9.81.1.post1",),
    "nautilus-ibapi-10.19": ("nautilus-ibapi==10.19.*",),
    "nautilus-ibapi-10.30": ("nautilus-ibapi==10.30.*",),
    # This one imports protobuf without naming it among what it needs.
    "nautilus-ibapi-10.46": ("nautilus-ibapi==10.46.1", "protobuf>=5.29,<7"),
}
NODE_CLIENTS = {"stoqey-ib": ("@stoqey/ib@1.6.10",)}
CLIENTS = (*PYTHON_CLIENTS, *NODE_CLIENTS)


class NotInstalled(Exception):
    """A client cannot be had on this machine; the text says why."""


def folder(name: str) -> Path:
    """The folder of a client, installed first if it is not there yet. Raises NotInstalled."""
    target = CACHE / name
    if target.is_dir():
        return target
    if name in NODE_CLIENTS and (shutil.which("npm") is None or shutil.which("node") is None):
        raise NotInstalled("node and npm are not on this machine")
    CACHE.mkdir(exist_ok=True)
    # Renamed at the end, so that a folder that exists is whole, also when two runs install at once.
    beside = CACHE / f".{name}.{os.getpid()}"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        _run(_command(name, beside))
        beside.rename(target)
    except OSError as problem:
        if not target.is_dir():
            raise NotInstalled(str(problem)) from problem
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target


def _command(name: str, target: Path) -> list[str]:
    if name in NODE_CLIENTS:
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        target.mkdir()
        return ["npm", "install", "--prefix", str(target), *quiet, *NODE_CLIENTS[name]]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-compile"]
    return [sys.executable, "-m", "pip", "install", *quiet, "--target", str(target), *PYTHON_CLIENTS[name]]


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired as problem:
        raise NotInstalled(f"{command[0]} did not end within {TIMEOUT} s") from problem
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise NotInstalled(lines[-1] if lines else f"{command[0]} failed")


def main(names: list[str]) -> int:
    """Install the named clients, or all. Returns 1 when one of them could not be had."""
    if unknown := [name for name in names if name not in CLIENTS]:
        sys.stderr.write(f"no client is named {' or '.join(unknown)}; there are {', '.join(CLIENTS)}\n")
        return 2
    missing = 0
    for name in names or CLIENTS:
        try:
            sys.stdout.write(f"{name:24} {folder(name)}\n")
        except NotInstalled as problem:
            missing = 1
            sys.stdout.write(f"{name:24} not installed: {problem}\n")
    return missing


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
