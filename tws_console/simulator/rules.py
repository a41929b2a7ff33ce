"""Owns the checks a placement must pass before the Gateway books it.

Imports `algos`, `contracts`, `conditions`, `hours`, `orders` and `wire`. A refusal here is answered by an error alone:
no openOrder and no orderStatus follow (source: recordings of a real Gateway in github ThomasMarcelis/ibkr-go,
api_order_rejects; code texts as in the product's message table).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tws_console.simulator.algos import algo_problem
from tws_console.simulator.conditions import read_problem
from tws_console.simulator.contracts import Catalogue, Contract, ContractQuery, conflict
from tws_console.simulator.hours import read_moment
from tws_console.simulator.orders import (
    CLOSE_TYPES,
    LIMIT_TYPES,
    PENDING_SUBMIT,
    TOUCH_TYPES,
    Order,
    Terms,
)
from tws_console.simulator.wire import NO_ID

# The order types of the API, and their codes in the list of a contract (IBKR Campus TWS API docs, Order Types).
TYPE_CODES = {
    **{name: name for name in ("MKT", "LMT", "STP", "TRAIL", "MIT", "LIT", "MOC", "LOC", "REL", "MTL")},
    "STP LMT": "STPLMT",
    "TRAIL LIMIT": "TRAILLMT",
    "MIDPRICE": "MIDPX",
    "SNAP PRIM": "SNAPREL",
    "VOL": "VOLAT",
    **{name: name.replace(" ", "") for name in ("SNAP MKT", "SNAP MID", "PEG MID", "PEG BENCH", "PEG MKT", "PEG BEST")},
    **{name: name.replace(" ", "") for name in ("PEG STK", "BOX TOP", "MKT PRT", "STP PRT", "PASSV REL")},
}
KNOWN_TIFS = frozenset({"DAY", "DTC", "GTC", "GTD", "IOC", "FOK", "OPG"})
TRIGGER_METHODS = frozenset({0, 1, 2, 3, 4, 7, 8})
MAX_GROUP_NAME = 64


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error code and its text."""

    code: int
    text: str


def validating(cause: str) -> Refusal:
    """The wrapped form: code 321 with the cause behind it."""
    return Refusal(321, f"Error validating request.-'bW' : cause - {cause}")


READ_ONLY = Refusal(321, "Error validating request.-'bN' : cause - The API interface is currently in Read-Only mode.")
NO_SIZE = validating("The size value cannot be zero:")
NO_PRICE = Refusal(463, "You must enter a valid price.")
NO_SUCH_CONTRACT = Refusal(200, "No security definition has been found for the request")
EXPIRED = Refusal(392, "Invalid Order: contract expired")
OFF_TICK = Refusal(110, "The price does not conform to the minimum price variation for this contract.")
DUPLICATE_ID = Refusal(103, "Duplicate order id")
NOT_MODIFIABLE = Refusal(104, "Cannot modify a filled order.")
MISMATCH = Refusal(105, "Order being modified does not match original order")
STILL_PROCESSED = Refusal(2102, "Unable to modify this order as its still being processed.")
BAD_MOMENT = Refusal(
    343,
    "The date, time, or time-zone entered is invalid. The correct format is yyyymmdd hh:mm:ss xx/xxxx where yyyymmdd "
    "and xx/xxxx are optional. E.g.: 20031126 15:59:00 US/Eastern",
)


def is_no_id(order_id: int) -> bool:
    """Whether a number names no order: 0, and the mark of the client libraries for no value."""
    return order_id in (0, NO_ID)


def invalid_id(order_id: int) -> Refusal:
    """The refusal of an order id that no order can have."""
    return Refusal(10149, f"Invalid order id: {order_id}.")


def not_found(order_id: int) -> Refusal:
    """The refusal of a cancel whose order id is not in the client's book."""
    return Refusal(10147, f"OrderId {order_id} that needs to be cancelled is not found.")


def ended(order: Order) -> Refusal:
    """The refusal of a cancel of an order that is done."""
    text = f"OrderId {order.order_id} that needs to be cancelled cannot be cancelled, state: {order.status}."
    return Refusal(10148, text)


