"""Finds the one live order that the arguments of a command name. Imports engine and model only."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from typing import Any

from tws_console.cli import documents
from tws_console.cli.connection import can_of
from tws_console.cli.exits import CommandFailed
from tws_console.cli.output import Output
from tws_console.cli.tables import ORDERS, table
from tws_console.engine.engine import Engine
from tws_console.model.order import Order
from tws_console.model.problems import ErrorCode


def matches(orders: Iterable[Order], args: Namespace) -> list[Order]:
    """The live orders that the arguments name: by permId, or by client id and order id."""
    if args.perm_id is not None:
        return [order for order in orders if order.perm_id == args.perm_id]
    return [order for order in orders if (order.client_id, order.order_id) == (args.client, args.order_id)]


def near(orders: Iterable[Order], args: Namespace) -> list[Order]:
    """What may have been meant: orders whose order id is the number that was given."""
    number = args.perm_id if args.perm_id is not None else args.order_id
    return [order for order in orders if order.order_id == number]


def the_one(args: Namespace, engine: Engine, out: Output) -> Order:
    """The one live order that was named. Raises CommandFailed with candidates when there is none or more than one."""
    live = engine.book.live()
    found = matches(live, args)
    if len(found) == 1:
        return found[0]
    named = f"permId {args.perm_id}" if args.perm_id is not None else f"client {args.client} order {args.order_id}"
    if found:
        code, candidates = ErrorCode.AMBIGUOUS, found
        sentence = f"{named} names {len(found)} live orders; give the permId of one"
    else:
        code, candidates = ErrorCode.NOT_FOUND, near(live, args)
        ended = matches(engine.book.ended, args)
        what = f"{named} is {ended[0].status.value} and not live" if ended else f"no live order is {named}"
        hint = "" if engine.session.state.snapshot_complete else " (but the list of orders is not complete: ask again)"
        sentence = f"{what}{hint}; nothing was sent, `tws-console orders --all` lists what is live"
    rows = documents.order_rows(candidates, can_of(engine))
    if rows and not out.as_json:
        for line in table(ORDERS, rows, out.width).splitlines():
            out.say(line)
    raise CommandFailed(code, sentence, candidates=rows, **_named(args))


def _named(args: Namespace) -> dict[str, Any]:
    return {"perm_id": args.perm_id, "client_id": args.client, "order_id": args.order_id}
