"""The real program, which writes down what it had done by the time STOP was first painted.

PAINT_REPORT names the file, which then holds a Python literal: modules, collections of garbage since the start, how
often all styles were parsed anew, and how many frames were painted, STOP's own among them.
"""

from __future__ import annotations

import gc
import os
import re
import sys
from typing import TYPE_CHECKING

from tws_console.__main__ import main
from tws_console.tui import output

if TYPE_CHECKING:
    from textual.driver import Driver

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[PX^_\]].*?(?:\x1b\\|\x07)|.)", re.DOTALL)


def collections() -> int:
    return sum(generation["collections"] for generation in gc.get_stats())


def watched() -> type[Driver]:
    """The console's driver, which looks at what is written. Made when the console asks for it: whatever the terminal
    library reads of the environment has been set by then.
    """
    from textual.css.stylesheet import Stylesheet

    from tws_console.tui.output.driver import ConsoleDriver

    counts = {"frames": 0, "reparsed": 0}
    reparse = Stylesheet.reparse

    def counted(self: Stylesheet) -> None:
        counts["reparsed"] += 1
        reparse(self)

    class Watched(ConsoleDriver):
        told = False

        def write(self, data: str) -> None:
            super().write(data)
            text = ESCAPES.sub("", data).strip()
            counts["frames"] += bool(text)
            if "^G STOP" in text and not self.told:
                self.told = True
                tell(**counts)

    Stylesheet.reparse = counted  # type: ignore[method-assign]
    return Watched


def tell(**counts: int) -> None:
    path = os.environ["PAINT_REPORT"]
    report = {**counts, "collections": collections() - BEFORE, "modules": sorted(sys.modules)}
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(repr(report))  # json would be one module more
    os.replace(f"{path}.new", path)


if __name__ == "__main__":
    output.driver_class = watched
    BEFORE = collections()
    sys.exit(main())
