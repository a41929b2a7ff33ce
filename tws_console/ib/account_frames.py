"""Account, position, P&L and quote messages from the wire's text to events, and market rules.

Pure functions of one message's fields. Imports model and mapping; no ib_async. Field positions: ib_async 2.1.0
decoder.py; tick numbers: IBKR Campus TWS API docs, "Available Tick Types".
"""

from __future__ import annotations

from decimal import Decimal

from tws_console.ib.mapping import decimal_or_none, instrument_of, integer, right_of, strike_or_none
from tws_console.ib.order_frames import Stamp
from tws_console.model.events import AccountValueSeen, PnlSeen, PositionSeen, QuoteSeen
from tws_console.model.instrument import Instrument, PriceStep

PRICE_TICKS = {1: "bid", 2: "ask", 4: "last", 9: "close", 66: "bid", 67: "ask", 68: "last", 75: "close"}
SIZE_TICKS = {0: "bid_size", 3: "ask_size", 69: "bid_size", 70: "ask_size"}
SIZE_BESIDE = {"bid": "bid_size", "ask": "ask_size"}
DATA_TAGS = {"1": "L", "2": "F", "3": "D", "4": "DF"}
NO_PRICE = Decimal(-1)


def read_account_value(stamp: Stamp, fields: list[str]) -> AccountValueSeen:
    """updateAccountValue (6)."""
    return _value(stamp, fields[5], fields[2], fields[3], fields[4])


def read_summary(stamp: Stamp, fields: list[str]) -> AccountValueSeen:
    """accountSummary (63)."""
    return _value(stamp, fields[3], fields[4], fields[5], fields[6])


def read_multi(stamp: Stamp, fields: list[str]) -> AccountValueSeen:
    """accountUpdateMulti (73)."""
    return _value(stamp, fields[3], fields[5], fields[6], fields[7])


def _value(stamp: Stamp, account: str, key: str, value: str, currency: str) -> AccountValueSeen:
    return AccountValueSeen(
        n=stamp.n, link=stamp.link, at=stamp.at, account=account, key=key, value=value, currency=currency
    )


def read_position(stamp: Stamp, fields: list[str]) -> PositionSeen:
    """position (61)."""
    return PositionSeen(
        n=stamp.n,
        link=stamp.link,
        at=stamp.at,
        account=fields[2],
        instrument=instrument_of(fields, 3),
        quantity=decimal_or_none(fields[14]),
        average_cost=decimal_or_none(fields[15]),
    )


def read_portfolio(stamp: Stamp, fields: list[str]) -> PositionSeen:
    """updatePortfolio (7): the same facts with the primary exchange instead of the exchange."""
    instrument = Instrument(
        con_id=integer(fields[2]),
        symbol=fields[3],
        sec_type=fields[4],
        expiry=fields[5],
        strike=strike_or_none(fields[6]),
        right=right_of(fields[7]),
        multiplier=fields[8],
        exchange="",
        primary_exch=fields[9],
        currency=fields[10],
        local_symbol=fields[11],
        trading_class=fields[12],
    )
    return PositionSeen(
        n=stamp.n,
        link=stamp.link,
        at=stamp.at,
        account=fields[19],
        instrument=instrument,
        quantity=decimal_or_none(fields[13]),
        average_cost=decimal_or_none(fields[16]),
    )


def read_pnl(stamp: Stamp, fields: list[str], account: str) -> PnlSeen:
    """pnl (94)."""
    daily, unrealized, realized = (decimal_or_none(text) for text in fields[2:5])
    return PnlSeen(
        n=stamp.n,
        link=stamp.link,
        at=stamp.at,
        account=account,
        con_id=None,
        daily=daily,
        unrealized=unrealized,
        realized=realized,
    )


def read_position_pnl(stamp: Stamp, fields: list[str], account: str, con_id: int) -> PnlSeen:
    """pnlSingle (95)."""
    daily, unrealized, realized, value = (decimal_or_none(text) for text in fields[3:7])
    return PnlSeen(
        n=stamp.n,
        link=stamp.link,
        at=stamp.at,
        account=account,
        con_id=con_id,
        daily=daily,
        unrealized=unrealized,
        realized=realized,
        value=value,
    )


def read_price_tick(stamp: Stamp, fields: list[str], con_id: int) -> list[QuoteSeen]:
    """tickPrice (1): a price and, for bid and ask, the size beside it. -1 without size is TWS's word for no price."""
    name = PRICE_TICKS.get(int(fields[3]))
    if name is None:
        return []
    price, size = decimal_or_none(fields[4]), decimal_or_none(fields[5])
    if price == NO_PRICE and not size:
        price = None
    ticks = [_tick(stamp, con_id, name, price)]
    if name in SIZE_BESIDE and size is not None:
        ticks.append(_tick(stamp, con_id, SIZE_BESIDE[name], size))
    return ticks


def read_size_tick(stamp: Stamp, fields: list[str], con_id: int) -> list[QuoteSeen]:
    """tickSize (2)."""
    name = SIZE_TICKS.get(int(fields[3]))
    return [_tick(stamp, con_id, name, decimal_or_none(fields[4]))] if name else []


def _tick(stamp: Stamp, con_id: int, name: str, value: Decimal | None) -> QuoteSeen:
    return QuoteSeen(n=stamp.n, link=stamp.link, at=stamp.at, con_id=con_id, field=name, value=value)


def read_market_rule(fields: list[str]) -> tuple[int, tuple[PriceStep, ...]]:
    """marketRule (93): its number and its price steps."""
    count = int(fields[2])
    pairs = [(fields[3 + 2 * row], fields[4 + 2 * row]) for row in range(count)]
    return int(fields[1]), tuple(PriceStep(Decimal(low), Decimal(step)) for low, step in pairs)
