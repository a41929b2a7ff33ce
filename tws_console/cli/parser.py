"""Reads the arguments of every verb. Imports the standard library and model only, so that it is cheap to load.

One parser a verb, made when it is needed. A wrong argument raises UsageError, one sentence; nothing is printed here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any, NoReturn

from tws_console.model.problems import Exit

PROGRAM = "tws-console"
CONNECTION_FLAGS = ("host", "port", "client_id", "account", "profile")
STAGE_SECONDS = 5.0
STOP_SECONDS = 30.0
MAX_SECONDS = 3600.0
MAX_PERCENT = 50

VERBS: Mapping[str, str] = {
    "health": "is the connection up, and what is at the other end",
    "orders": "open orders: of this client id, or with --all of every client and those typed into TWS by hand",
    "place": "send one order given as JSON; staged at TWS (not transmitted) unless --transmit",
    "cancel": "cancel one order by its permId, and wait for the broker's word; --takeover for another program's",
    "modify": "change size, prices or TIF of one own order by its permId, in place",
    "cancel-all": "freeze entry, cancel every order of every client, prove it; asks first",
    "panic": "the same without a question: the emergency stop",
    "flatten": "close one position or all with orders that can only close; asks first",
    "freeze": "status, on, release: the latch that keeps every new order back while cancels pass",
    "positions": "positions of every account with profit and loss",
    "account": "net liquidation, cash, margin and cushion of every account",
    "reconcile": "what changed while nobody looked, and which orders have no known fate; settles them one by one",
    "config": "init, show, path, validate: the settings file",
    "sim": "a simulated TWS to practise on; sim --help tells more",
}


class UsageError(Exception):
    """The arguments cannot be read. The text is one sentence that says what to do."""


class _Once(argparse.Action):
    """Takes the value of an argument once. Of `--symbol AAPL --symbol MSFT` argparse would keep the last alone, and
    nobody who cancels by it would know.
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        if option_string and getattr(namespace, self.dest, self.default) is not self.default:
            parser.error(f"{option_string} is given twice")
        setattr(namespace, self.dest, values)


class VerbParser(argparse.ArgumentParser):
    """An argument parser that raises instead of printing and leaving."""

    def __init__(self, verb: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=f"{PROGRAM} {verb}".strip(),
            description=description,
            epilog=epilog,
            add_help=False,
            allow_abbrev=False,
        )
        self.register("action", None, _Once)
        self.add_argument("-h", "--help", action="store_true", help="print this help")

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message.removesuffix('.')}; {self.prog} --help shows what it takes")


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text[:20]) <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}, got {text!r}")
        return int(text)

    return read


def _word(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return text.strip()


def _side(text: str) -> str:
    side = text.strip().upper()
    if side not in {"BUY", "SELL"}:
        raise argparse.ArgumentTypeError(f"must be BUY or SELL, got {text!r}")
    return side


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not isfinite(seconds) or not 0 < seconds <= MAX_SECONDS:
        raise argparse.ArgumentTypeError(f"must be seconds, more than 0 and at most {MAX_SECONDS:g}, got {text!r}")
    return seconds


def _percent(text: str) -> Decimal:
    try:
        percent = Decimal(text)
    except InvalidOperation:
        percent = Decimal("NaN")
    if not percent.is_finite() or not 0 <= percent <= MAX_PERCENT:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to {MAX_PERCENT}, got {text!r}")
    return percent


_CLIENT_ID = _number(0, 2**31 - 1)
_ORDER_ID = _number(0, 2**31 - 1)
_PERM_ID = _number(1, 2**63 - 1)


def _connection(parser: argparse.ArgumentParser, seconds: float = STAGE_SECONDS) -> None:
    what = "the whole stop" if seconds == STOP_SECONDS else "each stage of connecting and of the wait for the outcome"
    group = parser.add_argument_group("connection (flag, then environment, then profile, then default)")
    group.add_argument("--host", metavar="HOST", type=_word, help="where TWS or the Gateway runs (TWS_HOST, 127.0.0.1)")
    group.add_argument("--port", metavar="PORT", type=_number(1, 65535), help="its API port (TWS_PORT, 7497)")
    group.add_argument(
        "--client-id",
        metavar="N",
        type=_CLIENT_ID,
        help="this very client id; else a command takes a free one of the eight after TWS_CLIENT_ID or the profile's",
    )
    group.add_argument("--account", metavar="NAME", type=_word, help="the account to act for and to show (TWS_ACCOUNT)")
    group.add_argument("--profile", metavar="NAME", type=_word, help="profile of the settings file (TWS_PROFILE)")
    group.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=seconds,
        help=f"bound of {what} ({seconds:g})",
    )


def _arm_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--arm", metavar="PHRASE", type=_word, help="on a live account, for this run: 'trade live ACCOUNT'"
    )


def _json_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print a JSON document, as is done off a terminal")


def _plain(verb: str) -> VerbParser:
    parser = VerbParser(verb, VERBS[verb])
    _json_flag(parser)
    _connection(parser)
    return parser


