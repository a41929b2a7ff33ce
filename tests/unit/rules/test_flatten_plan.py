"""What is planned to close a position, and that no order of fills, cancels and news carries it through zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.rules.build import AAPL, CENT, QUOTE, order, situation, ticket
from tws_console.model.ids import OrderKey, Owner
from tws_console.model.order import Order, Status
from tws_console.model.position import Quote
from tws_console.model.ticket import Ticket
from tws_console.model.verdict import Level
from tws_console.rules.closing import Baseline, baseline, room, surely_held
from tws_console.rules.flatten_plan import (
    FlattenPlan,
    How,
    Outcome,
    Scene,
    closing_limit,
    closing_limits,
    outcome_of,
    plan,
)
from tws_console.rules.risk import Limits, verdicts

D = Decimal
ACCOUNT = "DU1234567"


def can_all(_: Order) -> str:
    return ""


def can_none(_: Order) -> str:
    return "only client 7 can cancel it"


def scene(held: str | None, *orders: Order, **changed: object) -> Scene:
    calm = Scene(ACCOUNT, AAPL, None if held is None else D(held), orders, QUOTE, CENT, True, True)
    return replace(calm, **changed)  # type: ignore[arg-type]


def other(number: int, action: str, quantity: str, **changed: object) -> Order:
    made = order(action, quantity, key=OrderKey.perm(number), perm_id=number, order_id=number, client_id=7)
    return replace(made, owner=Owner.FOREIGN, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("held", "action", "quantity", "limit"), [("300", "SELL", "300", "186.54"), ("-40", "BUY", "40", "188.46")]
)
def test_plan_closes_exactly_what_is_held(held: str, action: str, quantity: str, limit: str) -> None:
    made = plan(scene(held), How(), can_all)

    assert made.ticket is not None
    request = made.ticket.request
    assert (request.action, request.quantity, request.limit_price) == (action, D(quantity), D(limit))
    assert (made.ticket.reduce_only, request.transmit, request.con_id) == (True, True, AAPL.con_id)
    assert (made.cancel, made.hazards) == ((), ())


@pytest.mark.parametrize(("held", "words"), [(None, "not known"), ("0", "no position")])
def test_plan_says_why_not_when_nothing_can_be_closed(held: str | None, words: str) -> None:
    made = plan(scene(held), How(), can_all)
    assert made.ticket is None
    assert words in made.why_not


def test_plan_cancels_own_closing_orders_and_names_what_stays() -> None:
    stop, entry = order("SELL", "100"), other(2, "BUY", "50")
    made = plan(scene("300", stop, entry), How("MKT"), can_all)
    assert made.cancel == (stop,)
    assert made.hazards == ("client 7 BUY 50 AAPL #2 stays: it would open the position again",)


def test_plan_counts_what_cannot_be_cancelled() -> None:
    made = plan(scene("300", other(2, "SELL", "120")), How("MKT"), can_none)
    assert made.ticket is not None
    assert made.ticket.request.quantity == D(180)
    assert "only client 7" in made.hazards[0]


def test_plan_stops_when_others_could_close_all_of_it() -> None:
    made = plan(scene("300", other(2, "SELL", "200"), other(3, "SELL", "200")), How("MKT"), can_none)
    assert made.ticket is None
    assert "client 7 SELL 200 AAPL #2" in made.why_not


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.INACTIVE, Status.CANCELLING, Status.WAIT_PARENT])
def test_plan_counts_every_order_that_may_still_fill(status: Status) -> None:
    made = plan(scene("300", other(2, "SELL", "100", status=status)), How("MKT"), can_none)
    assert made.ticket is not None
    assert made.ticket.request.quantity == D(200)


def test_plan_does_not_count_a_staged_order_and_names_it() -> None:
    made = plan(scene("300", order("SELL", "100", status=Status.STAGED)), How("MKT"), can_none)
    assert made.ticket is not None
    assert made.ticket.request.quantity == D(300)
    assert "staged" in made.hazards[0]


def test_plan_counts_every_member_of_an_oca_group() -> None:
    pair = (other(2, "SELL", "100", oca_group="x"), other(3, "SELL", "100", oca_group="x"))
    made = plan(scene("300", *pair), How("MKT"), can_none)
    assert made.ticket is not None
    assert made.ticket.request.quantity == D(100)


def test_plan_stops_when_an_order_does_not_tell_its_quantity() -> None:
    made = plan(scene("300", replace(other(2, "SELL", "1"), quantity=None, remaining=None)), How("MKT"), can_none)
    assert made.ticket is None
    assert "quantity" in made.why_not


def test_plan_cancels_the_opening_parent_of_a_child_that_waits() -> None:
    parent = order("BUY", "50", key=OrderKey.perm(5), perm_id=5, order_id=5)
    child = order("SELL", "50", key=OrderKey.perm(6), perm_id=6, order_id=6, parent_id=5, status=Status.WAIT_PARENT)
    assert plan(scene("100", child, parent), How("MKT"), can_all).cancel == (parent, child)


def test_plan_needs_a_price_for_a_limit_and_none_for_a_market_order() -> None:
    blind = scene("300", quote=Quote(AAPL.con_id, problem="no subscription"))
    assert "no subscription" in plan(blind, How("LMT"), can_all).why_not
    assert plan(blind, How("MKT"), can_all).ticket is not None


@pytest.mark.parametrize(("how", "expected"), [(How("LMT"), True), (How("MKT"), False)])
def test_plan_goes_outside_regular_hours_with_a_limit_only(how: How, expected: bool) -> None:
    made = plan(scene("300", session_open=False), how, can_all)
    assert made.ticket is not None
    assert made.ticket.request.outside_rth is expected


def test_limit_is_refused_when_the_distance_leaves_no_price() -> None:
    assert closing_limit("SELL", Quote(1, bid=D("0.01"), ask=D("0.02")), CENT, D(50)) is None


def test_closing_passes_limits_on_size_and_keeps_the_price_distance() -> None:
    limits = closing_limits(Limits(max_quantity=D(1), symbols_denied=("AAPL",), max_price_distance_percent=D(1)))
    assert (limits.max_quantity, limits.symbols_denied, limits.max_price_distance_percent) == (None, (), D(1))


@pytest.mark.parametrize(
    ("action", "quantity", "position", "passes"),
    [
        ("SELL", "300", "300", True),
        ("SELL", "301", "300", False),
        ("BUY", "1", "300", False),
        ("BUY", "40", "-40", True),
        ("SELL", "1", "0", False),
    ],
)
def test_reduce_only_passes_what_only_closes(action: str, quantity: str, position: str, passes: bool) -> None:
    of = situation(ticket(action, quantity), position=D(position), reduce_only="a position changed without a reason")
    found = next(verdict for verdict in verdicts(of, Limits()) if verdict.rule == "reduce-only")
    assert (found.level is Level.PASS) is passes
    assert found.code == ("" if passes else "REDUCE_ONLY")


def test_reduce_only_blocks_when_the_position_is_not_known() -> None:
    of = situation(ticket("SELL", "1"), position=None, reduce_only="closing")
    assert "not known" in next(v.msg for v in verdicts(of, Limits()) if v.rule == "reduce-only")


def test_reduce_only_lets_a_market_order_go_without_a_quote() -> None:
    of = situation(ticket("SELL", "10", None), quote=None, reduce_only="closing")
    assert next(v.level for v in verdicts(of, Limits()) if v.rule == "quote") is Level.WARN


@pytest.mark.parametrize(
    ("after", "status", "filled", "outcome"),
    [
        ("0", Status.FILLED, "300", Outcome.CLOSED),
        ("100", Status.FILLED, "200", Outcome.PARTLY),
        ("100", Status.WORKING, "200", Outcome.LIVE),
        (None, Status.FILLED, "300", Outcome.UNKNOWN),
        ("-20", Status.FILLED, "300", Outcome.UNKNOWN),
        ("300", Status.CANCELLED, "0", Outcome.REFUSED),
        ("300", Status.UNKNOWN, "0", Outcome.UNKNOWN),
    ],
)
def test_outcome_tells_what_is_proved(after: str | None, status: Status, filled: str, outcome: Outcome) -> None:
    sent = order("SELL", "300", status=status, filled=D(filled))
    assert outcome_of(D(300), None if after is None else D(after), sent)[0] is outcome


def test_outcome_is_unknown_when_the_order_is_not_found() -> None:
    assert outcome_of(D(300), D(0), None)[0] is Outcome.UNKNOWN


# ---- the model: a broker, and what has been heard of it so far


@dataclass
class Truth:
    """An order as it really is."""

    action: str
    quantity: int
    own: bool
    filled: int = 0
    live: bool = True

    @property
    def sign(self) -> int:
        return 1 if self.action == "BUY" else -1


class World:
    """The broker's truth, and a view of it that lags: rows and position are heard of independently."""

    def __init__(self, held: int, orders: Sequence[Truth]) -> None:
        self.start = self.held = held
        self.orders = list(orders)
        self.rows = [self._row(n) for n in range(len(self.orders))]
        self.reported = held
        self.crossed = False

    def _row(self, n: int) -> Order:
        truth = self.orders[n]
        made = order(truth.action, str(truth.quantity), key=OrderKey.perm(n + 1), perm_id=n + 1, order_id=n + 1)
        return replace(
            made,
            client_id=11 if truth.own else 7,
            owner=Owner.OWN if truth.own else Owner.FOREIGN,
            filled=D(truth.filled),
            remaining=D(truth.quantity - truth.filled),
            status=Status.WORKING if truth.live else Status.CANCELLED,
        )

    def fill(self, n: int, quantity: int) -> None:
        truth = self.orders[n]
        quantity = min(quantity, truth.quantity - truth.filled) if truth.live else 0
        truth.filled += quantity
        truth.live = truth.live and truth.filled < truth.quantity
        self.held += truth.sign * quantity
        self.crossed = self.crossed or self.held * self.start < 0

    def hear(self, n: int) -> None:
        self.rows[n] = self._row(n)

    def hear_position(self) -> None:
        self.reported = self.held


