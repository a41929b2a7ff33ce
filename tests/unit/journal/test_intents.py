"""The life of an intent, and the questions a stop and a restart ask about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.journal.support import ENDPOINT, LOGIN, NOON, intent, select
from tws_console.engine.ports import JournalPort
from tws_console.journal.schema import JournalError
from tws_console.journal.writer import Journal
from tws_console.model.intent import IntentKind, IntentState

EARLY = NOON - timedelta(hours=1)


def test_journal_implements_the_port_when_typed(path: Path) -> None:
    port: JournalPort = Journal(str(path))
    assert not path.exists()
    assert port is not None


async def test_commit_intent_is_readable_by_others_when_it_returns(journal: Journal, path: Path) -> None:
    await journal.commit_intent(intent(aux_price=Decimal("1E+3")))
    assert select(path, "SELECT ulid, at, quantity, limit_price, aux_price, transmit, state FROM intent") == [
        ("01AAA", "2026-11-20T12:00:00.123456Z", "0.30", "187.5", "1000", 1, "intended")
    ]


async def test_intents_come_back_equal_when_read(journal: Journal) -> None:
    change = intent("01CCC", 2, kind=IntentKind.MODIFY, target_perm_id=7)
    given = (intent(), intent("01BBB", 1, limit_price=None, transmit=False), change)
    for one in reversed(given):
        await journal.commit_intent(one)
    assert await journal.intents(EARLY) == given
    assert await journal.intents(NOON + timedelta(seconds=1)) == given[1:]


async def test_commit_intent_refuses_when_the_ulid_is_taken(journal: Journal) -> None:
    await journal.commit_intent(intent())
    with pytest.raises(JournalError, match="refused"):
        await journal.commit_intent(intent(symbol="MSFT"))
    assert [one.symbol for one in await journal.intents(EARLY)] == ["AAPL"]


async def test_state_follows_the_placement_when_it_is_answered(journal: Journal) -> None:
    async def state() -> tuple[IntentState, int | None]:
        (one,) = await journal.intents(EARLY)
        return one.state, one.perm_id

    await journal.commit_intent(intent())
    journal.mark_sent("01AAA", NOON)
    assert await state() == (IntentState.SENT, None)
    journal.record_ack("01AAA", 1790930293760078, NOON)
    assert await state() == (IntentState.ACKED, 1790930293760078)
    journal.mark_sent("01AAA", NOON)
    journal.mark_not_sent("01AAA", "too late to say so")
    assert await state() == (IntentState.ACKED, 1790930293760078)
    journal.mark_ended("01AAA", NOON, "filled")
    journal.record_ack("01AAA", 1790930293760078, NOON)
    assert await state() == (IntentState.ENDED, 1790930293760078)


async def test_mark_not_sent_keeps_the_reason_when_the_bytes_never_left(journal: Journal, path: Path) -> None:
    await journal.commit_intent(intent())
    journal.mark_not_sent("01AAA", "FROZEN")
    await journal.flush()
    assert select(path, "SELECT state, reason FROM intent") == [("not-sent", "FROZEN")]


async def test_unanswered_lists_what_may_still_work_when_asked(journal: Journal, path: Path) -> None:
    for number, name in enumerate(("yesterday", "intended", "sent", "acked", "not-sent", "ended")):
        minutes = -24 * 60 if name == "yesterday" else number
        await journal.commit_intent(intent(name, minutes, order_id=100 + number))
    await journal.commit_intent(intent("elsewhere", 9, endpoint="127.0.0.1:4002"))
    await journal.commit_intent(intent("staged", 10, transmit=False))
    journal.mark_sent("sent", NOON)
    journal.record_ack("acked", 5, NOON)
    journal.mark_not_sent("not-sent", "purged")
    journal.mark_ended("ended", NOON, "201")
    found = await journal.unanswered(ENDPOINT, EARLY)
    assert [one.ulid for one in found] == ["intended", "sent"]


async def test_staged_lists_what_lies_at_tws_when_asked(journal: Journal, path: Path) -> None:
    for number, name in enumerate(("waiting", "transmitted", "refused", "kept", "ended")):
        await journal.commit_intent(intent(name, transmit=False, order_id=200 + number))
        journal.mark_sent(name, NOON)
    journal.mark_not_sent("refused", "never, it was sent")
    journal.mark_ended("ended", NOON, "202")
    await journal.commit_intent(intent("transmitted-2", 1, order_id=201))
    await journal.commit_intent(intent("kept-2", 1, order_id=203))
    journal.mark_not_sent("kept-2", "FROZEN")
    found = await journal.staged(ENDPOINT, EARLY)
    assert sorted(one.ulid for one in found) == ["kept", "refused", "waiting"]
    assert await journal.staged(ENDPOINT, NOON + timedelta(hours=1)) == ()


async def test_staged_names_the_newest_when_it_was_modified_at_the_same_instant(journal: Journal) -> None:
    await journal.commit_intent(intent("01A", transmit=False))
    await journal.commit_intent(intent("01B", transmit=False))
    assert [one.ulid for one in await journal.staged(ENDPOINT, EARLY)] == ["01B"]


async def test_high_water_is_the_highest_id_when_several_logins_share_the_file(journal: Journal) -> None:
    assert await journal.high_water(LOGIN, 11) == (0, 0)
    await journal.commit_intent(intent("01A", order_id=110))
    await journal.commit_intent(intent("01B", order_id=109))
    await journal.commit_intent(intent("01C", order_id=900, client_id=12))
    await journal.commit_intent(intent("01D", order_id=800, login="U9"))
    journal.mark_not_sent("01A", "FROZEN")
    assert await journal.high_water(LOGIN, 11) == (110, 0)
    assert await journal.high_water(LOGIN, 12) == (900, 0)
    assert await journal.high_water("U9", 11) == (800, 0)


async def test_questions_of_the_stop_are_answered_when_the_journal_was_closed(path: Path) -> None:
    journal = Journal(str(path))
    await journal.commit_intent(intent())
    await journal.close()
    assert await journal.unanswered(ENDPOINT, EARLY) == (intent(),)


async def test_commit_intent_refuses_when_the_time_has_no_zone(journal: Journal) -> None:
    naive = replace(intent(), at=NOON.replace(tzinfo=None))
    with pytest.raises(JournalError, match="without zone"):
        await journal.commit_intent(naive)


async def test_unanswered_leaves_a_change_out_when_it_was_not_answered(journal: Journal) -> None:
    await journal.commit_intent(intent(kind=IntentKind.MODIFY, target_perm_id=7))
    await journal.commit_intent(intent("01BBB", 1))
    assert [one.ulid for one in await journal.unanswered(ENDPOINT, EARLY)] == ["01BBB"]


async def test_high_water_tells_what_the_broker_has_spoken_of_when_later_ids_never_arrived(journal: Journal) -> None:
    for ulid, order_id in (("01AAA", 101), ("01BBB", 102), ("01CCC", 103)):
        await journal.commit_intent(intent(ulid, order_id=order_id))
    journal.record_ack("01BBB", 7, NOON)
    assert await journal.high_water(LOGIN, 11) == (103, 102)
