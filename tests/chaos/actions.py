"""What the user and other people do at random. The table is open: an action is a name, a weight and a function."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal

from tests.chaos.foreign import ForeignClient
from tests.chaos.world import ACCOUNT, SYMBOLS, World
from tws_console.model.ids import Owner
from tws_console.model.order import Order
from tws_console.model.order_scope import OrderScope
from tws_console.model.ticket import OrderRequest, Ticket
from tws_console.rules.amend import Wish
from tws_console.rules.flatten_plan import How
from tws_console.simulator import orders as simulated

GLOBAL_CANCEL = 58
PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Action:
    """`act` does it and returns; what takes long goes beside the script through `world.spawn`."""

    name: str
    weight: int
    act: Callable[[World], Awaitable[None]]


# ---- the user, through our engine


def _ticket(world: World, transmit: bool = True) -> Ticket | None:
    if not world.instruments:
        return None
    rng = world.random
    instrument = rng.choice(world.instruments)
    world.engine.trading.watch(instrument)
    quote = world.server.exchange.market.quote(instrument.con_id)
    kind, side = rng.choice(("LMT", "LMT", "LMT", "MKT", "STP")), rng.choice(("BUY", "SELL"))
    away = Decimal(rng.choice(("0.9", "0.97", "1", "1.03")))
    price = (quote.last * (away if side == "BUY" else 2 - away)).quantize(Decimal("0.01"))
    request = OrderRequest(
        side,
        instrument.symbol,
        kind,
        Decimal(rng.choice((1, 10, 100))),
        transmit=transmit,
        limit_price=price if kind == "LMT" else None,
        aux_price=price if kind == "STP" else None,
        account=ACCOUNT,
    )
    return Ticket(request, instrument, ACCOUNT)


async def place(world: World) -> None:
    await _place(world, transmit=True)


async def stage(world: World) -> None:
    await _place(world, transmit=False)


async def _place(world: World, transmit: bool) -> None:
    order = _ticket(world, transmit)
    if order is None:
        return

    async def work() -> None:
        result = await world.engine.trading.place(order, timeout=PATIENCE)
        world.places.append(result)
        world.note(f"placed {result.intent} id {result.order_id} submitted {result.submitted} {result.refusal}")

    world.spawn(work())


async def cancel(world: World) -> None:
    """Any row that is shown, also one that was shown a moment ago, also one of others."""
    rows = list(world.engine.book.orders.values())
    if not rows:
        return
    shown = world.random.choice(rows)
    world.spawn(_cancel(world, shown, world.random.choice((0.0, 0.0, 0.3))))


async def _cancel(world: World, shown: Order, hesitation: float) -> None:
    await asyncio.sleep(hesitation)
    world.cancels_wanted.append(shown)
    world.note(f"cancel {shown.key} of client {shown.client_id}/{shown.order_id}")
    result = await world.engine.trading.cancel(shown, timeout=PATIENCE)
    world.note(f"cancel of {shown.key}: {result.outcome} {result.reason}")


async def take_over(world: World) -> None:
    """Any row of another client id, ours or not, also one that was shown a moment ago."""
    takeover = world.engine.takeover
    rows = [row for row in world.engine.book.orders.values() if takeover.needed(row)]
    if rows:
        shown = world.random.choice(rows)
        world.spawn(_take_over(world, shown, world.random.choice((0.0, 0.3)), world.random.random() < 0.5))


async def _take_over(world: World, shown: Order, hesitation: float, may_bind: bool) -> None:
    await asyncio.sleep(hesitation)
    world.takeovers_wanted.append(shown.perm_id or 0)
    world.note(f"take over {shown.key} of client {shown.client_id}/{shown.order_id}")
    result = await world.engine.takeover.cancel(shown, PATIENCE, may_bind=may_bind)
    world.done[f"takeover-{result.outcome}"] += 1
    world.note(f"takeover of {shown.key}: {result.outcome} {result.reason}")


async def modify(world: World) -> None:
    """Price or size of an order that may be ours, through whichever connection can."""
    rows = [row for row in world.engine.book.orders.values() if row.live and row.quantity is not None]
    own = [row for row in rows if row.owner is Owner.OWN]
    if not rows:
        return
    rng = world.random
    shown = rng.choice(own if own and rng.random() < 0.8 else rows)
    factor = Decimal(rng.choice(("0.99", "1.01")))
    wishes = [Wish(quantity=(shown.quantity or Decimal(0)) + rng.choice((1, 5, -1)))]
    if shown.limit_price:
        wishes.append(Wish(limit_price=(shown.limit_price * factor).quantize(Decimal("0.01"))))
    if shown.aux_price:
        wishes.append(Wish(aux_price=(shown.aux_price * factor).quantize(Decimal("0.01"))))
    world.spawn(_modify(world, shown, rng.choice(wishes)))


async def _modify(world: World, shown: Order, wish: Wish) -> None:
    world.changes_wanted[shown.perm_id or 0] += 1
    world.note(f"change {shown.key} of client {shown.client_id}/{shown.order_id}")
    result = await world.engine.modifying.modify(shown, wish, timeout=PATIENCE)
    world.done[f"modify-{result.outcome}"] += 1
    world.note(f"change of {shown.key}: {result.outcome} {result.reason}")


async def flatten(world: World) -> None:
    """Close one position, or all of an account, frozen or not."""
    holdings = world.engine.flatten.holdings(ACCOUNT)
    if not holdings:
        return
    rng = world.random
    closing = world.engine.flatten
    tradable = [row for row in holdings if row.instrument.symbol in SYMBOLS]
    chosen = holdings if rng.random() < 0.2 else (rng.choice(tradable or holdings),)
    how = How(rng.choice(("LMT", "MKT")))

    async def work() -> None:
        await closing.close_all(chosen, how, PATIENCE)

    world.spawn(work())


async def stop(world: World) -> None:
    world.note("STOP")
    world.stops.append(None)
    world.engine.stop.arm()
    world.engine.stop.fire()


async def stop_some(world: World) -> None:
    """Of a symbol, a client, a side, or of rows that are marked."""
    rows = [row for row in world.engine.book.orders.values() if row.live]
    if not rows:
        return
    rng = world.random
    row, marked = rng.choice(rows), rng.sample(rows, min(2, len(rows)))
    scope = rng.choice(
        (
            OrderScope(symbol=row.instrument.symbol),
            OrderScope(client_id=row.client_id, side=row.action),
            OrderScope(account=row.account, side=row.action),
            OrderScope(keys=frozenset(one.key for one in marked)),
        )
    )
    if scope.empty:
        return
    world.note(f"stop of {scope.words}")
    try:
        world.engine.stop.fire_at(scope)
    except ValueError as refused:
        world.note(str(refused))
    else:
        world.stops.append(scope)


async def release(world: World) -> None:
    if world.engine.latch.is_frozen():
        world.note("release")
        world.engine.stop.release("resume trading")


async def reconnect(world: World) -> None:
    world.engine.retry_now()


async def renew(world: World) -> None:
    world.note("renew the link")
    await world.engine.session.renew("chaos")


async def refresh(world: World) -> None:
    world.engine.refresh()


async def second_place(world: World) -> None:
    """The same user's second console, under another id of the profile, places an order and is closed."""
    await _place_as(world, world.second)
    order_id = max(world.second.placed, default=0)
    there = world.server.exchange.book
    await world.engine.waiters.until(lambda: there.find(world.second.client_id, order_id) is not None, PATIENCE)
    world.second.close()


