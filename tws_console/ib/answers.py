"""Pieces of answers to our own requests, on their way from the tap to whoever waits for them. Imports model only."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from tws_console.model.events import FillSeen
from tws_console.model.instrument import PriceStep


class Kind(Enum):
    """Answers that carry no request id."""

    ORDERS = auto()
    COMPLETED = auto()
    POSITIONS = auto()
    TIME = auto()


class Answer(NamedTuple):
    """A row of the answer to a numbered request, or its end, or both."""

    request_id: int
    row: object = None
    last: bool = False


class Execution(NamedTuple):
    """An execution with the request it answers, -1 when it was pushed as it happened."""

    request_id: int
    seen: FillSeen


class ListEnded(NamedTuple):
    """The end marker of an answer without a request id, with its place on the connection."""

    kind: Kind
    n: int
    link: int
    at: float


class RuleRead(NamedTuple):
    """One market rule."""

    rule_id: int
    steps: tuple[PriceStep, ...]
