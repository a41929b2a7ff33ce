"""Owns what a contract is and how a client's description of one is resolved. Imports `wire` only.

Which listings exist is data: see `listings`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache

from tws_console.simulator.wire import Cursor

_COMMON = (
    "ACTIVETIM,AD,ADJUST,ALERT,ALGO,ALLOC,AVGCOST,BASKET,COND,CONDORDER,DAY,GAT,GTC,GTD,HID,ICE,IOC,LIT,LMT,MKT,OCA"
)
# As recorded for AAPL (github ThomasMarcelis/ibkr-go, contract_details_aapl_stk).
STOCK_ORDER_TYPES = (
    "ACTIVETIM,AD,ADDONT,ADJUST,ALERT,ALGO,ALLOC,AON,AVGCOST,BASKET,BENCHPX,CASHQTY,COND,CONDORDER,DARKONLY,DARKPOLL,"
    "DAY,DEACT,DEACTDIS,DEACTEOD,DIS,DUR,GAT,GTC,GTD,GTT,HID,IBKRATS,ICE,IMB,IOC,LIT,LMT,LOC,MIDPX,MIT,MKT,MOC,MTL,"
    "NGCOMB,NODARK,NONALGO,OCA,OPG,OPGREROUT,PEGBENCH,PEGMID,POSTATS,POSTONLY,PREOPGRTH,PRICECHK,REL,REL2MID,RELPCTOFS,"
    "RPI,RTH,SCALE,SCALEODD,SCALERST,SIZECHK,SNAPMID,SNAPMKT,SNAPREL,STP,STPLMT,SWEEP,TRAIL,TRAILLIT,TRAILLMT,TRAILMIT,"
    "WHATIF"
)
DERIVATIVE_ORDER_TYPES = f"{_COMMON},MIT,STP,STPLMT,TRAIL,TRAILLIT,TRAILLMT,TRAILMIT,WHATIF"
_ORDER_TYPES = {
    "STK": STOCK_ORDER_TYPES,
    "CRYPTO": "ALLOC,COND,CONDORDER,DAY,GTC,GTD,IOC,LMT,MKT,MTL,STPLMT,WHATIF",
    "BOND": "ALERT,ALLOC,AVGCOST,COND,CONDORDER,DAY,GTC,GTD,LMT,MKT,WHATIF",
    "IND": "",
}
OPTIONS = ("OPT", "FOP")
CONTINUOUS = "CONTFUT"
SEC_TYPES = {"STK", "OPT", "FUT", "FOP", "IND", "CASH", "CFD", "CRYPTO", "BOND", "BAG", "CMDTY", "FUND", "WAR", "IOPT"}
SEC_TYPES |= {"NEWS", CONTINUOUS}
IDENTIFIERS = ("ISIN", "CUSIP", "SEDOL", "RIC", "FIGI", "BB_SYMBOL")
_COIN_STEP = Decimal("0.00000001")


@cache
def _codes(listed: str) -> frozenset[str]:
    return frozenset(listed.split(","))


@dataclass(frozen=True, slots=True)
class Contract:
    """One listing. Prices are per share, index point or unit of the first currency; of a bond in per cent of par."""

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
    hours: tuple[str, ...] = ("0015", "2345", "0015", "2345")
    strike: Decimal = Decimal(0)
    right: str = ""
    volatility: Decimal = Decimal(0)
    expires_at: float = 0.0
    coupon: str = ""
    isin: str = ""

    @property
    def is_option(self) -> bool:
        """Whether this is an option, on a stock, an index or a future."""
        return self.sec_type in OPTIONS

    def has_expired(self, day: date) -> bool:
        """Whether the last trading day lies before a day."""
        return self.sec_type in ("FUT", CONTINUOUS, *OPTIONS) and self.expiry < f"{day:%Y%m%d}"

    @property
    def follows(self) -> bool:
        """Whether the price is that of another listing, or made from it."""
        return self.is_option or self.sec_type == "CFD"

    @property
    def trades_at_weekends(self) -> bool:
        """Whether Saturday and Sunday have sessions."""
        return self.sec_type == "CRYPTO"

    @property
    def point_value(self) -> Decimal:
        """Money per point and unit: the multiplier of a derivative, 10 for a bond of 1,000, 1 otherwise."""
        if self.sec_type == "BOND":
            return Decimal(10)
        return Decimal(self.multiplier) if self.multiplier else Decimal(1)

    @property
    def size_step(self) -> Decimal:
        """The smallest size and the step of sizes: eight decimals of a cryptocurrency, whole units of all else.

        A real Gateway has filled 0.00025289 BTC (github QuantConnect/Lean.Brokerages.InteractiveBrokers PR 260).
        """
        return _COIN_STEP if self.sec_type == "CRYPTO" else Decimal(1)

    @property
    def identifiers(self) -> dict[str, str]:
        """What else it is known by: its ISIN, and the CUSIP that an American one has inside."""
        if not self.isin:
            return {}
        return {"ISIN": self.isin} | ({"CUSIP": self.isin[2:11]} if self.isin.startswith("US") else {})

    @property
    def order_types(self) -> str:
        """The comma list of order types and attributes that this listing takes."""
        return _ORDER_TYPES.get(self.sec_type, DERIVATIVE_ORDER_TYPES)

    def takes(self, code: str) -> bool:
        """Whether an order type or attribute, by its code, is in that list."""
        return code in _codes(self.order_types)

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
    strike: Decimal = Decimal(0)
    right: str = ""
    include_expired: bool = False
    identifier: tuple[str, str] | None = None


def read_query(cursor: Cursor) -> ContractQuery:
    """Read the twelve contract fields that requests share, in wire order."""
    con_id = cursor.integer()
    symbol, sec_type, expiry = cursor.text(), cursor.text(), cursor.text()
    strike, right = cursor.decimal() or Decimal(0), cursor.text().upper()[:1]
    multiplier, exchange, primary = cursor.text(), _venue(cursor.text()), _venue(cursor.text())
    currency, local_symbol, trading_class = cursor.text(), cursor.text(), cursor.text()
    return ContractQuery(
        *(con_id, symbol.upper(), sec_type, expiry, multiplier, exchange, primary, currency),
        *(local_symbol, trading_class, strike, right if right in ("C", "P") else ""),
    )


def read_dated_query(cursor: Cursor) -> ContractQuery:
    """The contract fields of a request that can ask for expired futures as well."""
    return replace(read_query(cursor), include_expired=cursor.flag())


def read_details_query(cursor: Cursor) -> ContractQuery:
    """The contract fields of a request for details, which can name a contract by an identifier of another house.

    Such a name decides instead of the symbol; one of an unknown kind counts for nothing (github userFRM/ibkr-dx).
    """
    query = read_dated_query(cursor)
    kind, value = (cursor.text(), cursor.text()) if cursor.left >= 2 else ("", "")
    return replace(query, symbol="", identifier=(kind, value)) if kind in IDENTIFIERS and value else query


def _venue(written: str) -> str:
    """An exchange as the catalogue has it: NASDAQ was ISLAND in the API for many years."""
    return "NASDAQ" if written == "ISLAND" else written


def conflict(query: ContractQuery, contract: Contract) -> str:
    """What a description says otherwise than the contract that its id names, empty when nothing does."""
    pairs = (
        ("symbol", query.symbol, contract.symbol.upper()),
        ("security type", query.sec_type, contract.sec_type),
        ("expiry", query.expiry, contract.expiry),
        ("strike", query.strike, contract.strike),
        ("right", query.right, contract.right),
        ("multiplier", query.multiplier, contract.multiplier),
        ("currency", query.currency, contract.currency),
        ("local symbol", query.local_symbol, contract.local_symbol),
        ("trading class", query.trading_class, contract.trading_class),
    )
    return "".join(
        f" requested {name} {asked}, in contract {held};" for name, asked, held in pairs if asked not in ("", 0, held)
    )


@dataclass(slots=True)
class Catalogue:
    """Every listing by contract id, and the market rules by number.

    `contracts` also keeps what has expired, which a description means only when it asks for expired futures.
    """

    contracts: dict[int, Contract]
    rules: dict[int, list[tuple[Decimal, Decimal]]] = field(default_factory=dict)
    _listed: list[Contract] = field(default_factory=list)
    _by_symbol: dict[str, list[Contract]] = field(default_factory=dict)
    _expired: list[Contract] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.list_only(list(self.contracts.values()))

    def list_only(self, listed: Iterable[Contract], expired: Iterable[Contract] = ()) -> None:
        """Make these the listings of today and these the expired ones; others that were known keep their id."""
        self._listed = [self.contracts.setdefault(row.con_id, row) for row in listed]
        self._expired = [self.contracts.setdefault(row.con_id, row) for row in expired]
        self._by_symbol = {}
        for row in self._listed:
            for name in {row.symbol.upper(), row.local_symbol.upper()}:
                self._by_symbol.setdefault(name, []).append(row)

    @property
    def listed(self) -> list[Contract]:
        """The listings of today, in the order of the catalogue."""
        return self._listed

    def continuous(self, query: ContractQuery) -> list[Contract]:
        """The first future of a series, as the continuous contract that has data and takes no orders."""
        rows = self.resolve(replace(query, sec_type="FUT"))
        return [replace(row, sec_type=CONTINUOUS) for row in sorted(rows, key=lambda row: row.expiry)[:1]]

    def resolve(self, query: ContractQuery) -> list[Contract]:
        """All listings that fit the description; an id decides alone and only the exchange must exist there."""
        if query.con_id:
            found = self.contracts.get(query.con_id)
            if found is None or not _trades_on(found, query.exchange):
                return []
            return [found]
        rows = self._by_symbol.get((query.symbol or query.local_symbol).upper(), [])
        if query.identifier is not None:
            rows = self._listed
        if query.include_expired:
            rows = [*self._expired, *rows]
        return [contract for contract in rows if _fits(contract, query)]

    def by_name(self, name: str) -> Contract:
        """A listing by a short name: a stock symbol, EUR.USD, a future's local symbol or root. Raises KeyError."""
        wanted = name.upper()
        for contract in self._by_symbol.get(wanted, []):
            if wanted == contract.local_symbol.upper() or contract.sec_type not in ("CASH", *OPTIONS):
                return contract
        raise KeyError(f"no contract is named {name}")

    def pair(self, first: str, second: str) -> Contract | None:
        """The listing of a currency pair, None when there is none."""
        rows = self._by_symbol.get(f"{first}.{second}".upper(), [])
        return next((row for row in rows if row.sec_type == "CASH"), None)

    def search(self, pattern: str) -> list[Contract]:
        """At most 16 listings whose symbol begins with the pattern or whose name has a word that does."""
        wanted = pattern.strip().upper()
        if not wanted:
            return []
        hits = [
            row
            for row in self._listed
            if row.sec_type in ("STK", "IND", "BOND", "FUT", "CASH") and _matches(row, wanted)
        ]
        hits.sort(key=lambda contract: (contract.symbol != wanted, contract.symbol, contract.con_id))
        return hits[:16]

    def options_on(self, con_id: int) -> list[Contract]:
        """Today's options on a listing."""
        return [row for row in self._listed if row.is_option and row.under_con_id == con_id]

    def derivatives_of(self, con_id: int) -> list[str]:
        """The types of what is listed on a listing today, in alphabetical order."""
        return sorted({row.sec_type for row in self._listed if row.under_con_id == con_id})

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
        (query.right, contract.right),
        (query.strike, contract.strike),
    )
    if any(asked and asked != held for asked, held in pairs):
        return False
    if query.identifier is not None and query.identifier not in contract.identifiers.items():
        return False
    return contract.expiry.startswith(query.expiry) and _trades_on(contract, query.exchange)


def _matches(contract: Contract, wanted: str) -> bool:
    return contract.symbol.startswith(wanted) or any(word.startswith(wanted) for word in contract.long_name.split())


def load_catalogue(today: date) -> Catalogue:
    """The catalogue as it is on a day."""
    from tws_console.simulator.listings import market_rules, redate

    catalogue = Catalogue({}, market_rules())
    redate(catalogue, today)
    return catalogue