# ---- other people, through sockets of their own


async def foreign_place(world: World) -> None:
    await _place_as(world, world.random.choice(world.others))


async def _place_as(world: World, other: ForeignClient) -> None:
    rng = world.random
    contract = world.server.gateway.catalogue.by_name(rng.choice(SYMBOLS))
    last = world.server.exchange.market.quote(contract.con_id).last
    side, away = rng.choice(("BUY", "SELL")), Decimal(rng.choice(("0.9", "0.98", "1.02")))
    price = (last * (away if side == "BUY" else 2 - away)).quantize(Decimal("0.01"))
    order_id = world.server.exchange.mark(other.client_id) + 1
    world.note(f"client {other.client_id} places {order_id} {side} {contract.symbol} at {price}")
    await other.place(
        order_id,
        con_id=contract.con_id,
        symbol=contract.symbol,
        action=side,
        quantity=rng.choice((5, 50)),
        limit=price,
        account=ACCOUNT,
        transmit=rng.random() < 0.9,
    )


def _own(world: World, client_id: int) -> list[simulated.Order]:
    return [order for order in world.live().values() if order.client_id == client_id]


async def foreign_cancel(world: World) -> None:
    other = world.random.choice(world.others)
    if orders := _own(world, other.client_id):
        order = world.random.choice(orders)
        world.note(f"client {other.client_id} cancels {order.order_id} #{order.perm_id}")
        await other.cancel(order.order_id)


