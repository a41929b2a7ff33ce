"""Owns the rows that are not about orders: session, accounts, positions, contracts, ticks. Imports `wire`, `contracts`,
`accounts` and `market`. Layouts as ib_async 2.1.0 (decoder.py) and the official client libraries read them.
"""

from datetime import datetime
from decimal import Decimal

from tws_console.simulator.accounts import Position, Profit
from tws_console.simulator.contracts import Contract
from tws_console.simulator.market import Quote
from tws_console.simulator.schedule import trading_hours
from tws_console.simulator.wire import Field, frame, plain, seal

FARMS = (
    (2104, "Market data farm connection is OK:usfarm"),
    (2104, "Market data farm connection is OK:cashfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefil"),
)


def error(request_id: int, code: int, message: str, version: int, encoding: str = "utf-8") -> bytes:
    """An error or notice; the order-reject JSON follows from server version 166 on."""
    fields = ["4", "2", str(request_id), str(code), message, *([""] if version >= 166 else [])]
    return seal(fields, encoding)


def position(account: str, held: Position) -> bytes:
    """A position row. Futures carry no exchange."""
    return frame(61, 3, account, *_position_fields(held))


def position_multi(request_id: int, account: str, held: Position) -> bytes:
    """A row of a positions request with an id; the model code is empty."""
    return frame(71, 1, request_id, account, *_position_fields(held), "")


def _position_fields(held: Position) -> list[Field]:
    contract = held.contract
    exchange = "" if contract.sec_type == "FUT" else contract.primary
    return [
        contract.con_id,
        contract.symbol,
        contract.sec_type,
        contract.expiry,
        contract.strike,
        contract.right,
        contract.multiplier,
        exchange,
        contract.currency,
        contract.local_symbol,
        contract.trading_class,
        held.quantity,
        held.average_cost,
    ]


def portfolio(account: str, held: Position, profit: Profit, price: Decimal) -> bytes:
    """A portfolio row of an account subscription."""
    contract = held.contract
    return frame(
        *(
            7,
            8,
            contract.con_id,
            contract.symbol,
            contract.sec_type,
            contract.expiry,
            contract.strike,
            contract.right or "0",
        ),
        *(contract.multiplier, contract.primary, contract.currency, contract.local_symbol, contract.trading_class),
        *(held.quantity, price, profit.value, held.average_cost, profit.unrealized, profit.realized, account),
    )


def contract_details(
    request_id: int,
    contract: Contract,
    exchange: str,
    now: datetime,
    version: int,
    *,
    under: Contract | None = None,
    always_open: bool = True,
) -> bytes:
    """A contractDetails row for one listing as seen at `exchange`; bonds have a row of their own kind (18).

    `under` is what a derivative is made on, if that is listed; `always_open` writes the hours of the practice market,
    which never closes.
    """
    if contract.sec_type == "BOND":
        return _bond_details(request_id, contract, exchange, version)
    fields: list[Field] = [10]
    if version < 164:
        fields.append(8)
    fields += [request_id, contract.symbol, contract.sec_type, contract.expiry]
    fields += [contract.strike, contract.right, exchange, contract.currency]
    fields += [contract.local_symbol, contract.market_name, contract.trading_class, contract.con_id]
    fields.append(contract.min_tick)
    if version < 164:
        fields.append(1)
    fields += [contract.multiplier, contract.order_types, ",".join(contract.exchanges), 1, contract.under_con_id]
    fields += [_escaped(contract.long_name), contract.primary, contract.contract_month, contract.industry]
    fields += [contract.category, contract.subcategory, contract.time_zone]
    fields += [trading_hours(contract, now, liquid=liquid, always_open=always_open) for liquid in (False, True)]
    fields += ["", "0", *((1, "ISIN", contract.isin) if contract.isin else (0,))]
    fields += [1, *_underlying(contract, under)]
    fields += [",".join([str(contract.rule_id)] * len(contract.exchanges)), contract.expiry, contract.stock_type]
    if version == 163:
        fields.append(contract.size_step)
    if version >= 164:
        fields += [contract.size_step] * 2 + [Decimal(100) if contract.sec_type == "STK" else contract.size_step]
    return frame(*fields)


def _underlying(contract: Contract, under: Contract | None) -> tuple[str, str]:
    """Symbol and type of what a derivative is made on; futures are made on indexes that are not all listed here."""
    if under is not None:
        return under.symbol, under.sec_type
    return (contract.symbol, "IND") if contract.under_con_id else ("", "")


