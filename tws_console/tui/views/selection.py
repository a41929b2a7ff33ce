"""The lines about the row under the cursor: who it is, and what can be done to it by which key.

Pure; imports model, rules and views.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tws_console.model.order import Order, Status
from tws_console.model.position import Position, Quote
from tws_console.rules.capability import CANCEL, MODIFY, TAKEOVER, Capability, capability
from tws_console.rules.takeover import attach_id
from tws_console.tui.views import formats, titles
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.lines import WIDE_GAPS_FROM, cut
from tws_console.tui.views.orders import children_of


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides what can be done to an order, besides the order."""

    orders: Sequence[Order]
    client_id: int
    read_only_api: bool
    link_up: bool
    now: datetime
    marked: int = 0
    """Marked rows: while there are any, the keys that cancel act on these and not on the row under the cursor."""

    def capability(self, order: Order) -> Capability:
        """What works on this order from here."""
        return capability(
            order,
            own_client_id=self.client_id,
            read_only_api=self.read_only_api,
            link_up=self.link_up,
            others=sum(other.key != order.key and other.live for other in self.orders),
        )


def what_can(order: Order, facts: Facts, *, short: bool = False) -> Spans:
    """`can: m modify  c cancel with 2 children`, or why not; of marked rows what the key does to them."""
    if facts.marked:
        them = "the marked order" if facts.marked == 1 else f"the {facts.marked} marked orders"
        keys = (Span("c", "accent", True), Span(f" cancel {them}", "text"))
        return (*keys, Span(" · ", "muted"), Span("esc", "accent", True), Span(" clears marks", "text"))
    found = facts.capability(order)
    if CANCEL in found.can or TAKEOVER in found.can:
        children = children_of(order, facts.orders)
        joined = "+" if short else "with "
        more = "" if not children else f" {joined}{children} {'child' if children == 1 else 'children'}"
        way = f" by takeover of client {attach_id(order)}" if TAKEOVER in found.can else ""
        ends = sum(one.status is not Status.STAGED for one in facts.orders)
        stop = f" · ^G ends all {ends}" if way else ""
        modify = (Span("m", "accent", True), Span(" modify  ", "text")) if MODIFY in found.can else ()
        return (
            *(Span("can: ", "muted"), *modify, Span("c", "accent", True)),
            *stop_words(f" cancel{more}{way}{stop}"),
        )
    if not facts.link_up:
        return Span("cannot act: ", "warn", True), *stop_words(found.why)
    return stop_words(found.why)


def stop_words(text: str) -> Spans:
    """A sentence in which the stop key stands out."""
    head, mark, tail = formats.clean(text).partition("^G")
    return (Span(head, "text"), Span(mark, "danger", True), Span(tail, "text")) if mark else (Span(head, "text"),)


def order_line(order: Order, facts: Facts, room: int) -> Spans:
    """One line about an order."""
    can = what_can(order, facts, short=room < WIDE_GAPS_FROM)
    return titles.order_selection(order, can, children_of(order, facts.orders), room)


def order_lines(order: Order, facts: Facts, room: int) -> tuple[Spans, ...]:
    """Two lines about an order, for its own page."""
    seen = formats.since(order.seen_at, facts.now)
    confirmed = f"last confirmed {seen} ago" if order.seen_at else "never confirmed"
    return titles.order_details(order, room, confirmed), cut((Span("  "), *what_can(order, facts)), room - 1)


def position_lines(held: Position, cover: str, quote: Quote | None, room: int) -> tuple[Spans, ...]:
    """Two lines about a position; the second says why there is no price."""
    first = titles.position_details(held, cover, room)
    if held.market_price is not None or not held.quantity:
        return first, ()
    why = formats.clean(quote.problem) if quote is not None and quote.problem else "none was sent"
    name = formats.clean(held.instrument.name)
    words = f"  {name}: no price, {why}; the account's sums with it are not known."
    return first, cut((Span(words, "warn"),), room - 1)
