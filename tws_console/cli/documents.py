"""Builds the JSON documents of the commands from model values. Pure; imports model only.

Every document says ok, error and error_code first. Unknown is None, never 0, and so is absent text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from tws_console.model.instrument import Instrument
from tws_console.model.order import Order
from tws_console.model.position import AccountFigures, Position
from tws_console.model.problems import ErrorCode
from tws_console.model.session import STAGE_ORDER, SessionState, Stage
from tws_console.model.ticket import FieldError, OrderRequest
from tws_console.model.verdict import Verdict, WhatIf

Document = dict[str, Any]
Can = Callable[[Order], tuple[str, ...]]
"""What can be done to an order from here."""

BLANKS: Mapping[str, Mapping[str, Any]] = {
    "health": {
        "connected": False,
        "next_valid_id": None,
        "host": None,
        "port": None,
        "client_id": None,
        "server_version": None,
        "accounts": (),
        "mode": None,
        "lamps": None,
        "stages": (),
        "frozen": None,
    },
    "orders": {"orders": None, "snapshot": None, "unresolved": None},
    "positions": {"positions": None},
    "account": {"accounts": None},
    "place": {
        "submitted": False,
        "dry_run": False,
        "intent": None,
        "order_id": None,
        "perm_id": None,
        "client_id": None,
        "state": None,
        "contract": None,
        "order_payload": None,
        "order_request": None,
        "effective_order_ref": None,
        "errors": (),
        "verdicts": (),
        "what_if": None,
    },
    "cancel": {
        "perm_id": None,
        "client_id": None,
        "order_id": None,
        "via": "none",
        "outcome": None,
        "reason": None,
        "elapsed_ms": None,
        "candidates": (),
    },
    "reconcile": {
        "since": None,
        "at": None,
        "fills": None,
        "gone": None,
        "new": None,
        "changed": None,
        "unexplained_positions": None,
        "unresolved": None,
        "missing": (),
        "reduce_only": None,
        "choice": None,
    },
    "flatten": {"positions": (), "candidates": ()},
    "modify": {
        "perm_id": None,
        "client_id": None,
        "order_id": None,
        "outcome": None,
        "changed": {},
        "reason": None,
        "state": None,
        "intent": None,
        "errors": (),
        "verdicts": (),
        "elapsed_ms": None,
        "candidates": (),
    },
    "freeze": {"host": None, "port": None, "frozen": None, "at": None, "by": None, "reason": None},
}
"""The fields of each command's document before anything is known."""


def done(verb: str, **fields: Any) -> Document:
    """The document of a command that did what it was asked."""
    return {"ok": True, "error": None, "error_code": None, **BLANKS.get(verb, {}), **fields}


def failed(verb: str, code: ErrorCode, sentence: str, **fields: Any) -> Document:
    """The document of a command that failed; `sentence` says what to do."""
    return {"ok": False, "error": sentence, "error_code": code.value, **BLANKS.get(verb, {}), **fields}


def milliseconds(value: float | None) -> float | None:
    """A duration as it is shown in documents: three decimals are a microsecond."""
    return None if value is None else round(value, 3)


def age_ms(seen_at: float, now: float) -> float | None:
    """Milliseconds since a monotonic time; None when the moment is not known (0)."""
    return milliseconds(max(0.0, now - seen_at) * 1000) if seen_at else None


def order_row(order: Order, can: tuple[str, ...]) -> Document:
    """One order as every document lists it. An order without permId is named by client_id and order_id."""
    instrument = order.instrument
    return {
        "perm_id": order.perm_id,
        "client_id": order.client_id,
        "order_id": order.order_id,
        "owner": order.owner.value,
        "account": order.account or None,
        "symbol": instrument.symbol,
        "name": instrument.name,
        "sec_type": instrument.sec_type,
        "con_id": instrument.con_id or None,
        "exchange": instrument.exchange,
        "currency": instrument.currency,
        "expiry": instrument.expiry or None,
        "action": order.action or None,
        "quantity": order.quantity,
        "filled": order.filled,
        "remaining": order.remaining,
        "avg_fill_price": order.avg_fill_price if order.filled else None,
        "order_type": order.order_type or None,
        "limit_price": order.limit_price,
        "aux_price": order.aux_price,
        "tif": order.tif or None,
        "outside_rth": order.outside_rth,
        "status": order.status.value,
        "broker_status": order.broker_status or None,
        "reason": order.reason or None,
        "stale": order.stale,
        "order_ref": order.order_ref or None,
        "parent_perm_id": order.parent_perm_id,
        "oca_group": order.oca_group or None,
        "can": can,
        "seen_at": order.seen_at,
    }


def order_rows(orders: Iterable[Order], can: Can) -> list[Document]:
    """The rows of several orders, none of them twice."""
    unique = {order.key: order for order in orders}
    return [order_row(order, can(order)) for order in unique.values()]


