"""What the user and other people do at random. The table is open: an action is a name, a weight and a function."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal

from tests.chaos.world import ACCOUNT, SYMBOLS, World
from tws_console.model.order import Order
from tws_console.model.ticket import OrderRequest, Ticket
from tws_console.simulator import orders as simulated

GLOBAL_CANCEL, CANCEL = 58, 4
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


async def stop(world: World) -> None:
    world.note("STOP")
    world.engine.stop.arm()
    world.engine.stop.fire()


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


# ---- other people, through sockets of their own


async def foreign_place(world: World) -> None:
    rng, other = world.random, world.random.choice(world.others)
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
        await other.send(CANCEL, 1, order.order_id, "")


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
    Action("stop", 2, stop),
    Action("release", 3, release),
    Action("reconnect", 1, reconnect),
    Action("renew", 1, renew),
    Action("refresh", 1, refresh),
    Action("foreign-place", 4, foreign_place),
    Action("foreign-cancel", 2, foreign_cancel),
    Action("foreign-change", 1, foreign_change),
    Action("foreign-global-cancel", 1, foreign_global_cancel),
    Action("manual", 1, manual),
    Action("fill", 3, fill),
    Action("jump", 1, jump),
]
"""Append to it: every action is drawn by its weight."""
