"""Writes a document as JSON text. Owns nothing else; imports the standard library only.

The standard encoder cannot write a Decimal as a number, and going through float would put binary noise into prices and
money. Here a Decimal keeps exactly the digits it has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any

_quote = json.JSONEncoder(ensure_ascii=True).encode


def utc_text(moment: datetime) -> str:
    """ISO 8601 in UTC with `Z`, milliseconds only when there are any. `moment` is aware."""
    utc = moment.astimezone(UTC)
    text = utc.isoformat(timespec="milliseconds" if utc.microsecond else "seconds")
    return text.removesuffix("+00:00") + "Z"


def number_text(number: Decimal) -> str:
    """The digits of a finite Decimal without exponent and without trailing zeros; `0` for every zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def to_json(value: Any, *, indent: int | None = None) -> str:
    """The JSON text of a document. Not a number and infinity become null: JSON has no word for them.

    Raises TypeError for a value that has no place in a document.
    """
    return _text(value, "\n" if indent else "", " " * (indent or 0))


def _text(value: Any, newline: str, step: str) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return _text(value.value, newline, step)
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return number_text(value) if value.is_finite() else "null"
    if isinstance(value, float):
        return repr(value) if isfinite(value) else "null"
    if isinstance(value, datetime):
        return _quote(utc_text(value))
    if isinstance(value, Mapping):
        pairs = (f"{_quote(str(key))}: {_text(item, newline + step, step)}" for key, item in value.items())
        return _enclosed("{", pairs, "}", newline, step)
    if isinstance(value, (list, tuple)):
        return _enclosed("[", (_text(item, newline + step, step) for item in value), "]", newline, step)
    raise TypeError(f"a {type(value).__name__} has no place in a JSON document")


def _enclosed(opening: str, parts: Iterable[str], closing: str, newline: str, step: str) -> str:
    inner = list(parts)
    if not inner:
        return opening + closing
    if not step:
        return opening + ", ".join(inner) + closing
    return opening + newline + step + f",{newline}{step}".join(inner) + newline + closing
