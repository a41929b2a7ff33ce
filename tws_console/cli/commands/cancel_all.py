"""`cancel-all`: the emergency stop with a question in front. The stop itself is that of `panic`."""

from __future__ import annotations

import os
from argparse import Namespace

from tws_console.cli import asking
from tws_console.cli.output import Output
from tws_console.cli.parser import argv_of, flags_of
from tws_console.cli.wiring import Wiring
from tws_console.config.endpoints import normalise_host, read_running

Place = tuple[str, int, str]
"""Host, port and mode."""


def run(args: Namespace, wiring: Wiring, out: Output) -> int:
    """Ask, then stop. Raises CommandFailed (exit 6) when nobody can be asked or the answer is no.

    With --yes nothing is looked at before the stop, which has its own way to find its endpoints: a settings file in
    disorder must not keep a cancel back.
    """
    if args.yes:
        return wiring.panic(argv_of(args))
    asking.must_be_answerable("off a terminal cancel-all needs --yes, or use tws-console panic")
    places = endpoints_of(args, wiring)
    named = ", ".join(f"{mode.upper()} {host}:{port}" for host, port, mode in places)
    asking.must_agree(out, f"Every order of every client and by hand at {named} will be cancelled, and entry frozen.")
    argv = argv_of(args)
    if len(places) == 1:
        host, port, _ = places[0]
        argv = [word for word in argv if not word.startswith(("--host=", "--port="))]
        argv += [f"--host={host}", f"--port={port}"]
    return wiring.panic(argv)


def endpoints_of(args: Namespace, wiring: Wiring) -> list[Place]:
    """What the stop would reach: what flags or environment name, else where consoles run, else the profile's."""
    flags, environ = flags_of(args), os.environ
    host, port = flags.get("host") or environ.get("TWS_HOST"), flags.get("port") or environ.get("TWS_PORT")
    profile = flags.get("profile") or environ.get("TWS_PROFILE")
    if not profile and not (host and port):
        running = {
            (one.host, one.port, one.mode)
            for one in read_running()
            if (not host or one.host == normalise_host(str(host))) and (not port or str(one.port) == str(port))
        }
        if running:
            return sorted(running)
    effective = wiring.effective(flags)
    return [(effective.host, effective.port, effective.mode.value)]
