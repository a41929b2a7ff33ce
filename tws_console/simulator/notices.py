"""Owns the longer texts that accompany orders. Imports `orders` and `contracts`.

Texts as in recordings of Gateway 10.40 (github deepentropy/ibx) and IBKR Campus TWS API docs, Error Codes.
"""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tws_console.simulator.contracts import Contract
from tws_console.simulator.orders import Order

IGNORED_FLAG = (
    "Order Event Warning: Attribute 'Outside Regular Trading Hours' is ignored based on the order type and "
    "destination. PlaceOrder is now processed."
)
CANCELLED_ELSEWHERE = "Order is already being cancelled by another user"
PRESET_TIF = "Order TIF was set to DAY based on order preset."
LOCATING = "Order held while securities are located."


def _described(contract: Contract) -> str:
    """A contract as order messages name it: AAPL NASDAQ.NMS, or by the exchange alone where that is all there is."""
    if contract.sec_type != "STK":
        return f"{contract.local_symbol} {contract.market_name}"
    own_class = contract.trading_class != contract.symbol
    market = f"{contract.primary}.{contract.trading_class}" if own_class else contract.primary
    return f"{contract.symbol} {market}"


def waits_until(order: Order, moment: datetime | None) -> str:
    """The warning 399 of an order that is not placed at the exchange before `moment`, None for the next session."""
    terms, contract = order.terms, order.contract
    zone = contract.time_zone
    until = f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S} {zone}" if moment else "the next trading session"
    return (
        f"Order Message:\n{terms.action} {terms.quantity} {_described(contract)}\n"
        f"Warning: your order will not be placed at the exchange until {until}"
    )


def price_cap(order: Order, price: Decimal) -> str:
    """The notice 2161 that a limit order is held at a price within its limit; the order lives."""
    terms = order.terms
    return (
        f"{terms.action} {terms.quantity} {_described(order.contract)} @ {terms.limit}  In "
        "accordance with our regulatory obligations as a broker, we will initially cap (or limit) the price of your "
        f"Limit Order to {price} or a more aggressive price still within your specified limit price."
    )


def in_french(code: int, text: str) -> str:
    """An error as a French TWS might word it; what is known by its code alone keeps what follows the colon."""
    known = {
        202: "Ordre annulé - raison:",
        201: "Ordre rejeté - raison:",
        10148: "Cet ordre ne peut être annulé, état:",
    }
    return known.get(code, "Requête refusée:") + text.partition(":")[2]
