"""Pictures of every page. The clock stands still; pictures are compared as SVG."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.tui import fake_data as data
from tests.tui.console import console_app
from tests.tui.fake_engine import FakeEngine
from tests.tui.waiting import until
from tws_console.model.session import ConnectFailed, Lamp, Lamps, Mode, Phase, Stage, StageName

SIZES = [(80, 24), (120, 36), (200, 50)]
Before = Callable[[Pilot[int]], Awaitable[None]]


class Compare(Protocol):
    """The fixture of the snapshot plugin."""

    def __call__(
        self, app: App[int], *, terminal_size: tuple[int, int] = (80, 24), run_before: Before | None = None
    ) -> bool: ...


def on_page(mode: str, *keys: str) -> Before:
    """Wait for the trade page, go to a page and press keys."""

    async def before(pilot: Pilot[int]) -> None:
        digit = {"trade": "1", "orders": "2", "positions": "3", "log": "9"}[mode]
        await until(pilot, lambda: pilot.app.current_mode == "trade", "the trade page")
        await pilot.press(digit, *keys)
        await until(pilot, lambda: pilot.app.current_mode == mode, mode)
        await pilot.pause()

    return before


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("mode", ["trade", "orders", "positions", "log"])
def test_page_looks_as_drawn_when_dark(snap_compare: Compare, mode: str, size: tuple[int, int]) -> None:
    assert snap_compare(console_app(FakeEngine()), terminal_size=size, run_before=on_page(mode, "j"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("mode", ["trade", "orders"])
def test_page_looks_as_drawn_when_rows_are_marked(snap_compare: Compare, mode: str, size: tuple[int, int]) -> None:
    step = on_page(mode, "j", "space", "j", "j", "j", "j", "space")
    assert snap_compare(console_app(FakeEngine()), terminal_size=size, run_before=step)


@pytest.mark.parametrize("theme", ["light", "mono"])
def test_trade_page_looks_as_drawn_when_another_theme(snap_compare: Compare, theme: str) -> None:
    app = console_app(FakeEngine(), theme=theme)
    assert snap_compare(app, terminal_size=(120, 36), run_before=on_page("trade", "j"))


@pytest.mark.parametrize("size", [(60, 20), (40, 10)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_trade_page_looks_as_drawn_when_small(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(console_app(FakeEngine()), terminal_size=size, run_before=on_page("trade"))


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_trade_page_looks_as_drawn_when_live_frozen_and_read_only(snap_compare: Compare, theme: str) -> None:
    engine = FakeEngine()
    engine.put_session(
        mode=Mode.LIVE, port=7496, accounts=("U1234567", "U7654321"), frozen=True, frozen_since="09:12:46"
    )
    app = console_app(engine, theme=theme)
    assert snap_compare(app, terminal_size=(120, 36), run_before=on_page("trade"))


def test_trade_page_looks_as_drawn_when_empty_in_the_demo(snap_compare: Compare) -> None:
    engine = FakeEngine(orders=(), positions=())
    engine.put_session(mode=Mode.DEMO)
    assert snap_compare(console_app(engine), run_before=on_page("trade"))


def test_orders_page_looks_as_drawn_when_the_link_is_lost(snap_compare: Compare) -> None:
    engine = FakeEngine(orders=[replace(order, stale=bool(order.perm_id)) for order in data.ORDERS])
    engine.put_session(
        lamps=Lamps(Lamp.UP, Lamp.DOWN, Lamp.DEGRADED, Lamp.UNKNOWN),
        lost_at=data.MONOTONIC - 48,
        retry_at=data.MONOTONIC + 4,
        snapshot_at=data.MONOTONIC - 48,
        snapshot_complete=False,
    )
    app = console_app(engine)
    assert snap_compare(app, terminal_size=(120, 36), run_before=on_page("orders", "j", "j", "j", "j"))


def test_connect_page_looks_as_drawn_when_the_handshake_failed(snap_compare: Compare) -> None:
    engine = FakeEngine()
    advice = (
        "A dialog waits in TWS: Accept incoming connection? Answer Yes.",
        "TWS > Global Configuration > API > Settings: tick Enable ActiveX and Socket Clients.",
        "Another program owns port 7497. Paper: TWS 7497, Gateway 4002.",
    )
    engine.put_session(
        phase=Phase.WAITING,
        accounts=(),
        lamps=Lamps(Lamp.DOWN),
        snapshot_at=None,
        attempt=2,
        retry_at=data.MONOTONIC + 4,
        stages=(
            Stage(StageName.TCP, True, 2.0, "127.0.0.1:7497"),
            Stage(StageName.HANDSHAKE, False, 5000.0, "no answer"),
        ),
        failure=ConnectFailed(StageName.HANDSHAKE, "The port is open but TWS does not greet", advice),
    )

    async def before(pilot: Pilot[int]) -> None:
        app = pilot.app
        await until(pilot, lambda: getattr(app, "engine", None) is not None, "the engine")
        await pilot.pause()

    assert snap_compare(console_app(engine), run_before=before)
