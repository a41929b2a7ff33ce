"""What is said round the rows of a stop: verdict and steps above, what happened and what to do below, and the keys.

Pure; imports model and views only.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tws_console.model.ids import OrderKey
from tws_console.model.stop import Outcome, StopLine, StopLink, StopReport, StopVerdict
from tws_console.tui.views import formats
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.cells import width as total
from tws_console.tui.views.formats import clean
from tws_console.tui.views.lines import Item, fitting, joined
from tws_console.tui.views.pieces import clip, key, line, strong, value, wrap, wrap_spans
from tws_console.tui.views.proof import detail, ordered

STOPPING_MS = 5000
"""For so long it says STOPPING; then it names the verdict so far and goes on."""
STEP = 0.2
"""Seconds under which a next try is no more counted down: it is due."""
WHY_ROWS = 3
NOTES = 3
"""Rows of a reason, and notes, that are shown; the copied report has all of them."""


def stopping(report: StopReport) -> bool:
    """True while no verdict is named yet."""
    return report.running and not report.proved and report.elapsed_ms < STOPPING_MS


def head_ground(report: StopReport | None) -> str:
    """The fill of the two verdict lines: red while it stops and when nothing is confirmed."""
    if report is None or stopping(report) or report.verdict is StopVerdict.NOT_CONFIRMED:
        return "danger_bg"
    return "bg"


def head_lines(report: StopReport | None, width: int) -> list[Spans]:
    """The verdict, and what it rests on. A reason that is too long for its line goes on below: none is cut off."""
    if report is None:
        return [(_ink(" ■ STOPPING"),), (_ink(" sending"),)]
    if stopping(report):
        return [clip(_stopping(report), width), clip(_steps(report), width)]
    seconds = f"   {report.elapsed_ms / 1000:.3f} s"
    if report.verdict is StopVerdict.NOT_CONFIRMED:
        return _not_confirmed(report, f" ✗ NOT CONFIRMED{_where(report)}{seconds}", width)
    proof = report.proof
    ends = f"   {proof.witnessed} of {proof.witnessed + proof.unwitnessed} ends witnessed by the broker"
    if report.proved:
        chip = Span(" ✓ PROVED ", "bg", True, "up")
        done = "nothing is open" if report.scope.everything else f"nothing of it is open: {clean(report.scope.words)}"
        head = (Span(" "), chip, strong(f"  {done}"), *line(seconds))
        # By whom the ends are witnessed is said where there is room for it.
        told = ends if total(head) + len(ends) <= width else ends.removesuffix(" by the broker")
        return [clip((*head, *line(told)), width), clip(line(f" {_evidence(report)}"), width)]
    chip = Span(" ? EMPTY ", "unknown_ink", True, "unknown")
    where = Span(f"  not proved{_where(report)}", "warn", True)
    first = clip((Span(" "), chip, where, *line(seconds, ends)), width)
    words = f"{clean(report.why)}. {next_try(report)}"
    return [first, *[(Span(f" {text}", "warn"),) for text in _few(wrap(words, width - 2), WHY_ROWS)]]


def _not_confirmed(report: StopReport, first: str, width: int) -> list[Spans]:
    counts = report.counts()
    live, unknown = counts["live"] + counts["later"], counts["unknown"] + counts["gone"]
    why, at_risk = clean(report.why), f"{_at_risk(live, unknown)} {next_try(report)}"
    rows = [_ink(f" {text}", False) for text in wrap(at_risk, width - 2)]
    if len(first) + 3 + len(why) <= width:
        return [(_ink(f"{first}   {why}"),), *[(row,) for row in rows]]
    told = [_ink(f" {text}") for text in _few(wrap(why, width - 2), WHY_ROWS)]
    return [clip((_ink(first),), width), *[(row,) for row in (*told, *rows)]]


def next_try(report: StopReport) -> str:
    """`Next try in 1.4 s.`, empty when none goes out by itself or it goes out now."""
    if not report.running or report.next_try_ms is None:
        return ""
    seconds = (report.next_try_ms - report.elapsed_ms) / 1000
    return f"Next try in {seconds:.1f} s." if seconds >= STEP else ""


def _few(rows: list[str], most: int) -> list[str]:
    """At most so many rows; the last one says that there is more."""
    return rows if len(rows) <= most else [*rows[: most - 1], f"{rows[most - 1]} …"]


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
    since = "" if proof.empty_since_ms is None else f" from {proof.empty_since_ms / 1000:.1f} s on"
    swept = "fills swept" if proof.executions_swept else "fills not swept"
    unread = f"{proof.undecodable} messages unread" if proof.undecodable else "every message read"
    return f"lists empty{since}, {swept}, link to IBKR {proof.tws_link}, {unread}"


def foot_lines(
    report: StopReport | None, width: int, position_of: Callable[[OrderKey], Decimal | None], most: int = 99
) -> list[Spans]:
    """What happened besides, and what to do now, in at most `most` rows: what happened yields. `position_of` tells the
    holding after an order's fill.
    """
    if report is None:
        return []
    advice = [row for spans in _advice(report, width) for row in wrap_spans(spans, width)]
    told = _besides(report, width, position_of)
    room = max(0, most - len(advice))
    if len(told) > room:
        told = [*told[: max(0, room - 1)], line(" More happened: ", key("y"), " copies the report.")][:room]
    return [*told, *advice][:most]


def _besides(report: StopReport, width: int, position_of: Callable[[OrderKey], Decimal | None]) -> list[Spans]:
    """Fills in between with the new position, then notes."""
    fills = [
        _fill(item, position_of(item.key))
        for item in ordered(report)
        if item.outcome in {Outcome.FILLED, Outcome.PARTLY_FILLED} and item.filled
    ]
    if len(fills) > 3:
        fills = [*fills[:2], f"{len(fills) - 2} more orders filled while they were being cancelled."]
    rows: list[Spans] = [(Span(f" {text}", "warn", True),) for words in fills for text in wrap(words, width - 2)]
    for note in (*_notes(report), *_staged(report)):
        rows += [(Span(f" {text}", "warn"),) for text in wrap(clean(note), width - 2)]
    return rows


def _notes(report: StopReport) -> list[str]:
    """The newest ones; the copied report has all."""
    hidden = len(report.notes) - NOTES
    if hidden <= 0:
        return list(report.notes)
    return [f"{hidden} earlier {'note' if hidden == 1 else 'notes'}: y copies the report", *report.notes[-NOTES:]]


def selected_lines(item: StopLine | None, width: int) -> list[Spans]:
    """The whole reason of the row under the cursor: its column has room for the beginning only."""
    if item is None:
        return []
    number = f"#{item.perm_id}" if item.perm_id else str(item.key)
    head = (Span("└ ", "line"), strong(clean(item.symbol)), *line(f" {number}  "))
    words = wrap(detail(item), max(20, width - total(head) - 1)) or [item.outcome.value]
    below = [(Span(" " * total(head)), value(text)) for text in words[1:3]]
    return [(*head, value(words[0])), *below]


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
    rest = line(f" In this scope only: {clean(report.scope.words)}. Each goes by its permId. Entry is not frozen.")
    stop = line(" ", Span("^G", "danger", True), " enter cancels everything, freezes entry and proves it.")
    return [rest] if report.proved else [rest, stop]


def _advice(report: StopReport, width: int) -> list[Spans]:
    if not report.scope.everything:
        return _scoped_advice(report)
    freeze = line(" FREEZE stays on, also after a restart.  ", key("^P"), ", then type ", strong("resume trading"), ".")
    if report.proved:
        return [freeze]
    if stopping(report):
        return [
            line(value(" Positions are not touched. Entry is frozen everywhere, scripts too.")),
            line(" Leaving this page does not stop it. ", Span("^G", "danger", True), " enter sends it once more."),
            *_shell(report, width),
        ]
    if report.verdict is StopVerdict.EMPTY:
        look = line(value(" Look in TWS."), " It keeps asking for completed orders.")
        return [look, *_shell(report, width), freeze]
    do_now = Span(" Do now: cancel in TWS or IBKR Mobile, or call the trade desk.", "warn", True)
    return [(do_now,), *_shell(report, width), freeze]


def _shell(report: StopReport, width: int) -> list[Spans]:
    """The command for another shell, whole: on a row of its own when it is long, and in pieces before it is cut."""
    command = panic_command(report.host, report.port)
    before, after = " From another shell: ", "  It has its own connection."
    if len(before) + len(command) + len(after) <= width:
        return [line(before, strong(command), after)]
    if len(before) + len(command) <= width:
        return [line(before, strong(command))]
    return [line(before), *[(strong(f" {text}"),) for text in wrap(command, width - 1)]]


def panic_command(host: str, port: int) -> str:
    """The whole emergency command for a second shell."""
    return f"tws-console panic --host {host} --port {port}"


def key_line(report: StopReport | None, width: int, *, copied: bool = False) -> Spans:
    """The keys of the proof page; where they do not fit, what only helps goes first."""
    back = "back" if report is not None and not report.running else "back, keeps running"
    if report is not None and report.running and not stopping(report):
        back = "back, keeps trying"
    everything = report is None or report.scope.everything
    proved = report is not None and report.proved
    empty = report is not None and not stopping(report) and report.verdict is StopVerdict.EMPTY
    down = report is not None and not proved and report.link is not StopLink.UP
    items = (
        _key("^G", "once more" if everything else "stop all", 0, not proved, "danger"),
        _key("r", "reconnect now", 2, down),
        _key("enter", "positions", 4, empty or proved),
        _key("^P", "resume trading", 5, proved and everything),
        _key("y", "copied" if copied else "copy report", 3, True),
        _key("esc", back, 1, True),
        _key("?", "help", 6, True),
    )
    return (Span(" "), *joined(fitting(items, width))[1:])


def _key(name: str, does: str, rank: int, shown: bool, tone: str = "accent") -> Item:
    return Item((Span(name, tone, True), Span(f" {does}", "muted")) if shown else (), rank)


def _ink(text: str, bold: bool = True) -> Span:
    return Span(text, "danger_ink", bold)
