"""ib_async's Client as a writer of requests, without its connection: typed methods in, bytes out.

Owns the only calls into ib_async's untyped request methods. Imports ports, model and mapping; knows of no socket and
no lane.
"""

from __future__ import annotations

from typing import Any

from ib_async.client import Client
from ib_async.objects import ExecutionFilter

from tws_console.engine.ports import Placement
from tws_console.ib.answers import Answer, Execution, ListEnded, RuleRead
from tws_console.ib.mapping import (
    contract_for,
    order_for,
    refuse_control_characters,
)
from tws_console.model.events import (
    Event,
)
from tws_console.model.instrument import Instrument

Reading = Event | Answer | Execution | ListEnded | RuleRead
"""What one message turns into: an event for the engine, or a piece of the answer to a request."""

KNOWN_ROWS = 50_000
"""How many orders' last frames are kept to recognise an unchanged one."""
UNUSED = frozenset({8, 45, 46, 54, 57, 72, 74, 81})
"""Messages that belong to what is asked for and that nothing here needs."""


class Encoder(Client):
    """ib_async's request encoder without its connection: each method returns the message's bytes, length prefix
    included.

    Raises ValueError when a text holds a control character.
    """

    def __init__(self, client_id: int, server_version: int) -> None:
        super().__init__(None)  # type: ignore[no-untyped-call]
        self.clientId = client_id
        self._version = server_version
        self._message = b""

    def isConnected(self) -> bool:
        return True

    def serverVersion(self) -> int:
        return self._version

    def send(self, *fields: Any, makeEmpty: bool = True) -> None:
        for value in fields:
            if isinstance(value, str):
                refuse_control_characters(value)
        super().send(*fields, makeEmpty=makeEmpty)  # type: ignore[no-untyped-call]

    def set_version(self, version: int) -> None:
        """The version both sides agreed on: it decides which fields a message has."""
        self._version = version

    def sendMsg(self, msg: str) -> None:
        body = msg.encode()
        self._message = len(body).to_bytes(4, "big") + body

    def _taken(self, _: object = None) -> bytes:
        message, self._message = self._message, b""
        return message

    def start(self) -> bytes:
        return self._taken(self.startApi())  # type: ignore[no-untyped-call]

    def place(self, placement: Placement, what_if: bool = False) -> bytes:
        contract, order = contract_for(placement.instrument), order_for(placement, what_if)
        return self._taken(self.placeOrder(placement.order_id, contract, order))  # type: ignore[no-untyped-call]

    def cancel(self, order_id: int) -> bytes:
        return self._taken(self.cancelOrder(order_id))  # type: ignore[no-untyped-call]

    def global_cancel(self) -> bytes:
        return self._taken(self.reqGlobalCancel())  # type: ignore[no-untyped-call]

    def all_orders(self) -> bytes:
        return self._taken(self.reqAllOpenOrders())  # type: ignore[no-untyped-call]

    def own_orders(self) -> bytes:
        return self._taken(self.reqOpenOrders())  # type: ignore[no-untyped-call]

    def completed(self) -> bytes:
        return self._taken(self.reqCompletedOrders(False))  # type: ignore[no-untyped-call]

    def executions(self, request_id: int, client_id: int | None) -> bytes:
        wanted = ExecutionFilter(clientId=client_id or 0)
        return self._taken(self.reqExecutions(request_id, wanted))  # type: ignore[no-untyped-call]

    def positions(self) -> bytes:
        return self._taken(self.reqPositions())  # type: ignore[no-untyped-call]

    def account_summary(self, request_id: int, tags: str) -> bytes:
        return self._taken(self.reqAccountSummary(request_id, "All", tags))  # type: ignore[no-untyped-call]

    def cancel_account_summary(self, request_id: int) -> bytes:
        return self._taken(self.cancelAccountSummary(request_id))  # type: ignore[no-untyped-call]

    def current_time(self) -> bytes:
        return self._taken(self.reqCurrentTime())  # type: ignore[no-untyped-call]

    def contract_details(self, request_id: int, instrument: Instrument) -> bytes:
        return self._taken(self.reqContractDetails(request_id, contract_for(instrument)))  # type: ignore[no-untyped-call]

    def matching_symbols(self, request_id: int, text: str) -> bytes:
        return self._taken(self.reqMatchingSymbols(request_id, text))  # type: ignore[no-untyped-call]

    def market_rule(self, rule_id: int) -> bytes:
        return self._taken(self.reqMarketRule(rule_id))  # type: ignore[no-untyped-call]

    def market_data_type(self, number: int) -> bytes:
        return self._taken(self.reqMarketDataType(number))  # type: ignore[no-untyped-call]

    def quote(self, request_id: int, instrument: Instrument) -> bytes:
        contract = contract_for(instrument)
        return self._taken(self.reqMktData(request_id, contract, "", False, False, []))  # type: ignore[no-untyped-call]

    def cancel_quote(self, request_id: int) -> bytes:
        return self._taken(self.cancelMktData(request_id))  # type: ignore[no-untyped-call]

    def account_pnl(self, request_id: int, account_code: str) -> bytes:
        return self._taken(self.reqPnL(request_id, account_code, ""))  # type: ignore[no-untyped-call]

    def position_pnl(self, request_id: int, account_code: str, con_id: int) -> bytes:
        return self._taken(self.reqPnLSingle(request_id, account_code, "", con_id))  # type: ignore[no-untyped-call]

    def cancel_account_pnl(self, request_id: int) -> bytes:
        return self._taken(self.cancelPnL(request_id))  # type: ignore[no-untyped-call]

    def cancel_position_pnl(self, request_id: int) -> bytes:
        return self._taken(self.cancelPnLSingle(request_id))  # type: ignore[no-untyped-call]
