"""`modify`: one own live order changed in place, through the same gates as a new one, and the broker's word for it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import Any

from tws_console.cli import documents
from tws_console.cli.connection import armed, can_of, connected
from tws_console.cli.exits import CommandFailed
from tws_console.cli.finding import the_one
from tws_console.cli.output import Output
from tws_console.cli.parser import flags_of
from tws_console.cli.preparing import prepare
from tws_console.cli.tables import pairs
from tws_console.cli.wiring import Wiring
from tws_console.engine.results import ModifyResult
from tws_console.model.problems import ErrorCode, Exit
from tws_console.model.ticket import FieldError
from tws_console.model.verdict import Level
from tws_console.rules import fields
from tws_console.rules.amend import Wish
from tws_console.rules.fields import Broken

SHOWN = ("perm_id", "client_id", "order_id", "outcome", "reason", "intent", "elapsed_ms")
READERS: dict[str, Callable[[object], Any]] = {
    "quantity": fields.quantity,
    "limit_price": fields.price,
    "aux_price": fields.price,
    "tif": fields.tif,
}


async def run(args: Namespace, wiring: Wiring, out: Output) -> Exit:
    wish = read_wish(args)
    effective = wiring.effective(flags_of(args))
    async with connected(args, wiring, effective) as engine:
        armed(args, engine, out)
        order = the_one(args, engine, out)
        if not engine.modifying.cannot(order):
            await prepare(engine, order.instrument, args.timeout, out)
        result = await engine.modifying.modify(order, wish, args.timeout)
        known = result_fields(result, can_of(engine))
    for verdict in result.verdicts:
        if verdict.level is Level.WARN:
            out.say(f"warning {verdict.code}: {verdict.msg}")
    judge(result, known)
    changed = {f"new {one.field}": one.new for one in result.changed}
    out.result(documents.done("modify", **known), pairs({**{name: known[name] for name in SHOWN}, **changed}))
    return Exit.DONE


def read_wish(args: Namespace) -> Wish:
    """What was asked for. Raises CommandFailed (exit 5) with every value that cannot be one."""
    values: dict[str, Any] = {}
    errors = []
    for name, read in READERS.items():
        text = getattr(args, name)
        if text is None:
            continue
        try:
            values[name] = read(text)
        except Broken as broken:
            errors.append(FieldError(name, broken.rule, text, broken.msg))
    if errors:
        sentence = "; ".join(f"{error.field}: {error.msg}" for error in errors)
        rows = [documents.error_row(error) for error in errors]
        raise CommandFailed(
            ErrorCode.ORDER_VALIDATION_FAILED, f"nothing was sent: {sentence}", perm_id=args.perm_id, errors=rows
        )
    return Wish(**values)


def result_fields(result: ModifyResult, can: documents.Can) -> documents.Document:
    """The result under the names of the document."""
    order = result.order
    return {
        "perm_id": order.perm_id,
        "client_id": order.client_id,
        "order_id": order.order_id,
        "outcome": result.outcome,
        "changed": {change.field: {"from": change.old, "to": change.new} for change in result.changed},
        "reason": result.reason or None,
        "state": documents.order_row(order, can(order)),
        "intent": result.intent or None,
        "errors": [documents.error_row(error) for error in result.errors],
        "verdicts": [documents.verdict_row(verdict) for verdict in result.verdicts],
        "elapsed_ms": result.elapsed_ms,
    }


def judge(result: ModifyResult, known: documents.Document) -> None:
    """Raise CommandFailed unless TWS told the new terms."""
    name = f"order {result.order.key}"
    if result.outcome == "modified":
        return
    if not result.sent:
        code = result.code or ErrorCode.NOT_MODIFIABLE
        raise CommandFailed(code, f"{name} was not changed, nothing was sent: {result.reason}", **known)
    if result.outcome == "refused":
        raise CommandFailed(ErrorCode.IB_ORDER_REJECTED, f"{name} was not changed: {result.reason}", **known)
    sentence = f"{name}: {result.reason.rstrip('.')}; look at `tws-console orders --all`"
    raise CommandFailed(ErrorCode.OUTCOME_UNKNOWN, sentence, **known)
