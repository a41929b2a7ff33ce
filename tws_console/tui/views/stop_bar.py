"""The red lines of the stop bar: what would be cancelled, how long the question stands. Pure; imports model only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tws_console.model.ids import Owner
from tws_console.model.order import Order, Status
from tws_console.model.session import Lamp, SessionState
from tws_console.tui.stop import WINDOW
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.cells import width as total
from tws_console.tui.views.formats import account_short
from tws_console.tui.views.pieces import chip, clip, spread

INK = "danger_ink"
NARROW = 66
"""Below this width the question is shortened, so that its key is never cut."""
ROWS = 5


@dataclass(frozen=True, slots=True)
class BarFacts:
    """What the bar shows. `orders` is the book at the key press, `list_age` seconds since the newest complete list."""

    session: SessionState
    orders: Sequence[Order] = ()
    list_age: float | None = None
    remaining: float = WINDOW
    hint: str = ""
    open: bool = True


def bar_lines(facts: BarFacts, width: int) -> list[Spans]:
    """Five rows while the bar is open, one row that says what became of it after."""
    mode = facts.session.shown_mode.value
    head = (chip(mode.upper(), mode), _ink(" "))
    if not facts.open:
        return [
            clip((*head, _bold(f"■ {facts.hint.upper()}"), _ink("   nothing was cancelled, nothing is frozen")), width)
        ]
    short = width < NARROW
    question = "■ STOP ALL? " if short else "■ STOP ALL ORDERS?  "
    again = facts.hint == "again"
    answer = "" if short else " press it again" if again else " other key: no"
    send = Span(" ENTER again " if short and again else " ENTER sends ", "danger_bg", True, INK)
    clock = _bold(f"{_fifths(facts.remaining):.1f} s ")
    first = spread((*head, _bold(question), send, _ink(answer)), (clock,), width)
    return [first, _knows(facts, width), _where(facts, width), _then(facts, width), _left(facts.remaining, width)]


def _knows(facts: BarFacts, width: int) -> Spans:
    if facts.session.snapshot_at is None:
        return clip((_ink(" every order this TWS login knows: "), _bold("not loaded yet")), width)
    live = _at_market(facts)
    counts = "  ".join(f"{name} {count}" for name, count in owner_counts(live))
    age = "" if facts.list_age is None else f"seen {facts.list_age:.1f} s ago "
    left = (_ink(" every order this TWS login knows: "), _bold(str(len(live))), _ink(f"   {counts}"))
    return spread(left, (_ink(age),), width) if total(left) + len(age) < width else clip(left, width)


def _at_market(facts: BarFacts) -> list[Order]:
    """What the cancel is for: a staged order was never transmitted and stays."""
    return [order for order in facts.orders if order.status is not Status.STAGED]


def owner_counts(orders: Iterable[Order]) -> list[tuple[str, int]]:
    """Orders by owner as `own`, `c7`, `manual`, in this order; `?` when the client is not known."""
    counts: Counter[tuple[int, int, str]] = Counter()
    for order in orders:
        if order.owner is Owner.OWN:
            counts[0, 0, "own"] += 1
        elif order.owner is Owner.MANUAL:
            counts[2, 0, "manual"] += 1
        else:
            client = order.client_id
            counts[1, client or 0, "?" if client is None else f"c{client}"] += 1
    return [(place[2], counts[place]) for place in sorted(counts)]


def _where(facts: BarFacts, width: int) -> Spans:
    live = _at_market(facts)
    accounts = sorted({order.account for order in live if order.account} or set(facts.session.accounts))
    symbols = sorted({order.instrument.symbol for order in live})
    left = f" accounts {' '.join(map(account_short, accounts)) or '-'}   symbols "
    return (_ink(left + _fit(symbols, width - len(left))),)


def _then(facts: BarFacts, width: int) -> Spans:
    session = facts.session
    if session.api_read_only:
        return clip(
            (_bold(" TWS is read-only: it will refuse this (321).  Untick Read-Only API, or cancel in TWS."),), width
        )
    if session.lamps.socket is Lamp.DOWN:
        return clip((_bold(" No link to TWS: entry freezes now, the cancel cannot leave.  Cancel in TWS too."),), width)
    staged = sum(order.status is Status.STAGED for order in facts.orders)
    tail = f"   {staged} staged {'stays' if staged == 1 else 'stay'}" if staged else ""
    return clip((_ink(f" then entry is frozen until released   positions stay open{tail}"),), width)


def _left(remaining: float, width: int) -> Spans:
    full = round(width * max(0.0, min(1.0, _fifths(remaining) / WINDOW)))
    return (_ink("━" * full), _ink("─" * (width - full)))


def _fifths(seconds: float) -> float:
    """Seconds in steps of 0.2: the clock moves five times a second at most."""
    return round(seconds * 5) / 5


def _fit(words: Sequence[str], room: int) -> str:
    """As many words as fit, then `+n`."""
    for shown in range(len(words), 0, -1):
        rest = len(words) - shown
        text = " ".join(words[:shown]) + (f" +{rest}" if rest else "")
        if len(text) <= room:
            return text
    return f"+{len(words)}" if words else "-"


def _ink(text: str) -> Span:
    return Span(text, INK, False)


def _bold(text: str) -> Span:
    return Span(text, INK, True)
