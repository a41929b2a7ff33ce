"""The status line, the page tabs and the line about a lost link. Pure: session state in, spans out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tws_console.model.session import Lamp, Lamps, Mode, Phase, SessionState
from tws_console.rules.live import contradictions, unarmed
from tws_console.tui.bindings import PAGES
from tws_console.tui.views import formats
from tws_console.tui.views.cells import Span, Spans, width
from tws_console.tui.views.lines import WIDE_GAPS_FROM, Item, fitting, joined

RULES = {Mode.PAPER: "─", Mode.LIVE: "═", Mode.DEMO: "╌"}
"""The rule under the tabs: the mode is told by its form too, not by colour alone."""

_LAMPS = {Lamp.UP: ("●", "up"), Lamp.DEGRADED: ("▲", "warn"), Lamp.DOWN: ("✗", "danger"), Lamp.UNKNOWN: ("?", "warn")}
STOP_CHIP = " ^G STOP "
LATE_LIST = 6.0
"""Seconds after which the age of the full list turns to warn (three polls)."""


def chip(mode: Mode, *, armed: bool = False) -> Span:
    """The mode as a filled word; LIVE ARMED while orders for a live account may go out."""
    word = f"{mode.value.upper()} ARMED" if armed and mode is Mode.LIVE else mode.value.upper()
    return Span(f" {word} ", f"{mode.value}_ink", True, mode.value)


def _lamps(lamps: Lamps, tried: bool, wide: bool) -> Spans:
    named = (("tws", lamps.socket), ("ibkr", lamps.tws), ("data", lamps.market_data), ("hist", lamps.history))
    spans: list[Span] = []
    for name, lamp in named:
        glyph, tone = _LAMPS[lamp] if tried else ("○", "muted")
        word = "muted" if lamp is Lamp.UP or not tried else tone
        heavy = lamp is Lamp.DOWN
        gap = ("  " if wide else " ") if spans else ""
        if wide:
            spans += [Span(gap + glyph, tone, heavy), Span(f" {name}", word, heavy)]
        else:
            spans += [Span(gap + name[0].upper(), word, heavy), Span(glyph, tone, heavy)]
    return tuple(spans)


def list_age(state: SessionState, monotonic: float) -> float | None:
    """Seconds since the newest complete list of all clients' orders was asked for."""
    return None if state.snapshot_at is None else max(0.0, monotonic - state.snapshot_at)


def _list_age(state: SessionState, monotonic: float, wide: bool) -> Spans:
    seconds = list_age(state, monotonic)
    text = formats.list_age(seconds)
    late = seconds is None or seconds > LATE_LIST or not state.snapshot_complete
    value = Span(text, ("muted" if seconds is None else "warn") if late else "strong", late and seconds is not None)
    if not wide:
        return Span("all ", "muted"), value
    return Span("all clients ", "muted"), value, Span(" old" if seconds is not None else "", "muted")


def _account(state: SessionState) -> str:
    accounts = (state.pinned_account,) if state.pinned_account else state.accounts
    if not accounts:
        return "-"
    more = f" +{len(accounts) - 1}" if len(accounts) > 1 else ""
    return formats.account_short(accounts[0]) + more


def _chips(state: SessionState) -> list[Item]:
    found = []
    if state.frozen:
        found.append(Item((Span(" FREEZE ", "danger_ink", True, "danger_bg"),), 1, 1))
    if state.reduce_only:
        found.append(Item((Span(" REDUCE ", "unknown_ink", True, "unknown"),), 1, 1))
    if state.entry_refusal or state.api_read_only or unarmed(state):
        found.append(Item((Span(" READ-ONLY ", "unknown_ink", True, "unknown"),), 1, 1))
    if contradictions(state):
        found.append(Item((Span(" MISMATCH ", "unknown_ink", True, "unknown"),), 2, 1))
    return found


def status_line(state: SessionState, now: datetime, monotonic: float, room: int) -> Spans:
    """The top line, exactly `room` cells, STOP at its right end; what does not fit goes in the order of its rank."""
    wide = room >= WIDE_GAPS_FROM
    clock = Span(formats.clock(now) + (" ET" if wide else ""), "muted")
    rate = f"{state.messages_per_second}/s" if state.phase is Phase.UP else ""
    left = [
        Item((chip(state.shown_mode, armed=bool(state.armed)),), 0, 0),
        *_chips(state),
        Item((Span(_account(state), "text"),), 5, 1 if not state.frozen else 2),
        Item((Span(f"own client {state.client_id}", "muted"),) if wide else (), 7),
        Item(_lamps(state.lamps, state.phase is not Phase.IDLE, wide), 3),
        Item(_list_age(state, monotonic, wide), 4),
        Item((Span(rate, "muted"),) if rate and wide else (), 8),
    ]
    right = Item((clock,), 6, 1)
    kept = fitting([*left, right], room - len(STOP_CHIP) - 1)
    spans = joined(item for item in kept if item is not right)
    tail: Spans = (clock, Span(" ")) if right in kept else ()
    blank = room - width(spans) - width(tail) - len(STOP_CHIP)
    return (*spans, Span(" " * max(0, blank)), *tail, Span(STOP_CHIP, "danger_ink", True, "danger_bg"))


