"""`orders`: the open orders as the broker lists them, of one client id or of everybody."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from datetime import UTC, datetime
from time import monotonic

from tws_console.cli import documents
from tws_console.cli.away_document import unresolved_row
from tws_console.cli.connection import can_of, connected, known_account
from tws_console.cli.exits import CommandFailed
from tws_console.cli.output import Output
from tws_console.cli.parser import flags_of
from tws_console.cli.tables import ORDERS, table
from tws_console.cli.wiring import Wiring
from tws_console.model.order import Order
from tws_console.model.problems import ErrorCode, Exit


async def run(args: Namespace, wiring: Wiring, out: Output) -> Exit:
    effective = wiring.effective(flags_of(args))
    async with connected(args, wiring, effective) as engine:
        account = known_account(args, engine)
        client = args.client if args.client is not None or args.all else effective.client_id
        orders = chosen(engine.book.live(), client=client, symbol=args.symbol, account=account)
        rows = documents.order_rows(orders, can_of(engine))
        snapshot = documents.snapshot_fields(engine.session.state, monotonic(), datetime.now(UTC))
        unresolved = [unresolved_row(one) for one in engine.recovery.unresolved]
    if unresolved:
        which = "1 intent has" if len(unresolved) == 1 else f"{len(unresolved)} intents have"
        out.say(f"{which} no known fate and may be live: `tws-console reconcile` tells what is known")
    fields = {"orders": rows, "snapshot": snapshot, "unresolved": unresolved}
    text = text_of(rows, out.width)
    if not snapshot["complete"]:
        why = snapshot["unverified"] or "TWS did not finish it"
        sentence = f"the list of orders is not complete ({why}); ask again, and do not take a missing order for ended"
        failure = CommandFailed(ErrorCode.NO_ANSWER, sentence)
        out.result(documents.failed("orders", failure.code, sentence, **fields), text)
        return failure.exit_code
    out.result(documents.done("orders", **fields), text)
    return Exit.DONE


def chosen(
    orders: Iterable[Order], *, client: int | None = None, symbol: str | None = None, account: str | None = None
) -> list[Order]:
    """The orders of one client id, symbol or account; None does not choose. Manual orders carry client id 0."""
    wanted = symbol.upper() if symbol else None
    return [
        order
        for order in orders
        if (client is None or order.client_id == client)
        and (wanted is None or wanted in {order.instrument.symbol.upper(), order.instrument.name.upper()})
        and (account is None or order.account == account)
    ]


def text_of(rows: list[documents.Document], width: int) -> str:
    return table(ORDERS, rows, width) if rows else "No open orders."
