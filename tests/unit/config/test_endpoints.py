"""Names of hosts and the files of running consoles."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tws_console.config.endpoints import normalise_host, read_running, remove_running, write_running


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST", " localhost ", "::1", "[::1]", "127.0.1.1", "127.1", "0.0.0.0"]
)
def test_normalise_host_is_one_name_when_it_is_loopback(host: str) -> None:
    assert normalise_host(host) == "127.0.0.1"


@pytest.mark.parametrize("host", ["10.0.0.7", "192.168.1.20"])
def test_normalise_host_keeps_the_address_when_it_is_another_machine(host: str) -> None:
    assert normalise_host(host) == host


def answering(*addresses: str) -> object:
    def lookup(*_args: object, **_options: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        return [(0, 0, 0, "", (address, 0)) for address in addresses]

    return lookup


def test_normalise_host_is_the_lowest_address_when_a_name_has_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("fd00::1", "10.0.0.9", "10.0.0.3"))
    assert normalise_host("Gateway.example") == "10.0.0.3"


def test_normalise_host_is_loopback_when_a_name_leads_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("fd00::1", "127.0.1.1"))
    assert normalise_host("myself") == "127.0.0.1"


def test_normalise_host_is_the_name_when_it_cannot_be_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: object, **_options: object) -> None:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    assert normalise_host("Nowhere.invalid") == "nowhere.invalid"


def test_read_running_gives_the_console_when_it_runs(home: Path) -> None:
    write_running(os.getpid(), "10.0.0.1", 4002, "paper", 11)
    assert (
        (home / "running" / str(os.getpid()))
        .read_text()
        .startswith("host=10.0.0.1\nport=4002\nmode=paper\nclient_id=11\n")
    )
    (console,) = read_running()
    assert (console.pid, console.host, console.port) == (os.getpid(), "10.0.0.1", 4002)
    assert (console.mode, console.client_id) == ("paper", 11)
    remove_running(os.getpid())
    remove_running(os.getpid())
    assert read_running() == []


def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_read_running_passes_over_files_when_the_process_is_dead(home: Path) -> None:
    pid = dead_pid()
    write_running(pid, "127.0.0.1", 7497, "paper", 11)
    assert (home / "running" / str(pid)).exists()
    assert read_running() == []


def test_read_running_passes_over_a_file_when_its_process_id_is_another_programs_now(home: Path) -> None:
    crashed = "from tws_console.config.endpoints import write_running; write_running(%d, '127.0.0.1', 1, 'demo', 11)"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        subprocess.run([sys.executable, "-c", crashed % other.pid], check=True)
        assert (home / "running" / str(other.pid)).exists()
        assert read_running() == []
        other.communicate(b"\n")


def test_read_running_gives_the_last_endpoint_when_a_console_went_to_another(home: Path) -> None:
    write_running(os.getpid(), "127.0.0.1", 7497, "paper", 11)
    write_running(os.getpid(), "127.0.0.1", 4002, "demo", 11)
    assert [one.port for one in read_running()] == [4002]
    remove_running(os.getpid())


def test_write_running_clears_files_away_when_their_process_is_dead(home: Path) -> None:
    pid = dead_pid()
    write_running(pid, "127.0.0.1", 7497, "paper", 11)
    write_running(os.getpid(), "127.0.0.1", 7497, "paper", 11)
    assert [entry.name for entry in (home / "running").iterdir()] == [str(os.getpid())]


@pytest.mark.parametrize(
    "content",
    ["", "host=a\n", "host=a\nport=x\nmode=paper\nclient_id=1\n", "host=a\nport=0\nmode=p\nclient_id=1\n", "\xff"],
)
def test_read_running_passes_over_files_when_they_cannot_be_read(home: Path, content: str) -> None:
    (home / "running").mkdir()
    (home / "running" / str(os.getpid())).write_bytes(content.encode("latin-1"))
    (home / "running" / "notes.txt").write_text("hello")
    (home / "running" / f"{os.getpid()}.tmp").write_text("half")
    assert read_running() == []


def test_read_running_is_empty_when_there_is_no_folder(home: Path) -> None:
    assert read_running() == []
