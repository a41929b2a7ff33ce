"""Pane titles, selection lines, messages and the texts of empty panes. Pure: model in, spans out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tws_console.model.code_table import Severity
from tws_console.model.codes import explain
from tws_console.model.ids import Owner
from tws_console.model.notice import Notice, Tone
from tws_console.model.order import PROBLEMS, Order
from tws_console.model.position import Position
from tws_console.model.session import SessionState
from tws_console.tui.views import formats, status
from tws_console.tui.views.cells import Span, Spans, width
from tws_console.tui.views.lines import Item, cut, fitting, joined
from tws_console.tui.views.orders import owner_text
from tws_console.tui.views.pieces import wrap

NOTICE_GLYPHS = {
    Tone.INFO: ("·", "text"),
    Tone.GOOD: ("✓", "up"),
    Tone.NOTE: ("▲", "text"),
    Tone.WARN: ("!", "warn"),
    Tone.BAD: ("✗", "danger"),
}


@dataclass(frozen=True, slots=True)
class Title:
    """The words of a pane's title line: name and count first, details that may yield, marks and problems stay."""

    name: str
    count: int | None = None
    details: tuple[Span, ...] = ()
    problems: int = 0
    right: str = ""
    marked: int = 0


def _owner_rank(order: Order) -> tuple[int, int]:
    ranks = {Owner.OWN: 0, Owner.FOREIGN: 1, Owner.MANUAL: 2}
    return ranks[order.owner], order.client_id or 0


def order_title(orders: Sequence[Order], state: SessionState, monotonic: float, marked: int = 0) -> Title:
    """`Orders 15  own 7  c7 3  manual 2  2 marked  !4`, or how many are stale and since when. Gone orders are not
    counted.
    """
    live = [order for order in orders if order.live]
    stale = sum(order.stale for order in orders)
    problems = sum(order.status in PROBLEMS for order in orders)
    if stale:
        age = status.list_age(state, monotonic)
        full = f"last full list {formats.age(age)} ago" if age is not None else "no full list yet"
        return Title("Orders", len(live), (Span(f"{stale} stale", "warn"), Span(full, "warn")), problems, marked=marked)
    owners = Counter((owner_text(order), _owner_rank(order)) for order in live)
    parts = sorted(owners.items(), key=lambda item: item[0][1])
    details = [Span(f"{name} {n}", "muted") for (name, _), n in parts]
    if len(live) < len(orders):
        details.append(Span(f"{len(orders) - len(live)} gone", "warn"))
    return Title("Orders", len(live), tuple(details), problems, marked=marked)


def position_title(positions: Sequence[Position], state: SessionState, old: int, *, grouped: bool = False) -> Title:
    """`Positions 10  2 accounts  1 stale`."""
    words = "grouped by account" if grouped else f"{len(state.accounts)} accounts"
    details = [Span(words, "muted")] if len(state.accounts) > 1 else []
    if old:
        details.append(Span(f"{old} stale", "warn"))
    return Title("Positions", len(positions), tuple(details))


def order_selection(order: Order, can: Spans, family: int, room: int) -> Spans:
    """Who the row is and what can be done to it, in one line."""
    number = f"#{order.perm_id}" if order.perm_id else "no permId yet"
    ids = f"{order.client_id}/{order.order_id}" if order.order_id else ""
    own = order.owner is Owner.OWN
    owner = Span(f"own {ids}" if own else owner_text(order), "text" if own else "foreign")
    done = ""
    if order.filled and order.quantity is not None:
        average = "" if order.avg_fill_price is None else f" at {formats.average(order.avg_fill_price)}"
        done = f"{formats.quantity(order.filled)} of {formats.quantity(order.quantity)}{average}"
    items = (
        Item((Span("└ ", "line"), Span(formats.clean(order.instrument.name), "strong", True)), 0, 0),
        Item((Span(number, "muted"),), 2, 1),
        Item((owner,), 4),
        Item((Span(done, "text"),) if done else (), 3),
        Item((Span(f"bracket of {family + 1}", "muted"),) if family else (), 6),
        Item(can, 1, 3),
    )
    kept = fitting(items, room - 1)
    if items[-1] not in kept and can:
        left = joined(kept[:1])
        return cut((*left, Span("  "), *can), room - 1)
    return joined(kept)


