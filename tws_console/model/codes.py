"""What a broker code means for the order, request or lamp it names. Owns the look-ups; imports model only.

TWS wraps many codes as 320, 321 or 322 with "cause - TEXT" behind (IBKR Campus TWS API docs, "Error Handling";
recordings of Gateway 10.40), so a code is looked up together with its text. A code that is not in the table proves
nothing: its effect is VERIFY, never a cancel.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tws_console.model.code_table import ROWS, CodeInfo, Effect, Kind, Severity

__all__ = [
    "CODES",
    "LINK_LOST",
    "LINK_RESTORED",
    "CodeInfo",
    "Effect",
    "Kind",
    "Severity",
    "effective_code",
    "explain",
    "is_note",
    "refuses_change",
]

CODES: Mapping[int, CodeInfo] = MappingProxyType(
    {
        code: CodeInfo(code, kind, effect, severity, meaning, advice)
        for codes, kind, effect, severity, meaning, advice in ROWS
        for code in codes
    }
)

LINK_LOST = frozenset(code for code, info in CODES.items() if info.effect is Effect.LAMP_TWS_DOWN)
"""TWS has lost its link to IBKR; what it says meanwhile comes from its memory."""
LINK_RESTORED = frozenset(
    code for code, info in CODES.items() if info.effect in {Effect.LAMP_TWS_UP_LOST, Effect.LAMP_TWS_UP_KEPT}
)

_INFORMATION = range(2100, 2200)
"""TWS keeps these numbers for system and order warnings; none of them ends a request."""

_CHANGE_NOT_MADE = frozenset({329, 462, 2102})
"""Type, TIF, and a change that came while the last one was being processed."""

_WRAPPERS = frozenset({320, 321, 322})

_CAUSES: tuple[tuple[str, int], ...] = (
    ("read-only mode", 10119),
    ("read-only process", 10122),
    ("readonly account", 10132),
    ("can't find order with id", 135),
    ("invalid trigger method", 146),
    ("size value cannot be zero", 160),
    ("order size cannot be zero", 434),
    ("must specify an account", 435),
    ("must specify an allocation", 436),
    ("does not conform to market rule", 355),
    ("invalid trigger price", 361),
    ("invalid adjusted stop price", 362),
    ("invalid stop price", 403),
    ("outside rth flag is not valid", 411),
    ("transmit flag", 413),
    ("missing order exchange", 452),
    ("invalid time in force", 10052),
    ("expired contract", 166),
    ("no scanner subscription found", 365),
    ("no historical data query found", 366),
    ("duplicate ticker id", 102),
    ("cash quantity", 10289),
)
"""Pieces of the texts behind "cause - ", in lower case, and the codes that they stand for."""


def explain(code: int) -> CodeInfo:
    """The table's row of `code`; for an unknown one a row that says so, with effect VERIFY."""
    known = CODES.get(code)
    if known is not None:
        return known
    severity = Severity.WARN if code in _INFORMATION else Severity.ERROR
    return CodeInfo(
        code, Kind.ORDER, Effect.VERIFY, severity, f"code {code} is not known: state unverified", "look in TWS"
    )


def effective_code(code: int, text: str) -> int:
    """The code that is really meant: for 320, 321 and 322 the one that the cause in `text` stands for, if known."""
    if code not in _WRAPPERS:
        return code
    lowered = text.lower()
    return next((meant for piece, meant in _CAUSES if piece in lowered), code)


def refuses_change(code: int, text: str) -> bool:
    """Whether this error, named after an order that is being changed, says that the change was not made. Some of these
    are mere warnings to TWS, because the order lives on as it was. A code that is not known says neither.
    """
    known = CODES.get(effective_code(code, text))
    refused = known is not None and known.effect in {Effect.REFUSED, Effect.REJECTED, Effect.VERIFY}
    return refused or code in _CHANGE_NOT_MADE


def is_note(code: int) -> bool:
    """True when a request that this code names goes on: information, a warning on an order that lives, or a lamp."""
    if code in _INFORMATION:
        return True
    effect = explain(code).effect
    return effect in {Effect.NOTE, Effect.WARNING} or effect.startswith("lamp-")
