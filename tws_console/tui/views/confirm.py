"""The rows of the question before an order is sent. Pure: all it says is in ConfirmFacts; imports model and rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tws_console.model.order import Order
from tws_console.model.position import Quote
from tws_console.model.problems import ErrorCode
from tws_console.model.session import Mode
from tws_console.model.ticket import Ticket
from tws_console.model.verdict import Level, Verdict, WhatIf
from tws_console.rules.hours import session_at
from tws_console.rules.risk import Friction, effect, market_price, notional
from tws_console.tui.views import formats
from tws_console.tui.views.cells import Span, Spans
from tws_console.tui.views.formats import clean
from tws_console.tui.views.pieces import line, strong, value, wrap
from tws_console.tui.views.sentences import what_happens
from tws_console.tui.views.ticket import describe, effect_words

LABEL_ROOM = 12


@dataclass(frozen=True, slots=True)
class ConfirmFacts:
    """One moment of the question. `what_if` is None while TWS is asked, for `waited` seconds of `patience` so far."""

    ticket: Ticket
    mode: Mode
    now: datetime
    verdicts: tuple[Verdict, ...]
    friction: Friction
    quote: Quote | None = None
    quote_age: float | None = None
    position: Decimal | None = None
    net_liquidation: Decimal | None = None
    what_if: WhatIf | None = None
    waited: float = 0.0
    patience: float = 4.0
    asked: bool = True
    """False when there is no point in asking TWS: our own rules refuse."""
    others: tuple[Order, ...] = ()
    moved: str = ""


def title(facts: ConfirmFacts) -> Spans:
    """`Send this order?  2 warnings`, or `refused`."""
    if facts.friction is Friction.REFUSED:
        return (strong("Send this order?"), Span("  refused", "danger", True))
    warnings = sum(verdict.level is Level.WARN for verdict in facts.verdicts)
    question = "Send this order?" if facts.ticket.request.transmit else "Stage this order?"
    tail = (Span(f"  {warnings} warning{'' if warnings == 1 else 's'}", "warn", True),) if warnings else ()
    return (strong(question), *tail)


def body(facts: ConfirmFacts, width: int, room: int) -> list[Spans]:
    """All rows above the answers in at most `room` rows: blank ones yield first, then checks are counted together."""
    head = [order_line(facts), *_sentences(facts, width)]
    about = [
        labelled("Contract", _contract(facts)),
        labelled("Price", _price(facts)),
        labelled("Notional", _notional(facts)),
        labelled("Position", _position(facts)),
        *[labelled(name, spans) for name, spans in _preview(facts)],
        labelled("Session", _session(facts)),
        *_others(facts),
    ]
    fixed = len(head) + len(about)
    checks = check_rows(facts.verdicts, width, max(2, room - fixed))
    blanks = room - fixed - len(checks)
    rows: list[Spans] = [()] if blanks > 3 else []
    rows += [*head, *([()] if blanks > 0 else []), *about, *([()] if blanks > 1 else []), *checks]
    return [*rows, ()] if blanks > 2 else rows


def labelled(name: str, spans: Sequence[Span]) -> Spans:
    """A fact behind its name."""
    return (Span(f"{name:<{LABEL_ROOM}}", "muted"), *spans)


def order_line(facts: ConfirmFacts) -> Spans:
    """`BUY 100 AAPL  limit 187.30  DAY, regular hours only  DU…4567`."""
    ticket, request = facts.ticket, facts.ticket.request
    tone = "up" if request.action == "BUY" else "down"
    parts: list[Span | str] = [
        Span(f"{request.action} {formats.quantity(request.quantity)} {clean(ticket.instrument.name)}", tone, True)
    ]
    tick = ticket.instrument.min_tick
    if request.order_type == "MKT":
        parts += ["  ", strong("market")]
    if request.aux_price is not None:
        parts += ["  stop ", strong(formats.price(request.aux_price, tick))]
    if request.limit_price is not None:
        parts += ["  limit ", strong(formats.price(request.limit_price, tick))]
    hours = "outside hours too" if request.outside_rth else "regular hours only"
    account = clean(ticket.account) if facts.mode is Mode.LIVE else formats.account_short(ticket.account)
    return line(*parts, "  ", value(f"{request.tif}, {hours}"), f"  {account}")


def _sentences(facts: ConfirmFacts, width: int) -> list[Spans]:
    words = [what_happens(facts.ticket, facts.quote)]
    what = _effect(facts)
    if what == "flipping":
        words.append(
            "It would turn a long into a short." if (facts.position or 0) > 0 else "It would turn a short into a long."
        )
    if facts.friction is Friction.REFUSED:
        words.append("Cannot be sent as it is.")
    elif not facts.ticket.request.transmit:
        words.append("Staged at TWS, not transmitted.")
    rows = [line(text) for text in wrap(" ".join(words), width)]
    if facts.moved:
        rows += [(Span(text, "warn", True),) for text in wrap(f"Asked again: {clean(facts.moved)}", width)]
    return rows


def _effect(facts: ConfirmFacts) -> str:
    return effect(facts.position, facts.ticket.signed_quantity)


def _contract(facts: ConfirmFacts) -> Spans:
    instrument = facts.ticket.instrument
    via = f"{instrument.exchange}/" if instrument.exchange and instrument.exchange != instrument.primary_exch else ""
    rest = describe(instrument).removeprefix(f"{instrument.sec_type} ")
    route = via if instrument.primary_exch else ""
    return (value(f"{clean(instrument.long_name) or instrument.name}  {instrument.sec_type}  {route}{rest}"),)


def _price(facts: ConfirmFacts) -> Spans:
    ticket, quote = facts.ticket, facts.quote
    tick = ticket.instrument.min_tick
    price = ticket.price
    parts: list[Span | str] = [value(formats.price(price, tick) if price is not None else "MKT", bold=True)]
    if quote is None or (quote.bid is None and quote.ask is None and quote.last is None):
        why = "" if quote is None or not quote.problem else f": {clean(quote.problem)}"
        return line(*parts, Span(f"   bid ?  ask ?   no quote{why}", "warn"))
    parts += [f"  bid {formats.price(quote.bid, tick)}  ask {formats.price(quote.ask, tick)}"]
    market = market_price(ticket.request.action, quote)
    if price is not None and market:
        parts += [
            "  ",
            value(formats.percent((price - market) / abs(market), signed=True)),
            *_ticks(facts, price - market),
        ]
    tag = Span(quote.tag or "?", "muted" if quote.tag == "L" else "warn")
    age = (
        "?"
        if facts.quote_age is None
        else f"{facts.quote_age:.1f}s"
        if facts.quote_age < 10
        else formats.age(facts.quote_age)
    )
    return line(*parts, "  ", tag, f" {age}")


def _ticks(facts: ConfirmFacts, difference: Decimal) -> list[Span | str]:
    step = facts.ticket.instrument.min_tick
    if not step:
        return []
    count = (difference / step).to_integral_value()
    return ["  ", value(f"{count:+f} tick{'' if abs(count) == 1 else 's'}" if count else "0 ticks")]


def _notional(facts: ConfirmFacts) -> Spans:
    money = notional(facts.ticket, facts.quote)
    if money is None:
        return (Span("?", "warn"), *line("   no price"))
    guess = "~" if facts.ticket.request.order_type in {"MKT", "STP"} else ""
    worth = facts.net_liquidation
    share = f"   {formats.percent(money / worth)} of net liq" if worth is not None and worth > 0 else "   net liq ?"
    return line(value(f"{guess}{money:,.2f} {facts.ticket.instrument.currency}"), share)


def _position(facts: ConfirmFacts) -> Spans:
    held, signed = facts.position, facts.ticket.signed_quantity
    what = _effect(facts)
    before = formats.quantity(held, signed=True)
    after = formats.quantity(None if held is None else held + signed, signed=True)
    words = effect_words(what, held, signed)
    if what in {"flipping", "unknown"} or words == "opening short":
        return (Span(f"{before} → {after}   {words}", "warn", True),)
    return line(value(f"{before} → {after}"), f"   {words}")


def _preview(facts: ConfirmFacts) -> list[tuple[str, Spans]]:
    """Margin and commission as TWS previews them."""
    shown = facts.what_if
    if not facts.asked:
        return [("Margin", line("not asked")), ("Commission", line("not asked"))]
    if shown is None:
        waiting = f"waiting for TWS  {facts.waited:.1f} s of {facts.patience:.0f} s"
        return [("Margin", (Span(waiting, "warn"),)), ("Commission", line(value("?"), "   comes with the what-if"))]
    if shown.unavailable:
        return [("Margin", (Span(f"unavailable: {clean(shown.unavailable)}", "warn"),)), ("Commission", (value("?"),))]
    margin = f"init {_change(shown.init_margin_change)}  maint {_change(shown.maint_margin_change)}"
    excess = ""
    if shown.equity_after is not None and shown.init_margin_after is not None:
        excess = f"  excess after {formats.money(shown.equity_after - shown.init_margin_after)}"
    answered = "" if shown.elapsed_ms is None else f"   what-if answered in {shown.elapsed_ms:.0f} ms"
    rows = [("Margin", line(value(margin), excess)), ("Commission", line(value(_commission(shown)), answered))]
    if shown.warning:
        rows.append(("TWS says", (Span(clean(shown.warning), "warn"),)))
    return rows


def _change(amount: Decimal | None) -> str:
    return "?" if amount is None else f"{amount:+,.2f}"


def _commission(shown: WhatIf) -> str:
    if shown.commission is not None:
        return f"{shown.commission:,.2f} {shown.commission_currency}"
    if shown.min_commission is not None and shown.max_commission is not None:
        return f"{shown.min_commission:,.2f} to {shown.max_commission:,.2f} {shown.commission_currency}"
    return "?"


def _session(facts: ConfirmFacts) -> Spans:
    request = facts.ticket.request
    session = session_at(facts.ticket.instrument, facts.now, outside_rth=request.outside_rth)
    if session.open is False and request.tif != "IOC":
        return (value(f"{session.words}: held until then"),)
    return (Span(session.words, "text" if session.open is not None else "warn"),)


def _others(facts: ConfirmFacts) -> list[Spans]:
    """Live orders in the instrument, whoever they belong to; those that this one could trade with are marked."""
    found: list[Spans] = []
    warned = any(v.code == ErrorCode.SELF_CROSS and v.level is not Level.PASS for v in facts.verdicts)
    for order in facts.others[:2]:
        crosses = order.action != facts.ticket.request.action
        owner = order.owner.value if order.owner.value != "foreign" else f"c{order.client_id}"
        price = order.limit_price if order.limit_price is not None else order.aux_price
        at = f" at {formats.price(price, order.instrument.min_tick)}" if price is not None else " market"
        words = f"{owner} {order.action} {formats.quantity(order.remaining)}{at}"
        more = f"   +{len(facts.others) - 2} more" if len(facts.others) > 2 and order is facts.others[1] else ""
        tail = f"   {_side_word(crosses, warned)}{more}"
        found.append(labelled("Others" if not found else "", line(value(words), tail)))
    return found


def _side_word(crosses: bool, warned: bool) -> str:
    if not crosses:
        return "same side, no cross"
    return "the other side: see checks" if warned else "the other side, no cross"


def check_rows(verdicts: Sequence[Verdict], width: int, room: int) -> list[Spans]:
    """What blocks, what warns, how many passed."""
    told = sorted((v for v in verdicts if v.level is not Level.PASS), key=lambda v: v.level is Level.WARN)
    passed = (Span(f"✓ {len(verdicts) - len(told)} passed", "up", not told),)
    rows: list[Spans] = []
    for number, verdict in enumerate(told):
        lines = _check(verdict, width - LABEL_ROOM)
        if len(rows) + len(lines) + 1 > room and rows:
            rows[-1] = (*rows[-1], Span(f"  +{len(told) - number} more", "warn", True))
            break
        rows += lines
    rows.append(passed)
    return [labelled("Checks" if number == 0 else "", spans) for number, spans in enumerate(rows)]


def _check(verdict: Verdict, width: int) -> list[Spans]:
    blocks = verdict.level is Level.BLOCK
    tone = "danger" if blocks else "warn"
    head = (Span(f"{'✗' if blocks else '!'} {verdict.rule}", tone, True), Span(f"  {verdict.code}  ", "text"))
    used = sum(len(part.text) for part in head)
    first, *more = wrap(clean(verdict.msg), max(20, width - used)) or [""]
    return [(*head, value(first)), *[(Span("  "), value(text)) for text in more]]
