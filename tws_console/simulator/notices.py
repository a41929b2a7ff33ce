"""Owns the longer texts that accompany orders. Imports `orders` only.

Texts as in recordings of Gateway 10.40 (github deepentropy/ibx) and IBKR Campus TWS API docs, Error Codes.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from tws_console.simulator.orders import Order

IGNORED_FLAG = (
    "Order Event Warning: Attribute 'Outside Regular Trading Hours' is ignored based on the order type and "
    "destination. PlaceOrder is now processed."
)
CANCELLED_ELSEWHERE = "Order is already being cancelled by another user"
PRESET_TIF = "Order TIF was set to DAY based on order preset."
LOCATING = "Order held while securities are located."


def waits_until(order: Order, moment: datetime | None) -> str:
    """The warning 399 of an order that is not placed at the exchange before `moment`, None for the next session."""
    terms, contract = order.terms, order.contract
    zone = contract.time_zone
    until = f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S} {zone}" if moment else "the next trading session"
    return (
        f"Order Message:\n{terms.action} {terms.quantity} {contract.symbol} {contract.market_name}\n"
        f"Warning: your order will not be placed at the exchange until {until}"
    )
