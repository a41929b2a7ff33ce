"""Owns scenarios: TOML files that fill a fresh Gateway with accounts, positions and orders.

Imports `gateway`, `faults` and `orders`.

A price is written as a distance from where the walk starts ("-12%") or as a plain price. A scenario may include others
and switch faults on: each `[[faults]]` has a name, the fault's options, and `at_seconds` after the first client has
started, without which it is on from the beginning. Every fault has a scenario of its name, which users copy and edit.
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tws_console.simulator import listings
from tws_console.simulator.accounts import Account, Position, commission
from tws_console.simulator.advisors import Advisor
from tws_console.simulator.clock import read_moment
from tws_console.simulator.contracts import Contract
from tws_console.simulator.faults import FAULTS, Faults
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.market import step_of
from tws_console.simulator.orders import DONE, FILLED, PRE_SUBMITTED, SUBMITTED, Execution, Order, Terms

_FOLDER = Path(__file__).parent / "scenarios"


@dataclass(frozen=True, slots=True)
class RaisedFault:
    """A fault that a scenario switches on; `at_seconds` None means from the beginning."""

    name: str
    options: dict[str, str]
    at_seconds: float | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as read: its rows, and the faults that it switches on."""

    name: str
    about: str
    data: dict[str, Any]
    faults: tuple[RaisedFault, ...] = ()


def scenario_names() -> dict[str, str]:
    """Every scenario's name and one line about it; those of faults come last."""
    names = sorted((path.stem for path in _FOLDER.glob("*.toml")), key=lambda name: (name in FAULTS, name))
    return {name: load_scenario(name).about for name in names}


def load_scenario(name: str) -> Scenario:
    """Read a scenario: one of those that are known by name, or a file that ends with .toml. ValueError says why not."""
    path = Path(name) if name.endswith(".toml") else _FOLDER / f"{name}.toml"
    if not path.is_file() or ("/" in name and not name.endswith(".toml")):
        raise ValueError(f"no scenario is named {name}; known: {' '.join(scenario_names())}; or write FILE.toml")
    try:
        data = _read(path)
        faults = tuple(_raised(row) for row in data.pop("faults", []))
        if not data.get("accounts"):
            raise ValueError("a scenario needs accounts, its own or those of one that it includes")
    except KeyError as problem:
        raise ValueError(f"{path}: {problem} is missing") from problem
    except (OSError, TypeError, ValueError) as problem:
        raise ValueError(f"{path}: {problem}") from problem
    about = data.get("about") or "default, and: " + "; ".join(FAULTS[fault.name][1] for fault in faults)
    return Scenario(name, about, data, faults)


def _read(path: Path) -> dict[str, Any]:
    """A scenario's own rows over those of the ones it includes, without what is said about these."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for parent in data.pop("includes", []):
        beside = path.parent / f"{parent}.toml"
        included = _read(beside if beside.is_file() else _FOLDER / f"{parent}.toml")
        included.pop("about", None)
        data = {**included, **data}
    return data


def _raised(row: dict[str, Any]) -> RaisedFault:
    options = {key: str(value) for key, value in row.items() if key not in ("name", "at_seconds")}
    Faults().switch_on(row["name"], options)  # says what is wrong with it
    return RaisedFault(row["name"], options, row.get("at_seconds"))


def fill_gateway(gateway: Gateway, scenario: Scenario) -> None:
    """Put accounts, positions, orders and today's past into a fresh Gateway."""
    data = scenario.data
    if "clock" in data:
        _stop_clock(gateway, data["clock"])
    if "advisor" in data:
        gateway.accounts.advisor = Advisor(**data["advisor"])
    for row in data["accounts"]:
        cash = {currency: Decimal(amount) for currency, amount in row["cash"].items()}
        gateway.accounts.accounts[row["name"]] = Account(row["name"], cash)
    for row in data.get("positions", []):
        _add_position(gateway, row)
    now = gateway.clock.now()
    for row in data.get("orders", []):
        _add_order(gateway, row, now)
    if "crowd" in data:
        _add_crowd(gateway, data["crowd"], now)


def _stop_clock(gateway: Gateway, written: str) -> None:
    moment = read_moment(written)
    gateway.clock.set(moment)
    gateway.market.detach(step_of(moment))
    listings.redate(gateway.catalogue, moment.date())


def _price(gateway: Gateway, contract: Contract, written: str | None) -> Decimal | None:
    if written is None:
        return None
    if not written.endswith("%"):
        return Decimal(written)
    raw = contract.reference * (1 + Decimal(written[:-1]) / 100)
    tick = gateway.catalogue.tick_at(contract, raw)
    return round(raw / tick) * tick


