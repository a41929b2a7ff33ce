"""Orders changed in place: engine, ib_async's encoder and the simulator over a real socket.

What was sent is read from the simulator's log of requests, what is live from its book.
"""

from __future__ import annotations

import asyncio
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine import connected_engine, row, ticket, until
from tests.support.order_fields import order_fields
from tests.support.raw_client import RawClient, place_fields
from tests.support.simulator import SimulatorProcess, wait_until
from tws_console.config.settings import Limits
from tws_console.engine.engine import Engine
from tws_console.engine.results import ModifyResult
from tws_console.model.order import Order, Status
from tws_console.model.problems import ErrorCode
from tws_console.rules.amend import Wish

PLACE = 3
CLIENT = 11


async def placed(engine: Engine, **changes: Any) -> Order:
    """A resting own order that the simulator has done with."""
    result = await engine.trading.place(await ticket(engine, **changes))
    assert result.order is not None, result.refusal
    perm_id = result.order.perm_id
    await until(engine, lambda: row(engine, perm_id).status in {Status.WORKING, Status.UNTRIGGERED})
    return row(engine, perm_id)


def places(sim: SimulatorProcess) -> list[tuple[int, int]]:
    return [(one["client_id"], one["order_id"]) for one in sim.requests(PLACE)]


def in_book(sim: SimulatorProcess, order: Order) -> dict[str, Any]:
    (found,) = sim.book(perm_id=order.perm_id)
    return found


def intents(home: Path) -> list[tuple[str, int | None, str, str | None]]:
    with sqlite3.connect(home / "journal.db") as journal:
        rows = journal.execute("select kind, target_perm_id, state, reason from intent order by at, ulid").fetchall()
    journal.close()
    return rows