Steps = st.lists(
    st.tuples(st.sampled_from(["fill", "row", "position"]), st.integers(0, 5), st.integers(1, 120)), max_size=6
)
Orders = st.lists(st.builds(Truth, st.sampled_from(["BUY", "SELL"]), st.integers(1, 150), st.booleans()), max_size=4)


def happen(world: World, steps: Sequence[tuple[str, int, int]]) -> None:
    """Things that happen, or are heard of, in between."""
    for what, number, quantity in steps:
        if what == "position":
            world.hear_position()
        elif world.orders and what == "fill":
            world.fill(number % len(world.orders), quantity)
        elif world.orders:
            world.hear(number % len(world.orders))


def read(world: World, steps: Sequence[tuple[str, int, int]]) -> tuple[Order, ...]:
    """A full list, then the position: it may lack what happened after it was asked for."""
    for n in range(len(world.orders)):
        world.hear(n)
    rows = tuple(world.rows)
    world.hear_position()
    happen(world, [step for step in steps if step[0] != "position"])
    return rows


def planned(world: World, since: Baseline) -> FlattenPlan:
    held = surely_held(since, D(world.reported), world.rows)
    live = tuple(row for row in world.rows if row.live)
    return plan(
        replace(scene(None, *live), held=held), How("MKT"), lambda row: "" if row.client_id == 11 else "not ours"
    )


