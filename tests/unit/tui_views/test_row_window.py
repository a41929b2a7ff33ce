"""The cursor is anchored to a key, and rows stand still under a moving hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tws_console.tui.views.row_window import GHOST, HOLD, RowWindow


def window(count: int, height: int = 5) -> RowWindow:
    found = RowWindow()
    found.resize(height)
    found.update(range(count), 0.0)
    return found


def test_cursor_keeps_its_key_when_rows_above_end() -> None:
    rows = window(10)
    rows.go(4)
    rows.update([1, 3, 4, 5, 6, 7, 8, 9], 100.0)
    assert rows.cursor == 4
    assert rows.keys[rows.index] == 4


def test_cursor_keeps_its_line_on_screen_when_rows_above_end() -> None:
    rows = window(30)
    rows.go(20)
    line = rows.line_of(20)
    rows.update([key for key in range(30) if key not in {3, 5}], 100.0)
    assert rows.line_of(20) == line


def test_new_row_at_the_end_appears_at_once_when_a_key_was_just_pressed() -> None:
    rows = window(3)
    rows.hold(10.0)
    rows.update([0, 1, 2, 3], 10.1)
    assert list(rows.keys) == [0, 1, 2, 3]
    assert rows.waiting == 0


def test_new_row_in_the_middle_waits_when_a_key_was_just_pressed() -> None:
    rows = window(3)
    rows.hold(10.0)
    rows.update([0, 9, 1, 2], 10.1)
    assert list(rows.keys) == [0, 1, 2]
    assert rows.waiting == 1
    assert not rows.tick(10.0 + HOLD - 0.1)
    assert rows.tick(10.0 + HOLD)
    assert list(rows.keys) == [0, 9, 1, 2]


def test_ended_row_stays_for_a_moment_when_the_cursor_is_on_it() -> None:
    rows = window(5)
    rows.go(2)
    rows.update([0, 1, 3, 4], 50.0)
    assert rows.cursor == 2
    assert rows.ended(2)
    assert rows.line_of(2) == 2
    assert not rows.tick(50.0 + GHOST - 0.1)
    assert rows.tick(50.0 + GHOST)
    assert list(rows.keys) == [0, 1, 3, 4]
    assert not rows.ended(3)
    assert rows.index == 2


def test_cursor_goes_to_the_last_row_when_the_last_one_ended() -> None:
    rows = window(3)
    rows.go(2)
    rows.update([0, 1], 50.0)
    rows.tick(50.0 + GHOST)
    assert rows.cursor == 1


def test_cursor_is_none_when_all_rows_have_gone() -> None:
    rows = window(1)
    rows.update([], 50.0)
    rows.tick(50.0 + GHOST)
    assert rows.cursor is None
    assert rows.keys == ()


def test_cursor_follows_when_its_key_is_renamed() -> None:
    names = {"old": "new"}
    rows = RowWindow(follow=lambda key: names.get(str(key)))
    rows.update(["a", "old", "z"], 0.0)
    rows.go(1)
    rows.hold(1.0)
    rows.update(["a", "new", "z"], 1.1)
    assert rows.cursor == "new"
    assert not rows.ended("new")
    assert rows.keys == ("a", "new", "z")


KEYS = st.lists(st.integers(0, 12), unique=True, max_size=10)


@given(st.lists(st.tuples(KEYS, st.booleans(), st.integers(-3, 3)), max_size=20))
def test_cursor_is_a_shown_row_and_visible_when_anything_happens(steps: list[tuple[list[int], bool, int]]) -> None:
    rows, now = RowWindow(), 0.0
    rows.resize(4)
    for keys, held, move in steps:
        now += 1.5
        if held:
            rows.hold(now)
            rows.go(rows.index + move)
        before = rows.cursor
        rows.update(keys, now)
        if before is not None and before in keys:
            assert rows.cursor == before
        rows.tick(now + 0.5)
        assert (rows.cursor is None) == (not rows.keys)
        if rows.cursor is not None:
            assert rows.line_of(rows.cursor) is not None
    # Once for the held rows, once more for a row that the cursor went to after it had ended.
    rows.tick(now + 60)
    rows.tick(now + 120)
    if steps:
        assert sorted(map(str, rows.keys)) == sorted(map(str, steps[-1][0]))


def test_rows_of_something_else_come_at_once_when_it_starts_over() -> None:
    rows = window(3)
    rows.go(2)
    rows.hold(100.0)
    rows.start_over()
    rows.update([7, 8, 9, 10], 100.1)
    assert rows.keys == (7, 8, 9, 10)
    assert rows.waiting == 0
    assert rows.cursor == 7
