"""The real program, whose event loop can be made to stand still from outside.

On SIGUSR1 the main thread, which runs the loop, reads from the pipe named in STUCK_PIPE and goes on when a byte comes:
what a long callback does to a program, for as long as a test likes.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from tws_console.__main__ import main


def stand_still(_number: int, _frame: FrameType | None) -> None:
    pipe = os.open(os.environ["STUCK_PIPE"], os.O_RDONLY)
    os.read(pipe, 1)
    os.close(pipe)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, stand_still)
    sys.exit(main())
