"""Bytes to frames, in slices, with back-pressure. The transport is a recorder; the clock moves by hand."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from tws_console.ib.wire import Wire


class Recorder(asyncio.Transport):
    """A transport that only notes what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.calls.append(f"limits {high}")

    def pause_reading(self) -> None:
        self.calls.append("pause")

    def resume_reading(self) -> None:
        self.calls.append("resume")

    def is_closing(self) -> bool:
        return "abort" in self.calls

    def abort(self) -> None:
        self.calls.append("abort")


class Rig:
    def __init__(self, seconds_per_frame: float = 0.0) -> None:
        self.now = 0.0
        self.step = seconds_per_frame
        self.frames: list[bytes] = []
        self.lost: list[str] = []
        self.congested: list[bool] = []
        self.transport = Recorder()
        self.wire = Wire(self._frame, self.lost.append, self.congested.append, clock=lambda: self.now)
        self.wire.connection_made(self.transport)

    def _frame(self, frame: bytes) -> None:
        self.frames.append(frame)
        self.now += self.step


def framed(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


async def test_wire_gives_whole_frames_when_bytes_come_one_by_one() -> None:
    rig = Rig()
    data = framed(b"abc") + framed(b"") + framed(b"defg")
    for position in range(len(data)):
        rig.wire.data_received(data[position : position + 1])
    assert rig.frames == [b"abc", b"", b"defg"]


async def test_wire_lets_the_loop_breathe_when_a_slice_is_used_up() -> None:
    rig = Rig(seconds_per_frame=0.001)
    rig.wire.data_received(b"".join(framed(str(number).encode()) for number in range(100)))
    counts = [len(rig.frames)]
    while counts[-1] < 100:
        await asyncio.sleep(0)
        counts.append(len(rig.frames))
    assert max(after - before for before, after in pairwise([0, *counts])) == 8
    assert rig.frames == [str(number).encode() for number in range(100)]


async def test_wire_stops_reading_when_the_backlog_is_large_and_goes_on_when_it_is_small() -> None:
    rig = Rig(seconds_per_frame=1.0)
    rig.wire.data_received(framed(bytes(100_000)) * 20)
    assert rig.transport.calls[-1] == "pause"
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(rig.frames) == 20
    assert rig.transport.calls[-1] == "resume"
    assert rig.transport.calls.count("pause") == 1


async def test_wire_keeps_reading_when_one_frame_is_larger_than_the_backlog() -> None:
    rig = Rig()
    data = framed(bytes(3_000_000))
    for start in range(0, len(data), 262_144):
        rig.wire.data_received(data[start : start + 262_144])
    assert "pause" not in rig.transport.calls
    assert [len(frame) for frame in rig.frames] == [3_000_000]


async def test_wire_reads_everything_when_the_connection_ends() -> None:
    rig = Rig(seconds_per_frame=1.0)
    rig.wire.data_received(framed(b"x") * 50)
    assert len(rig.frames) < 50
    rig.wire.eof_received()
    rig.wire.connection_lost(None)
    assert len(rig.frames) == 50
    assert rig.lost == ["TWS closed the connection"]


async def test_wire_reads_nothing_more_when_it_was_closed_by_us() -> None:
    rig = Rig(seconds_per_frame=1.0)
    rig.wire.data_received(framed(b"x") * 50)
    seen = len(rig.frames)
    rig.wire.abort("closed by this program")
    rig.wire.data_received(framed(b"x"))
    await asyncio.sleep(0)
    rig.wire.connection_lost(None)
    assert len(rig.frames) == seen
    assert rig.lost == ["closed by this program"]


async def test_wire_tells_of_congestion_when_a_byte_is_left() -> None:
    rig = Rig()
    assert rig.transport.calls == ["limits 0"]
    rig.wire.pause_writing()
    rig.wire.resume_writing()
    assert rig.congested == [True, False]
