"""The rows of the ticket: labels, fields, notes and errors, the quote and what would become of the position. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tws_console.model.instrument import Instrument, SymbolMatch
from tws_console.model.position import Quote
from tws_console.model.ticket import Ticket
from tws_console.rules.hours import session_at
from tws_console.rules.risk import effect, notional
from tws_console.tui.draft import PRICES, TEXTS, Draft, number, summary, to_request
from tws_console.tui.form import Candidates, TicketForm
from tws_console.tui.views import formats
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.cells import width as total
from tws_console.tui.views.formats import clean, cut_end
from tws_console.tui.views.pieces import clip, key, line, spread, strong, value

LABELS = {
    "symbol": "Symbol",
    "side": "Side",
    "quantity": "Quantity",
    "type": "Type",
    "limit": "Limit",
    "stop": "Stop",
    "tif": "TIF",
    "hours": "Hours",
    "account": "Account",
    "send": "Send as",
}
LABEL_ROOM = 11
FIELD_ROOM = 15
NARROW = 60
"""Below this width notes say the same in fewer words."""
_SHORTER = {
    "buys at the limit or lower": "limit or lower",
    "sells at the limit or higher": "limit or higher",
    "ends with the session": "this session only",
    "at TWS, not transmitted": "not transmitted",
    "to the market, after a question": "to the market",
    "b bid  a ask  m mid  l last": "b a m l take it",
}
COMPACT = ("quantity", "type", "limit", "stop", "tif", "account", "send")


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What the ticket shows beside its fields. None is unknown."""

    now: datetime
    quote_age: float | None = None
    position: Decimal | None = None
    net_liquidation: Decimal | None = None
    looking_up: bool = False


def title_line(form: TicketForm, width: int, *, focused: bool, expanded: bool) -> Spans:
    """`▌ Ticket BUY  draft ──── 2 errors`."""
    side = form.draft.side
    count = len(form.shown_errors()) if expanded else 0
    right: Spans = (Span(f" {count} error{'' if count == 1 else 's'}", "danger"),) if count else ()
    if not expanded:
        right = (Span(" "), key("b"), Span(" / ", "muted"), key("s"))
    left = [
        Span("▌ " if focused else "─ ", "accent" if focused else "line"),
        Span("Ticket ", "strong", focused),
        Span(side, "up" if side == "BUY" else "down", focused),
        *([Span("  closes only", "accent")] if form.draft.reduce_only else []),
        Span("  draft " if form.edited else " ", "muted"),
    ]
    rule = max(0, width - total(left) - total(right) - 1)
    return spread((*left, Span("─" * rule, "line")), right, width)


def rows(form: TicketForm, facts: TicketFacts, width: int, *, focused: bool, expanded: bool) -> list[Spans]:
    """All rows below the title."""
    if form.offer is not None:
        return _offer(form.draft, form.offer)
    if not expanded and not form.draft.symbol:
        return [line(" ", key("b"), " buys, ", key("s"), " sells what the cursor is on")]
    if not expanded:
        head = _instrument_line(form.draft, width)
        return [head, *_fields(form, facts, width, False, COMPACT), (), *foot(form, facts, width)]
    shown = _fields(form, facts, width, focused, form.fields)
    if form.candidates is not None:
        return [shown[0], *_candidates(form.candidates, width)]
    return [*shown, *foot(form, facts, width)]


def field_at(form: TicketForm, row: int) -> str | None:
    """The field in a row below the title, for the mouse."""
    return form.fields[row] if 0 <= row < len(form.fields) else None


def _fields(form: TicketForm, facts: TicketFacts, width: int, focused: bool, names: tuple[str, ...]) -> list[Spans]:
    shown_errors = form.shown_errors()
    return [
        _field(form, facts, name, width, shown_errors.get(name, ""), focused and name == form.focus)
        for name in form.fields
        if name in names
    ]


def _field(form: TicketForm, facts: TicketFacts, name: str, width: int, error: str, here: bool) -> Spans:
    label = Span(f" {LABELS[name]:<{LABEL_ROOM - 1}}", "accent" if here else "muted", here)
    mark = Span("▌" if error else " ", "danger", False, "field")
    note = (Span(f"✗ {error}", "danger"),) if error else note_of(form.draft, facts, name, form.quote)
    if width < NARROW and not error:
        note = tuple(Span(_SHORTER.get(part.text, part.text), part.tone, part.bold) for part in note)
    return clip((label, mark, *box(form, name, here), Span(" "), *note), width)


