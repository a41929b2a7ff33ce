"""The broker's message codes as data: one row per meaning. Imports nothing of ours.

Numbers and their official texts: IBKR Campus TWS API docs, "Error Handling", and recordings of Gateway 10.40 in github
deepentropy/ibx. The words here are ours. Read it through `model.codes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a code is about."""

    ORDER = "order"
    REQUEST = "request"
    LINK = "link"
    FARM = "farm"
    DATA = "data"
    ACCOUNT = "account"
    CLIENT = "client"


class Effect(StrEnum):
    """What a code does to the thing it names."""

    NOTE = "note"
    """Nothing changes; a request it names goes on."""
    WARNING = "warning"
    """The order lives, perhaps not quite as asked."""
    REFUSED = "refused"
    """A new order or a request was turned down; no order state follows. A working order must be verified."""
    REJECTED = "rejected"
    """The broker refused the order (or a change of it): verify which."""
    CANCELLED = "cancelled"
    """Acknowledges a cancel; the order's status decides."""
    VERIFY = "verify"
    """The order's state is not known from this: ask for the open orders."""
    LAMP_TWS_DOWN = "lamp-tws-down"
    LAMP_TWS_UP_LOST = "lamp-tws-up-lost"
    """Back, but subscriptions are gone."""
    LAMP_TWS_UP_KEPT = "lamp-tws-up-kept"
    LAMP_DATA_DOWN = "lamp-data-down"
    LAMP_DATA_UP = "lamp-data-up"
    LAMP_DATA_IDLE = "lamp-data-idle"
    LAMP_DATA_CONNECTING = "lamp-data-connecting"
    LAMP_HISTORY_DOWN = "lamp-history-down"
    LAMP_HISTORY_UP = "lamp-history-up"
    LAMP_HISTORY_IDLE = "lamp-history-idle"
    LAMP_HISTORY_CONNECTING = "lamp-history-connecting"


class Severity(StrEnum):
    INFO = "i"
    WARN = "w"
    ERROR = "x"


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """One code: what it is about, what it does, how bad it is, plain words and what to do (empty: nothing)."""

    code: int
    kind: Kind
    effect: Effect
    severity: Severity
    meaning: str
    advice: str = ""


Row = tuple[tuple[int, ...], Kind, Effect, Severity, str, str]

_ORDER, _REQUEST, _LINK, _FARM, _DATA, _ACCOUNT, _CLIENT = Kind
_NOTE, _WARNING, _REFUSED, _REJECTED, _VERIFY = (
    Effect.NOTE,
    Effect.WARNING,
    Effect.REFUSED,
    Effect.REJECTED,
    Effect.VERIFY,
)
_I, _W, _X = Severity

