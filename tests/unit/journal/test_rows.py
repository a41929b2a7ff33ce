"""Events, fills, commissions, stops and the table of order states."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.journal.support import ENDPOINT, NOON, order, select
from tws_console.journal.values import decimal, document, instant, moment, number
from tws_console.journal.writer import Journal
from tws_console.model.instrument import Instrument
from tws_console.model.order import Status
from tws_console.model.position import Fill

FILL = Fill(
    exec_id="0001.01",
    perm_id=7,
    client_id=11,
    order_id=101,
    account="DU1",
    instrument=Instrument(265598, "AAPL"),
    action="BUY",
    quantity=Decimal(40),
    price=Decimal("187.5100"),
    cumulative=Decimal(40),
    time=NOON,
    live=True,
)
COLUMNS = (
    *("order_id", "perm_id", "client_id", "status", "filled", "avg_fill_price", "symbol", "action", "order_type"),
    *("quantity", "limit_price", "tif", "transmit", "order_ref", "last_error_code", "last_error", "last_update"),
    "raw_state",
)


async def test_record_event_keeps_order_and_payload_when_the_payload_changes_later(
    journal: Journal, path: Path
) -> None:
    payload: dict[str, Any] = {"price": Decimal("0.10"), "at": NOON, "ids": {3, 1}}
    journal.record_event("modified", payload, at=NOON, perm_id=7, order_id=101)
    payload["price"] = None
    journal.record_event("plain", {}, at=NOON)
    await journal.flush()
    first, second = select(path, "SELECT kind, perm_id, client_id, order_id, payload FROM event ORDER BY seq")
    assert first[:4] == ("modified", 7, None, 101)
    assert json.loads(first[4]) == {"price": "0.10", "at": "2026-11-20T12:00:00.123456Z", "ids": [1, 3]}
    assert second == ("plain", None, None, None, "{}")


async def test_record_fill_keeps_one_row_when_it_is_told_twice(journal: Journal, path: Path) -> None:
    journal.record_fill(FILL)
    journal.record_fill(FILL)
    await journal.flush()
    assert select(path, "SELECT exec_id, at, quantity, price, symbol FROM fill") == [
        ("0001.01", "2026-11-20T12:00:00.123456Z", "40", "187.5100", "AAPL")
    ]


async def test_record_commission_keeps_what_is_known_when_told_again(journal: Journal, path: Path) -> None:
    journal.record_commission("0001.01", Decimal("1.05"), "USD", None)
    journal.record_commission("0001.01", None, "USD", Decimal("-20"))
    await journal.flush()
    assert select(path, "SELECT * FROM commission") == [("0001.01", "1.05", "USD", "-20")]


async def test_decisions_are_kept_when_recorded(journal: Journal, path: Path) -> None:
    journal.record_decision("freeze-released", {"by": "console"}, at=NOON)
    await journal.flush()
    assert select(path, "SELECT kind, payload FROM decision") == [("freeze-released", '{"by":"console"}')]


async def test_stops_come_newest_first_when_read(journal: Journal) -> None:
    await journal.record_stop({"verdict": "not-confirmed"})
    await journal.record_stop({"verdict": "proved", "filled": Decimal("1.5")})
    assert await journal.stops() == ({"verdict": "proved", "filled": "1.5"}, {"verdict": "not-confirmed"})
    assert await journal.stops(1) == ({"verdict": "proved", "filled": "1.5"},)


async def states(journal: Journal, path: Path) -> list[dict[str, Any]]:
    await journal.flush()
    rows = select(path, f"SELECT {', '.join(COLUMNS)} FROM order_state ORDER BY id")
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


async def test_order_state_is_one_row_when_the_perm_id_comes_later(journal: Journal, path: Path) -> None:
    journal.record_order_state(order(), endpoint=ENDPOINT, at=NOON)
    journal.record_order_state(order(perm_id=7), endpoint=ENDPOINT, at=NOON, last_error_code=399, last_error="held")
    journal.record_order_state(
        order(perm_id=7, status=Status.PARTIAL, filled=Decimal(40), avg_fill_price=Decimal("187.51")),
        endpoint=ENDPOINT,
        at=NOON,
    )
    (state,) = await states(journal, path)
    assert (state["perm_id"], state["client_id"], state["order_id"]) == (7, 11, 101)
    assert (state["status"], state["filled"], state["avg_fill_price"]) == ("partial", "40", "187.51")
    assert (state["last_error_code"], state["last_error"], state["transmit"]) == (399, "held", 1)
    assert json.loads(state["raw_state"])["broker_status"] == "PendingSubmit"


async def test_order_states_stay_apart_when_clients_use_the_same_order_id(journal: Journal, path: Path) -> None:
    journal.record_order_state(order(perm_id=7), endpoint=ENDPOINT, at=NOON)
    journal.record_order_state(order(perm_id=8, client_id=12), endpoint=ENDPOINT, at=NOON)
    journal.record_order_state(order(client_id=13, status=Status.STAGED), endpoint=ENDPOINT, at=NOON)
    journal.record_order_state(order(perm_id=7), endpoint="127.0.0.1:4002", at=NOON)
    found = await states(journal, path)
    assert [(state["perm_id"], state["client_id"], state["transmit"]) for state in found] == [
        (7, 11, 1),
        (8, 12, 1),
        (None, 13, 0),
        (7, 11, 1),
    ]


async def test_order_state_leaves_unknowns_null_when_the_broker_said_nothing(journal: Journal, path: Path) -> None:
    journal.record_order_state(order(perm_id=7, filled=None, quantity=None, limit_price=None), endpoint="x", at=NOON)
    (state,) = await states(journal, path)
    assert [state[name] for name in ("filled", "quantity", "limit_price", "avg_fill_price", "last_error")] == [None] * 5


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_number_comes_back_equal_when_written_as_text(value: Decimal) -> None:
    text = number(value)
    assert text is not None
    assert "E" not in text.upper()
    assert decimal(text) == value


TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.timezones())  # noqa: DTZ001


@given(TIMES, TIMES)
def test_instant_sorts_like_time_when_compared_as_text(one: datetime, other: datetime) -> None:
    # In UTC: Python calls an hour that a clock shows twice unequal to every time of another zone.
    assert moment(instant(one)) == one.astimezone(UTC)
    assert (instant(one) < instant(other)) == (one.astimezone(UTC) < other.astimezone(UTC))


def test_document_writes_text_as_it_is_when_it_looks_like_markup() -> None:
    assert document({"text": "[/AAPL] é"}) == '{"text":"[/AAPL] é"}'