def _add_position(gateway: Gateway, row: dict[str, Any]) -> None:
    contract = gateway.catalogue.by_name(row["symbol"])
    quantity = Decimal(row["quantity"])
    average = _price(gateway, contract, row["average"]) or Decimal(0)
    held = Position(contract, quantity, average if quantity else Decimal(0), Decimal(row.get("start", row["quantity"])))
    held.realized = Decimal(row.get("realized", "0"))
    held.traded = -held.realized if not quantity else Decimal(0)
    gateway.accounts.accounts[row["account"]].positions[contract.con_id] = held


def _terms(gateway: Gateway, contract: Contract, row: dict[str, Any]) -> Terms:
    return Terms(
        action=row["action"],
        quantity=Decimal(row["quantity"]),
        order_type=row["type"],
        limit=_price(gateway, contract, row.get("limit")),
        aux=_price(gateway, contract, row.get("stop")),
        tif=row.get("tif", "DAY"),
        account=row["account"],
        oca_group=row.get("oca", ""),
        oca_type=3 if "oca" in row else 0,
        order_ref=row.get("ref", ""),
        outside_rth=row.get("outside_rth", False),
    )


def _add_order(gateway: Gateway, row: dict[str, Any], now: datetime) -> None:
    book, contract = gateway.exchange.book, gateway.catalogue.by_name(row["symbol"])
    terms = _terms(gateway, contract, row)
    created = now - timedelta(minutes=row.get("minutes_ago", 60))
    exchange = row.get("exchange", contract.default_exchange)
    status = row.get("status", PRE_SUBMITTED if terms.is_stop else SUBMITTED)
    order = Order(
        book.new_perm_id(), row.get("client"), row.get("id", 0), contract, exchange, terms, created, status=status
    )
    order.by_hand = "client" not in row
    order.why_held = row.get("why_held", "trigger" if terms.is_stop and status not in DONE else "")
    order.held = order.why_held == "locate"
    if status == FILLED or "filled" in row:
        _add_fill(gateway, order, row)
    if order.done:
        order.completed_at = created + timedelta(minutes=3)
        order.completed_status = (
            f"Filled Size: {order.filled}" if status == FILLED else row.get("ended", "Cancelled by Trader")
        )
    book.add(order)


def _add_fill(gateway: Gateway, order: Order, row: dict[str, Any]) -> None:
    """Record a past fill. The positions of a scenario include it already."""
    book, contract = gateway.exchange.book, order.contract
    price = _price(gateway, contract, row["fill_price"]) or Decimal(0)
    quantity = Decimal(row.get("filled", row["quantity"]))
    realized = Decimal(row["fill_realized"]) if "fill_realized" in row else None
    order.filled, order.average, order.last_price = quantity, price, price
    order.commission = commission(contract, quantity, price)
    book.executions.append(
        Execution(
            exec_id=book.new_exec_id(),
            order=order,
            at=order.created + timedelta(minutes=3),
            venue=contract.primary if contract.sec_type == "STK" else contract.default_exchange,
            quantity=quantity,
            price=price,
            cumulative=quantity,
            average=price,
            commission=order.commission,
            realized=realized,
        )
    )


def _add_crowd(gateway: Gateway, crowd: dict[str, int], now: datetime) -> None:
    """Many resting orders: spread over clients, accounts, contracts and both sides."""
    accounts = gateway.accounts.names()
    stocks = [row for row in gateway.catalogue.contracts.values() if row.sec_type == "STK" and row.symbol != "ABX"]
    book = gateway.exchange.book
    gateway.exchange.admission.side_limit = None
    for number in range(crowd["orders"]):
        contract = stocks[number % len(stocks)]
        buying = number % 2 == 0
        distance = Decimal(5 + number % 40)
        limit = _price(gateway, contract, f"{-distance if buying else distance}%")
        client = crowd["first_client"] + number % crowd["clients"]
        terms = Terms(
            "BUY" if buying else "SELL", Decimal(1 + number % 9), "LMT", limit=limit,
            tif="GTC" if number % 3 == 0 else "DAY", account=accounts[number % len(accounts)],
        )  # fmt: skip
        order_id = number // crowd["clients"] + 1
        order = Order(book.new_perm_id(), client, order_id, contract, "SMART", terms, now, status=SUBMITTED)
        book.add(order)
