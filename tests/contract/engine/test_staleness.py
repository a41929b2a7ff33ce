"""Values of before a loss or a standstill are not taken for present ones: not on screen, not by a rule."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from decimal import Decimal

from tests.support.desk import PLACE, Desk
from tests.support.engine import PAPER, ticket, until
from tests.support.raw_client import eventually
from tws_console.engine.pulse import LONGEST
from tws_console.model.problems import ErrorCode
from tws_console.rules.amend import Wish

END_OF_QUOTE = 2


def stand_still() -> None:
    """Nothing of this process runs meanwhile, as after a SIGSTOP."""
    time.sleep(LONGEST + 0.2)


async def held(desk: Desk) -> Decimal:
    """Buy ten KO, and wait until the position and a quote are told."""
    order = await desk.placed()
    con_id = order.instrument.con_id
    await until(desk.engine, lambda: (quote := desk.engine.quotes.get(con_id)) is not None and bool(quote.bid))
    await desk.control("fill", order.perm_id)
    await until(desk.engine, lambda: desk.engine.trading.position_of(PAPER, con_id) == Decimal(10))
    return Decimal(con_id)


async def test_position_and_quote_are_unknown_when_the_link_is_lost(desk: Desk) -> None:
    con_id = int(await held(desk))

    await desk.fault("drop")
    await until(desk.engine, lambda: desk.engine.session.link is None)

    assert desk.engine.trading.position_of(PAPER, con_id) is None
    quote = desk.engine.quotes.get(con_id)
    assert quote is not None
    assert (quote.bid, quote.ask, quote.last) == (None, None, None)
    assert "lost" in quote.problem


async def test_position_is_told_flat_when_it_was_closed_while_the_link_was_lost(desk: Desk) -> None:
    con_id = int(await held(desk))
    await desk.fault("drop")
    await until(desk.engine, lambda: desk.engine.session.link is None)
    del desk.server.gateway.accounts.accounts[PAPER].positions[con_id]

    desk.engine.retry_now()
    await eventually(lambda: desk.engine.portfolio.loaded)

    assert desk.engine.trading.position_of(PAPER, con_id) == Decimal(0)


async def test_quote_of_a_ticket_comes_again_when_the_link_is_back(desk: Desk) -> None:
    order = await ticket(desk.engine)
    con_id = order.instrument.con_id
    desk.engine.trading.watch(order.instrument)
    await until(desk.engine, lambda: (quote := desk.engine.quotes.get(con_id)) is not None and bool(quote.bid))
    for trouble, over in (("drop", ""), ("1100", "1102")):
        await desk.fault(trouble)
        await until(desk.engine, lambda: (quote := desk.engine.quotes.get(con_id)) is not None and not quote.bid)

        if over:
            await desk.fault(over)
        desk.engine.retry_now()

        await until(desk.engine, lambda: (quote := desk.engine.quotes.get(con_id)) is not None and bool(quote.bid))


async def test_quote_of_an_order_goes_on_when_its_ticket_is_left(desk: Desk) -> None:
    order = await desk.placed()
    await until(desk.engine, lambda: desk.engine.quotes.get(order.instrument.con_id) is not None)

    desk.engine.trading.watch(order.instrument)
    desk.engine.trading.unwatch(order.instrument.con_id)
    await desk.engine.trading.what_if(await ticket(desk.engine))  # a question behind it has been answered

    assert desk.requests(END_OF_QUOTE) == 0


async def test_nothing_is_placed_until_a_new_list_when_the_program_stood_still(desk: Desk) -> None:
    order = await desk.placed()
    fresh = await ticket(desk.engine)
    before = desk.requests(PLACE)
    stand_still()

    refused = await desk.engine.trading.place(fresh)

    assert (refused.submitted, refused.code) == (False, ErrorCode.STALE_DATA)
    assert "stood still" in refused.refusal
    assert desk.row(order).stale
    assert "every row is stale" in desk.notices()
    assert desk.requests(PLACE) == before
    await until(desk.engine, lambda: not desk.row(order).stale and not desk.engine.pulse.doubt())
    assert (await desk.engine.trading.place(fresh)).submitted
    assert "stood-still" in (await desk.journal()).kinds


async def test_change_is_kept_back_when_the_program_stood_still_before_its_bytes(desk: Desk) -> None:
    order = await desk.placed()
    await desk.engine.trading.details(order.instrument)
    before = desk.requests(PLACE)

    changing = asyncio.create_task(desk.engine.modifying.modify(desk.row(order), Wish(quantity=Decimal(7))))
    await asyncio.sleep(0)  # its intent is on the way to the disk now
    stand_still()
    changed = await changing

    assert (changed.sent, changed.code) == (False, ErrorCode.STALE_DATA)
    assert changed.intent
    assert desk.requests(PLACE) == before


async def test_closing_order_is_kept_back_when_the_program_stood_still_before_its_bytes(desk: Desk) -> None:
    con_id = int(await held(desk))
    closing = replace(await ticket(desk.engine, "SELL", quantity="10", limit="90"), reduce_only=True)
    since = desk.engine.trading.baseline(PAPER, con_id)
    before = desk.requests(PLACE)

    placing = asyncio.create_task(desk.engine.trading.place(closing, closing=since))
    await asyncio.sleep(0)
    stand_still()
    placed = await placing

    assert (placed.submitted, placed.code) == (False, ErrorCode.STALE_DATA)
    assert placed.intent
    assert desk.requests(PLACE) == before
