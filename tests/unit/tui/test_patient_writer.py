"""The writer never blocks its caller, keeps the order of texts, and says when frames had to be dropped."""

from __future__ import annotations

import os
import threading

import pytest

from tws_console.tui.output import writer
from tws_console.tui.output.writer import PatientWriter

DEADLINE = 60.0


def test_texts_arrive_in_their_order_when_the_reader_keeps_up() -> None:
    source, sink = os.pipe()
    told: list[bool] = []
    with os.fdopen(sink, "w") as file, os.fdopen(source, "r") as reader:
        thread = PatientWriter(file, lambda: told.append(True))
        thread.start()
        for number in range(100):
            thread.write(f"{number};")
        thread.stop()
        file.close()
        assert reader.read() == "".join(f"{number};" for number in range(100))
    assert told == []


def test_caller_goes_on_and_is_told_when_the_reader_stopped_and_came_back() -> None:
    source, sink = os.pipe()
    caught_up = threading.Event()
    with os.fdopen(sink, "w") as file, os.fdopen(source, "rb", buffering=0) as reader:
        thread = PatientWriter(file, caught_up.set)
        thread.start()
        piece = "x" * 10_000
        for _ in range(2 * writer.BACKLOG // len(piece) + 10):
            thread.write(piece)
        thread.write("newest")
        assert not caught_up.is_set()
        received = b""
        while not received.endswith(b"newest"):
            received += reader.read(65536) or b""
        assert caught_up.wait(DEADLINE)
        assert len(received) < 2 * writer.BACKLOG
        thread.stop()
    assert not thread.is_alive()


def test_thread_ends_when_the_terminal_has_gone() -> None:
    source, sink = os.pipe()
    os.close(source)
    file = os.fdopen(sink, "w")
    thread = PatientWriter(file, lambda: None)
    thread.start()
    thread.write("nobody reads this")
    thread.join(DEADLINE)
    assert not thread.is_alive()
    thread.write("nor this")
    thread.stop()
    file.close()


def test_nothing_is_lost_when_the_terminal_was_made_non_blocking() -> None:
    source, sink = os.pipe()
    os.set_blocking(sink, False)
    text = "é" * 100_000  # more than a pipe holds
    received = b""
    with os.fdopen(sink, "w", encoding="utf-8") as file, os.fdopen(source, "rb", buffering=0) as reader:
        thread = PatientWriter(file, lambda: None)
        thread.start()
        thread.write(text)
        while len(received) < 2 * len(text):
            received += reader.read(4096) or b""
        thread.stop()
    assert received.decode() == text


def test_frame_is_written_and_nothing_asked_for_when_it_is_longer_than_the_backlog(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer, "BACKLOG", 100)
    told: list[bool] = []
    source, sink = os.pipe()
    with os.fdopen(sink, "w") as file, os.fdopen(source, "r") as reader:
        thread = PatientWriter(file, lambda: told.append(True))
        thread.start()
        thread.write("x" * 1000)
        thread.stop()
        file.close()
        assert reader.read() == "x" * 1000
    assert told == []
