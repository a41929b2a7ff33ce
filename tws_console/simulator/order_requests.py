"""Owns the requests about orders and executions. Imports `gateway`, `session` and the message encoders."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tws_console.simulator import order_messages, rules
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.orders import Execution, Order
from tws_console.simulator.placement import read_placement
from tws_console.simulator.session import Session
from tws_console.simulator.wire import Cursor, frame

BIND_REFUSED = "Only API connections with clientId set to 0 can set the auto bind orders property."


def _client(session: Session) -> int:
    assert session.client_id is not None
    return session.client_id


def _refuse_read_only(session: Session, request_id: int) -> None:
    session.send_error(request_id, rules.READ_ONLY.code, rules.READ_ONLY.text)


def place_order(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """placeOrder (3)."""
    placement = read_placement(fields, session.version)
    if gateway.read_only(session.client_id):
        _refuse_read_only(session, placement.order_id)
    else:
        gateway.exchange.place(_client(session), placement)


def cancel_order(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """cancelOrder (4): version, order id, and from server version 169 on the manual cancel time."""
    cursor = Cursor(fields)
    cursor.skip()
    order_id = cursor.identity()
    if gateway.read_only(session.client_id):
        _refuse_read_only(session, order_id)
    else:
        gateway.exchange.cancel(_client(session), order_id)


def global_cancel(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqGlobalCancel (58)."""
    if gateway.read_only(session.client_id):
        _refuse_read_only(session, -1)
    else:
        gateway.exchange.global_cancel(_client(session))


def own_open_orders(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqOpenOrders (5): this client's orders; client 0 also binds the manual ones."""
    client = _client(session)
    if client == 0:
        if gateway.read_only(client):
            _refuse_read_only(session, -1)
            return
        bind(gateway, session)
    _send_list(gateway, session, [order for order in gateway.exchange.book.live() if order.client_id == client])


def all_open_orders(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqAllOpenOrders (16): everybody's orders with their owners' numbers; binds nothing."""
    _send_list(gateway, session, list(gateway.exchange.book.live()))


def auto_open_orders(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqAutoOpenOrders (15): client 0 binds manual orders, or sees them unbound, from now on. No answer."""
    cursor = Cursor(fields)
    cursor.skip()
    wanted = cursor.flag()
    if session.client_id != 0:
        session.send_error(-1, 327, BIND_REFUSED)
    elif gateway.read_only(0):
        _refuse_read_only(session, -1)
    else:
        session.subscriptions.auto_bind = wanted
        session.subscriptions.sees_manual = not wanted
        if wanted:
            for order in bind(gateway, session):
                session.send(gateway.order_rows(session, [order]))


def bind(gateway: Gateway, session: Session) -> list[Order]:
    """Bind all manual orders to client 0 and tell their new numbers; returns the newly bound ones."""
    bound = gateway.exchange.bind_manual()
    for order in bound:
        session.send(frame(100, order.perm_id, 0, order.order_id))
    return bound


def _send_list(gateway: Gateway, session: Session, orders: list[Order]) -> None:
    faults, client = gateway.faults, session.client_id
    if faults.take("lying-list", client):
        orders = []
    broken = faults.take("undecodable", client)
    if broken is not None and broken.options.get("kind") == "tail" and orders:
        session.send(_without_tail(order_messages.open_order(orders[0], session.version)))
        orders = orders[1:]
    elif broken is not None:
        session.send(frame(5, "?", "undecodable", "", "STK"))
    session.send(gateway.order_rows(session, orders))
    late = faults.take("late-end", client)
    if faults.take("no-end", client):
        return
    if late is None:
        session.send(frame(53, 1))
    else:
        gateway.clock.here_later(late.seconds(2), lambda: session.send(frame(53, 1)))


def _without_tail(row: bytes) -> bytes:
    fields = row[4:].decode().split("\0")[:60]
    return frame(*fields)


def executions(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqExecutions (7): today's executions that pass the filter, each with its fee, then the end."""
    cursor = Cursor(fields)
    cursor.skip()
    request_id, client = cursor.integer(), cursor.integer()
    account, written = cursor.text(), cursor.text()
    try:
        since = _since(written)
    except (ValueError, KeyError):
        session.send_error(request_id, 320, f"Error reading request: {written[:40]!r} is no time")
        return
    symbol, sec_type, exchange, side = cursor.text(), cursor.text(), cursor.text(), cursor.text()
    asked = (account, symbol.upper(), sec_type, exchange, side[:1].upper())

    def wanted(row: Execution) -> bool:
        if (client and row.order.client_id != client) or (since is not None and row.at < since):
            return False
        contract, side_of = row.contract, "B" if row.sign > 0 else "S"
        held = (row.account, contract.symbol, contract.sec_type, row.venue, side_of)
        return all(not value or value == known for value, known in zip(asked, held, strict=True))

    found = False
    for row in gateway.exchange.book.executions:
        if wanted(row):
            session.send(order_messages.execution_details(row, request_id, session.version))
            if row.charged:
                session.send(order_messages.commission_report(row))
            found = True
    if found or not gateway.faults.take("no-execution-end", session.client_id):
        session.send(frame(55, 1, request_id))


def _since(written: str) -> datetime | None:
    """The filter's time: "yyyymmdd-hh:mm:ss" is UTC, "yyyymmdd hh:mm:ss" US/Eastern, with a zone name that zone."""
    if not written.strip():
        return None
    day, clock, *zone = written.replace("-", " ").split(maxsplit=2)
    known = UTC if "-" in written[:9] else ZoneInfo(zone[0] if zone else "US/Eastern")
    return datetime.strptime(f"{day} {clock}", "%Y%m%d %H:%M:%S").replace(tzinfo=known)


def completed_orders(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqCompletedOrders (99): orders that ended today; with apiOnly none that were made by hand."""
    api_only = Cursor(fields).flag()
    if gateway.read_only(session.client_id):
        _refuse_read_only(session, -1)
        return
    for order in gateway.exchange.book.completed:
        if not (api_only and order.by_hand):
            session.send(order_messages.completed_order(order, session.version))
    session.send(frame(102))


ORDER_REQUESTS = {
    3: place_order,
    4: cancel_order,
    5: own_open_orders,
    7: executions,
    15: auto_open_orders,
    16: all_open_orders,
    58: global_cancel,
    99: completed_orders,
}
