"""Frames and fields."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tws_console.simulator.wire import (
    MAX_FRAME,
    Cursor,
    Field,
    FrameReader,
    FrameTooLong,
    frame,
    plain,
    split_fields,
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "1"),
        (False, "0"),
        (7, "7"),
        (Decimal("1E+2"), "100"),
        (Decimal("0.00005"), "0.00005"),
        ("", ""),
    ],
)
def test_frame_writes_field_when_value_is(value: Field, written: str) -> None:
    assert frame(value)[4:] == written.encode() + b"\0"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8))
def test_plain_reads_back_when_parsed(value: Decimal) -> None:
    assert Decimal(plain(value)) == value
    assert "E" not in plain(value)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8"), min_size=1)), st.data())
def test_reader_gives_whole_frames_when_bytes_come_in_pieces(texts: list[str], data: st.DataObject) -> None:
    stream = b"".join(frame(text, text) for text in texts)
    reader, found = FrameReader(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        reader.feed(stream[:size])
        stream = stream[size:]
        while (body := reader.next_frame()) is not None:
            found.append(split_fields(body))
    assert found == [[text, text] for text in texts]


def test_reader_refuses_frame_when_too_long() -> None:
    reader = FrameReader()
    reader.feed((MAX_FRAME + 1).to_bytes(4, "big"))
    with pytest.raises(FrameTooLong):
        reader.next_frame()


def test_split_keeps_bytes_visible_when_not_utf8() -> None:
    assert split_fields(b"4\0caf\xe9\0") == ["4", "caf\\xe9"]


@pytest.mark.parametrize("unset", ["", "1.7976931348623157E308", "1.7976931348623157e+308", "2147483647"])
def test_cursor_reads_unknown_when_field_is_unset(unset: str) -> None:
    assert Cursor([unset]).decimal() is None
    assert Cursor([unset]).integer() == 0


@pytest.mark.parametrize("wrong", ["x", "nan", "inf", "1,5"])
def test_cursor_raises_when_field_is_no_number(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        Cursor([wrong]).decimal()
    with pytest.raises(ValueError, match="is not a number"):
        Cursor([wrong]).integer()


def test_cursor_raises_when_fields_have_run_out() -> None:
    cursor = Cursor(["a"])
    cursor.skip()
    with pytest.raises(ValueError, match="missing"):
        cursor.text()
