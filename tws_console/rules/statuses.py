"""The broker's status words as the words a trader is told. Pure; imports model only.

Meanings: IBKR Campus TWS API docs, "Order Status"; the whyHeld words "trigger", "child", "child,trigger" and "locate"
and the text of message 399 are as in recordings of Gateway 10.40 (github deepentropy/ibx).
"""

from __future__ import annotations

import re
from decimal import Decimal

from tws_console.model.order import Status

TRIGGERED_TYPES = frozenset({"STP", "STP LMT", "TRAIL", "TRAIL LIMIT", "MIT", "LIT"})

_PLAIN = {
    "ApiPending": Status.SENT,
    "PendingSubmit": Status.SENT,
    "PendingCancel": Status.CANCELLING,
    "Filled": Status.FILLED,
    "Cancelled": Status.CANCELLED,
    "ApiCancelled": Status.CANCELLED,
}

_UNTIL = re.compile(r"until (?:(\d{4}-?\d{2}-?\d{2})[ -])?(\d{1,2}:\d{2})(?::\d{2})?(?: ([\w/+-]+))?", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}", re.ASCII)


def held_until(text: str) -> str:
    """`09:30` from the text of a 399 ("will not be placed at the exchange until 2026-09-28 09:30:00 US/Eastern").

    The reason that status_of makes of it works too; empty when no time is named. The time is the exchange's.
    """
    found = _UNTIL.search(text)
    return found.group(2).zfill(5) if found else ""


def status_of(
    broker_status: str,
    why_held: str,
    order_type: str,
    filled: Decimal | None,
    quantity: Decimal | None,
    reason_hint: str = "",
) -> tuple[Status, str]:
    """The status and the reason in words (empty when the status says it all).

    `reason_hint` is the newest message of the broker about the order, which tells why it is held or has ended, or only
    the time that held_until read from it. A word that is not known gives UNVERIFIED: it proves neither life nor end.
    """
    hint = " ".join(reason_hint.split())
    held = {word.strip() for word in why_held.lower().split(",") if word.strip()}
    if broker_status in _PLAIN:
        return _PLAIN[broker_status], hint
    if broker_status == "Inactive":
        if "locate" in held:
            return Status.WAIT_LOCATE, "waits for shares to borrow"
        return Status.INACTIVE, hint
    if broker_status not in {"PreSubmitted", "Submitted"}:
        return Status.UNVERIFIED, f"status {broker_status or 'not told'}"
    if filled is not None and filled > 0:
        of = "" if quantity is None else f" of {quantity:,f}"
        return Status.PARTIAL, f"{filled:,f}{of} done"
    if broker_status == "Submitted":
        return Status.WORKING, ""
    return _accepted(held, order_type, hint)


def _accepted(held: set[str], order_type: str, hint: str) -> tuple[Status, str]:
    """PreSubmitted: the broker has it and holds it, for one of several reasons."""
    if "child" in held:
        return Status.WAIT_PARENT, ""
    if "locate" in held or "securities are located" in hint.lower():
        return Status.WAIT_LOCATE, "waits for shares to borrow"
    until = _UNTIL.search(f"until {hint}" if _TIME.fullmatch(hint) else hint)
    if until:
        return Status.HELD, " ".join(part for part in ("until", *until.groups()) if part)
    if "trigger" in held or order_type in TRIGGERED_TYPES:
        return Status.UNTRIGGERED, ""
    return Status.ACCEPTED, f"held: {', '.join(sorted(held))}" if held else hint
