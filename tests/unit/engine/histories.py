"""Random but realistic days at the broker: what it may say of several orders of several clients, and in which orders.

What one connection can deliver out of order is what TWS produces out of order; the socket itself keeps the sequence.
Documented or recorded: duplicates of any message at any later time and missing orderStatus (IBKR TWS API docs, "Order
Submission"); execDetails and its commission before or after the openOrder and orderStatus of the same order (Nautilus
issue 3949; recordings of a filled market order); the status Cancelled before or after its 202; messages of different
orders in any mixture. Not produced, and not generated: rows of a list after its end marker, a completed order before
the order has ended. The turbulent part here is shuffled without regard to any of this, which is more than the broker
does; the calm part behind it (complete lists, completed orders, executions) comes in its own order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.unit.engine.events import Wire
from tws_console.engine.book import Book
from tws_console.engine.store import Changes
from tws_console.model.clock import Clock
from tws_console.model.events import Event
from tws_console.model.order import Order, Status

OURS = 11
SIZE = 100
ENDS = ("live", "filled", "cancelled", "part-cancelled", "cancel-then-filled", "rejected")

Say = Callable[[Wire], Event]


@dataclass(frozen=True)
class Plan:
    """One order: whose, under which number, and how it will end."""

    perm_id: int
    client_id: int
    order_id: int
    end: str
    parts: tuple[int, ...] = ()
    """Quantities of its executions, in order."""
    bound: bool = False
    """A manual order that is bound to client 0 on the way."""
    lost_statuses: bool = False

    @property
    def filled(self) -> int:
        return sum(self.parts)

    @property
    def live(self) -> bool:
        return self.end == "live"

    @property
    def numbers(self) -> tuple[int, int]:
        return self.client_id, self.order_id


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, ...]:
    """Two to five orders; client ids and order ids collide as much as they can."""
    found: dict[tuple[int, int], Plan] = {}
    for perm_id in range(101, 101 + draw(st.integers(2, 5))):
        client = draw(st.sampled_from((0, OURS, 12, 20)))
        number = 0 if client == 0 else draw(st.integers(1, 2))
        end = draw(st.sampled_from(ENDS))
        parts = draw(st.lists(st.integers(1, 30), max_size=3))
        if end in {"filled", "cancel-then-filled"}:
            parts.append(SIZE - sum(parts))
        elif end in {"cancelled", "rejected"}:
            parts = []
        plan = Plan(
            perm_id,
            client,
            number,
            end,
            tuple(parts),
            bound=client == 0 and draw(st.booleans()),
            lost_statuses=draw(st.booleans()),
        )
        found[(client, number) if number else (0, -perm_id)] = plan
    return tuple(found.values())


def messages(plan: Plan) -> list[Say]:
    """What the broker says of it while it happens, in order."""
    told: list[Say] = [lambda wire: wire.order(plan.perm_id, *plan.numbers, status="PreSubmitted")]
    done = Decimal(0)

    def status(word: str) -> None:
        filled, left = str(done), str(SIZE - done)
        if not plan.lost_statuses:
            told.append(lambda wire: wire.status(plan.perm_id, word, *plan.numbers, filled=filled, remaining=left))

    status("PreSubmitted")
    told.append(lambda wire: wire.order(plan.perm_id, *plan.numbers, status="Submitted"))
    status("Submitted")
    if plan.bound:
        told.append(lambda wire: wire.bound(plan.perm_id, 0, -plan.perm_id))
    if plan.end == "cancel-then-filled":
        told.append(lambda wire: wire.order(plan.perm_id, *plan.numbers, status="PendingCancel"))
        status("PendingCancel")
    for number, part in enumerate(plan.parts):
        execution = f"{plan.perm_id}.{number}.01"
        told.append(_execution(plan, execution, part))
        told.append(lambda wire, execution=execution: wire.commission(execution))  # type: ignore[misc]
        done += part
        status("Filled" if done == SIZE else "Submitted")
    told += _end(plan)
    if plan.end in {"cancelled", "part-cancelled"}:
        status("Cancelled")
    return told


def _execution(plan: Plan, execution: str, part: int) -> Say:
    return lambda wire: wire.fill(plan.perm_id, str(part), execution, *plan.numbers)


def _end(plan: Plan) -> list[Say]:
    if plan.end == "rejected":
        return [
            lambda wire: wire.order(plan.perm_id, *plan.numbers, status="Inactive"),
            lambda wire: wire.problem(plan.order_id, 201, "Order rejected - reason:margin"),
        ]
    if plan.end in {"cancelled", "part-cancelled"}:
        return [lambda wire: wire.problem(plan.order_id, 202, "Order Canceled - reason:")]
    return []


def listing(wire: Wire, plans: tuple[Plan, ...]) -> list[Event]:
    """One complete list: its rows between the request and the end marker."""
    live = [plan for plan in plans if plan.live]
    taken = wire.listed(*(plan.perm_id for plan in live))
    rows: list[Event] = []
    for plan in live:
        left = str(SIZE - plan.filled)
        rows.append(wire.order(plan.perm_id, *plan.numbers, status="Submitted"))
        rows.append(wire.status(plan.perm_id, "Submitted", *plan.numbers, filled=str(plan.filled), remaining=left))
    rows = [replace(row, at=taken.at) for row in rows]
    wire.at = taken.at
    return [*rows, taken]


def calm(wire: Wire, plans: tuple[Plan, ...]) -> list[Event]:
    """What follows when everything has happened: two lists, then the completed orders, then a third list."""
    told = [*listing(wire, plans), *listing(wire, plans)]
    for plan in plans:
        if not plan.live:
            full = plan.filled == SIZE
            words = f"Filled Size: {SIZE}" if full else "Cancelled by Trader"
            done = wire.completed(plan.perm_id, "Filled" if full else "Cancelled", words)
            told.append(replace(done, filled=Decimal(plan.filled)))
    return [*told, *listing(wire, plans)]


@st.composite
def shuffled(draw: st.DrawFn, plans: tuple[Plan, ...]) -> list[Say]:
    """Every message once or twice, in any order."""
    told = [say for plan in plans for say in messages(plan)]
    again = draw(st.lists(st.sampled_from(told), max_size=8))
    return draw(st.permutations([*told, *again]))


def in_order(plans: tuple[Plan, ...]) -> list[Say]:
    return [say for plan in plans for say in messages(plan)]


def new_book(wire: Wire) -> Book:
    book = Book(OURS, Changes(), Clock(monotonic=wire.monotonic))
    book.attach(OURS)
    return book


def told(plans: tuple[Plan, ...], says: list[Say]) -> Book:
    """A book that heard these messages and then the calm part."""
    wire = Wire()
    book = new_book(wire)
    for say in says:
        book.apply(say(wire))
    for event in calm(wire, plans):
        book.apply(event)
    return book


COMPARED = ("owner", "perm_id", "client_id", "order_id", "account", "action", "quantity", "filled", "remaining")
TERMS = ("order_type", "limit_price", "tif", "status")


def essence(row: Order) -> dict[str, Any]:
    """What must not depend on the order of messages. Who witnessed an end first may differ, not that it was."""
    found = {name: getattr(row, name) for name in (*COMPARED, *TERMS)}
    if row.status in {Status.REJECTED, Status.CANCELLED}:
        found["status"] = Status.CANCELLED  # which of the two depends on whether the reason named this connection
    return found | {"witnessed": row.witness.value != "none"}