_NEW_ORDER: tuple[Row, ...] = (
    ((103,), _ORDER, _REFUSED, _X, "order number was used before", "take the next id and send again"),
    ((106,), _ORDER, _REFUSED, _X, "order does not fit its type", "check type and fields"),
    ((107,), _ORDER, _REFUSED, _X, "order lacks a required field", "complete it"),
    (
        (109, 163, 382, 383, 451),
        _ORDER,
        _REFUSED,
        _X,
        "a precaution of TWS stopped it",
        "adjust the order or the presets",
    ),
    ((110,), _ORDER, _REFUSED, _X, "price is between two ticks", "round it to the market rule"),
    ((111,), _ORDER, _REFUSED, _X, "this order type cannot have this TIF", "change the TIF"),
    ((132,), _ORDER, _REFUSED, _X, "no clearing account", "set the account"),
    ((140, 141), _ORDER, _REFUSED, _X, "size or price is no number", "correct it"),
    ((144, 436), _ORDER, _REFUSED, _X, "allocation is missing or does not add up", "fix the allocation in TWS"),
    ((145,), _ORDER, _REFUSED, _X, "a field is invalid", "read the text and correct it"),
    ((146,), _ORDER, _REFUSED, _X, "trigger method is invalid", "leave it at its default"),
    ((152,), _ORDER, _REFUSED, _X, "hidden is not offered here", "unset hidden"),
    ((154,), _ORDER, _REFUSED, _X, "trading is halted", "wait for the halt to end"),
    ((158, 159), _ORDER, _REFUSED, _X, "trailing order lacks a valid offset", "enter an offset"),
    ((160, 434), _ORDER, _REFUSED, _X, "quantity is zero", "enter a quantity"),
    ((303,), _ORDER, _REFUSED, _X, "side is not allowed", "use BUY or SELL"),
    ((328,), _ORDER, _REFUSED, _X, "trailing stop cannot hang on this parent", "use a LMT or STP LMT parent"),
    ((355, 388), _ORDER, _REFUSED, _X, "size breaks the size rule", "change the size"),
    ((360,), _ORDER, _REFUSED, _X, "no preview for a smart combo", "go on without the preview"),
    ((361, 362, 403), _ORDER, _REFUSED, _X, "stop price is impossible", "correct the stop price"),
    ((387,), _ORDER, _REFUSED, _X, "order type is not offered for this contract", "choose one of its order types"),
    ((392,), _ORDER, _REFUSED, _X, "contract has expired", "take a later expiry"),
    ((400, 439, 441, 442, 443), _ORDER, _REFUSED, _X, "algo name or parameter is wrong", "fix the parameters"),
    ((401,), _ORDER, _REFUSED, _X, "OCA group name is invalid", "use at most 64 characters"),
    ((411,), _ORDER, _REFUSED, _X, "this order cannot trade outside regular hours", "unset outside_rth"),
    ((412,), _ORDER, _REFUSED, _X, "contract cannot be traded", "take another contract"),
    ((413,), _ORDER, _REFUSED, _X, "preview was sent with transmit off", "report this as a defect"),
    ((426,), _ORDER, _REFUSED, _X, "account holds too few to sell", "reduce the quantity"),
    ((435,), _ORDER, _REFUSED, _X, "login has several accounts", "name the account"),
    ((452, 464), _ORDER, _REFUSED, _X, "exchange is missing or invalid", "use SMART or a listed exchange"),
    ((458, 471), _ORDER, _REFUSED, _X, "order belongs to somebody else in TWS", "act on it where it was made"),
    ((460,), _ORDER, _REFUSED, _X, "no trading permission", "ask for it in Client Portal"),
    ((461,), _ORDER, _REFUSED, _X, "size is no multiple of the lot", "use whole lots"),
    ((463,), _ORDER, _REFUSED, _X, "price is invalid", "enter a valid price"),
    ((585,), _ORDER, _REFUSED, _X, "allocation profiles are gone", "use groups"),
    ((10006,), _ORDER, _REFUSED, _X, "child came before its parent", "send the parent first, then wait 50 ms"),
    ((10020,), _ORDER, _REFUSED, _X, "display size is wrong", "use 1 up to the order's size"),
    ((10052,), _ORDER, _REFUSED, _X, "TIF is missing or invalid", "use DAY, GTC or IOC"),
    ((10070,), _ORDER, _REFUSED, _X, "order type is invalid for this order", "change the type"),
    ((10119,), _ORDER, _REFUSED, _X, "API is in read-only mode", "untick Read-Only API in TWS, API, Settings"),
    ((10121, 10122), _ORDER, _REFUSED, _X, "this Gateway may only look", "use another login"),
    ((10132, 10136), _ORDER, _REFUSED, _X, "account may not trade", "see account management"),
    ((10141,), _ORDER, _REFUSED, _X, "paper disclaimer is not accepted", "accept it in TWS"),
    (tuple(range(10243, 10253)), _ORDER, _REFUSED, _X, "fractions are not supported here", "use whole units"),
    ((10318,), _ORDER, _REFUSED, _X, "fractions are not supported here", "use whole units"),
    ((10255, 10256, 10257, 10266, 10267, 10274), _ORDER, _REFUSED, _X, "attribute is not offered here", "unset it"),
    ((10268, 10269, 10270), _ORDER, _REFUSED, _X, "an attribute no longer exists", "unset it"),
    ((10285,), _ORDER, _REFUSED, _X, "client is too old for fractional sizes", "use whole units"),
    ((10289, 10290), _ORDER, _REFUSED, _X, "crypto wants a cash quantity", "give the amount of money"),
    ((10348,), _ORDER, _REFUSED, _X, "opting out of smart routing is not supported", "unset it"),
)

