"""The stop's own connection: when it is opened, what a key does with it, and what the loop is told."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.unit.engine.test_latch import FakeFile
from tws_console.engine.latch import Latch
from tws_console.engine.notices import Notices
from tws_console.engine.ports import Emit, LinkPort, Progress
from tws_console.engine.press import Pressed
from tws_console.engine.pulse import Pulse
from tws_console.engine.session import Endpoint, Session
from tws_console.engine.shared import Shared
from tws_console.engine.stop_lane import WAITS, StopLane
from tws_console.engine.store import Changes, Waiters
from tws_console.model.clock import Clock
from tws_console.model.session import ID_IN_USE, ConnectFailed, Mode, Phase, StageName


class FakeSocket:
    """Counts cancels, and in which thread they were written."""

    def __init__(self, file: FakeFile) -> None:
        self.up = True
        self.fired_in: list[int] = []
        self.frozen_before: list[bool] = []
        self.closed = False
        self.ended = asyncio.Event()
        self._file = file

    def fire(self) -> bool:
        self.frozen_before.append(self._file.there)
        if self.up:
            self.fired_in.append(threading.get_ident())
        return self.up

    async def lost(self) -> None:
        await self.ended.wait()

    async def close(self) -> None:
        self.closed = True


class Bench:
    """A lane over doubles. `answers` are what opening gives, one after the other; pauses are let through by hand."""

    def __init__(self, *answers: FakeSocket | ConnectFailed) -> None:
        self.file = FakeFile()
        self.answers = list(answers)
        self.opened: list[int] = []
        self.owners: frozenset[int | None] = frozenset()
        self.told: list[Pressed] = []
        self.pauses: asyncio.Queue[float] = asyncio.Queue()
        self.go = asyncio.Semaphore(0)
        clock, changes = Clock(), Changes()
        self.waiters = Waiters()
        shared = Shared(changes, self.waiters, Notices(changes, clock), clock, Pulse(clock))
        self.session = Session(Endpoint("h", 1, (11,), Mode.PAPER), self, lambda event: None, shared)
        self.latch = Latch(self.file, "test")
        self.lane = StopLane(
            self.session,
            self.told.append,
            self.latch,
            self,
            shared,
            owners=lambda: self.owners,
            client_ids=(71, 72, 73),
            pause=self._pause,
        )

    def socket(self) -> FakeSocket:
        found = FakeSocket(self.file)
        self.answers.append(found)
        return found

    async def connect(
        self, host: str, port: int, client_id: int, emit: Emit, progress: Progress, stage_timeout: float
    ) -> LinkPort:
        raise NotImplementedError

    async def open_stop_socket(self, host: str, port: int, client_id: int, stage_timeout: float) -> FakeSocket:
        self.opened.append(client_id)
        answer = self.answers.pop(0)
        if isinstance(answer, ConnectFailed):
            raise answer
        return answer

    async def _pause(self, seconds: float) -> None:
        self.pauses.put_nowait(seconds)
        await self.go.acquire()

    def main_comes_up(self) -> None:
        self.session.put(phase=Phase.UP)
        self.waiters.check()


@asynccontextmanager
async def kept(bench: Bench) -> AsyncIterator[Bench]:
    bench.lane.start()
    task = asyncio.create_task(bench.lane.keep())
    try:
        yield bench
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def settle() -> None:
    """Let every task that can run do so."""
    for _ in range(10):
        await asyncio.sleep(0)


def is_down(bench: Bench) -> bool:
    return not bench.lane.up


def in_use() -> ConnectFailed:
    return ConnectFailed(StageName.READY, "in use", code=ID_IN_USE)


def refused() -> ConnectFailed:
    return ConnectFailed(StageName.TCP, "refused")


async def test_lane_opens_only_when_the_main_link_is_up() -> None:
    bench = Bench()
    bench.socket()
    async with kept(bench):
        await settle()
        assert bench.opened == []
        bench.main_comes_up()
        await settle()
        assert bench.opened == [71]
        assert bench.lane.up


async def test_lane_takes_the_next_id_when_one_is_in_use() -> None:
    bench = Bench(in_use(), in_use())
    bench.socket()
    async with kept(bench):
        bench.main_comes_up()
        await settle()
        assert bench.opened == [71, 72, 73]
        assert bench.lane.up


async def test_lane_waits_longer_each_time_when_it_cannot_be_opened() -> None:
    bench = Bench(*(refused() for _ in range(8)))
    bench.socket()
    async with kept(bench):
        bench.main_comes_up()
        waited = []
        for _ in range(8):
            waited.append(await bench.pauses.get())
            bench.go.release()
        await settle()
        assert waited == [*WAITS[1:], WAITS[-1], WAITS[-1], WAITS[-1]]
        assert bench.lane.up


async def test_lane_is_opened_again_when_it_was_lost() -> None:
    bench = Bench()
    first, second = bench.socket(), bench.socket()
    async with kept(bench):
        bench.main_comes_up()
        await settle()
        first.ended.set()
        assert await bench.pauses.get() == WAITS[0]
        assert first.closed
        assert is_down(bench)
        bench.go.release()
        await settle()
        assert bench.lane.up
    assert second.closed


async def test_cancel_leaves_on_the_thread_of_the_key_when_the_loop_does_not_run() -> None:
    bench = Bench()
    socket = bench.socket()
    async with kept(bench):
        bench.main_comes_up()
        await settle()

        def press() -> None:
            bench.lane.arm()
            bench.lane.fire()

        thread = threading.Thread(target=press)
        thread.start()
        thread.join()  # the loop stands still here

        assert socket.fired_in == [thread.ident]
        assert socket.frozen_before == [True]
        assert bench.file.tried == ["prepare", "commit"]
        assert bench.latch.is_frozen()
        assert bench.told == []
        await settle()
        (told,) = bench.told
        assert told.sent_at is not None
        assert told.started <= told.blocked_at <= told.sent_at
        assert told.note == ""


@pytest.mark.parametrize("state", ["never opened", "broken"])
async def test_loop_is_told_that_nothing_has_left_when_there_is_no_connection(state: str) -> None:
    bench = Bench()
    async with kept(bench):
        if state == "broken":
            socket = bench.socket()
            bench.main_comes_up()
            await settle()
            socket.up = False
        bench.lane.fire()
        await settle()
        assert [told.sent_at for told in bench.told] == [None]
        assert bench.latch.is_frozen()


async def test_cancel_leaves_and_the_report_says_why_when_the_freeze_file_cannot_be_written() -> None:
    bench = Bench()
    socket = bench.socket()
    async with kept(bench):
        bench.main_comes_up()
        await settle()
        bench.file.broken = True
        bench.lane.arm()
        bench.lane.fire()
        await settle()
        assert len(socket.fired_in) == 1
        assert "no space left" in bench.told[0].note
        assert bench.latch.is_frozen()


async def test_prepared_file_is_taken_back_when_the_bar_closes() -> None:
    bench = Bench()
    async with kept(bench):
        bench.lane.arm()
        bench.lane.disarm()
        assert bench.file.tried == ["prepare", "discard"]
        assert not bench.latch.is_frozen()


@pytest.mark.parametrize("end", ["fired", "closed"])
async def test_nothing_holds_the_keys_up_while_the_bar_is_open(end: str) -> None:
    bench = Bench()
    calm = sys.getswitchinterval()
    async with kept(bench):
        bench.lane.arm()
        assert not gc.isenabled()
        assert sys.getswitchinterval() < calm

        if end == "fired":
            bench.lane.fire()
        else:
            bench.lane.disarm()

        assert gc.isenabled()
        assert sys.getswitchinterval() == pytest.approx(calm)


async def test_id_is_left_alone_when_orders_are_under_it() -> None:
    bench = Bench()
    bench.owners = frozenset({71, None})
    bench.socket()

    async with kept(bench):
        bench.main_comes_up()
        await settle()

    assert bench.opened == [72]
