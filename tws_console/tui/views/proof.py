"""The proof of a stop: verdict, steps, one row per order, what to do. Pure; imports model and views only."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from tws_console.model.ids import OrderKey, Owner
from tws_console.model.order import Witness
from tws_console.model.stop import Outcome, StopLine, StopLink, StopReport, StopVerdict
from tws_console.tui.views import formats
from tws_console.tui.views.cells import UNKNOWN, UNSET, Cell, Row, Span, Spans, cell
from tws_console.tui.views.columns import Align, Column, Cut
from tws_console.tui.views.formats import clean
from tws_console.tui.views.pieces import clip, key, line, strong, value, wrap
from tws_console.tui.views.titles import Title

STOPPING_MS = 5000
"""For so long it says STOPPING; then it names the verdict so far and goes on."""

COLUMNS = (
    Column("symbol", "Symbol", 1, 9, 18, cut=Cut.MIDDLE, always=True),
    Column("perm", "permId", 0, 10, 10, Align.RIGHT, always=True),
    Column("left", "Left", 3, 7, 9, Align.RIGHT, always=True),
    Column("owner", "Owner", 4, 6, 6, cut=Cut.END, always=True),
    Column("outcome", "Outcome", 5, 13, 13, cut=Cut.END, always=True),
    Column("ms", "ms", 6, 5, 7, Align.RIGHT),
    Column("side", "Side", 2, 4, 4, cut=Cut.END),
    Column("detail", "Detail", 7, 12, 60, cut=Cut.END),
)

_WORDS: dict[Outcome, tuple[str, str, str, bool]] = {
    Outcome.LIVE: ("●", "still live", "danger", True),
    Outcome.UNKNOWN: ("?", "unknown", "unknown", True),
    Outcome.FILLED: ("!", "FILLED", "warn", True),
    Outcome.PARTLY_FILLED: ("!", "part filled", "warn", True),
    Outcome.LATER: ("○", "later", "muted", False),
    Outcome.GONE: ("?", "gone", "warn", False),
    Outcome.CANCELLED: ("✓", "cancelled", "up", False),
}
_RANK = {outcome: rank for rank, outcome in enumerate(_WORDS)}
_TIME = re.compile(r"\b([0-2]\d:[0-5]\d)")


def ordered(report: StopReport) -> list[StopLine]:
    """What may still be live first, then unknown, fills, later, gone, ended."""
    return sorted(report.orders, key=lambda item: _RANK[item.outcome])


def proof_row(item: StopLine) -> Row:
    """One order of the stop."""
    glyph, word, tone, bold = _WORDS[item.outcome]
    if item.outcome is Outcome.LATER and (found := _TIME.search(item.reason)):
        word = f"later {found[1]}"
    own = item.owner is Owner.OWN
    owner = item.owner.value if item.owner is not Owner.FOREIGN else f"c{item.client_id}"
    cells = {
        "perm": cell(str(item.perm_id), "muted") if item.perm_id else UNSET,
        "symbol": cell(clean(item.symbol)),
        "side": cell(item.action, "up" if item.action == "BUY" else "down"),
        "left": _left(item),
        "owner": cell(owner if item.client_id is not None or own else "?", "text" if own else "foreign"),
        "outcome": Cell((Span(f"{glyph} {word}", tone, bold),)),
        "ms": cell(f"{item.ms:,.0f}") if item.ms is not None else UNSET,
        "detail": cell(_detail(item), "muted"),
    }
    return Row(item.key, cells)


def _left(item: StopLine) -> Cell:
    if item.quantity is None:
        return UNKNOWN
    done = Decimal(0) if item.outcome is Outcome.FILLED or item.filled is None else item.filled
    return cell(formats.quantity(item.quantity - done))


def _detail(item: StopLine) -> str:
    parts = [item.witness.value] if item.witness is not Witness.NONE and item.outcome is Outcome.CANCELLED else []
    if item.late:
        parts.append("new since your enter: not touched")
    if item.reason:
        parts.append(clean(item.reason))
    return ", ".join(parts)


def title(report: StopReport) -> Title:
    """`Proof  cancelled 10   filled 1   still live 2   unknown 1`."""
    counts = report.counts()
    ended = f"cancelled {counts['cancelled']}"
    filled = f"filled {counts['filled'] + counts['partly-filled']}"
    live = f"still live {counts['live'] + counts['later']}"
    unknown = f"unknown {counts['unknown'] + counts['gone']}"
    return Title("Proof", None, tuple(Span(word, "text") for word in (ended, filled, live, unknown)))


def stopping(report: StopReport) -> bool:
    """True while no verdict is named yet."""
    return report.running and not report.proved and report.elapsed_ms < STOPPING_MS


def head_ground(report: StopReport | None) -> str:
    """The fill of the two verdict lines: red while it stops and when nothing is confirmed."""
    if report is None or stopping(report) or report.verdict is StopVerdict.NOT_CONFIRMED:
        return "danger_bg"
    return "bg"


def head_lines(report: StopReport | None, width: int) -> list[Spans]:
    """The verdict, and what it rests on."""
    if report is None:
        return [(_ink(" ■ STOPPING"),), (_ink(" sending"),)]
    if stopping(report):
        return [clip(_stopping(report), width), clip(_steps(report), width)]
    seconds = f"   {report.elapsed_ms / 1000:.3f} s"
    if report.verdict is StopVerdict.NOT_CONFIRMED:
        counts = report.counts()
        live, unknown = counts["live"] + counts["later"], counts["unknown"] + counts["gone"]
        first: Spans = (_ink(f" ✗ NOT CONFIRMED{_where(report)}{seconds}   {clean(report.why)}"),)
        return [clip(first, width), clip((_ink(f" {_at_risk(live, unknown)}", False),), width)]
    proof = report.proof
    ends = f"   {proof.witnessed} of {proof.witnessed + proof.unwitnessed} ends witnessed by the broker"
    if report.proved:
        chip = Span(" ✓ PROVED ", "bg", True, "up")
        return [
            clip((Span(" "), chip, strong(f"  nothing is open{_where(report)}"), *line(seconds, ends)), width),
            clip(line(f" {_evidence(report)}"), width),
        ]
    chip = Span(" ? EMPTY ", "unknown_ink", True, "unknown")
    first = (Span(" "), chip, Span("  not proved", "warn", True), *line(seconds, ends))
    return [clip(first, width), *[(Span(f" {text}", "warn"),) for text in wrap(clean(report.why), width - 2)]]


def _stopping(report: StopReport) -> Spans:
    counts = report.counts()
    live = counts["live"] + counts["later"]
    doing = "STOPPING" if report.scope.everything else f"CANCELLING {clean(report.scope.words)}"
    return (_ink(f" ■ {doing}   {report.elapsed_ms / 1000:.3f} s   {live} of {len(report.orders)} orders still live"),)


def _steps(report: StopReport) -> Spans:
    frozen = f"✓ freeze {report.blocked_ms:.0f} ms" if report.blocked_ms is not None else "○ freeze"
    if not report.scope.everything:
        frozen = "entry not frozen"
    sent = f"✓ on the wire {report.sent_ms:.0f} ms" if report.sent_ms is not None else "✗ not sent"
    lists = f"● full list {report.proof.snapshots}" if report.proof.snapshots else "○ full list"
    swept = "● fills swept" if report.proof.executions_swept else "○ fills"
    return (_ink(f" {frozen}  {sent}  {lists}  {swept}", False),)


def _at_risk(live: int, unknown: int) -> str:
    if not live and not unknown:
        return "No order is known to be live, but nothing proves it."
    orders = "1 order may be live and may fill" if live == 1 else f"{live} orders may be live and may fill"
    are = "is" if unknown == 1 else "are"
    if live and unknown:
        return f"{orders}, {unknown} {are} unknown."
    return f"{orders}." if live else f"{unknown} {are} unknown and may be live."


def _evidence(report: StopReport) -> str:
    proof = report.proof
    since = "" if proof.empty_since_ms is None else f" since {proof.empty_since_ms / 1000:.1f} s"
    swept = "fills swept" if proof.executions_swept else "fills not swept"
    return f"full lists empty{since}, {swept}, link to IBKR {proof.tws_link}, {proof.undecodable} messages unread"


def foot_lines(report: StopReport | None, width: int, position_of: Callable[[OrderKey], Decimal | None]) -> list[Spans]:
    """What happened besides, and what to do now. `position_of` tells the holding after an order's fill."""
    if report is None:
        return []
    fills: list[str] = []
    for item in ordered(report):
        if item.outcome in {Outcome.FILLED, Outcome.PARTLY_FILLED} and item.filled:
            fills.append(_fill(item, position_of(item.key)))
    if len(fills) > 3:
        fills = [*fills[:2], f"{len(fills) - 2} more orders filled while they were being cancelled."]
    rows: list[Spans] = [(Span(f" {text}", "warn", True),) for words in fills for text in wrap(words, width - 2)]
    for note in (*report.notes, *_staged(report)):
        rows += [(Span(f" {text}", "warn"),) for text in wrap(clean(note), width - 2)]
    return [*rows, *[clip(row, width) for row in _advice(report)]]


