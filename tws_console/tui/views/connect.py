"""What the connect page says: stages, why it failed, what to try, when it tries again. Imports model and views only."""

from __future__ import annotations

import textwrap

from tws_console.model.session import ID_IN_USE, STAGE_ORDER, ConnectFailed, Phase, SessionState, Stage, StageName
from tws_console.tui.views import formats
from tws_console.tui.views.cells import Span, Spans, width
from tws_console.tui.views.lines import ruled

_NAMES = {
    StageName.TCP: "TCP",
    StageName.HANDSHAKE: "Handshake",
    StageName.READY: "API ready",
    StageName.ACCOUNTS: "Accounts",
    StageName.ORDERS: "Orders",
    StageName.POSITIONS: "Positions",
    StageName.EXECUTIONS: "Executions",
}
LONGEST_WAIT = 60


def milliseconds(value: float | None) -> str:
    """`2 ms` below a second, `5.0 s` from there."""
    if value is None:
        return ""
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


def _stage_line(stage: Stage, failed: bool, room: int) -> Spans:
    name = _NAMES[stage.name].ljust(13)
    if stage.running:
        glyph, tone, word = "→", "accent", "text"
    elif stage.ok is None:
        glyph, tone, word = "○", "muted", "muted"
    else:
        glyph, tone, word = ("✓", "up", "text") if stage.ok else ("✗", "danger", "strong")
    ground = "raised" if failed else ""
    detail = formats.clean(stage.detail) or ("…" if stage.running else "")
    time = milliseconds(stage.ms)
    body = formats.cut_end(detail, room - 32).ljust(max(0, room - 32))
    return (
        Span("   ", ground=ground),
        Span(f"{glyph}  ", tone, True, ground),
        Span(name, word, failed, ground),
        Span(body, "danger" if failed else "text" if stage.ok else "muted", False, ground),
        Span(f"{time:>10}   ", "muted", False, ground),
    )


def _advice(failure: ConnectFailed, room: int) -> list[Spans]:
    reason = formats.clean(failure.reason).rstrip(".")
    hint = " Most likely, in this order:" if failure.advice else ""
    head = (Span(f"   {reason}.", "strong", True), Span(hint, "text"))
    wrapped = textwrap.wrap(f"{reason}.{hint}", max(20, room - 4))
    lines: list[Spans] = [head] if width(head) <= room else [(Span(f"   {text}", "strong", True),) for text in wrapped]
    for number, advice in enumerate(failure.advice, 1):
        for index, text in enumerate(textwrap.wrap(formats.clean(advice), max(20, room - 8)) or [""]):
            lead = f"   {number}  " if index == 0 else "      "
            lines.append((Span(lead, "text", index == 0), Span(text, "text" if index == 0 else "muted")))
    return lines


def _next_try(state: SessionState, monotonic: float) -> Spans:
    if state.phase is Phase.WAITING and state.retry_at is not None:
        seconds = max(0, round(state.retry_at - monotonic))
        return (
            Span(f"   Try {state.attempt + 1} in ", "muted"),
            Span(f"{seconds} s", "strong", True),
            Span(f"  never more than {LONGEST_WAIT} s apart", "muted"),
        )
    if state.phase in {Phase.CONNECTING, Phase.IDLE}:
        return (Span("   Connecting to TWS or IB Gateway.", "muted"),)
    return ()


def connect_lines(state: SessionState, monotonic: float, room: int) -> tuple[Spans, ...]:
    """The whole page between status line and footer."""
    stages = {stage.name: stage for stage in state.stages}
    failed = state.failure.stage if state.failure is not None else None
    left = (
        Span("▌", "accent"),
        Span(" Connect", "strong", True),
        Span(f"  profile {formats.clean(state.profile)}", "muted"),
    )
    right = (Span(f"{formats.clean(state.host)}:{state.port} client {state.client_id}", "muted"),)
    lines: list[Spans] = [(), ruled(left, right, room), ()]
    for name in STAGE_ORDER:
        stage = stages.get(name, Stage(name))
        lines.append(_stage_line(stage, stage.ok is False and name is failed, room))
    lines.append(())
    if state.failure is not None:
        lines += [*_advice(state.failure, room), ()]
    lines += [_next_try(state, monotonic), ()]
    if state.failure is not None and state.failure.code == ID_IN_USE and state.phase is Phase.WAITING:
        words = f" goes on under a free id; orders of client {state.client_id} stay visible"
        lines.append((Span("   f", "accent", True), Span(words, "text")))
    return tuple(lines)
