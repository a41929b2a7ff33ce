"""Instruments as the broker defines them. Owns Instrument, PriceStep and SymbolMatch; imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal


def price_text(price: Decimal) -> str:
    """A price as text, with two decimals at least: `65.00`, `1.08345`."""
    return f"{price:.2f}" if round(price, 2) == price else f"{price:f}"


@dataclass(frozen=True, slots=True)
class PriceStep:
    """From `low_edge` upwards prices move in steps of `increment` (a row of a market rule)."""

    low_edge: Decimal
    increment: Decimal


@dataclass(frozen=True, slots=True)
class Instrument:
    """One listing. `con_id` is 0 while it is not resolved; empty text means that the broker said nothing."""

    con_id: int
    symbol: str
    sec_type: str = "STK"
    exchange: str = "SMART"
    currency: str = "USD"
    primary_exch: str = ""
    local_symbol: str = ""
    trading_class: str = ""
    expiry: str = ""
    strike: Decimal | None = None
    right: str = ""
    multiplier: str = ""
    long_name: str = ""
    min_tick: Decimal | None = None
    valid_exchanges: tuple[str, ...] = ()
    market_rule_ids: tuple[int, ...] = ()
    order_types: tuple[str, ...] = ()
    time_zone: str = ""
    trading_hours: str = ""
    liquid_hours: str = ""

    @property
    def factor(self) -> Decimal:
        """Units of currency that one unit of quantity moves per unit of price (50 for ES, 1 for a share)."""
        try:
            return Decimal(self.multiplier) if self.multiplier else Decimal(1)
        except ArithmeticError:
            return Decimal(1)

    def smart(self) -> Instrument:
        """The same instrument routed by SMART where that is offered. A position names the exchange of its listing, and
        TWS's precautions refuse orders that are routed to one directly (10311).
        """
        return replace(self, exchange="SMART") if "SMART" in self.valid_exchanges else self

    @property
    def name(self) -> str:
        """Short name for tables: `AAPL`, `EUR.USD`, `ES DEC26`, `SPY 19DEC26 600 P`."""
        if self.sec_type == "CASH":
            return f"{self.symbol}.{self.currency}"
        if self.sec_type in {"FUT", "FOP"} and len(self.expiry) >= 6:
            return f"{self.symbol} {_month(self.expiry)}"
        if self.sec_type == "OPT" and len(self.expiry) >= 8 and self.strike is not None:
            return f"{self.symbol} {self.expiry[6:8]}{_month(self.expiry)} {self.strike.normalize():f} {self.right[:1]}"
        return self.symbol


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def _month(expiry: str) -> str:
    """`20261218` as `DEC26`; the text unchanged when it is no date."""
    year, month = expiry[2:4], expiry[4:6]
    if not month.isdigit() or not 1 <= int(month) <= 12:
        return expiry
    return f"{_MONTHS[int(month) - 1]}{year}"


@dataclass(frozen=True, slots=True)
class SymbolMatch:
    """One row of a symbol search."""

    con_id: int
    symbol: str
    sec_type: str
    primary_exch: str
    currency: str
    description: str = ""
