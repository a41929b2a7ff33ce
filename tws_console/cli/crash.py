"""Keeps what went wrong inside: a crash file in the log folder, no traceback on the screen. Imports config paths."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime

from tws_console.config.paths import log_dir
from tws_console.version import VERSION


def keep(error: BaseException) -> str:
    """Write the crash file; returns one sentence that names it, or that says why there is none."""
    what = f"internal error ({type(error).__name__})"
    now = datetime.now(UTC)
    path = os.path.join(log_dir(), f"crash-{now:%Y%m%dT%H%M%SZ}-{os.getpid()}.txt")
    text = f"tws-console {VERSION}\n{now:%Y-%m-%dT%H:%M:%SZ}\n\n{''.join(traceback.format_exception(error))}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as failure:
        return f"{what}, and {path} could not be written ({failure.strerror}); run it again and report what you did"
    return f"{what}; {path} holds the details, please report it"
