"""What the user sees, and what the journal keeps, when TWS treats an order in each known unpleasant way."""

from __future__ import annotations

from decimal import Decimal

from tests.support.desk import CANCEL, PLACE, Desk
from tests.support.engine import ticket, until
from tws_console.model.order import Order, Status, Witness
from tws_console.model.problems import ErrorCode

OURS = "client=11"


async def refused(desk: Desk, code: int) -> None:
    """A placement that the broker refused: said in its words, journalled as ended, nothing left open."""
    result = await desk.place()

    assert (result.submitted, result.code) == (True, ErrorCode.IB_ORDER_REJECTED)
    assert str(code) in result.refusal
    assert str(code) in desk.notices()
    assert not desk.live()
    assert not desk.engine.book.live()
    journal = await desk.journal()
    assert journal.states == ["ended"]
    assert code in journal.codes


async def informed(desk: Desk, code: int, status: Status) -> Order:
    """A code that only informs: the order lives, also after further lists."""
    order = await desk.placed()
    await desk.lists()

    assert desk.row(order).status is status
    assert order.perm_id in desk.live()
    journal = await desk.journal()
    assert code in journal.codes
    assert journal.states == ["acked"]
    return order


async def test_placement_is_unknown_and_stays_so_when_tws_drops_it(desk: Desk) -> None:
    await desk.fault("drop-placement")

    result = await desk.place(timeout=0.3)

    assert (result.submitted, result.code) == (True, ErrorCode.OUTCOME_UNKNOWN)
    await desk.lists()
    assert [row.status for row in desk.engine.book.live()] == [Status.UNKNOWN]
    assert desk.requests(PLACE) == 1
    assert (await desk.journal()).states == ["sent"]


async def test_both_rows_are_twins_and_no_cancel_leaves_when_one_number_becomes_two_orders(desk: Desk) -> None:
    await desk.fault("double-perm")
    order = await desk.placed()
    await until(desk.engine, lambda: len(desk.engine.book.live()) == 2)

    result = await desk.engine.trading.cancel(desk.row(order))

    assert {row.status for row in desk.engine.book.live()} == {Status.TWIN}
    assert result.outcome == "refused"
    assert "two orders carry the number" in result.reason
    first, second = (desk.row(row) for row in desk.engine.book.live())
    await desk.control("fill", second.perm_id)
    await until(desk.engine, lambda: desk.row(second).status is Status.FILLED)
    assert (await desk.engine.trading.cancel(desk.row(first))).outcome == "refused"
    assert not desk.requests(CANCEL)
    journal = await desk.journal()
    assert len(journal.intents) == 1
    assert "cancel-sent" not in journal.kinds


async def test_cancel_ends_filled_when_the_fill_comes_while_it_is_pending(desk: Desk) -> None:
    order = await desk.placed()
    await desk.fault("late-fill")

    result = await desk.engine.trading.cancel(order)

    assert result.outcome == "filled"
    row = desk.row(order)
    assert (row.status, row.filled) == (Status.FILLED, Decimal(10))
    journal = await desk.journal()
    assert (order.perm_id, "10") in journal.fills
    assert "cancel-sent" in journal.kinds


async def test_order_ends_by_its_executions_when_no_status_is_sent(desk: Desk) -> None:
    await desk.fault("no-status")
    order = await desk.placed()
    await desk.control("fill", order.perm_id)

    await until(desk.engine, lambda: desk.row(order).status is Status.FILLED)

    assert desk.row(order).filled == Decimal(10)
    journal = await desk.journal()
    assert (order.perm_id, "10") in journal.fills
    assert journal.states == ["ended"]


async def test_order_is_held_when_399_says_that_it_waits_for_the_opening(desk: Desk) -> None:
    await desk.fault("399")

    order = await informed(desk, 399, Status.ACCEPTED)

    assert desk.row(order).reason == "your order will not be placed at the exchange until the next trading session"


async def test_order_waits_for_shares_when_404_says_that_they_are_located(desk: Desk) -> None:
    await desk.fault("404")

    await informed(desk, 404, Status.WAIT_LOCATE)


async def test_order_works_when_10349_says_that_a_preset_changed_its_time(desk: Desk) -> None:
    await desk.fault("10349")

    await informed(desk, 10349, Status.WORKING)


async def test_order_is_rejected_when_a_precaution_451_refuses_it(desk: Desk) -> None:
    await desk.fault("451")

    await refused(desk, 451)


async def test_order_is_rejected_when_the_broker_answers_201(desk: Desk) -> None:
    await desk.fault("201")

    await refused(desk, 201)


async def test_order_is_rejected_when_its_price_does_not_conform_110(desk: Desk) -> None:
    await desk.fault("110")

    await refused(desk, 110)


async def test_cancel_says_live_when_another_users_cancel_is_under_way(desk: Desk) -> None:
    order = await desk.placed()
    await desk.fault("cancel-by-other")

    result = await desk.engine.trading.cancel(order, timeout=0.5)

    assert result.outcome == "live"
    row = desk.row(order)
    assert (row.live, row.witness) == (True, Witness.NONE)
    assert order.perm_id in desk.live()
    assert 201 in (await desk.journal()).codes


async def test_preview_is_unavailable_and_its_late_answer_no_order_when_it_is_slow(desk: Desk) -> None:
    await desk.fault("slow-whatif", "seconds=0.4")

    preview = await desk.engine.trading.what_if(await ticket(desk.engine), 0.1)
    await desk.lists(3)

    assert "did not answer" in preview.unavailable
    assert preview.init_margin_change is None
    assert not desk.engine.book.orders
    assert not (await desk.journal()).intents


async def test_preview_is_unavailable_when_tws_never_answers_it(desk: Desk) -> None:
    await desk.fault("no-whatif")

    preview = await desk.engine.trading.what_if(await ticket(desk.engine), 0.2)

    assert "did not answer" in preview.unavailable
    assert not desk.engine.book.orders
    assert not (await desk.journal()).intents
