"""Pictures of the inbox and of the away page. The clock stands still; pictures are compared as SVG."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui import recovery_data as data
from tests.tui.console import console_app
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_snapshots_console import Before, Compare
from tests.tui.waiting import until

SIZES = [(80, 24), (120, 36)]


def on_page(key: str, mode: str) -> Before:
    """Wait for the trade page, then go to the page."""

    async def before(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: pilot.app.current_mode == "trade", "the trade page")
        await pilot.press(key)
        await until(pilot, lambda: pilot.app.current_mode == mode, mode)
        await pilot.pause()

    return before


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(("key", "mode"), [("i", "inbox"), ("A", "away")])
def test_recovery_page_looks_as_drawn(snap_compare: Compare, key: str, mode: str, size: tuple[int, int]) -> None:
    engine = FakeEngine()
    engine.recovery.unresolved = data.UNRESOLVED
    engine.reconciler.report = data.REPORT
    engine.put_session(reduce_only=data.REASON)
    assert snap_compare(console_app(engine), terminal_size=size, run_before=on_page(key, mode))


@pytest.mark.parametrize(("key", "mode"), [("i", "inbox"), ("A", "away")])
def test_recovery_page_looks_as_drawn_when_empty(snap_compare: Compare, key: str, mode: str) -> None:
    assert snap_compare(console_app(FakeEngine()), run_before=on_page(key, mode))