def order_details(order: Order, room: int, now_age: str) -> Spans:
    """The first of the two lines about an order on its own page."""
    price = formats.price(order.limit_price if order.limit_price is not None else order.aux_price)
    head = f"{order.instrument.name} {order.action} {formats.quantity(order.remaining)}"
    number = f"#{order.perm_id}" if order.perm_id else "no permId yet"
    owner = {Owner.OWN: "own", Owner.MANUAL: "entered by hand in TWS"}.get(order.owner, "another client")
    where = f"client {order.client_id}, order {order.order_id}" if order.order_id else ""
    items = (
        Item((Span(formats.clean(head), "strong", True),), 0, 2),
        Item((Span(number, "muted"),), 1, 1),
        Item((Span(owner, "text" if order.owner is Owner.OWN else "foreign"),), 2),
        Item((Span(where, "muted"),), 3) if where else Item((), 3),
        Item((Span(f"at {price}", "muted"),), 5) if price != "?" else Item((), 5),
        Item((Span(formats.clean(order.reason), "muted"),), 4) if order.reason else Item((), 4),
        Item((Span(f"account {formats.account_short(order.account)}", "muted"),), 6),
        Item((Span(now_age, "muted"),), 7),
    )
    return joined(fitting(items, room - 1))


def position_details(held: Position, cover: str, room: int) -> Spans:
    """`ES DEC26 -2 x50, average 5921.13, last 5908.75  covered: full`."""
    tick = held.instrument.min_tick
    factor = held.instrument.factor
    times = f" x{factor:f}" if factor != 1 else ""
    numbers = f"average {formats.average(held.average_price, tick)}, last {formats.price(held.market_price, tick)}"
    words = {"none": "no stop covers it", "part": "a stop covers a part of it", "full": "covered by a stop"}.get(
        cover, ""
    )
    name = formats.clean(held.instrument.name)
    head = Span(f"{name} {formats.quantity(held.quantity, signed=True)}{times}", "strong", True)
    items = (
        Item((head,), 0, 2),
        Item((Span(numbers, "text"),), 1),
        Item((Span(words, "warn" if cover in {"none", "part"} else "muted"),) if words else (), 2),
        Item((Span(formats.clean(held.instrument.long_name), "muted"),), 3)
        if held.instrument.long_name
        else Item((), 3),
        Item((Span(f"account {formats.account_short(held.account)}", "muted"),), 4),
    )
    return joined(fitting(items, room - 1))


def is_quiet(notice: Notice) -> bool:
    """A farm that is fine: worth a line in the log, never the attention of the message line."""
    return notice.tone is Tone.NOTE and notice.code is not None and explain(notice.code).severity is Severity.INFO


def newest(notices: Sequence[Notice]) -> Notice | None:
    """What the message line shows: the newest that is not quiet, None when there is none."""
    return next((notice for notice in reversed(notices) if not is_quiet(notice)), None)


def notice_line(notice: Notice, room: int) -> Spans:
    """`09:12:35 ! text`, shortened at its end."""
    glyph, tone = ("·", "muted") if is_quiet(notice) else NOTICE_GLYPHS[notice.tone]
    head = Span(f" {formats.clock(notice.at)} ", "muted")
    return cut((head, Span(f"{glyph} ", tone, True), Span(formats.clean(notice.text), tone)), room - 1)


def notice_lines(notice: Notice, room: int) -> list[Spans]:
    """The whole text, its further lines below its first: a refusal's reason is worth more than the line it takes."""
    (head, glyph, first) = notice_line(notice, len(notice.text) + 40)
    indent = width((head, glyph))
    texts = wrap(first.text, max(20, room - 1 - indent)) or [""]
    below = [(Span(" " * indent), Span(text, first.tone)) for text in texts[1:]]
    return [(head, glyph, Span(texts[0], first.tone)), *below]


def no_orders(state: SessionState, monotonic: float) -> tuple[Spans, ...]:
    """What an empty orders table says."""
    seconds = status.list_age(state, monotonic)
    if seconds is None:
        return ((Span("No full list of orders yet.", "strong", True), Span("  Orders may be open.", "muted")),)
    age = formats.list_age(seconds)
    first = (
        Span("No open orders at any client.", "strong", True),
        Span(f"  Full list {age[:-1]} {age[-1]} ago.", "muted"),
    )
    keys = (Span("b", "accent", True), Span(" buy   ", "muted"), Span("s", "accent", True), Span(" sell", "muted"))
    return first, keys


def no_positions(loaded: bool, state: SessionState) -> tuple[Spans, ...]:
    """What an empty positions table says."""
    if not loaded:
        return ((Span("Positions not loaded yet.", "strong", True),),)
    n = len(state.accounts)
    where = f" in {n} accounts" if n > 1 else ""
    return ((Span(f"No positions{where}.", "strong", True),),)
