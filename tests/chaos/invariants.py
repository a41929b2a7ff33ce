"""What must hold when everything has come to rest: the engine's rows say what the simulator's book says."""

from __future__ import annotations

from tests.chaos.world import OURS, World
from tws_console.model.order import Order, Status
from tws_console.model.session import Phase
from tws_console.simulator.orders import FILLED

REST_SECONDS = 600.0
LISTS = 3


async def settle(world: World) -> None:
    """End all trouble, and wait until the engine has seen a calm broker for some lists."""
    await world.finish_actions()
    world.control("clear", "all")
    world.note("all trouble is over")
    engine, gateway = world.engine, world.server.gateway
    engine.retry_now()
    seen: set[float] = set()
    since = world.loop.time()

    def calm() -> bool:
        state = engine.session.state
        if state.phase is not Phase.UP or engine.session.link is None:
            engine.retry_now()
            return False
        if gateway.clock.pending or engine.book.needs_end:
            seen.clear()
            return False
        newest = engine.session.last_snapshot
        if newest is not None and newest.complete and newest.asked_at > since:
            seen.add(newest.asked_at)
        return len(seen) > LISTS

    if not await engine.waiters.until(calm, REST_SECONDS):
        state = engine.session.state
        notices = [line.text for line in engine.notices.lines][-3:]
        stop = engine.stop.report.why if engine.stop.report is not None and engine.stop.running else ""
        age = world.loop.time() - (state.snapshot_at or 0.0)
        world.wrong(
            f"no rest after {REST_SECONDS:g} s: {state.phase}, list {age:.1f} s old, {state.unverified!r}, broker busy "
            f"{gateway.clock.pending}, ends wanted {engine.book.needs_end}, stop {stop!r}, {notices}"
        )


def check(world: World) -> None:
    """Compare the truths."""
    _rows_live(world)
    for row in world.engine.book.orders.values():
        _row(world, row)
    _intents(world)
    _positions(world)


def _rows_live(world: World) -> None:
    shown = {row.perm_id: row for row in world.engine.book.live() if row.perm_id is not None}
    there = world.live()
    for perm_id in there.keys() - shown.keys():
        row = world.engine.book.find(perm_id)
        world.wrong(f"#{perm_id} is {there[perm_id].status} at TWS and shown {row.status if row else 'nowhere'}")
    for perm_id in shown.keys() - there.keys():
        order = world.book.get(perm_id)
        world.wrong(f"#{perm_id} is shown {shown[perm_id].status} and is {order.status if order else 'not'} at TWS")


def _row(world: World, row: Order) -> None:
    if row.perm_id is None:
        found = [order for order in world.by_reference(row.intent) if not order.staged]
        if row.status in {Status.UNKNOWN, Status.SENDING} and any(order.live for order in found):
            world.wrong(f"{row.key} is shown {row.status} and TWS lists it under #{found[0].perm_id}")
        return
    order = world.book.get(row.perm_id)
    if order is None:
        return
    terms = order.terms
    if (row.account, row.action, row.quantity) != (terms.account, terms.action, terms.quantity):
        world.wrong(f"{row.key} is shown as {row.action} {row.quantity} of {row.account}, TWS has {terms}")
    if row.instrument.con_id != order.contract.con_id:
        world.wrong(f"{row.key} is shown as {row.instrument.name}, TWS has {order.contract.local_symbol}")
    if (row.filled or 0) != order.filled:
        world.wrong(f"{row.key} is shown filled {row.filled}, TWS has filled {order.filled}")
    if row.live and row.stale:
        world.wrong(f"{row.key} is stale at rest")
    if not row.live:
        filled = order.status == FILLED
        if row.status is Status.GONE:
            world.wrong(f"{row.key} is shown gone, TWS says {order.status}")
        elif filled != (row.status is Status.FILLED):
            world.wrong(f"{row.key} is shown {row.status}, TWS says {order.status}")


def _intents(world: World) -> None:
    """Every order under our id has its intent, and what never left is not there."""
    for result in world.places:
        if not result.submitted and result.intent and world.by_reference(result.intent):
            world.wrong(f"{result.intent} was told not sent and is at TWS")
    known = {result.intent for result in world.places}
    for order in world.book.values():
        if order.client_id == OURS and order.terms.order_ref not in known:
            world.wrong(f"#{order.perm_id} is at TWS under our id and nobody placed it")


def _positions(world: World) -> None:
    for (account, con_id), position in world.engine.portfolio.positions.items():
        held = world.held(account, con_id)
        if position.quantity != held:
            world.wrong(f"position {position.instrument.name} is shown {position.quantity}, TWS has {held}")