def not_cancellable(order: Order) -> Refusal:
    """The refusal of a cancel while one is under way; two spaces stand before "Order" (recorded)."""
    text = f"Cancel attempted when order is not in a cancellable state.  Order permId ={order.perm_id}"
    return Refusal(161, text)


def contradiction(query: ContractQuery, named: Contract | None) -> Refusal | None:
    """The refusal of a description that says otherwise than the contract that its id names, or None."""
    said = "" if named is None else conflict(query, named)
    text = "Parameters in request conflicts with contract parameters received by contract id:"
    return Refusal(478, text + said) if said else None


def ambiguous(symbol: str) -> Refusal:
    """The refusal of a description that fits several listings."""
    return Refusal(200, f"The contract description specified for {symbol} is ambiguous.")


def check_terms(terms: Terms, contract: Contract, catalogue: Catalogue, now: datetime) -> Refusal | None:
    """The first rule that a new or changed order breaks at this moment, or None."""
    checks: tuple[Callable[[], Refusal | None], ...] = (
        lambda: EXPIRED if contract.has_expired(now.date()) else None,
        lambda: _check_shape(terms, contract),
        lambda: _check_quantity(terms, contract),
        lambda: _check_tif(terms),
        lambda: _check_moments(terms, now),
        lambda: _check_trail(terms),
        lambda: _check_algo(terms, contract),
        lambda: _check_prices(terms, contract, catalogue),
    )
    return next((refusal for check in checks if (refusal := check()) is not None), None)


def _check_shape(terms: Terms, contract: Contract) -> Refusal | None:
    if terms.action not in ("BUY", "SELL", "SSHORT"):
        return Refusal(303, f"Invalid action: {terms.action}")
    code = TYPE_CODES.get(terms.order_type)
    if code is None:
        return validating("Invalid order type was entered")
    if not contract.takes(code) or (terms.tif == "OPG" and not contract.takes("OPG")):
        return Refusal(387, "Unsupported order type for this exchange and security type.")
    if terms.what_if and not terms.transmit:
        return validating("What-If order should have transmit flag set to TRUE.")
    if terms.what_if and terms.legs:
        return Refusal(360, "No whatif check for smart combo")
    if terms.trigger_method not in TRIGGER_METHODS:
        return validating("Invalid trigger method")
    if len(terms.oca_group) > MAX_GROUP_NAME:
        return Refusal(401, f"The OCA group name is longer than {MAX_GROUP_NAME} characters.")
    return None


def _check_quantity(terms: Terms, contract: Contract) -> Refusal | None:
    """Market purchases of cryptocurrency name their money and no size (github erdewit/ib_insync issue 407, ib_async
    issue 111).
    """
    if contract.sec_type == "CRYPTO" and (terms.action, terms.order_type) == ("BUY", "MKT"):
        if terms.cash <= 0:
            return Refusal(10289, "You must set Cash Quantity for this order")
        if terms.quantity:
            return Refusal(10293, "Cryptocurrency. Cash Quantity order cannot specify size.")
        return None
    if terms.quantity <= 0:
        return NO_SIZE
    if not 0 <= terms.display_size <= terms.quantity:
        return Refusal(10020, "Display Size should be positive and not greater than the size of the order.")
    if terms.quantity % contract.size_step:
        return Refusal(10318, "This order doesn't support fractional quantity trading")
    return None


def _check_tif(terms: Terms) -> Refusal | None:
    if terms.tif not in KNOWN_TIFS:
        return Refusal(10052, f"Invalid time in force:{terms.tif}")
    auction_only = terms.tif == "OPG" and terms.order_type not in ("MKT", "LMT")
    if auction_only or (terms.order_type in CLOSE_TYPES and terms.tif in ("IOC", "FOK")):
        return Refusal(111, f"The TIF {terms.tif} and the order type {terms.order_type} are incompatible.")
    return None


def _check_moments(terms: Terms, now: datetime) -> Refusal | None:
    moments = [terms.good_after] if terms.good_after else []
    if terms.tif == "GTD":
        moments.append(terms.good_till)
    for moment in moments:
        try:
            read_moment(moment, now)
        except ValueError:
            return BAD_MOMENT
    problem = read_problem(terms.conditions, now)
    return validating(problem) if problem else None


