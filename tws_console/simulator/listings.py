"""Owns which listings exist: the rows of catalogue.toml and instruments.csv, futures and chains dated from a day.

Imports `contracts` only. A contract id is a function of the row and the expiry (and strike and right), so one listing
keeps its id whatever day the catalogue is read for.
"""

import csv
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tws_console.simulator.contracts import Catalogue, Contract

_MONTH_CODES = "FGHJKMNQUVXZ"
_FIRST_QUARTER = 2026 * 4 + 3
_GROWTH = Decimal("1.0075")  # from one quarter to the next
QUARTERS_KEPT = 4
_OPTION_EPOCH = date(2020, 1, 1)
_OPTION_IDS = 700_000_000
_OPTION_IDS_PER_CHAIN = 40_000_000
_STRIKES_PER_CHAIN = 1_000
_WHOLE = ("con_id", "rule_id", "spread_ticks", "displayed", "under_con_id")
_DEFAULT_HOURS = {"STK": "stock", "FUT": "future", "OPT": "option", "IND": "index", "CFD": "stock", "CRYPTO": "always"}


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "catalogue.toml").read_text(encoding="utf-8"))


@cache
def _instruments() -> list[dict[str, Any]]:
    """The rows of instruments.csv; an empty cell means the default."""
    with (Path(__file__).parent / "instruments.csv").open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = [{key: cell for key, cell in row.items() if cell} for row in csv.DictReader(file)]
    for row in rows:
        row |= {key: int(row[key]) for key in _WHOLE if key in row}
        if "entitled" in row:
            row["entitled"] = row["entitled"] == "yes"
    return rows


def market_rules() -> dict[int, list[tuple[Decimal, Decimal]]]:
    """Market rules by number: (low edge, increment) in rising order."""
    rows = _data()["rules"]
    return {int(number): [(Decimal(low), Decimal(step)) for low, step in bands] for number, bands in rows.items()}


def redate(catalogue: Catalogue, today: date) -> None:
    """Make the listings those of another day."""
    catalogue.list_only(listings_of(today), expired_futures(today))


def expired_futures(today: date) -> list[Contract]:
    """The futures that expired in the year before a day, oldest first."""
    rows = [row for row in [*_data()["contracts"], *_instruments()] if row["sec_type"] == "FUT"]
    return [_future(row, expiry) for row in rows for expiry in _past_expiries(today, QUARTERS_KEPT)]


def listings_of(today: date) -> list[Contract]:
    """Every listing of a day: futures with three quarterly expiries, chains with their next expiries."""
    rows: list[Contract] = []
    for row in [*_data()["contracts"], *_instruments()]:
        rows += _futures(row, today) if row["sec_type"] == "FUT" else [_contract(row)]
    found = {row.local_symbol if row.sec_type == "FUT" else row.symbol: row for row in reversed(rows)}
    for number, chain in enumerate(_data().get("chains", [])):
        rows += _chain(number, chain, found, rows, today)
    return rows


def _contract(row: dict[str, Any], **changes: Any) -> Contract:
    values: dict[str, Any] = {**row, **changes}
    for key in ("min_tick", "reference"):
        values[key] = Decimal(values[key])
    values["exchanges"] = tuple(_data()["exchanges"][row["exchanges"]].split(","))
    name = values.get("hours", _DEFAULT_HOURS.get(values["sec_type"], "money"))
    values["hours"] = tuple(_data()["hours"][name])
    values["isin"] = _data()["isins"].get(str(values["con_id"]), "")
    return Contract(**values)


def _futures(row: dict[str, Any], today: date) -> Iterator[Contract]:
    return (_future(row, expiry) for expiry in _quarterly_expiries(today, 3))