def _orders() -> VerbParser:
    parser = _plain("orders")
    parser.epilog = "Without --all: the orders of --client-id, else of the profile's client id (the console's)."
    parser.add_argument("--all", action="store_true", help="the orders of every client, and those typed in by hand")
    parser.add_argument("--symbol", metavar="SYMBOL", type=_word, help="only this symbol")
    parser.add_argument("--client", metavar="N", type=_CLIENT_ID, help="only the orders of client N, whoever that is")
    return parser


def _place() -> VerbParser:
    parser = VerbParser(
        "place",
        VERBS["place"],
        'Example: tws-console place --json \'{"action":"BUY","symbol":"AAPL","order_type":"LMT","quantity":10,'
        '"limit_price":187.5}\' --transmit. The result is always a JSON document.',
    )
    order = parser.add_mutually_exclusive_group(required=True)
    order.add_argument("--json", metavar="TEXT", help="the order as JSON text")
    order.add_argument("--json-file", metavar="FILE", help="the order in a file; - reads stdin")
    parser.add_argument("--transmit", action="store_true", help="let it work; without it the order is staged")
    parser.add_argument("--dry-run", action="store_true", help="check everything, send nothing")
    parser.add_argument("--what-if", action="store_true", help="ask the broker for margin and commission first")
    _arm_flag(parser)
    _connection(parser)
    return parser


def _cancel() -> VerbParser:
    parser = _plain("cancel")
    parser.epilog = (
        "An order of the profile's own client ids is cancelled without a question. --takeover cancels any other: it "
        "connects under the owner's id when that is free (under 0 for orders made by hand in TWS, which binds all of "
        "them), and asks first; off a terminal it refuses (exit 6) without --yes."
    )
    parser.add_argument("perm_id", metavar="PERM_ID", nargs="?", type=_PERM_ID, help="the order's permId")
    parser.add_argument("--client", metavar="N", type=_CLIENT_ID, help="with --order-id: the client id of the order")
    parser.add_argument("--order-id", metavar="M", type=_ORDER_ID, help="with --client: the order id under that client")
    parser.add_argument("--takeover", action="store_true", help="connect under the owner's client id to cancel it")
    parser.add_argument("--yes", action="store_true", help="with --takeover: do not ask")
    return parser


def _modify() -> VerbParser:
    parser = _plain("modify")
    parser.epilog = (
        "What is not given stays as it is. The order keeps its number and its permId; what a change from here would "
        "strip (hidden, algo, conditions, ...) is refused with its name. Example: tws-console modify 1902837465 "
        "--limit-price 187.25"
    )
    parser.add_argument("perm_id", metavar="PERM_ID", type=_PERM_ID, help="the order's permId")
    parser.add_argument("--quantity", metavar="N", type=_word, help="the whole size, what has filled included")
    parser.add_argument("--limit-price", metavar="PRICE", type=_word, help="the new limit")
    parser.add_argument("--aux-price", metavar="PRICE", type=_word, help="the new trigger of a stop")
    parser.add_argument("--tif", metavar="TIF", type=_word, help="TWS changes DAY to IOC and nothing else")
    _arm_flag(parser)
    parser.set_defaults(client=None, order_id=None)
    return parser


