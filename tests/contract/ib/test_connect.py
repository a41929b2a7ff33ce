"""Every way in which a connection is not made has its stage, sentence and advice, at once where that can be."""

from __future__ import annotations

import asyncio
import socket

import pytest

from tests.contract.ib.scripted import Peer, ScriptedServer, until
from tests.unit.ib.frames import framed, order_fields, raw, status_fields
from tws_console.engine.ports import BrokerPort
from tws_console.ib.broker import TwsBroker
from tws_console.ib.link import Link
from tws_console.model.events import AccountsSeen, Event, LinkLost, NextIdSeen, OrderSeen, StatusSeen, Undecodable
from tws_console.model.session import ConnectFailed, Stage, StageName

LONG = 30.0
"""Seconds; a stage that names its failure at once does not need them."""


async def connect(port: int, timeout: float = LONG, events: list[Event] | None = None, client_id: int = 11) -> Link:
    emit = events.append if events is not None else (lambda _: None)
    return await TwsBroker().connect("127.0.0.1", port, client_id, emit, lambda _: None, timeout)


async def failure(port: int, timeout: float = LONG, host: str = "127.0.0.1") -> ConnectFailed:
    broker: BrokerPort = TwsBroker()
    with pytest.raises(ConnectFailed) as caught:
        await broker.connect(host, port, 11, lambda _: None, lambda _: None, timeout)
    assert caught.value.advice
    return caught.value


async def test_connect_names_the_stage_when_nothing_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        failed = await failure(taken.getsockname()[1])
    assert failed.stage is StageName.TCP
    assert "Nothing listens" in failed.reason


async def test_connect_names_the_host_when_it_is_unknown() -> None:
    failed = await failure(7497, host="no-such-host.invalid")
    assert failed.stage is StageName.TCP
    assert "no-such-host.invalid" in failed.reason


async def test_connect_thinks_of_the_dialog_first_when_tws_does_not_greet() -> None:
    async with ScriptedServer(lambda peer: peer.gone()) as server:
        failed = await failure(server.port, timeout=2.0)
    assert failed.stage is StageName.HANDSHAKE
    assert "Accept incoming connection?" in failed.advice[0]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        framed("178", "a", "b"),
        framed("hello", "you"),
        framed(),
    ],
)
async def test_connect_says_something_else_answers_when_it_is_not_tws(answer: bytes) -> None:
    async def script(peer: Peer) -> None:
        peer.send_bytes(answer)
        await peer.gone()

    async with ScriptedServer(script) as server:
        failed = await failure(server.port)
    assert failed.stage is StageName.HANDSHAKE
    assert "Something else than TWS" in failed.reason


async def test_connect_says_so_when_tws_closes_without_a_greeting() -> None:
    async def script(peer: Peer) -> None:
        await peer.hello()

    async with ScriptedServer(script) as server:
        failed = await failure(server.port)
    assert failed.stage is StageName.HANDSHAKE
    assert "closed the connection" in failed.reason


