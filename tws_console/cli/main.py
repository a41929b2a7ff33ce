"""The command line: reads the arguments, runs the verb, turns every failure into one sentence and an exit code.

Imports engine, rules, model and config through the commands, and each of these only when its verb is run.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import NoReturn

from tws_console.cli import parser
from tws_console.cli.exits import CommandFailed
from tws_console.cli.output import Output, OutputLost, is_terminal
from tws_console.cli.wiring import ConsoleOptions, Wiring
from tws_console.config.errors import ConfigError
from tws_console.model.problems import ErrorCode, Exit
from tws_console.version import VERSION

Run = Callable[[Namespace, Wiring, Output], Awaitable[Exit]]

MODULES: Mapping[str, str] = {
    verb: f"tws_console.cli.commands.{verb}"
    for verb in (
        "health",
        "orders",
        "place",
        "cancel",
        "modify",
        "flatten",
        "reconcile",
        "freeze",
        "positions",
        "account",
        "config",
    )
}
"""The verbs that run in an event loop of this room."""

INTERRUPTED = "interrupted; an order that was being sent has its row in the journal, see `tws-console orders --all`"


def main(argv: Sequence[str], wiring: Wiring) -> int:
    """Run the program with the arguments after its name; returns the exit code, never raises SystemExit."""
    verb = argv[0] if argv and not argv[0].startswith("-") else ""
    if verb == "sim":
        return wiring.sim_main(argv[1:])
    out = Output(as_json=False)
    out.as_json = verb == "place" or "--json" in argv or not is_terminal(out.stdout)
    try:
        return int(_dispatch(verb, argv, wiring, out))
    except parser.UsageError as error:
        return _fail(out, verb, CommandFailed(ErrorCode.USAGE_ERROR, str(error)))
    except ConfigError as error:
        return _fail(out, verb, CommandFailed(ErrorCode.CONFIGURATION_ERROR, str(error)))
    except CommandFailed as failure:
        return _fail(out, verb, failure)
    except OutputLost as lost:
        out.say(str(lost))
        return Exit.INTERNAL
    except KeyboardInterrupt:
        return _fail(out, verb, CommandFailed(ErrorCode.INTERRUPTED, INTERRUPTED))
    except Exception as error:
        from tws_console.cli import crash

        return _fail(out, verb, CommandFailed(ErrorCode.INTERNAL_ERROR, crash.keep(error)))


def _dispatch(verb: str, argv: Sequence[str], wiring: Wiring, out: Output) -> int:
    if not verb:
        return _no_verb(argv, wiring, out)
    if verb not in parser.VERBS:
        _unknown(verb)
    rest = argv[1:]
    if _wants_help(rest):
        out.help(parser.parser_for(verb).format_help())
        return Exit.DONE
    args = parser.read(verb, rest)
    if verb == "panic":
        return wiring.panic(rest)
    if verb == "cancel-all":
        return _cancel_all(args, wiring, out)
    run: Run = import_module(MODULES[verb]).run
    return asyncio.run(_awaited(run, args, wiring, out))


async def _awaited(run: Run, args: Namespace, wiring: Wiring, out: Output) -> Exit:
    return await run(args, wiring, out)


def _cancel_all(args: Namespace, wiring: Wiring, out: Output) -> int:
    from tws_console.cli.commands import cancel_all, cancel_scope

    if not cancel_scope.scope_of(args).empty:
        return asyncio.run(_awaited(cancel_scope.run, args, wiring, out))
    return cancel_all.run(args, wiring, out)


def _no_verb(argv: Sequence[str], wiring: Wiring, out: Output) -> int:
    """Help, version, or the console."""
    if _wants_help(argv):
        out.help(parser.main_help())
        return Exit.DONE
    options, rest = parser.console_parser().parse_known_args(list(argv))
    if rest:
        word = next((word for word in rest if word in parser.VERBS), "")
        hint = f"; flags stand after the verb: tws-console {word} ..." if word else "; tws-console --help lists them"
        raise parser.UsageError(f"unknown argument {rest[0]!r}{hint}")
    if options.version:
        out.help(f"{parser.PROGRAM} {VERSION}")
        return Exit.DONE
    return wiring.console_main(
        ConsoleOptions(parser.flags_of(options), options.demo, options.read_only, options.theme, options.timeout)
    )


def _unknown(verb: str) -> NoReturn:
    near = get_close_matches(verb, parser.VERBS, n=1)
    hint = f"did you mean {near[0]}?" if near else "tws-console --help lists the verbs"
    raise parser.UsageError(f"there is no verb {verb!r}; {hint}")


def _wants_help(argv: Sequence[str]) -> bool:
    return "-h" in argv or "--help" in argv


def _fail(out: Output, verb: str, failure: CommandFailed) -> int:
    """Write the failure as the command's document, unless its result is out already; returns the exit code."""
    try:
        from tws_console.cli import documents

        out.result(documents.failed(verb, failure.code, failure.sentence, **failure.fields))
    except OutputLost:
        out.say(failure.sentence)
    return int(failure.exit_code)
