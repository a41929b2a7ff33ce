"""`reconcile`: what happened since the console last looked, and what became of every order that was meant.

It only looks, unless told otherwise: `--accept` takes what is there now as known, the three choices settle one intent.
"""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from tws_console.cli import documents
from tws_console.cli.away_document import away_fields, away_text
from tws_console.cli.connection import can_of, connected
from tws_console.cli.exits import CommandFailed
from tws_console.cli.output import Output
from tws_console.cli.parser import flags_of
from tws_console.cli.wiring import Wiring
from tws_console.engine.recovery import ChoiceRefused
from tws_console.engine.results import CancelResult
from tws_console.model.problems import ErrorCode, Exit


async def run(args: Namespace, wiring: Wiring, out: Output) -> Exit:
    effective = wiring.effective(flags_of(args))
    choice: dict[str, Any] | None = None
    async with connected(args, wiring, effective) as engine:
        try:
            if args.adopt is not None:
                perm_id = await engine.recovery.adopt(args.adopt)
                choice = {"intent": args.adopt, "what": "adopt", "perm_id": perm_id, "outcome": "adopted"}
            if args.mark_not_sent is not None:
                await engine.recovery.mark_not_sent(args.mark_not_sent)
                choice = {"intent": args.mark_not_sent, "what": "mark-not-sent", "outcome": "not-sent"}
            if args.cancel is not None:
                choice = _judged(args.cancel, await engine.recovery.cancel(args.cancel, args.timeout))
        except ChoiceRefused as refused:
            raise CommandFailed(refused.code, str(refused)) from refused
        report = await engine.look_back()
        if args.accept and not report.missing:
            engine.reconciler.acknowledge()
        unresolved = engine.recovery.unresolved
        reduce_only = engine.session.state.reduce_only
        fields = away_fields(report, unresolved, reduce_only, can_of(engine))
    fields["choice"] = choice
    text = away_text(fields, out.width)
    if choice is None and (sentence := _open(fields, accepted=args.accept)):
        out.result(documents.failed("reconcile", ErrorCode.OUTCOME_UNKNOWN, sentence, **fields), text)
        return Exit.NOT_PROVED
    out.result(documents.done("reconcile", **fields), text)
    return Exit.DONE


def _open(fields: documents.Document, *, accepted: bool) -> str:
    """Why not everything is known, one sentence; empty when it is."""
    if fields["missing"]:
        return f"TWS did not tell everything ({fields['missing'][0]}); ask again"
    count = len(fields["unresolved"])
    if count:
        which = "1 intent has" if count == 1 else f"{count} intents have"
        return (
            f"{which} no known fate: look into TWS, then run reconcile with --adopt, --cancel or --mark-not-sent INTENT"
        )
    if fields["unexplained_positions"] and not accepted:
        return "a position changed and no known fill explains it: look into TWS, then run reconcile --accept"
    return ""


def _judged(ulid: str, result: CancelResult) -> dict[str, Any]:
    """The choice as the document tells it. Raises CommandFailed unless the order has ended."""
    if result.outcome in {"cancelled", "filled"}:
        return {"intent": ulid, "what": "cancel", "perm_id": result.perm_id, "outcome": result.outcome}
    raise CommandFailed(
        ErrorCode.NOT_PROVED,
        f"order {result.key} is {result.outcome}: {result.reason or 'no answer'}; look at `tws-console orders --all`",
    )