_LIVE_ORDER: tuple[Row, ...] = (
    ((104,), _ORDER, _VERIFY, _X, "order is already done, nothing was changed", "refresh the orders"),
    ((105, 422), _ORDER, _VERIFY, _X, "this part of an order cannot be changed", "cancel it and enter a new one"),
    ((133, 134), _ORDER, _VERIFY, _X, "order or change was not taken", "refresh the orders"),
    ((135,), _ORDER, _VERIFY, _X, "parent or order is not known", "refresh, check the parent"),
    ((136,), _ORDER, _VERIFY, _X, "order cannot be cancelled", "refresh the orders"),
    ((161,), _ORDER, _VERIFY, _W, "is already being cancelled or done", "refresh the orders"),
    ((201, 203), _ORDER, _REJECTED, _X, "the broker refused it", "read the reason"),
    ((202,), _ORDER, Effect.CANCELLED, _I, "order is cancelled", ""),
    ((329, 462), _ORDER, _WARNING, _W, "type or TIF cannot change, the old order lives", "cancel it, enter a new one"),
    ((399,), _ORDER, _WARNING, _W, "accepted with a message, often held until the open", ""),
    ((404,), _ORDER, _WARNING, _W, "short sale waits for shares to borrow", "wait or cancel"),
    ((440, 10067), _ORDER, _VERIFY, _X, "algo or trail cannot be changed like this", "cancel it and enter a new one"),
    ((481,), _ORDER, _WARNING, _W, "the broker reduced the size", "look at the new size"),
    ((2102,), _ORDER, _WARNING, _W, "change was NOT sent, the last one is in work", "try again after its answer"),
    ((2109,), _ORDER, _WARNING, _W, "outside-hours flag is ignored, order goes on", ""),
    ((2137,), _ORDER, _WARNING, _W, "order turns long into short or back", "make sure that you mean it"),
    ((2147,), _ORDER, _VERIFY, _W, "two orders carry one id", "tell them apart by permId"),
    ((2161,), _ORDER, _WARNING, _W, "limit price was capped", "watch the fill"),
    ((2168, 2169, 2170), _ORDER, _WARNING, _W, "an old attribute is ignored", ""),
    ((2174,), _REQUEST, _NOTE, _W, "a time was sent without a zone", ""),
    ((2176,), _ORDER, _WARNING, _W, "fractional size was trimmed", "look at the size"),
    ((10147,), _ORDER, _VERIFY, _X, "not an order of this client, or gone", "refresh; only its owner can cancel it"),
    ((10148,), _ORDER, _VERIFY, _W, "is done or cannot be cancelled now", "refresh the orders"),
    ((10149,), _ORDER, _REFUSED, _X, "order has no id here (made by hand in TWS)", "cancel it in TWS"),
    ((10241, 10242), _ORDER, _VERIFY, _W, "cannot be changed through the API", "cancel it and enter a new one"),
    ((10311, 10329, 10347), _ORDER, _WARNING, _W, "TWS wants a notice accepted first", "accept it in TWS, look at it"),
    ((10326, 10327, 10341), _ORDER, _VERIFY, _W, "group or parent cannot be changed", "cancel it and enter a new one"),
    ((10328,), _ORDER, _VERIFY, _X, "link was lost, the order's state is open", "reconcile before doing anything"),
    ((10349,), _ORDER, _NOTE, _I, "a preset set the TIF to DAY", ""),
)

_REQUESTS: tuple[Row, ...] = (
    ((0,), _REQUEST, _NOTE, _W, "nearly too many messages per second", "slow down"),
    ((100,), _REQUEST, _REFUSED, _X, "too many messages, the third time disconnects", "slow down"),
    ((102, 385, 386), _REQUEST, _REFUSED, _X, "request number was used twice", "report this as a defect"),
    ((200,), _REQUEST, _REFUSED, _X, "contract is unknown or not unique", "search it, set the primary exchange"),
    ((300, 365, 366), _REQUEST, _NOTE, _I, "cancel of a request that is not there", ""),
    ((320,), _REQUEST, _REFUSED, _X, "message could not be read", "read the cause"),
    ((321,), _REQUEST, _REFUSED, _X, "TWS refuses the request", "read the cause"),
    ((322,), _REQUEST, _REFUSED, _X, "request could not be done", "read the cause"),
    ((327,), _REQUEST, _REFUSED, _X, "only client 0 can bind manual orders", ""),
    ((406,), _REQUEST, _REFUSED, _X, "currency is not allowed", "correct the currency"),
    ((478,), _REQUEST, _REFUSED, _X, "conId and symbol disagree", "send the conId only"),
    ((2146,), _REQUEST, _NOTE, _W, "order id is too high", "reset the id sequence in TWS"),
    ((10159,), _REQUEST, _REFUSED, _X, "symbol search failed", "try again"),
    ((10198,), _REQUEST, _REFUSED, _X, "manual order was not bound", "see whether the API is read-only"),
    ((10230, 10231), _REQUEST, _REFUSED, _X, "adviser settings are unsaved or invalid", "fix them in TWS"),
)

