"""Owns the command line of the simulator: run a server, or talk to the control port of a running one.

Imports `server`, `gateway`, `scenarios`. Exit codes: 0 ended cleanly, 1 the control port answered with an error,
2 wrong usage, 4 the port is taken or nothing listens there.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence

from tws_console.simulator.gateway import Settings
from tws_console.simulator.scenarios import load_scenario, scenario_names
from tws_console.simulator.server import SimulatorServer

EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_NO_CONNECTION = 4
CONTROL_TIMEOUT = 30.0


def main(argv: Sequence[str]) -> int:
    """Run the simulator's command line; returns the exit code."""
    if argv[:1] == ["ctl"]:
        return _control(list(argv[1:]))
    try:
        options = _parser().parse_args(list(argv))
    except SystemExit as ended:
        return int(ended.code or 0)
    if options.list_scenarios:
        for name, about in scenario_names().items():
            sys.stdout.write(f"{name:18} {about}\n")
        return 0
    try:
        load_scenario(options.scenario)
    except ValueError as problem:
        sys.stderr.write(f"tws-console sim: {problem}\n")
        return EXIT_USAGE
    return asyncio.run(_run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tws-console sim",
        description="A practice Trader Workstation that any TWS API client can connect to.",
        epilog="`tws-console sim ctl ADDRESS VERB ...` talks to the control port of a running simulator.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (loopback unless named)")
    parser.add_argument("--port", type=_port, default=7497, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=1, help="prices are a function of seed and time")
    parser.add_argument("--scenario", default="default", metavar="NAME", help="a known one, or a FILE.toml")
    parser.add_argument("--master-client-id", type=int, metavar="N", help="this client sees all clients' orders")
    parser.add_argument("--read-only-api", action="store_true", help="refuse orders and cancels")
    parser.add_argument("--list-scenarios", action="store_true", help="name the scenarios and end")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when standard input ends")
    return parser


def _port(written: str) -> int:
    port = int(written)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is 0 to 65535")
    return port


async def _run(options: argparse.Namespace) -> int:
    settings = Settings(options.scenario, options.seed, options.master_client_id, options.read_only_api)
    try:
        server = SimulatorServer(settings)
    except (ValueError, TypeError, KeyError, ArithmeticError) as problem:
        sys.stderr.write(f"tws-console sim: scenario {options.scenario}: {problem!r}\n")
        return EXIT_USAGE
    try:
        await server.start(options.host, options.port)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        sys.stderr.write(f"tws-console sim: cannot listen on {options.host}:{options.port}: {reason}\n")
        return EXIT_NO_CONNECTION
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stopped.set)
    if options.exit_with_stdin:
        _end_with_stdin(loop, server.stopped)
    _announce(server, settings)
    await server.stopped.wait()
    await server.stop()
    return 0


def _announce(server: SimulatorServer, settings: Settings) -> None:
    document = {
        "listening": server.address,
        "control": server.control_address,
        "scenario": settings.scenario,
        "seed": settings.seed,
        "pid": os.getpid(),
    }
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def _end_with_stdin(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """The parent holds the other end of a pipe: when the parent is gone, however it ended, the pipe ends."""
    number = sys.stdin.fileno()

    def readable() -> None:
        if not os.read(number, 4096):
            loop.remove_reader(number)
            ended.set()

    try:
        loop.add_reader(number, readable)
    except PermissionError:  # a file or /dev/null, which has no other end to wait for
        ended.set()


def _control(args: list[str]) -> int:
    if len(args) < 2 or args[0] in ("-h", "--help"):
        sys.stderr.write("usage: tws-console sim ctl HOST:PORT VERB [ARGUMENT ...]\n")
        return EXIT_USAGE
    host, _, port = args[0].rpartition(":")
    if not host or not port.isdigit():
        sys.stderr.write(f"tws-console sim ctl: {args[0]} is no address; write HOST:PORT\n")
        return EXIT_USAGE
    request = json.dumps({"verb": args[1], "args": args[2:]}).encode() + b"\n"
    try:
        with socket.create_connection((host, int(port)), CONTROL_TIMEOUT) as connection:
            connection.sendall(request)
            with connection.makefile("rb") as answers:
                line = answers.readline()
        document = json.loads(line)
    except (OSError, ValueError) as problem:
        sys.stderr.write(f"tws-console sim ctl: no answer from {args[0]}: {problem}\n")
        return EXIT_NO_CONNECTION
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    if isinstance(document, dict) and "error" in document:
        return EXIT_ERROR
    return 0
