"""Intents and orders for the journal's tests."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tws_console.model.ids import OrderKey, Owner
from tws_console.model.instrument import Instrument
from tws_console.model.intent import Intent
from tws_console.model.order import Order, Status

NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
LOGIN = "DU1,DU2"
ENDPOINT = "127.0.0.1:7497"

_INTENT = Intent(
    ulid="01AAA",
    at=NOON,
    login=LOGIN,
    endpoint=ENDPOINT,
    client_id=11,
    order_id=101,
    account="DU1",
    con_id=265598,
    symbol="AAPL",
    action="BUY",
    quantity=Decimal("0.30"),
    order_type="LMT",
    limit_price=Decimal("187.5"),
    aux_price=None,
    tif="DAY",
    transmit=True,
    order_ref="01AAA",
)


def intent(ulid: str = "01AAA", minutes: int = 0, **changes: Any) -> Intent:
    return replace(_INTENT, ulid=ulid, order_ref=ulid, at=NOON + timedelta(minutes=minutes), **changes)


def order(**changes: Any) -> Order:
    base = Order(
        key=OrderKey.alias(11, 101),
        owner=Owner.OWN,
        instrument=Instrument(265598, "AAPL"),
        client_id=11,
        order_id=101,
        action="BUY",
        quantity=Decimal(100),
        filled=Decimal(0),
        order_type="LMT",
        limit_price=Decimal("187.50"),
        tif="DAY",
        status=Status.SENT,
        broker_status="PendingSubmit",
    )
    return replace(base, **changes)


def select(path: Path, statement: str) -> list[tuple[Any, ...]]:
    """What another program reads from the file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()
