"""When orders begin and end, as a function of the clock; how moments are written; when conditions hold."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tws_console.simulator import conditions
from tws_console.simulator.contracts import Contract, load_catalogue
from tws_console.simulator.hours import Hours, next_close, read_moment
from tws_console.simulator.market import Quote
from tws_console.simulator.orders import Condition, Terms

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # a Monday, 10:00 in New York


@dataclass
class Clock:
    """A clock that stands still."""

    time: datetime
    is_set: bool = True

    def now(self) -> datetime:
        return self.time


@pytest.fixture(scope="module")
def aapl() -> Contract:
    return load_catalogue(date(2026, 11, 20)).contracts[265598]


def _terms(**changes: object) -> Terms:
    return Terms("BUY", Decimal(1), **({"order_type": "LMT"} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("20261124 10:30:00 US/Eastern", datetime(2026, 11, 24, 15, 30, tzinfo=UTC)),
        ("20261124-10:30:00", datetime(2026, 11, 24, 10, 30, tzinfo=UTC)),
        ("20261124 10:30", datetime(2026, 11, 24, 15, 30, tzinfo=UTC)),
        ("10:30:00", datetime(2026, 11, 23, 15, 30, tzinfo=UTC)),
        ("10:30:00 UTC", datetime(2026, 11, 23, 10, 30, tzinfo=UTC)),
        ("20261124", datetime(2026, 11, 25, 4, 59, 59, tzinfo=UTC)),
    ],
)
def test_moment_is_read_when_written_as(written: str, moment: datetime) -> None:
    assert read_moment(written, NOW) == moment


@pytest.mark.parametrize(
    "written", ["", " ", "soon", "20261324 10:00:00", "20261124 25:00:00", "99990000", "10:00 ../x"]
)
def test_moment_raises_when_it_is_none(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_moment(written, NOW)


@pytest.mark.parametrize(
    ("hour", "terms", "is_open"),
    [
        (15, {}, True),
        (14, {}, False),
        (14, {"outside_rth": True}, True),
        (22, {"outside_rth": True}, True),
        (22, {"outside_rth": True, "order_type": "MKT"}, False),
        (5, {"outside_rth": True}, False),
    ],
)
def test_order_may_trade_in_its_hours_when_clock_is_set(
    aapl: Contract, hour: int, terms: dict[str, object], is_open: bool
) -> None:
    assert Hours(Clock(NOW.replace(hour=hour))).open_for(_terms(**terms), aapl) == is_open
    assert Hours(Clock(NOW.replace(hour=hour), is_set=False)).open_for(_terms(**terms), aapl)


def test_friday_evening_waits_for_monday_when_stock_is_regular(aapl: Contract) -> None:
    friday = datetime(2026, 11, 27, 23, 0, tzinfo=UTC)
    assert Hours(Clock(friday)).opening(_terms(), aapl) == datetime(2026, 11, 30, 14, 30, tzinfo=UTC)
    assert next_close(aapl, friday) == datetime(2026, 11, 30, 21, 0, tzinfo=UTC)


def test_day_order_has_no_end_when_clock_follows_the_wall(aapl: Contract) -> None:
    assert Hours(Clock(NOW, is_set=False)).end(_terms(), aapl) is None
    assert Hours(Clock(NOW)).end(_terms(), aapl) == datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
    assert Hours(Clock(NOW)).end(_terms(outside_rth=True), aapl) == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert Hours(Clock(NOW)).end(_terms(tif="GTC"), aapl) is None


def _unlisted(con_id: int) -> Quote:
    raise KeyError(con_id)


LATER, EARLIER = Condition("3", ("a", "1", "20261124 10:00:00")), Condition("3", ("o", "0", "20261124 10:00:00"))


@pytest.mark.parametrize(
    ("rows", "result"),
    [
        ((), True),
        ((LATER,), False),
        ((EARLIER,), True),
        ((EARLIER, LATER), True),
        ((LATER, EARLIER), False),
        ((Condition("1", ("a", "1", "0.5", "404", "SMART", "0")),), False),
        ((Condition("4", ("a", "1", "30")),), False),
    ],
)
def test_conditions_hold_together_when(rows: tuple[Condition, ...], result: bool) -> None:
    assert conditions.hold(rows, NOW, _unlisted) == result
