"""`cancel`: one order, named exactly, and the broker's word for its end.

Only the client id that placed an order may cancel it by number (IBKR Campus TWS API docs, "Cancelling an Order"), so
for an order of another id the engine connects a second time, under that id: at once when it is one of the profile's,
with --takeover and after a question when it is another program's.
"""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from tws_console.cli import asking, documents
from tws_console.cli.connection import connected, link_up
from tws_console.cli.exits import CommandFailed
from tws_console.cli.finding import the_one
from tws_console.cli.output import Output
from tws_console.cli.parser import flags_of
from tws_console.cli.tables import pairs
from tws_console.cli.wiring import Wiring
from tws_console.config.resolve import Effective
from tws_console.engine.engine import Engine
from tws_console.engine.results import CancelResult
from tws_console.model.ids import Owner
from tws_console.model.order import Order
from tws_console.model.problems import ErrorCode, Exit
from tws_console.rules.takeover import blast, sentences

FIELDS = ("perm_id", "client_id", "order_id", "via", "outcome", "reason", "elapsed_ms")
EVERYTHING = "tws-console cancel-all ends it together with every other order"


async def run(args: Namespace, wiring: Wiring, out: Output) -> Exit:
    effective = wiring.effective(flags_of(args))
    async with connected(args, wiring, effective) as engine:
        order = the_one(args, engine, out)
        if engine.takeover.needed(order):
            _must_be_allowed(order, args, effective, engine, out)
        result = await engine.cancels.cancel(order, args.timeout, agreed=args.takeover)
        refusal = _whose(engine)
    judge(result, refusal)
    fields = fields_of(result)
    out.result(documents.done("cancel", **fields), pairs({name: fields[name] for name in FIELDS}))
    return Exit.DONE


def _must_be_allowed(order: Order, args: Namespace, effective: Effective, engine: Engine, out: Output) -> None:
    """Raise CommandFailed unless the order may be cancelled under another id: ours, or one that somebody agreed to."""
    name = f"order {order.key}"
    if order.owner is Owner.OWN and not args.takeover:
        if effective.client_id_exact:
            asked = effective.client_id
            sentence = f"{name} belongs to client {order.client_id}, not {asked}: leave --client-id {asked} out"
            raise _refused(order, sentence)
        return
    if not args.takeover:
        whose = "was entered by hand in TWS" if order.owner is Owner.MANUAL else f"belongs to client {order.client_id}"
        raise _refused(order, f"{name} {whose}: cancel it there, or add --takeover; {EVERYTHING}")
    if not args.yes and not engine.takeover.cannot(order):
        asking.must_be_answerable("off a terminal --takeover needs --yes", **_outcome(order))
        asking.must_agree(out, *sentences(order, blast(order, engine.book.live())), **_outcome(order))


def _refused(order: Order, sentence: str) -> CommandFailed:
    """Refused by us: nothing was sent."""
    return CommandFailed(ErrorCode.FOREIGN_ORDER, sentence, reason=sentence, **_outcome(order))


def _outcome(order: Order) -> dict[str, Any]:
    """The fields of an order that nothing was sent for."""
    return {
        "perm_id": order.perm_id,
        "client_id": order.client_id,
        "order_id": order.order_id,
        "outcome": "refused",
    }


def _whose(engine: Engine) -> ErrorCode:
    """What a refused cancel is due to, as far as the session tells."""
    if engine.session.state.api_read_only:
        return ErrorCode.API_READ_ONLY
    return ErrorCode.FOREIGN_ORDER if link_up(engine) else ErrorCode.IB_CONNECTION_FAILED


def fields_of(result: CancelResult) -> documents.Document:
    """The result under the names of the document."""
    fields = asdict(result)
    return {**{name: fields[name] for name in FIELDS}, "reason": result.reason or None}


def judge(result: CancelResult, refusal: ErrorCode) -> None:
    """Raise CommandFailed unless the broker said that it is cancelled. `refusal` is the code of a refused cancel."""
    fields = fields_of(result)
    name, why = f"order {result.key}", f": {result.reason}" if result.reason else ""
    match result.outcome:
        case "cancelled":
            return
        case "filled":
            raise CommandFailed(ErrorCode.IB_ORDER_REJECTED, f"{name} was filled and not cancelled{why}", **fields)
        case "refused" if result.via == "none":
            raise CommandFailed(refusal, f"{name} was not cancelled, nothing was sent{why}", **fields)
        case "refused":
            raise CommandFailed(
                ErrorCode.IB_ORDER_REJECTED, f"the broker refused to cancel {name}{why}; look into TWS", **fields
            )
        case "live":
            raise CommandFailed(ErrorCode.NOT_PROVED, f"{name} is still live{why}; {EVERYTHING}", **fields)
        case _:
            sentence = f"what became of {name} is not known{why}; look at `tws-console orders --all`"
            raise CommandFailed(ErrorCode.OUTCOME_UNKNOWN, sentence, **fields)
