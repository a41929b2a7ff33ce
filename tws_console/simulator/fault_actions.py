"""Owns what a fault does at the moment it is raised or cleared. Imports `gateway`, `session`, `faults`.

Codes and texts as in IBKR Campus TWS API docs, Error Codes.
"""

from collections.abc import Callable

from tws_console.simulator import account_requests
from tws_console.simulator.faults import Fault
from tws_console.simulator.gateway import LINK_LOST, Gateway
from tws_console.simulator.session import Session

RESTORED_LOST = (1101, "Connectivity between IBKR and Trader Workstation has been restored - data lost.")
RESTORED_KEPT = (1102, "Connectivity between IBKR and Trader Workstation has been restored - data maintained.")
_FARMS = {
    "market": (2103, "Market", "usfarm"),
    "history": (2105, "HMDS", "ushmds"),
    "secdef": (2157, "Sec-def", "secdefil"),
}
SERVER_BROKEN = (
    2110,
    "Connectivity between Trader Workstation and server is broken. It will be restored automatically.",
)


class FaultActions:
    """Carries faults out. `restart` closes the port for some seconds, `move` changes it; the server gives both."""

    def __init__(
        self,
        gateway: Gateway,
        later: Callable[[float, Callable[[], None]], None],
        restart: Callable[[float], None],
        move: Callable[[int], None],
    ) -> None:
        self._gateway = gateway
        self._later = later
        self._restart = restart
        self._move = move

    def switch_on(self, name: str, options: dict[str, str]) -> None:
        """Raise a fault and do at once what it does at once. ValueError says what is wrong."""
        fault = self._gateway.faults.switch_on(name, options)
        if name == "drop":
            for session in self._concerned(fault):
                session.abort()
        elif name in ("1100", "2110"):
            self._lose_link(LINK_LOST if name == "1100" else SERVER_BROKEN, fault)
        elif name in ("1101", "1102"):
            self._restore_link(lost=name == "1101")
        elif name == "farm-flap":
            self._flap(fault)
        elif name == "restart":
            self._restart(fault.seconds(2))
        elif name == "1300":
            self._move(int(fault.options.get("port", 0)))
        self.apply_modes()
        if fault.ends_at is not None:
            self._later(fault.seconds(0) + 0.01, self.apply_modes)

    def clear(self, name: str) -> None:
        """Switch a fault off, or all; a lost link comes back with 1102."""
        self._gateway.faults.clear(name)
        if name in ("all", "1100", "2110") and not self._gateway.clock.link_up:
            self._restore_link(lost=False)
        if name in ("all", "silent-hold"):
            self._gateway.exchange.click()
        if name in ("all", "untrusted"):
            self._gateway.accept_connections()
        self.apply_modes()

    def apply_modes(self) -> None:
        """Set every connection's way of sending to what the faults say now, and how account values are named."""
        self._gateway.accounts.ledger_prefix = self._gateway.faults.active("ledger-prefix") is not None
        for session in self._gateway.all_sessions():
            self.apply_modes_to(session)

    def apply_modes_to(self, session: Session) -> None:
        """Set one connection's way of sending."""
        faults, client = self._gateway.faults, session.client_id
        session.outlet.set_modes(
            stalled=faults.active("stall", client) is not None,
            dead=faults.active("half-open", client) is not None,
            split=faults.active("split-frames", client) is not None,
        )

    def _concerned(self, fault: Fault) -> list[Session]:
        everyone = self._gateway.all_sessions()
        return [s for s in everyone if fault.client_id is None or s.client_id == fault.client_id]

    def _lose_link(self, notice: tuple[int, str], fault: Fault) -> None:
        self._gateway.clock.lose_link()
        self._gateway.broadcast(*notice)
        if fault.seconds(0) > 0:
            self._later(fault.seconds(0), lambda: self._restore_link(lost=False))

    def _restore_link(self, *, lost: bool) -> None:
        if lost:
            for session in self._gateway.sessions.values():
                for kind, request_id in session.subscriptions.streams:
                    if kind == "bars":
                        session.send_error(request_id, 10182, "Failed to request live updates (disconnected).")
                session.subscriptions.feeds.clear()
                session.subscriptions.streams.clear()
        self._gateway.broadcast(*(RESTORED_LOST if lost else RESTORED_KEPT))
        self._gateway.clock.restore_link()
        for session in self._gateway.sessions.values():
            if session.subscriptions.account is not None:
                account_requests.push_account(self._gateway, session, session.subscriptions.account)

    def _flap(self, fault: Fault) -> None:
        code, farm, name = _FARMS[fault.options.get("farm", "market")]
        self._gateway.broadcast(code, f"{farm} data farm connection is broken:{name}")
        text = f"{farm} data farm connection is OK:{name}"
        self._later(fault.seconds(1), lambda: self._gateway.broadcast(code + 1, text))
