"""Each field of an order request by itself: text or JSON value in, clean value out. Pure; imports model only.

A broken rule raises Broken with a short name of the rule and a sentence without its subject ("must be more than 0, got
0"), which reads on its own beside the field and after the field's name elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tws_console.model.ticket import ORDER_TYPES, TIFS

ACTIONS = ("BUY", "SELL")
SEC_TYPES = ("STK", "FUT", "CASH")
MAX_QUANTITY = Decimal(10_000_000)
MAX_PRICE = Decimal(1_000_000_000)
MAX_DECIMALS = 10
REF_LENGTH = 40

_LATER_SEC_TYPES = frozenset({"OPT", "FOP", "CFD", "CRYPTO", "BOND", "FUND", "IND", "BAG", "WAR", "CMDTY"})
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_NUMBER_LENGTH = 40
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9 .\-+/&']*", re.ASCII)
_WORD = re.compile(r"[A-Z0-9.]*", re.ASCII)
_SHOWN = 60


class Broken(Exception):
    """A rule that a value breaks. `rule` is kebab case, `msg` a sentence without subject."""

    def __init__(self, rule: str, msg: str) -> None:
        super().__init__(msg)
        self.rule = rule
        self.msg = msg


def shown(value: object) -> str:
    """The value as text for a message: control characters made visible, cut at 60 characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 128:
        return "a number of more than 38 digits"
    if isinstance(value, (str, int, float, Decimal)):
        text = str(value)
    else:
        text = "an object" if isinstance(value, dict) else "a list"
    text = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text[: _SHOWN + 1])
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise Broken("text", f"must be text, got {shown(value)}")
    if not value.isprintable():
        raise Broken("no-control-characters", f"must not hold control characters, got {shown(value)}")
    text = value.strip()
    if len(text) > longest:
        raise Broken("length", f"must have at most {longest} characters, got {len(text)}")
    return text


def choice(value: object, allowed: Sequence[str]) -> str:
    """One of `allowed`, in any case and spacing."""
    text = " ".join(_text(value, 30).upper().split())
    if text not in allowed:
        raise Broken("one-of", f"must be {_either(allowed)}, got {shown(value) or 'nothing'}")
    return text


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def action(value: object) -> str:
    return choice(value, ACTIONS)


def order_type(value: object) -> str:
    return choice(value, ORDER_TYPES)


def tif(value: object) -> str:
    return choice(value, TIFS)


def sec_type(value: object) -> str:
    text = _text(value, 30).upper()
    if text in _LATER_SEC_TYPES:
        raise Broken("not-in-this-version", f"must be STK, FUT or CASH in this version, got {text}")
    if text == "ETF":
        raise Broken("one-of", "must be STK for an ETF, got ETF")
    return choice(value, SEC_TYPES)


def symbol(value: object) -> str:
    """Upper-cased ticker as the broker spells it, for currencies the base currency."""
    text = _text(value, 30).upper()
    if not text:
        raise Broken("required", "is required")
    if not _SYMBOL.fullmatch(text):
        raise Broken("symbol", f"must be letters, digits and . - + / & only, got {shown(value)}")
    return text


def word(value: object) -> str:
    """Exchange or currency: one upper-cased word, may be empty."""
    text = _text(value, 20).upper()
    if not _WORD.fullmatch(text):
        raise Broken("word", f"must be one word of letters and digits, got {shown(value)}")
    return text


def account(value: object) -> str:
    text = _text(value, 30)
    if " " in text:
        raise Broken("word", f"must be one account, got {shown(value)}")
    return text


def reference(value: object) -> str:
    return _text(value, REF_LENGTH)


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Broken("true-or-false", f"must be true or false, got {shown(value) or 'nothing'}")
    return value


def con_id(value: object) -> int:
    number = _number(value)
    if number != number.to_integral_value() or not 0 <= number <= 2**31 - 1:
        raise Broken("con-id", f"must be a whole number from 0 to 2147483647, got {shown(value)}")
    return int(number)


def expiry(value: object) -> str:
    """YYYYMM or YYYYMMDD, a real date; empty when not given. A bare number is taken as its digits."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value, 30)
    if not text:
        return ""
    try:
        if not re.fullmatch(r"\d{6}(\d{2})?", text, re.ASCII):
            raise ValueError
        date(int(text[:4]), int(text[4:6]), int(text[6:8] or "1"))
    except ValueError:
        raise Broken("date", f"must be YYYYMM or YYYYMMDD, got {shown(value)}") from None
    return text


def quantity(value: object) -> Decimal:
    number = _number(value)
    if number <= 0:
        raise Broken("more-than-0", f"must be more than 0, got {shown(value)}")
    if number > MAX_QUANTITY:
        raise Broken("at-most", f"must be at most {MAX_QUANTITY:,f}, got {shown(value)}")
    return number


def price(value: object) -> Decimal:
    number = _number(value)
    if abs(number) > MAX_PRICE:
        raise Broken("at-most", f"must be at most {MAX_PRICE:,f}, got {shown(value)}")
    return number


def _number(value: object) -> Decimal:
    """An exact number from a JSON number or numeric text; floats by their shortest spelling."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise Broken("number", f"must be a number, got {shown(value) or 'nothing'}")
    if isinstance(value, int) and value.bit_length() > 128:
        raise Broken("number", f"must be a number of at most {_NUMBER_LENGTH} characters")
    text = repr(value) if isinstance(value, float) else str(value).strip()
    if isinstance(value, (float, Decimal)) and not Decimal(value).is_finite():
        raise Broken("finite", f"must be a finite number, got {shown(value)}")
    if len(text) > _NUMBER_LENGTH or not _NUMBER.fullmatch(text):
        raise Broken("number", f"must be a plain number like 1250.5, got {shown(value) or 'nothing'}")
    return _plain(Decimal(text), value)


def _plain(number: Decimal, value: object) -> Decimal:
    """Without exponent and superfluous zeros; refuses more decimals than any market has."""
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -MAX_DECIMALS:
        raise Broken("decimals", f"must have at most {MAX_DECIMALS} decimals, got {shown(value)}")
    if isinstance(exponent, int) and exponent > _NUMBER_LENGTH:
        raise Broken("at-most", f"must be a sane number, got {shown(value)}")
    places = number.as_tuple().exponent
    whole = isinstance(places, int) and places > 0
    return Decimal(int(number)) if whole else number + Decimal(0)