def box(form: TicketForm, name: str, here: bool) -> Spans:
    """What stands in the field, with the cursor, and `▾` where there is a choice."""
    text = form.draft.text(name)
    room = FIELD_ROOM - 1
    if name not in TEXTS:
        shown = formats.account_short(text) if name == "account" and text else text or "-"
        tone = "accent_ink" if here else "warn" if text == "transmit" else "text"
        ground = "accent" if here else "field"
        word = Span(shown, tone, here, ground)
        return (word, Span(" " * (room - len(shown) - 2), "text", False, "field"), Span("▾ ", "muted", False, "field"))
    start = max(0, form.cursor - room + 1) if here else 0
    shown = text[start : start + room] if here else cut_end(text, room)
    if not here:
        return (Span(f"{shown:<{room}}", "text", False, "field"),)
    at = form.cursor - start
    padded = f"{shown:<{room}}"
    return (
        Span(padded[:at], "strong", True, "field"),
        Span(padded[at : at + 1], "accent_ink", False, "accent"),
        Span(padded[at + 1 :], "strong", True, "field"),
    )


def note_of(draft: Draft, facts: TicketFacts, name: str, quote: Quote | None) -> Spans:
    """What a field means in this ticket."""
    if name == "symbol":
        return _about_symbol(draft, facts)
    if name == "quantity":
        return _about_quantity(draft, facts, quote)
    if name in PRICES:
        return line(_about_price(draft, name, quote))
    if name == "tif":
        return line(_about_tif(draft, facts.now))
    if name == "hours":
        return line(_hours(draft, facts.now))
    return line(
        {
            "side": "f2 switches",
            "type": _about_type(draft),
            "account": formats.clean(draft.account),
            "send": "at TWS, not transmitted" if draft.send == "staged" else "to the market, after a question",
        }[name]
    )


def _about_symbol(draft: Draft, facts: TicketFacts) -> Spans:
    if facts.looking_up:
        return line("asking TWS …")
    instrument = draft.instrument
    if instrument is None:
        return line("tab looks it up" if draft.symbol else "AAPL, EUR.USD, ES DEC26")
    return (value(clean(instrument.long_name) or instrument.name), *line(f"  {describe(instrument)}"))


def describe(instrument: Instrument) -> str:
    """`STK NASDAQ  USD  conId 265598`."""
    where = clean(instrument.primary_exch or instrument.exchange)
    return f"{instrument.sec_type} {where}  {instrument.currency}  conId {instrument.con_id}"


def _about_quantity(draft: Draft, facts: TicketFacts, quote: Quote | None) -> Spans:
    ticket = ticket_of(draft)
    money = None if ticket is None else notional(ticket, quote)
    if money is None or draft.instrument is None:
        return ()
    share = ""
    if facts.net_liquidation is not None and facts.net_liquidation > 0:
        share = f"  {formats.percent(money / facts.net_liquidation)}"
    return line(f"{formats.money(money)} {draft.instrument.currency}{share}")


def ticket_of(draft: Draft) -> Ticket | None:
    """A ticket for looking at: None while the draft is not complete."""
    if draft.instrument is None:
        return None
    accounts = (draft.account,) if draft.account else ()
    request = to_request(draft, accounts)
    return None if isinstance(request, dict) else Ticket(request, draft.instrument, draft.account, draft.reduce_only)


def _about_type(draft: Draft) -> str:
    buys = draft.side == "BUY"
    return {
        "LMT": "buys at the limit or lower" if buys else "sells at the limit or higher",
        "MKT": "buys at any price" if buys else "sells at any price",
        "STP": f"{'buys' if buys else 'sells'} at any price once the stop trades",
        "STP LMT": f"{'buys' if buys else 'sells'} at the limit once the stop trades",
    }.get(draft.type, "")


def _about_price(draft: Draft, name: str, quote: Quote | None) -> str:
    price = draft.price(name)
    if quote is None or price is None:
        return "b bid  a ask  m mid  l last" if not draft.text(name) else ""
    named = {quote.bid: "at the bid", quote.ask: "at the ask", quote.last: "at the last"}
    if price in named:
        return named[price]
    side, word = (quote.ask, "ask") if draft.side == "BUY" else (quote.bid, "bid")
    if not side:
        return ""
    return f"{formats.percent((price - side) / abs(side), signed=True)} from the {word}"


def _about_tif(draft: Draft, now: datetime) -> str:
    if draft.tif == "GTC":
        return "until cancelled"
    if draft.tif == "IOC":
        return "fills at once, the rest ends"
    closes = None
    if draft.instrument is not None:
        closes = session_at(draft.instrument, now, outside_rth=draft.hours == "outside").closes
    return "ends with the session" if closes is None else f"ends {closes.astimezone(formats.EXCHANGE_TIME):%H:%M} ET"