def _fill(item: StopLine, position: Decimal | None) -> str:
    reason = clean(item.reason)
    done = reason if " at " in reason else formats.quantity(item.filled)
    now = formats.quantity(position, signed=True)
    return f"{clean(item.symbol)} filled {done} while it was being cancelled: position is now {now}."


def _staged(report: StopReport) -> list[str]:
    found = []
    if report.staged:
        found.append(f"Staged at TWS and left there: {', '.join(report.staged)}.")
    if report.purged:
        found.append(f"Never sent, taken out of the queue: {', '.join(report.purged)}.")
    return found


def _where(report: StopReport) -> str:
    """What a scoped stop is about; nothing for a stop of everything."""
    return "" if report.scope.everything else f"   {clean(report.scope.words)}"


def _scoped_advice(report: StopReport) -> list[Spans]:
    rest = line(f" Only orders of {clean(report.scope.words)} are cancelled, each by its permId. Entry is not frozen.")
    stop = line(" ", Span("^G", "danger", True), " enter cancels everything, freezes entry and proves it.")
    return [rest] if report.proved else [rest, stop]


def _advice(report: StopReport) -> list[Spans]:
    if not report.scope.everything:
        return _scoped_advice(report)
    freeze = line(" FREEZE stays on, also after a restart.  ", key("^P"), ", then type ", strong("resume trading"), ".")
    shell = line(" From another shell: ", strong(panic_command(report.host, report.port)))
    if report.proved:
        return [freeze]
    if stopping(report):
        return [
            line(value(" Positions are not touched. Entry is frozen everywhere, scripts too.")),
            line(" Leaving this page does not stop it. ", Span("^G", "danger", True), " enter sends it once more."),
            shell,
        ]
    if report.verdict is StopVerdict.EMPTY:
        return [line(value(" Look in TWS."), " It keeps asking for completed orders."), shell, freeze]
    do_now = Span(" Do now: cancel in TWS or IBKR Mobile, or call the trade desk.", "warn", True)
    return [(do_now,), shell, freeze]


