"""Owns the state of one practice Gateway: who is connected, the exchange behind it, the log of requests received.

Imports its room mates; knows no sockets (that is `server`). Admission follows IBKR Campus TWS API docs, Connectivity,
and recordings of real Gateways: own open orders are pushed before managedAccounts and nextValidId.
"""

import time
from collections import deque
from dataclasses import dataclass

from tws_console.simulator import messages, order_messages
from tws_console.simulator.accounts import Accounts
from tws_console.simulator.book import as_pushed
from tws_console.simulator.clock import BrokerClock
from tws_console.simulator.contracts import load_catalogue
from tws_console.simulator.exchange import Exchange
from tws_console.simulator.faults import Faults
from tws_console.simulator.market import Market, step_of
from tws_console.simulator.orders import Order
from tws_console.simulator.pacing import Pacing
from tws_console.simulator.reporting import Reporter
from tws_console.simulator.session import Session
from tws_console.simulator.wire import frame

MAX_CLIENTS = 32
LOG_SIZE = 200_000
NO_DISCLAIMER = (10141, "Paper trading disclaimer must first be accepted for API connection.")
LINK_LOST = (1100, "Connectivity between IBKR and Trader Workstation has been lost.")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a Gateway is set up. `master` None means no master client."""

    scenario: str = "default"
    seed: int = 1
    master: int | None = None
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in; `ns` is time.monotonic_ns at that moment."""

    seq: int
    ns: int
    client_id: int | None
    message: int
    order_id: int | None


class Gateway:
    """Everything that the requests of clients act on."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.sessions: dict[int, Session] = {}
        self.unstarted: set[Session] = set()
        self.untrusted: set[Session] = set()
        self.clock = BrokerClock()
        self.faults = Faults()
        self.pacing = Pacing(self.faults)
        self.catalogue = load_catalogue(self.clock.now().date())
        self.market = Market(self.catalogue, settings.seed)
        self.market.begin(step_of(self.clock.now()))
        self.accounts = Accounts(self.catalogue, self.market)
        self.reporter = Reporter(self.sessions, settings.master, self.faults, self.accounts, self.market, self.clock)
        self.exchange = Exchange(self.catalogue, self.market, self.accounts, self.faults, self.reporter, self.clock)
        self.reporter.shown = self.exchange.book.raise_mark
        self.log: deque[Received] = deque(maxlen=LOG_SIZE)
        self.first_start_done = False
        self._seq = 0

    def all_sessions(self) -> list[Session]:
        """Every open connection, those before startApi too."""
        return [*self.unstarted, *self.sessions.values()]

    def read_only(self, client_id: int | None) -> bool:
        """Whether orders of this client are refused by the Read-Only API setting."""
        return self.settings.read_only or self.faults.active("read-only", client_id) is not None

    def note(self, session: Session, message: int, order_id: int | None) -> None:
        """Log a request before it is acted on."""
        self._seq += 1
        self.log.append(Received(self._seq, time.monotonic_ns(), session.client_id, message, order_id))

    def admit(self, session: Session, client_id: int) -> None:
        """Answer a startApi: 326 and the end for a used id, otherwise the start-up messages."""
        if client_id in self.sessions or self.faults.take("in-use", client_id):
            session.send_error(
                -1, 326, "Unable connect as the client id is already in use. Retry with a unique client id."
            )
            session.close()
            return
        if len(self.sessions) >= MAX_CLIENTS:
            session.close()
            return
        if self.faults.active("10141", client_id):
            session.send_error(-1, *NO_DISCLAIMER)
            return
        session.client_id = client_id
        self.unstarted.discard(session)
        self.sessions[client_id] = session
        own = [order for order in self.exchange.book.live() if order.client_id == client_id]
        if own and not self.faults.take("no-push", client_id):
            session.send(self.order_rows(session, as_pushed(own)))
            session.send(frame(53, 1))
        session.send(frame(15, 1, ",".join(self.accounts.names())))
        session.send(frame(9, 1, self.next_order_id(client_id)))
        for code, text in messages.FARMS:
            session.send_error(-1, code, text)
        if not self.clock.link_up:
            session.send_error(-1, *LINK_LOST)

    def leave(self, session: Session) -> None:
        """Forget a connection that has ended; its orders and its numbers stay."""
        self.unstarted.discard(session)
        self.untrusted.discard(session)
        client = session.client_id
        if client is not None and self.sessions.get(client) is session:
            del self.sessions[client]

    def next_order_id(self, client_id: int) -> int:
        """One more than the highest number this client has used or was shown."""
        return self.exchange.mark(client_id) + 1

    def order_rows(self, session: Session, orders: list[Order]) -> bytes:
        """openOrder and orderStatus of each order; the numbers shown count as seen by this client."""
        quiet = self.faults.active("no-status", session.client_id)
        client = session.client_id or 0
        parts = []
        for order in orders:
            parts.append(order_messages.open_order(order, session.version))
            if not quiet:
                parts.append(order_messages.order_status(order))
            self.exchange.book.raise_mark(client, order.order_id)
        return b"".join(parts)

    def accept_connections(self) -> None:
        """Somebody accepts the connections that an untrusted address has made."""
        for session in self.untrusted:
            session.answer_handshake()
        self.untrusted.clear()

    def broadcast(self, code: int, text: str) -> None:
        """A notice to every connected client."""
        for session in list(self.sessions.values()):
            session.send_error(-1, code, text)
