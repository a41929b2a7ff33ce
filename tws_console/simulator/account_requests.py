"""Owns the requests about accounts, positions and profit. Imports `gateway`, `session`, `values`, `messages`."""

from collections.abc import Iterable
from decimal import Decimal

from tws_console.simulator import messages, values
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.session import Session, Summary
from tws_console.simulator.wire import UNSET_DOUBLE, Cursor, frame

MAX_SUMMARIES = 2
UNSUBSCRIBED = "API client has been unsubscribed from account data."
INVALID_ACCOUNT = "Error validating request.-'bW' : cause - Invalid account code"


def account_updates(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqAccountUpdates (6): values, portfolio, the end; then on every change. One account at a time per Gateway."""
    cursor = Cursor(fields)
    cursor.skip()
    wanted, name = cursor.flag(), cursor.text()
    names = gateway.accounts.names()
    if not wanted:
        if session.subscriptions.account is not None:
            session.send_error(-1, 2100, UNSUBSCRIBED)
        session.subscriptions.account = None
        return
    name = name or names[0]
    if name not in (*names, gateway.accounts.consolidated):
        session.send_error(-1, 321, f"Error validating request.-'bW' : cause - Invalid account code '{name}'.")
        return
    others = [
        str(client)
        for client, other in gateway.sessions.items()
        if other is not session and other.subscriptions.account not in (None, name)
    ]
    if others:
        text = "Unable subscribe to account as the following clients are subscribed to a different account: "
        session.send_error(-1, 2101, text + ",".join(others))
        return
    if session.subscriptions.account not in (None, name):
        session.send_error(-1, 2100, UNSUBSCRIBED)
    session.subscriptions.account = name
    push_account(gateway, session, name)
    session.send(frame(54, 1, name))


def push_account(gateway: Gateway, session: Session, name: str) -> None:
    """Send all values and the portfolio of an account."""
    accounts, now = gateway.accounts, gateway.clock.now()
    session.send(values.account_values(accounts, name, now, ready=gateway.clock.link_up))
    for held in accounts.view(name).positions.values():
        price = gateway.market.quote(held.contract.con_id).last
        session.send(messages.portfolio(name, held, accounts.position_profit(held), price))
    session.send(values.account_time(now))


def positions(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqPositions (61): all positions of all accounts, closed ones of today with 0; then on every change."""
    session.subscriptions.positions = True
    for account, held in gateway.accounts.positions():
        session.send(messages.position(account.name, held))
    session.send(frame(62, 1))


def cancel_positions(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelPositions (64)."""
    session.subscriptions.positions = False


def positions_multi(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqPositionsMulti (74)."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id, name = cursor.integer(), cursor.text()
    names = gateway.accounts.members(name)
    if not names:
        session.send_error(request_id, 321, f"{INVALID_ACCOUNT} '{name}'.")
        return
    session.subscriptions.multi_positions[request_id] = name
    for account, held in gateway.accounts.positions():
        if account.name in names:
            session.send(messages.position_multi(request_id, account.name, held))
    session.send(frame(72, 1, request_id))


def cancel_positions_multi(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelPositionsMulti (75)."""
    session.subscriptions.multi_positions.pop(_second(fields), None)


def summary(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqAccountSummary (62): at most two at a time per client."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id, group, tags = cursor.integer(), cursor.text(), cursor.text()
    active = session.subscriptions.summaries
    if len(active) >= MAX_SUMMARIES and request_id not in active:
        cause = "Maximum number of account summary requests exceeded; desubscribe to previous request first"
        session.send_error(request_id, 322, f"Error processing request.-'bQ' : cause - {cause}")
        return
    names = gateway.accounts.members("" if group == "All" else group)
    if not names or group in ("", *gateway.accounts.names()):
        session.send_error(request_id, 321, f"Error validating request.-'bQ' : cause - Group name is invalid: {group}")
        return
    wanted = tuple(tag for tag in tags.replace(" ", "").split(",") if tag)
    active[request_id] = Summary(names, wanted)
    push_summaries(gateway, session, {request_id})
    session.send(frame(64, 1, request_id))


def push_summaries(gateway: Gateway, session: Session, request_ids: Iterable[int]) -> None:
    """Send of account summaries what differs from what was sent last."""
    for request_id in request_ids:
        active = session.subscriptions.summaries[request_id]
        for row in values.summary_rows(gateway.accounts, active.names, active.tags):
            if active.sent.get((row[0], row[1], row[3])) != row[2]:
                active.sent[row[0], row[1], row[3]] = row[2]
                session.send(frame(63, 1, request_id, *row))


def cancel_summary(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelAccountSummary (63)."""
    session.subscriptions.summaries.pop(_second(fields), None)


def updates_multi(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqAccountUpdatesMulti (76)."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id, name = cursor.integer(), cursor.text()
    cursor.skip()  # modelCode
    ledger_only = cursor.flag()
    names = gateway.accounts.members(name)
    if not names:
        session.send_error(request_id, 321, f"{INVALID_ACCOUNT} '{name}'.")
        return
    session.subscriptions.multi_values[request_id] = (name, ledger_only)
    for account in names:
        session.send(values.multi_values(gateway.accounts, request_id, account, ledger_only=ledger_only))
    session.send(frame(74, 1, request_id))


def cancel_updates_multi(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelAccountUpdatesMulti (77)."""
    session.subscriptions.multi_values.pop(_second(fields), None)


def profit(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqPnL (92): now and then about once a second when something has changed."""
    cursor = Cursor(fields)
    request_id, name = cursor.integer(), cursor.text()
    if name not in (*gateway.accounts.names(), gateway.accounts.consolidated):
        session.send_error(request_id, 321, f"{INVALID_ACCOUNT} '{name}'.")
        return
    session.subscriptions.profits[request_id] = name
    session.subscriptions.sent_profit.pop(request_id, None)
    push_profits(gateway, session)


def single_profit(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqPnLSingle (94): an unknown contract id is never answered."""
    cursor = Cursor(fields)
    request_id, name = cursor.integer(), cursor.text()
    cursor.skip()  # modelCode
    con_id = cursor.integer()
    known = name in (*gateway.accounts.names(), gateway.accounts.consolidated)
    if known and con_id in gateway.accounts.view(name).positions:
        session.subscriptions.single_profits[request_id] = (name, con_id)
        session.subscriptions.sent_profit.pop(request_id, None)
        push_profits(gateway, session)


def cancel_profit(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelPnL (93)."""
    request_id = Cursor(fields).integer()
    session.subscriptions.sent_profit.pop(request_id, None)
    if session.subscriptions.profits.pop(request_id, None) is None:
        session.send_error(request_id, 10185, "Failed to cancel PNL (not subscribed)")


def cancel_single_profit(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelPnLSingle (95)."""
    request_id = Cursor(fields).integer()
    session.subscriptions.sent_profit.pop(request_id, None)
    if session.subscriptions.single_profits.pop(request_id, None) is None:
        session.send_error(request_id, 10186, "Failed to cancel PNL single (not subscribed)")


def push_profits(gateway: Gateway, session: Session) -> None:
    """Send the profit figures that differ from what was sent last."""
    wanted, accounts = session.subscriptions, gateway.accounts
    for request_id, name in wanted.profits.items():
        total = accounts.profit(name)
        _send_changed(session, 94, request_id, (total.daily, total.unrealized, total.realized))
    for request_id, (name, con_id) in wanted.single_profits.items():
        held = accounts.view(name).positions[con_id]
        row = accounts.position_profit(held)
        # What is not held any more has no open profit: it is unset, not 0.
        unrealized = row.unrealized if held.quantity else None
        _send_changed(session, 95, request_id, (held.quantity, row.daily, unrealized, row.realized, row.value))


def _send_changed(session: Session, message: int, request_id: int, figures: tuple[Decimal | None, ...]) -> None:
    sent = session.subscriptions.sent_profit
    if sent.get(request_id) != figures:
        sent[request_id] = figures
        session.send(frame(message, request_id, *(UNSET_DOUBLE if value is None else value for value in figures)))


def _second(fields: list[str]) -> int:
    cursor = Cursor(fields)
    cursor.skip()
    return cursor.integer()


ACCOUNT_REQUESTS = {
    6: account_updates,
    61: positions,
    62: summary,
    63: cancel_summary,
    64: cancel_positions,
    74: positions_multi,
    75: cancel_positions_multi,
    76: updates_multi,
    77: cancel_updates_multi,
    92: profit,
    93: cancel_profit,
    94: single_profit,
    95: cancel_single_profit,
}
