"""The red bar's states with a clock that is moved by hand."""

from __future__ import annotations

import pytest

from tws_console.tui.stop import STOP_KEYS, StopChange, StopControl


class Bench:
    """A control with a manual clock that writes down what it was asked to do."""

    def __init__(self, *, engine: bool = True, arm_error: OSError | None = None) -> None:
        self.now = 100.0
        self.calls: list[str] = []
        self.changes: list[StopChange] = []
        self.engine = engine
        self.arm_error = arm_error
        self.control = StopControl(lambda: self if self.engine else None, lambda: self.now, self.changes.append)

    def arm(self) -> None:
        self.calls.append("arm")
        if self.arm_error is not None:
            raise self.arm_error

    def disarm(self) -> None:
        self.calls.append("disarm")

    def fire(self) -> None:
        self.calls.append("fire")

    def press(self, *names: str) -> list[bool]:
        return [self.control.key(name) for name in names]

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.control.tick()


@pytest.mark.parametrize("stop_key", STOP_KEYS)
def test_stop_key_opens_and_arms_when_closed(stop_key: str) -> None:
    bench = Bench()
    assert bench.press(stop_key) == [True]
    assert bench.control.open
    assert bench.calls == ["arm"]
    assert bench.changes == [StopChange.OPENED]


def test_other_keys_pass_when_closed() -> None:
    bench = Bench()
    assert bench.press("b", "enter", "escape") == [False, False, False]
    assert bench.control.paste() is False
    assert bench.calls == []


def test_enter_sends_once_when_painted_150_ms_ago() -> None:
    bench = Bench()
    bench.press("ctrl+g")
    bench.now += 0.02
    bench.control.painted()
    bench.now += 0.15
    assert bench.press("enter") == [True]
    assert bench.calls == ["arm", "fire"]
    assert not bench.control.open
    assert bench.changes[-1] is StopChange.SENT


def test_enter_says_again_when_paint_is_younger_than_150_ms() -> None:
    bench = Bench()
    bench.press("ctrl+g")
    bench.control.painted()
    bench.now += 0.149
    assert bench.press("enter") == [True]
    assert bench.control.open
    assert bench.control.hint == "again"
    bench.now += 0.001
    bench.press("enter")
    assert bench.calls == ["arm", "fire"]


def test_enter_sends_one_second_after_the_key_when_never_painted() -> None:
    bench = Bench()
    bench.press("ctrl+g")
    bench.now += 0.99
    bench.press("enter")
    assert bench.calls == ["arm"]
    bench.now += 0.01
    bench.press("enter")
    assert bench.calls == ["arm", "fire"]


def test_first_paint_counts_when_painted_again() -> None:
    bench = Bench()
    bench.press("ctrl+g")
    bench.control.painted()
    bench.now += 0.14
    bench.control.painted()
    bench.now += 0.01
    assert bench.control.ready


@pytest.mark.parametrize("name", ["escape", "b", "y", "space", "ctrl+p", "1", "tab", "shift+enter"])
def test_other_key_closes_and_is_swallowed_when_open(name: str) -> None:
    bench = Bench()
    bench.press("ctrl+g")
    bench.control.painted()
    bench.now += 1
    assert bench.press(name) == [True]
    assert not bench.control.open
    assert bench.calls == ["arm", "disarm"]
    assert bench.control.hint == "not sent"


def test_enter_behind_the_closing_key_is_swallowed_when_within_a_second() -> None:
    bench = Bench()
    bench.press("ctrl+g")
    assert bench.press("b", "enter") == [True, True]
    assert bench.calls == ["arm", "disarm"]
    bench.wait(1.0)
    assert bench.press("enter") == [False]


@pytest.mark.parametrize("name", ["left_control", "right_shift", "left_alt", "caps_lock", "right_super"])
def test_bare_modifier_keeps_the_bar_when_open(name: str) -> None:
    bench = Bench()
    bench.press("ctrl+g")
    assert bench.press(name) == [True]
    assert bench.control.open
    assert bench.calls == ["arm"]


def test_paste_is_swallowed_and_answers_nothing_when_open() -> None:
    bench = Bench()
    bench.press("ctrl+g")
    assert bench.control.paste() is True
    assert bench.control.open
    assert bench.calls == ["arm"]


def test_bar_closes_and_swallows_enter_when_six_seconds_are_over() -> None:
    bench = Bench()
    bench.press("ctrl+g")
    bench.control.painted()
    bench.wait(5.99)
    assert bench.control.remaining > 0
    bench.wait(0.01)
    assert not bench.control.open
    assert bench.control.hint == "not sent"
    assert bench.press("enter") == [True]
    bench.wait(0.99)
    assert bench.press("enter") == [True]
    bench.wait(0.01)
    assert bench.control.hint == ""
    assert bench.press("enter") == [False]
    assert bench.calls == ["arm", "disarm"]


def test_enter_does_not_send_when_nobody_ticked_and_the_time_is_over() -> None:
    bench = Bench()
    bench.press("ctrl+g")
    bench.control.painted()
    bench.now += 6.5
    assert bench.press("enter") == [True]
    assert bench.calls == ["arm", "disarm"]


def test_stop_key_restarts_the_six_seconds_when_open() -> None:
    bench = Bench()
    bench.press("ctrl+g")
    bench.control.painted()
    bench.wait(4)
    bench.press("f8")
    assert bench.control.remaining == 6.0
    bench.wait(4)
    assert bench.control.open
    bench.press("enter")
    assert bench.calls == ["arm", "fire"]


def test_held_down_stop_key_never_sends() -> None:
    bench = Bench()
    bench.press("ctrl+g")
    bench.control.painted()
    for _ in range(600):
        bench.wait(0.033)
        assert bench.press("ctrl+g") == [True]
    assert bench.calls == ["arm"]
    assert bench.control.open


def test_second_stop_sends_once_more_when_one_was_sent() -> None:
    bench = Bench()
    for _ in range(2):
        bench.press("ctrl+g")
        bench.control.painted()
        bench.wait(0.2)
        bench.press("enter")
    assert bench.calls == ["arm", "fire", "arm", "fire"]


def test_repeated_enter_is_swallowed_when_just_sent() -> None:
    bench = Bench()
    bench.press("ctrl+g")
    bench.control.painted()
    bench.wait(0.2)
    assert bench.press("enter", "enter", "enter") == [True, True, True]
    assert bench.calls == ["arm", "fire"]


def test_enter_says_again_when_there_is_no_engine_yet() -> None:
    bench = Bench(engine=False)
    bench.press("ctrl+g")
    bench.control.painted()
    bench.wait(2)
    bench.press("enter")
    assert bench.control.open
    assert bench.control.hint == "again"
    bench.engine = True
    bench.press("enter")
    assert bench.calls == ["fire"]


def test_bar_opens_when_the_disk_refuses_to_arm() -> None:
    bench = Bench(arm_error=OSError("disk full"))
    bench.press("ctrl+g")
    assert bench.control.open


def test_control_is_refused_when_one_key_would_open_and_send() -> None:
    with pytest.raises(ValueError, match="enter cannot both"):
        StopControl(lambda: None, lambda: 0.0, lambda change: None, stop_keys=("enter",))
    with pytest.raises(ValueError, match="needs a key"):
        StopControl(lambda: None, lambda: 0.0, lambda change: None, stop_keys=())
