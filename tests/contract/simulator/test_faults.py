"""Every fault, seen from the client."""

import asyncio
import json
import re
from typing import Any

import pytest

from tests.contract.simulator.conftest import Connect
from tests.support.control import ctl
from tests.support.raw_client import Message, RawClient, eventually, place_fields
from tws_console.simulator.faults import FAULTS
from tws_console.simulator.server import SimulatorServer


async def _ctl(server: SimulatorServer, verb: str, *args: str) -> Any:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.control_port)
    writer.write(json.dumps({"verb": verb, "args": args}).encode() + b"\n")
    document = json.loads(await reader.readline())
    writer.close()
    await writer.wait_closed()
    assert "error" not in document
    return document


async def _list(client: RawClient) -> list[Message]:
    client.send(16, 1)
    return await client.until_id(53)


async def test_sockets_close_when_dropped(empty: SimulatorServer, connect: Connect) -> None:
    first, second = await connect(empty, 11), await connect(empty, 12)
    await _ctl(empty, "fault", "drop", "client=11")
    assert await first.closed()
    assert await second.settle() == []


async def test_output_waits_and_comes_complete_when_stalled(empty: SimulatorServer, connect: Connect) -> None:
    client, other = await connect(empty, 11), await connect(empty, 12)
    await _ctl(empty, "fault", "stall", "client=11")
    await _ctl(empty, "fault", "1102")
    assert (await other.until_error(1102))[2] == "-1"
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.reader.read(1)
    await _ctl(empty, "clear", "stall")
    await client.until_error(1102)
    assert await client.settle() == []


