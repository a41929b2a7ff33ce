"""How a command ends: from error code to exit code, and the failure that carries both. Imports model only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tws_console.model.problems import ErrorCode, Exit

_EXITS: Mapping[ErrorCode, Exit] = {
    ErrorCode.INTERNAL_ERROR: Exit.INTERNAL,
    ErrorCode.DATABASE_ERROR: Exit.INTERNAL,
    ErrorCode.USAGE_ERROR: Exit.USAGE,
    ErrorCode.CONFIGURATION_ERROR: Exit.CONFIG,
    ErrorCode.IB_CONNECTION_FAILED: Exit.NO_CONNECTION,
    ErrorCode.IB_AUTHENTICATION_FAILED: Exit.NO_CONNECTION,
    ErrorCode.ORDER_VALIDATION_FAILED: Exit.INVALID,
    ErrorCode.IB_ORDER_REJECTED: Exit.REFUSED_BY_BROKER,
    ErrorCode.IB_MARKET_DATA_ERROR: Exit.REFUSED_BY_BROKER,
    ErrorCode.INSUFFICIENT_FUNDS: Exit.REFUSED_BY_BROKER,
    ErrorCode.API_READ_ONLY: Exit.REFUSED_BY_BROKER,
    ErrorCode.OUTCOME_UNKNOWN: Exit.NOT_PROVED,
    ErrorCode.NO_ANSWER: Exit.NOT_PROVED,
    ErrorCode.NOT_PROVED: Exit.NOT_PROVED,
    ErrorCode.IB_INVALID_CONTRACT: Exit.NOT_FOUND,
    ErrorCode.NOT_FOUND: Exit.NOT_FOUND,
    ErrorCode.AMBIGUOUS: Exit.NOT_FOUND,
    ErrorCode.INTERRUPTED: Exit.INTERRUPTED,
}


def exit_of(code: ErrorCode) -> Exit:
    """The exit code that belongs to an error code; whatever is not listed is one of our own rules."""
    return _EXITS.get(code, Exit.REFUSED_BY_US)


class CommandFailed(Exception):
    """A command cannot go on. `sentence` says what to do; `fields` are further fields of its document."""

    def __init__(self, code: ErrorCode, sentence: str, exit_code: Exit | None = None, **fields: Any) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.exit_code = exit_of(code) if exit_code is None else exit_code
        self.fields = fields
