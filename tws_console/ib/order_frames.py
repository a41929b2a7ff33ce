"""Order messages from the wire's text to events: status, error, openOrder, completedOrder, executions, commissions.

Pure functions of one message's fields. Imports model, ports and mapping; no ib_async. Field positions: ib_async 2.1.0
decoder.py. What a library reads as 0 stays unknown here when the text is empty.
"""

from __future__ import annotations

from datetime import tzinfo
from decimal import Decimal
from typing import NamedTuple

from tws_console.ib.mapping import NO_AUX, NO_LIMIT, decimal_or_none, flag, instrument_of, integer, utc_time
from tws_console.model.events import (
    CommissionSeen,
    CompletedSeen,
    FillSeen,
    OrderBound,
    OrderSeen,
    ProblemSeen,
    StatusSeen,
)
from tws_console.model.position import Fill
from tws_console.model.verdict import WhatIf

SIDES = {"BOT": "BUY", "SLD": "SELL", "BUY": "BUY", "SELL": "SELL"}
PENDING_COMMISSION = Decimal(-1)


class Stamp(NamedTuple):
    """Where a message stands: frame number, generation of the link, monotonic seconds."""

    n: int
    link: int
    at: float


class Tail(NamedTuple):
    """What only the rest of an openOrder tells, as text."""

    parent_id: str
    status: str
    warning: str
    preview: WhatIf | None
    attributes: tuple[str, ...] = ()


class CompletedTail(NamedTuple):
    """What only the rest of a completedOrder tells, as text."""

    status: str
    filled: str
    parent_perm_id: str
    completed_time: str
    completed_status: str


def read_status(stamp: Stamp, fields: list[str]) -> StatusSeen:
    """orderStatus (3)."""
    return StatusSeen(
        n=stamp.n,
        link=stamp.link,
        at=stamp.at,
        order_id=integer(fields[1]),
        status=fields[2],
        filled=decimal_or_none(fields[3]),
        remaining=decimal_or_none(fields[4]),
        avg_fill_price=decimal_or_none(fields[5]),
        perm_id=integer(fields[6]),
        parent_id=integer(fields[7]),
        client_id=integer(fields[9]),
        why_held=fields[10],
    )


def read_problem(stamp: Stamp, fields: list[str]) -> ProblemSeen:
    """error (4). The trailing field that newer versions add may be missing; 2147483647 is an old way to write -1."""
    request_id = int(fields[2])
    text = fields[4] if len(fields) > 4 else ""
    return ProblemSeen(
        n=stamp.n,
        link=stamp.link,
        at=stamp.at,
        request_id=-1 if request_id == 2147483647 else request_id,
        code=int(fields[3]),
        text=text,
    )


def read_order(stamp: Stamp, fields: list[str], tail: Tail | None) -> OrderSeen:
    """openOrder (5): the head by position, the rest from `tail`. Without it the status is unknown."""
    order_type = fields[15]
    return OrderSeen(
        n=stamp.n,
        link=stamp.link,
        at=stamp.at,
        order_id=integer(fields[1]),
        instrument=instrument_of(fields, 2),
        action=fields[13],
        quantity=decimal_or_none(fields[14]),
        order_type=order_type,
        limit_price=None if order_type in NO_LIMIT else decimal_or_none(fields[16]),
        aux_price=None if order_type in NO_AUX else decimal_or_none(fields[17]),
        tif=fields[18],
        oca_group=fields[19],
        account=fields[20],
        order_ref=fields[23],
        client_id=integer(fields[24]),
        perm_id=int(fields[25]),
        outside_rth=flag(fields[26]),
        parent_id=integer(tail.parent_id) if tail else 0,
        attributes=tail.attributes if tail else ("what could not be read",),
        status=tail.status if tail else None,
        warning=tail.warning if tail else "",
        what_if=tail.preview if tail else None,
    )


def perm_id_of(fields: list[str], position: int) -> int | None:
    """The permId at `position` of a message that may be broken; None when it is not there."""
    text = fields[position] if len(fields) > position else ""
    return int(text) if text.isascii() and text.isdigit() and text != "0" else None


def read_completed(stamp: Stamp, fields: list[str], tail: CompletedTail) -> CompletedSeen:
    """completedOrder (101). TWS writes the total quantity 0 for an order that was filled (recorded in github
    wboayue/rust-ibapi, completed_orders); then it is what was filled.
    """
    order_type = fields[14]
    filled = decimal_or_none(tail.filled)
    return CompletedSeen(
        n=stamp.n,
        link=stamp.link,
        at=stamp.at,
        instrument=instrument_of(fields, 1),
        action=fields[12],
        quantity=decimal_or_none(fields[13]) or filled,
        order_type=order_type,
        limit_price=None if order_type in NO_LIMIT else decimal_or_none(fields[15]),
        aux_price=None if order_type in NO_AUX else decimal_or_none(fields[16]),
        tif=fields[17],
        account=fields[19],
        order_ref=fields[22],
        perm_id=int(fields[23]),
        status=tail.status,
        filled=filled,
        parent_perm_id=integer(tail.parent_perm_id) or None,
        completed_time=tail.completed_time,
        completed_status=tail.completed_status,
    )


def read_execution(stamp: Stamp, fields: list[str], zone: tzinfo | None) -> tuple[int, FillSeen]:
    """execDetails (11) and the request it answers; -1 means pushed as it happened.

    A time that cannot be read never costs the fill. Raises ValueError when side, size or price cannot be read.
    """
    request_id = int(fields[1])
    quantity, price = decimal_or_none(fields[19]), decimal_or_none(fields[20])
    side = SIDES.get(fields[18])
    if quantity is None or price is None or side is None:
        raise ValueError("an execution without side, size or price")
    fill = Fill(
        exec_id=fields[14],
        perm_id=integer(fields[21]),
        client_id=integer(fields[22]),
        order_id=integer(fields[2]),
        account=fields[16],
        instrument=instrument_of(fields, 3),
        action=side,
        quantity=quantity,
        price=price,
        cumulative=decimal_or_none(fields[24]) if len(fields) > 24 else None,
        time=utc_time(fields[15], zone),
        live=request_id == -1,
        order_ref=fields[26] if len(fields) > 26 else "",
    )
    return request_id, FillSeen(n=stamp.n, link=stamp.link, at=stamp.at, fill=fill)


def read_commission(stamp: Stamp, fields: list[str]) -> CommissionSeen:
    """commissionReport (59). Exactly -1 is the marker of a commission that is still to come (Gateway 10.40)."""
    commission = decimal_or_none(fields[3])
    return CommissionSeen(
        n=stamp.n,
        link=stamp.link,
        at=stamp.at,
        exec_id=fields[2],
        commission=None if commission == PENDING_COMMISSION else commission,
        currency=fields[4],
        realized_pnl=decimal_or_none(fields[5]),
    )


def read_bound(stamp: Stamp, fields: list[str]) -> OrderBound:
    """orderBound (100)."""
    return OrderBound(
        n=stamp.n,
        link=stamp.link,
        at=stamp.at,
        perm_id=int(fields[1]),
        client_id=int(fields[2]),
        order_id=int(fields[3]),
    )
