"""Owns the catalogue of contracts: what exists, how a description is resolved, market rules and trading hours.

Imports `wire` only. The rows are data in catalogue.toml; futures are dated forward from today.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tws_console.simulator.wire import Cursor

STOCK_ORDER_TYPES = (
    "ACTIVETIM,AD,ADDONT,ADJUST,ALERT,ALGO,ALLOC,AON,AVGCOST,BASKET,COND,CONDORDER,DARKONLY,DAY,DIS,DUR,GAT,GTC,GTD,HID,"
    "IBKRATS,ICE,IOC,LIT,LMT,LOC,MKT,MOC,NGCOMB,NONALGO,OCA,OPG,PEGBENCH,SCALE,SCALERST,SNAPMID,SNAPMKT,SNAPREL,STP,"
    "STPLMT,SWEEP,TRAIL,WHATIF"
)
DERIVATIVE_ORDER_TYPES = (
    "ACTIVETIM,AD,ADJUST,ALERT,ALGO,ALLOC,AVGCOST,BASKET,COND,CONDORDER,DAY,GAT,GTC,GTD,HID,ICE,IOC,LIT,LMT,MKT,OCA,"
    "STP,STPLMT,TRAIL,WHATIF"
)
_MONTH_CODES = {3: "H", 6: "M", 9: "U", 12: "Z"}
_MONTH_NAMES = {3: "MAR", 6: "JUN", 9: "SEP", 12: "DEC"}


@dataclass(frozen=True, slots=True)
class Contract:
    """One tradable listing. Prices are per share, index point or unit of the first currency."""

    con_id: int
    symbol: str
    sec_type: str
    currency: str
    primary: str
    local_symbol: str
    trading_class: str
    market_name: str
    long_name: str
    min_tick: Decimal
    rule_id: int
    exchanges: tuple[str, ...]
    reference: Decimal
    spread_ticks: int = 1
    displayed: int = 400
    entitled: bool = True
    multiplier: str = ""
    expiry: str = ""
    contract_month: str = ""
    under_con_id: int = 0
    stock_type: str = ""
    industry: str = ""
    category: str = ""
    subcategory: str = ""
    time_zone: str = "US/Eastern"

    @property
    def point_value(self) -> Decimal:
        """Money per point and unit: the multiplier of a future, 1 otherwise."""
        return Decimal(self.multiplier) if self.multiplier else Decimal(1)

    @property
    def order_types(self) -> str:
        """The comma list of order types and attributes that this listing takes."""
        return STOCK_ORDER_TYPES if self.sec_type == "STK" else DERIVATIVE_ORDER_TYPES

    @property
    def default_exchange(self) -> str:
        """Where an order goes when none is named."""
        return self.exchanges[0]


@dataclass(frozen=True, slots=True)
class ContractQuery:
    """A contract as a client describes it: any field may be empty."""

    con_id: int = 0
    symbol: str = ""
    sec_type: str = ""
    expiry: str = ""
    multiplier: str = ""
    exchange: str = ""
    primary: str = ""
    currency: str = ""
    local_symbol: str = ""
    trading_class: str = ""


def read_query(cursor: Cursor) -> ContractQuery:
    """Read the twelve contract fields that requests share, in wire order."""
    con_id = cursor.integer()
    symbol, sec_type, expiry = cursor.text(), cursor.text(), cursor.text()
    cursor.skip(2)  # strike and right: no options are listed here
    multiplier, exchange, primary = cursor.text(), cursor.text(), cursor.text()
    currency, local_symbol, trading_class = cursor.text(), cursor.text(), cursor.text()
    return ContractQuery(
        con_id, symbol.upper(), sec_type, expiry, multiplier, exchange, primary, currency, local_symbol, trading_class
    )


@dataclass(slots=True)
class Catalogue:
    """Every listing by contract id, and the market rules by number."""

    contracts: dict[int, Contract]
    rules: dict[int, list[tuple[Decimal, Decimal]]] = field(default_factory=dict)

    def resolve(self, query: ContractQuery) -> list[Contract]:
        """All listings that fit the description; an id decides alone and only the exchange must exist there."""
        if query.con_id:
            found = self.contracts.get(query.con_id)
            if found is None or not _trades_on(found, query.exchange):
                return []
            return [found]
        if not (query.symbol or query.local_symbol):
            return []
        return [contract for contract in self.contracts.values() if _fits(contract, query)]

    def by_name(self, name: str) -> Contract:
        """A listing by a short name: a stock symbol, EUR.USD, a future's local symbol or root. Raises KeyError."""
        wanted = name.upper()
        for contract in self.contracts.values():
            if wanted in (contract.local_symbol.upper(), contract.symbol if contract.sec_type != "CASH" else ""):
                return contract
        raise KeyError(f"no contract is named {name}")

    def search(self, pattern: str) -> list[Contract]:
        """At most 16 listings whose symbol begins with the pattern or whose name has a word that does."""
        wanted = pattern.strip().upper()
        if not wanted:
            return []
        hits = [contract for contract in self.contracts.values() if _matches(contract, wanted)]
        hits.sort(key=lambda contract: (contract.symbol != wanted, contract.symbol, contract.con_id))
        return hits[:16]

    def tick_at(self, contract: Contract, price: Decimal) -> Decimal:
        """The price increment that the contract's market rule prescribes at this price."""
        increment = contract.min_tick
        for low_edge, step in self.rules.get(contract.rule_id, []):
            if abs(price) >= low_edge:
                increment = step
        return increment


