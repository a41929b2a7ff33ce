"""Owns the ticks that come with a generic tick list, and those that come with every subscription beside prices.

Imports `gateway`, `history`, `session`, `wire`. Numbers as in IBKR Campus TWS API docs, Available Tick Types; the list
of legal ones as a recorded Gateway names it in its refusal (github deepentropy/ibx), with 104 and 162, which the
documentation still has.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from tws_console.simulator import history
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.market import DAY_STEPS, STEP_SECONDS, STEPS, Quote, day_of
from tws_console.simulator.session import Feed
from tws_console.simulator.wire import frame, plain, seal

LEGAL = (
    "100(Option Volume),101(Option Open Interest),104(hvolrt30),105(Average Opt Volume),106(impvolat),"
    "162(Index Future Premium),165(Misc. Stats),221/220(Creditman Mark Price),225(Auction),232/221(Pl Price),"
    "233(RTVolume),236(inventory),258/47(Fundamentals),292(Wide_news),293(TradeCount),294(TradeRate),295(VolumeRate),"
    "318(LastRTHTrade),375(RTTrdVolume),411(rthistvol),456/59(IBDividends),460(Bond Factor Multiplier),"
    "577(EtfNavLast(navlast)),586(IPOHLMPRC),587(Pl Price Delayed),588(Futures Open Interest),"
    "595(Short-Term Volume X Mins),614(EtfNavMisc(high/low)),619(Creditman Slow Mark Price),"
    "623(EtfFrozenNavLast(fznavlast))"
)
NEWS = "292"
_MODIFIERS = ("mdoff", "")
_NUMBERS = frozenset(
    part.partition("(")[0] for entry in LEGAL.split(",") for part in entry.split("/") if part[:1].isdigit()
)
PRICE, SIZE, GENERIC, STRING = 1, 2, 45, 46


class Moment(NamedTuple):
    """What a tick is made from: a subscription and the quote that it shows."""

    gateway: Gateway
    feed: Feed
    quote: Quote
    step: int


Tick = tuple[int, int, Decimal | int | str]


def read(written: str) -> list[str] | None:
    """The numbers of a generic tick list; None when one of them is not legal."""
    wanted = []
    for part in written.replace(" ", "").split(","):
        number, colon, providers = part.partition(":")
        if number in _MODIFIERS and not colon:
            continue
        if number not in _NUMBERS or (colon and not (number == NEWS and providers)):
            return None
        wanted.append(number)
    return wanted


def refusal(written: str, sec_type: str) -> str:
    """The text of error 321 for a list with something else in it."""
    cause = f"Incorrect generic tick list of {written}.  Legal ones for ({sec_type}) are: {LEGAL}"
    return f"Error validating request.-'bQ' : cause - {cause}"


def changed(request_id: int, moment: Moment) -> bytes:
    """The messages for what differs from what this subscription was sent last."""
    feed, parts = moment.feed, []
    for number in feed.generic:
        for kind, tick, value in _MAKERS[number](moment) if number in _MAKERS else ():
            written = plain(value) if isinstance(value, Decimal) else str(value)
            if feed.told.get(tick) != written:
                feed.told[tick] = written
                parts.append(_message(kind, request_id, tick, written))
    return b"".join(parts)


def _message(kind: int, request_id: int, tick: int, written: str) -> bytes:
    return frame(kind, 6, request_id, tick, written, *([0, 0] if kind == PRICE else []))


def standing(request_id: int, feed: Feed, step: int) -> bytes:
    """What comes without being asked for: that trading is not halted, the venues, the time of the last trade."""
    second = str(step // STEPS)
    parts = []
    if feed.sent is None:
        parts.append(frame(GENERIC, 6, request_id, 90 if feed.delayed else 49, 0))
        if not feed.delayed and feed.contract.sec_type == "STK":
            parts += [
                frame(STRING, 6, request_id, tick, letters) for tick, letters in ((32, "ABD"), (33, "AB"), (84, "A"))
            ]
    if feed.told.get(45) != second and feed.contract.sec_type not in history.NEVER_TRADED:
        feed.told[45] = second
        parts.append(seal((str(STRING), "6", str(request_id), "88" if feed.delayed else "45", second)))
    return b"".join(parts)


# --- what each number brings ----------------------------------------------------------------------------------------


def _option_volume(moment: Moment) -> Iterator[Tick]:
    lot = moment.quote.volume // 100
    yield SIZE, 29, lot * 3
    yield SIZE, 30, lot * 2


def _open_interest(moment: Moment) -> Iterator[Tick]:
    contract = moment.feed.contract
    held = 1000 + contract.con_id % 9000
    if contract.right != "P":
        yield SIZE, 27, held
    if contract.right != "C":
        yield SIZE, 28, held * 2 // 3


def _volatility(tick: int, kind: str) -> Callable[[Moment], Iterator[Tick]]:
    def make(moment: Moment) -> Iterator[Tick]:
        if history.offers(moment.feed.contract, kind):
            yield GENERIC, tick, history.figure(moment.feed.contract, kind, moment.quote.close)

    return make


def _statistics(moment: Moment) -> Iterator[Tick]:
    """Extremes of 13, 26 and 52 weeks up to yesterday, and the average volume of a day."""
    contract, market = moment.feed.contract, moment.gateway.market
    last = day_of(moment.step) - 1
    for tick, weeks in ((15, 13), (17, 26), (19, 52)):
        extent = market.extent(contract, last - weeks * 7 * DAY_STEPS, last)
        yield PRICE, tick, extent.low
        yield PRICE, tick + 1, extent.high
    yield SIZE, 21, market.extent(contract, last - 90 * DAY_STEPS, last).volume // 90


def _auction(moment: Moment) -> Iterator[Tick]:
    yield SIZE, 34, moment.quote.bid_size * 10
    yield PRICE, 35, moment.quote.last
    yield SIZE, 36, moment.quote.ask_size
    yield SIZE, 61, 0


def _price(tick: int) -> Callable[[Moment], Iterator[Tick]]:
    return lambda moment: iter([(PRICE, tick, moment.quote.last)])


def _real_time_volume(tick: int) -> Callable[[Moment], Iterator[Tick]]:
    def make(moment: Moment) -> Iterator[Tick]:
        quote, at = moment.quote, int(moment.step * STEP_SECONDS * 1000)
        average = (quote.high + quote.low + quote.last) / 3
        row = (plain(quote.last), quote.last_size, at, quote.volume, plain(round(average, 8)), "true")
        yield STRING, tick, ";".join(map(str, row))

    return make


def _shortable(moment: Moment) -> Iterator[Tick]:
    yield GENERIC, 46, 3
    yield SIZE, 89, moment.feed.contract.displayed * 10_000


def _trade_count(moment: Moment) -> Iterator[Tick]:
    yield GENERIC, 54, (moment.step - day_of(moment.step)) // 2


def _volume_rate(moment: Moment) -> Iterator[Tick]:
    yield GENERIC, 56, moment.quote.last_size * 240


def _short_term_volume(moment: Moment) -> Iterator[Tick]:
    for tick, minutes in ((63, 3), (64, 5), (65, 10)):
        first = moment.step - minutes * 60 * STEPS
        yield SIZE, tick, moment.gateway.market.extent(moment.feed.contract, first, moment.step).volume


def _net_asset_value(*ticks: tuple[int, str]) -> Callable[[Moment], Iterator[Tick]]:
    def make(moment: Moment) -> Iterator[Tick]:
        if moment.feed.contract.stock_type == "ETF":
            for tick, name in ticks:
                yield PRICE, tick, getattr(moment.quote, name)

    return make


def _only(sec_types: tuple[str, ...], make: Callable[[Moment], Iterator[Tick]]) -> Callable[[Moment], Iterator[Tick]]:
    return lambda moment: make(moment) if moment.feed.contract.sec_type in sec_types else iter(())


_STOCKS = ("STK",)
_MAKERS: dict[str, Callable[[Moment], Iterator[Tick]]] = {
    "100": _only(("STK", "IND"), _option_volume),
    "101": _only(("STK", "IND", "OPT", "FOP"), _open_interest),
    "104": _volatility(23, "HISTORICAL_VOLATILITY"),
    "105": _only(_STOCKS, lambda moment: iter([(SIZE, 87, moment.feed.contract.displayed * 40)])),
    "106": _volatility(24, "OPTION_IMPLIED_VOLATILITY"),
    "162": _only(("IND",), lambda moment: iter([(GENERIC, 31, 0)])),
    "165": _only(("STK", "IND", "FUT"), _statistics),
    "220": _price(37),
    "221": _price(37),
    "225": _only(_STOCKS, _auction),
    "232": _price(37),
    "233": _only(("STK", "FUT", "OPT", "FOP", "CRYPTO"), _real_time_volume(48)),
    "236": _only(_STOCKS, _shortable),
    "293": _only(("STK", "FUT"), _trade_count),
    "294": _only(("STK", "FUT"), lambda moment: iter([(GENERIC, 55, 120)])),
    "295": _only(("STK", "FUT"), _volume_rate),
    "318": _only(_STOCKS, _price(57)),
    "375": _only(("STK", "FUT", "OPT", "FOP", "CRYPTO"), _real_time_volume(77)),
    "411": _volatility(58, "HISTORICAL_VOLATILITY"),
    "456": _only(_STOCKS, lambda moment: iter([(STRING, 59, ",,,")])),
    "460": _only(("BOND",), lambda moment: iter([(GENERIC, 60, 1)])),
    "577": _net_asset_value((96, "last")),
    "588": _only(("FUT",), lambda moment: iter([(SIZE, 86, moment.feed.contract.displayed * 3000)])),
    "595": _only(_STOCKS, _short_term_volume),
    "614": _net_asset_value((98, "high"), (99, "low")),
    "619": _price(79),
    "623": _net_asset_value((97, "close")),
}