def _bond_details(request_id: int, contract: Contract, exchange: str, version: int) -> bytes:
    old = version < 164
    fields: list[Field] = [18, *([6] if old else []), request_id, contract.symbol, contract.sec_type]
    fields += [contract.local_symbol, contract.coupon, contract.expiry, "20200101", "", contract.category, "FIXED"]
    fields += [False, False, False, contract.long_name, exchange, contract.currency, contract.market_name]
    fields += [contract.trading_class, contract.con_id, contract.min_tick, *([1] if old else []), contract.order_types]
    fields += [",".join(contract.exchanges), "", "", False, "", contract.long_name, "", "0", 0, 1]
    fields.append(",".join([str(contract.rule_id)] * len(contract.exchanges)))
    if not old:
        fields += [1, 1, 1]
    return frame(*fields)


def _escaped(name: str) -> str:
    return name.encode("unicode_escape").decode("ascii")


def symbol_samples(request_id: int, found: list[tuple[Contract, list[str]]], version: int) -> bytes:
    """The answer to a symbol search: contracts, each with the types of its derivatives."""
    fields: list[Field] = [79, request_id, len(found)]
    for contract, derivatives in found:
        fields += [contract.con_id, contract.symbol, contract.sec_type, contract.primary, contract.currency]
        fields += [len(derivatives), *derivatives]
        if version >= 176:
            fields += [contract.long_name, ""]
    return frame(*fields)


def market_rule(number: int, bands: list[tuple[Decimal, Decimal]]) -> bytes:
    """The bands of a market rule: (low edge, increment)."""
    return frame(93, number, len(bands), *(value for band in bands for value in band))


LIVE = {"bid": 1, "ask": 2, "last": 4, "bid_size": 0, "ask_size": 3, "last_size": 5, "volume": 8}
LIVE |= {"high": 6, "low": 7, "close": 9, "open": 14}
DELAYED = {"bid": 66, "ask": 67, "last": 68, "bid_size": 69, "ask_size": 70, "last_size": 71, "volume": 74}
DELAYED |= {"high": 72, "low": 73, "close": 75, "open": 76}


def ticks(request_id: int, numbers: dict[str, int], old: Quote | None, new: Quote) -> bytes:
    """Tick messages for whatever differs between two quotes, in one piece."""
    parts = [_priced(request_id, numbers, old, new, side) for side in ("bid", "ask", "last")]
    for name in ("high", "low", "close", "open"):
        if old is None or getattr(old, name) != getattr(new, name):
            parts.append(_price_tick(request_id, numbers[name], getattr(new, name), 0))
    if old is None or old.volume != new.volume:
        parts.append(_size_tick(request_id, numbers["volume"], new.volume))
    return b"".join(parts)


def index_ticks(request_id: int, numbers: dict[str, int], old: Quote | None, new: Quote) -> bytes:
    """Tick messages of an index, which nobody bids for and nobody trades."""
    names = ("last", "high", "low", "close", "open")
    changed = [name for name in names if old is None or getattr(old, name) != getattr(new, name)]
    return b"".join(_price_tick(request_id, numbers[name], getattr(new, name), 0) for name in changed)


def quote_ticks(request_id: int, numbers: dict[str, int], old: Quote | None, new: Quote) -> bytes:
    """Tick messages of what is quoted and never shows a trade: currency pairs and contracts for difference."""
    parts = [_priced(request_id, numbers, old, new, side) for side in ("bid", "ask")]
    changed = [name for name in ("high", "low", "close") if old is None or getattr(old, name) != getattr(new, name)]
    return b"".join(parts + [_price_tick(request_id, numbers[name], getattr(new, name), 0) for name in changed])


def _priced(request_id: int, numbers: dict[str, int], old: Quote | None, new: Quote, side: str) -> bytes:
    price, size = getattr(new, side), getattr(new, f"{side}_size")
    size_tick = _size_tick(request_id, numbers[f"{side}_size"], size)
    if old is None or getattr(old, side) != price:
        # Quotes can be traded at by the client's own order at once, so the mask of attributes is 1 (canAutoExecute).
        return _price_tick(request_id, numbers[side], price, size, side != "last") + size_tick
    return size_tick if getattr(old, f"{side}_size") != size else b""


def _price_tick(request_id: int, number: int, price: Decimal, size: int, executable: bool = False) -> bytes:
    return seal(("1", "6", str(request_id), str(number), plain(price), str(size), "1" if executable else "0"))


def _size_tick(request_id: int, number: int, size: int) -> bytes:
    return seal(("2", "6", str(request_id), str(number), str(size)))