def _trades_on(contract: Contract, exchange: str) -> bool:
    return not exchange or exchange in contract.exchanges


def _fits(contract: Contract, query: ContractQuery) -> bool:
    pairs = (
        (query.symbol, contract.symbol),
        (query.sec_type, contract.sec_type),
        (query.currency, contract.currency),
        (query.local_symbol, contract.local_symbol),
        (query.trading_class, contract.trading_class),
        (query.primary, contract.primary),
        (query.multiplier, contract.multiplier),
    )
    if any(asked and asked != held for asked, held in pairs):
        return False
    return contract.expiry.startswith(query.expiry) and _trades_on(contract, query.exchange)


def _matches(contract: Contract, wanted: str) -> bool:
    return contract.symbol.startswith(wanted) or any(word.startswith(wanted) for word in contract.long_name.split())


def load_catalogue(today: date) -> Catalogue:
    """Read catalogue.toml; futures get the next three quarterly expiries after `today`."""
    data = tomllib.loads((Path(__file__).parent / "catalogue.toml").read_text(encoding="utf-8"))
    exchanges = {name: tuple(row.split(",")) for name, row in data["exchanges"].items()}
    contracts = {row.con_id: row for row in _all_rows(data["contracts"], exchanges, today)}
    rules = {
        int(number): [(Decimal(low), Decimal(step)) for low, step in bands] for number, bands in data["rules"].items()
    }
    return Catalogue(contracts, rules)


def _all_rows(rows: list[dict[str, Any]], exchanges: dict[str, tuple[str, ...]], today: date) -> Iterator[Contract]:
    for row in rows:
        values: dict[str, Any] = dict(row)
        values |= {key: Decimal(row[key]) for key in ("min_tick", "reference")}
        values["exchanges"] = exchanges[row["exchanges"]]
        if row["sec_type"] != "FUT":
            yield Contract(**values)
            continue
        for number, expiry in enumerate(_quarterly_expiries(today)):
            local = f"{row['symbol']}{_MONTH_CODES[expiry.month]}{expiry.year % 10}"
            values |= {"con_id": row["con_id"] + number, "local_symbol": local, "expiry": f"{expiry:%Y%m%d}"}
            values["contract_month"] = f"{expiry:%Y%m}"
            values["reference"] = Decimal(row["reference"]) + 50 * number
            yield Contract(**values)


def _quarterly_expiries(today: date) -> list[date]:
    found: list[date] = []
    year, month = today.year, 3
    while len(found) < 3:
        first = date(year, month, 1)
        third_friday = first + timedelta(days=(4 - first.weekday()) % 7 + 14)
        if third_friday > today:
            found.append(third_friday)
        month += 3
        if month > 12:
            year, month = year + 1, 3
    return found


def trading_hours(contract: Contract, now: datetime, *, liquid: bool) -> str:
    """Sessions of today and the next five days in the contract's zone.

    The practice market never closes, so today is written as a whole-day session whenever the usual hours do not hold
    `now`: a client that reads the hours and a client that reads the fills then agree.
    """
    local = now.astimezone(ZoneInfo(contract.time_zone))
    opens, closes = _usual_hours(contract, liquid)
    days = []
    for offset in range(6):
        day = local.date() + timedelta(days=offset)
        usual = day.weekday() < 5
        if offset == 0 and not (usual and opens <= f"{local:%H%M}" < closes):
            days.append(f"{day:%Y%m%d}:0000-{day:%Y%m%d}:2359")
        elif usual:
            days.append(f"{day:%Y%m%d}:{opens}-{day:%Y%m%d}:{closes}")
        else:
            days.append(f"{day:%Y%m%d}:CLOSED")
    return ";".join(days)


def _usual_hours(contract: Contract, liquid: bool) -> tuple[str, str]:
    if contract.sec_type == "STK":
        return ("0930", "1600") if liquid else ("0400", "2000")
    return ("0830", "1600") if liquid and contract.sec_type == "FUT" else ("0015", "2345")