@dataclass(frozen=True, slots=True)
class Tab:
    """Where a page's tab stands: first cell and the one after its last."""

    mode: str
    start: int
    end: int


def tabs(active: str, mode: Mode, counts: Mapping[str, int], room: int) -> tuple[Spans, tuple[Tab, ...]]:
    """The page tabs on the rule of the mode, and where each can be clicked."""
    wide = room >= WIDE_GAPS_FROM
    rule = RULES[mode]
    tone = "live" if mode is Mode.LIVE else "line"
    spans: list[Span] = []
    found: list[Tab] = []
    at = 0
    for key, name, long, short in PAGES:
        count = f" {counts[name]}" if wide and name in counts else ""
        label = f"{long if room >= 60 else short}{count}"
        spans.append(Span(rule, tone))
        if name == active:
            spans.append(Span(f" {key} {label} ", "accent_ink", True, "accent"))
        else:
            spans += [Span(f" {key}", "accent", True), Span(f" {label} ", "text")]
        size = len(key) + len(label) + 3
        found.append(Tab(name, at + 1, at + 1 + size))
        at += 1 + size
    spans.append(Span(rule * max(0, room - at), tone))
    return tuple(spans), tuple(found)


def lost_for(state: SessionState, monotonic: float) -> str:
    """`48 s`, `3 m`: how long the link has been down."""
    if state.lost_at is None:
        return ""
    text = formats.age(monotonic - state.lost_at)
    return f"{text[:-1]} {text[-1]}"


def _restart_line(words: str, inside: bool) -> Spans:
    return (Span(f" {'○' if inside else '!'} {formats.clean(words)}", "text" if inside else "warn", not inside),)


def link_line(state: SessionState, now: datetime, monotonic: float) -> Spans:
    """What a trader must know about link, freeze and read-only, empty when there is nothing."""
    if state.lost_at is not None:
        expected = state.restart if state.restart is not None and state.restart.inside else None
        broker = state.lamps.socket is Lamp.UP
        link, code = ("IBKR link", " (1100)") if broker else ("TWS link", "")
        lost = f"{link} lost {lost_for(state, monotonic)} ago{code}."
        spans: list[Span] = [
            # A loss at the time of a restart is what was to come: it says so, and does not alarm.
            *(_restart_line(expected.words, True) if expected else ()),
            Span(f" {lost}", "muted") if expected else Span(f" ✗ {lost}", "danger", True),
            Span(" ~ is last known.", "strong"),
        ]
        if state.retry_at is not None:
            spans.append(Span(f" Retry {max(0, round(state.retry_at - monotonic))} s.", "muted"))
        return tuple(spans)
    if state.frozen:
        since = f" since {formats.moment(state.frozen_since, now)}" if state.frozen_since else ""
        return (
            Span(f" FREEZE{since}:", "danger", True),
            Span(" cancels pass, entry does not.", "strong"),
            Span("  ^P releases it.", "muted"),
        )
    if state.api_read_only:
        return Span(" READ-ONLY:", "danger", True), Span(
            " TWS refuses orders, cancels and the stop. Untick Read-Only API.", "strong"
        )
    if state.restart is not None:
        return _restart_line(state.restart.words, state.restart.inside)
    if state.reduce_only:
        return (
            Span(" REDUCE:", "warn", True),
            Span(" A shows it.", "muted"),
            Span(f"  {formats.clean(state.reduce_only)}.", "text"),
        )
    if reason := state.entry_refusal or unarmed(state):
        return Span(" READ-ONLY:", "warn", True), Span(f" {formats.clean(reason)}", "text")
    if told := contradictions(state):
        return Span(" ! ", "warn", True), Span(formats.clean(told[0]), "text")
    if state.unverified and state.phase is Phase.UP:
        return Span(" ! The list of orders is not complete:", "warn"), Span(
            f" {formats.clean(state.unverified)}", "text"
        )
    return ()