def _check_trail(terms: Terms) -> Refusal | None:
    if not terms.is_trail:
        return None
    if terms.trailing_percent is not None and not 0 < terms.trailing_percent < 100:
        return Refusal(159, "Percent offset must be between 0% and 100%.")
    if terms.trailing_percent is None and not (terms.aux is not None and terms.aux > 0):
        return Refusal(158, "Must specify an offset amount or a percent offset amount.")
    if terms.order_type == "TRAIL LIMIT" and terms.limit_offset is None and terms.limit is None:
        return validating("You must specify one value: limit price or limit price offset value.")
    return None


def _check_algo(terms: Terms, contract: Contract) -> Refusal | None:
    if not terms.algo_strategy:
        return None
    if not contract.takes("ALGO"):
        return Refusal(442, "Specified algorithm is not allowed for this order.")
    problem = algo_problem(terms.algo_strategy, terms.algo_params)
    return Refusal(*problem) if problem else None


def _check_prices(terms: Terms, contract: Contract, catalogue: Catalogue) -> Refusal | None:
    needed: list[tuple[Decimal | None, Refusal]] = []
    if terms.order_type in LIMIT_TYPES:
        needed.append((terms.limit, NO_PRICE))
    if terms.order_type == "PEG BENCH":
        needed.append((terms.starting, NO_PRICE))
    if terms.is_stop:
        missing = terms.aux is None
        needed.append((terms.aux, validating("Please enter a stop price" if missing else "Invalid Stop Price")))
    if terms.order_type in TOUCH_TYPES:
        needed.append((terms.aux, validating("Invalid Trigger Price")))
    for price, refusal in (*needed, *((price, NO_PRICE) for price in _optional_prices(terms))):
        if price is None or (price <= 0 and not terms.legs):
            return refusal
        if price % catalogue.tick_at(contract, abs(price)):
            return OFF_TICK
    return None


def _optional_prices(terms: Terms) -> list[Decimal]:
    """Prices that a type may have; 0 is none."""
    optional = [terms.trail_stop] if terms.is_trail else []
    if terms.order_type in ("TRAIL LIMIT", "REL", "MIDPRICE", "PEG MID"):
        optional.append(terms.limit)
    return [price for price in optional if price]


def check_change(order: Order, terms: Terms, contract: Contract) -> Refusal | None:
    """Why a live order cannot be changed to these terms, or None."""
    old = order.terms
    if order.cancel_pending:
        return NOT_MODIFIABLE
    if order.unsettled or order.status == PENDING_SUBMIT:
        return STILL_PROCESSED
    if contract.con_id != order.contract.con_id or terms.action != old.action or _accounts(terms) != _accounts(old):
        return MISMATCH
    if terms.order_type != old.order_type:
        return Refusal(329, f"Order modify failed. Cannot change to the new order type.{terms.order_type}")
    if terms.tif != old.tif and (old.tif, terms.tif) != ("DAY", "IOC"):
        return Refusal(462, f"Order modify failed. Cannot change to the new Time in Force.{terms.tif}")
    if terms.oca_group and terms.oca_group != old.oca_group:
        return Refusal(10326, "OCA group revision is not allowed.")
    if terms.oca_type and old.oca_type and terms.oca_type != old.oca_type:
        return Refusal(10327, "OCA group type revision is not allowed.")
    if terms.parent_id != old.parent_id:
        return Refusal(10341, "Parent order id cannot be modified")
    if _clearing(terms) != _clearing(old):
        return Refusal(422, "The account and clearing attributes of this order may not be changed.")
    if (terms.algo_strategy, terms.algo_params) != (old.algo_strategy, old.algo_params):
        return Refusal(440, "Order modify failed. Algorithm cannot be modified.")
    if terms.quantity <= order.filled:
        return NOT_MODIFIABLE
    return None


def _clearing(terms: Terms) -> tuple[str, str]:
    return terms.kept.get("clearingAccount", ""), terms.kept.get("clearingIntent", "IB")


def _accounts(terms: Terms) -> tuple[str, str]:
    return terms.account, terms.fa_group
