"""Owns the algorithms of the broker: their names, their parameters and what may be written there. Imports `wire` only.

Names and parameters as in IBKR Campus TWS API docs, IBKR Algos; codes and texts as in its Error Codes. As in github
deepentropy/ibx, 439 is for a name that is unknown, 443 for a parameter, 145 for a word that is none of those allowed,
441 for what cannot be read or is out of bounds.
"""

from collections.abc import Mapping
from decimal import Decimal

from tws_console.simulator.wire import number, whole

TEXT, WHOLE, NUMBER, SHARE = "text", "whole", "number", "share"
LEAST_SHARE, GREATEST_SHARE = Decimal("0.01"), Decimal("0.5")

# What a parameter may be: one of some words, or a value of a kind. Shares are parts of the volume.
_Value = tuple[str, ...] | str

_AVERSION = ("Get Done", "Aggressive", "Neutral", "Passive")
_FLAG = ("0", "1", "true", "false")
_TIMES: dict[str, _Value] = {"startTime": TEXT, "endTime": TEXT}
_LATE: dict[str, _Value] = {**_TIMES, "allowPastEndTime": _FLAG, "monetaryValue": NUMBER}
_VOLUME: dict[str, _Value] = {**_TIMES, "noTakeLiq": _FLAG, "monetaryValue": NUMBER}

_ALGOS: dict[str, Mapping[str, _Value]] = {
    "Adaptive": {"adaptivePriority": ("Critical", "Urgent", "Normal", "Patient")},
    "ArrivalPx": {**_LATE, "maxPctVol": SHARE, "riskAversion": _AVERSION, "forceCompletion": _FLAG},
    "ClosePx": {"maxPctVol": SHARE, "riskAversion": _AVERSION, "startTime": TEXT, "forceCompletion": _FLAG},
    "DarkIce": {**_LATE, "displaySize": WHOLE},
    "Twap": {
        **_LATE,
        "strategyType": ("Marketable", "Matching Midpoint", "Matching Same Side", "Matching Last"),
    },
    "Vwap": {**_LATE, "maxPctVol": SHARE, "noTakeLiq": _FLAG, "speedUp": _FLAG},
    "BalanceImpactRisk": {"maxPctVol": SHARE, "riskAversion": _AVERSION, "forceCompletion": _FLAG},
    "MinImpact": {"maxPctVol": SHARE},
    "PctVol": {**_VOLUME, "pctVol": SHARE},
    "PctVolPx": {**_VOLUME, "pctVol": SHARE, "deltaPctVol": NUMBER, "minPctVol4Px": SHARE, "maxPctVol4Px": SHARE},
    "PctVolSz": {**_VOLUME, "startPctVol": SHARE, "endPctVol": SHARE},
    "PctVolTm": {**_VOLUME, "startPctVol": SHARE, "endPctVol": SHARE},
    "AD": {
        "componentSize": WHOLE,
        "timeBetweenOrders": WHOLE,
        "randomizeTime20": _FLAG,
        "randomizeSize55": _FLAG,
        "giveUp": WHOLE,
        "catchUp": _FLAG,
        "waitForFill": _FLAG,
        "activeTimeStart": TEXT,
        "activeTimeEnd": TEXT,
    },
}


def algo_problem(strategy: str, params: tuple[tuple[str, str], ...]) -> tuple[int, str] | None:
    """Code and text of why the broker does not know this algorithm or does not take its parameters, or None."""
    if strategy not in _ALGOS:
        return 439, "Order processing failed. Algorithm definition not found."
    known = _ALGOS[strategy]
    if any(name not in known for name, _ in params):
        return 443, "Order processing failed. Unknown algo attribute."
    found = (_value_problem(name, value.strip(), known[name]) for name, value in params)
    return next((problem for problem in found if problem is not None), None)


def _value_problem(name: str, value: str, allowed: _Value) -> tuple[int, str] | None:
    if not value or allowed == TEXT:
        return None
    if not isinstance(allowed, str):
        return None if value in allowed else (145, f"Error in validating entry fields -{value}")
    try:
        found = Decimal(whole(value)) if allowed == WHOLE else number(value)
    except ValueError:
        return 441, f"Algo attributes validation failed:{name}={value}"
    if allowed != SHARE or LEAST_SHARE <= found <= GREATEST_SHARE:
        return None
    words, bound = ("less than minimum", LEAST_SHARE) if found < LEAST_SHARE else ("more than maximum", GREATEST_SHARE)
    return 441, f"Algo attributes validation failed: '{name}' is invalid: Value is {words} value {bound}.. "
