"""From bytes to messages: pastes that end oddly, sequences nobody understands, and keys that come too fast."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

from tws_console.tui.input.burst import PASTE_TAIL, WINDOW, in_burst
from tws_console.tui.input.parser import MOST_PASTED, PASTE_END, PASTE_IDLE, PASTE_START, InputParser

BROKEN_REPORT = "\x1b[103;5:2u"
"""A key report of the Kitty protocol with a sub-field, on which Textual's parser raises."""


def keys(messages: list[Message]) -> list[str]:
    return [message.key for message in messages if isinstance(message, events.Key)]


def pastes(messages: list[Message]) -> list[str]:
    return [message.text for message in messages if isinstance(message, events.Paste)]


def acting(messages: list[Message], *, takes_text: bool = False) -> list[str]:
    """Keys that may act, or be typed where `takes_text`."""
    found = [message for message in messages if isinstance(message, events.Key)]
    return [key.key for key in found if not in_burst(key) or (takes_text and key.is_printable)]


@given(st.text(alphabet="\r\x1b\x07ab[O<;1378~uMmRI \x7f", max_size=40))
def test_keys_are_those_of_the_library_when_enter_passes_its_parser(text: str) -> None:
    ours, theirs = InputParser(), XTermParser()
    for character in text:
        told = [message for message in theirs.feed(character) if isinstance(message, events.Key)]
        found = [message for message in ours.feed(character, 0.0) if isinstance(message, events.Key)]
        assert [(key.key, key.character) for key in found] == [(key.key, key.character) for key in told]


def test_enter_needs_few_calls_before_the_stop_sees_it() -> None:
    parser = InputParser()
    calls: list[str] = []
    sys.setprofile(lambda frame, event, argument: calls.append(frame.f_code.co_name) if event == "call" else None)
    try:
        parser.feed("\r")
    finally:
        sys.setprofile(None)
    assert len(calls) < 15


def test_paste_is_one_message_when_it_comes_in_pieces() -> None:
    parser = InputParser()
    whole = f"a{PASTE_START}q\ny\x07{PASTE_END}b"
    found = [message for at, character in enumerate(whole) for message in parser.feed(character, at * 1.0)]
    assert keys(found) == ["a", "b"]
    assert pastes(found) == ["q\ny\x07"]


def test_later_keys_count_when_a_paste_never_ended() -> None:
    parser = InputParser()
    assert parser.feed(f"{PASTE_START}qqq", 1.0) == []
    assert parser.tick(1.0 + PASTE_IDLE) == []
    assert parser.feed("\x07", 1.5) == []
    parser.tick(2.6)
    assert keys(parser.feed("\x07", 3.0)) == ["ctrl+g"]
    assert parser.dropped == 1


def test_paste_is_swallowed_whole_when_it_is_too_long() -> None:
    parser = InputParser()
    assert parser.feed(PASTE_START + "q" * (MOST_PASTED + 1), 1.0) == []
    assert parser.feed("y\r" + PASTE_END, 1.2) == []
    assert keys(parser.feed("x", 1.4)) == ["x"]
    assert parser.dropped == 1


def test_rest_of_a_paste_only_types_when_an_end_marker_stands_in_it() -> None:
    parser = InputParser()
    found = parser.feed(f"{PASTE_START}AAPL{PASTE_END}q", 1.0)
    found += parser.feed("\r", 1.0 + PASTE_TAIL / 2)
    found += parser.feed("y", 1.0 + PASTE_TAIL)
    assert pastes(found) == ["AAPL"]
    assert acting(found) == []
    assert acting(found, takes_text=True) == ["q", "y"]
    assert acting(parser.feed("y", 2.0)) == ["y"]


def test_key_behind_a_broken_report_counts_when_both_come_in_one_read() -> None:
    parser = InputParser()
    assert keys(parser.feed(f"{BROKEN_REPORT}\x07", 1.0)) == ["ctrl+g"]
    assert parser.dropped == 1


@pytest.mark.parametrize("reply", ["\x1b[?62;22c", "\x1b]11;rgb:0000/0000/0000\x1b\\", "\x1bP>|tmux 3.4\x1b\\", "bqcy"])
def test_nothing_acts_when_a_stray_reply_comes_as_keys(reply: str) -> None:
    parser = InputParser()
    found = parser.feed(reply, 1.0) + parser.tick(2.0)
    assert set(acting(found)) <= {"escape", "j", "k"}


def test_two_keys_act_and_the_third_does_not_when_they_come_within_the_window() -> None:
    parser = InputParser()
    assert acting(parser.feed("y", 1.0)) == ["y"]
    assert acting(parser.feed("c", 1.0 + WINDOW / 2)) == ["c"]
    assert acting(parser.feed("q", 1.0 + WINDOW * 0.9)) == []
    assert acting(parser.feed("q", 1.5)) == ["q"]


def test_moves_pass_when_a_held_key_comes_in_a_burst() -> None:
    parser = InputParser()
    assert acting(parser.feed("\x1b[B" * 5 + "jj\t", 1.0)) == ["down"] * 5 + ["j", "j", "tab"]


def test_text_is_typed_and_enter_is_not_taken_when_a_burst_meets_a_field() -> None:
    parser = InputParser()
    found = parser.feed("AAPL\r", 1.0)
    assert acting(found, takes_text=True) == ["A", "A", "P", "L"]


def test_modifiers_do_not_count_when_they_come_as_keys_of_their_own() -> None:
    parser = InputParser()
    found = parser.feed("\x1b[57442u\x1b[57441uy", 1.0)
    assert acting(found)[-1] == "y"


@given(st.lists(st.text(st.characters(max_codepoint=0x2FF), max_size=12), max_size=12))
def test_stop_key_is_read_when_anything_came_before(chunks: list[str]) -> None:
    now = [0.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual._parser.get_time", lambda: now[0])
        parser = InputParser()
        for chunk in chunks:
            now[0] += 0.004
            parser.feed(chunk, now[0])
        now[0] += 2 * PASTE_IDLE
        parser.tick(now[0])

        assert keys(parser.feed("\x07", now[0])) == ["ctrl+g"]
