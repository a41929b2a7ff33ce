"""Owns the control port: one line of JSON in, one JSON document out. Imports `gateway`, `fault_actions`, `orders`.

A request is {"verb": "fault", "args": ["drop", "client=11"]}. An answer is the verb's document, or {"error": "..."}.
"""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from tws_console.simulator.fault_actions import FaultActions
from tws_console.simulator.faults import FAULTS
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.order_requests import bind
from tws_console.simulator.orders import Order, Terms
from tws_console.simulator.timeline import Timeline
from tws_console.simulator.wire import plain

MAX_POSITION = 10**12
Document = dict[str, Any] | list[Any]


def order_document(order: Order) -> dict[str, Any]:
    """One order of the book. Prices and quantities are text, so that nothing is rounded."""
    terms = order.terms
    return {
        "perm_id": order.perm_id,
        "client_id": order.shown_client,
        "order_id": order.order_id,
        "manual": order.by_hand,
        "bound": order.by_hand and order.client_id is not None,
        "staged": order.staged,
        "account": terms.account,
        "con_id": order.contract.con_id,
        "symbol": order.contract.symbol,
        "local_symbol": order.contract.local_symbol,
        "action": terms.action,
        "quantity": plain(terms.quantity),
        "type": terms.order_type,
        "limit": None if terms.limit is None else plain(terms.limit),
        "stop": plain(terms.aux) if terms.is_stop and terms.aux is not None else None,
        "tif": terms.tif,
        "status": order.status,
        "why_held": order.why_held,
        "cancel_pending": order.cancel_pending,
        "filled": plain(order.filled),
        "remaining": plain(order.remaining),
        "parent_id": terms.parent_id,
        "oca_group": terms.oca_group,
        "order_ref": terms.order_ref,
    }


