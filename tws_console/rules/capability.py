"""What can be done to an order from this connection, and in words why not more. Pure; imports model only.

Only the client id that placed an order can cancel it by its id; a global cancel ends the orders of all clients and
those made by hand (IBKR Campus TWS API docs, "Order Management"). A bare order id of another client would hit our own
order of that number, so such a cancel is never offered: a takeover connects under the owner's id instead.
"""

from __future__ import annotations

from dataclasses import dataclass

from tws_console.model.ids import Owner
from tws_console.model.order import Order, Status
from tws_console.rules.amend import STEADY

MODIFY = "modify"
CANCEL = "cancel"
TAKEOVER = "takeover"
GLOBAL_CANCEL = "global-cancel"


@dataclass(frozen=True, slots=True)
class Capability:
    """`can` lists what works now; `why` is one sentence about what does not, empty when nothing is missing."""

    can: tuple[str, ...]
    why: str


def capability(
    order: Order, *, own_client_id: int, read_only_api: bool, link_up: bool, others: int | None = None
) -> Capability:
    """`others` is how many further live orders a global cancel would end; it is said when given."""
    if not order.live:
        gone = order.status is Status.GONE
        return Capability((), "It left the list, its end is not known: look in TWS." if gone else "It has ended.")
    if order.status is Status.STAGED:
        return Capability((), "Staged: known only from the journal.")
    if read_only_api:
        return Capability((), "TWS is read-only for the API: nothing can be cancelled from here, not by ^G either.")
    if not link_up:
        return Capability((), "TWS or IBKR does not answer. ^G still sends, then asks for proof.")
    if _ours(order, own_client_id):
        modify = (MODIFY,) if order.status in STEADY and not order.attributes and not order.stale else ()
        return Capability((*modify, CANCEL, GLOBAL_CANCEL), "")
    can = (TAKEOVER, GLOBAL_CANCEL) if _other_connection(order, own_client_id) else (GLOBAL_CANCEL,)
    return Capability(can, _why_not(order, f"^G{_ends(others)}"))


def _ours(order: Order, own_client_id: int) -> bool:
    """Positive ids are placements; a negative one is a manual order that was bound to client 0. An order under another
    id of the profile is ours too: it is cancelled under that id.
    """
    if order.order_id is None or not order.order_id:
        return False
    if order.client_id == own_client_id:
        return order.order_id > 0 or own_client_id == 0
    return order.owner is Owner.OWN and order.order_id > 0 and bool(order.perm_id)


def _other_connection(order: Order, own_client_id: int) -> bool:
    """Whether a connection under the owner's id could cancel it by number; manual orders are given to client 0."""
    if order.client_id is None or order.order_id is None or not order.perm_id:
        return False
    if order.owner is Owner.MANUAL:
        return own_client_id != 0
    return order.owner is Owner.FOREIGN and order.order_id > 0 and order.client_id != own_client_id


def _why_not(order: Order, stop: str) -> str:
    if order.owner is Owner.MANUAL:
        return f"By hand in TWS: cancel there, as client 0, or {stop}."
    if order.client_id is None:
        return f"Its owner is not known yet: only {stop}."
    if not order.order_id:
        return f"Its order id is not known: only {stop}."
    return f"Only client {order.client_id} can cancel it: there, by takeover, or {stop}."


def _ends(others: int | None) -> str:
    if others is None:
        return ""
    return f" (ends {others} other{'' if others == 1 else 's'} too)"
