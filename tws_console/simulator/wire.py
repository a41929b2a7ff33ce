"""Owns frames and fields: bytes to lists of text and back. Imports nothing of the package.

A frame is a big-endian u32 length followed by that many bytes of fields, each ended by a NUL byte
(source: ib_async 2.1.0 client.py and the official client libraries).
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

UNSET_DOUBLE = "1.7976931348623157E308"
UNSET_INTEGER = "2147483647"
NO_ID = int(UNSET_INTEGER)
MAX_FRAME = 1 << 20
_MAX_DIGITS = 40

_UNSET_NUMBERS = {"", "1.7976931348623157e308", "1.7976931348623157e+308", "2147483647"}

Field: TypeAlias = str | int | bool | Decimal | None


def is_unset(field: str) -> bool:
    """Whether a field is empty or one of the marks for "no value", however a client writes them."""
    return field.lower() in _UNSET_NUMBERS


class FrameTooLong(Exception):
    """The length prefix exceeds what a client may send; the connection is of no more use."""


def text(value: Field) -> str:
    """One field as the wire writes it: booleans 0 or 1, unknown values empty, decimals without an exponent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return plain(value)
    return str(value)


def plain(value: Decimal) -> str:
    """A decimal in positional notation without needless zeros."""
    written = format(value, "f")
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return written if written not in ("", "-0") else "0"


def frame(*fields: Field) -> bytes:
    """Encode one message with its length prefix."""
    return seal(text(field) for field in fields)


def seal(fields: Iterable[str], encoding: str = "utf-8") -> bytes:
    """Encode fields that are text already; the fast path of the long order rows."""
    body = ("\0".join(fields) + "\0").encode(encoding, errors="replace")
    return len(body).to_bytes(4, "big") + body


class FrameReader:
    """Cuts a byte stream into frames. A partial frame waits for its rest."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Add bytes as they came from the socket."""
        self._buffer += data

    def take_prefix(self, prefix: bytes) -> bool | None:
        """Remove `prefix` from the front: True when done, False when other bytes are there, None when too few are."""
        if len(self._buffer) < len(prefix):
            return None if prefix.startswith(self._buffer) else False
        if not self._buffer.startswith(prefix):
            return False
        del self._buffer[: len(prefix)]
        return True

    def next_frame(self) -> bytes | None:
        """The next whole frame without its prefix, or None. Raises FrameTooLong."""
        if len(self._buffer) < 4:
            return None
        size = int.from_bytes(self._buffer[:4], "big")
        if size > MAX_FRAME:
            raise FrameTooLong(f"a frame of {size} bytes was announced, {MAX_FRAME} are allowed")
        if len(self._buffer) < 4 + size:
            return None
        body = bytes(self._buffer[4 : 4 + size])
        del self._buffer[: 4 + size]
        return body


def split_fields(body: bytes) -> list[str]:
    """The fields of a frame. Bytes that are no UTF-8 are kept visible instead of failing."""
    fields = body.decode("utf-8", errors="backslashreplace").split("\0")
    if fields and not fields[-1]:
        fields.pop()
    return fields


class Cursor:
    """Reads the fields of one request in order. A missing field is a ValueError, which the session answers with 320."""

    def __init__(self, fields: Sequence[str]) -> None:
        self._fields = fields
        self._at = 0

    def text(self) -> str:
        """The next field as it is."""
        if self._at >= len(self._fields):
            raise ValueError(f"field {self._at} is missing")
        value = self._fields[self._at]
        self._at += 1
        return value

    def peek(self) -> str:
        """The next field, which is read again."""
        value = self.text()
        self._at -= 1
        return value

    def skip(self, count: int = 1) -> None:
        """Pass over `count` fields."""
        for _ in range(count):
            self.text()

    def integer(self) -> int:
        """The next field as a whole number of 32 bits; empty and the unset marks read as 0."""
        value = self.text()
        return 0 if is_unset(value) else whole(value)

    def identity(self) -> int:
        """The next field as the id of an order or a client: the mark for no value is a number like others here."""
        value = self.text()
        return NO_ID if value == UNSET_INTEGER else whole(value) if value else 0

    def decimal(self) -> Decimal | None:
        """The next field as a decimal; empty and the unset marks read as None."""
        value = self.text()
        if is_unset(value):
            return None
        return number(value)

    def flag(self) -> bool:
        """The next field as a boolean."""
        return self.text().lower() in ("1", "true")

    @property
    def left(self) -> int:
        """How many fields have not been read."""
        return len(self._fields) - self._at


def _is_number(value: str) -> bool:
    """Whether it is a finite number of a size that money, quantities and ids can have.

    Written out in full, a number with a huge exponent would take all memory and time there is.
    """
    if len(value) > _MAX_DIGITS:
        return False
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    return number.is_finite() and abs(number.adjusted()) <= _MAX_DIGITS


def number(value: str) -> Decimal:
    """Text as a decimal. ValueError when it is none, or none of a size that can occur."""
    if not _is_number(value):
        raise ValueError(f"{value[:40]!r} is not a number")
    return Decimal(value)


def whole(value: str) -> int:
    """Text as a whole number. ValueError when it is none, or has more than 32 bits."""
    found = number(value)
    if abs(found) > NO_ID:
        raise ValueError(f"{value[:40]!r} is out of range")
    if found % 1:
        raise ValueError(f"{value[:40]!r} is not a whole number")
    return int(found)
