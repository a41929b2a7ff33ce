"""What stands on a terminal that is too small for the console. Pure; imports model and views only."""

from __future__ import annotations

from tws_console.tui.views.cells import Span, Spans

LEAST = (60, 20)
"""Columns and rows that the console needs."""


def lines(size: tuple[int, int], orders: int, problems: int, day: str, age: str) -> tuple[Spans, ...]:
    """The message, most important first, one span tuple per line."""
    return (
        (Span(f"Too small: {size[0]}x{size[1]}.", "strong", True),),
        (Span(f"The console needs {LEAST[0]}x{LEAST[1]}.", "text"),),
        (Span(f"{orders} orders", "text"), Span(f"  !{problems}" if problems else "", "warn", True)),
        (Span("Day ", "muted"), Span(day, "text"), Span(f"  list {age}", "muted")),
        (Span("^G", "danger", True), Span(" still stops all", "text")),
        (Span("q", "accent", True), Span(" quit", "muted")),
    )