async def test_output_is_lost_but_socket_stays_when_half_open(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _ctl(empty, "fault", "half-open")
    await _ctl(empty, "fault", "1102")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.reader.read(1)
    assert 11 in empty.gateway.sessions
    await _ctl(empty, "clear", "half-open")
    assert await client.settle() == []


async def test_messages_arrive_whole_when_frames_are_split(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    await _ctl(server, "fault", "split-frames")
    assert [m[0] for m in await _list(client)] == ["5", "3"] * 13 + ["53"]


async def test_orders_are_not_acknowledged_until_link_is_back_when_1100(
    empty: SimulatorServer, connect: Connect
) -> None:
    client = await connect(empty, 11)
    await _ctl(empty, "fault", "1100")
    await client.until_error(1100)
    client.send(*place_fields(1, order_type="MKT"))
    await client.until_status(1, "PendingSubmit")
    assert await client.settle() == []
    await _ctl(empty, "clear", "1100")
    await client.until_error(1102)
    await client.until_status(1, "Filled")


async def test_subscriptions_are_lost_when_1101(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(1, 11, 601, 265598, "", "", "", "", "", "", "SMART", "", "", "", "", 0, "", 0, 0, "")
    await client.until_id(81)
    await _ctl(empty, "fault", "2110")
    await client.until_error(2110)
    await _ctl(empty, "fault", "1101")
    await client.until_error(1101)
    assert (await _ctl(empty, "clients"))[0]["market_data_lines"] == 0


async def test_farm_breaks_and_comes_back_when_flapping(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _ctl(empty, "fault", "farm-flap", "seconds=0.01")
    await client.until_error(2103)
    await client.until_error(2104)


async def test_new_client_gets_326_when_id_is_in_use(empty: SimulatorServer) -> None:
    await _ctl(empty, "fault", "in-use", "client=11", "count=1")
    async with await RawClient.open(empty.port) as client:
        await client.shake_hands()
        client.send(71, 2, 11, "")
        await client.until_error(326)
        assert await client.closed()
    async with await RawClient.start(empty.port, 11) as again:
        assert await again.settle() == []


async def test_placements_vanish_when_dropped(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _ctl(empty, "fault", "drop-placement", "count=2")
    for number in (1, 2, 3):
        client.send(*place_fields(number, limit="200"))
    await client.until_status(3, "Submitted")
    assert {m[1] for m in client.received if m[0] == "5"} == {"3"}
    assert [row["order_id"] for row in await _ctl(empty, "log") if row["message"] == 3] == [1, 2, 3]


async def test_order_fills_during_cancel_when_fill_is_late(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    client.send(*place_fields(1, limit="200"))
    await client.until_status(1, "Submitted")
    await _ctl(empty, "fault", "late-fill")
    client.send(4, 1, 1, "")
    await client.until_status(1, "PendingCancel")
    await client.until_status(1, "Filled")


async def test_order_status_is_missing_when_switched_off(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _ctl(empty, "fault", "no-status")
    client.send(*place_fields(1, order_type="MKT"))
    await client.until_id(59)
    assert not [m for m in client.received if m[0] == "3"]
    assert [m for m in client.received if m[0] == "11"]


async def test_list_end_comes_late_or_never_when_so_set(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    await _ctl(server, "fault", "late-end", "seconds=0.05")
    client.send(16, 1)
    assert [m[0] for m in await client.settle()] == ["5", "3"] * 13
    await client.until_id(53)
    await _ctl(server, "fault", "no-end")
    client.send(16, 1)
    assert [m[0] for m in await client.settle()] == ["5", "3"] * 13


async def test_list_holds_a_broken_row_once_when_undecodable(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    await _ctl(server, "fault", "undecodable")
    assert len([m for m in await _list(client) if m[0] == "5" and len(m) < 10]) == 1
    await _ctl(server, "fault", "undecodable", "kind=tail")
    [broken] = [m for m in await _list(client) if m[0] == "5" and len(m) < 70]
    assert broken[25] == "1790930293760001"
    assert all(len(m) > 100 for m in await _list(client) if m[0] == "5")


@pytest.mark.parametrize(
    ("fault", "status"), [("399", "PreSubmitted"), ("404", "PreSubmitted"), ("10349", "Submitted"), ("201", "Inactive")]
)
async def test_order_meets_its_code_once_when_raised(
    empty: SimulatorServer, connect: Connect, fault: str, status: str
) -> None:
    client = await connect(empty, 11)
    await _ctl(empty, "fault", fault)
    client.send(*place_fields(1, limit="200"))
    assert (await client.until_error(int(fault)))[2] == "1"
    await client.settle()
    client.send(*place_fields(2, limit="200"))
    await client.until_status(2, "Submitted")
    order = empty.exchange.book.find(11, 1)
    assert order is not None
    assert order.status == status
    assert order.why_held == ("locate" if fault == "404" else "")


@pytest.mark.parametrize("fault", ["451", "110"])
async def test_order_is_refused_without_a_trace_when_raised(
    empty: SimulatorServer, connect: Connect, fault: str
) -> None:
    client = await connect(empty, 11)
    await _ctl(empty, "fault", fault)
    client.send(*place_fields(1, limit="200"))
    await client.until_error(int(fault))
    assert await client.settle() == []
    assert list(empty.exchange.book.open()) == []


async def test_preview_is_late_or_missing_when_so_set(empty: SimulatorServer, connect: Connect) -> None:
    client = await connect(empty, 11)
    await _ctl(empty, "fault", "slow-whatif", "seconds=0.05")
    client.send(*place_fields(1, limit="200", what_if=True))
    assert await client.settle() == []
    await client.until_id(5)
    await _ctl(empty, "fault", "no-whatif")
    client.send(*place_fields(1, limit="200", what_if=True))
    assert await client.settle() == []
    assert not empty.gateway.clock.pending


async def test_handshake_stays_unanswered_when_silent(empty: SimulatorServer) -> None:
    await _ctl(empty, "fault", "silent-accept")
    async with await RawClient.open(empty.port) as client:
        client.writer.write(b"API\0\0\0\0\x09v157..178")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.reader.read(1)
    await _ctl(empty, "clear", "all")
    async with await RawClient.start(empty.port, 11) as client:
        assert client.version == 178


async def test_one_order_stays_when_it_is_the_survivor(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    await _ctl(server, "fault", "survivor", "perm=1790930293760005", "count=1")
    client.send(58, 1)
    while len(rows := [m for m in await _list(client) if m[0] == "5"]) > 1:
        pass
    assert [m[25] for m in rows] == ["1790930293760005"]
    client.send(58, 1)
    while [m for m in await _list(client) if m[0] == "5"]:
        pass


async def test_nothing_is_cancelled_when_global_cancel_is_ignored(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    await _ctl(server, "fault", "no-global-cancel")
    client.send(58, 1)
    await client.settle()
    assert not any(order.cancel_pending for order in server.exchange.book.live())
    assert [row["message"] for row in await _ctl(server, "log")] == [71, 58, 49]


async def test_list_is_empty_while_orders_live_when_lying(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    await _ctl(server, "fault", "lying-list")
    assert await _list(client) == [["53", "1"]]
    assert len(await _ctl(server, "book")) == 13


async def test_port_comes_back_with_its_orders_when_restarted(server: SimulatorServer, connect: Connect) -> None:
    client = await connect(server, 11)
    await _ctl(server, "fault", "restart", "seconds=0.05")
    assert await client.closed()
    await eventually(lambda: server.listening)
    again = await connect(server, 11)
    assert [m[0] for m in await _list(again)].count("5") == 13


async def test_error_names_the_known_faults_when_name_is_unknown(empty: SimulatorServer) -> None:
    with pytest.raises(AssertionError):
        await _ctl(empty, "fault", "nonsense")
    reader, writer = await asyncio.open_connection("127.0.0.1", empty.control_port)
    writer.write(b'{"verb": "fault", "args": ["nonsense"]}\nno json\n{"verb": "dance"}\n')
    answers = [json.loads(await reader.readline()) for _ in range(3)]
    writer.close()
    assert all(name in answers[0]["error"] for name in FAULTS)
    assert all(set(answer) == {"error"} for answer in answers)


@pytest.mark.parametrize(
    ("verb", "args", "sentence"),
    [
        ("price", ["AAPL", "abc"], "abc is no number"),
        ("price", ["AAPL", "nan"], "nan is no number"),
        ("manual", ["BUY", "x", "AAPL", "LMT", "1"], "x is no number"),
        ("fill", ["x"], "x is no whole number"),
        ("log", ["--since", "x"], "x is no whole number"),
        ("fault", ["201", "foo=bar"], "no option is named foo; known: "),
        ("fault", ["201", "count=x"], "count= is a whole number, not x"),
    ],
)
async def test_one_sentence_says_what_is_wrong_when_a_control_request_is(
    empty: SimulatorServer, verb: str, args: list[str], sentence: str
) -> None:
    with pytest.raises(AssertionError, match=f"'error': \"?'?{re.escape(sentence)}"):
        await ctl(empty.control_port, verb, *args)