@settings(max_examples=600, deadline=None)
@given(
    held=st.integers(-200, 200).filter(bool),
    orders=Orders,
    refusals=st.lists(st.booleans(), min_size=4, max_size=4),
    gaps=st.lists(Steps, min_size=6, max_size=6),
    last=st.permutations(range(5)),
)
def test_flatten_never_crosses_zero_when_fills_cancels_and_news_come_in_any_order(
    held: int,
    orders: list[Truth],
    refusals: list[bool],
    gaps: list[list[tuple[str, int, int]]],
    last: list[int],
) -> None:
    # A position that its own closing orders alone carry through zero is not the flatten's doing.
    closing = "SELL" if held > 0 else "BUY"
    most = sum(one.quantity for one in orders if one.action == closing)
    orders = orders if most <= abs(held) else [one for one in orders if one.action != closing]
    world = World(held, orders)
    happen(world, gaps[0])
    rows = read(world, gaps[1])
    since = baseline(D(world.reported), rows)
    first = planned(world, since)
    for row, refused in zip(first.cancel, refusals, strict=False):
        n = (row.perm_id or 0) - 1
        happen(world, gaps[2])
        world.orders[n].live = world.orders[n].live and refused
        world.hear(n)
    if first.cancel:
        read(world, gaps[3])
    made = planned(world, since)
    happen(world, gaps[4])
    # The guard, immediately before the bytes leave.
    if made.ticket is not None and _guard(world, since, made.ticket):
        world.orders.append(Truth(made.ticket.request.action, int(made.ticket.request.quantity), own=True))
        world.rows.append(world._row(len(world.orders) - 1))
    happen(world, gaps[5])
    for n in last:
        if n < len(world.orders):
            world.fill(n, 1_000)
    assert not world.crossed


def _guard(world: World, since: Baseline, closing: Ticket) -> bool:
    free = room(surely_held(since, D(world.reported), world.rows), closing.request.action, world.rows)
    return free is not None and closing.request.quantity <= free
