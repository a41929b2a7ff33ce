"""Floor of the first paint: a Textual app that shows the text waited for and nothing else. Run as a script."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Empty(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("^G STOP")


Empty().run()
