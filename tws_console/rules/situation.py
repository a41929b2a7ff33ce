"""What the risk rules look at, and the arithmetic they share. Pure; imports model only.

Everything in a Situation is a value captured at one moment, so the same situation always gives the same verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tws_console.model.instrument import PriceStep
from tws_console.model.intent import Intent
from tws_console.model.order import Order, Status
from tws_console.model.position import Quote
from tws_console.model.ticket import Ticket

WARN_DUPLICATE_SECONDS = Decimal(10)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the profile sets; None sets nothing. Quantities in units, notional in base currency, distance in percent."""

    max_quantity: Decimal | None = None
    max_notional: Decimal | None = None
    max_price_distance_percent: Decimal | None = None
    max_position: Decimal | None = None
    max_open_orders_per_side: int | None = None
    duplicate_seconds: Decimal | None = None
    symbols_allowed: tuple[str, ...] | None = None
    """None allows every symbol, an empty list none."""
    symbols_denied: tuple[str, ...] = ()

    @property
    def duplicate_window(self) -> Decimal:
        """For how many seconds an order like one just sent is a duplicate."""
        return WARN_DUPLICATE_SECONDS if self.duplicate_seconds is None else self.duplicate_seconds


@dataclass(frozen=True, slots=True)
class Recent:
    """An order sent from here: its duplicate_key and the seconds since then."""

    key: str
    age: float


@dataclass(frozen=True, slots=True)
class Situation:
    """One ticket and all that is known around it. None and empty text are unknown, never zero."""

    ticket: Ticket
    quote: Quote | None = None
    quote_age: float | None = None
    """Seconds since the newest tick."""
    position: Decimal | None = None
    """Holding of the ticket's account in its instrument; 0 only when the positions are loaded and none is there."""
    open_orders: tuple[Order, ...] = ()
    """Orders of every client in the ticket's instrument."""
    recent: tuple[Recent, ...] = ()
    unanswered: tuple[str, ...] = ()
    """The duplicate_key of each placement, of whatever age, of which the broker never said what became of it."""
    net_liquidation: Decimal | None = None
    """Of the ticket's account, in base currency."""
    base_rate: Decimal | None = Decimal(1)
    """Units of base currency for one unit of the instrument's currency, None when not known."""
    frozen: bool = False
    read_only: str = ""
    """Why nothing may be entered, empty when it may."""
    not_armed: str = ""
    """Why nothing may be entered on the ticket's live account yet, empty when it may."""
    restart: str = ""
    """Until when a restart of TWS holds entry back, empty outside the window."""
    reduce_only: str = ""
    """Why only orders that reduce the position may go out, empty when others may too."""
    link_down: str = ""
    """Why an order would not reach the broker now, empty when it would."""
    stale: str = ""
    """Why orders and positions may be out of date, empty when they are current."""
    steps: tuple[PriceStep, ...] = ()
    session_open: bool | None = None
    session_words: str = ""


def duplicate_key(ticket: Ticket) -> str:
    """Equal for two tickets of one account, instrument, action, quantity, type and prices, whatever else differs."""
    request = ticket.request
    numbers = (request.quantity, request.limit_price, request.aux_price)
    return _key(ticket.account, ticket.instrument.con_id, request.action, request.order_type, numbers)


def duplicate_key_of_intent(intent: Intent) -> str:
    """The same for a placement that the journal knows, whichever process made it."""
    numbers = (intent.quantity, intent.limit_price, intent.aux_price)
    return _key(intent.account, intent.con_id, intent.action, intent.order_type, numbers)


def duplicate_key_of(order: Order) -> str:
    """The same for an order at the broker, with what it still has to fill as its quantity."""
    numbers = (open_quantity(order), order.limit_price, order.aux_price)
    # TWS echoes unset prices of plain types as 0, so only prices that the type uses count.
    limit = numbers[1] if "LMT" in order.order_type else None
    aux = numbers[2] if "STP" in order.order_type else None
    return _key(order.account, order.instrument.con_id, order.action, order.order_type, (numbers[0], limit, aux))


def _key(account: str, con_id: int, action: str, order_type: str, numbers: Iterable[Decimal | None]) -> str:
    texts = ("-" if number is None else f"{number.normalize():f}" for number in numbers)
    return "|".join((account, str(con_id), action, order_type, *texts))


def open_quantity(order: Order) -> Decimal | None:
    """What the order may still fill, None when the broker has not told."""
    if order.remaining is not None:
        return order.remaining
    if order.quantity is None:
        return None
    return order.quantity - (order.filled or _ZERO)


def pending(orders: Iterable[Order], action: str, account: str) -> Decimal | None:
    """The most that live orders of one side and account can still fill; None when one does not tell its quantity.

    Children of a parent that is not filled yet are left out, and of an OCA group only the largest order counts.
    """
    alone, groups = _ZERO, dict[str, Decimal]()
    for order in orders:
        if order.action != action or order.account != account or not can_fill(order):
            continue
        quantity = open_quantity(order)
        if quantity is None:
            return None
        if order.oca_group:
            groups[order.oca_group] = max(quantity, groups.get(order.oca_group, _ZERO))
        else:
            alone += quantity
    return alone + sum(groups.values(), _ZERO)


def can_fill(order: Order) -> bool:
    """Whether the order could fill by itself: live, transmitted, and not a child that waits for its parent."""
    return order.live and order.status not in {Status.STAGED, Status.WAIT_PARENT}


def market_price(action: str, quote: Quote | None) -> Decimal | None:
    """What the market takes for this side now: ask for BUY, bid for SELL, else the last price, else None."""
    if quote is None:
        return None
    side = quote.ask if action == "BUY" else quote.bid
    return side if side is not None else quote.last


def notional(ticket: Ticket, quote: Quote | None) -> Decimal | None:
    """Money that the order moves, in the instrument's currency; None for a market order without a price.

    A limit counts as its limit, a stop as its trigger; a limit to sell below the bid counts at the bid, where it would
    fill.
    """
    request = ticket.request
    market = market_price(request.action, quote)
    price = market if request.order_type == "MKT" else ticket.price
    if price is not None and request.action == "SELL" and request.order_type == "LMT" and market is not None:
        price = max(price, market)
    return None if price is None else abs(price) * request.quantity * ticket.instrument.factor


def effect(position: Decimal | None, signed_quantity: Decimal) -> str:
    """What the order would do to the position: opening, adding, reducing, closing, flipping, or unknown."""
    if position is None:
        return "unknown"
    if position == 0:
        return "opening"
    if (position > 0) == (signed_quantity > 0):
        return "adding"
    if abs(signed_quantity) == abs(position):
        return "closing"
    return "reducing" if abs(signed_quantity) < abs(position) else "flipping"