def panic_command(host: str, port: int) -> str:
    """The whole emergency command for a second shell."""
    return f"tws-console panic --host {host} --port {port}"


def key_line(report: StopReport | None) -> Spans:
    """The keys of the proof page."""
    goes_on = report is None or report.running
    back = " back, keeps running" if goes_on else " back"
    reconnect = report is not None and report.link is not StopLink.UP
    if report is not None and report.proved:
        return (
            *(key("enter"), *line(" positions  "), key("y"), *line(" copy report  ")),
            *((key("^P"), *line(" resume trading  ")) if report.scope.everything else ()),
            *(key("esc"), *line(f"{back}  "), key("?"), *line(" help")),
        )
    everything = report is None or report.scope.everything
    empty = report is not None and not stopping(report) and report.verdict is StopVerdict.EMPTY
    return (
        *(Span("^G", "danger", True), *line(" once more  " if everything else " stop all  ")),
        *((key("r"), *line(" reconnect now  ")) if reconnect else ()),
        *((key("enter"), *line(" positions  ")) if empty else ()),
        *(key("y"), *line(" copy report  "), key("esc"), *line(f"{back}  "), key("?"), *line(" help")),
    )


def report_text(report: StopReport) -> str:
    """The report as plain text, for the clipboard."""
    seconds = report.elapsed_ms / 1000
    head = f"{report.verdict.value} {seconds:.3f} s {report.host}:{report.port} started {report.started_at}"
    rows = [
        "\t".join(
            (
                str(item.perm_id or "-"),
                clean(item.symbol),
                item.action,
                formats.quantity(item.quantity),
                item.outcome.value,
                item.witness.value,
                clean(item.reason),
            )
        )
        for item in ordered(report)
    ]
    return "\n".join([head, *([report.why] if report.why else []), *rows])


def _ink(text: str, bold: bool = True) -> Span:
    return Span(text, "danger_ink", bold)
