"""Runs the real program as a user's shell does, and stands in for what may sit at the other end of a port."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIMEOUT = 60.0
AT_ANY_HOUR = "[profiles.paper]\nrestart_windows = []\n"
BUY: Mapping[str, Any] = {
    "action": "BUY",
    "symbol": "AAPL",
    "order_type": "LMT",
    "quantity": 10,
    "limit_price": 180.5,
    "account": "DU1234567",
}


@dataclass(frozen=True)
class Answer:
    """Exit code, the one document on stdout, the words on stderr."""

    code: int
    document: dict[str, Any]
    words: str


def order(**changed: Any) -> str:
    """JSON text of the usual order with some fields changed; None takes a field away."""
    return json.dumps({name: value for name, value in {**BUY, **changed}.items() if value is not None})


class Program:
    """The program with its files under `home`, at one port."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port

    def at_any_hour(self) -> Program:
        """With settings that no restart window holds an order back by, whenever the tests run."""
        (self.home / "config.toml").write_text(AT_ANY_HOUR, encoding="utf-8")
        return self

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TWS_")}
        return {**kept, "TWS_CONSOLE_HOME": str(self.home), "TWS_PORT": str(self.port)}

    @staticmethod
    def command(*argv: object) -> list[str]:
        return [sys.executable, "-m", "tws_console", *map(str, argv)]

    def start(self, *argv: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment(),
        )

    def run(self, *argv: object, stdin: str = "") -> Answer:
        """Run a command off a terminal. Asserts what holds for every command: one document, its ok, no traceback."""
        done = subprocess.run(
            self.command(*argv), input=stdin, capture_output=True, text=True, env=self.environment(), timeout=TIMEOUT
        )
        return checked(done.returncode, done.stdout, done.stderr)


def checked(code: int, stdout: str, stderr: str) -> Answer:
    document = json.loads(stdout)
    assert "Traceback" not in stderr
    assert document["ok"] is (code == 0)
    assert (document["error"] is None) is (code == 0)
    assert (document["error_code"] is None) is (code == 0)
    return Answer(code, document, stderr)


class HeldId:
    """Another program that is connected under a client id: handshake and startApi of the TWS protocol, then silence."""

    def __init__(self, port: int, client_id: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 10)
        self._socket.sendall(b"API\0" + _frame(b"v157..178"))
        self._read()
        self._socket.sendall(_frame(f"71\x002\x00{client_id}\x00\x00".encode()))
        while self._read().split(b"\0")[0] != b"9":
            pass

    def __enter__(self) -> HeldId:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _read(self) -> bytes:
        return self._take(int.from_bytes(self._take(4), "big"))

    def _take(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            assert part, "the simulator closed the connection"
            data += part
        return data


def _frame(payload: bytes) -> bytes:
    return len(payload).to_bytes(4, "big") + payload


@dataclass(frozen=True)
class Listening:
    """A port that is no TWS, and who has connected to it so far."""

    port: int
    clients: list[socket.socket]


@contextmanager
def listener(greeting: bytes | None) -> Iterator[Listening]:
    """A port where something else answers with `greeting`, or where nothing is ever said (None)."""
    server = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            held.append(client)
            if greeting is not None:
                client.recv(64)
                client.sendall(greeting)
                client.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield Listening(server.getsockname()[1], held)
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)
        for client in held:
            client.close()


def dead_port() -> int:
    """A port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
