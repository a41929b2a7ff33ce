"""Owns who is told what about orders. Imports `session`, `order_messages`, `messages`, `notices`, `faults`, `accounts`.

The owner's connection is told; client 0 is the owner of the manual orders it has bound. The master client sees
openOrder, orderStatus and execDetails of all API clients, and of manual orders when it is client 0 (source: IBKR Campus
TWS API docs, Order Management). Nobody else is told: not even the client whose global cancel ended the order.
"""

from collections.abc import Callable
from decimal import Decimal

from tws_console.simulator import messages, notices, order_messages, values
from tws_console.simulator.accounts import Accounts
from tws_console.simulator.clock import BrokerClock
from tws_console.simulator.faults import Faults
from tws_console.simulator.market import Market
from tws_console.simulator.orders import Execution, Order
from tws_console.simulator.ports import Preview
from tws_console.simulator.session import Session


class Reporter:
    """Sends what happens to orders to the connected clients it concerns.

    `shown` is told which client was shown which order id, since that counts for the client's next one.
    """

    def __init__(
        self,
        sessions: dict[int, Session],
        master: int | None,
        faults: Faults,
        accounts: Accounts,
        market: Market,
        clock: BrokerClock,
    ) -> None:
        self._sessions = sessions
        self._master = master
        self._faults = faults
        self._accounts = accounts
        self._market = market
        self._clock = clock
        self.shown: Callable[[int, int], None] = lambda client, order_id: None

    def _audience(self, order: Order) -> list[Session]:
        ids: list[int] = []
        if order.client_id is not None:
            ids.append(order.client_id)
        elif 0 in self._sessions and self._sessions[0].subscriptions.sees_manual:
            ids.append(0)
        sees_all = order.client_id is not None or self._master == 0
        if self._master is not None and self._master not in ids and sees_all:
            ids.append(self._master)
        return [self._sessions[client] for client in ids if client in self._sessions]

    def opened(self, order: Order) -> None:
        """Send an openOrder."""
        for session in self._audience(order):
            session.send(order_messages.open_order(order, session.version))
            self.shown(session.client_id or 0, order.order_id)

    def status(self, order: Order) -> None:
        """Send an orderStatus, unless that fault is on."""
        for session in self._audience(order):
            if self._faults.take("no-status", session.client_id):
                continue
            twice = self._faults.take("duplicates", session.client_id) is not None
            session.send(order_messages.order_status(order) * (1 + twice))

    def executed(self, execution: Execution) -> None:
        """Send an execDetails."""
        for session in self._audience(execution.order):
            session.send(order_messages.execution_details(execution, -1, session.version))

    def commission(self, execution: Execution) -> None:
        """Send a commissionReport."""
        for session in self._audience(execution.order):
            session.send(order_messages.commission_report(execution))

    def refused(self, client_id: int | None, order_id: int, code: int, text: str) -> None:
        """Send an error to the owner only."""
        session = None if client_id is None else self._sessions.get(client_id)
        if session is None:
            return
        if self._faults.take("localised", client_id):
            session.send(messages.error(order_id, code, notices.in_french(code, text), session.version, "latin-1"))
        else:
            session.send_error(order_id, code, text)

    def previewed(self, order: Order, preview: Preview | None, delay: float) -> None:
        """Answer a what-if after `delay` seconds."""
        client = order.shown_client

        def answer() -> None:
            session = self._sessions.get(client)
            if session is not None:
                session.send(order_messages.open_order(order, session.version, preview))

        self._clock.later(delay, answer)

    def holdings_changed(self, account: str, con_id: int) -> None:
        """Tell subscribers of positions and account values."""
        held = self._accounts.accounts[account].positions[con_id]
        row = messages.position(account, held)
        for session in self._sessions.values():
            wanted = session.subscriptions
            if wanted.positions:
                session.send(row)
            for request_id, name in wanted.multi_positions.items():
                if account in self._accounts.members(name):
                    session.send(messages.position_multi(request_id, account, held))
            for request_id, (name, ledger_only) in wanted.multi_values.items():
                if account in self._accounts.members(name):
                    session.send(values.multi_values(self._accounts, request_id, account, ledger_only=ledger_only))
            if wanted.account is not None and account in self._accounts.members(wanted.account):
                self._tell_account(session, wanted.account, con_id)

    def _tell_account(self, session: Session, name: str, con_id: int) -> None:
        held = self._accounts.view(name).positions[con_id]
        price: Decimal = self._market.quote(con_id).last
        session.send(messages.portfolio(name, held, self._accounts.position_profit(held), price))
        session.send(values.account_values(self._accounts, name, self._clock.now(), ready=self._clock.link_up))
