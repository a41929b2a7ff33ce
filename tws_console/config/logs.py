"""The log file: one JSON object a line, rotating, in the log folder.

Owns format and place. Never writes to stdout, which belongs to results; one sentence on stderr when the folder cannot
be used, and the program goes on without a log. Standard library only.
"""

from __future__ import annotations

import logging
import os
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler

from tws_console.config import paths

ROOT = "tws_console"
FILE_NAME = "tws-console.log"
MAX_BYTES = 5_000_000
KEPT_FILES = 5

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """timestamp (UTC, Z), level, logger, message, then the fields given as `extra`, then a traceback if any."""

    def format(self, record: logging.LogRecord) -> str:
        import json  # with the first line, not before the first paint

        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "timestamp": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        line.update((f"extra_{key}" if key in line else key, value) for key, value in extra.items())
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def configure(level: int = logging.INFO) -> str | None:
    """Send the program's log to its file and return the file's path; None when the folder cannot be written.

    Calling it again replaces the former handler. A disk that fills up later loses lines and says nothing: the screen
    must not be written over.
    """
    logger = logging.getLogger(ROOT)
    for former in list(logger.handlers):
        logger.removeHandler(former)
        former.close()
    logger.propagate = False
    logger.setLevel(level)
    path = os.path.join(paths.log_dir(), FILE_NAME)
    try:
        os.makedirs(paths.log_dir(), mode=0o700, exist_ok=True)
        handler: logging.Handler = _QuietFile(path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"no log is kept: {path} cannot be written ({error.strerror}).\n")
        logger.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    return path


class _QuietFile(RotatingFileHandler):
    """Drops a line that cannot be written, instead of writing a traceback over the screen."""

    def handleError(self, record: logging.LogRecord) -> None:
        return
