"""Lines of dialogs: nothing wider than its box, nothing lost in silence, tasks whose failure is said."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tws_console.tui.errands import Errands
from tws_console.tui.modals.typed import MAX_LENGTH, Typed
from tws_console.tui.views.cells import Span, width
from tws_console.tui.views.pieces import Frame, clip, framed, spread, wrap

TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
LINES = st.lists(TEXT.map(Span), max_size=5)


@given(LINES, st.integers(1, 80))
def test_line_is_never_wider_than_its_room_when_clipped(parts: list[Span], room: int) -> None:
    cut = clip(parts, room)
    assert width(cut) <= room
    if width(parts) > room:
        assert cut[-1].text.endswith("…")


@given(LINES, TEXT.map(Span), st.integers(61, 100))
def test_right_end_stays_whole_when_the_line_is_spread(left: list[Span], right: Span, room: int) -> None:
    found = spread(left, (right,), room)
    assert found[-1] == right
    assert width(found) == room or not right.text


@given(TEXT, st.integers(1, 40))
def test_no_word_is_lost_when_wrapped(text: str, room: int) -> None:
    rows = wrap(text, room)
    assert all(len(row) <= room for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())


@given(st.lists(st.one_of(st.none(), LINES.map(tuple)), max_size=6), LINES, LINES, st.integers(40, 84))
def test_every_row_of_a_frame_is_as_wide_as_the_box(
    rows: list[tuple[Span, ...] | None], title: list[Span], foot: list[Span], room: int
) -> None:
    for frame in Frame:
        lines = framed(rows, room, frame=frame, tone="accent", title=title, foot=foot)
        assert {width(line) for line in lines} == {room}


def test_frames_differ_when_the_money_differs() -> None:
    corners = {framed([], 40, frame=frame, tone="accent", title=())[0][0].text for frame in Frame}
    assert corners == {"╭─", "╔═", "╭╌"}


def test_typed_answer_is_bounded_and_editable_when_keys_come() -> None:
    typed = Typed()
    for letter in "resx":
        assert typed.take(letter, letter)
    assert typed.take("backspace", None)
    assert typed.text == "res"
    assert not typed.take("left", None)
    assert typed.take("ctrl+u", None)
    for _ in range(MAX_LENGTH + 5):
        typed.take("a", "a")
    assert len(typed.text) == MAX_LENGTH


@pytest.mark.parametrize("where", ["errand", "report"])
async def test_failure_is_said_when_an_errand_or_its_report_breaks(where: str) -> None:
    said: list[str] = []
    heard = asyncio.Event()

    async def errand() -> int:
        if where == "errand":
            raise RuntimeError("link lost")
        return 1

    def done(result: int) -> None:
        raise RuntimeError("link lost")

    def failed(why: str) -> None:
        said.append(why)
        heard.set()

    Errands().start(errand(), done, failed)
    await asyncio.wait_for(heard.wait(), 60)
    assert said == ["link lost"]