def _hours(draft: Draft, now: datetime) -> str:
    outside = draft.hours == "outside"
    if draft.instrument is None:
        return "also before and after" if outside else "regular session only"
    return session_at(draft.instrument, now, outside_rth=outside).words


def foot(form: TicketForm, facts: TicketFacts, width: int) -> list[Spans]:
    """The quote, and what would become of the position."""
    return [
        clip(quote_line(form.draft, form.quote, facts.quote_age), width),
        clip(position_line(form.draft, facts), width),
    ]


def quote_line(draft: Draft, quote: Quote | None, age: float | None) -> Spans:
    """`bid 187.48 x 300  ask 187.52 x 500  last 187.50  L 0s`."""
    if draft.instrument is None:
        return ()
    if quote is None:
        return line(" bid ", value("?"), "  ask ", value("?"), "  last ", value("?"))
    tick = draft.instrument.min_tick
    parts: list[Span | str] = []
    for name, price, size in (("bid", quote.bid, quote.bid_size), ("ask", quote.ask, quote.ask_size)):
        parts += [f" {name} ", _price(price, tick), f" x {formats.quantity(size)} "]
    parts += [" last ", _price(quote.last, tick)]
    if quote.problem:
        return line(*parts, Span(f"  {clean(quote.problem)}", "warn"))
    return line(*parts, "  ", Span(quote.tag or "?", "up" if quote.tag == "L" else "warn"), f" {formats.age(age)}")


def _price(price: Decimal | None, tick: Decimal | None) -> Span:
    return Span(formats.price(price, tick), "text" if price is not None else "warn", price is not None)


def position_line(draft: Draft, facts: TicketFacts) -> Spans:
    """`position +300 → +400  adding`."""
    if draft.instrument is None:
        return ()
    held = facts.position
    quantity = number("quantity", draft.quantity)
    now = formats.quantity(held, signed=True)
    if quantity is None or quantity <= 0:
        return line(" position ", value(now))
    signed = quantity if draft.side == "BUY" else -quantity
    what = effect(held, signed)
    after = formats.quantity(None if held is None else held + signed, signed=True)
    tone = "warn" if what in {"flipping", "unknown"} else "muted"
    return line(
        " position ", value(f"{now} → {after}"), Span(f"  {effect_words(what, held, signed)}", tone, what == "flipping")
    )


def effect_words(what: str, held: Decimal | None, signed: Decimal) -> str:
    """The effect on a position, loudly where it turns round."""
    after = None if held is None else held + signed
    if what == "flipping" and after is not None:
        return f"FLIPS to {'long' if after > 0 else 'short'}"
    if what == "opening":
        return "opening" if signed > 0 else "opening short"
    return "not known" if what == "unknown" else what


def _instrument_line(draft: Draft, width: int) -> Spans:
    if draft.instrument is None:
        return line(f" {draft.symbol}")
    instrument = draft.instrument
    words = (
        f" {clean(instrument.long_name)}  {instrument.sec_type} {clean(instrument.primary_exch)}  {instrument.currency}"
    )
    return clip((Span(" "), strong(instrument.name), *line(words)), width)


def _candidates(shown: Candidates, width: int) -> list[Spans]:
    found = [clip((Span(f" {shown.note}", "warn"),), width)]
    for number_, item in enumerate(shown.items):
        here = number_ == shown.chosen
        found.append(
            tuple(Span(part.text, part.tone, part.bold, "cursor" if here else "") for part in _item(item, here, width))
        )
    return [
        *found,
        clip(
            (Span(" "), key("up dn"), *line(" choose  "), key("enter"), *line(" take  "), key("esc"), *line(" back")),
            width,
        ),
    ]


def _item(item: Instrument | SymbolMatch, here: bool, width: int) -> Spans:
    if isinstance(item, Instrument):
        name, about = item.name, describe(item)
        words = clean(item.long_name)
    else:
        name, words = item.symbol, clean(item.description)
        about = f"{item.sec_type} {clean(item.primary_exch)}  {item.currency}  conId {item.con_id}"
    parts = (Span("▌ " if here else "  ", "accent"), strong(f"{clean(name):<10} "), *line(f"{about}  "), value(words))
    cut = clip(parts, width - 1)
    return (*cut, Span(" " * (width - total(cut))))


def _offer(kept: Draft, new: Draft) -> list[Spans]:
    return [
        (),
        line(" A draft is kept: ", strong(summary(kept))),
        (),
        line(" ", key("enter"), value(" go on with it")),
        line(" ", key("n    "), value(f" new ticket: {new.side} {new.symbol or '?'}")),
        line(" ", key("esc  "), value(" back")),
    ]
