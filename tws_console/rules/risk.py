"""The risk rules in their order, and how much friction their verdicts call for. Pure; imports model and rules.

This is what every front end uses: `verdicts`, `worst`, `friction`, and the values they take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from tws_console.model.problems import ErrorCode
from tws_console.model.session import Mode
from tws_console.model.verdict import Level, Verdict
from tws_console.rules import gates, sizes
from tws_console.rules.finding import Finding
from tws_console.rules.situation import (
    Limits,
    Recent,
    Situation,
    duplicate_key,
    duplicate_key_of_intent,
    effect,
    market_price,
    notional,
)

__all__ = [
    "RULES",
    "Friction",
    "Limits",
    "Recent",
    "Situation",
    "duplicate_key",
    "duplicate_key_of_intent",
    "effect",
    "friction",
    "market_price",
    "notional",
    "verdicts",
    "worst",
]

Rule = Callable[[Situation, Limits], Finding | None]

RULES: tuple[tuple[str, Rule], ...] = (
    ("freeze", gates.freeze),
    ("read-only", gates.read_only),
    ("armed", gates.armed),
    ("restart", gates.restart),
    ("reduce-only", gates.reduce_only),
    ("stale-data", gates.stale_data),
    ("symbols", gates.symbols),
    ("tick", sizes.tick),
    ("max-quantity", sizes.max_quantity),
    ("max-notional", sizes.max_notional),
    ("quote", sizes.quote),
    ("price-away", sizes.price_away),
    ("max-position", gates.max_position),
    ("max-open-orders", gates.open_orders_per_side),
    ("duplicate", gates.duplicate),
    ("flip", gates.flip),
    ("self-cross", gates.self_cross),
    ("session", gates.session_closed),
)

_RANK = {Level.PASS: 0, Level.WARN: 1, Level.BLOCK: 2}


class Friction(StrEnum):
    """What a person must do to send."""

    YES = "yes"
    YES_ENTER = "yes-enter"
    SYMBOL = "symbol"
    """Type the symbol, then enter."""
    REFUSED = "refused"


def verdicts(situation: Situation, limits: Limits) -> tuple[Verdict, ...]:
    """One verdict per rule, in the order of RULES, those that pass included."""
    return tuple(_verdict(name, rule(situation, limits)) for name, rule in RULES)


def _verdict(name: str, finding: Finding | None) -> Verdict:
    return Verdict(name, Level.PASS, "", "") if finding is None else Verdict(name, *finding)


def worst(found: Iterable[Verdict]) -> Level:
    """The most severe level among the verdicts, pass when there is none."""
    return max((verdict.level for verdict in found), key=_RANK.__getitem__, default=Level.PASS)


def friction(found: Iterable[Verdict], mode: Mode, what: str) -> Friction:
    """How hard it is made to send. `what` is the effect on the position ("flipping" always asks for the symbol)."""
    found = tuple(found)
    level = worst(found)
    if level is Level.BLOCK:
        return Friction.REFUSED
    crosses = what == "flipping" or any(verdict.code == ErrorCode.SHORT_FLIP for verdict in found)
    if crosses or (level is Level.WARN and mode is Mode.LIVE):
        return Friction.SYMBOL
    return Friction.YES_ENTER if level is Level.WARN else Friction.YES
