"""A widget that draws prepared lines and repaints only those that changed. May import textual; not the engine."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tws_console.tui.facade import console
from tws_console.tui.tones import Tones
from tws_console.tui.views.cells import Spans


def strip_of(parts: Spans, width: int, tones: Tones, ground: str) -> Strip:
    """The line as segments exactly `width` cells wide; the rest is filled with the ground."""
    segments = []
    for part in parts:
        segments.append(Segment(part.text, tones.style(part.tone, bold=part.bold, ground=part.ground or ground)))
    return Strip(segments).adjust_cell_length(width, tones.style("text", ground=ground))


class Painted(Widget):
    """Lines on one ground. It is as high as its lines unless its style sheet says otherwise."""

    DEFAULT_CSS = "Painted { height: auto; width: 1fr; }"

    def __init__(self, *, ground: str = "bg", id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self.ground = ground
        self._lines: tuple[Spans, ...] = ()

    @property
    def lines(self) -> tuple[Spans, ...]:
        return self._lines

    def show_lines(self, lines: Sequence[Spans]) -> None:
        """Replace the lines; only rows that differ are painted again."""
        old, new = self._lines, tuple(lines)
        if old == new:
            return
        self._lines = new
        if len(old) != len(new):
            self.refresh(layout=self.styles.auto_dimensions)
            return
        width = self.size.width
        changed = [Region(0, y, width, 1) for y in range(len(new)) if new[y] != old[y]]
        self.refresh(*changed)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        parts = self._lines[y] if y < len(self._lines) else ()
        return strip_of(parts, self.size.width, console(self).tones, self.ground)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.refresh()
