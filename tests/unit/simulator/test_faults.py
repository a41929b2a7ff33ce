"""Which faults are on, for whom, how often, how long."""

import pytest

from tws_console.simulator.faults import Faults


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_fault_ends_when_its_uses_are_spent() -> None:
    faults = Faults()
    faults.switch_on("drop-placement", {"count": "2"})
    assert [bool(faults.take("drop-placement", 11)) for _ in range(3)] == [True, True, False]


def test_fault_concerns_one_client_when_named() -> None:
    faults = Faults()
    faults.switch_on("lying-list", {"client": "11"})
    assert faults.take("lying-list", 12) is None
    assert faults.take("lying-list", 11) is not None
    assert faults.names() == ["lying-list"]


def test_fault_ends_when_its_time_is_over() -> None:
    clock = Hands()
    faults = Faults(clock)
    faults.switch_on("stall", {"seconds": "3"})
    clock.now += 2.9
    assert faults.active("stall") is not None
    clock.now += 0.2
    assert faults.active("stall") is None
    assert faults.names() == []


def test_fault_leaves_nothing_when_it_acts_once() -> None:
    faults = Faults()
    faults.switch_on("drop", {})
    assert faults.names() == []


def test_faults_go_when_cleared() -> None:
    faults = Faults()
    faults.switch_on("no-end", {})
    faults.switch_on("no-status", {})
    faults.clear("no-end")
    assert faults.names() == ["no-status"]
    faults.clear("all")
    assert faults.names() == []


@pytest.mark.parametrize(
    ("name", "options"),
    [("nonsense", {}), ("stall", {"seconds": "x"}), ("stall", {"client": "x"}), ("201", {"raeson": "no"})],
)
def test_switch_on_raises_when_words_are_wrong(name: str, options: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"^no (fault|option) is named |= is a "):
        Faults().switch_on(name, options)
