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
_COMMODITIES = ("FUT", "FOP")
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
        "RegTEquity": net,
        "RegTMargin": margins.initial,
        "SMA": max(Decimal(0), available),
    }
    rows = [("AccountType", "INDIVIDUAL", ""), ("Cushion", plain(cushion), ""), ("DayTradesRemaining", "-1", "")]
    rows += [("HighestSeverity", "0", ""), ("LookAheadNextChange", "0", ""), ("Leverage", plain(leverage), "")]
    return rows + [(key, _money(value), BASE) for key, value in money.items()]


def ledger_values(accounts: Accounts, name: str) -> Iterator[tuple[str, str, str]]:
    """Key, value and currency of the figures per currency, the total as BASE first."""
    profit = accounts.profit(name)
    for currency in ("BASE", *accounts.view(name).cash):
        base = currency == "BASE"
        rate = Decimal(1) if base else accounts.rate(currency)
        cash = accounts.cash_value(name) if base else accounts.view(name).cash[currency]
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


def segment_values(accounts: Accounts, name: str) -> list[tuple[str, str, str]]:
    """The figures of the commodities segment (-C: futures and options on them) and of the securities segment (-S).

    The commodities segment holds the cash that its margin takes; both together are the account.
    """
    whole = {key: Decimal(value) for key, value, currency in headline_values(accounts, name) if currency}
    margins, worth = accounts.margins(name, kinds=_COMMODITIES), accounts.value_of(name, *_COMMODITIES)
    net = margins.initial + worth
    part = {
        "NetLiquidation": net,
        "EquityWithLoanValue": net,
        "TotalCashValue": margins.initial,
        "AccruedCash": Decimal(0),
        "GrossPositionValue": accounts.gross_value(name, _COMMODITIES),
    }
    for prefix in ("", "Full", "LookAhead"):
        part |= {
            f"{prefix}InitMarginReq": margins.initial,
            f"{prefix}MaintMarginReq": margins.maintenance,
            f"{prefix}AvailableFunds": net - margins.initial,
            f"{prefix}ExcessLiquidity": net - margins.maintenance,
        }
    rows = [(f"{key}-C", _money(value), BASE) for key, value in part.items()]
    rows += [(f"{key}-S", _money(whole[key] - value), BASE) for key, value in part.items()]
    return sorted(rows)


def account_values(accounts: Accounts, name: str, now: datetime, *, ready: bool = True) -> bytes:
    """All values of an account and the time they were taken, as updateAccountValue and updateAccountTime rows.

    While the link to the broker is lost the account is not `ready`: what is told of it may be old.
    """
    rows = [("AccountCode", name, ""), ("AccountReady", "true" if ready else "false", "")]
    rows += headline_values(accounts, name)
    rows += segment_values(accounts, name)
    rows += published_ledger(accounts, name)
    parts = [frame(6, 2, key, value, currency, name) for key, value, currency in rows]
    parts.append(account_time(now))
    return b"".join(parts)


def multi_values(accounts: Accounts, request_id: int, name: str, *, ledger_only: bool) -> bytes:
    """The values of one account as accountUpdateMulti rows; the model code is empty."""
    rows = list(published_ledger(accounts, name))
    if not ledger_only:
        rows = [*headline_values(accounts, name), *segment_values(accounts, name), *rows]
    return b"".join(frame(73, 1, request_id, name, "", key, value, currency) for key, value, currency in rows)


def account_time(now: datetime) -> bytes:
    """The time of the last account update, hours and minutes in US/Eastern."""
    return frame(8, 1, f"{now.astimezone(ZoneInfo('US/Eastern')):%H:%M}")


SummaryRow = tuple[str, str, str, str]


def summary_rows(accounts: Accounts, names: list[str], tags: tuple[str, ...]) -> list[SummaryRow]:
    """Account, tag, value and currency of the accounts for the tags asked; `$LEDGER` adds the figures per currency."""
    found: list[SummaryRow] = []
    for name in names:
        wanted = [row for row in headline_values(accounts, name) if not tags or row[0] in tags]
        for ledger in (tag for tag in tags if tag.startswith("$LEDGER")):
            only = ledger.partition(":")[2] or "BASE"
            wanted += [row for row in ledger_values(accounts, name) if only in ("ALL", row[2])]
        found += [(name, *row) for row in wanted]
    return found
