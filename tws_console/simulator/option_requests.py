"""Owns the requests about options: chains, greeks, model calculations. Imports `gateway`, `options`, `session`."""

from decimal import Decimal

from tws_console.simulator import options, rules
from tws_console.simulator.contracts import Contract, read_query
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.market import STEP_SECONDS, Quote
from tws_console.simulator.options import Greeks
from tws_console.simulator.resolving import one_contract
from tws_console.simulator.session import Feed, Session
from tws_console.simulator.wire import Cursor, Field, frame

# Tick numbers of the computations from bid, ask, last and model, live and delayed.
_LIVE = {"bid": 10, "ask": 11, "last": 12, "model": 13}
_DELAYED = {"bid": 80, "ask": 81, "last": 82, "model": 83}
_CUSTOM = 53
_PRICE_BASED = 1


def option_parameters(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqSecDefOptParams (78): expirations and strikes per exchange, then the end; 200 for an unknown underlying.

    Of a future, its exchange must be named; options on other things have none there.
    """
    cursor = Cursor(fields)
    request_id, symbol, exchange = cursor.integer(), cursor.text().upper(), cursor.text()
    sec_type, con_id = cursor.text(), cursor.integer()
    under = gateway.catalogue.contracts.get(con_id)
    if under is None or under.symbol != symbol or under.sec_type != sec_type:
        session.send_error(request_id, rules.NO_SUCH_CONTRACT.code, rules.NO_SUCH_CONTRACT.text)
        return
    chain = gateway.catalogue.options_on(con_id)
    places = chain[0].exchanges if chain else ()
    for place in places:
        if exchange and place != exchange:
            continue
        expirations = sorted({row.expiry for row in chain})
        strikes = sorted({row.strike for row in chain})
        row: list[Field] = [75, request_id, place, con_id, chain[0].trading_class, chain[0].multiplier]
        session.send(frame(*row, len(expirations), *expirations, len(strikes), *strikes))
    session.send(frame(76, request_id))


def greek_ticks(gateway: Gateway, request_id: int, feed: Feed, quote: Quote, step: int) -> bytes:
    """tickOptionComputation (21) from bid, ask, last and model for what differs from what was sent last."""
    numbers = _DELAYED if feed.delayed else _LIVE
    model = gateway.market.greeks(feed.contract, step)
    parts = []
    for side in ("bid", "ask", "last"):
        price = getattr(quote, side)
        if feed.sent is None or getattr(feed.sent, side) != price:
            seen = _from_price(feed.contract, model.underlying, float(price), step)
            parts.append(_computation(request_id, numbers[side], seen, float(price)))
    if parts:
        parts.append(_computation(request_id, numbers["model"], model, model.price))
    return b"".join(parts)


def _from_price(contract: Contract, spot: float, price: float, step: int) -> Greeks | None:
    seconds, strike = contract.expires_at - step * STEP_SECONDS, float(contract.strike)
    level = options.implied_volatility(contract.right, spot, strike, seconds, price)
    return None if level is None else options.value(contract.right, spot, strike, seconds, level)


def _computation(request_id: int, number: int, greeks: Greeks | None, price: float) -> bytes:
    """One row. What cannot be computed is -1 (volatility, price) or -2 (the rest), as TWS writes it."""
    if greeks is None:
        return frame(21, request_id, number, _PRICE_BASED, "-1", "-2", _number(price), "-1", "-2", "-2", "-2", "-1")
    figures = (greeks.volatility, greeks.delta, price, 0.0, greeks.gamma, greeks.vega, greeks.theta, greeks.underlying)
    return frame(21, request_id, number, _PRICE_BASED, *(_number(figure) for figure in figures))


def _number(value: float) -> str:
    return repr(round(value, 10))


def implied_volatility(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """calculateImpliedVolatility (54): the volatility that goes with a price of the option and of its underlying."""
    request_id, contract, price, spot = _calculation(gateway, session, fields)
    if contract is None:
        return
    seen = _from_price(contract, spot, price, gateway.market.step)
    session.send(_computation(request_id, _CUSTOM, seen, price))


def option_price(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """calculateOptionPrice (55): the price that goes with a volatility and a price of the underlying."""
    request_id, contract, level, spot = _calculation(gateway, session, fields)
    if contract is None:
        return
    seconds = contract.expires_at - gateway.market.step * STEP_SECONDS
    seen = options.value(contract.right, spot, float(contract.strike), seconds, level)
    session.send(_computation(request_id, _CUSTOM, seen, seen.price))


def _calculation(gateway: Gateway, session: Session, fields: list[str]) -> tuple[int, Contract | None, float, float]:
    cursor = Cursor(fields)
    cursor.skip()
    request_id, query = cursor.integer(), read_query(cursor)
    first, spot = cursor.decimal() or Decimal(0), cursor.decimal() or Decimal(0)
    contract = one_contract(gateway, session, request_id, query)
    if contract is None:
        return request_id, None, 0.0, 0.0
    if not contract.is_option:
        session.send_error(request_id, 321, "Error validating request.-'bI' : cause - The contract is no option")
        return request_id, None, 0.0, 0.0
    if first <= 0 or spot <= 0:
        session.send_error(request_id, 321, "Error validating request.-'bI' : cause - Invalid price or volatility")
        return request_id, None, 0.0, 0.0
    return request_id, contract, float(first), float(spot)


def nothing_to_cancel(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelCalculateImpliedVolatility (56), cancelCalculateOptionPrice (57): the answer has been sent already."""


OPTION_REQUESTS = {
    54: implied_volatility,
    55: option_price,
    56: nothing_to_cancel,
    57: nothing_to_cancel,
    78: option_parameters,
}