def _future(row: dict[str, Any], expiry: date) -> Contract:
    """A future of one expiry. Its price grows with the expiry and with nothing else, whatever day lists it."""
    quarter = expiry.year * 4 + (expiry.month - 1) // 3
    tick = Decimal(row["min_tick"])
    price = Decimal(row["reference"]) * _GROWTH ** (quarter - _FIRST_QUARTER)
    return _contract(
        row,
        con_id=row["con_id"] + quarter - _FIRST_QUARTER,
        local_symbol=f"{row['local_symbol']}{_MONTH_CODES[expiry.month - 1]}{expiry.year % 10}",
        expiry=f"{expiry:%Y%m%d}",
        contract_month=f"{expiry:%Y%m}",
        reference=round(price / tick) * tick,
    )


def _past_expiries(today: date, count: int) -> list[date]:
    year = today.year - 1 - count // 4
    upcoming = _quarterly_expiries(date(year, 1, 1), 4 * (today.year - year + 1))
    return [expiry for expiry in upcoming if expiry <= today][-count:]


def _quarterly_expiries(today: date, count: int) -> list[date]:
    found: list[date] = []
    year, month = today.year, (today.month + 2) // 3 * 3
    while len(found) < count:
        third_friday = _third_friday(year, month)
        if third_friday > today:
            found.append(third_friday)
        month += 3
        if month > 12:
            year, month = year + 1, 3
    return found


def _third_friday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(4 - first.weekday()) % 7 + 14)


def _chain(
    number: int, chain: dict[str, Any], found: dict[str, Contract], rows: list[Contract], today: date
) -> list[Contract]:
    if chain["sec_type"] == "FOP":
        under = next(row for row in rows if row.sec_type == "FUT" and row.symbol == chain["under"])
        expiries = [date.fromisoformat(under.expiry)]
    else:
        under = found[chain["under"]]
        expiries = _option_expiries(today, chain["weeks"], chain["months"])
    step = Decimal(chain["step"])
    middle = round(under.reference / step)
    made = []
    for expiry in expiries:
        for offset in range(-chain["width"], chain["width"] + 1):
            for right in "CP":
                made.append(_option(number, chain, under, expiry, (middle + offset) * step, offset, right))
    return made


def _option_expiries(today: date, weeks: int, months: int) -> list[date]:
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    found = {friday + timedelta(days=7 * week) for week in range(weeks)}
    year, month = today.year, today.month
    while months > 0:
        expiry = _third_friday(year, month)
        if expiry >= today:
            found.add(expiry)
            months -= 1
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return sorted(found)


def _option(
    number: int, chain: dict[str, Any], under: Contract, expiry: date, strike: Decimal, offset: int, right: str
) -> Contract:
    place = (expiry - _OPTION_EPOCH).days * _STRIKES_PER_CHAIN + (offset + 200) * 2 + (right == "P")
    closes = datetime.combine(expiry, time(16), ZoneInfo("US/Eastern"))
    trading_class = chain["trading_class"]
    root = trading_class.ljust(6) if chain["sec_type"] == "OPT" else ""
    local = f"{root}{expiry:%y%m%d}{right}{int(strike * 1000):08d}"
    if chain["sec_type"] == "FOP":
        local = f"{under.local_symbol} {right}{strike:f}"
    return _contract(
        {"exchanges": chain["exchanges"]},
        con_id=_OPTION_IDS + number * _OPTION_IDS_PER_CHAIN + place,
        symbol=under.symbol,
        sec_type=chain["sec_type"],
        currency=under.currency,
        primary="",
        local_symbol=local,
        trading_class=trading_class,
        market_name=trading_class,
        long_name=under.long_name,
        min_tick=chain["min_tick"],
        rule_id=chain["rule_id"],
        reference="1",
        spread_ticks=chain["spread_ticks"],
        displayed=chain["displayed"],
        multiplier=chain["multiplier"],
        expiry=f"{expiry:%Y%m%d}",
        contract_month=f"{expiry:%Y%m}",
        under_con_id=under.con_id,
        time_zone=under.time_zone,
        strike=strike,
        right=right,
        volatility=Decimal(chain["volatility"]),
        expires_at=closes.timestamp(),
        entitled=under.entitled,
        hours="future" if chain["sec_type"] == "FOP" else "option",
    )
