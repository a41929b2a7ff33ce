"""The program that is killed: the real engine against a simulator, placing, staging, cancelling, changing and stopping
at random until it dies. `python -m tests.kills.child HOST PORT HOME SEED`; it says `ready` when it begins.
"""

from __future__ import annotations

import asyncio
import random
import sys
from decimal import Decimal

from tests.support.engine import settings_for, ticket
from tws_console.bootstrap import build_engine
from tws_console.config.settings import Limits
from tws_console.engine.engine import Engine
from tws_console.model.order import Order, Status
from tws_console.model.session import Phase
from tws_console.rules.amend import Wish

CLIENT_ID = 11
AT_ONCE = 4
"""Actions under way at a time, so that most moments find some order between two steps."""
ACTIONS = ("place", "place", "place", "market", "stage", "reference", "cancel", "cancel", "modify")
STOP_CHANCE = 0.01


async def main(host: str, port: int, home: str, seed: int) -> None:
    dice = random.Random(seed)
    settings = settings_for(host, port, CLIENT_ID, limits=Limits(duplicate_seconds=0.0))
    engine = build_engine(settings, (CLIENT_ID,), timeout=5.0, by="kills", journal_path=f"{home}/journal.db")
    await engine.start()
    await engine.waiters.until(lambda: engine.session.state.phase is Phase.UP, 30)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(_act(engine, dice))


async def _act(engine: Engine, dice: random.Random) -> None:
    while True:
        if dice.random() < STOP_CHANCE and not engine.stop.running:
            engine.stop.arm()
            engine.stop.fire()
        await _one(engine, dice.choice(ACTIONS), dice)
        # A refusal answers at once: the loop and the socket must have their turn all the same.
        await asyncio.sleep(0.002)


async def _one(engine: Engine, action: str, dice: random.Random) -> None:
    price = f"{dice.randint(4000, 6000) / 100}"
    match action:
        case "place":
            await engine.trading.place(await ticket(engine, limit=price))
        case "market":
            await engine.trading.place(await ticket(engine, limit="80", quantity="1"))
        case "stage":
            await engine.trading.place(await ticket(engine, limit=price, transmit=False))
        case "reference":
            await engine.trading.place(await ticket(engine, limit=price, order_ref="by-hand"))
        case "cancel" if order := _some_order(engine, dice):
            await engine.trading.cancel(order)
        case "modify" if order := _some_order(engine, dice):
            await engine.modifying.modify(order, Wish(limit_price=Decimal(price)))


def _some_order(engine: Engine, dice: random.Random) -> Order | None:
    own = [row for row in engine.book.live() if row.client_id == CLIENT_ID and row.status is Status.WORKING]
    return dice.choice(own) if own else None


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
