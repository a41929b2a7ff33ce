"""The messages pane under many notices."""

from __future__ import annotations

import pytest

from tests.tui.console import console_app, screen_text
from tests.tui.fake_engine import FakeEngine
from tests.tui.waiting import until
from tws_console.model.notice import Notice, Tone
from tws_console.tui.views.cells import Spans
from tws_console.tui.views.titles import notice_line


async def test_only_messages_that_are_seen_are_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    made: set[str] = set()

    def written(notice: Notice, room: int) -> Spans:
        made.add(notice.text)
        return notice_line(notice, room)

    monkeypatch.setattr("tws_console.tui.widgets.messages.notice_line", written)
    engine = FakeEngine()
    app = console_app(engine)
    async with app.run_test(size=(200, 50)) as pilot:
        await until(pilot, lambda: app.current_mode == "trade", "the trade page")
        made.clear()
        for number in range(300):
            engine.notices.add(Tone.INFO, f"message {number:03}")
        await until(pilot, lambda: "message 299" in screen_text(app), "the newest message")

    assert "message 299" in made
    assert len(made) < 50
