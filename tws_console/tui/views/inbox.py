"""The page of intents without a known fate: rows, evidence, three choices. Pure; imports model and views only."""

from __future__ import annotations

from datetime import datetime

from tws_console.model.intent import Intent, IntentKind, IntentState
from tws_console.model.recovery import Unresolved
from tws_console.tui.views import formats
from tws_console.tui.views.cells import Row, Span, Spans, cell
from tws_console.tui.views.columns import Align, Column, Cut
from tws_console.tui.views.formats import clean
from tws_console.tui.views.lines import ruled
from tws_console.tui.views.pieces import key, line, value, wrap
from tws_console.tui.views.titles import Title

COLUMNS = (
    Column("symbol", "Symbol", 0, 9, 18, cut=Cut.MIDDLE, always=True),
    Column("side", "Side", 1, 4, 4, cut=Cut.END, always=True),
    Column("quantity", "Qty", 2, 7, 9, Align.RIGHT, always=True),
    Column("type", "Type", 3, 4, 8, cut=Cut.END, always=True),
    Column("price", "Price", 4, 8, 10, Align.POINT, always=True),
    Column("state", "State", 5, 13, 13, cut=Cut.END, always=True),
    Column("age", "Age", 9, 3, 3, Align.RIGHT, always=True),
    Column("number", "Client/Id", 7, 9, 12, cut=Cut.END),
    Column("candidates", "Could be", 6, 11, 24, cut=Cut.END),
    Column("account", "Acct", 8, 4, 4),
)


def inbox_row(one: Unresolved, now: datetime) -> Row:
    """One intent."""
    intent = one.intent
    price = intent.limit_price if intent.limit_price is not None else intent.aux_price
    candidates = ", ".join(f"#{perm_id}" for perm_id in one.could_be)
    words = "? sent" if intent.state is IntentState.SENT else "? maybe sent"
    return Row(
        intent.ulid,
        {
            "symbol": cell(clean(intent.symbol)),
            "side": cell(clean(intent.action), "up" if intent.action == "BUY" else "down"),
            "quantity": cell(formats.quantity(intent.quantity)),
            "type": cell(clean(intent.order_type)),
            "price": cell(formats.price(price) if price is not None else "-"),
            "state": cell(words, "unknown", bold=True),
            "age": cell(formats.age((now - intent.at).total_seconds()), "muted"),
            "number": cell(f"{intent.client_id}/{intent.order_id}", "muted"),
            "candidates": cell(candidates or "no order", "text" if candidates else "muted"),
            "account": cell(formats.account_tail(intent.account), "muted"),
        },
    )


def title(unresolved: tuple[Unresolved, ...]) -> Title:
    details = (Span("sent before, fate not known", "muted"),) if unresolved else ()
    return Title("Inbox", len(unresolved), details, len(unresolved))


EMPTY: tuple[Spans, ...] = (
    line("Nothing waits for a decision."),
    line("Every order that was meant is known to be at"),
    line("the broker, to have ended, or never to have left."),
)


def order_words(intent: Intent) -> Spans:
    """`BUY 10 AAPL LMT 187.50 DAY   client 11, order 44   DU1234567`."""
    tone = "up" if intent.action == "BUY" else "down"
    kind = "change to " if intent.kind is IntentKind.MODIFY else ""
    price = intent.limit_price if intent.limit_price is not None else intent.aux_price
    terms = f" {clean(intent.order_type)} {formats.price(price) if price is not None else ''} {clean(intent.tif)}"
    return line(
        kind,
        Span(f"{clean(intent.action)} {formats.quantity(intent.quantity)} {clean(intent.symbol)}", tone, True),
        value(" ".join(terms.split()).join((" ", ""))),
        f"   client {intent.client_id}, order {intent.order_id}   {formats.account_short(intent.account)}",
    )


def details(one: Unresolved | None, width: int) -> list[Spans]:
    """Evidence and choices of the row under the cursor."""
    never = (Span("nothing is ever sent again by itself", "muted"),)
    rule = ruled((Span("─", "line"), Span(" Evidence", "strong")), never, width)
    if one is None:
        return [rule, (), ()]
    rows = [rule, line(" ", *order_words(one.intent))]
    for words in one.evidence:
        rows += [(Span(f" · {text}" if at == 0 else f"   {text}", "text"),) for at, text in _wrapped(words, width - 4)]
    return [*rows, choices(one)]


def _wrapped(words: str, room: int) -> list[tuple[int, str]]:
    return list(enumerate(wrap(clean(words), room)))


def choices(one: Unresolved) -> Spans:
    """Which of the three can be done, each with its key."""
    candidates = [order for order in one.candidates if order.live]
    parts: list[Span | str] = [" can: "]
    if len(one.could_be) == 1:
        parts += [key("a"), value(f" adopt #{one.could_be[0]}  ")]
    if len(candidates) == 1:
        parts += [key("c"), value(f" cancel {candidates[0].key}  ")]
    return line(*parts, key("u"), value(" mark not sent"))


def what_happens(choice: str, one: Unresolved) -> list[str]:
    """The consequence of a choice in sentences."""
    name = f"#{one.could_be[0]}" if len(one.could_be) == 1 else "the order"
    live = [str(order.key) for order in one.candidates if order.live]
    return {
        "adopt": [f"{name} is taken for this order from now on.", "Nothing is sent."],
        "cancel": [f"A cancel goes out for exactly {live[0] if live else name}, or nothing.", "It can still fill."],
        "not-sent": [
            "The journal says from now on that it never became an order.",
            "Nothing is sent. Should it appear at the broker all the same, it is shown again.",
        ],
    }[choice]


def heading(choice: str) -> str:
    return {
        "adopt": "Adopt this order?",
        "cancel": "Cancel what it became?",
        "not-sent": "Mark it as not sent?",
    }[choice]


def yes_words(choice: str) -> str:
    return {"adopt": "adopt it", "cancel": "cancel it", "not-sent": "it was not sent"}[choice]
