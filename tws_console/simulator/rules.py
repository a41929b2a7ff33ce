"""Owns the checks a placement must pass before the Gateway books it. Imports `contracts`, `orders` and `wire`.

A refusal here is answered by an error alone: no openOrder and no orderStatus follow (source: recordings of a real
Gateway in github ThomasMarcelis/ibkr-go, api_order_rejects; code texts as in the product's message table).
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tws_console.simulator.contracts import Catalogue, Contract
from tws_console.simulator.orders import Order, Terms

KNOWN_TYPES = frozenset({"MKT", "LMT", "STP", "STP LMT"})
OTHER_TYPES = frozenset({"TRAIL", "TRAIL LIMIT", "MIT", "LIT", "MOC", "LOC", "REL", "PEG MKT", "PEG MID", "MIDPRICE"})
KNOWN_TIFS = frozenset({"DAY", "GTC", "GTD", "IOC", "FOK"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error code and its text."""

    code: int
    text: str


def validating(cause: str) -> Refusal:
    """The wrapped form: code 321 with the cause behind it."""
    return Refusal(321, f"Error validating request.-'bW' : cause - {cause}")


READ_ONLY = Refusal(321, "Error validating request.-'bN' : cause - The API interface is currently in Read-Only mode.")
NO_SUCH_CONTRACT = Refusal(200, "No security definition has been found for the request")
OFF_TICK = Refusal(110, "The price does not conform to the minimum price variation for this contract.")
DUPLICATE_ID = Refusal(103, "Duplicate order id")
NOT_MODIFIABLE = Refusal(104, "Cannot modify a filled order.")


def ambiguous(symbol: str) -> Refusal:
    """The refusal of a description that fits several listings."""
    return Refusal(200, f"The contract description specified for {symbol} is ambiguous.")


def check_terms(terms: Terms, contract: Contract, catalogue: Catalogue, accounts: list[str]) -> Refusal | None:
    """The first rule that a new or changed order breaks, or None."""
    checks: tuple[Callable[[], Refusal | None], ...] = (
        lambda: _check_shape(terms),
        lambda: _check_quantity(terms),
        lambda: _check_tif(terms),
        lambda: _check_prices(terms, contract, catalogue),
        lambda: _check_account(terms, accounts),
    )
    return next((refusal for check in checks if (refusal := check()) is not None), None)


def _check_shape(terms: Terms) -> Refusal | None:
    if terms.action not in ("BUY", "SELL", "SSHORT"):
        return Refusal(303, f"Invalid action: {terms.action}")
    if terms.order_type in OTHER_TYPES:
        return Refusal(387, "Unsupported order type for this exchange and security type.")
    if terms.order_type not in KNOWN_TYPES:
        return validating("Invalid order type was entered")
    if terms.what_if and not terms.transmit:
        return validating("What-If order should have transmit flag set to TRUE.")
    return None


def _check_quantity(terms: Terms) -> Refusal | None:
    if terms.quantity <= 0:
        return validating("The size value cannot be zero:")
    if terms.quantity != terms.quantity.to_integral_value():
        return Refusal(10318, "This order doesn't support fractional quantity trading")
    return None


def _check_tif(terms: Terms) -> Refusal | None:
    if not terms.tif:
        return Refusal(10052, "Invalid time in force:Empty")
    if terms.tif not in KNOWN_TIFS:
        return Refusal(10052, f"Invalid time in force:{terms.tif}")
    return None


def _check_prices(terms: Terms, contract: Contract, catalogue: Catalogue) -> Refusal | None:
    needed: list[Decimal | None] = []
    if terms.order_type in ("LMT", "STP LMT"):
        needed.append(terms.limit)
    if terms.is_stop:
        needed.append(terms.aux)
    for price in needed:
        if price is None or price <= 0:
            return validating("You must enter a valid price.")
        if price % catalogue.tick_at(contract, price):
            return OFF_TICK
    return None


def _check_account(terms: Terms, accounts: list[str]) -> Refusal | None:
    if not terms.account and len(accounts) > 1:
        return validating("You must specify an account.")
    return None


def check_change(order: Order, terms: Terms, contract: Contract) -> Refusal | None:
    """Why a live order cannot be changed to these terms, or None."""
    old = order.terms
    if order.cancel_pending:
        return NOT_MODIFIABLE
    if contract.con_id != order.contract.con_id or terms.action != old.action or terms.account != old.account:
        return Refusal(105, "Order being modified does not match original order")
    if terms.order_type != old.order_type:
        return Refusal(329, f"Order modify failed. Cannot change to the new order type.{terms.order_type}")
    if terms.tif != old.tif and (old.tif, terms.tif) != ("DAY", "IOC"):
        return Refusal(462, f"Order modify failed. Cannot change to the new Time in Force.{terms.tif}")
    if terms.oca_group and terms.oca_group != old.oca_group:
        return Refusal(10326, "OCA group revision is not allowed.")
    if terms.oca_type and old.oca_type and terms.oca_type != old.oca_type:
        return Refusal(10327, "OCA type revision is not allowed.")
    if terms.parent_id != old.parent_id:
        return Refusal(10341, "Parent id revision is not allowed.")
    if terms.quantity <= order.filled:
        return NOT_MODIFIABLE
    return None
