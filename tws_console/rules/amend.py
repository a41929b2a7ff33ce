"""Changes of a live order: what would change, what forbids it, and the order as it would stand. Pure; imports model and
rules.

TWS recommends changes of price, size and the step from DAY to IOC only, refuses others under codes of their own and
has no partial change: the whole order is stated anew (IBKR Campus TWS API docs, "Modifying Orders"). So an order that
carries what this program cannot state is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from tws_console.model.ids import Owner
from tws_console.model.instrument import Instrument
from tws_console.model.order import Order, Status
from tws_console.model.ticket import ORDER_TYPES, TIFS, FieldError, OrderRequest, Ticket
from tws_console.rules.fields import SEC_TYPES
from tws_console.rules.validation import parse_request

STEADY = frozenset(
    {
        Status.WORKING,
        Status.PARTIAL,
        Status.ACCEPTED,
        Status.HELD,
        Status.UNTRIGGERED,
        Status.WAIT_PARENT,
        Status.WAIT_LOCATE,
    }
)
"""States in which the broker has the order and nothing is under way."""
TIF_CHANGES = frozenset({("DAY", "IOC")})

_WHY_NOT: dict[Status, str] = {
    Status.STAGED: "it is staged and not at the market: a new order replaces it",
    Status.UNKNOWN: "TWS has not answered for it: its state is unknown",
    Status.SENDING: "it is being sent: wait for TWS's answer",
    Status.SENT: "TWS has not taken it yet: wait for its answer",
    Status.CANCELLING: "a cancel of it is under way",
    Status.MODIFYING: "a change of it is under way",
    Status.STILL_LIVE: "a cancel of it was refused or not answered: look at it first",
    Status.UNVERIFIED: "its state is not verified: wait for the next full list",
    Status.INACTIVE: "it is inactive: cancel it and place a new one",
    Status.TWIN: "two orders at the broker carry its number: cancel one in TWS first",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to change; None leaves a term as it is. Prices in the instrument's currency, quantity in its units."""

    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    aux_price: Decimal | None = None
    tif: str | None = None

    @property
    def empty(self) -> bool:
        return self == Wish()


@dataclass(frozen=True, slots=True)
class Change:
    """One term of an order, before and after."""

    field: str
    old: Decimal | str | None
    new: Decimal | str | None


TERMS = ("quantity", "limit_price", "aux_price", "tif")


def changes(order: Order, wish: Wish) -> tuple[Change, ...]:
    """What would differ, in the order of TERMS; a wish for what already is changes nothing."""
    found = []
    for name in TERMS:
        old, new = getattr(order, name), getattr(wish, name)
        if new is not None and new != old:
            found.append(Change(name, old, new))
    return tuple(found)


def cannot_modify(order: Order, *, live: Iterable[Order], listed: bool) -> str:
    """Why the order cannot be changed by its owner now, one sentence; empty when it can.

    `live` are the live orders of every client, `listed` whether they come from a complete list.
    """
    if not order.live:
        return f"it is {order.status.value} and not live any more"
    if order.status not in STEADY:
        return _WHY_NOT.get(order.status, f"it is {order.status.value}")
    if order.stale:
        return "it is not confirmed since the last link loss"
    if not order.perm_id or order.quantity is None:
        return "TWS has not told all of it yet"
    if not order.order_id:
        return "it has no order id: it was entered by hand in TWS, change it there"
    if unknown := _not_ours_to_state(order):
        return f"it carries {', '.join(unknown)}, which a change from here would strip: change it in TWS"
    if order.parent_id and not listed:
        return "the list of orders is not complete, so its parent is not known: ask again"
    if order.oca_group and not in_bracket(order):
        return f"it is in the OCA group {order.oca_group}, which a change from here would strip: change it in TWS"
    if order.owner is Owner.MANUAL and order.order_id > 0:
        return "it was entered by hand in TWS: change it there"
    return "" if sum(_same_number(one, order) for one in live) <= 1 else _WHY_NOT[Status.TWIN]


def _not_ours_to_state(order: Order) -> tuple[str, ...]:
    unknown = list(order.attributes)
    if order.instrument.sec_type not in SEC_TYPES:
        unknown.append(f"the security type {order.instrument.sec_type}")
    if order.order_type not in ORDER_TYPES:
        unknown.append(f"the order type {order.order_type}")
    if order.tif not in TIFS:
        unknown.append(f"the TIF {order.tif}")
    return tuple(unknown)


def _same_number(one: Order, order: Order) -> bool:
    return one.live and (one.client_id, one.order_id) == (order.client_id, order.order_id)


def in_bracket(order: Order) -> bool:
    """Whether its OCA group is the one TWS makes of a bracket: the parent's permId as text."""
    return bool(order.parent_id) and (not order.oca_group or order.oca_group.isdigit())


def parent_to_send(order: Order, live: Iterable[Order]) -> int:
    """The parent id that a change of a bracket child must carry: without it a waiting child would stand alone, and with
    the id of a parent that has ended TWS answers 135, "can't find order" (ib_insync issue 647).
    """
    if not order.parent_id:
        return 0
    alive = any(one.live and (one.client_id, one.order_id) == (order.client_id, order.parent_id) for one in live)
    return order.parent_id if alive else 0


def request_after(order: Order, wish: Wish) -> OrderRequest | tuple[FieldError, ...]:
    """The whole order as it would stand, or every broken rule of the wish."""
    if not changes(order, wish):
        given = ", ".join(f"{name} {getattr(wish, name)}" for name in TERMS if getattr(wish, name) is not None)
        return (FieldError("change", "different", given, f"must differ from the order, got {given or 'nothing'}"),)
    after = {name: getattr(wish, name) if getattr(wish, name) is not None else getattr(order, name) for name in TERMS}
    instrument = order.instrument
    request = parse_request(
        {
            "action": order.action,
            "symbol": instrument.symbol,
            "sec_type": instrument.sec_type,
            "order_type": order.order_type,
            "currency": instrument.currency,
            "con_id": instrument.con_id,
            "exchange": instrument.exchange or None,
            "outside_rth": order.outside_rth,
            "account": order.account,
            "transmit": True,
            **{name: value for name, value in after.items() if value is not None},
        }
    )
    errors = _about_the_order(order, wish)
    if isinstance(request, OrderRequest):
        return errors or request
    return (*request, *errors)


def _about_the_order(order: Order, wish: Wish) -> tuple[FieldError, ...]:
    """Rules that only a change has."""
    found = []
    filled = order.filled or Decimal(0)
    if wish.quantity is not None and 0 < wish.quantity <= filled:
        msg = f"must be more than the {filled:,f} already filled, got {wish.quantity:,f}"
        found.append(FieldError("quantity", "more-than-filled", f"{wish.quantity:f}", msg))
    if wish.tif is not None and wish.tif != order.tif and (order.tif, wish.tif) not in TIF_CHANGES:
        msg = f"can change from DAY to IOC only, not from {order.tif} to {wish.tif}: cancel it and place a new order"
        found.append(FieldError("tif", "tif-change", wish.tif, msg))
    return tuple(found)


def tickets_after(order: Order, request: OrderRequest, instrument: Instrument) -> tuple[Ticket, Ticket]:
    """What the risk rules look at: the part that can still fill, and the whole order."""
    whole = Ticket(request, instrument, order.account)
    left = request.quantity - (order.filled or Decimal(0))
    return replace(whole, request=replace(request, quantity=left)), whole
