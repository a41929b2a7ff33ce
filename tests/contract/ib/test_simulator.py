"""The adapter against the practice server, which reads the wire protocol on its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.contract.ib.scripted import until
from tests.support.simulator import SimulatorProcess
from tests.unit.ib.test_mapping import placement
from tws_console.engine.ports import Placement, Sending
from tws_console.ib.broker import TwsBroker
from tws_console.ib.link import Link
from tws_console.ib.panic_socket import PanicConnectError, fire
from tws_console.model.events import (
    Event,
    OrderSeen,
    PnlSeen,
    PositionSeen,
    ProblemSeen,
    QuoteSeen,
    SnapshotTaken,
    StatusSeen,
    Undecodable,
    Unrouted,
)
from tws_console.model.instrument import Instrument


@pytest.fixture(scope="module")
def sim() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as process:
        yield process


async def attach(sim: SimulatorProcess, client_id: int, events: list[Event]) -> Link:
    return await TwsBroker().connect(sim.host, sim.port, client_id, events.append, lambda _: None, 10)


def snapshots(events: list[Event]) -> list[SnapshotTaken]:
    return [event for event in events if isinstance(event, SnapshotTaken)]


def working(link: Link) -> Placement:
    return replace(placement(), order_id=link.reserve_order_id(), limit_price=Decimal(150))


async def test_link_sees_every_clients_orders_when_it_asks(sim: SimulatorProcess) -> None:
    events: list[Event] = []
    link = await attach(sim, 12, events)
    assert link.ask_all_orders(urgent=True)
    await until(lambda: bool(snapshots(events)))
    assert link.ask_all_orders(urgent=True)
    await until(lambda: len(snapshots(events)) == 2)
    await link.close()
    first, second = snapshots(events)
    assert first.complete
    assert second.complete
    rows = {event.perm_id: event for event in events if isinstance(event, OrderSeen)}
    assert first.perm_ids == second.perm_ids == set(rows)
    assert {row.client_id for row in rows.values()} > {0}
    assert not [event for event in events if isinstance(event, Undecodable | Unrouted)]


async def test_link_places_and_cancels_when_the_order_is_its_own(sim: SimulatorProcess) -> None:
    events: list[Event] = []
    link = await attach(sim, 13, events)
    order = working(link)
    link.place(order, Sending(lambda: "", lambda _: None, pytest.fail))
    await until(lambda: any(isinstance(event, OrderSeen) and event.order_id == order.order_id for event in events))
    link.cancel(order.order_id, lambda _: None)
    await until(lambda: any(isinstance(event, StatusSeen) and event.status == "Cancelled" for event in events))
    await until(lambda: any(isinstance(event, ProblemSeen) and event.code == 202 for event in events))
    seen = next(event for event in events if isinstance(event, OrderSeen) and event.order_id == order.order_id)
    assert (seen.client_id, seen.limit_price, seen.order_ref) == (13, Decimal(150), "01J")
    with pytest.raises(ValueError, match="order id 0"):
        link.cancel(0, lambda _: None)
    await link.close()


async def test_link_reads_account_positions_and_history_when_it_starts(sim: SimulatorProcess) -> None:
    events: list[Event] = []
    link = await attach(sim, 14, events)
    await link.account_summary(10)
    await link.positions(10)
    fills = await link.executions(10)
    completed = await link.completed_orders(10)
    assert await link.current_time(10)
    assert fills
    assert all(fill.time is not None and not fill.live for fill in fills)
    assert all(row.perm_id and row.status for row in completed)
    # TWS writes the total quantity 0 for filled ones (recorded in github wboayue/rust-ibapi, completed_orders).
    filled = [row for row in completed if row.status == "Filled"]
    assert filled
    assert all(row.filled and row.quantity == row.filled for row in filled)
    assert {event.account for event in events if isinstance(event, PositionSeen)} == set(link.accounts)
    await link.close()


async def test_link_resolves_and_previews_when_asked(sim: SimulatorProcess) -> None:
    events: list[Event] = []
    link = await attach(sim, 15, events)
    [apple] = await link.contract_details(Instrument(0, "AAPL"), 10)
    assert (apple.con_id, apple.min_tick) == (265598, Decimal("0.01"))
    assert len(apple.market_rule_ids) == len(apple.valid_exchanges)
    assert (await link.market_rule(apple.market_rule_ids[0], 10))[0].increment == Decimal("0.01")
    assert (await link.matching_symbols("AAPL", 10))[0].con_id == 265598
    answer = await link.what_if(replace(working(link), instrument=apple), lambda: "", 10)
    assert answer.init_margin_change
    assert not answer.unavailable
    assert not [event for event in events if isinstance(event, OrderSeen)]
    await link.close()


async def test_link_watches_quotes_and_results_when_asked(sim: SimulatorProcess) -> None:
    events: list[Event] = []
    link = await attach(sim, 16, events)
    apple = Instrument(265598, "AAPL")
    for _ in range(2):
        link.watch_quote(apple)
        link.watch_account_pnl("DU1234567")
        link.watch_position_pnl("DU1234567", 265598)
    wanted = {"bid", "ask", "last", "bid_size", "ask_size"}
    await until(lambda: wanted <= {event.field for event in events if isinstance(event, QuoteSeen)})
    await until(lambda: {event.con_id for event in events if isinstance(event, PnlSeen)} == {None, 265598})
    link.unwatch_quote(265598)
    await link.current_time(10)
    await link.close()
    asked = [row["message"] for row in sim.ctl("log", "--since", 0) if row["client_id"] == 16]
    assert [asked.count(number) for number in (1, 2, 59, 92, 94)] == [1, 1, 1, 1, 1]


async def test_panic_hands_its_socket_over_when_it_has_fired() -> None:
    with SimulatorProcess() as sim:
        events: list[Event] = []
        blocking: list[Event] = []
        blocker = await attach(sim, 12, blocking)
        loop = asyncio.get_running_loop()
        fired = await loop.run_in_executor(None, lambda: fire(sim.host, sim.port, [12, 13], 10))
        assert (fired.client_id, fired.version) == (13, 178)
        assert fired.sent_at >= fired.connected_at > 0
        link = await TwsBroker().adopt(fired, events.append)
        assert link.up
        assert link.accounts
        await until(lambda: bool(snapshots(events)))
        assert snapshots(events)[0].complete
        assert snapshots(events)[0].perm_ids
        await until(lambda: sim.book() == [])
        assert link.ask_all_orders(urgent=True)
        await until(lambda: len(snapshots(events)) == 2)
        assert snapshots(events)[1].perm_ids == frozenset()
        asked = [row["message"] for row in sim.ctl("log", "--since", 0) if row["client_id"] == 13]
        assert asked == [16, 58, 16]
        await link.close()
        await blocker.close()


async def test_panic_gives_up_when_every_client_id_is_taken(sim: SimulatorProcess) -> None:
    blocker = await attach(sim, 17, [])
    loop = asyncio.get_running_loop()
    with pytest.raises(PanicConnectError) as caught:
        await loop.run_in_executor(None, lambda: fire(sim.host, sim.port, [17], 10))
    assert (caught.value.stage, caught.value.code) == ("api-ready", 326)
    await blocker.close()
