"""Risk rules about the numbers of a ticket: tick, quantity, notional, distance to the market.

Each rule takes a Situation and the profile's Limits and returns None (pass) or a Finding. A check that could not be
made is a warning that says so, never a silent pass. Pure; imports model and rules.
"""

from __future__ import annotations

from decimal import Decimal

from tws_console.model.instrument import PriceStep, price_text
from tws_console.model.problems import ErrorCode
from tws_console.rules.finding import Finding, block, warn
from tws_console.rules.situation import Limits, Situation, market_price, notional
from tws_console.rules.ticks import tick_error

WARN_QUANTITY = {"STK": Decimal(1_000), "FUT": Decimal(20)}
"""Shares and contracts; currencies are judged by their notional only."""
WARN_NOTIONAL = Decimal(100_000)
WARN_DISTANCE_PERCENT = Decimal(3)
RESTING_FACTOR = 10
"""A limit that would rest far from the market is odd, not dangerous: it warns at so many times the distance."""
OLD_QUOTE_SECONDS = 60.0


def tick(situation: Situation, limits: Limits) -> Finding | None:
    ticket = situation.ticket
    prices = {"limit": ticket.request.limit_price, "stop": ticket.request.aux_price}
    if all(price is None for price in prices.values()):
        return None
    min_tick = ticket.instrument.min_tick
    steps = situation.steps or ((PriceStep(Decimal(0), min_tick),) if min_tick else ())
    if not steps:
        return warn(ErrorCode.STALE_DATA, "tick not known: price not checked against it")
    for name, price in prices.items():
        error = tick_error(steps, price) if price is not None else ""
        if error:
            return block(ErrorCode.ORDER_VALIDATION_FAILED, f"{name} {price:f}: {error}")
    return None


def max_quantity(situation: Situation, limits: Limits) -> Finding | None:
    quantity = situation.ticket.request.quantity
    most = limits.max_quantity
    if most is not None:
        over = f"quantity {quantity:,f} is above the limit of {most:,f}"
        return block(ErrorCode.MAX_QUANTITY, over) if quantity > most else None
    usual = WARN_QUANTITY.get(situation.ticket.instrument.sec_type)
    if usual is None or quantity <= usual:
        return None
    return warn(ErrorCode.MAX_QUANTITY, f"quantity {quantity:,f} is above {usual:,f}")


def max_notional(situation: Situation, limits: Limits) -> Finding | None:
    money = notional(situation.ticket, situation.quote)
    if money is None:
        return warn(ErrorCode.STALE_DATA, "no price: notional not checked")
    if situation.base_rate is None:
        return warn(ErrorCode.STALE_DATA, "no exchange rate to the base currency: notional not checked")
    money *= situation.base_rate
    most = WARN_NOTIONAL if limits.max_notional is None else limits.max_notional
    if money <= most:
        return None
    whole = situation.net_liquidation
    share = f", {money / whole * 100:.1f}% of net liquidation" if whole is not None and whole > 0 else ""
    msg = f"notional {money:,.2f} is above {most:,f}{share}"
    return (warn if limits.max_notional is None else block)(ErrorCode.MAX_NOTIONAL, msg)


def quote(situation: Situation, limits: Limits) -> Finding | None:
    """Is there a price to judge by? Without any, a market order is not sent, unless it may only close: getting out
    needs no price.
    """
    request, seen = situation.ticket.request, situation.quote
    if market_price(request.action, seen) is None:
        why = f" ({seen.problem})" if seen is not None and seen.problem else ""
        if request.order_type == "MKT" and not situation.reduce_only:
            return block(ErrorCode.STALE_DATA, f"no quote{why}: a market order is not sent blind")
        return warn(ErrorCode.STALE_DATA, f"no quote{why}: price not checked")
    if seen is not None and seen.tag in {"D", "DF"}:
        return warn(ErrorCode.STALE_DATA, "quote is delayed: price checked against an old one")
    if situation.quote_age is not None and situation.quote_age > OLD_QUOTE_SECONDS:
        return warn(ErrorCode.STALE_DATA, f"quote is {situation.quote_age:.0f} s old")
    return None


def price_away(situation: Situation, limits: Limits) -> Finding | None:
    """A limit through the market beyond the distance, or far off it; a stop that would trigger at once.

    A stop limit is measured from its own trigger, for that is the market at which it starts to work.
    """
    request = situation.ticket.request
    market = market_price(request.action, situation.quote)
    if request.order_type == "MKT" or market is None:
        return None
    trigger = request.aux_price
    if request.limit_price is not None:
        reference = market if trigger is None else trigger
        finding = _limit_away(request.action, request.limit_price, reference, limits)
        if finding is not None:
            return finding
    return None if trigger is None else _trigger_away(request.action, trigger, market)


def _limit_away(action: str, price: Decimal, reference: Decimal, limits: Limits) -> Finding | None:
    through = _percent(price - reference if action == "BUY" else reference - price, reference)
    if through is None:
        return warn(ErrorCode.PRICE_AWAY, "market price is 0: distance not checked")
    most = limits.max_price_distance_percent
    allowed = WARN_DISTANCE_PERCENT if most is None else most
    if through > allowed:
        way = "above" if action == "BUY" else "below"
        msg = f"{price_text(price)} is {through:.2f}% {way} the market at {price_text(reference)}, at most {allowed:f}%"
        return (warn if most is None else block)(ErrorCode.PRICE_AWAY, msg)
    if -through > allowed * RESTING_FACTOR:
        return warn(
            ErrorCode.PRICE_AWAY,
            f"{price_text(price)} is {-through:.2f}% away from the market at {price_text(reference)}",
        )
    return None


def _trigger_away(action: str, trigger: Decimal, market: Decimal) -> Finding | None:
    ahead = _percent(trigger - market if action == "BUY" else market - trigger, market)
    if ahead is None:
        return warn(ErrorCode.PRICE_AWAY, "market price is 0: distance not checked")
    if ahead <= 0:
        return warn(
            ErrorCode.PRICE_AWAY, f"stop {price_text(trigger)} would trigger at once, market is {price_text(market)}"
        )
    if ahead > WARN_DISTANCE_PERCENT * RESTING_FACTOR:
        return warn(
            ErrorCode.PRICE_AWAY,
            f"stop {price_text(trigger)} is {ahead:.2f}% away from the market at {price_text(market)}",
        )
    return None


def _percent(difference: Decimal, reference: Decimal) -> Decimal | None:
    return None if reference == 0 else difference / abs(reference) * 100
