"""Builds the real engine with its real adapters against a simulator process, for contract tests."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from tws_console.bootstrap import build_engine
from tws_console.config.resolve import Effective, resolve
from tws_console.config.settings import Limits, Settings
from tws_console.engine.engine import Engine
from tws_console.model.order import Order
from tws_console.model.session import Mode
from tws_console.model.stop import StopReport
from tws_console.model.ticket import OrderRequest, Ticket
from tws_console.model.windows import RestartWindow

PAPER = "DU1234567"


class Address(Protocol):
    """Where a simulator listens, in whatever process it runs."""

    host: str
    port: int


def effective_for(sim: Address, client_id: int = 11, **changed: object) -> Effective:
    """The settings of a run against this simulator; `changed` replaces fields."""
    return settings_for(sim.host, sim.port, client_id, **changed)


def settings_for(host: str, port: int, client_id: int = 11, **changed: object) -> Effective:
    """The same for any endpoint."""
    base = resolve(Settings(), {"host": host, "port": port, "client_id": client_id}, {})
    values = {name: getattr(base, name) for name in base.__slots__}
    # Tests run at any hour: a restart window must not hold their orders.
    return Effective(**(values | {"poll_seconds": 0.25, "restart_windows": ()} | changed))


@asynccontextmanager
async def connected_engine(
    sim: Address,
    folder: Path,
    client_id: int = 11,
    *,
    mode: Mode = Mode.PAPER,
    read_only: bool = False,
    account: str | None = None,
    limits: Limits | None = None,
    restart_windows: tuple[RestartWindow, ...] = (),
    profile_client_id: int | None = None,
    polling: bool = False,
    stop_lane: bool = False,
) -> AsyncIterator[Engine]:
    """A connected engine with a journal in `folder`; with `polling` it also keeps the link up, as the console does, and
    with `stop_lane` the stop's own connection too.
    """
    effective = effective_for(
        sim,
        client_id if profile_client_id is None else profile_client_id,
        mode=mode,
        read_only=read_only,
        account=account,
        limits=limits or Limits(duplicate_seconds=0.0),
        restart_windows=restart_windows,
    )
    engine = build_engine(
        effective,
        (client_id,),
        timeout=5.0,
        by="test",
        journal_path=str(folder / "journal.db"),
        stop_lane=stop_lane,
    )
    try:
        if polling:
            await engine.start()
            await until(engine, lambda: engine.session.state.phase.value == "up")
        else:
            await engine.connect()
        yield engine
    finally:
        await engine.close()


async def until(engine: Engine, condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until this holds, looking at every change of the engine and five times a second, as not all that a test may
    wait for is told to those who wait for the engine. AssertionError when it never does.
    """
    end = time.monotonic() + seconds
    while not await engine.waiters.until(condition, 0.2):
        assert time.monotonic() < end, "the condition did not come true in time"


async def reported(engine: Engine, wanted: Callable[[StopReport], bool]) -> StopReport:
    """The stop's first report that has this property; AssertionError when none has."""
    found: list[StopReport] = []

    def look() -> bool:
        report = engine.stop.report
        if report is not None and wanted(report):
            found.append(report)
        return bool(found)

    await until(engine, look)
    return found[0]


async def ticket(
    engine: Engine,
    action: str = "BUY",
    symbol: str = "KO",
    quantity: str = "10",
    limit: str | None = "50",
    *,
    order_type: str = "LMT",
    transmit: bool = True,
    tif: str = "DAY",
    order_ref: str = "",
    stop: str | None = None,
) -> Ticket:
    """A ticket for the simulator's catalogue; the default rests far below the market."""
    request = OrderRequest(
        action,
        symbol,
        order_type,
        Decimal(quantity),
        tif=tif,
        transmit=transmit,
        limit_price=None if limit is None else Decimal(limit),
        aux_price=None if stop is None else Decimal(stop),
        account=PAPER,
        order_ref=order_ref,
    )
    (instrument,) = await engine.trading.resolve(request)
    await engine.trading.price_steps(instrument)
    return Ticket(request, instrument, PAPER)


def row(engine: Engine, perm_id: int | None) -> Order:
    """The book's row of that permId."""
    assert perm_id is not None
    found = engine.book.find(perm_id)
    assert found is not None
    return found
