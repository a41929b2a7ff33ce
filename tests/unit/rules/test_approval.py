"""What a yes is bound to: the exact order, and a market and position that have not moved."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.rules.build import AAPL, CENT, QUOTE, ticket
from tws_console.model.position import Quote
from tws_console.model.ticket import Ticket
from tws_console.rules.approval import drift, order_hash

D = Decimal


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "SELL"},
        {"quantity": D(101)},
        {"limit_price": D("187.51")},
        {"aux_price": D(1)},
        {"order_type": "STP LMT"},
        {"tif": "GTC"},
        {"outside_rth": True},
        {"transmit": True},
        {"order_ref": "x"},
    ],
)
def test_hash_changes_when_anything_that_is_sent_changes(changes: dict[str, Any]) -> None:
    assert order_hash(ticket(**changes)) != order_hash(ticket())


def test_hash_changes_with_account_and_instrument_and_not_with_the_spelling_of_numbers() -> None:
    request = ticket().request
    assert order_hash(Ticket(request, AAPL, "DU7654321")) != order_hash(ticket())
    assert order_hash(Ticket(request, replace(AAPL, con_id=1), "DU1234567")) != order_hash(ticket())
    assert order_hash(ticket(quantity="100.0", limit="187.5")) == order_hash(ticket(limit="187.50"))
    assert len(order_hash(ticket())) == 64


def moved(now: Quote | None, before: Quote | None = QUOTE) -> str:
    return drift(before, now, CENT, D(300), D(300))


def test_drift_is_silent_when_nothing_moved_or_only_a_tick() -> None:
    assert moved(QUOTE) == ""
    assert moved(replace(QUOTE, bid=D("187.47"), ask=D("187.51"), last=D("150"))) == ""
    assert moved(None, None) == ""
    assert moved(QUOTE, None) == ""


def test_drift_says_what_moved_from_where_to_where() -> None:
    assert moved(replace(QUOTE, ask=D("187.92"))) == "The ask went from 187.52 to 187.92."
    assert moved(replace(QUOTE, bid=None)) == "The bid of 187.48 is gone."
    assert moved(None) == "The bid of 187.48 is gone."


def test_drift_goes_by_the_last_price_when_no_side_was_quoted() -> None:
    before = Quote(265598, last=D("187.50"))
    assert moved(replace(before, last=D("188.50")), before) == "The last price went from 187.50 to 188.50."


def test_drift_wants_several_ticks_when_the_price_is_small() -> None:
    penny = Quote(265598, bid=D("0.50"), ask=D("0.51"))
    assert moved(replace(penny, ask=D("0.53")), penny) == ""
    assert moved(replace(penny, ask=D("0.54")), penny) == "The ask went from 0.51 to 0.54."


def test_drift_names_the_position_when_it_changed_or_became_unknown() -> None:
    assert drift(QUOTE, QUOTE, CENT, D(300), D(-200)) == "The position went from +300 to -200."
    assert drift(QUOTE, QUOTE, CENT, D(300), None) == "The position went from +300 to unknown."
    assert drift(QUOTE, QUOTE, CENT, None, None) == ""
