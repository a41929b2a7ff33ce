"""Messages: farms that are fine stay quiet, and the log shows the whole text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.tui import fake_data as data
from tws_console.model.notice import Notice, Tone
from tws_console.tui.views import titles
from tws_console.tui.views.cells import Spans, width

FARM_OK = Notice(data.NOW, Tone.NOTE, "2104 Market data farm connection is OK:usfarm", code=2104)
FARM_DOWN = Notice(data.NOW, Tone.NOTE, "2103 Market data farm connection is broken:usfarm", code=2103)
REFUSED = Notice(data.NOW, Tone.BAD, "AAPL BUY 5 refused by the broker: 201 Order rejected", code=201)


def plain(spans: Spans) -> str:
    return "".join(span.text for span in spans)


def test_farm_that_is_fine_is_muted_and_one_that_broke_is_not() -> None:
    assert {span.tone for span in titles.notice_line(FARM_OK, 80)} == {"muted"}
    assert "▲ " in plain(titles.notice_line(FARM_DOWN, 80))
    assert titles.notice_line(FARM_DOWN, 80)[-1].tone != "muted"


def test_message_line_keeps_the_refusal_when_a_farm_came_back_after_it() -> None:
    assert titles.newest([REFUSED, FARM_OK]) is REFUSED
    assert titles.newest([REFUSED, FARM_DOWN]) is FARM_DOWN
    assert titles.newest([FARM_OK]) is None


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=300), st.integers(40, 120))
def test_no_character_of_a_message_is_lost_when_it_takes_several_lines(text: str, room: int) -> None:
    lines = titles.notice_lines(Notice(data.NOW, Tone.BAD, text), room)
    assert all(width(line) < room for line in lines)
    assert "".join(line[-1].text for line in lines) == text