class Control:
    """Answers control requests."""

    def __init__(
        self, gateway: Gateway, actions: FaultActions, timeline: Timeline, quit_server: Callable[[], None]
    ) -> None:
        self._gateway = gateway
        self._actions = actions
        self._timeline = timeline
        self._quit = quit_server
        self._verbs: dict[str, Callable[[list[str]], Document]] = {
            "book": self._book,
            "clients": self._clients,
            "fault": self._fault,
            "clear": self._clear,
            "clock": self._clock,
            "price": self._price,
            "log": self._log,
            "manual": self._manual,
            "fill": self._fill,
            "correct": self._correct,
            "position": self._position,
            "quit": self._stop,
        }

    def answer(self, line: bytes) -> bytes:
        """The answer to one line, with its line end."""
        try:
            request = json.loads(line)
            verb, args = request["verb"], [str(arg) for arg in request.get("args", [])]
            if verb not in self._verbs:
                raise ValueError(f"no verb is named {verb}; known: {' '.join(self._verbs)}")
            document: Document = self._verbs[verb](args)
        except (ValueError, TypeError, KeyError, IndexError, InvalidOperation) as problem:
            text = problem.args[0] if isinstance(problem, KeyError) and problem.args else str(problem)
            document = {"error": str(text) or "the request is malformed"}
        return json.dumps(document).encode() + b"\n"

    def _book(self, args: list[str]) -> Document:
        return [order_document(order) for order in self._gateway.exchange.book.open()]

    def _clients(self, args: list[str]) -> Document:
        return [
            {
                "client_id": client,
                "peer": session.peer,
                "server_version": session.version,
                "market_data_lines": len(session.subscriptions.feeds),
            }
            for client, session in self._gateway.sessions.items()
        ]

    def _fault(self, args: list[str]) -> Document:
        if not args:
            return {"on": self._gateway.faults.names(), "known": {name: about for name, (_, about) in FAULTS.items()}}
        options = dict(_option(arg) for arg in args[1:])
        self._actions.switch_on(args[0], options)
        return {"fault": args[0], "options": options, "on": self._gateway.faults.names()}

    def _clear(self, args: list[str]) -> Document:
        self._actions.clear(_need(args, 0, "clear NAME|all"))
        return {"cleared": args[0], "on": self._gateway.faults.names()}

    def _price(self, args: list[str]) -> Document:
        """The walk jumps to the price, and wanders around it from then on."""
        contract = self._gateway.catalogue.by_name(_need(args, 0, "price SYMBOL VALUE"))
        price = _number(_need(args, 1, "price SYMBOL VALUE"))
        if price <= 0:
            raise ValueError("a price must be more than 0")
        quote = self._gateway.market.jump(contract.con_id, price)
        self._gateway.exchange.match_all()
        return {
            "symbol": contract.local_symbol,
            "bid": plain(quote.bid),
            "ask": plain(quote.ask),
            "last": plain(quote.last),
        }

    def _clock(self, args: list[str]) -> Document:
        """Without an argument the time is told."""
        return self._timeline.command(" ".join(args))

    def _log(self, args: list[str]) -> Document:
        since = _whole(_need(args, 1, "log --since SEQ")) if args[:1] == ["--since"] else 0
        return [
            {"seq": row.seq, "ns": row.ns, "client_id": row.client_id, "message": row.message, "order_id": row.order_id}
            for row in list(self._gateway.log)
            if row.seq > since
        ]

    def _manual(self, args: list[str]) -> Document:
        usage = "manual SIDE QTY SYMBOL TYPE [PRICE]"
        side, quantity = _need(args, 0, usage).upper(), _number(_need(args, 1, usage))
        contract, order_type = self._gateway.catalogue.by_name(_need(args, 2, usage)), _need(args, 3, usage).upper()
        price = _number(args[4]) if len(args) > 4 else None
        stop = order_type == "STP"
        account = self._gateway.accounts.names()[0]
        terms = Terms(side, quantity, order_type, None if stop else price, price if stop else None, account=account)
        order = self._gateway.exchange.place_by_hand(contract, terms)
        binder = self._gateway.sessions.get(0)
        if binder is not None and binder.subscriptions.auto_bind:
            bind(self._gateway, binder)
            binder.send(self._gateway.order_rows(binder, [order]))
        return order_document(order)

    def _fill(self, args: list[str]) -> Document:
        perm_id = _whole(_need(args, 0, "fill PERM_ID [QTY] [PRICE]"))
        quantity = _number(args[1]) if len(args) > 1 else None
        price = _number(args[2]) if len(args) > 2 else None
        return order_document(self._gateway.exchange.fill_by_hand(perm_id, quantity, price))

    def _correct(self, args: list[str]) -> Document:
        """The broker corrects the price of an execution: it is sent again under an id that counts one up."""
        usage = "correct EXEC_ID PRICE"
        price = _number(_need(args, 1, usage))
        if price <= 0:
            raise ValueError("a price must be more than 0")
        execution = self._gateway.exchange.lifecycle.filling.correct(_need(args, 0, usage), price)
        return {"exec_id": execution.exec_id, "price": plain(execution.price), "average": plain(execution.average)}

    def _position(self, args: list[str]) -> Document:
        """A position changes and nobody has traded: no order, no execution, no cash."""
        usage = "position SYMBOL QUANTITY [ACCOUNT]"
        gateway, quantity = self._gateway, _number(_need(args, 1, usage))
        contract = gateway.catalogue.by_name(_need(args, 0, usage))
        if abs(quantity) > MAX_POSITION or quantity % contract.size_step:
            raise ValueError(f"a position of {contract.local_symbol} is a multiple of {plain(contract.size_step)}")
        account = args[2] if len(args) > 2 else gateway.accounts.names()[0]
        held = gateway.accounts.transfer(account, contract, quantity)
        gateway.reporter.holdings_changed(account, contract.con_id)
        return {"account": account, "symbol": contract.local_symbol, "position": plain(held.quantity)}

    def _stop(self, args: list[str]) -> Document:
        self._quit()
        return {"quitting": True}


def _need(args: list[str], position: int, usage: str) -> str:
    if position >= len(args):
        raise ValueError(f"usage: {usage}")
    return args[position]


def _number(written: str) -> Decimal:
    try:
        number = Decimal(written)
    except InvalidOperation:
        raise ValueError(f"{written} is no number") from None
    if not number.is_finite():
        raise ValueError(f"{written} is no number")
    return number


def _whole(written: str) -> int:
    if not written.isdecimal():
        raise ValueError(f"{written} is no whole number")
    return int(written)


def _option(arg: str) -> tuple[str, str]:
    key, mark, value = arg.partition("=")
    if not mark:
        raise ValueError(f"an option is written key=value, got {arg}")
    return key, value
