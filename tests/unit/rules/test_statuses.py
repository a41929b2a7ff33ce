"""The broker's status words and what a trader is told instead."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tws_console.model.order import Status
from tws_console.rules.statuses import held_until, status_of

D = Decimal
HELD = (
    "Order Message:\nBUY 1 AAPL NASDAQ.NMS\n"
    "Warning: your order will not be placed at the exchange until 2026-09-28 09:30:00 US/Eastern"
)
KNOWN = {"ApiPending", "PendingSubmit", "PendingCancel", "PreSubmitted", "Submitted"}
KNOWN |= {"Filled", "Cancelled", "ApiCancelled", "Inactive"}


@pytest.mark.parametrize(
    ("broker", "why", "order_type", "filled", "hint", "expected"),
    [
        ("ApiPending", "", "LMT", 0, "", Status.SENT),
        ("PendingSubmit", "", "LMT", 0, "", Status.SENT),
        ("Submitted", "", "LMT", 0, "", Status.WORKING),
        ("Submitted", "", "LMT", 30, "", Status.PARTIAL),
        ("PreSubmitted", "", "LMT", 30, "", Status.PARTIAL),
        ("PreSubmitted", "", "LMT", 0, "", Status.ACCEPTED),
        ("PreSubmitted", "", "LMT", None, HELD, Status.HELD),
        ("PreSubmitted", "", "LMT", 0, "09:30", Status.HELD),
        ("PreSubmitted", "", "LMT", 0, "Order message at 09:30", Status.ACCEPTED),
        ("PreSubmitted", "trigger", "STP", 0, "", Status.UNTRIGGERED),
        ("PreSubmitted", "", "STP LMT", 0, "", Status.UNTRIGGERED),
        ("PreSubmitted", "child", "LMT", 0, HELD, Status.WAIT_PARENT),
        ("PreSubmitted", "child,trigger", "STP", 0, "", Status.WAIT_PARENT),
        ("PreSubmitted", "locate", "LMT", 0, "", Status.WAIT_LOCATE),
        ("PreSubmitted", "", "LMT", 0, "Order held while securities are located.", Status.WAIT_LOCATE),
        ("Inactive", "locate", "LMT", 0, "", Status.WAIT_LOCATE),
        ("Inactive", "", "LMT", 0, "margin", Status.INACTIVE),
        ("PendingCancel", "", "LMT", 30, "", Status.CANCELLING),
        ("Cancelled", "", "LMT", 30, "", Status.CANCELLED),
        ("ApiCancelled", "", "LMT", 0, "", Status.CANCELLED),
        ("Filled", "", "LMT", 100, "", Status.FILLED),
        ("WarnState", "", "LMT", 0, "", Status.UNVERIFIED),
        ("", "", "LMT", 0, "", Status.UNVERIFIED),
    ],
)
def test_status_of_gives_the_word_when(
    broker: str, why: str, order_type: str, filled: int | None, hint: str, expected: Status
) -> None:
    done = None if filled is None else D(filled)
    assert status_of(broker, why, order_type, done, D(100), hint)[0] is expected


def test_status_of_gives_the_reason_in_words() -> None:
    assert status_of("Submitted", "", "LMT", D(60), D(200)) == (Status.PARTIAL, "60 of 200 done")
    assert status_of("PreSubmitted", "", "LMT", D(0), D(1), HELD)[1] == "until 2026-09-28 09:30 US/Eastern"
    assert status_of("Inactive", "", "LMT", D(0), D(1), "Order rejected -\n reason") == (
        Status.INACTIVE,
        "Order rejected - reason",
    )
    assert status_of("PreSubmitted", "funds", "LMT", D(0), D(1)) == (Status.ACCEPTED, "held: funds")


def test_held_until_reads_the_message_and_its_own_reason() -> None:
    assert held_until(HELD) == "09:30"
    assert held_until(status_of("PreSubmitted", "", "LMT", D(0), D(1), HELD)[1]) == "09:30"
    assert held_until("Warning: will not be placed until 20260928 9:30:00.") == "09:30"
    assert held_until(status_of("PreSubmitted", "", "LMT", D(0), D(1), "09:30")[1]) == "09:30"
    assert held_until("Order held while securities are located.") == ""


@given(st.text().filter(lambda word: word not in KNOWN), st.text(), st.text())
def test_status_of_is_unverified_when_the_word_is_unknown(word: str, why: str, hint: str) -> None:
    assert status_of(word, why, "LMT", D(0), D(1), hint)[0] is Status.UNVERIFIED