async def foreign_change(world: World) -> None:
    other = world.random.choice(world.others)
    if orders := [order for order in _own(world, other.client_id) if order.terms.order_type == "LMT"]:
        order = world.random.choice(orders)
        world.note(f"client {other.client_id} changes {order.order_id} #{order.perm_id}")
        await other.place(
            order.order_id,
            con_id=order.contract.con_id,
            symbol=order.contract.symbol,
            action=order.terms.action,
            quantity=order.terms.quantity + 1,
            limit=order.terms.limit,
            account=order.terms.account,
        )


async def foreign_global_cancel(world: World) -> None:
    other = world.random.choice(world.others)
    world.note(f"client {other.client_id} cancels everything")
    await other.send(GLOBAL_CANCEL, 1)


async def manual(world: World) -> None:
    rng = world.random
    symbol = rng.choice(SYMBOLS)
    contract = world.server.gateway.catalogue.by_name(symbol)
    price = (world.server.exchange.market.quote(contract.con_id).last * Decimal("0.9")).quantize(Decimal("0.01"))
    world.note(f"by hand: BUY 10 {symbol} at {price}")
    world.control("manual", "BUY", 10, symbol, "LMT", price)


async def fill(world: World) -> None:
    if live := list(world.live().values()):
        order = world.random.choice(live)
        part = order.remaining if world.random.random() < 0.5 else max(Decimal(1), order.remaining // 2)
        world.note(f"the market fills {part} of #{order.perm_id}")
        world.control("fill", order.perm_id, part)


async def jump(world: World) -> None:
    symbol = world.random.choice(SYMBOLS)
    contract = world.server.gateway.catalogue.by_name(symbol)
    last = world.server.exchange.market.quote(contract.con_id).last
    price = (last * Decimal(world.random.choice(("0.93", "0.99", "1.01", "1.07")))).quantize(Decimal("0.01"))
    world.note(f"price of {symbol} jumps to {price}")
    world.control("price", symbol, price)


ACTIONS: list[Action] = [
    Action("place", 6, place),
    Action("stage", 1, stage),
    Action("cancel", 5, cancel),
    Action("take-over", 4, take_over),
    Action("modify", 5, modify),
    Action("flatten", 5, flatten),
    Action("stop", 2, stop),
    Action("stop-some", 2, stop_some),
    Action("release", 3, release),
    Action("reconnect", 1, reconnect),
    Action("renew", 1, renew),
    Action("refresh", 1, refresh),
    Action("second-place", 2, second_place),
    Action("foreign-place", 4, foreign_place),
    Action("foreign-cancel", 2, foreign_cancel),
    Action("foreign-change", 1, foreign_change),
    Action("foreign-global-cancel", 1, foreign_global_cancel),
    Action("manual", 1, manual),
    Action("fill", 3, fill),
    Action("jump", 1, jump),
]
"""Append to it: every action is drawn by its weight."""
