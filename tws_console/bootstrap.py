"""The one place that sees every room and wires them: engine and adapters from settings, for live, paper and demo.

Imports lazily: each function loads what it needs when it is called, so that help is cheap and the console's first
paint does not wait for the broker's library.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tws_console.config import paths

if TYPE_CHECKING:
    from tws_console.cli.wiring import ConsoleOptions, Flags
    from tws_console.config.resolve import Effective
    from tws_console.engine.engine import Engine
    from tws_console.engine.ports import FreezePort
    from tws_console.ib.broker import TwsBroker
    from tws_console.ib.panic_socket import Fired
    from tws_console.model.session import Mode
    from tws_console.model.stop import StopReport
    from tws_console.panic import Target
    from tws_console.rules.risk import Limits


STAGE_SECONDS = 5.0
NO_TERMINAL = "the console needs a terminal: run it in one, or give a verb; tws-console --help lists them"


class Program:
    """What the command line is given: implements its Wiring."""

    def effective(self, flags: Flags) -> Effective:
        """Settings of this run. Raises ConfigError."""
        from tws_console.config.load import load
        from tws_console.config.resolve import resolve

        return resolve(load(paths.config_file()), flags, os.environ)

    async def open_engine(self, effective: Effective, client_ids: Sequence[int], timeout: float) -> Engine:
        """A connected engine for one command. Raises NoConnection."""
        from tws_console.cli.wiring import NoConnection
        from tws_console.config.logs import configure
        from tws_console.model.session import ConnectFailed

        configure()
        engine = build_engine(effective, tuple(client_ids), timeout=timeout, by="command line")
        try:
            await engine.connect()
        except ConnectFailed as failed:
            state = engine.session.state
            await engine.close()
            raise NoConnection(state, failed) from failed
        return engine

    def freeze_for(self, host: str, port: int) -> FreezePort:
        """The freeze file of an endpoint."""
        from tws_console.config.freeze import FreezeFile

        return FreezeFile(host, port)

    def console_main(self, options: ConsoleOptions) -> int:
        """Open the console; returns the exit code. Raises CommandFailed when there is no terminal to open it in."""
        from tws_console.cli.output import is_terminal

        if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
            from tws_console.cli.exits import CommandFailed
            from tws_console.model.problems import ErrorCode

            raise CommandFailed(ErrorCode.USAGE_ERROR, NO_TERMINAL)
        from tws_console.console import run

        return run(self, options)

    def sim_main(self, argv: Sequence[str]) -> int:
        """The simulator's own command line."""
        from tws_console.simulator.main import main

        return main(list(argv))

    def panic(self, argv: Sequence[str]) -> int:
        """The emergency stop."""
        from tws_console.panic import panic

        return panic(list(argv))


PROGRAM = Program()


def build_engine(
    effective: Effective,
    client_ids: tuple[int, ...],
    *,
    timeout: float,
    by: str,
    journal_path: str | None = None,
    mode: Mode | None = None,
    broker: TwsBroker | None = None,
    stop_lane: bool = False,
) -> Engine:
    """An engine with its real adapters, not connected yet. `timeout` seconds bound each stage of connecting; `broker`
    is the one that has opened a connection already; `stop_lane` keeps a second connection for the stop alone.
    """
    from tws_console.config.endpoints import normalise_host
    from tws_console.config.freeze import FreezeFile
    from tws_console.engine.engine import Engine
    from tws_console.engine.session import Endpoint
    from tws_console.ib.broker import TwsBroker
    from tws_console.journal.writer import Journal

    host = normalise_host(effective.host)
    endpoint = Endpoint(
        host=host,
        port=effective.port,
        client_ids=client_ids,
        mode=mode or effective.mode,
        profile=effective.profile_name,
        account=effective.account or "",
        read_only=effective.read_only,
        poll_seconds=effective.poll_seconds,
        restart_windows=effective.restart_windows,
        stage_timeout=timeout,
    )
    return Engine(
        endpoint,
        broker or TwsBroker(),
        Journal(journal_path or paths.journal_file()),
        FreezeFile(host, effective.port),
        limits_of(effective),
        profile_client_id=effective.profile_client_id,
        by=by,
        stop_lane=stop_lane,
        codes=effective.codes,
    )


def limits_of(effective: Effective) -> Limits:
    """The profile's limits as the rules take them."""
    from decimal import Decimal

    from tws_console.rules.risk import Limits

    given = effective.limits
    seconds = given.duplicate_seconds
    return Limits(
        max_quantity=given.max_quantity,
        max_notional=given.max_notional,
        max_price_distance_percent=given.max_price_distance_percent,
        max_position=given.max_position,
        max_open_orders_per_side=given.max_open_orders_per_side,
        duplicate_seconds=None if seconds is None else Decimal(repr(seconds)),
        symbols_allowed=given.symbols_allowed,
        symbols_denied=given.symbols_denied or (),
    )


def prove(
    target: Target,
    fired: Fired,
    started: float,
    blocked: float | None,
    note: str,
    seconds: float,
    argv: Sequence[str],
) -> int:
    """Go on with a stop whose cancel has left: prove it, print the report, return the exit code."""
    from tws_console.cli.commands.panic import finish
    from tws_console.model.problems import Exit

    report, interrupted = asyncio.run(_prove(target, fired, started, blocked, note, seconds))
    end = finish(report, argv)
    return int(Exit.INTERRUPTED if interrupted and not report.proved else end)


async def _prove(
    target: Target, fired: Fired, started: float, blocked: float | None, note: str, seconds: float
) -> tuple[StopReport, bool]:
    """The report as soon as it is proved, or as it stands when the time is over or it was interrupted (then True)."""
    import contextlib
    import signal
    from dataclasses import replace
    from datetime import UTC, datetime, timedelta
    from time import monotonic

    from tws_console.config.resolve import Effective
    from tws_console.config.settings import Limits
    from tws_console.ib.broker import TwsBroker
    from tws_console.model.ids import owned_ids
    from tws_console.model.session import Mode

    effective = Effective(
        profile_name="",
        host=target.host,
        port=target.port,
        client_id=target.client_id,
        client_id_exact=True,
        profile_client_id=target.client_id,
        account=None,
        mode=Mode(target.mode) if target.mode in set(Mode) else Mode.PAPER,
        read_only=True,
        poll_seconds=2.0,
        limits=Limits(),
        theme="",
        config_path="",
    )
    # When the link is lost the id of this run may stay taken for a while: then any other of the profile will do.
    taken = (fired.client_id, target.client_id)
    broker = TwsBroker()
    spare = () if target.exact else (number for number in owned_ids(target.client_id) if number not in taken)
    engine = build_engine(effective, (fired.client_id, *spare), timeout=STAGE_SECONDS, by="panic", broker=broker)
    started_at = datetime.now(UTC) - timedelta(seconds=monotonic() - started)
    link = await broker.adopt(fired, engine.take)
    engine.adopt(link)
    engine.stop.adopt(started, started_at, blocked, fired.sent_at, note)
    interrupted = False
    task = asyncio.current_task()
    assert task is not None
    with contextlib.suppress(NotImplementedError):  # no signals in the loop on Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        await engine.stop.wait(max(0.1, seconds - (monotonic() - started)))
    except asyncio.CancelledError:
        interrupted = True
    await engine.close()
    report = engine.stop.report
    assert report is not None
    if interrupted and not report.proved:
        report = replace(report, notes=(*report.notes, "interrupted before it was proved: run it again"))
    return report, interrupted