def _cancel_all() -> VerbParser:
    parser = VerbParser(
        "cancel-all",
        VERBS["cancel-all"],
        "Off a terminal it refuses (exit 6) without --yes. It exits 0 only when it is proved that nothing is open.",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    scope = parser.add_argument_group("only some orders, each by its permId; freezes nothing (--account narrows too)")
    scope.add_argument("--symbol", metavar="SYMBOL", type=_word, help="only orders of this symbol")
    scope.add_argument("--client", metavar="N", type=_CLIENT_ID, help="only orders of client N, whoever that is")
    scope.add_argument("--side", metavar="SIDE", type=_side, help="only BUY or only SELL orders")
    _json_flag(parser)
    _connection(parser, STOP_SECONDS)
    return parser


def _panic() -> VerbParser:
    parser = VerbParser(
        "panic",
        "Freeze entry, cancel every order that the TWS login knows, prove it. Never asks.",
        "Without flags it stops every endpoint at which a console runs now, else the default profile's. "
        "Exit 0 only when proved. The freeze stays on: tws-console freeze release --phrase 'resume trading' ends it.",
    )
    _json_flag(parser)
    _connection(parser, STOP_SECONDS)
    return parser


def _flatten() -> VerbParser:
    parser = VerbParser(
        "flatten",
        VERBS["flatten"],
        "Own orders that could close too are cancelled first; what others could still close is left to them. It never "
        "flips a position, and it passes the freeze. Off a terminal it refuses (exit 6) without --yes. Exit 0 only "
        "when every position is proved closed.",
    )
    parser.add_argument("symbol", metavar="SYMBOL", nargs="?", type=_word, help="the position, e.g. AAPL or 'ES DEC26'")
    parser.add_argument("--all", action="store_true", help="every position, of --account or of all accounts")
    parser.add_argument(
        "--type", choices=("LMT", "MKT"), default="LMT", help="limit through the market, or market (LMT)"
    )
    parser.add_argument(
        "--distance",
        metavar="PERCENT",
        type=_percent,
        default=Decimal("0.5"),
        help="how far through the market the limit goes (0.5)",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    _arm_flag(parser)
    _json_flag(parser)
    _connection(parser)
    return parser


def _freeze() -> VerbParser:
    parser = _plain("freeze")
    parser.epilog = (
        'release needs --phrase "resume trading". The latch belongs to one host and port; nothing is connected.'
    )
    parser.add_argument("action", choices=("status", "on", "release"))
    parser.add_argument("--phrase", metavar="TEXT", default=None, help="for release: resume trading")
    return parser


def _reconcile() -> VerbParser:
    parser = _plain("reconcile")
    parser.epilog = "It only looks, so that the console still tells all of it, unless one of the four is given."
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--accept", action="store_true", help="take what is there now as known; ends reduce-only")
    choice.add_argument("--adopt", metavar="INTENT", type=_word, help="the one order that could be it is it")
    choice.add_argument("--cancel", metavar="INTENT", type=_word, help="cancel the one order that is or could be it")
    choice.add_argument("--mark-not-sent", metavar="INTENT", type=_word, help="it never became an order")
    return parser


def _config() -> VerbParser:
    parser = _plain("config")
    parser.epilog = "show prints what is in force with flags and environment applied; validate looks at the file alone."
    parser.add_argument("action", choices=("init", "show", "path", "validate"))
    return parser


def console_parser() -> VerbParser:
    """The parser of the program without a verb: it opens the console."""
    parser = VerbParser("", "Without a verb: open the console.")
    parser.add_argument("--demo", action="store_true", help="start a simulator and open the console on it")
    parser.add_argument("--read-only", action="store_true", help="look, cancel and stop, but enter no order")
    parser.add_argument("--theme", metavar="NAME", type=_word, help="colours, e.g. dark, light, mono")
    parser.add_argument("--version", action="store_true", help="print the version")
    _connection(parser)
    return parser


_BUILDERS: Mapping[str, Callable[[], VerbParser]] = {
    "orders": _orders,
    "place": _place,
    "cancel": _cancel,
    "modify": _modify,
    "cancel-all": _cancel_all,
    "flatten": _flatten,
    "panic": _panic,
    "freeze": _freeze,
    "reconcile": _reconcile,
    "config": _config,
}


def parser_for(verb: str) -> VerbParser:
    """The parser of a verb other than `sim`, which reads its own arguments. Raises KeyError for no verb."""
    if verb not in VERBS:
        raise KeyError(verb)
    return _BUILDERS.get(verb, lambda: _plain(verb))()


def read(verb: str, argv: Sequence[str]) -> argparse.Namespace:
    """The arguments after the verb. Raises UsageError, also for what argparse alone cannot tell."""
    parser = parser_for(verb)
    args = parser.parse_args(list(argv))
    if verb == "cancel" and (args.client is None) != (args.order_id is None):
        parser.error("--client and --order-id belong together")
    if verb == "cancel" and (args.perm_id is None) == (args.client is None):
        parser.error("give either a permId or --client with --order-id")
    if verb == "flatten" and bool(args.symbol) == args.all:
        parser.error("give either a SYMBOL or --all")
    if verb == "cancel" and args.yes and not args.takeover:
        parser.error("--yes belongs to --takeover; an own order is cancelled without a question")
    if verb == "modify" and not any((args.quantity, args.limit_price, args.aux_price, args.tif)):
        parser.error("give what is to change: --quantity, --limit-price, --aux-price or --tif")
    if verb == "freeze" and (args.action == "release") != (args.phrase is not None):
        parser.error('--phrase "resume trading" belongs to release and to nothing else')
    return args


def flags_of(args: argparse.Namespace) -> dict[str, Any]:
    """The connection flags that were given."""
    return {name: getattr(args, name) for name in CONNECTION_FLAGS if getattr(args, name, None) is not None}


def argv_of(args: argparse.Namespace) -> list[str]:
    """The connection flags, the time-out and --json as arguments again, for another command of the same form."""
    argv = [f"--{name.replace('_', '-')}={value}" for name, value in flags_of(args).items()]
    return [*argv, f"--timeout={args.timeout:g}", *(["--json"] if args.json else [])]


def main_help() -> str:
    """What `tws-console --help` prints: the console's flags, the verbs, the exit codes."""
    wide = max(map(len, VERBS))
    verbs = "\n".join(f"  {verb:<{wide}}  {words}" for verb, words in VERBS.items())
    exits = "\n".join(f"  {code.value:>3}  {code.words}" for code in Exit)
    title = f"verbs ({PROGRAM} VERB --help; connection flags stand after the verb)"
    return f"{console_parser().format_help()}\n{title}\n{verbs}\n\nexit codes\n{exits}\n"
