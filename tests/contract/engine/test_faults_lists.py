"""What the user sees, and what the journal keeps, when lists of orders or the global cancel are not what they seem."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.desk import GLOBAL_CANCEL, LIST, Desk
from tests.support.desk import desk as open_desk
from tests.support.engine import reported, until
from tws_console.engine import rounds
from tws_console.model.order import Status, Witness
from tws_console.model.stop import Outcome

OURS = "client=11"


@pytest.fixture
async def busy(home: Path) -> AsyncIterator[Desk]:
    """An engine at a simulator with orders of other clients and by hand."""
    async with open_desk(home, "default") as running:
        yield running


async def test_age_counts_from_the_request_when_the_end_is_late(busy: Desk) -> None:
    await busy.fault("late-end", OURS, "seconds=0.3")
    await busy.lists(2)
    newest = busy.engine.session.last_snapshot

    assert newest is not None
    assert newest.at - newest.asked_at >= 0.3
    assert busy.engine.session.state.snapshot_at == newest.asked_at
    assert {row.perm_id for row in busy.engine.book.live()} == set(busy.live())
    assert "undecodable" not in (await busy.journal()).kinds


async def test_truth_does_not_move_when_no_end_comes(busy: Desk) -> None:
    await busy.fault("no-end", OURS)
    asked = busy.requests(LIST)
    before = busy.engine.session.state.snapshot_at
    busy.engine.refresh()
    await until(busy.engine, lambda: busy.requests(LIST) > asked)
    link = busy.engine.session.link
    assert link is not None
    await link.current_time(60)

    # A list that was asked for before the fault may still have ended in time.
    assert (busy.engine.session.state.snapshot_at or 0) - (before or 0) < 5
    assert {row.perm_id for row in busy.engine.book.live()} == set(busy.live())
    assert "link-lost" not in (await busy.journal()).kinds


async def test_list_proves_nothing_and_it_is_told_when_a_row_cannot_be_read(busy: Desk) -> None:
    await busy.fault("undecodable", OURS, "count=1")
    await until(busy.engine, lambda: bool(busy.engine.session.state.unverified))

    assert not busy.engine.session.state.snapshot_complete
    assert "could not be read" in busy.notices()
    assert "undecodable" in (await busy.journal()).kinds
    await busy.lists(1)
    assert busy.engine.session.state.unverified == ""
    assert {row.perm_id for row in busy.engine.book.live()} == set(busy.live())


async def test_orders_are_gone_without_a_witness_when_every_list_lies(busy: Desk) -> None:
    await busy.fault("lying-list", OURS)
    await until(busy.engine, lambda: not busy.engine.book.live())

    assert {(row.status, row.witness) for row in busy.engine.book.ended if row.perm_id in busy.live()} == {
        (Status.GONE, Witness.NONE)
    }
    busy.engine.stop.fire()
    report = await busy.engine.stop.wait(0.05)
    assert not report.proved
    await busy.journal()
    await busy.clear()


async def test_stop_sends_again_and_is_proved_when_one_order_survives(busy: Desk) -> None:
    await busy.fault("survivor", "count=1")
    busy.engine.stop.fire()

    report = await busy.engine.stop.wait(60)

    assert report.proved, report.why
    assert busy.requests(GLOBAL_CANCEL) >= 2
    assert not busy.live()
    assert {line.outcome for line in report.orders} == {Outcome.CANCELLED}
    assert not (await busy.journal()).intents


async def test_stop_is_not_confirmed_when_global_cancels_are_ignored(busy: Desk) -> None:
    await busy.fault("no-global-cancel")
    busy.engine.stop.fire()

    report = await reported(busy.engine, lambda one: "still live" in one.why)

    assert not report.proved
    assert busy.live()
    assert {line.perm_id for line in report.orders if line.outcome is Outcome.LIVE} == set(busy.live())
    await busy.clear()
    assert (await busy.engine.stop.wait(60)).proved
    assert not busy.live()


async def test_end_is_asked_for_again_when_the_question_was_refused(
    busy: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "ENDS_AGAIN", 0.2)
    perm_id = next(perm for perm, order in busy.live().items() if order.by_hand)
    await busy.fault("read-only", OURS)
    busy.server.exchange.lifecycle.endings.finish_cancel(busy.server.exchange.book.orders[perm_id])
    await until(busy.engine, lambda: "ends of orders not told" in busy.notices())
    row = busy.engine.book.find(perm_id)
    assert row is not None
    assert row.witness is Witness.NONE

    await busy.clear()

    await until(busy.engine, lambda: getattr(busy.engine.book.find(perm_id), "status", None) is Status.CANCELLED)
    assert 321 in (await busy.journal()).codes
