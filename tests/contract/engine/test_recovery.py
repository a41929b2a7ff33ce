"""What a new run makes of intents that an earlier one left without an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from ulid import ULID

from tests.support.engine import PAPER, connected_engine, ticket, until
from tests.support.simulator import SimulatorProcess
from tws_console.engine.engine import Engine
from tws_console.engine.recovery import ChoiceRefused
from tws_console.journal.writer import Journal
from tws_console.model.ids import OrderKey
from tws_console.model.intent import Intent, IntentKind, IntentState
from tws_console.model.order import Status

PLACE = 3


@asynccontextmanager
async def journal_of(home: Path) -> AsyncIterator[Journal]:
    journal = Journal(str(home / "journal.db"))
    try:
        yield journal
    finally:
        await journal.close()


async def forget_answers(home: Path, ulid: str) -> None:
    """The journal as a killed run leaves it: the bytes were written, the answer was not."""
    async with journal_of(home) as journal:
        await journal._ask(
            lambda connection: connection.execute(
                "UPDATE intent SET state = 'sent', perm_id = NULL, acked_at = NULL WHERE ulid = ?", (ulid,)
            )
        )


async def state_of(home: Path, ulid: str) -> Intent:
    async with journal_of(home) as journal:
        found = await journal.intent(ulid)
    assert found is not None
    return found


def lost_intent(sim: SimulatorProcess, **changed: object) -> Intent:
    """An intent of an earlier run that the broker never heard of."""
    ulid = str(ULID())
    base = Intent(
        ulid=ulid,
        at=datetime.now(UTC) - timedelta(minutes=3),
        login=PAPER + ",DU7654321",
        endpoint=f"{sim.host}:{sim.port}",
        client_id=11,
        order_id=77,
        account=PAPER,
        con_id=8894,
        symbol="KO",
        action="BUY",
        quantity=Decimal(10),
        order_type="LMT",
        limit_price=Decimal(50),
        aux_price=None,
        tif="DAY",
        transmit=True,
        order_ref=ulid,
        state=IntentState.SENT,
    )
    return replace(base, **changed)  # type: ignore[arg-type]


async def with_intent(home: Path, engine_login: str, intent: Intent) -> None:
    async with journal_of(home) as journal:
        await journal.commit_intent(replace(intent, login=engine_login))


async def login_of(sim: SimulatorProcess, home: Path) -> str:
    async with connected_engine(sim, home, 19) as engine:
        return engine.session.state.login


async def placed(engine: Engine, order_ref: str = "") -> tuple[str, int]:
    result = await engine.trading.place(await ticket(engine, order_ref=order_ref))
    assert result.order is not None
    assert result.order.perm_id is not None
    return result.intent, result.order.perm_id


@pytest.mark.parametrize("reference", ["", "my-own-reference"])
async def test_intent_is_adopted_when_its_order_is_in_the_list(
    empty_sim: SimulatorProcess, home: Path, reference: str
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        ulid, perm_id = await placed(engine, reference)
    await forget_answers(home, ulid)

    async with connected_engine(empty_sim, home) as again:
        row = again.book.find(perm_id)

    assert row is not None
    assert row.intent == ulid
    assert again.recovery.unresolved == ()
    known = await state_of(home, ulid)
    assert (known.state, known.perm_id) == (IntentState.ACKED, perm_id)
    assert len(empty_sim.requests(PLACE)) == 1


async def test_intent_is_adopted_and_ended_when_its_order_filled_meanwhile(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        ulid, perm_id = await placed(engine)
    await forget_answers(home, ulid)
    empty_sim.ctl("fill", perm_id)

    async with connected_engine(empty_sim, home) as again:
        assert again.recovery.unresolved == ()

    known = await state_of(home, ulid)
    assert (known.state, known.perm_id) == (IntentState.ENDED, perm_id)


async def test_intent_stays_unresolved_with_evidence_when_the_broker_never_heard_of_it(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    intent = lost_intent(empty_sim)
    await with_intent(home, await login_of(empty_sim, home), intent)

    async with connected_engine(empty_sim, home) as engine:
        (one,) = engine.recovery.unresolved
        assert one.intent.ulid == intent.ulid
        assert one.candidates == ()
        words = " ".join(one.evidence)
        assert "no answer was recorded" in words
        assert "open orders at" in words
        assert "completed orders at" in words
        assert "executions at" in words
        assert not empty_sim.requests(PLACE)
        assert (await state_of(home, intent.ulid)).state is IntentState.SENT

        with pytest.raises(ChoiceRefused, match="no order at the broker could be it"):
            await engine.recovery.adopt(intent.ulid)
        with pytest.raises(ChoiceRefused, match="nothing was sent"):
            await engine.recovery.cancel(intent.ulid)
        await engine.recovery.mark_not_sent(intent.ulid)
        assert engine.recovery.unresolved == ()
        await engine.journal.flush()

    assert (await state_of(home, intent.ulid)).state is IntentState.NOT_SENT
    with pytest.raises(ChoiceRefused, match="no connection"):
        await engine.recovery.mark_not_sent(intent.ulid)


async def test_choices_act_on_the_one_order_when_only_its_number_agrees(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        _, perm_id = await placed(engine)
        row = engine.book.find(perm_id)
        assert row is not None
        login, order_id = engine.session.state.login, row.order_id
    intent = lost_intent(empty_sim, order_id=order_id)
    await with_intent(home, login, intent)

    async with connected_engine(empty_sim, home) as again:
        (one,) = again.recovery.unresolved
        assert [order.perm_id for order in one.candidates] == [perm_id]
        result = await again.recovery.cancel(intent.ulid)

        assert result.outcome == "cancelled"
        assert again.recovery.unresolved == ()
        assert empty_sim.book() == []


async def test_change_is_adopted_when_the_order_shows_it_and_open_when_it_does_not(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        _, perm_id = await placed(engine)
        login = engine.session.state.login
    change = {"kind": IntentKind.MODIFY, "target_perm_id": perm_id}
    shown, unseen = lost_intent(empty_sim, **change), lost_intent(empty_sim, limit_price=Decimal(49), **change)
    await with_intent(home, login, shown)
    await with_intent(home, login, unseen)

    async with connected_engine(empty_sim, home) as again:
        assert [one.intent.ulid for one in again.recovery.unresolved] == [unseen.ulid]
        assert "does not show the change" in again.recovery.unresolved[0].evidence[-1]

    assert (await state_of(home, shown.ulid)).state is IntentState.ACKED


async def test_intent_is_told_as_twins_when_two_orders_carry_its_reference(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    empty_sim.ctl("fault", "double-perm")
    async with connected_engine(empty_sim, home, polling=True) as engine:
        result = await engine.trading.place(await ticket(engine))
        await until(engine, lambda: sum(row.status is Status.TWIN for row in engine.book.live()) == 2)
        assert any("one order became two" in line.text for line in engine.notices.lines)
    await forget_answers(home, result.intent)

    async with connected_engine(empty_sim, home) as again:
        (one,) = again.recovery.unresolved
        assert len(one.candidates) == 2
        with pytest.raises(ChoiceRefused, match="carries its reference"):
            await again.recovery.mark_not_sent(result.intent)
    async with journal_of(home) as journal:
        kinds = await journal._ask(
            lambda connection: connection.execute("SELECT COUNT(*) FROM event WHERE kind = 'twin-orders'").fetchone()
        )
    assert kinds[0] >= 1


async def test_ids_go_on_above_the_known_ones_and_it_is_told_when_they_roll_back(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        ids = [(await engine.trading.place(await ticket(engine))).order_id for _ in range(3)]
    empty_sim.ctl("fault", "id-rollback", "by=3")

    async with connected_engine(empty_sim, home) as again:
        assert any("was used already" in line.text for line in again.notices.lines)
        result = await again.trading.place(await ticket(again))
        await again.journal.flush()

    assert result.order_id is not None
    assert result.order_id > max(number or 0 for number in ids)
    async with journal_of(home) as journal:
        rows = await journal._ask(
            lambda connection: connection.execute("SELECT COUNT(*) FROM event WHERE kind = 'id-rollback'").fetchone()
        )
    assert rows[0] == 1


async def test_staged_order_is_shown_from_the_journal_and_lost_when_tws_was_gone(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        result = await engine.trading.place(await ticket(engine, transmit=False))
        assert result.order is not None
        assert result.order.status is Status.STAGED
    key = OrderKey.alias(11, result.order_id or 0)

    async with connected_engine(empty_sim, home, polling=True) as again:
        shown = again.book.get(key)
        assert shown is not None
        assert (shown.status, shown.intent) == (Status.STAGED, result.intent)
        empty_sim.ctl("fault", "restart", "seconds=1.5")

        def lost() -> bool:
            row = again.book.get(key)
            return row is not None and row.status is Status.GONE

        again.session.endpoint = replace(again.session.endpoint, retry_first=0.1)
        await until(again, lost)
        row = again.book.get(key)
        assert row is not None
        assert "restarted" in row.reason

    assert (await state_of(home, result.intent)).state is IntentState.ENDED


async def test_evidence_names_the_completed_order_when_only_the_callers_reference_agrees(
    empty_sim: SimulatorProcess, home: Path
) -> None:
    async with connected_engine(empty_sim, home) as engine:
        ulid, perm_id = await placed(engine, "my-own-reference")
        row = engine.book.find(perm_id)
        assert row is not None
        await engine.trading.cancel(row)
    await forget_answers(home, ulid)

    async with connected_engine(empty_sim, home) as again:
        (one,) = again.recovery.unresolved
        assert await again.recovery.adopt(ulid) == perm_id
        assert again.recovery.unresolved == ()

    assert f"completed order #{perm_id}" in one.evidence[-1]
    assert "may be this one" in one.evidence[-1]
    assert (await state_of(home, ulid)).state is IntentState.ENDED


async def test_change_can_be_marked_not_sent_when_its_order_lives_on(empty_sim: SimulatorProcess, home: Path) -> None:
    async with connected_engine(empty_sim, home) as engine:
        _, perm_id = await placed(engine)
        row = engine.book.find(perm_id)
        assert row is not None
        login, number = engine.session.state.login, {"order_id": row.order_id, "order_ref": row.order_ref}
    change = lost_intent(empty_sim, kind=IntentKind.MODIFY, target_perm_id=perm_id, limit_price=Decimal(49), **number)
    await with_intent(home, login, change)

    async with connected_engine(empty_sim, home) as again:
        await again.recovery.mark_not_sent(change.ulid)
        assert again.recovery.unresolved == ()

    assert (await state_of(home, change.ulid)).state is IntentState.NOT_SENT
    assert len(empty_sim.book()) == 1