_MARKET_DATA: tuple[Row, ...] = (
    ((101,), _DATA, _REFUSED, _X, "all market data lines are in use", "close quotes here or in TWS"),
    ((162,), _DATA, _REFUSED, _X, "no history: no data, no permission or too fast", "read the text, wait 15 s"),
    ((165, 492), _DATA, _NOTE, _I, "note on a history or scanner request", ""),
    ((166,), _DATA, _REFUSED, _X, "no history of an expired contract", "take another contract"),
    ((309, 456, 10190), _DATA, _REFUSED, _X, "too many streams of this kind", "close one"),
    ((310,), _DATA, _NOTE, _I, "depth was already closed", ""),
    ((316, 317), _DATA, _NOTE, _W, "depth was halted or reset", "rebuild the book"),
    ((354,), _DATA, _REFUSED, _X, "no subscription to this data", "use delayed data"),
    ((420, 10187, 10189), _DATA, _REFUSED, _X, "live data refused: too fast or no permission", "wait, or delayed data"),
    ((430,), _DATA, _REFUSED, _X, "no such data for this contract", ""),
    ((2152,), _DATA, _NOTE, _I, "which exchanges give depth", ""),
    ((10089, 10090, 10091), _DATA, _NOTE, _W, "part of the data is not licensed for the API", "delayed data may come"),
    ((10167,), _DATA, _NOTE, _W, "no subscription: delayed data follows", ""),
    ((10168, 10186), _DATA, _REFUSED, _X, "no subscription and delayed data is off", "switch delayed data on"),
    ((10182,), _DATA, _REFUSED, _X, "live updates stopped", "ask again"),
    ((10197,), _DATA, _NOTE, _W, "another session of this user has the data", "log out there"),
    ((10225,), _DATA, _REFUSED, _W, "stream ended by a trade bust", "subscribe again"),
)

_ACCOUNTS: tuple[Row, ...] = (
    ((2100,), _ACCOUNT, _NOTE, _W, "a newer subscription took the account data", "subscribe again if needed"),
    ((2101,), _ACCOUNT, _NOTE, _W, "another client watches another account", "ask per account"),
    ((2151,), _ACCOUNT, _NOTE, _W, "positions are still loading", "wait"),
    ((10183, 10184), _ACCOUNT, _REFUSED, _W, "P&L was refused", "ask again"),
    ((10185,), _ACCOUNT, _NOTE, _I, "P&L was not subscribed", ""),
)

_FARMS: tuple[Row, ...] = (
    ((2103,), _FARM, Effect.LAMP_DATA_DOWN, _W, "a market data farm is down", "wait"),
    ((2104,), _FARM, Effect.LAMP_DATA_UP, _I, "a market data farm is up", ""),
    ((2108,), _FARM, Effect.LAMP_DATA_IDLE, _I, "a market data farm is idle, which is normal", ""),
    ((2119,), _FARM, Effect.LAMP_DATA_CONNECTING, _I, "a market data farm is connecting", ""),
    ((2105,), _FARM, Effect.LAMP_HISTORY_DOWN, _W, "the historical data farm is down", "wait"),
    ((2106,), _FARM, Effect.LAMP_HISTORY_UP, _I, "the historical data farm is up", ""),
    ((2107,), _FARM, Effect.LAMP_HISTORY_IDLE, _I, "the historical data farm is idle, which is normal", ""),
    ((2120,), _FARM, Effect.LAMP_HISTORY_CONNECTING, _I, "the historical data farm is connecting", ""),
    ((2157,), _FARM, _NOTE, _W, "the contract data farm is down", "wait"),
    ((2158, 2159, 2160), _FARM, _NOTE, _I, "the contract data farm is up, idle or connecting", ""),
)

_LINKS: tuple[Row, ...] = (
    (
        (1100, 2110),
        _LINK,
        Effect.LAMP_TWS_DOWN,
        _X,
        "TWS lost the broker; the socket is fine",
        "wait, nothing is current",
    ),
    ((1101,), _LINK, Effect.LAMP_TWS_UP_LOST, _W, "TWS is back, subscriptions are gone", "subscribe again, reconcile"),
    ((1102,), _LINK, Effect.LAMP_TWS_UP_KEPT, _I, "TWS is back, subscriptions are kept", "reconcile"),
    ((1300,), _LINK, _NOTE, _X, "TWS moved to another port", "reconnect there"),
    ((2172,), _LINK, _NOTE, _W, "this TWS version will soon not be served", "upgrade TWS"),
    ((326,), _CLIENT, _REFUSED, _X, "client id is in use by another program", "choose another client id"),
    ((502,), _CLIENT, _REFUSED, _X, "nothing answers at this host and port", "start TWS, check port and API setting"),
    ((504,), _CLIENT, _REFUSED, _X, "not connected", "reconnect"),
    ((507,), _CLIENT, _REFUSED, _X, "server closed: client id in use, or TWS locked", "try another client id"),
    ((501, 503, 505, 506, 508, 509), _CLIENT, _REFUSED, _X, "client library and TWS disagree", "reconnect, upgrade"),
)

ROWS: tuple[Row, ...] = (*_NEW_ORDER, *_LIVE_ORDER, *_REQUESTS, *_MARKET_DATA, *_ACCOUNTS, *_FARMS, *_LINKS)
