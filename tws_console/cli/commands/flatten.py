"""`flatten`: close one position, or all, with orders that can only close; asks on a terminal."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence

from tws_console.cli import documents
from tws_console.cli.commands.cancel import fields_of
from tws_console.cli.commands.place import placement_fields
from tws_console.cli.connection import armed, can_of, connected, known_account
from tws_console.cli.exits import CommandFailed, exit_of
from tws_console.cli.output import Output, is_terminal
from tws_console.cli.parser import flags_of
from tws_console.cli.tables import FLATTENED, POSITIONS, table
from tws_console.cli.wiring import Wiring
from tws_console.engine.engine import Engine
from tws_console.engine.flatten import FlattenResult
from tws_console.engine.results import PlaceResult
from tws_console.model.position import Position
from tws_console.model.problems import ErrorCode, Exit
from tws_console.rules.flatten_plan import How, Outcome

YES = "yes"


async def run(args: Namespace, wiring: Wiring, out: Output) -> Exit:
    effective = wiring.effective(flags_of(args))
    if not args.yes and not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise CommandFailed(ErrorCode.NOT_ARMED, "nothing was closed: off a terminal flatten needs --yes")
    async with connected(args, wiring, effective) as engine:
        armed(args, engine, out)
        args.account = args.account or effective.account
        wanted = _wanted(args, engine, out)
        if wanted and not args.yes:
            _ask(wanted, args, engine, out)
        results = await engine.flatten.close_all(wanted, How(args.type, args.distance), args.timeout)
        rows = [row_of(result, can_of(engine)) for result in results]
    for hazard in (hazard for result in results for hazard in result.hazards):
        out.say(hazard)
    text = table(FLATTENED, rows, out.width) if rows else "No positions."
    failure = judge(results)
    if failure is None:
        out.result(documents.done("flatten", positions=rows), text)
        return Exit.DONE
    out.result(documents.failed("flatten", failure.code, failure.sentence, positions=rows), text)
    return failure.exit_code


def _wanted(args: Namespace, engine: Engine, out: Output) -> tuple[Position, ...]:
    """The positions to close. Raises CommandFailed when the list is not complete, or the symbol names none or several
    of them.
    """
    account = known_account(args, engine)
    if not engine.portfolio.loaded:
        sentence = "nothing was closed: TWS did not finish the list of positions; try again"
        raise CommandFailed(ErrorCode.OUTCOME_UNKNOWN, sentence)
    held = engine.flatten.holdings(account)
    if args.all:
        return held
    wanted = args.symbol.upper()
    found = tuple(row for row in held if wanted in (row.instrument.name.upper(), row.instrument.symbol.upper()))
    if len(found) == 1:
        return found
    where = f" in {account}" if account else ""
    if not found:
        raise CommandFailed(ErrorCode.NOT_FOUND, f"there is no position in {args.symbol}{where}; nothing was sent")
    rows = [documents.position_row(row, engine.clock.monotonic()) for row in found]
    if not out.as_json:
        for line in table(POSITIONS, rows, out.width).splitlines():
            out.say(line)
    sentence = f"{args.symbol} names {len(found)} positions{where}: give the whole name, --account, or --all"
    raise CommandFailed(ErrorCode.AMBIGUOUS, f"{sentence}; nothing was sent", candidates=rows)


def _ask(wanted: Sequence[Position], args: Namespace, engine: Engine, out: Output) -> None:
    """Raises CommandFailed unless the answer is yes."""
    state = engine.session.state
    kind = "market orders" if args.type == "MKT" else f"limits {args.distance:f}% through the market"
    out.say(f"{state.shown_mode.value.upper()} {state.host}:{state.port}: to be closed with {kind}")
    for row in wanted:
        out.say(f"  {row.account}  {row.instrument.name}  {row.quantity:+,f}")
    out.say("Own orders that could close too are cancelled first.")
    if out.ask(f"Type {YES} and enter to do it, anything else is no:").lower() != YES:
        raise CommandFailed(ErrorCode.NOT_ARMED, "nothing was closed: the answer was not yes")


def row_of(result: FlattenResult, can: documents.Can) -> documents.Document:
    """What became of one position."""
    return {
        "account": result.account,
        "symbol": result.instrument.symbol,
        "name": result.instrument.name,
        "con_id": result.instrument.con_id or None,
        "before": result.before,
        "after": result.after,
        "orders_cancelled": [fields_of(one) for one in result.cancelled],
        "order": _order_fields(result.placed, can),
        "outcome": result.outcome.value,
        "reason": result.reason or None,
        "hazards": result.hazards,
    }


def _order_fields(placed: PlaceResult | None, can: documents.Can) -> documents.Document | None:
    if placed is None:
        return None
    return {
        **placement_fields(placed, can),
        "verdicts": [documents.verdict_row(verdict) for verdict in placed.verdicts],
    }


def judge(results: Sequence[FlattenResult]) -> CommandFailed | None:
    """The failure to report, None when every position is proved closed.

    When everything was refused for one reason, the exit code is that of the refusal.
    """
    left = [result for result in results if result.outcome is not Outcome.CLOSED]
    if not left:
        return None
    named = "; ".join(f"{one.instrument.name} in {one.account}: {one.outcome.value}, {one.reason}" for one in left[:3])
    more = f"; and {len(left) - 3} more" if len(left) > 3 else ""
    sentence = f"{len(left)} of {len(results)} not proved closed: {named}{more}"
    codes = {result.code if result.outcome is Outcome.REFUSED else None for result in results}
    code = codes.pop() if len(codes) == 1 else None
    if code is None:
        return CommandFailed(ErrorCode.NOT_PROVED, sentence)
    return CommandFailed(code, sentence, exit_of(code))
