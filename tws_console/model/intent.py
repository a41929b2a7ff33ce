"""The journal row that is written before an order's bytes leave. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class IntentState(StrEnum):
    """How far a placement is known to have come."""

    INTENDED = "intended"
    """Committed; whether the bytes left is not known."""
    SENT = "sent"
    """The bytes were given to the transport; no answer yet."""
    ACKED = "acked"
    """The broker named the order."""
    NOT_SENT = "not-sent"
    """The bytes certainly never left."""
    ENDED = "ended"
    """The broker refused it or told its end."""


class IntentKind(StrEnum):
    """What the bytes were to do."""

    PLACE = "place"
    MODIFY = "modify"
    """Change the live order `target_perm_id`, under its own numbers: never a new order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One placement, or one change of an order, as it was meant. Prices in the instrument's currency, quantity in its
    units, `at` aware UTC.

    `login` is every account of the login, sorted and joined with a comma; `endpoint` is `host:port` with every loopback
    name as 127.0.0.1. `con_id` is the broker's number of the instrument.
    """

    ulid: str
    at: datetime
    login: str
    endpoint: str
    client_id: int
    order_id: int
    account: str
    con_id: int
    symbol: str
    action: str
    quantity: Decimal
    order_type: str
    limit_price: Decimal | None
    aux_price: Decimal | None
    tif: str
    transmit: bool
    order_ref: str
    state: IntentState = IntentState.INTENDED
    perm_id: int | None = None
    kind: IntentKind = IntentKind.PLACE
    target_perm_id: int | None = None
    """The order that a change is for."""
