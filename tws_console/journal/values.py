"""How values stand in the file: Decimals as text, times as ISO 8601 UTC with Z, everything else nested as JSON.

Pure functions. Imports model only.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal


def number(value: Decimal | None) -> str | None:
    """The exact digits, never in exponent form."""
    return None if value is None else format(value, "f")


def decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def instant(at: datetime) -> str:
    """Fixed width, so that the order of the texts is the order of the times. A time without zone is refused."""
    if at.tzinfo is None:
        raise ValueError(f"a time without zone cannot be journalled: {at}")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def document(payload: object) -> str:
    """`payload` as JSON as it is now; a Decimal becomes text, a set a sorted list."""
    return json.dumps(payload, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
