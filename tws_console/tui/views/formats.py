"""How numbers, times and names are written. Pure functions over text and Decimal; imports nothing of ours.

None is always `?` (unknown) here; the caller writes `-` where a value is not set or does not apply.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

EXCHANGE_TIME = ZoneInfo("America/New_York")
NOT_KNOWN = "?"


def clean(text: str) -> str:
    """Text of a broker or a file as one printable line: control characters become blanks."""
    return text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)


def tick_decimals(min_tick: Decimal | None) -> int:
    """Decimals of a price with this smallest step, 2 where it is not known."""
    if min_tick is None or min_tick <= 0:
        return 2
    exponent = min_tick.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 2


def price(value: Decimal | None, min_tick: Decimal | None = None) -> str:
    """A price with its tick's decimals and no thousands separator; digits beyond the tick are shown, not rounded."""
    if value is None:
        return NOT_KNOWN
    own = value.normalize().as_tuple().exponent
    decimals = max(tick_decimals(min_tick), -own if isinstance(own, int) else 0)
    return f"{value:.{decimals}f}"


def average(value: Decimal | None, min_tick: Decimal | None = None) -> str:
    """An average price, rounded to the decimals of the tick (at least two)."""
    return NOT_KNOWN if value is None else f"{value:.{max(2, tick_decimals(min_tick))}f}"


def quantity(value: Decimal | None, *, signed: bool = False) -> str:
    """Units with separators, decimals as the broker sent them (`250,000`, `0.25`); a sign only where asked for."""
    if value is None:
        return NOT_KNOWN
    plain = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    return f"{plain:+,f}" if signed and plain else f"{plain:,f}"


def money(value: Decimal | None) -> str:
    """Whole units of currency with separators."""
    if value is None:
        return NOT_KNOWN
    rounded = value.quantize(Decimal(1), ROUND_HALF_EVEN)
    return f"{rounded or Decimal(0):,f}"


def pnl(value: Decimal | None, decimals: int = 2) -> str:
    """Profit or loss with its sign always; a reported zero has none."""
    if value is None:
        return NOT_KNOWN
    rounded = round(value, decimals) if decimals else value.quantize(Decimal(1), ROUND_HALF_EVEN)
    return f"{rounded:+,.{decimals}f}" if rounded else f"{Decimal(0):.{decimals}f}"


def pnl_tone(value: Decimal | None) -> str:
    """Tone of a profit or loss."""
    if value is None:
        return "warn"
    return "up" if value > 0 else "down" if value < 0 else "muted"


def percent(value: Decimal | None, *, signed: bool = False) -> str:
    """`value` is a fraction (0.0034 is 0.34%): two decimals below 10 %, one above."""
    if value is None:
        return NOT_KNOWN
    points = value * 100
    decimals = 2 if abs(points) < 10 else 1
    if not round(points, decimals):
        # A sign is for what moved: neither a zero nor what rounds to one has it.
        return f"{Decimal(0):.{decimals}f}%"
    return f"{points:+.{decimals}f}%" if signed else f"{points:.{decimals}f}%"


_AGES = ((60, 1, "s"), (3600, 60, "m"), (86400, 3600, "h"))


def age(seconds: float | None) -> str:
    """Three cells at most: `0s` … `59s` `1m` … `59m` `1h` … `23h` `1d` … `99d`."""
    if seconds is None:
        return NOT_KNOWN
    whole = max(0, int(seconds))
    for limit, unit, letter in _AGES:
        if whole < limit:
            return f"{whole // unit}{letter}"
    return f"{min(99, whole // 86400)}d"


def list_age(seconds: float | None) -> str:
    """Age of a full list: tenths below ten seconds, then as `age`."""
    if seconds is None:
        return "-"
    return f"{max(0.0, seconds):.1f}s" if seconds < 9.95 else age(seconds)


def since(start: datetime | None, now: datetime) -> str:
    """Age of something that began at `start` (aware)."""
    return NOT_KNOWN if start is None else age((now - start).total_seconds())


def moment(text: str, now: datetime) -> str:
    """A time in ISO 8601 as the time of day, with the day before it when that is another one; other text as it is."""
    try:
        at = datetime.fromisoformat(text).astimezone(EXCHANGE_TIME)
    except ValueError:
        return clean(text)
    return clock(at) if at.date() == now.astimezone(EXCHANGE_TIME).date() else f"{at:%Y-%m-%d %H:%M}"


def clock(at: datetime) -> str:
    """Time of day at the exchanges of New York, `09:12:44`."""
    return at.astimezone(EXCHANGE_TIME).strftime("%H:%M:%S")


def account_short(account: str) -> str:
    """`DU1234567` as `DU…4567`, for titles."""
    account = clean(account)
    return account if len(account) <= 7 else f"{account[:2]}…{account[-4:]}"


def account_tail(account: str) -> str:
    """The last four characters, for columns."""
    return clean(account)[-4:] or NOT_KNOWN


def cut_middle(text: str, room: int) -> str:
    """A name shortened in the middle. Its last words (strike, right) stay whole as far as they fit: a strike of which
    the first digits are missing is another strike.
    """
    if len(text) <= room:
        return text
    if room < 3:
        return text[:room]
    tails = [text[index + 1 :] for index, letter in enumerate(text) if letter == " "]
    tail = next((tail for tail in tails if len(tail) <= room - 3), "") or text[len(text) - (room - 1) // 2 :]
    return f"{text[: room - 1 - len(tail)]}…{tail}"


def cut_end(text: str, room: int) -> str:
    """Words shortened at their end."""
    if len(text) <= room:
        return text
    return f"{text[: room - 1]}…" if room > 0 else ""


def day_trades(left: int | None) -> str:
    """Day trades left; TWS says -1 for an account without a limit."""
    if left is None:
        return "?"
    return "any" if left < 0 else str(left)
