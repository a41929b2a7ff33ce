"""Who may import whom: each room is imported in a process of its own, and what it pulled in is looked at."""

from __future__ import annotations

import ast
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import tws_console

ROOT = Path(tws_console.__path__[0])
LOADED = """
import importlib, json, pkgutil, sys
name = sys.argv[1]
package = importlib.import_module(name)
for found in pkgutil.walk_packages(package.__path__, name + "."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
print(json.dumps(sorted(sys.modules)))
"""
ROOMS = {
    "model": set(),
    "rules": {"model"},
    "config": {"model"},
    "engine": {"model", "rules"},
    "ib": {"model", "rules", "engine"},
    "journal": {"model", "rules", "engine"},
    "cli": {"model", "rules", "engine", "config"},
    "tui": {"model", "rules", "engine", "config"},
    "simulator": set[str](),
}
"""Each room and the rooms it may pull in, directly or not."""
OWNERS = {"ib_async": {"ib"}, "eventkit": {"ib"}, "textual": {"tui"}, "rich": {"tui"}, "sqlite3": {"journal"}}
"""Libraries and the only rooms that may load them."""


def loaded_by(room: str) -> set[str]:
    result = subprocess.run(
        [sys.executable, "-c", LOADED, f"tws_console.{room}"], capture_output=True, text=True, check=True
    )
    return set(json.loads(result.stdout))


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_room_pulls_in_only_what_it_may(room: str) -> None:
    modules = loaded_by(room)

    rooms = {name.split(".")[1] for name in modules if name.startswith("tws_console.")}
    assert rooms - {room, "version"} <= ROOMS[room]
    for library, owners in OWNERS.items():
        assert (library in modules) <= (room in owners), f"{room} loads {library}"


def test_every_room_is_named_here() -> None:
    rooms = {found.name for found in pkgutil.iter_modules([str(ROOT)]) if found.ispkg}

    assert rooms == set(ROOMS)


def test_sockets_are_opened_in_the_adapter_and_the_simulator_only() -> None:
    """config resolves host names for the freeze file; nobody else has to do with the network."""
    importers = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if "socket" in names:
                importers.add(path.relative_to(ROOT).as_posix())

    assert {name for name in importers if not name.startswith(("ib/", "simulator/"))} <= {"config/endpoints.py"}


def test_stop_loads_no_heavy_module_before_its_bytes_leave() -> None:
    """The path of `tws-console panic` up to the cancel: light standard library and its own few files."""
    code = "import sys; from tws_console import panic; sys.stdout.write(chr(10).join(sorted(sys.modules)))"
    before = subprocess.run(
        [sys.executable, "-c", "import sys; sys.stdout.write(chr(10).join(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    after = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    heavy = {
        "asyncio",
        "argparse",
        "json",
        "logging",
        "typing",
        "dataclasses",
        "pathlib",
        "tomllib",
        "sqlite3",
        "pydantic",
    }
    brought = set(after) - set(before)
    assert not brought & heavy
    assert {name for name in brought if name.startswith("tws_console.")} == {
        "tws_console.panic",
        "tws_console.config",
        "tws_console.config.paths",
        "tws_console.config.endpoints",
        "tws_console.config.freeze",
        "tws_console.ib",
        "tws_console.ib.panic_socket",
    }
