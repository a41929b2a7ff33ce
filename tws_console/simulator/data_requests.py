"""Owns the requests about contracts and quotes, and gathers those about all other market data.

Imports `gateway`, `session`, `contracts`, `messages` and the modules of the other requests about the market.
"""

from typing import NamedTuple

from tws_console.simulator import generic_ticks, history, messages, news_requests, option_requests, schedule
from tws_console.simulator.contracts import CONTINUOUS, Contract, read_details_query, read_query
from tws_console.simulator.depth_requests import DEPTH_REQUESTS
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.histogram import HISTOGRAM_REQUESTS
from tws_console.simulator.history_requests import HISTORY_REQUESTS
from tws_console.simulator.lines import all_taken
from tws_console.simulator.market import STEPS, step_of
from tws_console.simulator.news_requests import NEWS_REQUESTS
from tws_console.simulator.option_requests import OPTION_REQUESTS
from tws_console.simulator.resolving import described, one_contract, refuse_type
from tws_console.simulator.scanner_requests import SCANNER_REQUESTS
from tws_console.simulator.session import Feed, Session
from tws_console.simulator.stream_requests import STREAM_REQUESTS
from tws_console.simulator.wire import Cursor, frame

DELAYED_SHOWN = "Requested market data is not subscribed. Displaying delayed market data."
NOT_ENTITLED = (
    "Requested market data requires additional subscription for API. See link in 'Market Data Connections' dialog for "
    "more details.Delayed market data is available."
)
NOT_SUBSCRIBED = (
    "Requested market data is not subscribed. Check API status by selecting the Account menu then under Management "
    "choose Market Data Subscription Manager and/or availability of delayed data.Delayed market data is available."
)
PART_NOT_SUBSCRIBED = (
    "Part of requested market data is not subscribed. Subscription-independent ticks are still active."
    "Delayed market data is available."
)
NO_COMBO_DETAILS = "'BAG' isn't supported for contract data request"
NO_GENERIC_SNAPSHOT = "Snapshot market data subscription is not applicable to generic ticks"
DELAY_STEPS = 900 * STEPS


