"""What a single risk rule returns when it does not pass. Imports model only."""

from __future__ import annotations

from typing import NamedTuple

from tws_console.model.problems import ErrorCode
from tws_console.model.verdict import Level


class Finding(NamedTuple):
    level: Level
    code: ErrorCode
    msg: str


def block(code: ErrorCode, msg: str) -> Finding:
    return Finding(Level.BLOCK, code, msg)


def warn(code: ErrorCode, msg: str) -> Finding:
    return Finding(Level.WARN, code, msg)
