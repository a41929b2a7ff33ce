"""One link against a server that misbehaves: bounded requests, honest lists, nothing sent twice and nothing lost in
silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from tests.contract.ib.scripted import Peer, ScriptedServer, until
from tests.unit.ib.frames import UNSET, contract_fields, execution_fields, order_fields, status_fields
from tests.unit.ib.test_mapping import AAPL, placement
from tws_console.engine.ports import RequestFailed, Sending
from tws_console.ib.broker import TwsBroker
from tws_console.ib.link import Link, Tuning
from tws_console.ib.pacing import Pace
from tws_console.model.events import Event, FillSeen, LinkLost, OrderConfirmed, OrderSeen, ProblemSeen, SnapshotTaken

EAGER = Tuning(second_list_after=0.05, quiet=0.05)


@asynccontextmanager
async def linked(
    script: Callable[[Peer], Awaitable[None]], events: list[Event] | None = None, tuning: Tuning = EAGER
) -> AsyncIterator[Link]:
    """A link to a server that becomes ready and then runs the script until the client leaves."""

    async def whole(peer: Peer) -> None:
        await peer.start()
        await script(peer)
        await peer.gone()

    emit = events.append if events is not None else (lambda _: None)
    async with ScriptedServer(whole) as server:
        link = await TwsBroker(tuning=tuning).connect("127.0.0.1", server.port, 11, emit, lambda _: None, 10)
        try:
            yield link
        finally:
            await link.close()


async def silent(peer: Peer) -> None:
    await peer.gone()


async def test_requests_end_in_a_named_failure_when_tws_is_silent() -> None:
    async with linked(silent) as link:
        for question in (
            link.completed_orders(0.02),
            link.executions(0.02),
            link.positions(0.02),
            link.account_summary(0.02),
            link.current_time(0.02),
            link.contract_details(AAPL, 0.02),
            link.matching_symbols("AAPL", 0.02),
            link.market_rule(26, 0.02),
        ):
            with pytest.raises(RequestFailed, match="did not answer"):
                await question


async def test_requests_fail_at_once_when_the_link_is_lost() -> None:
    async def script(peer: Peer) -> None:
        await peer.until("49")
        raise ConnectionError

    events: list[Event] = []
    async with linked(script, events) as link:
        asked = [asyncio.ensure_future(link.positions(30)), asyncio.ensure_future(link.market_rule(26, 30))]
        asked.append(asyncio.ensure_future(link.current_time(30)))  # type: ignore[arg-type]
        results = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(result, RequestFailed) for result in results)
        assert isinstance(events[-1], LinkLost)
        with pytest.raises(RequestFailed, match="down"):
            await link.positions(30)


async def test_a_placement_is_told_it_was_not_sent_when_the_link_is_lost() -> None:
    async def script(peer: Peer) -> None:
        raise ConnectionError

    unsent: list[str] = []
    written: list[float] = []
    async with linked(script) as link:
        await until(lambda: not link.up)
        link.place(placement(), Sending(lambda: "", written.append, unsent.append))
        assert not link.ask_all_orders()
    assert len(unsent) == 1
    assert not written


async def test_a_placement_is_kept_back_when_the_guard_says_so() -> None:
    unsent: list[str] = []
    got: list[list[str]] = []

    async def script(peer: Peer) -> None:
        got.append(await peer.read())

    async with linked(script) as link:
        link.place(placement(), Sending(lambda: "frozen", lambda _: None, unsent.append))
        link.place(placement(order_ref="a\0b"), Sending(lambda: "", lambda _: None, unsent.append))
        link.global_cancel(lambda _: None)
        await until(lambda: bool(got))
    assert unsent[0] == "frozen"
    assert "cannot be sent" in unsent[1]
    assert got == [["58", "1"]]


async def test_a_global_cancel_overtakes_everything_when_much_is_queued() -> None:
    got: list[str] = []

    async def script(peer: Peer) -> None:
        while "58" not in got:
            got.append((await peer.read())[0])

    async with linked(script, tuning=Tuning(pace=Pace(place=5, ask=5, ask_burst=5))) as link:
        unsent: list[str] = []
        for _ in range(60):
            link.place(placement(), Sending(lambda: "", lambda _: None, unsent.append))
        at: list[float] = []
        link.global_cancel(at.append)
        assert len(at) == 1
        purged = link.purge("stopped")
        await until(lambda: "58" in got)
    assert got == [*["3"] * 4, "58"], "startApi was the first of the five"
    assert len(purged) == len(unsent) == 56


async def test_a_list_is_a_snapshot_when_its_end_has_come() -> None:
    async def script(peer: Peer) -> None:
        await peer.until("16")
        peer.send(*order_fields(perm_id=1))
        peer.send(*status_fields(perm_id=1))
        peer.send(*order_fields(perm_id=2, legs="x"))
        peer.send(53, 1)
        await peer.until("16")
        peer.send(*order_fields(perm_id=1))
        peer.send(53, 1)

    events: list[Event] = []

    def taken() -> list[SnapshotTaken]:
        return [event for event in events if isinstance(event, SnapshotTaken)]

    async with linked(script, events) as link:
        assert link.ask_all_orders()
        assert not link.ask_all_orders()
        await until(lambda: len(taken()) == 1)
        assert link.ask_all_orders(urgent=True)
        await until(lambda: len(taken()) == 2)
    first, second = taken()
    assert (first.complete, first.perm_ids) == (True, frozenset({1, 2}))
    assert (second.complete, second.perm_ids) == (True, frozenset({1}))
    assert sum(isinstance(event, OrderConfirmed) for event in events) == 1


async def test_executions_end_when_no_end_marker_comes() -> None:
    async def script(peer: Peer) -> None:
        request_id = int((await peer.until("7"))[2])
        await peer.until("49")
        peer.send(*execution_fields(request_id))
        peer.send(49, 1, 1790000000)

    events: list[Event] = []
    async with linked(script, events) as link:
        [fill] = await link.executions(10)
    assert not fill.live
    assert [event.fill for event in events if isinstance(event, FillSeen)] == [fill]


async def test_executions_end_at_the_marker_when_it_comes() -> None:
    async def script(peer: Peer) -> None:
        request = await peer.until("7")
        assert request[3] == "7"
        peer.send(*execution_fields(int(request[2])))
        peer.send(*execution_fields(-1))
        peer.send(55, 1, request[2])

    events: list[Event] = []
    async with linked(script, events) as link:
        fills = await link.executions(10, client_id=7)
    assert [fill.live for fill in fills] == [False]
    assert [event.fill.live for event in events if isinstance(event, FillSeen)] == [False, True]


async def test_completed_orders_fail_with_the_code_when_the_api_is_read_only() -> None:
    async def script(peer: Peer) -> None:
        await peer.until("99")
        peer.send(4, 2, -1, 321, "Error validating request.-'bN' : cause - Read-Only mode.", "")

    events: list[Event] = []
    async with linked(script, events) as link:
        with pytest.raises(RequestFailed) as caught:
            await link.completed_orders(10)
    assert caught.value.code == 321
    assert any(isinstance(event, ProblemSeen) for event in events)


async def test_contract_details_fail_when_a_row_could_not_be_read() -> None:
    async def script(peer: Peer) -> None:
        for last in ("bad", "good", "none"):
            request_id = int((await peer.until("9"))[2])
            if last == "none":
                peer.send(4, 2, request_id, 2150, "a note", "")
                peer.send(4, 2, request_id, 200, "No security definition has been found for the request", "")
                continue
            peer.send(*contract_fields(request_id))
            peer.send(*contract_fields(request_id, name="bad \\x" if last == "bad" else "good"))
            peer.send(52, 1, request_id)

    async with linked(script) as link:
        with pytest.raises(RequestFailed, match="could not be read"):
            await link.contract_details(AAPL, 10)
        assert len(await link.contract_details(AAPL, 10)) == 2
        with pytest.raises(RequestFailed) as caught:
            await link.contract_details(AAPL, 10)
    assert caught.value.code == 200


async def test_current_time_takes_its_own_answer_when_an_earlier_one_is_late() -> None:
    async def script(peer: Peer) -> None:
        await peer.until("49")
        await peer.until("49")
        peer.send(49, 1, 1000)
        peer.send(49, 1, 2000)

    async with linked(script) as link:
        with pytest.raises(RequestFailed):
            await link.current_time(0.02)
        assert (await link.current_time(10)).timestamp() == 2000


async def test_market_rule_is_asked_once_when_two_want_it() -> None:
    asked: list[list[str]] = []

    async def script(peer: Peer) -> None:
        asked.append(await peer.until("91"))
        peer.send(93, 26, 2, "0", "0.0001", "1", "0.01")
        asked.append(await peer.until("58"))

    async with linked(script) as link:
        first, second = await asyncio.gather(link.market_rule(26, 10), link.market_rule(26, 10))
        assert first == second == await link.market_rule(26, 10)
        assert [step.increment for step in first] == [Decimal("0.0001"), Decimal("0.01")]
        link.global_cancel(lambda _: None)
        await until(lambda: len(asked) == 2)
    assert [fields[0] for fields in asked] == ["91", "58"]


async def test_what_if_waits_for_the_second_answer_when_the_first_has_no_margins() -> None:
    async def script(peer: Peer) -> None:
        order_id = int((await peer.until("3"))[1])
        peer.send(4, 2, order_id, 399, "Order Message: a note", "")
        for margin in (UNSET, "4398.70"):
            peer.send(*order_fields(order_id=order_id, client_id=11, what_if="1", margin=margin, status="PreSubmitted"))

    events: list[Event] = []
    async with linked(script, events) as link:
        answer = await link.what_if(placement(order_id=link.reserve_order_id()), lambda: "", 10)
    assert answer.init_margin_change == Decimal("4398.70")
    assert answer.elapsed_ms is not None
    assert not any(isinstance(event, OrderSeen) for event in events)


@pytest.mark.parametrize(
    ("text", "guard", "words"), [("margin", "", "201 margin"), ("", "frozen", "frozen"), ("", "", "did not answer")]
)
async def test_what_if_says_why_when_there_is_no_answer(text: str, guard: str, words: str) -> None:
    async def script(peer: Peer) -> None:
        order = await peer.until("3")
        if text:
            peer.send(4, 2, order[1], 201, text, "")

    async with linked(script) as link:
        answer = await link.what_if(placement(), lambda: guard, 10 if text or guard else 0.02)
    assert words in answer.unavailable


async def test_a_link_survives_when_the_consumer_of_an_event_fails() -> None:
    async def script(peer: Peer) -> None:
        for perm_id in (1, 2, 3):
            peer.send(*order_fields(perm_id=perm_id))

    seen: list[int] = []
    faults: list[str] = []

    def emit(event: Event) -> None:
        if isinstance(event, OrderSeen):
            seen.append(event.perm_id)
            if event.perm_id == 2:
                raise RuntimeError("the consumer is at fault")

    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(str(context["exception"])))

    async def whole(peer: Peer) -> None:
        await peer.start()
        await script(peer)
        await peer.gone()

    async with ScriptedServer(whole) as server:
        link = await TwsBroker().connect("127.0.0.1", server.port, 11, emit, lambda _: None, 10)
        await until(lambda: len(seen) == 3)
        await link.close()
    assert faults == ["the consumer is at fault"]


async def test_a_cancel_is_handed_over_at_once_when_the_kernel_takes_nothing() -> None:
    deaf = asyncio.Event()

    async def whole(peer: Peer) -> None:
        await peer.start()
        await deaf.wait()

    async with ScriptedServer(whole) as server:
        link = await TwsBroker().connect("127.0.0.1", server.port, 11, lambda _: None, lambda _: None, 10)
        link.wire.write(bytes(32 * 1024 * 1024))
        await until(lambda: link.unwritten() > 1024 * 1024)
        written: list[float] = []
        unsent: list[str] = []
        link.place(placement(), Sending(lambda: "", written.append, unsent.append))
        link.global_cancel(written.append)
        assert len(written) == 1
        assert link.unwritten() > 1024 * 1024
        assert [one.order_id for one in link.purge("stopped")] == [7]
        deaf.set()
        await link.close()
    assert unsent == ["stopped"]
