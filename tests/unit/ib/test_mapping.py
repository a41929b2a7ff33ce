"""Values at the border: what the wire's text becomes and what ours is written as."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tws_console.engine.ports import Placement
from tws_console.ib.mapping import (
    contract_for,
    decimal_or_none,
    integer,
    order_for,
    plain,
    refuse_control_characters,
    utc_time,
    zone_of,
)
from tws_console.model.instrument import Instrument

AAPL = Instrument(265598, "AAPL", primary_exch="NASDAQ", local_symbol="AAPL", trading_class="NMS")


def placement(**changed: object) -> Placement:
    values: dict[str, object] = {
        "order_id": 7,
        "instrument": AAPL,
        "account": "DU1234567",
        "action": "BUY",
        "quantity": Decimal(100),
        "order_type": "LMT",
        "limit_price": Decimal("187.50"),
        "aux_price": None,
        "tif": "DAY",
        "outside_rth": False,
        "order_ref": "01J",
        "transmit": True,
    }
    return Placement(**(values | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["", "1.7976931348623157E308", "1.7976931348623157e+308", "2147483647", "9223372036854775807", "Infinity", "NaN"],
)
def test_decimal_or_none_is_none_when_the_wire_says_unset(text: str) -> None:
    assert decimal_or_none(text) is None


def test_decimal_or_none_keeps_every_digit_when_it_is_a_number() -> None:
    value = decimal_or_none("187.50")
    assert value == Decimal("187.50")
    assert str(value) == "187.50"
    assert decimal_or_none("0") == 0
    assert decimal_or_none("-12.5") == Decimal("-12.5")


def test_decimal_or_none_raises_when_it_is_no_number() -> None:
    with pytest.raises(ValueError, match="is no number"):
        decimal_or_none("abc")


def test_integer_is_zero_when_unset_and_wide_when_large() -> None:
    assert integer("") == 0
    assert integer("2147483647") == 0
    assert integer("1790930293760078") == 1790930293760078


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("20260825 14:11:30 US/Eastern", 18),
        ("20260825 14:11:30 Eastern Standard Time", 18),
        ("20260825 14:11:30 Central European Standard Time", 12),
        ("20260825-14:11:30", 14),
        ("20260825  14:11:30 MET", 12),
    ],
)
def test_utc_time_is_utc_when_the_zone_is_told(text: str, hour: int) -> None:
    assert utc_time(text, None) == datetime(2026, 8, 25, hour, 11, 30, tzinfo=UTC)


def test_utc_time_uses_the_zone_of_the_profile_when_none_is_told() -> None:
    assert utc_time("20260825 14:11:30", zone_of("Europe/Berlin")) == datetime(2026, 8, 25, 12, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["20260825 14:11:30", "20260825 14:11:30 Nowhere Time", "soon", "", "2026 x y", "a-b"])
def test_utc_time_is_none_when_it_cannot_be_known(text: str) -> None:
    assert utc_time(text, None) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("1E+2"), "100"), (Decimal("1e-7"), "0.0000001"), (Decimal("0.30"), "0.30"), (Decimal(0), "0")],
)
def test_plain_has_no_exponent_when_the_decimal_has_one(value: Decimal, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize("text", ["a\0b", "a\nb", "\x7f", "\x9b1m", "\ud800"])
def test_refuse_control_characters_raises_when_there_is_one(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        refuse_control_characters(text)


def test_contract_for_sends_little_when_the_conid_is_known() -> None:
    contract = contract_for(AAPL)
    assert (contract.conId, contract.symbol, contract.exchange, contract.currency) == (265598, "AAPL", "SMART", "USD")
    assert (contract.primaryExchange, contract.localSymbol, contract.tradingClass) == ("", "", "")


def test_contract_for_sends_everything_when_the_conid_is_unknown() -> None:
    option = Instrument(0, "SPY", "OPT", expiry="20261219", strike=Decimal("600"), right="P", multiplier="100")
    contract = contract_for(option)
    assert contract.lastTradeDateOrContractMonth == "20261219"
    assert (str(contract.strike), contract.right, contract.multiplier) == ("600", "P", "100")


def test_order_for_writes_text_when_prices_are_decimal() -> None:
    order = order_for(placement(quantity=Decimal("1E+2"), limit_price=Decimal("1e-7")))
    assert (str(order.totalQuantity), str(order.lmtPrice)) == ("100", "0.0000001")
    assert order.transmit
    assert not order.whatIf


def test_order_for_always_transmits_when_it_is_a_what_if() -> None:
    order = order_for(placement(transmit=False), what_if=True)
    assert order.transmit
    assert order.whatIf


@pytest.mark.parametrize("name", ["account", "action", "order_type", "tif", "order_ref"])
def test_order_for_raises_when_a_text_holds_a_nul(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        order_for(placement(**{name: "x\0" + "1"}))
