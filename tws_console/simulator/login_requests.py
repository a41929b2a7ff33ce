"""Owns the requests about the login itself and about services beside trading. Imports `gateway`, `session`, `wire`.

Layouts as ib_async 2.1.0 (decoder.py) and ibapi 10.30 read them; what a login without the subscription is told as in
recordings of a real Gateway (github ThomasMarcelis/ibkr-go) and IBKR Campus TWS API docs, Error Codes.
"""

from tws_console.simulator.contracts import read_query
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.resolving import one_contract
from tws_console.simulator.session import Session
from tws_console.simulator.wire import Cursor, Field, frame

DISPLAY_GROUPS = "1|2|3|4|5|6|7"
NOT_VERIFIED = "API verification is not offered by this Gateway"


def soft_dollar_tiers(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqSoftDollarTiers (79): none, as for every login without soft dollars."""
    session.send(frame(77, Cursor(fields).integer(), 0))


def family_codes(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqFamilyCodes (80): every account, in no family; the accounts of an advisor are of the advisor's."""
    advisor = gateway.accounts.advisor
    code = "" if advisor is None else advisor.account
    rows: list[Field] = [cell for name in gateway.accounts.names() for cell in (name, code)]
    session.send(frame(78, len(rows) // 2, *rows))


def user_info(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqUserInfo (104): the id of a white-branded broker, empty for clients of Interactive Brokers."""
    session.send(frame(107, Cursor(fields).integer(), ""))


def display_groups(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """queryDisplayGroups (67): the numbers of the window groups."""
    session.send(frame(67, 1, _second(fields), DISPLAY_GROUPS))


def follow_group(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """subscribeToGroupEvents (68): no contract is shown in any group until a client puts one there."""
    session.send(frame(68, 1, _second(fields), "none"))


def show_in_group(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """updateDisplayGroup (69): the subscriber is told of the contract that it has chosen."""
    cursor = Cursor(fields)
    cursor.skip()
    session.send(frame(68, 1, cursor.integer(), cursor.text()))


def verify(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """verifyRequest (65), verifyMessage (66): not successful."""
    session.send(frame(66, 1, False, NOT_VERIFIED))


def verify_and_authorize(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """verifyAndAuthRequest (72), verifyAndAuthMessage (73): not successful."""
    session.send(frame(70, 1, False, NOT_VERIFIED))


def fundamental_data(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqFundamentalData (52): Interactive Brokers has ended it."""
    cursor = Cursor(fields)
    cursor.skip()
    session.send_error(cursor.integer(), 10358, "Fundamentals data is not allowed")


def wsh_meta_data(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqWshMetaData (100): refused without a subscription to Wall Street Horizon."""
    session.send_error(Cursor(fields).integer(), 10276, "News feed is not allowed.")


def wsh_event_data(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqWshEventData (102): the meta data must have come first, and never does."""
    session.send_error(Cursor(fields).integer(), 10282, "WSH metadata was not requested.")


def exercise_options(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """exerciseOptions (21): refused; of an option that is not held with the words of TWS."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id = cursor.integer()
    described = read_query(Cursor([*fields[2:10], "", *fields[10:]]))  # without the primary exchange
    cursor.skip(13)
    name = cursor.text()
    contract = one_contract(gateway, session, request_id, described)
    if contract is None:
        return
    account = gateway.accounts.accounts.get(name)
    held = None if account is None else account.positions.get(contract.con_id)
    cause = "Options are not exercised on this practice exchange."
    if not contract.is_option or held is None or held.quantity <= 0:
        cause = f"No unlapsed position exists in this option in account {name}."
    session.send_error(request_id, 322, f"Error processing request.-'bI' : cause - {cause}")


def nothing(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """Requests that TWS takes without an answer."""


def _second(fields: list[str]) -> int:
    cursor = Cursor(fields)
    cursor.skip()
    return cursor.integer()


LOGIN_REQUESTS = {
    12: nothing,  # reqNewsBulletins: there are none today
    13: nothing,  # cancelNewsBulletins
    21: exercise_options,
    52: fundamental_data,
    53: nothing,  # cancelFundamentalData
    65: verify,
    66: verify,
    67: display_groups,
    68: follow_group,
    69: show_in_group,
    70: nothing,  # unsubscribeFromGroupEvents
    72: verify_and_authorize,
    73: verify_and_authorize,
    79: soft_dollar_tiers,
    80: family_codes,
    100: wsh_meta_data,
    101: nothing,  # cancelWshMetaData
    102: wsh_event_data,
    103: nothing,  # cancelWshEventData
    104: user_info,
}