async def test_price_and_size_change_in_place_when_the_order_works(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await placed(engine)

        result = await engine.modifying.modify(order, Wish(quantity=Decimal(7), limit_price=Decimal("49.50")))

        assert (result.outcome, result.reason) == ("modified", "")
        assert [(one.field, one.old, one.new) for one in result.changed] == [
            ("quantity", Decimal(10), Decimal(7)),
            ("limit_price", Decimal(50), Decimal("49.50")),
        ]
        now = row(engine, order.perm_id)
        assert (now.quantity, now.limit_price, now.status) == (Decimal(7), Decimal("49.50"), Status.WORKING)
        assert places(empty_sim) == [(CLIENT, order.order_id), (CLIENT, order.order_id)]
        assert [one["perm_id"] for one in empty_sim.book()] == [order.perm_id]
        assert float(in_book(empty_sim, order)["quantity"]) == 7
        assert now.order_ref == order.order_ref
        await engine.journal.flush()
    kinds = intents(home)
    assert [(kind, target, state) for kind, target, state, _ in kinds] == [
        ("place", None, "acked"),
        ("modify", order.perm_id, "acked"),
    ]


async def test_trigger_changes_when_it_is_a_stop(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await placed(engine, limit=None, stop="90", order_type="STP")

        result = await engine.modifying.modify(order, Wish(aux_price=Decimal("91")))

        assert result.outcome == "modified", result.reason
        assert row(engine, order.perm_id).aux_price == Decimal(91)


async def test_tif_changes_from_day_to_ioc_and_the_rest_is_cancelled(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await placed(engine)

        result = await engine.modifying.modify(order, Wish(tif="IOC"))

        assert result.outcome == "modified", result.reason
        await until(engine, lambda: row(engine, order.perm_id).status is Status.CANCELLED)


@pytest.mark.parametrize("fault", ["201", "110"])
async def test_order_works_on_as_it_was_when_the_broker_refuses(
    empty_sim: SimulatorProcess, home: Path, fault: str
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await placed(engine)
        empty_sim.ctl("fault", fault, f"client={CLIENT}")

        result = await engine.modifying.modify(order, Wish(limit_price=Decimal("49")))

        assert (result.outcome, result.code) == ("refused", ErrorCode.IB_ORDER_REJECTED)
        assert result.reason.startswith(f"{fault} ")
        assert result.reason.endswith("the order works on as it was")
        now = row(engine, order.perm_id)
        assert (now.status, now.limit_price) == (Status.WORKING, Decimal(50))
        assert len(places(empty_sim)) == 2

        cancelled = await engine.trading.cancel(now)

        assert cancelled.outcome == "cancelled"
        assert row(engine, order.perm_id).status is Status.CANCELLED, "a refused change is no rejected order"
    assert [state for kind, _, state, _ in intents(home) if kind == "modify"] == ["ended"]


async def test_two_orders_are_an_alarm_when_the_change_became_a_second_one(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await placed(engine)
        empty_sim.ctl("fault", "double-perm", f"client={CLIENT}")

        result = await engine.modifying.modify(order, Wish(limit_price=Decimal("49")))

        assert (result.outcome, result.code) == ("unknown", ErrorCode.OUTCOME_UNKNOWN)
        assert "both may fill" in result.reason
        assert [one.status for one in engine.book.live()] == [Status.TWIN, Status.TWIN]
        assert any("both may fill" in notice.text for notice in engine.notices.lines)
        again = await engine.modifying.modify(row(engine, order.perm_id), Wish(limit_price=Decimal("48")))
        assert (again.outcome, again.sent) == ("refused", False)
        assert len(places(empty_sim)) == 2


async def test_change_is_unknown_and_not_sent_again_when_tws_drops_it(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home, polling=True) as engine:
        order = await placed(engine)
        empty_sim.ctl("fault", "drop-placement", f"client={CLIENT}")

        result = await engine.modifying.modify(order, Wish(limit_price=Decimal("49")), timeout=0.5)

        assert (result.outcome, result.code, result.sent) == ("unknown", ErrorCode.OUTCOME_UNKNOWN, True)
        first = engine.session.state.snapshot_at
        assert first is not None
        await until(engine, lambda: (engine.session.state.snapshot_at or 0) > first + 0.6)
        now = row(engine, order.perm_id)
        assert (now.status, now.limit_price) == (Status.WORKING, Decimal(50))
        assert len(places(empty_sim)) == 2
    assert [state for kind, _, state, _ in intents(home) if kind == "modify"] == ["sent"]


async def test_late_answer_counts_when_the_broker_stalls(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home, polling=True) as engine:
        order = await placed(engine)
        empty_sim.ctl("fault", "stall", f"client={CLIENT}")

        result = await engine.modifying.modify(order, Wish(limit_price=Decimal("49")), timeout=0.3)

        assert result.outcome == "unknown"
        empty_sim.ctl("clear", "stall")
        await until(engine, lambda: row(engine, order.perm_id).limit_price == Decimal(49))
        await until(engine, lambda: row(engine, order.perm_id).status is Status.WORKING)
        assert len(places(empty_sim)) == 2
    assert [state for kind, _, state, _ in intents(home) if kind == "modify"] == ["acked"]


async def test_unanswered_change_is_no_question_when_its_order_has_ended(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home, polling=True) as engine:
        order = await placed(engine)
        empty_sim.ctl("fault", "drop-placement", f"client={CLIENT}")
        result = await engine.modifying.modify(order, Wish(limit_price=Decimal("49")), timeout=0.5)
        assert result.outcome == "unknown"

        empty_sim.ctl("fill", order.perm_id)
        await until(engine, lambda: row(engine, order.perm_id).status is Status.FILLED)

    assert [row for row in intents(home) if row[0] == "modify"] == [("modify", order.perm_id, "ended", "it is filled")]


async def test_unanswered_change_stays_open_when_a_newer_one_gives_the_same_terms(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home, polling=True) as engine:
        order = await placed(engine)
        empty_sim.ctl("fault", "drop-placement", f"client={CLIENT}")
        dropped = await engine.modifying.modify(order, Wish(limit_price=Decimal("49")), timeout=0.5)
        empty_sim.ctl("clear", "all")
        await until(engine, lambda: row(engine, order.perm_id).status is Status.WORKING)

        again = await engine.modifying.modify(row(engine, order.perm_id), Wish(limit_price=Decimal("49")))

        assert (dropped.outcome, again.outcome) == ("unknown", "modified")
    assert [state for kind, _, state, _ in intents(home) if kind == "modify"] == ["sent", "acked"]


async def test_row_says_modifying_while_the_answer_is_awaited(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await placed(engine)
        empty_sim.ctl("fault", "stall", f"client={CLIENT}")
        changing = asyncio.create_task(engine.modifying.modify(order, Wish(limit_price=Decimal("49"))))

        def told() -> bool:
            return changing.done() or row(engine, order.perm_id).status is Status.MODIFYING

        while not told():  # noqa: ASYNC110 - no event comes while the server stalls
            await asyncio.sleep(0)

        assert row(engine, order.perm_id).status is Status.MODIFYING
        assert (await changing).outcome == "modified"


async def test_nothing_is_sent_when_a_part_filled_since_it_was_shown(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await placed(engine)
        empty_sim.ctl("fill", order.perm_id, 4)
        await until(engine, lambda: row(engine, order.perm_id).filled == Decimal(4))

        stale = await engine.modifying.modify(order, Wish(quantity=Decimal(8)))
        low = await engine.modifying.modify(row(engine, order.perm_id), Wish(quantity=Decimal(4)))
        good = await engine.modifying.modify(row(engine, order.perm_id), Wish(quantity=Decimal(8)))

        assert (stale.outcome, stale.sent) == ("refused", False)
        assert "filled in the meantime" in stale.reason
        assert (low.code, [error.rule for error in low.errors]) == (
            ErrorCode.ORDER_VALIDATION_FAILED,
            ["more-than-filled"],
        )
        assert good.outcome == "modified", good.reason
        now = row(engine, order.perm_id)
        assert (now.quantity, now.filled, now.status) == (Decimal(8), Decimal(4), Status.PARTIAL)
        assert len(places(empty_sim)) == 2


async def test_nothing_is_sent_when_frozen_before_or_in_between(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await placed(engine)
        commit = engine.journal.commit_intent

        async def freeze_behind(intent: Any) -> None:
            await commit(intent)
            engine.latch.engage()

        engine.journal.commit_intent = freeze_behind  # type: ignore[method-assign]
        between = await engine.modifying.modify(order, Wish(limit_price=Decimal("49")))
        before = await engine.modifying.modify(order, Wish(limit_price=Decimal("49")))

        assert (between.outcome, between.code, between.sent) == ("refused", ErrorCode.FROZEN, False)
        assert (before.outcome, before.code, before.sent) == ("refused", ErrorCode.FROZEN, False)
        assert len(places(empty_sim)) == 1
        assert row(engine, order.perm_id).status is Status.WORKING
    assert [(state, bool(reason)) for kind, _, state, reason in intents(home) if kind == "modify"] == [
        ("not-sent", True)
    ]


async def test_foreign_order_is_not_changed_when_it_has_our_number(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine, await RawClient.start(empty_sim.port, 30) as other:
        order = await placed(engine)
        number = order.order_id or 0
        other.send(*place_fields(number, order_type="LMT", limit=100))
        await other.until_status(number, "Submitted")
        link = engine.session.link
        assert link is not None
        await engine.session.fresh_list(link, 5.0)
        foreign = next(one for one in engine.book.live() if one.client_id == 30)
        assert foreign.order_id == number

        refused = await engine.modifying.modify(foreign, Wish(limit_price=Decimal("99")))
        done = await engine.modifying.modify(order, Wish(limit_price=Decimal("49")))

        assert (refused.outcome, refused.code, refused.sent) == ("refused", ErrorCode.FOREIGN_ORDER, False)
        assert "only client 30" in refused.reason
        assert done.outcome == "modified"
        assert float(in_book(empty_sim, foreign)["limit"] or 0) == 100


async def test_order_of_another_own_id_is_changed_under_that_id_when_it_is_free(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        async with connected_engine(empty_sim, home, 14) as other:
            order = await placed(other)
            link = engine.session.link
            assert link is not None
            await engine.session.fresh_list(link, 5.0)
            held = await engine.modifying.modify(row(engine, order.perm_id), Wish(limit_price=Decimal("49")))
        wait_until(lambda: len(empty_sim.ctl("clients")) == 1)

        done = await engine.modifying.modify(row(engine, order.perm_id), Wish(limit_price=Decimal("49")))

        assert (held.outcome, held.sent) == ("refused", False)
        assert "client 14 is connected (326)" in held.reason
        assert done.outcome == "modified", done.reason
        assert places(empty_sim) == [(14, order.order_id), (14, order.order_id)]
        assert row(engine, order.perm_id).limit_price == Decimal(49)


async def test_refusal_is_told_when_it_comes_on_the_second_connection(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home, 14) as other:
        order = await placed(other)
    empty_sim.ctl("fault", "201", "client=14")
    async with connected_engine(empty_sim, home) as engine:
        result = await engine.modifying.modify(row(engine, order.perm_id), Wish(limit_price=Decimal("49")))

        assert (result.outcome, result.sent) == ("refused", True)
        assert result.reason.startswith("201 ")
        assert row(engine, order.perm_id).limit_price == Decimal(50)


async def test_risk_rules_hold_for_the_order_as_it_would_stand(empty_sim: SimulatorProcess, home: Path) -> None:
    limits = Limits(duplicate_seconds=60.0, max_quantity=Decimal(20))
    async with connected_engine(empty_sim, home, limits=limits) as engine:
        order = await placed(engine)

        large = await engine.modifying.modify(order, Wish(quantity=Decimal(21)))
        off_tick = await engine.modifying.modify(order, Wish(limit_price=Decimal("49.505")))
        fine = await engine.modifying.modify(order, Wish(quantity=Decimal(20)))
        back = await changed(engine, order.perm_id, Wish(quantity=Decimal(10)))

        assert (large.outcome, large.code, large.sent) == ("refused", ErrorCode.MAX_QUANTITY, False)
        assert (off_tick.code, off_tick.sent) == (ErrorCode.ORDER_VALIDATION_FAILED, False)
        assert (fine.outcome, back.outcome) == ("modified", "modified")
        said = {verdict.rule: verdict.level.value for verdict in fine.verdicts}
        assert (said["duplicate"], said["max-quantity"]) == ("pass", "pass")
        assert len(places(empty_sim)) >= 3


async def test_only_what_was_asked_for_differs_when_the_bytes_are_compared(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await placed(engine, tif="GTC", order_ref="mine-7")
        before = in_book(empty_sim, order)

        await engine.modifying.modify(order, Wish(limit_price=Decimal("49")))

        after = in_book(empty_sim, order)
        assert {name for name in before if before[name] != after[name]} <= {"limit", "updated", "status"}
        now = row(engine, order.perm_id)
        assert (now.tif, now.order_ref, now.account) == ("GTC", "mine-7", order.account)


async def changed(engine: Engine, perm_id: int | None, wish: Wish) -> ModifyResult:
    """Change it; ask again, as a person would, while TWS says that the last change is still being processed."""
    for _ in range(50):
        result = await engine.modifying.modify(row(engine, perm_id), wish)
        if not result.reason.startswith("2102 "):
            break
    return result


async def bracket(sim: SimulatorProcess, client_id: int) -> None:
    """A parent with profit and stop, placed and left by another connection of this id."""
    async with await RawClient.start(sim.port, client_id) as client:
        client.send(*place_fields(1, limit=100, transmit=False))
        client.send(*place_fields(2, action="SELL", limit=400, transmit=False, parent_id=1))
        client.send(*place_fields(3, action="SELL", order_type="STP", stop=50, parent_id=1))
        await client.until_status(1, "Submitted")
    wait_until(lambda: len(sim.book()) == 3)


async def test_child_keeps_its_parent_when_it_is_changed_before_and_after_the_parents_fill(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    await bracket(empty_sim, CLIENT)
    async with connected_engine(empty_sim, home) as engine:
        parent, profit, stop = sorted(engine.book.live(), key=lambda one: one.order_id or 0)
        assert (profit.parent_id, stop.status) == (parent.order_id, Status.WAIT_PARENT)

        first = await changed(engine, stop.perm_id, Wish(aux_price=Decimal("51")))

        assert first.outcome == "modified", first.reason
        assert row(engine, stop.perm_id).parent_id == parent.order_id
        empty_sim.ctl("fill", parent.perm_id)
        await until(engine, lambda: row(engine, parent.perm_id).status is Status.FILLED)
        await until(engine, lambda: row(engine, stop.perm_id).status is Status.UNTRIGGERED)
        await until(engine, lambda: row(engine, stop.perm_id).aux_price == Decimal(51))

        second = await changed(engine, stop.perm_id, Wish(aux_price=Decimal("52")))

        assert second.outcome == "modified", second.reason
        assert row(engine, profit.perm_id).live
        empty_sim.ctl("fill", profit.perm_id)
        await until(engine, lambda: row(engine, stop.perm_id).status is Status.CANCELLED)


@pytest.mark.parametrize(
    ("carries", "named"),
    [
        ({"hidden": 1}, "hidden"),
        ({"display_size": 20}, "iceberg display size"),
        ({"all_or_none": 1}, "all-or-none"),
        ({"tif": "GTD", "good_till": "20991231 23:59:59 US/Eastern"}, "the TIF GTD"),
        ({"order_type": "REL", "percent_offset": 0.01}, "the order type REL"),
        ({"oca": "pair-1", "oca_type": 1}, "OCA group pair-1"),
    ],
)
async def test_order_is_left_alone_when_a_change_would_strip_it(
    empty_sim: SimulatorProcess, home: Path, carries: dict[str, Any], named: str
) -> None:
    async with await RawClient.start(empty_sim.port, CLIENT) as client:
        client.send(*order_fields(1, limit=100, **carries))
        await client.until_status(1, "Submitted")
    async with connected_engine(empty_sim, home) as engine:
        (order,) = engine.book.live()

        result = await engine.modifying.modify(order, Wish(limit_price=Decimal("99")))

        assert (result.outcome, result.code, result.sent) == ("refused", ErrorCode.NOT_MODIFIABLE, False)
        assert named in result.reason
        assert len(places(empty_sim)) == 1


async def test_second_change_is_not_sent_again_when_the_first_is_still_processed(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        order = await placed(engine)
        empty_sim.ctl("clock", "2026-09-28T15:00:00Z")  # the broker behind the server stands still from now on
        first = await engine.modifying.modify(order, Wish(limit_price=Decimal("49")))

        second = await engine.modifying.modify(row(engine, order.perm_id), Wish(limit_price=Decimal("48")))

        assert (first.outcome, second.outcome) == ("modified", "refused")
        assert second.reason.startswith("2102 ")
        assert second.reason.endswith("the order works on as it was")
        assert places(empty_sim) == [(CLIENT, order.order_id)] * 3
        assert row(engine, order.perm_id).limit_price == Decimal(49)
