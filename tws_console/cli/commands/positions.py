"""`positions`: what every account holds, with profit and loss where the broker tells it."""

from __future__ import annotations

from argparse import Namespace
from time import monotonic

from tws_console.cli import documents
from tws_console.cli.connection import connected, known_account
from tws_console.cli.output import Output
from tws_console.cli.parser import flags_of
from tws_console.cli.tables import POSITIONS, table
from tws_console.cli.wiring import Wiring
from tws_console.engine.engine import Engine
from tws_console.model.problems import ErrorCode, Exit

PNL_SECONDS = 2.0
"""Profit and loss comes after the list; some positions never get any, so the wait is short."""


async def run(args: Namespace, wiring: Wiring, out: Output) -> Exit:
    effective = wiring.effective(flags_of(args))
    async with connected(args, wiring, effective) as engine:
        account = known_account(args, engine)
        await engine.waiters.until(lambda: _valued(engine), min(PNL_SECONDS, args.timeout))
        now, loaded = monotonic(), engine.portfolio.loaded
        held = sorted(engine.portfolio.positions.values(), key=lambda row: (row.account, row.instrument.name))
        rows = [documents.position_row(row, now) for row in held if account in (None, row.account)]
    text = table(POSITIONS, rows, out.width) if rows else "No positions."
    if not loaded:
        sentence = "the list of positions is not complete: TWS did not finish it; ask again"
        out.result(documents.failed("positions", ErrorCode.NO_ANSWER, sentence, positions=rows), text)
        return Exit.NOT_PROVED
    out.result(documents.done("positions", positions=rows), text)
    return Exit.DONE


def _valued(engine: Engine) -> bool:
    return all(row.market_value is not None for row in engine.portfolio.positions.values() if row.quantity)
