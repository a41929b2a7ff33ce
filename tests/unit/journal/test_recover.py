"""What a restart reads back: intents without a fate, and what was last known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.unit.journal.support import ENDPOINT, LOGIN, NOON, intent
from tws_console.journal.writer import Journal
from tws_console.model.intent import IntentKind, IntentState
from tws_console.model.recovery import KnownOrder, KnownPosition, LastKnown

ORDER = KnownOrder(7, 11, 101, "own", "DU1", "AAPL", "BUY", Decimal(10), None, "LMT", Decimal("187.50"), None, "DAY")
KNOWN = LastKnown(
    NOON, (ORDER,), (KnownPosition("DU1", 265598, "AAPL", Decimal("-3.5")),), frozenset({"a", "b"}), "why"
)


async def test_unsettled_holds_what_was_never_answered_of_this_login_and_endpoint(journal: Journal) -> None:
    change = intent("01CCC", 2, kind=IntentKind.MODIFY, target_perm_id=7)
    for one in (intent(), intent("01BBB", 1), change, intent("01DDD", login="U9"), intent("01EEE", endpoint="h:1")):
        await journal.commit_intent(one)
    journal.record_ack("01BBB", 7, NOON)
    assert await journal.unsettled(ENDPOINT, LOGIN) == (intent(), change)
    assert [one.ulid for one in await journal.working(ENDPOINT, LOGIN, NOON)] == ["01AAA", "01BBB"]


async def test_settle_not_sent_leaves_what_has_been_answered_meanwhile(journal: Journal) -> None:
    await journal.commit_intent(intent())
    assert await journal.settle_not_sent("01AAA", "said so")
    journal.record_ack("01AAA", 7, NOON)
    assert not await journal.settle_not_sent("01AAA", "said so")
    known = await journal.intent("01AAA")
    assert known is not None
    assert (known.state, known.perm_id) == (IntentState.ACKED, 7)
    assert await journal.intent("01ZZZ") is None


async def test_last_known_comes_back_equal_and_the_newest_stays(journal: Journal) -> None:
    assert await journal.last_known(ENDPOINT, LOGIN) is None
    journal.record_last_known(ENDPOINT, LOGIN, KNOWN)
    journal.record_last_known(ENDPOINT, LOGIN, replace(KNOWN, at=NOON - timedelta(seconds=1), orders=()))
    assert await journal.last_known(ENDPOINT, LOGIN) == KNOWN
    assert await journal.last_known(ENDPOINT, "U9") is None
