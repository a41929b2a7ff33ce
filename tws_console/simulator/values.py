"""Owns the account values that TWS publishes and how they are written. Imports `accounts` and `wire`.

Keys and currencies as in the documentation (IBKR Campus TWS API docs, Account and Portfolio Data): plain keys in the
base currency, the ledger keys once per currency and once as BASE.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tws_console.simulator.accounts import CENT, Accounts
from tws_console.simulator.wire import frame, plain

BASE = "USD"
# Ledger key -> the security types whose worth it adds up.
_HOLDINGS = {
    "StockMarketValue": ("STK",),
    "OptionMarketValue": ("OPT",),
    "FutureOptionValue": ("FOP",),
    "FuturesPNL": ("FUT",),
    "CfdPNL": ("CFD",),
    "CorporateBondValue": ("BOND",),
    "Cryptocurrency": ("CRYPTO",),
}


def headline_values(accounts: Accounts, name: str) -> list[tuple[str, str, str]]:
    """Key, value and currency of the figures of the whole account."""
    margins, cash, gross = accounts.margins(name), accounts.cash_value(name), accounts.gross_value(name)
    net = margins.equity
    available, excess = net - margins.initial, net - margins.maintenance
    leverage = (gross / net).quantize(CENT) if net > 0 else Decimal(0)
    cushion = (excess / net).quantize(Decimal("0.000001")) if net > 0 else Decimal(0)
    money = {
        "NetLiquidation": net,
        "TotalCashValue": cash,
        "SettledCash": cash,
        "EquityWithLoanValue": net,
        "PreviousDayEquityWithLoanValue": net - accounts.profit(name).daily,
        "GrossPositionValue": gross,
        "BuyingPower": max(Decimal(0), available) * 4,
        "AvailableFunds": available,
        "ExcessLiquidity": excess,
        "InitMarginReq": margins.initial,
        "MaintMarginReq": margins.maintenance,
        "FullInitMarginReq": margins.initial,
        "FullMaintMarginReq": margins.maintenance,
        "FullAvailableFunds": available,
        "FullExcessLiquidity": excess,
        "LookAheadInitMarginReq": margins.initial,
        "LookAheadMaintMarginReq": margins.maintenance,
        "LookAheadAvailableFunds": available,
        "LookAheadExcessLiquidity": excess,
        "AccruedCash": Decimal(0),
    }
    rows = [("AccountType", "INDIVIDUAL", ""), ("Cushion", plain(cushion), ""), ("DayTradesRemaining", "-1", "")]
    rows += [("LookAheadNextChange", "0", ""), ("Leverage", plain(leverage), "")]
    return rows + [(key, _money(value), BASE) for key, value in money.items()]


def ledger_values(accounts: Accounts, name: str) -> Iterator[tuple[str, str, str]]:
    """Key, value and currency of the figures per currency, the total as BASE first."""
    profit = accounts.profit(name)
    for currency in ("BASE", *accounts.accounts[name].cash):
        base = currency == "BASE"
        rate = Decimal(1) if base else accounts.rate(currency)
        cash = accounts.cash_value(name) if base else accounts.accounts[name].cash[currency]
        held = {
            key: accounts.value_of(name, *kinds, currency=None if base else currency) / rate
            for key, kinds in _HOLDINGS.items()
        }
        yield "Currency", currency, currency
        yield "CashBalance", _money(cash), currency
        yield "TotalCashBalance", _money(cash), currency
        yield "AccruedCash", _money(Decimal(0)), currency
        for key, value in held.items():
            yield key, _money(value), currency
        yield "NetLiquidationByCurrency", _money(_rounded(cash) + sum(map(_rounded, held.values()))), currency
        if base:
            yield "UnrealizedPnL", _money(profit.unrealized), currency
            yield "RealizedPnL", _money(profit.realized), currency
        yield "ExchangeRate", plain(_rounded(rate, "0.0000001")), currency


def _rounded(value: Decimal, unit: str = "0.01") -> Decimal:
    return value.quantize(Decimal(unit))


def published_ledger(accounts: Accounts, name: str) -> Iterator[tuple[str, str, str]]:
    """The figures per currency as account updates name them: with "$LEDGER-" before the key when that is set."""
    prefix = "$LEDGER-" if accounts.ledger_prefix else ""
    return ((prefix + key, value, currency) for key, value, currency in ledger_values(accounts, name))


def _money(value: Decimal) -> str:
    return format(value.quantize(CENT), "f")


def account_values(accounts: Accounts, name: str, now: datetime) -> bytes:
    """All values of an account and the time they were taken, as updateAccountValue and updateAccountTime rows."""
    rows: list[tuple[str, str, str]] = [("AccountCode", name, ""), ("AccountReady", "true", "")]
    rows += headline_values(accounts, name)
    rows += published_ledger(accounts, name)
    parts = [frame(6, 2, key, value, currency, name) for key, value, currency in rows]
    parts.append(account_time(now))
    return b"".join(parts)


def account_time(now: datetime) -> bytes:
    """The time of the last account update, hours and minutes in US/Eastern."""
    return frame(8, 1, f"{now.astimezone(ZoneInfo('US/Eastern')):%H:%M}")


def summary_rows(accounts: Accounts, request_id: int, tags: tuple[str, ...]) -> bytes:
    """accountSummary rows of every account for the tags asked; `$LEDGER` adds the figures per currency."""
    parts = []
    for name in accounts.names():
        wanted = [row for row in headline_values(accounts, name) if not tags or row[0] in tags]
        ledgers = [tag for tag in tags if tag.startswith("$LEDGER")]
        for ledger in ledgers:
            only = ledger.partition(":")[2] or "BASE"
            wanted += [row for row in ledger_values(accounts, name) if only in ("ALL", row[2])]
        parts += [frame(63, 1, request_id, name, key, value, currency) for key, value, currency in wanted]
    return b"".join(parts)
