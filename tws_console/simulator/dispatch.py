"""Owns which request goes where, and the answers to malformed ones. Imports the request modules."""

from collections.abc import Callable

from tws_console.simulator.account_requests import ACCOUNT_REQUESTS
from tws_console.simulator.data_requests import DATA_REQUESTS
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.login_requests import LOGIN_REQUESTS
from tws_console.simulator.order_requests import ORDER_REQUESTS
from tws_console.simulator.session import Session
from tws_console.simulator.wire import Cursor, frame

START_API = 71
_NAMES_ORDER = (3, 4)
# Requests that carry a number of their own, behind a version field or as the first field.
_NUMBERED_SECOND = frozenset(
    {1, 2, 4, 7, 9, 10, 11, 21, 23, 25, *range(50, 58), 62, 63, *range(67, 71), *range(74, 78)}
)
_NUMBERED_FIRST = frozenset({3, 20, 22, 78, 79, 81, 83, 84, *range(86, 91), *range(92, 99), *range(100, 105)})


def next_id(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqIds (8)."""
    session.send(frame(9, 1, gateway.next_order_id(session.client_id or 0)))


def managed_accounts(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqManagedAccts (17)."""
    session.send(frame(15, 1, ",".join(gateway.accounts.names())))


def current_time(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqCurrentTime (49): seconds since 1970."""
    session.send(frame(49, 1, int(gateway.clock.now().timestamp())))


def request_fa(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """requestFA (18): groups (1) or aliases (3) of an advisor's login; others have none, and profiles are gone."""
    cursor = Cursor(fields)
    cursor.skip()
    kind = cursor.integer()
    advisor = gateway.accounts.advisor
    document = None if advisor is None else advisor.document(kind)
    if advisor is None:
        replace_fa(gateway, session, fields)
    elif document is None:
        session.send_error(-1, 585, "FA Profile is not supported anymore, use FA Group instead")
    else:
        session.send(frame(16, 1, kind, document))


def replace_fa(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """replaceFA (19): refused; an advisor's data is that of the scenario, and others have none."""
    cause = "FA data operations ignored for non FA customers."
    if gateway.accounts.advisor is not None:
        cause = "FA data cannot be replaced here."
    session.send_error(-1, 321, f"Error validating request.-'bW' : cause - {cause}")


def nothing(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """Requests that TWS takes without an answer: setServerLogLevel (14)."""


Request = Callable[[Gateway, Session, list[str]], None]
REQUESTS: dict[int, Request] = {
    8: next_id,
    14: nothing,
    17: managed_accounts,
    18: request_fa,
    19: replace_fa,
    49: current_time,
    **ORDER_REQUESTS,
    **ACCOUNT_REQUESTS,
    **DATA_REQUESTS,
    **LOGIN_REQUESTS,
}


def dispatch(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """Log a request and act on it. Anything unknown or malformed gets error 320 and touches nobody else."""
    try:
        message = int(fields[0])
    except (IndexError, ValueError):
        session.send_error(-1, 320, "Error reading request: the message has no number")
        return
    rest = fields[1:]
    gateway.note(session, message, _order_id(message, rest))
    if message == START_API:
        _start(gateway, session, rest)
        return
    if session.client_id is None or not gateway.pacing.admits(session):
        return
    handler = REQUESTS.get(message)
    if handler is None:
        session.send_error(-1, 320, f"Error reading request: message {message} is unknown")
        return
    try:
        handler(gateway, session, rest)
    except ArithmeticError:
        session.send_error(_number_of(message, rest), 320, "Error reading request: a number is out of range")
    except (ValueError, KeyError) as problem:
        session.send_error(_number_of(message, rest), 320, f"Error reading request: {problem.args[0]}")


def _start(gateway: Gateway, session: Session, rest: list[str]) -> None:
    if session.client_id is not None:
        return
    try:
        cursor = Cursor(rest)
        cursor.skip()
        client_id = cursor.identity()
    except ValueError:
        session.close()
        return
    gateway.admit(session, client_id)


def _number_of(message: int, rest: list[str]) -> int:
    """The number that a request goes by, -1 when it has none that can be read."""
    place = 1 if message in _NUMBERED_SECOND else 0
    if message not in _NUMBERED_SECOND | _NUMBERED_FIRST or len(rest) <= place:
        return -1
    return int(rest[place]) if rest[place].lstrip("-").isdecimal() else -1


def _order_id(message: int, rest: list[str]) -> int | None:
    if message not in _NAMES_ORDER:
        return None
    try:
        return int(rest[0 if message == 3 else 1])
    except (IndexError, ValueError):
        return None
