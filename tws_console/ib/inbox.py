"""Where everything that was read goes: to a waiting request, to the count of lists, to the engine. In the order of
the wire.

Owns no bytes and sends nothing. Imports model, ports and the room's own tables. A preview is never passed on as an
order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tws_console.engine.ports import Emit, RequestFailed
from tws_console.ib.answers import Answer, Execution, Kind, ListEnded, RuleRead
from tws_console.ib.previews import Previews
from tws_console.ib.requests import FIRST_REQUEST_ID, OrderIds, Requests
from tws_console.ib.snapshots import Snapshots
from tws_console.ib.tap import Reading, Subscriptions
from tws_console.model.codes import is_note
from tws_console.model.events import (
    AccountsSeen,
    CompletedSeen,
    Event,
    NextIdSeen,
    OrderConfirmed,
    OrderSeen,
    PositionsEnded,
    ProblemSeen,
    QuoteProblem,
    TimeSeen,
    Undecodable,
)
from tws_console.model.instrument import PriceStep

REFUSALS = frozenset({320, 321, 322})
SYSTEM = -1


class Inbox:
    """One per link. `on_ready` is called once, when nextValidId and managedAccounts are both in."""

    def __init__(
        self,
        emit: Emit,
        requests: Requests,
        snapshots: Snapshots,
        subscriptions: Subscriptions,
        client_id: int,
        on_ready: Callable[[], None],
    ) -> None:
        self._emit = emit
        self._requests = requests
        self._snapshots = snapshots
        self._subscriptions = subscriptions
        self._client_id = client_id
        self._on_ready = on_ready
        self.order_ids = OrderIds()
        self.previews = Previews()
        self.rules: dict[int, tuple[PriceStep, ...]] = {}
        self.accounts: tuple[str, ...] = ()
        self.ready = False
        self.last_problem: ProblemSeen | None = None
        """The newest system error that is more than a note: tells why a connection did not become ready."""
        self._missing: set[type[Event]] = {NextIdSeen, AccountsSeen}
        self._routes: dict[type, Callable[[Any], None]] = {
            OrderSeen: self._order,
            OrderConfirmed: self._confirmed,
            ProblemSeen: self._problem,
            Undecodable: self._undecodable,
            NextIdSeen: self._next_id,
            AccountsSeen: self._accounts,
            CompletedSeen: self._completed,
            PositionsEnded: self._positions_ended,
            TimeSeen: self._time,
            Answer: self._answer,
            Execution: self._execution,
            ListEnded: self._list_ended,
            RuleRead: self._rule,
        }

    def take(self, reading: Reading) -> None:
        """Take one reading in."""
        route = self._routes.get(type(reading))
        if route is not None:
            route(reading)
        elif isinstance(reading, Event):
            self._emit(reading)

    # ---- orders

    def _order(self, event: OrderSeen) -> None:
        if event.what_if is not None:
            if event.client_id == self._client_id:
                self.previews.answered(event.order_id, event.what_if)
            return
        self.order_ids.raise_above(event.order_id)
        if event.perm_id:
            self._snapshots.order_seen(event.perm_id)
        self._emit(event)

    def _confirmed(self, event: OrderConfirmed) -> None:
        self._snapshots.order_seen(event.perm_id)
        self._emit(event)

    def _undecodable(self, event: Undecodable) -> None:
        self._snapshots.undecodable(event.message_id, event.perm_id)
        if event.message_id:
            self._requests.fail_reading(event.message_id, RequestFailed("TWS's answer could not be read"))
        self._emit(event)

    def _completed(self, event: CompletedSeen) -> None:
        self._requests.next_row(Kind.COMPLETED, event)
        self._emit(event)

    def _execution(self, execution: Execution) -> None:
        fill = execution.seen.fill
        if fill.client_id == self._client_id:
            self.order_ids.raise_above(fill.order_id)
        if not fill.live:
            self._requests.row(execution.request_id, fill)
        self._emit(execution.seen)

    def _list_ended(self, ended: ListEnded) -> None:
        if ended.kind is Kind.ORDERS:
            self._snapshots.ended(ended.n, ended.at)
        else:
            self._requests.next_end(ended.kind)

    # ---- problems

    def _problem(self, event: ProblemSeen) -> None:
        self._snapshots.problem(event.request_id, event.code)
        if event.request_id == SYSTEM:
            self._system_problem(event)
        elif self.previews.knows(event.request_id):
            self.previews.problem(event.request_id, event.code, event.text)
        elif self._requests.knows(event.request_id):
            if is_note(event.code):
                self._emit(event)
            else:
                self._requests.fail(event.request_id, RequestFailed(event.text, event.code))
        elif (con_id := self._subscriptions.quotes.get(event.request_id)) is not None:
            self._emit(
                QuoteProblem(n=event.n, link=event.link, at=event.at, con_id=con_id, code=event.code, text=event.text)
            )
        elif event.request_id >= FIRST_REQUEST_ID:
            self._requests.late += 1
        else:
            self._emit(event)

    def _system_problem(self, event: ProblemSeen) -> None:
        if not is_note(event.code):
            self.last_problem = event
        if event.code in REFUSALS and self._requests.waiting(Kind.COMPLETED):
            self._requests.fail_newest(Kind.COMPLETED, RequestFailed(event.text, event.code))
        self._emit(event)

    # ---- start-up

    def _next_id(self, event: NextIdSeen) -> None:
        self.order_ids.told(event.order_id)
        self._emit(event)
        self._arrived(NextIdSeen)

    def _accounts(self, event: AccountsSeen) -> None:
        self.accounts = event.accounts
        self._emit(event)
        self._arrived(AccountsSeen)

    def _arrived(self, kind: type[Event]) -> None:
        self._missing.discard(kind)
        if not self.ready and not self._missing:
            self.ready = True
            self._snapshots.ready()
            self._on_ready()

    # ---- answers

    def _answer(self, answer: Answer) -> None:
        if answer.row is not None:
            self._requests.row(answer.request_id, answer.row)
        if answer.last:
            self._requests.end(answer.request_id)

    def _positions_ended(self, event: PositionsEnded) -> None:
        self._emit(event)
        self._requests.end_all(Kind.POSITIONS)

    def _time(self, event: TimeSeen) -> None:
        self._requests.next_end(Kind.TIME, event.time)
        self._emit(event)

    def _rule(self, rule: RuleRead) -> None:
        self.rules[rule.rule_id] = rule.steps
        self._requests.rule_read(rule.rule_id)
