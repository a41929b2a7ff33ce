"""Whatever is typed, pasted or waited: the stop fires only for a stop key and a later enter that saw the bar."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tws_console.model.stop import StopScope
from tws_console.tui.stop import AFTER, BLIND, MODIFIERS, SETTLE, STOP_KEYS, WINDOW, StopControl

KEYS = st.sampled_from([*STOP_KEYS, "enter", "b", "y", "escape", "ctrl+p", "left_control", "right_shift"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("key"), KEYS),
        st.tuples(st.just("wait"), st.sampled_from([0.033, 0.1, 0.149, 0.15, 0.5, 1.0, 3.0, 6.0])),
        st.tuples(st.sampled_from(["paint", "paste", "tick"]), st.just("")),
    ),
    max_size=40,
)


class Recorder:
    def __init__(self) -> None:
        self.now = 0.0
        self.fired: list[float] = []
        self.armed = 0

    def arm(self) -> StopScope:
        self.armed += 1
        return StopScope()

    def disarm(self) -> None:
        self.armed -= 1

    def fire(self) -> None:
        self.fired.append(self.now)
        self.armed -= 1


def _allowed(history: list[tuple[float, str]]) -> bool:
    """Read backwards from the enter: is there a bar that was open, seen and not answered in between?"""
    now = history[-1][0]
    newest_stop: float | None = None
    opened: float | None = None
    painted: float | None = None
    for at, what in history[:-1]:
        if newest_stop is not None and at >= newest_stop + WINDOW:
            newest_stop = opened = painted = None
        if what in STOP_KEYS:
            opened, newest_stop = (at if opened is None else opened), at
        elif what == "paint" and opened is not None:
            painted = at if painted is None else painted
        elif (what not in {"enter", "paint", "paste", "tick"} and what not in MODIFIERS) or what == "fired":
            newest_stop = opened = painted = None
    if opened is None or newest_stop is None or now >= newest_stop + WINDOW:
        return False
    return now >= (opened + BLIND if painted is None else painted + SETTLE)


@given(STEPS)
def test_stop_fires_exactly_when_a_seen_bar_is_answered(steps: list[tuple[str, object]]) -> None:
    recorder = Recorder()
    control = StopControl(lambda: recorder, lambda: recorder.now, lambda change: None)
    history: list[tuple[float, str]] = []
    for kind, value in steps:
        fired = len(recorder.fired)
        if kind == "wait":
            assert isinstance(value, float)
            recorder.now += value
            continue
        what = str(value) if kind == "key" else kind
        history.append((recorder.now, what))
        if kind == "key":
            control.key(str(value))
        elif kind == "paint":
            control.painted()
        elif kind == "paste":
            control.paste()
        else:
            control.tick()
        if len(recorder.fired) > fired:
            assert what == "enter"
            assert _allowed(history)
            history.append((recorder.now, "fired"))
        else:
            assert what != "enter" or not _allowed(history)
    assert recorder.armed == (1 if control.open else 0)


@given(st.sampled_from(STOP_KEYS), st.lists(st.floats(0.0, 2.0), max_size=50))
def test_stop_key_alone_never_fires_however_it_repeats(key: str, gaps: list[float]) -> None:
    recorder = Recorder()
    control = StopControl(lambda: recorder, lambda: recorder.now, lambda change: None)
    for gap in gaps:
        control.key(key)
        control.painted()
        recorder.now += gap
    assert recorder.fired == []


@given(st.lists(st.sampled_from(["enter", *STOP_KEYS, "b"]), min_size=1, max_size=20))
def test_burst_of_keys_in_one_turn_never_fires(keys: list[str]) -> None:
    recorder = Recorder()
    control = StopControl(lambda: recorder, lambda: recorder.now, lambda change: None)
    opened = False
    for key in keys:
        opened = opened or key in STOP_KEYS
        # From the first stop key on nothing but a closed bar lets a key through, and never an enter.
        assert control.key(key) or not opened or key != "enter"
    assert recorder.fired == []
    recorder.now += AFTER
    control.tick()
