"""One frame in, events out: nothing that comes is lost in silence."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.ib.frames import (
    UNSET,
    contract_fields,
    execution_fields,
    order_fields,
    raw,
    status_fields,
)
from tws_console.ib.answers import Answer, Execution
from tws_console.ib.tap import Subscriptions, Tap
from tws_console.model.events import (
    CommissionSeen,
    Event,
    OrderConfirmed,
    OrderSeen,
    ProblemSeen,
    QuoteSeen,
    StatusSeen,
    Undecodable,
    Unrouted,
)
from tws_console.model.instrument import Instrument


class Reader:
    def __init__(self, version: int = 178) -> None:
        self.out: list[Any] = []
        self.subscriptions = Subscriptions()
        self.tap = Tap(self.out.append, self.subscriptions, generation=3, clock=lambda: 50.0, zone=None)
        self.tap.serverVersion = version

    def read(self, *fields: object) -> list[Any]:
        self.out.clear()
        self.tap.frame(raw(*fields))
        return list(self.out)


@pytest.fixture
def reader() -> Reader:
    return Reader()


def test_tap_reads_an_order_when_it_is_whole(reader: Reader) -> None:
    [seen] = reader.read(*order_fields(perm_id=1790930293760078, ref="01J", parent="4", outside="1"))
    assert isinstance(seen, OrderSeen)
    assert (seen.n, seen.link, seen.at) == (1, 3, 50.0)
    assert (seen.perm_id, seen.client_id, seen.order_id, seen.parent_id) == (1790930293760078, 7, 5, 4)
    assert (seen.quantity, seen.limit_price, seen.aux_price) == (Decimal(100), Decimal("187.50"), None)
    assert (seen.status, seen.order_ref, seen.outside_rth, seen.what_if) == ("Submitted", "01J", True, None)
    assert seen.instrument == Instrument(265598, "AAPL", local_symbol="AAPL", trading_class="NMS")


def test_tap_reads_no_price_when_the_type_has_none(reader: Reader) -> None:
    [seen] = reader.read(*order_fields(type="MKT", price="0.0", aux="0.0"))
    assert (seen.limit_price, seen.aux_price) == (None, None)
    [seen] = reader.read(*order_fields(perm_id=2, type="STP", price="13.16", aux="180"))
    assert (seen.limit_price, seen.aux_price) == (None, Decimal(180))


def test_tap_keeps_the_order_when_its_tail_is_broken(reader: Reader) -> None:
    broken, seen = reader.read(*order_fields(legs="x"))
    assert isinstance(broken, Undecodable)
    assert (broken.message_id, broken.perm_id) == (5, 9001)
    assert isinstance(seen, OrderSeen)
    assert (seen.perm_id, seen.status) == (9001, None)
    broken, seen = reader.read(*order_fields()[:30])
    assert isinstance(seen, OrderSeen)


def test_tap_reports_one_hole_when_even_the_head_is_broken(reader: Reader) -> None:
    [broken] = reader.read("5", "1", "265598")
    assert isinstance(broken, Undecodable)
    assert (broken.message_id, broken.perm_id) == (5, None)
    [broken] = reader.read(*order_fields(quantity="many"))
    assert isinstance(broken, Undecodable)
    assert broken.perm_id is None


def test_tap_confirms_an_order_when_its_bytes_are_the_same(reader: Reader) -> None:
    reader.read(*order_fields())
    reader.read(*status_fields(status="Cancelled"))
    assert reader.read(*order_fields()) == [OrderConfirmed(n=3, link=3, at=50.0, perm_id=9001)]
    [seen] = reader.read(*order_fields(price="188"))
    assert isinstance(seen, OrderSeen)
    [seen] = reader.read(*order_fields())
    assert isinstance(seen, OrderSeen)


def test_tap_reads_it_again_when_the_same_bytes_were_broken(reader: Reader) -> None:
    reader.read(*order_fields(legs="x"))
    assert [type(one) for one in reader.read(*order_fields(legs="x"))] == [Undecodable, OrderSeen]


def test_tap_marks_a_preview_when_what_if_is_set(reader: Reader) -> None:
    [seen] = reader.read(*order_fields(what_if="1", margin="4398.70", commission="1.0003"))
    assert seen.what_if.init_margin_change == Decimal("4398.70")
    assert (seen.what_if.commission, seen.what_if.max_commission) == (Decimal("1.0003"), None)
    [again] = reader.read(*order_fields(what_if="1", margin="4398.70", commission="1.0003"))
    assert isinstance(again, OrderSeen)


def test_tap_keeps_unknown_apart_from_zero_when_a_status_has_gaps(reader: Reader) -> None:
    [seen] = reader.read("3", "5", "Submitted", "0", "", "", "9001", "0", "0", "7", "", "0")
    assert isinstance(seen, StatusSeen)
    assert (seen.filled, seen.remaining, seen.avg_fill_price) == (Decimal(0), None, None)


def test_tap_names_the_order_when_a_status_holds_no_number(reader: Reader) -> None:
    [broken] = reader.read("3", "5", "Submitted", "lots", "", "", "9001", "0", "0", "7", "", "0")
    assert isinstance(broken, Undecodable)
    assert (broken.message_id, broken.perm_id) == (3, 9001)


SHORT_PROBLEMS = [
    ("4", "2", "-1", "2104"),
    ("4", "2", "2147483647", "2104", "ok"),
    ("4", "2", "-1", "2104", "ok", ""),
]


@pytest.mark.parametrize("fields", SHORT_PROBLEMS)
def test_tap_reads_a_problem_when_fields_are_missing(reader: Reader, fields: tuple[str, ...]) -> None:
    [seen] = reader.read(*fields)
    assert isinstance(seen, ProblemSeen)
    assert (seen.request_id, seen.code) == (-1, 2104)


@pytest.mark.parametrize("time", ["20260825 14:11:30 Nowhere", "soon"])
def test_tap_keeps_the_fill_when_its_time_cannot_be_read(reader: Reader, time: str) -> None:
    [seen] = reader.read(*execution_fields(time=time))
    assert isinstance(seen, Execution)
    assert seen.seen.fill.time is None
    assert (seen.seen.fill.quantity, seen.seen.fill.price) == (Decimal(30), Decimal("187.48"))


def test_tap_tells_a_live_fill_from_a_replayed_one_when_the_request_id_differs(reader: Reader) -> None:
    [live] = reader.read(*execution_fields())
    [replayed] = reader.read(*execution_fields(request_id=1 << 30))
    assert live.seen.fill.live
    assert not replayed.seen.fill.live
    assert live.seen.fill.time == datetime(2026, 8, 25, 18, 11, 30, tzinfo=UTC)
    assert (live.seen.fill.action, live.seen.fill.order_ref) == ("BUY", "ref")


@pytest.mark.parametrize(("text", "value"), [("", None), (UNSET, None), ("-1", None), ("1.0066", Decimal("1.0066"))])
def test_tap_leaves_a_commission_unknown_when_it_is_not_told(reader: Reader, text: str, value: Decimal | None) -> None:
    [seen] = reader.read("59", "1", "e.1", text, "USD", UNSET, "", "")
    assert isinstance(seen, CommissionSeen)
    assert (seen.commission, seen.realized_pnl) == (value, None)


@pytest.mark.parametrize("fields", [("",), ("abc",), ("250", "1"), ("-5",), ("9", "1", "x"), ("53x",)])
def test_tap_reports_a_message_when_it_is_of_no_known_form(reader: Reader, fields: tuple[str, ...]) -> None:
    [broken] = reader.read(*fields)
    assert isinstance(broken, Undecodable)


def test_tap_reports_a_message_when_it_is_empty(reader: Reader) -> None:
    reader.tap.frame(b"")
    [broken] = reader.out
    assert isinstance(broken, Undecodable)
    assert broken.message_id is None


def test_tap_tells_of_messages_that_nothing_uses_when_they_are_well_known(reader: Reader) -> None:
    assert reader.read("14", "1", "2", "3", "news", "x") == [Unrouted(n=1, link=3, at=50.0, message_id=14)]


def test_tap_loses_nothing_when_odd_messages_stand_between(reader: Reader) -> None:
    reader.out.clear()
    odd = [("abc",), tuple(order_fields()[:30]), ("250",), ("9", "1", "x"), ("3", "x")]
    for fields in odd:
        reader.tap.frame(raw(*fields))
        reader.tap.frame(raw(*status_fields()))
    assert sum(isinstance(one, StatusSeen) for one in reader.out) == len(odd)
    numbers = [one.n for one in reader.out if isinstance(one, Event)]
    assert numbers == sorted(numbers)
    assert reader.tap.frames == 2 * len(odd)


def test_tap_reads_contract_details_when_asked(reader: Reader) -> None:
    [answer] = reader.read(*contract_fields(77, min_tick="0.00005"))
    assert isinstance(answer, Answer)
    assert answer.request_id == 77
    assert isinstance(answer.row, Instrument)
    assert (answer.row.con_id, answer.row.min_tick) == (265598, Decimal("0.00005"))
    assert answer.row.market_rule_ids == (26, 26)
    assert answer.row.valid_exchanges == ("SMART", "NASDAQ")


def test_tap_turns_ticks_into_quotes_when_they_are_watched(reader: Reader) -> None:
    reader.subscriptions.quotes[5] = 265598

    def values(*fields: object) -> list[tuple[str, Decimal | None]]:
        return [(one.field, one.value) for one in reader.read(*fields) if isinstance(one, QuoteSeen)]

    assert values("1", "6", "5", "1", "187.48", "300", "0") == [("bid", Decimal("187.48")), ("bid_size", Decimal(300))]
    assert values("1", "6", "5", "4", "187.50", "", "0") == [("last", Decimal("187.50"))]
    assert values("1", "6", "5", "2", "", "", "0") == [("ask", None)]
    assert values("1", "6", "5", "1", "-1", "0", "0") == [("bid", None), ("bid_size", Decimal(0))]
    assert values("1", "6", "5", "67", "187.52", "500", "0") == [("ask", Decimal("187.52")), ("ask_size", Decimal(500))]
    assert values("2", "6", "5", "0", "400") == [("bid_size", Decimal(400))]
    assert values("2", "6", "5", "8", "400") == []
    assert values("1", "6", "99", "1", "187.48", "300", "0") == []