@pytest.mark.parametrize(("version", "words"), [(156, "too old"), (200, "at most 178")])
async def test_connect_says_so_when_the_version_does_not_fit(version: int, words: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.greet(version)
        await peer.gone()

    async with ScriptedServer(script) as server:
        failed = await failure(server.port)
    assert failed.stage is StageName.HANDSHAKE
    assert words in failed.reason


async def test_connect_fails_at_once_when_the_client_id_is_in_use() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.read()
        peer.send(4, 2, -1, 326, "Unable connect as the client id is already in use.", "")
        await peer.gone()

    async with ScriptedServer(script) as server:
        failed = await failure(server.port)
    assert (failed.stage, failed.code) == (StageName.READY, 326)
    assert "Client id 11 is in use" in failed.reason


async def test_connect_fails_at_once_when_tws_closes_before_it_is_ready() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.read()

    async with ScriptedServer(script) as server:
        failed = await failure(server.port)
    assert (failed.stage, failed.code) == (StageName.READY, None)
    assert "closed the connection" in failed.reason


async def test_connect_repeats_what_tws_said_when_it_never_becomes_ready() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.read()
        peer.send(4, 2, -1, 10141, "Paper trading disclaimer must first be accepted for API connection.", "")
        peer.send(9, 1, 5)
        await peer.gone()

    async with ScriptedServer(script) as server:
        failed = await failure(server.port, timeout=2.0)
    assert failed.stage is StageName.READY
    assert "disclaimer" in failed.reason


async def test_connect_delivers_the_push_in_order_when_it_comes_before_ready() -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.read()
        for fields in (["abc"], order_fields(order_id=41, client_id=11), status_fields(order_id=41), ["53", "1"]):
            peer.send(*fields)
        peer.send_bytes(b"\0\0\0\0")
        peer.send(15, 1, "DU1,DU2")
        peer.send(9, 1, 40)
        await peer.gone()

    events: list[Event] = []
    async with ScriptedServer(script) as server:
        link = await connect(server.port, events=events)
        kinds = [type(event) for event in events]
        assert kinds == [Undecodable, OrderSeen, StatusSeen, Undecodable, AccountsSeen, NextIdSeen]
        assert link.accounts == ("DU1", "DU2")
        assert (link.next_valid_id, link.reserve_order_id(), link.reserve_order_id()) == (40, 42, 43)
        link.raise_order_id(90)
        assert link.reserve_order_id() == 90
        await link.close()


async def test_connect_sends_nothing_but_start_when_it_opens() -> None:
    received: list[list[str]] = []

    async def script(peer: Peer) -> None:
        await peer.start()
        await peer.gone()
        received.extend(peer.received)

    async with ScriptedServer(script) as server:
        link = await connect(server.port, client_id=0)
        await link.close()
    assert received == [["71", "2", "0", ""]]


async def test_connect_tells_its_progress_when_stages_pass() -> None:
    async def script(peer: Peer) -> None:
        await peer.start()
        await peer.gone()

    stages: list[Stage] = []
    async with ScriptedServer(script) as server:
        link = await TwsBroker().connect("127.0.0.1", server.port, 11, lambda _: None, stages.append, LONG)
        await link.close()
    assert [(stage.name, stage.ok) for stage in stages] == [
        (StageName.TCP, None),
        (StageName.TCP, True),
        (StageName.HANDSHAKE, None),
        (StageName.HANDSHAKE, True),
        (StageName.READY, None),
        (StageName.READY, True),
    ]


async def test_link_reads_everything_before_the_loss_when_the_server_writes_and_closes() -> None:
    async def script(peer: Peer) -> None:
        await peer.start()
        for number in range(2000):
            peer.send(*order_fields(perm_id=1000 + number))

    events: list[Event] = []
    async with ScriptedServer(script) as server:
        await connect(server.port, events=events)
        await until(lambda: isinstance(events[-1], LinkLost))
    rows = [event.perm_id for event in events if isinstance(event, OrderSeen)]
    assert rows == list(range(1000, 3000))
    assert isinstance(events[-1], LinkLost)
    assert not events[-1].expected


async def test_link_ends_the_connection_when_a_frame_is_too_long() -> None:
    async def script(peer: Peer) -> None:
        await peer.start()
        peer.send_bytes((1 << 30).to_bytes(4, "big") + raw("53", "1"))
        await peer.gone()

    events: list[Event] = []
    async with ScriptedServer(script) as server:
        link = await connect(server.port, events=events)
        await until(lambda: not link.up)
    lost = events[-1]
    assert isinstance(lost, LinkLost)
    assert "not what TWS sends" in lost.why


async def test_connect_leaves_nothing_open_when_it_is_cancelled() -> None:
    greeted, closed = asyncio.Event(), asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.greet()
        greeted.set()
        await peer.gone()
        closed.set()

    async with ScriptedServer(script) as server:
        trying = asyncio.ensure_future(connect(server.port))
        await asyncio.wait_for(greeted.wait(), 60)
        trying.cancel()
        await asyncio.wait_for(closed.wait(), 60)
    assert trying.cancelled()
