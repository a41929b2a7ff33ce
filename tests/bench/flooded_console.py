"""The console as users run it, but its stop only sends: the book stays as it is, and the next key can be measured.

What follows the bytes (the proof) is left out, nothing before them is. On SIGUSR1 500 requests are queued before the
socket of the main link. Run as a script with the console's arguments; `--no-lane` in front takes the stop's own
connection away.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from typing import Any

from tws_console import bootstrap
from tws_console.__main__ import main
from tws_console.engine.engine import Engine
from tws_console.engine.panic import Stop
from tws_console.engine.ports import LinkPort, RequestFailed
from tws_console.engine.press import Pressed

QUEUED = 500
LANE = "--no-lane" not in sys.argv
ENGINES: list[Engine] = []
build = bootstrap.build_engine


def build_engine(*args: Any, **options: Any) -> Engine:
    engine = build(*args, **{**options, "stop_lane": LANE})
    ENGINES.append(engine)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, queue_requests)
    return engine


def only_send(self: Stop, pressed: Pressed | None = None) -> None:
    link = ENGINES[-1].session.link
    if link is not None and (pressed is None or pressed.sent_at is None):
        link.purge("bench")
        link.global_cancel(lambda at: None)


def queue_requests() -> None:
    link = ENGINES[-1].session.link
    if link is not None:
        for _ in range(QUEUED):
            task = asyncio.ensure_future(ask(link))
            TASKS.add(task)
            task.add_done_callback(TASKS.discard)


async def ask(link: LinkPort) -> None:
    with contextlib.suppress(RequestFailed):
        await link.current_time(60.0)


TASKS: set[asyncio.Task[None]] = set()

if __name__ == "__main__":
    bootstrap.build_engine = build_engine
    Stop.fire = only_send  # type: ignore[method-assign]
    sys.argv = [argument for argument in sys.argv if argument != "--no-lane"]
    sys.exit(main())
