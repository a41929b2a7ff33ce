"""Page 9: all messages of this session. May import textual; not the engine."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from tws_console.tui.facade import DrainedPort
from tws_console.tui.screens.page import Page
from tws_console.tui.widgets.messages import MessagesPane


class LogPage(Page):
    """Newest message last, as in a log; the view stays at the end while the cursor is there."""

    NAME = "log"
    PANES: ClassVar[tuple[str, ...]] = ("messages",)

    def compose_body(self) -> ComposeResult:
        yield MessagesPane(focusable=True)

    def reload(self) -> None:
        super().reload()
        self.query_one(MessagesPane).reload()

    def apply(self, drained: DrainedPort) -> None:
        super().apply(drained)
        if drained.notices:
            self.query_one(MessagesPane).reload()
