"""Golden bytes of every request that is sent, as ib_async 2.1.0 writes them at protocol version 178."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.ib.test_mapping import AAPL, placement
from tws_console.ib.encoder import Encoder
from tws_console.model.instrument import Instrument


def fields(message: bytes) -> list[str]:
    assert int.from_bytes(message[:4], "big") == len(message) - 4
    assert message.endswith(b"\0")
    return message[4:-1].decode().split("\0")


@pytest.fixture
def encoder() -> Encoder:
    return Encoder(11, 178)


def test_encoder_writes_the_known_bytes_when_a_request_has_no_contract(encoder: Encoder) -> None:
    written = {
        "start": encoder.start(),
        "cancel": encoder.cancel(12),
        "global": encoder.global_cancel(),
        "all": encoder.all_orders(),
        "completed": encoder.completed(),
        "executions": encoder.executions(1073741824, 7),
        "positions": encoder.positions(),
        "summary": encoder.account_summary(5, "Cushion,BuyingPower"),
        "no summary": encoder.cancel_account_summary(5),
        "time": encoder.current_time(),
        "symbols": encoder.matching_symbols(6, "AAP"),
        "rule": encoder.market_rule(26),
        "type": encoder.market_data_type(3),
        "no quote": encoder.cancel_quote(9),
        "pnl": encoder.account_pnl(10, "DU1"),
        "position pnl": encoder.position_pnl(11, "DU1", 265598),
    }
    assert {name: ",".join(fields(message)) for name, message in written.items()} == {
        "start": "71,2,11,",
        "cancel": "4,1,12,",
        "global": "58,1",
        "all": "16,1",
        "completed": "99,0",
        "executions": "7,3,1073741824,7,,,,,,",
        "positions": "61,1",
        "summary": "62,1,5,All,Cushion,BuyingPower",
        "no summary": "63,1,5",
        "time": "49,1",
        "symbols": "81,6,AAP",
        "rule": "91,26",
        "type": "59,1,3",
        "no quote": "2,2,9",
        "pnl": "92,10,DU1,",
        "position pnl": "94,11,DU1,,265598",
    }


def test_encoder_writes_the_old_cancel_when_the_server_is_old() -> None:
    assert fields(Encoder(11, 157).cancel(12)) == ["4", "1", "12"]


def test_encoder_writes_the_contract_when_details_are_asked(encoder: Encoder) -> None:
    asked = fields(encoder.contract_details(3, Instrument(0, "AAPL", primary_exch="NASDAQ")))
    assert ",".join(asked) == "9,8,3,0,AAPL,STK,,0.0,,,SMART,NASDAQ,USD,,,0,,,"


def test_encoder_writes_the_contract_when_a_quote_is_asked(encoder: Encoder) -> None:
    asked = fields(encoder.quote(4, AAPL))
    assert ",".join(asked) == "1,11,4,265598,AAPL,STK,,0.0,,,SMART,,USD,,,0,,0,0,"


def test_encoder_writes_114_fields_when_a_stock_order_is_placed(encoder: Encoder) -> None:
    order = fields(encoder.place(placement(quantity=Decimal("0.5"), limit_price=Decimal("187.50"))))
    assert len(order) == 114
    head = "3,7,265598,AAPL,STK,,0.0,,,SMART,,USD,,,,,BUY,0.5,LMT,187.50,,DAY,,DU1234567,O,0,01J,1,0,0,0,0,0,0,0,,0.0"
    assert ",".join(order[:37]) == head


def test_encoder_writes_110_fields_when_the_server_is_old() -> None:
    assert len(fields(Encoder(11, 157).place(placement()))) == 110


def test_encoder_marks_only_the_preview_when_it_is_a_what_if(encoder: Encoder) -> None:
    real, preview = fields(encoder.place(placement())), fields(encoder.place(placement(), what_if=True))
    assert [(a, b) for a, b in zip(real, preview, strict=True) if a != b] == [("0", "1")]


def test_encoder_raises_when_a_text_holds_a_control_character(encoder: Encoder) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        encoder.matching_symbols(1, "AA\0PL")
    with pytest.raises(ValueError, match="cannot be sent"):
        encoder.place(placement(order_ref="a\0" + "0\0" + "1"))
    assert fields(encoder.all_orders()) == ["16", "1"]