def contract_details(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqContractDetails (9): every listing that fits, then the end; 200 or 478 when there is none."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id = cursor.integer()
    query = read_details_query(cursor)
    if query.sec_type == "BAG":
        session.send_error(request_id, 321, f"Error validating request.-'bQ' : cause - {NO_COMBO_DETAILS}")
        return
    rows = described(gateway, session, request_id, query)
    if not rows:
        return
    now = gateway.clock.now()
    for contract in rows:
        exchange = query.exchange or contract.default_exchange
        under = gateway.catalogue.contracts.get(contract.under_con_id)
        always = not gateway.clock.is_set
        session.send(
            messages.contract_details(
                request_id, contract, exchange, now, session.version, under=under, always_open=always
            )
        )
    session.send(frame(52, 1, request_id))


def matching_symbols(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqMatchingSymbols (81)."""
    cursor = Cursor(fields)
    request_id, pattern = cursor.integer(), cursor.text()
    found = [(row, gateway.catalogue.derivatives_of(row.con_id)) for row in gateway.catalogue.search(pattern)]
    session.send(messages.symbol_samples(request_id, found, session.version))


def market_rule(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqMarketRule (91)."""
    number = Cursor(fields).integer()
    bands = gateway.catalogue.rules.get(number)
    if bands is None:
        session.send_error(-1, 321, f"Error validating request.-'bW' : cause - Invalid market rule id: {number}")
    else:
        session.send(messages.market_rule(number, bands))


def market_data_type(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqMarketDataType (59): 1 live, 2 frozen, 3 delayed, 4 delayed and frozen."""
    cursor = Cursor(fields)
    cursor.skip()
    kind = cursor.integer()
    if kind in (1, 2, 3, 4):
        session.subscriptions.data_type = kind
    else:
        session.send_error(-1, 321, f"Error validating request.-'bW' : cause - Invalid market data type: {kind}")


def market_data(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqMktData (1): live where entitled, delayed where asked for, else 10089 or 354 and nothing."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id = cursor.integer()
    query = read_query(cursor)
    if query.sec_type == "BAG":
        cursor.skip(cursor.integer() * 4)
    if cursor.flag():  # delta-neutral contract
        cursor.skip(3)
    written, snapshot = cursor.text(), cursor.flag()
    regulatory = cursor.flag() if cursor.left else False
    generic = generic_ticks.read(written)
    if request_id in session.subscriptions.feeds:
        session.send_error(request_id, 322, "Error processing request.-'bY' : cause - Duplicate ticker id")
    elif generic is None:
        session.send_error(request_id, 321, generic_ticks.refusal(written, query.sec_type))
    elif generic and (snapshot or regulatory):
        session.send_error(request_id, 321, f"Error validating request.-'bQ' : cause - {NO_GENERIC_SNAPSHOT}")
    elif query.sec_type == CONTINUOUS:
        refuse_type(session, request_id)
    else:
        contract = one_contract(gateway, session, request_id, query)
        if contract is not None:
            _start_feed(gateway, session, request_id, contract, generic, _Once(snapshot, regulatory))


class _Once(NamedTuple):
    """Whether quotes are wanted once only, and whether they are the paid ones that need no subscription."""

    snapshot: bool
    regulatory: bool


def _start_feed(
    gateway: Gateway, session: Session, request_id: int, contract: Contract, generic: list[str], once: _Once
) -> None:
    asked = session.subscriptions.data_type
    entitled = contract.entitled or (once.regulatory and _from_united_states(contract))
    if not entitled and asked < 3:
        code, text = (10089, NOT_ENTITLED) if _from_united_states(contract) else (354, NOT_SUBSCRIBED)
        session.send_error(request_id, code, f"{text}{_market(contract)}")
        return
    if not any(once) and all_taken(gateway, contract):
        session.send_error(request_id, 101, "Max number of tickers has been reached")
        return
    numbers = messages.LIVE if entitled else messages.DELAYED
    feed = Feed(contract, numbers, delayed=not entitled, generic=() if not entitled else tuple(generic))
    shut = gateway.clock.is_set and not schedule.is_open(contract, gateway.clock.now(), liquid=False)
    if shut and asked in (2, 4):
        feed.frozen_at = step_of(schedule.last_closing(contract, gateway.clock.now(), liquid=False)) - 1
    if feed.delayed:
        session.send_error(request_id, 10167, DELAYED_SHOWN)
        if generic:
            session.send_error(request_id, 10090, f"{PART_NOT_SUBSCRIBED}{_market(contract)}")
    session.send(frame(81, request_id, contract.min_tick, "9c0001", 3))
    session.send(frame(58, 1, request_id, (3 if feed.delayed else 1) + (feed.frozen_at is not None)))
    session.send(feed_update(gateway, request_id, feed))
    if any(once):
        session.send(frame(57, 1, request_id))
        return
    session.subscriptions.feeds[request_id] = feed
    if generic_ticks.NEWS in generic:
        news_requests.follow(gateway, session, request_id, contract)


def _from_united_states(contract: Contract) -> bool:
    """Stocks whose quotes TWS itself shows to everyone, but gives to the API for a subscription only."""
    return contract.sec_type == "STK" and contract.currency == "USD"


def _market(contract: Contract) -> str:
    """The market as these texts name it: AAPL NASDAQ.NMS/TOP/ALL, XOM NYSE/TOP/ALL."""
    tier = "" if contract.market_name == contract.symbol else f".{contract.market_name}"
    return f"{contract.symbol} {contract.primary}{tier}/TOP/ALL"


def feed_update(gateway: Gateway, request_id: int, feed: Feed) -> bytes:
    """The ticks for what has changed of one subscription since the last time."""
    market, contract = gateway.market, feed.contract
    if feed.frozen_at is not None:
        if feed.sent is not None:
            return b""
        step, quote = feed.frozen_at, market.quote_at(contract.con_id, feed.frozen_at)
    elif feed.delayed:
        step = market.step - DELAY_STEPS
        quote = market.quote_at(contract.con_id, step)
    else:
        step, quote = market.step, market.quote(contract.con_id)
    if quote is feed.sent or quote == feed.sent:
        return b""
    if contract.sec_type == "IND":
        changed = messages.index_ticks(request_id, feed.numbers, feed.sent, quote)
    elif contract.sec_type in history.NEVER_TRADED:
        changed = messages.quote_ticks(request_id, feed.numbers, feed.sent, quote)
    else:
        changed = messages.ticks(request_id, feed.numbers, feed.sent, quote)
    if contract.is_option:
        changed += option_requests.greek_ticks(gateway, request_id, feed, quote, step)
    changed += generic_ticks.standing(request_id, feed, step)
    if feed.generic:
        changed += generic_ticks.changed(request_id, generic_ticks.Moment(gateway, feed, quote, step))
    feed.sent = quote
    return changed


def cancel_market_data(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelMktData (2)."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id = cursor.integer()
    session.subscriptions.streams.pop(("news", request_id), None)
    if session.subscriptions.feeds.pop(request_id, None) is None:
        session.send_error(request_id, 300, f"Can't find EId with tickerId:{request_id}")


DATA_REQUESTS = {
    1: market_data,
    2: cancel_market_data,
    9: contract_details,
    59: market_data_type,
    81: matching_symbols,
    91: market_rule,
    **OPTION_REQUESTS,
    **HISTORY_REQUESTS,
    **HISTOGRAM_REQUESTS,
    **STREAM_REQUESTS,
    **DEPTH_REQUESTS,
    **SCANNER_REQUESTS,
    **NEWS_REQUESTS,
}
