"""The four lanes, with a clock and a timer moved by hand."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.ib.test_mapping import placement
from tws_console.ib.pacing import Lane, Lanes, Pace, Post


class ManualTimer:
    def __init__(self, due: float, callback: Callable[[], None]) -> None:
        self.due = due
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Road:
    """Lanes whose time moves only when a test says so."""

    def __init__(self, pace: Pace | None = None) -> None:
        self.now = 1000.0
        self.written: list[tuple[float, bytes]] = []
        self.timers: list[ManualTimer] = []
        self.lanes = Lanes(self._write, lambda: self.now, self._later, pace)

    def _write(self, data: bytes) -> None:
        self.written.append((self.now, data))

    def _later(self, seconds: float, callback: Callable[[], None]) -> ManualTimer:
        timer = ManualTimer(self.now + seconds, callback)
        self.timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        until = self.now + seconds
        while due := [timer for timer in self.timers if not timer.cancelled and timer.due <= until]:
            timer = min(due, key=lambda one: one.due)
            self.timers.remove(timer)
            self.now = max(self.now, timer.due)
            timer.callback()
        self.now = until

    def post(self, lane: Lane, name: str, count: int = 1) -> None:
        for _ in range(count):
            self.lanes.post(lane, Post(name.encode()))

    def names(self) -> list[str]:
        return [data.decode() for _, data in self.written]

    def most_in_a_second(self) -> int:
        times = [at for at, _ in self.written]
        return max(sum(start <= at < start + 1.0 for at in times) for start in times)


def test_lanes_write_now_in_the_same_call_when_everything_else_is_full() -> None:
    road = Road()
    road.post(Lane.ASK, "ask", 200)
    road.post(Lane.PLACE, "place", 200)
    road.post(Lane.CANCEL, "cancel", 200)
    before = len(road.written)
    road.post(Lane.NOW, "now")
    assert road.names()[before:] == ["now"]


def test_lanes_leave_room_for_cancels_when_placements_and_questions_fill_theirs() -> None:
    road = Road()
    road.post(Lane.PLACE, "place", 60)
    road.post(Lane.CANCEL, "cancel", 5)
    assert road.names().count("place") == 45
    assert road.names().count("cancel") == 3


def test_lanes_keep_the_limit_when_much_is_waiting() -> None:
    road = Road()
    road.post(Lane.PLACE, "place", 150)
    road.post(Lane.ASK, "ask", 60)
    road.post(Lane.CANCEL, "cancel", 20)
    road.advance(10)
    assert len(road.written) == 230
    assert road.most_in_a_second() <= 48


def test_lanes_write_cancels_before_placements_before_questions_when_all_wait() -> None:
    road = Road(Pace(cancel=1, place=1, ask=1))
    road.post(Lane.ASK, "first")
    road.post(Lane.ASK, "ask")
    road.post(Lane.PLACE, "place")
    road.post(Lane.CANCEL, "cancel")
    road.advance(10)
    assert road.names() == ["first", "cancel", "place", "ask"]


def test_lanes_spread_questions_when_many_come_at_once() -> None:
    road = Road(Pace(ask=40, ask_burst=10))
    road.post(Lane.ASK, "ask", 40)
    assert len(road.written) == 10
    road.advance(0.5)
    assert 28 <= len(road.written) <= 31


def test_lanes_keep_a_placement_back_when_the_guard_says_so_at_the_moment_of_writing() -> None:
    road = Road(Pace(place=1))
    frozen = ""
    told: list[str] = []
    written: list[float] = []
    for _ in range(2):
        road.lanes.post(Lane.PLACE, Post(b"p", written.append, told.append, lambda: frozen, placement()))
    assert len(written) == 1
    frozen = "frozen"
    road.advance(2)
    assert len(written) == 1
    assert told == ["frozen"]
    assert road.names() == ["p"]


def test_lanes_date_a_question_before_its_write_and_the_rest_behind_it() -> None:
    now = [1000.0]

    def slow(_data: bytes) -> None:
        now[0] += 5

    lanes = Lanes(slow, lambda: now[0], lambda _seconds, _callback: ManualTimer(0, lambda: None))
    written: list[float] = []
    lanes.post(Lane.NOW, Post(b"cancel", written.append))
    lanes.post(Lane.NOW, Post(b"list", written.append, dated_before=True))

    assert written == [1005.0, 1005.0]
    assert now == [1010.0]


def test_lanes_name_what_was_not_sent_when_they_are_purged() -> None:
    road = Road(Pace(place=1))
    told: list[str] = []
    for order_id in (1, 2, 3):
        road.lanes.post(Lane.PLACE, Post(b"p", on_unsent=told.append, placement=placement(order_id=order_id)))
    purged = road.lanes.purge("stopped")
    road.advance(5)
    assert [one.order_id for one in purged] == [2, 3]
    assert told == ["stopped", "stopped"]
    assert len(road.written) == 1


def test_lanes_hold_placements_but_not_cancels_when_the_kernel_takes_nothing() -> None:
    road = Road()
    road.lanes.hold(True)
    road.post(Lane.PLACE, "place")
    road.post(Lane.ASK, "ask")
    road.post(Lane.CANCEL, "cancel")
    road.post(Lane.NOW, "now")
    assert road.names() == ["cancel", "now"]
    road.lanes.hold(False)
    assert road.names() == ["cancel", "now", "place", "ask"]


def test_lanes_tell_everything_that_waited_when_they_close() -> None:
    road = Road(Pace(place=1))
    told: list[str] = []
    for _ in range(3):
        road.lanes.post(Lane.PLACE, Post(b"p", on_unsent=told.append))
    road.lanes.close("the link is down")
    road.lanes.post(Lane.NOW, Post(b"late", on_unsent=told.append))
    road.advance(5)
    assert told == ["the link is down"] * 3
    assert len(road.written) == 1
