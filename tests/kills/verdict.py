"""What must hold after a kill and a restart: journal, book and simulator compared. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tws_console.model.intent import Intent, IntentKind, IntentState
from tws_console.model.order import Order, Status
from tws_console.model.recovery import Unresolved

PLACE, GLOBAL_CANCEL = 3, 58
OPEN = frozenset({IntentState.INTENDED, IntentState.SENT})


@dataclass
class Tally:
    """Counts over all runs, and every sentence about something that must not be."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def judge(
    tally: Tally,
    run: int,
    intents: Sequence[Intent],
    unresolved: Sequence[Unresolved],
    shown: Iterable[Order],
    at_broker: Sequence[Mapping[str, Any]],
    received: Sequence[Mapping[str, Any]],
) -> None:
    """`at_broker` are the simulator's open orders of this client, `received` its log of placements since ever."""

    def wrong(words: str) -> None:
        tally.wrong.append(f"run {run}: {words}")

    asked = {one.intent.ulid for one in unresolved}
    told = {one.intent.ulid for one in unresolved if hinted(one)}
    tally.counts["may have ended, and said so"] += len(told)
    by_number = {intent.order_id: intent for intent in intents if intent.kind is IntentKind.PLACE}
    rows = {(row.client_id, row.order_id): row for row in shown}
    for order in at_broker:
        name = f"order {order['order_id']} #{order['perm_id']}"
        intent, row = by_number.get(order["order_id"]), rows.get((order["client_id"], order["order_id"]))
        tally.counts["live orders compared"] += 1
        if intent is None:
            wrong(f"{name} is live without an intent")
            continue
        if order["staged"] and intent.ulid in asked:
            tally.counts["staged and asked about"] += 1
            continue
        if row is None or not row.live:
            wrong(f"{name} is live and not shown")
            continue
        if row.intent != intent.ulid:
            wrong(f"{name} is shown without its intent")
        if order["staged"] and row.status is not Status.STAGED:
            wrong(f"{name} is staged and shown as {row.status}")
        if not order["staged"] and (newest := _newest(intents, order["order_id"])) is not None:
            tally.counts["changed orders compared"] += newest.kind is IntentKind.MODIFY
            if Decimal(order["limit"]) != newest.limit_price:
                wrong(f"{name} has limit {order['limit']}, the journal believes {newest.limit_price}")
        if not order["staged"] and (row.perm_id != order["perm_id"] or intent.state is not IntentState.ACKED):
            wrong(f"{name} is live, its intent is {intent.state}, its row #{row.perm_id}")
    for number, count in Counter((order["client_id"], order["order_id"]) for order in at_broker).items():
        if count > 1:
            wrong(f"{count} orders are live under {number}")
    _fates(wrong, intents, asked, told, received)


def hinted(one: Unresolved) -> bool:
    """Whether the evidence names a completed order that may be it: a caller's reference proves no more than that."""
    return any("it may be this one" in words for words in one.evidence)


def _newest(intents: Sequence[Intent], order_id: int) -> Intent | None:
    """The newest placement or change under this number that the broker has answered."""
    answered = [one for one in intents if one.order_id == order_id and one.state is IntentState.ACKED]
    return max(answered, key=lambda one: (one.at, one.ulid), default=None)


def _fates(
    wrong: Callable[[str], None],
    intents: Sequence[Intent],
    unresolved: set[str],
    told: set[str],
    received: Sequence[Mapping[str, Any]],
) -> None:
    meant = Counter(intent.order_id for intent in intents)
    arrived = Counter(row["order_id"] for row in received)
    for number, count in arrived.items():
        if count > meant[number]:
            wrong(f"order id {number} was sent {count} times for {meant[number]} intents")
    for intent in intents:
        open_one = intent.state in OPEN and (intent.transmit or intent.state is IntentState.INTENDED)
        if open_one and intent.ulid not in unresolved:
            wrong(f"intent {intent.ulid} is {intent.state} and nobody is asked about it")
        unseen = open_one and intent.ulid not in told and intent.kind is IntentKind.PLACE and intent.transmit
        if unseen and arrived[intent.order_id]:
            wrong(f"intent {intent.ulid} arrived as order id {intent.order_id} and is unresolved")
        placed = intent.kind is IntentKind.PLACE
        if placed and intent.state is IntentState.NOT_SENT and arrived[intent.order_id]:
            wrong(f"intent {intent.ulid} is marked not sent and arrived as order id {intent.order_id}")


def judge_freeze(tally: Tally, run: int, frozen_before: bool, log: Sequence[Mapping[str, Any]], client_id: int) -> None:
    """Nothing is placed after a stop, nor at all while it was frozen before this run; `log` is of this run."""
    stopped = frozen_before
    for row in log:
        stopped = stopped or row["message"] == GLOBAL_CANCEL
        if stopped and row["message"] == PLACE and row["client_id"] == client_id:
            tally.wrong.append(f"run {run}: order id {row['order_id']} was sent under the freeze")
