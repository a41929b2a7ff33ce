"""`account`: money and margin of every account."""

from __future__ import annotations

from argparse import Namespace
from time import monotonic

from tws_console.cli import documents
from tws_console.cli.connection import connected, known_account
from tws_console.cli.output import Output
from tws_console.cli.parser import flags_of
from tws_console.cli.tables import ACCOUNTS, table
from tws_console.cli.wiring import Wiring
from tws_console.engine.engine import Engine
from tws_console.model.position import AccountFigures
from tws_console.model.problems import ErrorCode, Exit

PNL_SECONDS = 2.0
"""The day's profit and loss comes after the figures, or never; the wait for it is short."""


async def run(args: Namespace, wiring: Wiring, out: Output) -> Exit:
    effective = wiring.effective(flags_of(args))
    async with connected(args, wiring, effective) as engine:
        account = known_account(args, engine)
        await engine.waiters.until(lambda: _told(engine), min(PNL_SECONDS, args.timeout))
        now = monotonic()
        names = [name for name in engine.session.state.accounts if account in (None, name)]
        figures = [engine.accounts.figures.get(name, AccountFigures(name)) for name in names]
    rows = [documents.account_row(row, now) for row in figures]
    text = table(ACCOUNTS, rows, out.width)
    silent = [row.account for row in figures if row.net_liquidation is None]
    if silent or not figures:
        sentence = f"TWS has not told the figures of {', '.join(silent) or 'any account'}; ask again"
        out.result(documents.failed("account", ErrorCode.NO_ANSWER, sentence, accounts=rows), text)
        return Exit.NOT_PROVED
    out.result(documents.done("account", accounts=rows), text)
    return Exit.DONE


def _told(engine: Engine) -> bool:
    figures = engine.accounts.figures
    told = [figures.get(name) for name in engine.session.state.accounts]
    return all(row is not None and row.net_liquidation is not None and row.daily_pnl is not None for row in told)
