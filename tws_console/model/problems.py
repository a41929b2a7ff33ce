"""Public error codes and the exit codes of the command line. Imports nothing of ours."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class ErrorCode(StrEnum):
    ORDER_VALIDATION_FAILED = "ORDER_VALIDATION_FAILED"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    POSITION_LIMIT_EXCEEDED = "POSITION_LIMIT_EXCEEDED"
    SYMBOL_NOT_ALLOWED = "SYMBOL_NOT_ALLOWED"
    MARKET_CLOSED = "MARKET_CLOSED"
    RATE_LIMIT_EXCEEDED = "RATE_LIMIT_EXCEEDED"
    IB_INVALID_CONTRACT = "IB_INVALID_CONTRACT"
    IB_ORDER_REJECTED = "IB_ORDER_REJECTED"
    IB_MARKET_DATA_ERROR = "IB_MARKET_DATA_ERROR"
    IB_CONNECTION_FAILED = "IB_CONNECTION_FAILED"
    IB_AUTHENTICATION_FAILED = "IB_AUTHENTICATION_FAILED"
    DATABASE_ERROR = "DATABASE_ERROR"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    CONFIGURATION_ERROR = "CONFIGURATION_ERROR"
    USAGE_ERROR = "USAGE_ERROR"
    FROZEN = "FROZEN"
    READ_ONLY = "READ_ONLY"
    NOT_ARMED = "NOT_ARMED"
    API_READ_ONLY = "API_READ_ONLY"
    MAX_QUANTITY = "MAX_QUANTITY"
    MAX_NOTIONAL = "MAX_NOTIONAL"
    PRICE_AWAY = "PRICE_AWAY"
    DUPLICATE_ORDER = "DUPLICATE_ORDER"
    SHORT_FLIP = "SHORT_FLIP"
    REDUCE_ONLY = "REDUCE_ONLY"
    RESTART_WINDOW = "RESTART_WINDOW"
    SELF_CROSS = "SELF_CROSS"
    MAX_OPEN_ORDERS = "MAX_OPEN_ORDERS"
    STALE_DATA = "STALE_DATA"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    NO_ANSWER = "NO_ANSWER"
    NOT_FOUND = "NOT_FOUND"
    AMBIGUOUS = "AMBIGUOUS"
    FOREIGN_ORDER = "FOREIGN_ORDER"
    NOT_MODIFIABLE = "NOT_MODIFIABLE"
    NOT_PROVED = "NOT_PROVED"
    INTERRUPTED = "INTERRUPTED"


class Exit(IntEnum):
    """Exit codes; the words are what `tws-console --help` prints."""

    DONE = 0
    INTERNAL = 1
    USAGE = 2
    CONFIG = 3
    NO_CONNECTION = 4
    INVALID = 5
    REFUSED_BY_US = 6
    REFUSED_BY_BROKER = 7
    NOT_PROVED = 8
    NOT_FOUND = 9
    INTERRUPTED = 130

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS: dict[Exit, str] = {
    Exit.DONE: "done",
    Exit.INTERNAL: "internal error",
    Exit.USAGE: "usage",
    Exit.CONFIG: "configuration",
    Exit.NO_CONNECTION: "no connection",
    Exit.INVALID: "invalid input",
    Exit.REFUSED_BY_US: "refused by our own rules",
    Exit.REFUSED_BY_BROKER: "refused by the broker",
    Exit.NOT_PROVED: "outcome not proved",
    Exit.NOT_FOUND: "not found or ambiguous",
    Exit.INTERRUPTED: "interrupted",
}
