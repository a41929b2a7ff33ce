"""Simulated time: real, faster, standing still; what is due at a moment of it."""

from datetime import UTC, datetime, timedelta

import pytest

from tws_console.simulator.clock import BrokerClock, read_moment

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def test_clock_stands_still_when_set_and_moves_when_told() -> None:
    clock = BrokerClock()
    clock.set(NOON)
    assert (clock.now(), clock.now(), clock.mode, clock.is_set) == (NOON, NOON, "manual", True)
    clock.move(90)
    assert clock.now() == NOON + timedelta(seconds=90)
    with pytest.raises(ValueError, match="ahead only"):
        clock.move(-1)


def test_clock_runs_from_where_it_is_when_given_a_factor() -> None:
    clock = BrokerClock()
    clock.set(NOON)
    clock.run(1000)
    first = clock.now()
    assert NOON <= first <= clock.now()
    assert clock.mode == "x1000"
    with pytest.raises(ValueError, match="factor"):
        clock.run(0)


def test_clock_follows_the_wall_again_when_told_real() -> None:
    clock = BrokerClock()
    clock.set(NOON)
    clock.follow_wall()
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert (clock.mode, clock.is_set) == ("real", False)
    clock.move(3600)
    assert clock.now() > before + timedelta(minutes=59)


def test_actions_run_in_order_when_their_moments_have_come() -> None:
    clock = BrokerClock()
    clock.set(NOON)
    done: list[str] = []
    clock.at(NOON + timedelta(seconds=20), lambda: done.append("later"))
    clock.at(NOON + timedelta(seconds=10), lambda: done.append("sooner"))
    clock.run_due()
    assert done == []
    clock.move(15)
    clock.run_due()
    assert done == ["sooner"]
    clock.lose_link()
    clock.move(15)
    clock.run_due()
    assert done == ["sooner"]
    clock.restore_link()
    clock.run_due()
    assert done == ["sooner", "later"]


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("2026-11-20T17:00:00+00:00", "US/Eastern"),
        ("2026-11-20 17:00:00", "UTC"),
        ("20261120-17:00:00", "US/Eastern"),
        ("20261120 12:00:00", "US/Eastern"),
        ("20261120 12:00:00 US/Eastern", "UTC"),
        ("20261120  12:00", "US/Eastern"),
    ],
)
def test_moment_is_read_when_written_in_a_known_way(written: str, zone: str) -> None:
    assert read_moment(written, zone) == NOON


@pytest.mark.parametrize("written", ["", "noon", "20261320 12:00:00", "20261120 12:00:00 Nowhere/City", "20261120-x"])
def test_moment_is_refused_when_it_is_none(written: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        read_moment(written)
