"""The rows of a change to a live order: old and new beside each other, then what the change means. Pure.

Imports model, rules and views only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from tws_console.model.order import Order
from tws_console.model.position import Quote
from tws_console.rules.amend import Change
from tws_console.rules.risk import effect
from tws_console.tui.amend_form import AmendForm
from tws_console.tui.draft import PRICES
from tws_console.tui.views import formats
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.confirm import labelled
from tws_console.tui.views.formats import clean
from tws_console.tui.views.pieces import clip, line, strong, value, wrap
from tws_console.tui.views.ticket import LABELS, TicketFacts, box, effect_words, note_of, quote_line

_NOW_ROOM = 13
_NAMES = {"quantity": "Quantity", "limit_price": "Limit", "aux_price": "Stop", "tif": "TIF"}


def edit_rows(form: AmendForm, now: datetime, quote_age: float | None, width: int) -> list[Spans]:
    """One row a field: what it is now, what it is to be, what that means or why it cannot be."""
    heads = line(f"{'':<10}{'now':>{_NOW_ROOM}}    new")
    rows = [_field(form, now, name, width) for name in form.fields]
    told = form.said or form.shown_errors().get(form.focus, "")
    below = [(Span(text, "danger"),) for text in wrap(told, width)] if told else [()]
    return [heads, *rows, *below, clip(quote_line(form.draft, form.quote, quote_age), width)]


def _field(form: AmendForm, now: datetime, name: str, width: int) -> Spans:
    here, error = name == form.focus, form.shown_errors().get(name, "")
    label = Span(f"{LABELS[name]:<10}", "accent" if here else "muted", here)
    old = line(f"{_plain(form.start.text(name)):>{_NOW_ROOM}} ", Span("→" if form.changed(name) else " "), " ")
    mark = Span("▌" if error else " ", "danger", False, "field")
    note = (Span(f"✗ {error}", "danger"),) if error else _note(form, now, name)
    return clip((label, *old, mark, *box(form, name, here), Span(" "), *note), width)


def _plain(text: str) -> str:
    return text or "-"


def _note(form: AmendForm, now: datetime, name: str) -> Spans:
    if name != "quantity":
        return note_of(form.draft, TicketFacts(now), name, form.quote) if name in PRICES or form.changed(name) else ()
    wanted, filled = form.wish.quantity or form.order.quantity, form.order.filled or Decimal(0)
    if wanted is None or not filled:
        return ()
    return line(f"{formats.quantity(filled)} filled, {formats.quantity(wanted - filled)} left")


def change_rows(order: Order, wanted: Sequence[Change]) -> list[Spans]:
    """`Limit  187.50 → 187.40`, one row a term that is sent."""
    tick = order.instrument.min_tick
    rows = []
    for one in wanted:
        shown = [
            formats.price(term, tick) if one.field.endswith("price") else formats.quantity(term)
            for term in (one.old, one.new)
            if isinstance(term, Decimal)
        ] or [str(one.old), str(one.new)]
        rows.append(labelled(_NAMES[one.field], line(shown[0], " → ", strong(shown[-1]))))
    return rows


def meaning_rows(
    order: Order, left: Decimal, quote: Quote | None, position: Decimal | None, children: int
) -> list[Spans]:
    """What can still fill as the order would stand (`left` has a sign: sells are negative), and what it would do."""
    after = None if position is None else position + left
    what = effect(position, left)
    moves = f"{formats.quantity(position, signed=True)} → {formats.quantity(after, signed=True)}"
    words = effect_words(what, position, left)
    loud = what in {"flipping", "unknown"}
    rows = [
        labelled("Left", line(value(formats.quantity(abs(left))), " can fill after it")),
        labelled("Position", (value(moves), Span(f"   {words}", "warn" if loud else "muted", what == "flipping"))),
        labelled("Quote", _quote(order, quote)),
    ]
    if children:
        family = "its child stays as it is" if children == 1 else f"its {children} children stay as they are"
        rows.append(labelled("Bracket", (Span(family, "warn"),)))
    return [*rows, labelled("Until then", line("it can fill on its old terms"))]


def _quote(order: Order, quote: Quote | None) -> Spans:
    if quote is None or (quote.bid is None and quote.ask is None):
        why = "" if quote is None or not quote.problem else f": {clean(quote.problem)}"
        return (Span(f"bid ?  ask ?   no quote{why}", "warn"),)
    tick = order.instrument.min_tick
    return line("bid ", value(formats.price(quote.bid, tick)), "  ask ", value(formats.price(quote.ask, tick)))