def snapshot_fields(state: SessionState, now: float, wall: datetime) -> Document:
    """How true a list of orders is: complete, when it was asked for, its age, and why it is not complete."""
    asked = state.snapshot_at
    return {
        "complete": state.snapshot_complete,
        "at": None if asked is None else wall - timedelta(seconds=max(0.0, now - asked)),
        "age_ms": None if asked is None else age_ms(asked, now),
        "unverified": state.unverified or None,
    }


def stage_rows(stages: Sequence[Stage]) -> list[Document]:
    """Every stage of connecting in its order; one that was not reached has ok null."""
    known = {stage.name: stage for stage in stages}
    rows = []
    for name in STAGE_ORDER:
        stage = known.get(name, Stage(name))
        rows.append({"name": name.value, "ok": stage.ok, "ms": milliseconds(stage.ms), "detail": stage.detail or None})
    return rows


def health_fields(state: SessionState, *, connected: bool, frozen: bool) -> Document:
    """What `health` says of a connection, up or not."""
    return {
        "connected": connected,
        "next_valid_id": state.next_valid_id,
        "host": state.host,
        "port": state.port,
        "client_id": state.client_id,
        "server_version": state.server_version,
        "accounts": state.accounts,
        "mode": state.shown_mode.value,
        "lamps": {name: lamp.value for name, lamp in asdict(state.lamps).items()},
        "stages": stage_rows(state.stages),
        "frozen": frozen,
    }


def position_row(position: Position, now: float) -> Document:
    """One holding; money in the instrument's currency. The price is a quotient: eight decimals hold every tick."""
    instrument = position.instrument
    return {
        "account": position.account,
        "symbol": instrument.symbol,
        "name": instrument.name,
        "sec_type": instrument.sec_type,
        "con_id": instrument.con_id or None,
        "currency": instrument.currency,
        "quantity": position.quantity,
        "average_cost": position.average_cost,
        "market_price": None if position.market_price is None else round(position.market_price, 8),
        "market_value": position.market_value,
        "daily_pnl": position.daily_pnl,
        "unrealized_pnl": position.unrealized_pnl,
        "realized_pnl": position.realized_pnl,
        "source": position.source,
        "age_ms": age_ms(position.seen_at, now),
    }


def account_row(figures: AccountFigures, now: float) -> Document:
    """One account's figures in its base currency."""
    return {
        "account": figures.account,
        "currency": figures.currency or None,
        "net_liquidation": figures.net_liquidation,
        "cash": figures.cash,
        "buying_power": figures.buying_power,
        "initial_margin": figures.initial_margin,
        "maintenance_margin": figures.maintenance_margin,
        "excess_liquidity": figures.excess_liquidity,
        "cushion": figures.cushion,
        "daily_pnl": figures.daily_pnl,
        "day_trades_left": figures.day_trades_left,
        "source": figures.source,
        "age_ms": age_ms(figures.seen_at, now),
    }


def contract_fields(instrument: Instrument) -> Document:
    """The resolved contract of a ticket, and each candidate of an ambiguous symbol."""
    return {
        "con_id": instrument.con_id or None,
        "symbol": instrument.symbol,
        "name": instrument.name,
        "sec_type": instrument.sec_type,
        "exchange": instrument.exchange,
        "primary_exch": instrument.primary_exch or None,
        "currency": instrument.currency,
        "local_symbol": instrument.local_symbol or None,
        "trading_class": instrument.trading_class or None,
        "expiry": instrument.expiry or None,
        "multiplier": instrument.multiplier or None,
        "long_name": instrument.long_name or None,
        "min_tick": instrument.min_tick,
    }


def request_fields(request: OrderRequest) -> Document:
    """The order request as it was understood; empty text is null."""
    fields = {name: None if value == "" else value for name, value in asdict(request).items()}
    return {**fields, "con_id": request.con_id or None}


def payload_fields(request: OrderRequest, account: str, order_ref: str) -> Document:
    """The order as it goes to the broker. `order_ref` is empty while it is not given out yet."""
    return {
        "action": request.action,
        "quantity": request.quantity,
        "order_type": request.order_type,
        "limit_price": request.limit_price,
        "aux_price": request.aux_price,
        "tif": request.tif,
        "outside_rth": request.outside_rth,
        "account": account,
        "order_ref": order_ref or None,
        "transmit": request.transmit,
    }


def verdict_row(verdict: Verdict) -> Document:
    return {
        "rule": verdict.rule,
        "verdict": verdict.level.value,
        "code": verdict.code or None,
        "msg": verdict.msg or None,
    }


def error_row(error: FieldError) -> Document:
    return asdict(error)


def what_if_fields(what_if: WhatIf) -> Document:
    """The broker's preview; `unavailable` is the reason when there is none."""
    fields = asdict(what_if)
    fields["elapsed_ms"] = milliseconds(what_if.elapsed_ms)
    for name in ("commission_currency", "warning", "unavailable"):
        fields[name] = fields[name] or None
    return fields
