"""How the console talks to the terminal: a driver that survives odd input, hang-ups and terminals that do not read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver


def driver_class() -> type[Driver] | None:
    """Our driver where there are POSIX terminals; None leaves the choice to the terminal library."""
    if sys.platform == "win32":
        return None
    from tws_console.tui.output.driver import ConsoleDriver

    return ConsoleDriver
