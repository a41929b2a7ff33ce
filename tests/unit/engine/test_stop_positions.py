"""A position that moves around a stop is explained by fills, or it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.unit.engine.events import AAPL, Wire
from tws_console.engine.stop_positions import SETTLE, PositionWatch
from tws_console.model.events import PositionSeen
from tws_console.model.position import Position

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
ACCOUNT = "DU1234567"
HELD = {(ACCOUNT, AAPL.con_id): Position(ACCOUNT, AAPL, Decimal(100))}


@pytest.fixture
def wire() -> Wire:
    return Wire()


def moved(wire: Wire, quantity: str) -> PositionSeen:
    wire.at += 1
    return PositionSeen(
        n=1, link=1, at=wire.at, account=ACCOUNT, instrument=AAPL, quantity=Decimal(quantity), average_cost=None
    )


def test_change_is_told_when_no_fill_explains_it(wire: Wire) -> None:
    watch = PositionWatch(HELD, frozenset(), NOW)
    watch.apply(wire.fill(1, "10"))
    watch.apply(moved(wire, "130"))

    assert watch.wants_sweep()
    assert watch.unexplained(wire.at + SETTLE) == ()
    watch.swept(wire.at)
    assert not watch.wants_sweep()
    assert watch.unexplained(wire.at) == ()
    (sentence,) = watch.unexplained(wire.at + SETTLE)
    assert "from 100 to 130" in sentence
    assert "make it 110" in sentence


def test_change_is_quiet_when_fills_explain_it_in_whatever_order(wire: Wire) -> None:
    watch = PositionWatch(HELD, frozenset(), NOW)
    watch.apply(moved(wire, "110"))
    watch.swept(wire.at)
    watch.apply(wire.fill(1, "10"))
    watch.apply(wire.fill(1, "10"))

    assert watch.unexplained(wire.at + SETTLE) == ()


def test_fill_counts_once_when_it_is_corrected(wire: Wire) -> None:
    watch = PositionWatch(HELD, frozenset(), NOW)
    watch.apply(wire.fill(1, "10", "a.1.01"))
    watch.apply(wire.fill(1, "12", "a.1.02"))
    watch.apply(moved(wire, "112"))
    watch.swept(wire.at)

    assert watch.unexplained(wire.at + SETTLE) == ()


def test_swept_fill_is_no_explanation_when_it_was_known_or_older_than_the_stop(wire: Wire) -> None:
    watch = PositionWatch(HELD, frozenset({"a.1"}), NOW)
    old = wire.fill(2, "30", "b.2.01")
    watch.apply(wire.fill(1, "30", "a.1.01"))
    watch.apply(replace(old, fill=replace(old.fill, time=NOW - timedelta(hours=1))))
    watch.apply(moved(wire, "130"))
    watch.swept(wire.at)

    assert len(watch.unexplained(wire.at + SETTLE)) == 1
