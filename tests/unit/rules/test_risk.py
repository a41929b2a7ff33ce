"""Risk rules: which situation makes which rule warn or block, and how hard sending becomes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rules.build import AAPL, QUOTE, order, situation, stop_ticket, ticket
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.instrument import PriceStep
from tws_console.model.order import Order, Status
from tws_console.model.position import Quote
from tws_console.model.session import Mode
from tws_console.model.ticket import Ticket
from tws_console.model.verdict import Level, Verdict
from tws_console.rules.risk import (
    RULES,
    Friction,
    Limits,
    Recent,
    Situation,
    duplicate_key,
    effect,
    friction,
    market_price,
    notional,
    verdicts,
    worst,
)

D = Decimal
FREE = Limits()
AMOUNTS = st.decimals(min_value=D("0.0001"), max_value=D(10_000), places=4)


def found(of: Situation, limits: Limits = FREE) -> dict[str, tuple[Level, str]]:
    """The rules that did not pass: name to level and code."""
    return {v.rule: (v.level, v.code) for v in verdicts(of, limits) if v.level is not Level.PASS}


def message(of: Situation, rule: str, limits: Limits = FREE) -> str:
    return next(v.msg for v in verdicts(of, limits) if v.rule == rule)


def test_every_rule_answers_in_order_and_passes_when_all_is_calm() -> None:
    result = verdicts(situation(), FREE)
    assert [v.rule for v in result] == [name for name, _ in RULES]
    assert worst(result) is Level.PASS
    assert worst(()) is Level.PASS


@pytest.mark.parametrize(
    ("changes", "rule", "level", "code"),
    [
        ({"frozen": True}, "freeze", Level.BLOCK, "FROZEN"),
        ({"read_only": "arm first"}, "read-only", Level.BLOCK, "READ_ONLY"),
        ({"stale": "list is 9 s old"}, "stale-data", Level.WARN, "STALE_DATA"),
        ({"link_down": "TWS has lost its link to IBKR"}, "stale-data", Level.BLOCK, "STALE_DATA"),
        ({"session_open": False}, "session", Level.WARN, "MARKET_CLOSED"),
        ({"quote": None}, "quote", Level.WARN, "STALE_DATA"),
        ({"quote": replace(QUOTE, tag="D")}, "quote", Level.WARN, "STALE_DATA"),
        ({"quote_age": 61.0}, "quote", Level.WARN, "STALE_DATA"),
        ({"position": None}, "flip", Level.WARN, "STALE_DATA"),
        ({"base_rate": None}, "max-notional", Level.WARN, "STALE_DATA"),
    ],
)
def test_one_rule_alone_speaks_when_one_thing_is_off(
    changes: dict[str, Any], rule: str, level: Level, code: str
) -> None:
    assert found(situation(**changes)) == {rule: (level, code)}


def test_session_passes_when_it_is_not_known() -> None:
    assert found(situation(session_open=None)) == {}


def test_market_order_is_blocked_when_there_is_no_quote_at_all() -> None:
    blind = situation(ticket(limit=None), quote=Quote(265598, problem="no subscription"))
    assert found(blind)["quote"] == (Level.BLOCK, "STALE_DATA")
    assert "no subscription" in message(blind, "quote")


def test_skipped_price_check_is_said_when_a_limit_has_no_quote() -> None:
    assert message(situation(quote=None), "quote") == "no quote: price not checked"


def test_tick_blocks_when_the_price_is_between_ticks() -> None:
    off = situation(ticket(limit="187.523"))
    assert found(off) == {"tick": (Level.BLOCK, "ORDER_VALIDATION_FAILED")}
    assert message(off, "tick") == "limit 187.523: tick is 0.01: 187.52 or 187.53"


def test_tick_falls_back_to_the_smallest_tick_and_warns_when_none_is_known() -> None:
    assert found(situation(ticket(limit="187.523"), steps=()))["tick"][0] is Level.BLOCK
    unknown = Ticket(ticket().request, replace(AAPL, min_tick=None), "DU1234567")
    assert found(situation(unknown, steps=()))["tick"] == (Level.WARN, "STALE_DATA")
    coarse = (PriceStep(D(0), D("0.05")),)
    assert found(situation(ticket(limit="187.52"), steps=coarse))["tick"][0] is Level.BLOCK


@pytest.mark.parametrize(
    ("limits", "quantity", "expected"),
    [
        (FREE, "1000", None),
        (FREE, "1000.5", Level.WARN),
        (Limits(max_quantity=D(50)), "50", None),
        (Limits(max_quantity=D(50)), "51", Level.BLOCK),
        (Limits(max_quantity=D(5000)), "2000", None),
    ],
)
def test_max_quantity_blocks_at_the_profile_and_warns_at_the_built_in(
    limits: Limits, quantity: str, expected: Level | None
) -> None:
    result = found(situation(ticket(quantity=quantity)), limits)
    assert result.get("max-quantity", (None, ""))[0] is expected


def test_max_notional_blocks_at_the_profile_and_warns_at_the_built_in() -> None:
    big = situation(ticket(quantity="600"))
    assert found(big) == {"max-notional": (Level.WARN, "MAX_NOTIONAL")}
    assert "11.2% of net liquidation" in message(big, "max-notional")
    assert found(situation(), Limits(max_notional=D(18_750))) == {}
    assert found(situation(), Limits(max_notional=D(18_749)))["max-notional"] == (Level.BLOCK, "MAX_NOTIONAL")


def test_max_notional_counts_in_base_currency() -> None:
    yen = situation(base_rate=D("0.01"))
    assert found(yen, Limits(max_notional=D(200))) == {}
    assert found(situation(base_rate=D(10)))["max-notional"][0] is Level.WARN


def test_notional_takes_multiplier_trigger_and_the_better_bid() -> None:
    future = Ticket(ticket(limit="5900").request, replace(AAPL, multiplier="50"), "DU1")
    assert notional(future, None) == D(29_500_000)
    assert notional(stop_ticket("BUY", "200"), QUOTE) == D(20_000)
    assert notional(ticket("SELL", limit="1"), QUOTE) == D(18_748)
    assert notional(ticket(limit=None), QUOTE) == D(18_752)
    assert notional(ticket(limit=None), None) is None


def test_market_price_is_the_side_that_would_trade() -> None:
    assert market_price("BUY", QUOTE) == D("187.52")
    assert market_price("SELL", QUOTE) == D("187.48")
    assert market_price("SELL", replace(QUOTE, bid=None)) == D("187.50")
    assert market_price("SELL", None) is None


@pytest.mark.parametrize(
    ("action", "limit", "expected"),
    [
        ("BUY", "193.14", None),
        ("BUY", "193.15", Level.WARN),
        ("SELL", "181.86", None),
        ("SELL", "181.85", Level.WARN),
        ("BUY", "150.00", None),
        ("BUY", "131.00", Level.WARN),
        ("SELL", "230.00", None),
        ("SELL", "244.00", Level.WARN),
    ],
)
def test_price_away_is_strict_through_the_market_and_lax_away_from_it(
    action: str, limit: str, expected: Level | None
) -> None:
    result = found(situation(ticket(action, limit=limit)))
    assert result.get("price-away", (None, ""))[0] is expected


def test_price_away_blocks_through_the_market_only_when_the_profile_sets_it() -> None:
    limits = Limits(max_price_distance_percent=D(1))
    assert found(situation(ticket(limit="190.00")), limits)["price-away"] == (Level.BLOCK, "PRICE_AWAY")
    assert found(situation(ticket(limit="180.00")), limits) == {}
    assert found(situation(ticket(limit="100.00")), limits)["price-away"][0] is Level.WARN


@pytest.mark.parametrize(
    ("action", "stop", "limit", "expected"),
    [
        ("BUY", "190.00", None, None),
        ("BUY", "187.52", None, Level.WARN),
        ("SELL", "185.00", None, None),
        ("SELL", "187.48", None, Level.WARN),
        ("SELL", "100.00", None, Level.WARN),
        ("BUY", "200.00", "201.00", None),
        ("BUY", "200.00", "220.00", Level.WARN),
    ],
)
def test_price_away_warns_when_a_stop_triggers_at_once_or_its_limit_is_far(
    action: str, stop: str, limit: str | None, expected: Level | None
) -> None:
    result = found(situation(stop_ticket(action, stop, limit)))
    assert result.get("price-away", (None, ""))[0] is expected


def test_price_away_says_so_when_the_market_is_at_zero() -> None:
    zero = Quote(265598, bid=D(0), ask=D(0), last=D(0), tag="L")
    assert "not checked" in message(situation(quote=zero), "price-away")


def test_max_position_counts_open_orders_of_the_same_side() -> None:
    limits = Limits(max_position=D(450))
    assert found(situation(), limits) == {}
    crowded = situation(open_orders=(order("BUY", "51", "150"),))
    assert found(crowded, limits) == {"max-position": (Level.BLOCK, "POSITION_LIMIT_EXCEEDED")}
    other_account = situation(open_orders=(order("BUY", "51", "150", account="DU7654321"),))
    assert found(other_account, limits) == {}


def test_max_position_lets_a_reducing_order_pass_and_says_when_it_cannot_tell() -> None:
    limits = Limits(max_position=D(100))
    assert found(situation(ticket("SELL", limit="188.00")), limits) == {}
    assert found(situation(position=None), limits)["max-position"] == (Level.WARN, "STALE_DATA")
    mute = order("BUY", limit="150", quantity="1")
    mute = replace(mute, quantity=None, remaining=None)
    assert found(situation(open_orders=(mute,)), limits)["max-position"] == (Level.WARN, "STALE_DATA")


@pytest.mark.parametrize(
    ("limits", "count", "expected"),
    [
        (FREE, 14, None),
        (FREE, 15, Level.WARN),
        (Limits(max_open_orders_per_side=2), 1, None),
        (Limits(max_open_orders_per_side=2), 2, Level.BLOCK),
    ],
)
def test_open_orders_per_side_counts_live_ones_of_the_account(
    limits: Limits, count: int, expected: Level | None
) -> None:
    same = tuple(order("BUY", "1", "150", key=OrderKey.perm(n + 1)) for n in range(count))
    ended = order("BUY", "1", "150", status=Status.CANCELLED)
    result = found(situation(open_orders=(*same, ended, order("SELL", "1", "200"))), limits)
    assert result.get("max-open-orders", (None, ""))[0] is expected


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (Limits(symbols_denied=("aapl",)), Level.BLOCK),
        (Limits(symbols_allowed=("MSFT",)), Level.BLOCK),
        (Limits(symbols_allowed=()), Level.BLOCK),
        (Limits(symbols_allowed=("aapl",)), None),
        (Limits(symbols_allowed=("AAPL",), symbols_denied=("AAPL",)), Level.BLOCK),
    ],
)
def test_symbols_go_by_both_lists(limits: Limits, expected: Level | None) -> None:
    assert found(situation(), limits).get("symbols", (None, ""))[0] is expected


@pytest.mark.parametrize(
    ("seconds", "age", "expected"),
    [
        (None, 9.9, Level.WARN),
        (None, 10.0, None),
        (D(60), 59.0, Level.BLOCK),
        (D(60), 60.0, None),
        (D(0), 0.0, None),
    ],
)
def test_duplicate_goes_by_the_seconds_since_the_same_order(
    seconds: Decimal | None, age: float, expected: Level | None
) -> None:
    again = situation(recent=(Recent(duplicate_key(ticket(tif="GTC")), age), Recent("other", 0.0)))
    result = found(again, Limits(duplicate_seconds=seconds))
    assert result.get("duplicate", (None, ""))[0] is expected


def test_duplicate_warns_when_an_own_order_like_it_works() -> None:
    twin = order("BUY", "100", "187.5", aux_price=D(0))
    assert found(situation(open_orders=(twin,)))["duplicate"] == (Level.WARN, "DUPLICATE_ORDER")
    for different in (
        replace(twin, owner=Owner.FOREIGN),
        replace(twin, status=Status.CANCELLED),
        replace(twin, limit_price=D("187.4")),
        replace(twin, remaining=D(40)),
    ):
        assert "duplicate" not in found(situation(open_orders=(different,)))


def test_duplicate_sees_through_prices_that_the_broker_echoes_as_zero() -> None:
    market = order("BUY", "100", None, limit_price=D(0), aux_price=D(0))
    assert "duplicate" in found(situation(ticket(limit=None), open_orders=(market,)))
    stop = order("BUY", "100", "0", order_type="STP", aux_price=D("190.00"))
    assert "duplicate" in found(situation(stop_ticket("BUY", "190.00"), open_orders=(stop,)))


def test_flip_warns_when_the_order_crosses_zero_or_opens_a_short() -> None:
    sell = ticket("SELL", "500", "187.50")
    assert message(situation(sell), "flip") == "crosses zero by 200"
    assert found(situation(sell))["flip"] == (Level.WARN, "SHORT_FLIP")
    assert message(situation(sell, position=D(0)), "flip") == "opens a short of 500"
    assert "flip" not in found(situation(sell, position=D(-10)))
    assert "flip" not in found(situation(ticket(), position=D(0)))


def test_flip_warns_when_it_crosses_zero_together_with_open_orders() -> None:
    sell = ticket("SELL", "100", "188.00")
    pair = tuple(order("SELL", "150", "190", key=OrderKey.perm(n), oca_group="g") for n in (1, 2))
    assert "flip" not in found(situation(sell, open_orders=pair))
    assert "flip" not in found(situation(sell, open_orders=(order("SELL", "900", status=Status.WAIT_PARENT),)))
    alone = (*pair, order("SELL", "100", "191", key=OrderKey.perm(3)))
    assert message(situation(sell, open_orders=alone), "flip").startswith("crosses zero by 50 if")


@pytest.mark.parametrize(
    ("mine", "other", "expected"),
    [
        (ticket("SELL", limit="187.50"), order("BUY", limit="187.50"), "own BUY 100 at 187.50"),
        (ticket("SELL", limit="187.51"), order("BUY", limit="187.50"), ""),
        (ticket("BUY", limit="187.50"), order("SELL", limit="187.00"), "own SELL 100 at 187.00"),
        (ticket("BUY", limit="187.00"), order("SELL", limit="187.00"), "own SELL 100 at 187.00"),
        (ticket("BUY", limit=None), order("SELL", limit="400.00"), "own SELL 100 at 400.00"),
        (ticket("BUY", limit="1.00"), order("SELL", limit=None), "own SELL 100 at market"),
        (
            ticket("SELL", limit="187.00"),
            order("BUY", limit="187.50", owner=Owner.FOREIGN, client_id=7),
            "client 7 BUY 100 at 187.50",
        ),
        (ticket("SELL", limit="187.00"), order("BUY", limit="187.50", owner=Owner.MANUAL), "manual BUY 100 at 187.50"),
        (ticket("SELL", limit="187.00"), order("BUY", limit="187.50", status=Status.FILLED), ""),
        (ticket("SELL", limit="187.00"), order("BUY", limit="187.50", status=Status.WAIT_PARENT), ""),
        (ticket("SELL", limit="187.00"), order("BUY", limit=None, order_type="STP", aux_price=D(180)), ""),
        (stop_ticket("SELL", "187.00"), order("BUY", limit="187.50"), ""),
    ],
)
def test_self_cross_names_an_order_that_this_one_could_trade_with(mine: Ticket, other: Order, expected: str) -> None:
    assert message(situation(mine, open_orders=(other,)), "self-cross") == expected


@given(AMOUNTS, AMOUNTS, st.sampled_from([1, -1]))
def test_effect_agrees_with_the_position_after(held: Decimal, traded: Decimal, side: int) -> None:
    position, signed = held * side, -traded * side
    after = position + signed
    what = effect(position, signed)
    assert (what == "flipping") == (after * position < 0)
    assert (what == "closing") == (after == 0)
    assert (what == "reducing") == (after * position > 0)
    assert effect(position, -signed) == "adding"
    assert effect(D(0), signed) == "opening"
    assert effect(None, signed) == "unknown"


@given(AMOUNTS, AMOUNTS)
def test_flip_warns_exactly_when_a_long_would_become_short(held: Decimal, sold: Decimal) -> None:
    codes = {code for _, code in found(situation(ticket("SELL", str(sold)), position=held)).values()}
    assert ("SHORT_FLIP" in codes) == (sold > held)


def verdict(level: Level, code: str = "MAX_QUANTITY") -> Verdict:
    return Verdict("rule", level, code, "why")


@pytest.mark.parametrize(
    ("levels", "mode", "what", "expected"),
    [
        ([Level.PASS], Mode.PAPER, "adding", Friction.YES),
        ([Level.PASS], Mode.LIVE, "adding", Friction.YES),
        ([Level.PASS, Level.WARN], Mode.PAPER, "adding", Friction.YES_ENTER),
        ([Level.WARN], Mode.DEMO, "closing", Friction.YES_ENTER),
        ([Level.WARN], Mode.LIVE, "adding", Friction.SYMBOL),
        ([Level.PASS], Mode.PAPER, "flipping", Friction.SYMBOL),
        ([Level.WARN, Level.BLOCK], Mode.PAPER, "flipping", Friction.REFUSED),
    ],
)
def test_friction_grows_with_risk(levels: list[Level], mode: Mode, what: str, expected: Friction) -> None:
    assert friction([verdict(level) for level in levels], mode, what) is expected


def test_friction_asks_for_the_symbol_when_a_short_is_opened() -> None:
    short = situation(ticket("SELL", "100", "187.50"), position=D(0))
    assert friction(verdicts(short, FREE), Mode.PAPER, "opening") is Friction.SYMBOL
