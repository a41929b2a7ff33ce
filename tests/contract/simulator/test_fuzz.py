"""Nonsense on the wire: nothing crashes or hangs, and a second client notices nothing."""

import contextlib
import itertools
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.golden_wire import path
from tests.support.raw_client import encode
from tests.support.simulator import SimulatorProcess
from tests.support.threaded_simulator import BlockingClient, ThreadedSimulator
from tws_console.simulator.wire import MAX_FRAME

FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WITNESS = 17
GREETING = b"API\0\0\0\0\x09v157..178"

REQUESTS: list[list[str]] = list(json.loads(path(178).read_text(encoding="utf-8"))["requests"].values())
# Placements and cancels of a fuzzing client work as anybody's; no other request may touch the book.
PEACEFUL = [request for request in REQUESTS if request[0] not in ("3", "4", "15", "58")]
HOSTILE = ["", "-1", "0", "x", "NaN", "Infinity", "-Infinity", "1e999999999", "-1E+99999999", "1e-999999999", "é", "\\"]
HOSTILE += [
    "9" * 400,
    "0." + "0" * 500 + "1",
    "2147483648",
    "9223372036854775808",
    "１２",
    "1_0",
    " 7 ",
    "\t",
    "-0",
    "a" * 5000,
]


class Witnessed:
    """A simulator, a client that must not notice anything, and numbers for those who misbehave."""

    def __init__(self, sim: ThreadedSimulator, witness: BlockingClient) -> None:
        self.sim = sim
        self.witness = witness
        self._ids = itertools.count(100)

    def client(self) -> BlockingClient:
        """A started client with a number nobody has used."""
        client = BlockingClient(self.sim.server.port)
        client.start(next(self._ids))
        return client

    def raw(self) -> socket.socket:
        """A socket that has said nothing yet."""
        return socket.create_connection(("127.0.0.1", self.sim.server.port), 10)

    def book(self) -> list[int]:
        """The orders, by permId."""
        return [order.perm_id for order in self.sim.server.exchange.book.open()]

    def check(self) -> None:
        """The witness is answered at once and was told nothing else; nothing was left to the event loop to catch."""
        assert self.witness.settle() == []
        assert self.sim.uncaught == []


@contextlib.contextmanager
def _witnessed() -> Iterator[Witnessed]:
    with ThreadedSimulator("default") as sim, BlockingClient(sim.server.port) as witness:
        witness.start(WITNESS)
        yield Witnessed(sim, witness)


@pytest.fixture(scope="module")
def room() -> Iterator[Witnessed]:
    with _witnessed() as quiet:
        yield quiet


@pytest.fixture(scope="module")
def busy() -> Iterator[Witnessed]:
    """Another one, where orders come and go."""
    with _witnessed() as trading:
        yield trading


def _frame(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


def _send(client: BlockingClient, data: bytes) -> None:
    with contextlib.suppress(ConnectionError):  # the server may close while we still talk
        client.socket.sendall(data)


def _read_to_end(peer: socket.socket) -> None:
    """Read until the server closes; a reset is an end too. TimeoutError when it does neither."""
    with contextlib.suppress(ConnectionError):
        while peer.recv(1 << 16):
            pass


@FUZZ
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda data: GREETING + data)))
def test_nobody_else_notices_when_a_peer_sends_random_bytes(room: Witnessed, data: bytes) -> None:
    before = room.book()
    with room.raw() as peer:
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        _read_to_end(peer)
    room.check()
    assert room.book() == before


@FUZZ
@given(st.lists(st.binary(max_size=200), max_size=20))
def test_client_is_answered_when_its_frames_are_random(room: Witnessed, bodies: list[bytes]) -> None:
    with room.client() as client:
        _send(client, b"".join(_frame(body) for body in bodies))
        client.settles_or_is_closed()
    room.check()


