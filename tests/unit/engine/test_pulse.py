"""A program that stood still says so, and lets nothing be placed before a list that was asked for afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tws_console.engine.pulse import LONGEST, Pulse
from tws_console.model.clock import Clock


class Manual:
    """Two clocks that are moved by hand."""

    def __init__(self) -> None:
        self.monotonic = 100.0
        self.wall = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)

    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.monotonic, now=lambda: self.wall)

    def move(self, seconds: float, wall: float | None = None) -> None:
        self.monotonic += seconds
        self.wall += timedelta(seconds=seconds if wall is None else wall)


@pytest.fixture
def time() -> Manual:
    return Manual()


@pytest.fixture
def gaps() -> list[float]:
    return []


@pytest.fixture
def pulse(time: Manual, gaps: list[float]) -> Pulse:
    pulse = Pulse(time.clock())
    pulse.on_gap = gaps.append
    pulse.start()
    return pulse


def test_pulse_is_quiet_when_looks_are_close(pulse: Pulse, time: Manual, gaps: list[float]) -> None:
    for _ in range(10):
        time.move(LONGEST)
        pulse.look()

    assert gaps == []
    assert pulse.doubt() == ""


def test_pulse_tells_a_gap_once_when_the_program_stood_still(pulse: Pulse, time: Manual, gaps: list[float]) -> None:
    time.move(7)
    pulse.look()
    pulse.look()

    assert gaps == [7.0]
    assert "stood still for 7 s" in pulse.doubt()


def test_pulse_finds_the_gap_itself_when_the_first_look_is_before_an_action(
    pulse: Pulse, time: Manual, gaps: list[float]
) -> None:
    time.move(7)

    assert pulse.doubt()
    assert gaps == [7.0]


def test_pulse_tells_a_gap_when_only_the_wall_clock_went_on(pulse: Pulse, time: Manual, gaps: list[float]) -> None:
    time.move(0.1, wall=3600)
    pulse.look()

    assert gaps == [pytest.approx(3600)]


def test_pulse_trusts_again_only_when_a_list_was_asked_for_after_the_gap(pulse: Pulse, time: Manual) -> None:
    time.move(7)
    pulse.look()

    pulse.listed(time.monotonic - 1)
    assert pulse.doubt()
    pulse.listed(time.monotonic)
    assert pulse.doubt() == ""


def test_pulse_says_nothing_when_it_was_not_started(time: Manual) -> None:
    pulse = Pulse(time.clock())
    time.move(100)

    assert pulse.doubt() == ""
