"""`cancel-all` with a scope: the orders of a symbol, a client, an account or a side, each by its permId.

It freezes nothing and proves what it did like the stop of everything. Imports engine, model and this room.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence

from tws_console.cli import asking, tables
from tws_console.cli.connection import connected, known_account
from tws_console.cli.output import Output
from tws_console.cli.parser import STAGE_SECONDS, flags_of
from tws_console.cli.stop_document import stop_document
from tws_console.cli.wiring import Wiring
from tws_console.model.order import Order, Status
from tws_console.model.order_scope import OrderScope
from tws_console.model.problems import Exit

NAMED = 12
"""Orders that the question names one by one."""


def scope_of(args: Namespace) -> OrderScope:
    """What the arguments narrow the cancel to; empty when they do not."""
    return OrderScope(args.symbol, args.client, args.account, args.side)


async def run(args: Namespace, wiring: Wiring, out: Output) -> Exit:
    """Ask, cancel, prove. Raises CommandFailed (exit 6) when nobody can be asked or the answer is no."""
    scope = scope_of(args)
    if not args.yes:
        asking.must_be_answerable("off a terminal cancel-all needs --yes")
    begun, stages = time.monotonic(), min(STAGE_SECONDS, args.timeout)
    async with connected(Namespace(timeout=stages), wiring, wiring.effective(flags_of(args))) as engine:
        # An account that is mistyped would be "proved" empty while the one that was meant trades on.
        if not any(row.account == args.account for row in engine.book.live()):
            known_account(args, engine)
        if not args.yes:
            orders = [row for row in engine.book.live() if row.status is not Status.STAGED and scope.holds(row)]
            asking.must_agree(out, *question(scope, orders))
            begun = time.monotonic()
        engine.stop.fire_at(scope)
        report = await engine.stop.wait(max(0.1, args.timeout - (time.monotonic() - begun)))
    report = engine.stop.report or report
    if not report.orders:
        out.say(f"no open order of {scope.words} is known to TWS: nothing was cancelled")
    out.result(stop_document(report), tables.stop(report, out.width))
    return Exit.DONE if report.proved else Exit.NOT_PROVED


def question(scope: OrderScope, orders: Sequence[Order]) -> list[str]:
    """What would be cancelled, one sentence a line."""
    count = "1 order" if len(orders) == 1 else f"{len(orders)} orders"
    named = [f"  {one.action} {one.instrument.name} {one.key} of client {one.client_id}" for one in orders[:NAMED]]
    more = [f"  and {len(orders) - NAMED} more"] if len(orders) > NAMED else []
    head = f"{count} of {scope.words} will be cancelled, each by its permId; others' by connecting as their client."
    return [head, *named, *more, "Entry is not frozen."]