@FUZZ
@given(st.integers(0, 5000), st.integers(1, 200))
def test_client_is_answered_when_it_storms_with_nul(room: Witnessed, size: int, count: int) -> None:
    with room.client() as client:
        _send(client, _frame(b"\0" * size) * min(count, 1 + 200_000 // (size + 1)))
        assert client.settles_or_is_closed()
    room.check()


@FUZZ
@given(st.integers(MAX_FRAME + 1, 0xFFFFFFFF), st.binary(max_size=64))
def test_client_is_closed_when_its_length_is_oversized(room: Witnessed, length: int, rest: bytes) -> None:
    with room.client() as client:
        _send(client, length.to_bytes(4, "big") + rest)
        _read_to_end(client.socket)
    room.check()


@FUZZ
@given(st.sampled_from(REQUESTS), st.data())
def test_nothing_happens_when_a_frame_is_truncated(room: Witnessed, request_: list[str], data: st.DataObject) -> None:
    whole = encode(request_)
    before = room.book()
    with room.client() as client:
        _send(client, whole[: data.draw(st.integers(0, len(whole) - 1))])
        client.socket.shutdown(socket.SHUT_WR)
        _read_to_end(client.socket)
    room.check()
    assert room.book() == before


@FUZZ
@given(st.sampled_from(REQUESTS), st.binary(min_size=1, max_size=40), st.data())
def test_client_is_answered_when_a_field_is_not_utf8(
    busy: Witnessed, request_: list[str], junk: bytes, data: st.DataObject
) -> None:
    fields: list[bytes] = [field.encode() for field in request_]
    fields[data.draw(st.integers(0, len(fields) - 1))] = b"\xff\xfe" + junk.replace(b"\0", b"\xc3")
    with busy.client() as client:
        _send(client, _frame(b"\0".join(fields) + b"\0"))
        assert client.settles_or_is_closed()
    busy.check()


def _disfigured(request_: list[str], data: st.DataObject) -> list[str]:
    """A request with hostile, missing and additional fields; its number stays."""
    fields = list(request_)
    for _ in range(data.draw(st.integers(0, 4))):
        fields[data.draw(st.integers(min(1, len(fields) - 1), len(fields) - 1))] = data.draw(st.sampled_from(HOSTILE))
    fields = fields[: data.draw(st.integers(1, len(fields)))] if data.draw(st.booleans()) else fields
    return fields + data.draw(st.lists(st.sampled_from(HOSTILE), max_size=3))


@settings(FUZZ, max_examples=200)
@given(st.sampled_from(PEACEFUL), st.data())
def test_client_is_answered_when_fields_are_disfigured(
    room: Witnessed, request_: list[str], data: st.DataObject
) -> None:
    before = room.book()
    with room.client() as client:
        _send(client, encode(_disfigured(request_, data)))
        assert client.settles_or_is_closed()
    room.check()
    assert room.book() == before


@settings(FUZZ, max_examples=200)
@given(st.sampled_from([request for request in REQUESTS if request not in PEACEFUL]), st.data())
def test_client_is_answered_when_order_fields_are_disfigured(
    busy: Witnessed, request_: list[str], data: st.DataObject
) -> None:
    with busy.client() as client:
        _send(client, encode(_disfigured(request_, data)))
        assert client.settles_or_is_closed()
    busy.check()


@pytest.mark.parametrize("number", sorted({int(request[0]) for request in REQUESTS}))
def test_every_request_is_survived_when_its_fields_run_out(busy: Witnessed, number: int) -> None:
    longest: Any = max((request for request in REQUESTS if request[0] == str(number)), key=len)
    with busy.client() as client:
        for count in range(1, len(longest) if number not in (3, 58) else 20):
            _send(client, encode(longest[:count]))
        assert client.settles_or_is_closed()
    busy.check()


def test_others_are_served_when_peers_stay_half_open(room: Witnessed) -> None:
    peers = [room.raw() for _ in range(100)]
    for number, peer in enumerate(peers):
        peer.sendall(GREETING[: number % len(GREETING)])
    deaf = [room.client() for _ in range(5)]
    for client in deaf:
        client.socket.settimeout(0.2)
        with contextlib.suppress(TimeoutError, ConnectionError):  # its buffers are full: it never reads
            client.socket.sendall(encode((16, 1)) * 2000)
    room.check()
    for client in deaf:
        client.socket.close()
    for peer in peers:
        peer.close()
    room.check()


def test_client_is_served_when_10000_peers_have_come_and_gone() -> None:
    with SimulatorProcess("empty") as sim:
        for number in range(10_000):
            with socket.create_connection((sim.host, sim.port), 10) as peer:
                peer.sendall(GREETING[: number % (len(GREETING) + 1)])
            if number % 500 == 0:  # more at once than wait to be taken would only be slow
                assert sim.ctl("clients") == []
        with BlockingClient(sim.port) as client:
            assert client.start(1)[0][0] == "15"
            assert client.settle() == []
        assert sim.ctl("clients") == []


@pytest.mark.parametrize("number", ["0", "-1", "10", "999", "2147483647", "99999999999999999999", "x", "", "é"])
def test_unknown_message_is_answered_or_ignored_when_its_number_is(room: Witnessed, number: str) -> None:
    before = room.book()
    with room.client() as client:
        _send(client, encode((number, "1", "2", "3")))
        assert client.settles_or_is_closed()
    room.check()
    assert room.book() == before
