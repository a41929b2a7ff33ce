"""The shortest way to a global cancel: what it imports, what it sends, and what it says when it cannot."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.ib.scripted import Peer, ScriptedServer, until
from tests.unit.ib.frames import order_fields, status_fields
from tws_console.ib.broker import TwsBroker
from tws_console.ib.panic_socket import Fired, PanicConnectError, fire
from tws_console.model.events import AccountsSeen, Event, NextIdSeen, OrderSeen, SnapshotTaken, StatusSeen

ROOT = Path(__file__).parents[3]
HEAVY = ("asyncio", "ib_async", "json", "logging", "dataclasses", "typing", "pathlib", "argparse", "decimal")


async def fire_at(port: int, timeout: float = 10.0) -> Fired:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, lambda: fire("127.0.0.1", port, [11], timeout))


async def refusal(port: int, timeout: float = 10.0) -> PanicConnectError:
    with pytest.raises(PanicConnectError) as caught:
        await fire_at(port, timeout)
    return caught.value


def test_panic_socket_imports_nothing_heavy_when_it_is_loaded() -> None:
    code = "import sys, tws_console.ib.panic_socket; sys.stdout.write(' '.join(sys.modules))"
    command = [sys.executable, "-S", "-c", code]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})
    assert not set(HEAVY) & set(loaded.stdout.split())


async def test_fire_asks_for_the_list_before_it_cancels_when_tws_is_ready() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.read()
        peer.send(*order_fields(perm_id=1, client_id=11))
        peer.send(*status_fields(perm_id=1))
        peer.send(53, 1)
        peer.send(15, 1, "DU1")
        peer.send(9, 1, 50)
        assert [await peer.read(), await peer.read()] == [["16", "1"], ["58", "1"]]
        peer.send(*order_fields(perm_id=1, client_id=11))
        peer.send(*order_fields(perm_id=2))
        peer.send(53, 1)
        await peer.gone()

    events: list[Event] = []
    async with ScriptedServer(script) as server:
        fired = await fire_at(server.port)
        link = await TwsBroker().adopt(fired, events.append)
        kinds = [type(event) for event in events]
        assert kinds[:2] == [OrderSeen, StatusSeen]
        assert {AccountsSeen, NextIdSeen} <= set(kinds)
        await until(lambda: isinstance(events[-1], SnapshotTaken))
        await link.close()
    taken = next(event for event in events if isinstance(event, SnapshotTaken))
    assert (taken.complete, taken.perm_ids, taken.asked_at) == (True, frozenset({1, 2}), fired.sent_at)


async def test_fire_names_the_stage_when_it_fails() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert (await refusal(taken.getsockname()[1])).stage == "tcp"

    async def silent(peer: Peer) -> None:
        await peer.gone()

    async def rubbish(peer: Peer) -> None:
        peer.send_bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await peer.gone()

    async def closing(peer: Peer) -> None:
        await peer.greet()
        await peer.read()

    for script, stage, timeout in ((silent, "handshake", 0.05), (rubbish, "handshake", 10), (closing, "api-ready", 10)):
        async with ScriptedServer(script) as server:
            failed = await refusal(server.port, timeout)
        assert failed.stage == stage
        assert failed.code is None


async def test_fire_takes_the_next_id_when_the_first_connection_is_greeted_and_then_gets_nothing() -> None:
    asked: list[str] = []

    async def script(peer: Peer) -> None:
        await peer.greet()
        asked.append((await peer.read())[2])
        if len(asked) > 1:
            peer.send(15, 1, "DU1")
            peer.send(9, 1, 50)
        await peer.gone()

    async with ScriptedServer(script) as server:
        loop = asyncio.get_running_loop()
        fired = await loop.run_in_executor(None, lambda: fire("127.0.0.1", server.port, [12, 13, 14], 0.3))
        fired.sock.close()

    assert asked == ["12", "13"]
    assert fired.client_id == 13


async def test_fire_gives_up_when_two_connections_get_nothing() -> None:
    asked: list[str] = []

    async def script(peer: Peer) -> None:
        await peer.greet()
        asked.append((await peer.read())[2])
        await peer.gone()

    async with ScriptedServer(script) as server:
        loop = asyncio.get_running_loop()
        with pytest.raises(PanicConnectError, match="api-ready"):
            await loop.run_in_executor(None, lambda: fire("127.0.0.1", server.port, [12, 13, 14], 0.1))

    assert asked == ["12", "13"]
