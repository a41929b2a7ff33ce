"""Traps of ib_async 2.1.0 and of the wire, sprung by a scripted server against the real link. What test_connect,
test_link and the unit tests of the room spring already is not repeated here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.contract.ib.scripted import Peer, ScriptedServer, until
from tests.contract.ib.test_link import linked
from tests.unit.ib.frames import execution_fields, framed, order_fields, status_fields
from tests.unit.ib.test_mapping import placement
from tws_console.engine.ports import RequestFailed, Sending
from tws_console.ib.broker import TwsBroker
from tws_console.ib.link import Link, Tuning
from tws_console.ib.pacing import Pace
from tws_console.model.events import Event, FillSeen, LinkLost, OrderSeen, SnapshotTaken, StatusSeen, Undecodable

LONG = 30.0
"""Seconds; what must end at once does not need them."""


async def connect(port: int, events: list[Event] | None = None) -> Link:
    emit = events.append if events is not None else (lambda _: None)
    return await TwsBroker().connect("127.0.0.1", port, 11, emit, lambda _: None, LONG)


async def nothing(peer: Peer) -> None:
    """Say nothing more."""


@pytest.fixture
def new_york_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer whose own clock is not UTC."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


ODD_BEFORE_READY = [(b"\0\0\0\0", "empty"), (framed("x9", "1"), "no number"), (framed("9", "1", "soon"), "bad 9")]


@pytest.mark.parametrize("odd", [data for data, _ in ODD_BEFORE_READY], ids=[name for _, name in ODD_BEFORE_READY])
async def test_connect_becomes_ready_when_an_odd_frame_comes_first_in_the_same_bytes(odd: bytes) -> None:
    async def script(peer: Peer) -> None:
        await peer.greet()
        await peer.read()
        peer.send_bytes(odd + framed(15, 1, "DU1") + framed(9, 1, 40))
        await peer.gone()

    events: list[Event] = []
    async with ScriptedServer(script) as server:
        link = await connect(server.port, events)
        assert (link.up, link.accounts, link.next_valid_id) == (True, ("DU1",), 40)
        await link.close()
    assert sum(isinstance(event, Undecodable) for event in events) == 1


async def test_link_reports_each_when_five_messages_are_broken_in_one_burst() -> None:
    broken = [
        ["11", "-1", "5", "265598"],
        order_fields(perm_id=71)[:20],
        [*status_fields(perm_id=72)[:3], "many", *status_fields(perm_id=72)[4:]],
        ["4", "2"],
        ["250", "1"],
    ]

    async def script(peer: Peer) -> None:
        burst = b"".join(framed(*fields) + framed(*status_fields(perm_id=1)) for fields in broken)
        peer.send_bytes(burst + framed(*execution_fields(time="20260825 14:11:30 Eastern Standard Time")))

    events: list[Event] = []
    async with linked(script, events):
        await until(lambda: any(isinstance(event, FillSeen) for event in events))
    fill = next(event.fill for event in events if isinstance(event, FillSeen))
    assert fill.time == datetime(2026, 8, 25, 18, 11, 30, tzinfo=UTC), "a Windows zone name costs ib_async the fill"
    good = [event for event in events if isinstance(event, StatusSeen) and event.perm_id == 1]
    assert len(good) == len(broken)
    assert not any(isinstance(event, StatusSeen) and event.perm_id == 72 for event in events)
    told = [event.message_id for event in events if isinstance(event, Undecodable)]
    assert [number for number in told if number != 4] == [11, 5, 3, 250]


async def test_link_names_every_placement_that_was_not_written_when_it_is_closed() -> None:
    unsent: list[str] = []
    written: list[float] = []
    async with linked(nothing, tuning=Tuning(pace=Pace(place=5, ask=5, ask_burst=5))) as link:
        for number in range(20):
            link.place(placement(order_id=200 + number), Sending(lambda: "", written.append, unsent.append))
        await link.close()
    assert written
    assert len(written) + len(unsent) == 20
    assert all("down" in reason for reason in unsent)


async def test_requests_end_when_the_link_is_closed_by_ourselves() -> None:
    events: list[Event] = []
    received: set[str] = set()

    async def script(peer: Peer) -> None:
        while not {"61", "7", "99", "3"} <= received:
            received.add((await peer.read())[0])

    async with linked(script, events) as link:
        asked = [
            asyncio.ensure_future(link.positions(LONG)),
            asyncio.ensure_future(link.executions(LONG)),
            asyncio.ensure_future(link.completed_orders(LONG)),
            asyncio.ensure_future(link.what_if(placement(order_id=300), lambda: "", LONG)),
        ]
        await until(lambda: {"61", "7", "99", "3"} <= received)
        await link.close()
        done, pending = await asyncio.wait(asked, timeout=60)
        assert not pending, "plain ib_async leaves the callers of its own disconnect waiting for ever"
        preview = asked[3].result()
    assert all(isinstance(task.exception(), RequestFailed) for task in asked[:3])
    assert len(done) == 4
    assert "down" in getattr(preview, "unavailable", "")
    [lost] = [event for event in events if isinstance(event, LinkLost)]
    assert lost.expected


async def test_connect_works_at_once_when_the_last_link_was_closed_with_bytes_stuck() -> None:
    deaf = asyncio.Event()
    first = [True]

    async def script(peer: Peer) -> None:
        await peer.start()
        if first.pop() if first else False:
            await deaf.wait()
        else:
            await peer.gone()

    async with ScriptedServer(script) as server:
        stuck = await connect(server.port)
        stuck.wire.write(bytes(32 * 1024 * 1024))
        await until(lambda: stuck.unwritten() > 1024 * 1024)
        await asyncio.wait_for(stuck.close(), 60)
        again = await asyncio.wait_for(connect(server.port), 60)
        assert again.up
        await again.close()
        deaf.set()


async def test_list_is_never_empty_when_an_end_comes_just_after_the_next_request() -> None:
    async def script(peer: Peer) -> None:
        await peer.until("16")
        for perm_id in (1, 2, 3):
            peer.send(*order_fields(perm_id=perm_id, order_id=perm_id))
        await peer.until("16")
        peer.send(53, 1)
        await peer.until("49")
        for perm_id in (1, 2, 3):
            peer.send(*order_fields(perm_id=perm_id, order_id=perm_id))
        peer.send(53, 1)
        peer.send(49, 1, 1790000000)

    events: list[Event] = []

    def taken() -> list[SnapshotTaken]:
        return [event for event in events if isinstance(event, SnapshotTaken)]

    async with linked(script, events) as link:
        assert link.ask_all_orders()
        await until(lambda: sum(isinstance(event, OrderSeen) for event in events) == 3)
        assert link.ask_all_orders(urgent=True)
        await until(lambda: len(taken()) == 1)
        await link.current_time(LONG)
    assert [(one.complete, one.perm_ids) for one in taken()] == [(True, frozenset({1, 2, 3}))] * 2
    assert taken()[0].asked_at < taken()[1].asked_at


async def test_what_if_goes_on_when_the_first_margin_is_empty_text() -> None:
    async def script(peer: Peer) -> None:
        order_id = int((await peer.until("3"))[1])
        for margin in ("", "4398.70"):
            peer.send(*order_fields(order_id=order_id, client_id=11, what_if="1", margin=margin, status="PreSubmitted"))

    async with linked(script) as link:
        answer = await link.what_if(placement(order_id=link.reserve_order_id()), lambda: "", LONG)
    assert answer.init_margin_change == Decimal("4398.70")


async def test_two_callers_both_get_an_answer_when_the_answers_carry_no_id() -> None:
    async def script(peer: Peer) -> None:
        for second in (1000, 2000):
            await peer.until("49")
            peer.send(49, 1, second)
        await peer.until("99")
        peer.send(102)
        await peer.until("99")
        peer.send(102)

    async with linked(script) as link:
        times = await asyncio.gather(link.current_time(LONG), link.current_time(LONG))
        assert [moment.timestamp() for moment in times] == [1000, 2000]
        lists = await asyncio.gather(link.completed_orders(LONG), link.completed_orders(LONG))
        assert [len(rows) for rows in lists] == [0, 0]


async def test_placement_has_plain_digits_when_its_numbers_have_exponents() -> None:
    got: list[list[str]] = []

    async def script(peer: Peer) -> None:
        got.append(await peer.until("3"))

    async with linked(script) as link:
        order = placement(quantity=Decimal("1E+2"), limit_price=Decimal("1E-7"), order_id=400)
        link.place(order, Sending(lambda: "", lambda _: None, pytest.fail))
        await until(lambda: bool(got))
    assert got[0][16:20] == ["BUY", "100", "LMT", "0.0000001"]


@pytest.mark.usefixtures("new_york_clock")
async def test_fill_time_is_utc_when_it_has_the_dash_form_and_the_computer_is_elsewhere() -> None:
    async def script(peer: Peer) -> None:
        peer.send(*execution_fields(time="20261120-15:00:00"))

    events: list[Event] = []
    async with linked(script, events):
        await until(lambda: any(isinstance(event, FillSeen) for event in events))
    [fill] = [event.fill for event in events if isinstance(event, FillSeen)]
    assert fill.time == datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.mark.parametrize("code", [1101, 1102, 10225])
async def test_link_sends_nothing_by_itself_when_tws_tells_of_lost_data(code: int) -> None:
    async def script(peer: Peer) -> None:
        peer.send(4, 2, -1, 1100, "Connectivity between IBKR and Trader Workstation has been lost.", "")
        peer.send(4, 2, -1, code, "Connectivity restored or bust event", "")
        peer.send(*status_fields(perm_id=1))
        await peer.until("49")
        peer.send(49, 1, 1790000000)
        received.extend(fields[0] for fields in peer.received)

    received: list[str] = []
    events: list[Event] = []
    async with linked(script, events) as link:
        await until(lambda: any(isinstance(event, StatusSeen) for event in events))
        await link.current_time(LONG)
    assert received == ["71", "49"]
