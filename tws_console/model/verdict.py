"""Verdicts of the risk rules and the broker's own preview. Imports model only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Level(StrEnum):
    PASS = "pass"
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one named rule says of one ticket; `code` is one of the public error codes, empty on pass."""

    rule: str
    level: Level
    code: str
    msg: str


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The broker's preview of an order: margins in `currency`, None where it did not say. `unavailable` holds the
    reason in words when there is no answer at all.
    """

    init_margin_change: Decimal | None = None
    maint_margin_change: Decimal | None = None
    init_margin_after: Decimal | None = None
    maint_margin_after: Decimal | None = None
    equity_after: Decimal | None = None
    commission: Decimal | None = None
    min_commission: Decimal | None = None
    max_commission: Decimal | None = None
    commission_currency: str = ""
    warning: str = ""
    unavailable: str = ""
    elapsed_ms: float | None = None
