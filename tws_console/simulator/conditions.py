"""Owns when the conditions of an order hold. Pure functions; imports `hours`, `market` and `orders`.

Prices and times are acted on; conditions on margins, executions, volumes and percentages are kept and echoed but never
hold. Conditions are joined from left to right, each by the word of the one before (fields as ib_async 2.1.0 has them).
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation

from tws_console.simulator.hours import read_moment
from tws_console.simulator.market import Quote
from tws_console.simulator.orders import Condition

PRICE, TIME = "1", "3"


def read_problem(conditions: tuple[Condition, ...], now: datetime) -> str | None:
    """What is wrong with a price or a time in the conditions, or None."""
    for condition in conditions:
        try:
            if condition.kind == TIME:
                read_moment(condition.fields[2], now)
            elif condition.kind == PRICE:
                Decimal(condition.fields[2]), int(condition.fields[3])
        except (ValueError, InvalidOperation):
            return f"condition value {condition.fields[2][:40]!r} is invalid"
    return None


def hold(conditions: tuple[Condition, ...], now: datetime, quote_of: Callable[[int], Quote]) -> bool:
    """Whether the conditions hold together."""
    result = True
    joined_by_and = True
    for condition in conditions:
        holds = _holds(condition, now, quote_of)
        result = (result and holds) if joined_by_and else (result or holds)
        joined_by_and = condition.joined_by_and
    return result


def _holds(condition: Condition, now: datetime, quote_of: Callable[[int], Quote]) -> bool:
    more = condition.fields[1].lower() in ("1", "true")
    if condition.kind == TIME:
        at = read_moment(condition.fields[2], now)
        return now >= at if more else now <= at
    if condition.kind == PRICE:
        try:
            last = quote_of(int(condition.fields[3])).last
        except KeyError:  # a contract that is not listed here has no price
            return False
        level = Decimal(condition.fields[2])
        return last >= level if more else last <= level
    return False
