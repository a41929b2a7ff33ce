"""Recovery after a crash: what became of every intent without a known fate, by evidence or by a person's choice.

Each is looked for among the open orders, the completed orders and the executions. What is found is adopted: its row
gets its intent back and the journal its answer. What is not found stays unresolved with what the lists said, until a
person chooses: adopt, cancel, mark not sent. Nothing is ever sent again by itself. Imports model and ports only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tws_console.engine.book import Book
from tws_console.engine.cancels import Cancels
from tws_console.engine.ends import Ends
from tws_console.engine.matching import could_be, ended_like, is_of, matches, shows_change
from tws_console.engine.ports import JournalPort, LinkPort, Placement, RequestFailed
from tws_console.engine.results import CancelResult
from tws_console.engine.session import Session
from tws_console.engine.shared import Shared
from tws_console.model.events import Event, SnapshotTaken
from tws_console.model.ids import OrderKey, owned_ids
from tws_console.model.intent import Intent, IntentKind, IntentState
from tws_console.model.notice import Tone
from tws_console.model.order import Order, Status
from tws_console.model.problems import ErrorCode
from tws_console.model.recovery import Unresolved, unknown_instrument

TIMEOUT = 5.0
IN_FLIGHT = timedelta(seconds=10)
"""An intent of this very run that is younger waits for its answer where it was placed."""
KEPT = timedelta(days=120)
"""A GTC order ends a quarter year after the last login (IBKR Campus, "Time in Force"): no older intent is read."""
STAGED_LIVES = timedelta(days=1)
"""TWS must restart or log off once a day (IBKR guides, "Auto restart"), and a staged order does not survive that."""
NOT_SENT = "marked not sent by a person"


class ChoiceRefused(Exception):
    """A choice that cannot be carried out; nothing was sent. The text is one sentence."""

    def __init__(self, reason: str, code: ErrorCode = ErrorCode.NOT_FOUND) -> None:
        super().__init__(reason)
        self.code = code


class Recovery:
    """`unresolved` is what a person must decide, oldest first."""

    def __init__(
        self,
        session: Session,
        book: Book,
        ends: Ends,
        cancels: Cancels,
        journal: JournalPort,
        shared: Shared,
        profile_client_id: int,
    ) -> None:
        self._session = session
        self._own = owned_ids(profile_client_id)
        self._book = book
        self._ends = ends
        self._cancels = cancels
        self._journal = journal
        self._shared = shared
        self._began = shared.clock.now()
        self._list: tuple[int, datetime] | None = None
        self._told = 0
        self.unresolved: tuple[Unresolved, ...] = ()

    def apply(self, event: Event) -> None:
        if isinstance(event, SnapshotTaken) and event.complete:
            self._list = len(event.perm_ids), self._shared.clock.now()

    # ---- looking

    async def look(self) -> None:
        """Match every open intent with what the broker tells now. Without the journal this waits for better times."""
        link = self._session.link
        if link is None:
            return
        now = self._shared.clock.now()
        try:
            await self._staged(now)
            working = await self._journal.working(self._session.endpoint.name, self._session.state.login, now - KEPT)
            found = await self._journal.unsettled(self._session.endpoint.name, self._session.state.login)
        except OSError as error:
            self._shared.notices.add(Tone.BAD, f"intents of earlier runs cannot be looked up: {error}")
            return
        self._give_back(working)
        open_ones = [intent for intent in found if not self._waits_elsewhere(intent, now)]
        said = await self._ask(link) if open_ones else ()
        self._put(tuple(one for intent in open_ones if (one := self._settle(intent, said)) is not None))

    def _put(self, unresolved: tuple[Unresolved, ...]) -> None:
        if unresolved != self.unresolved:
            self.unresolved = unresolved
            self._shared.changes.session = True
        if len(unresolved) > self._told:
            verb = "intent has" if len(unresolved) == 1 else "intents have"
            self._shared.notices.add(
                Tone.BAD, f"{len(unresolved)} {verb} no known fate: i shows them. Nothing is sent again by itself."
            )
        self._told = len(unresolved)

    def _give_back(self, working: Sequence[Intent]) -> None:
        """Orders of ours at the broker know their intent again, so that their ends are journalled. Of an intent that
        became two orders neither does: what the broker says of one settles nothing.
        """
        by_ulid = {intent.ulid: intent for intent in working}
        by_number = {(intent.client_id, intent.order_id): intent for intent in working}
        found: dict[str, list[Order]] = {}
        for row in self._book.orders.values():
            number = (row.client_id or 0, row.order_id or 0)
            intent = by_ulid.get(row.order_ref) or by_number.get(number)
            if row.perm_id and intent is not None and is_of(intent, row):
                found.setdefault(intent.ulid, []).append(row)
        for ulid, rows in found.items():
            if len(rows) == 1 and not rows[0].intent:
                self._book.give_intent(rows[0].key, ulid)

    def _waits_elsewhere(self, intent: Intent, now: datetime) -> bool:
        """Not an open question: it lies staged at TWS, or whoever placed it in this run still waits for the answer."""
        if intent.kind is IntentKind.PLACE and not intent.transmit and intent.state is IntentState.SENT:
            return True
        return intent.at >= self._began and now - intent.at < IN_FLIGHT

    async def _ask(self, link: LinkPort) -> tuple[str, ...]:
        """Ask for completed orders and executions; what they said, one sentence each."""
        said = []
        try:
            completed = await link.completed_orders(TIMEOUT)
            said.append(f"completed orders at {self._time()}: {len(completed)}")
        except RequestFailed as failed:
            said.append(f"completed orders not told: {failed.reason}")
        try:
            fills = await link.executions(TIMEOUT)
            said.append(f"executions at {self._time()}: {len(fills)}, none with its reference or number")
        except RequestFailed as failed:
            said.append(f"executions not told: {failed.reason}")
        return tuple(said)

    def _settle(self, intent: Intent, said: tuple[str, ...]) -> Unresolved | None:
        """Adopt it when the broker's words prove what it became, else say why it stays open."""
        if intent.kind is IntentKind.MODIFY:
            return self._settle_change(intent)
        found = matches(intent, self._book.orders.values(), self._ends.completed.values(), self._ends.fills.values())
        if len(found) == 1:
            self._adopt(intent, found[0].perm_id, found[0].evidence)
            return None
        rows = list(self._book.orders.values())
        if found:
            several = ", ".join(f"#{match.perm_id}" for match in found)
            evidence = (self._sent(intent), f"several orders carry its reference: {several}")
            return Unresolved(intent, evidence, tuple(row for row in rows if is_of(intent, row)))
        candidates = tuple(row for row in rows if could_be(intent, row))
        ended = ended_like(intent, self._ends.completed.values())
        hints = tuple(
            f"completed order #{end.perm_id} ({end.status}) has its reference, side, size and price: it may be this one"
            for end in ended
        )
        told = (self._sent(intent), self._listed(candidates), *said, *hints)
        known = {row.perm_id for row in candidates}
        return Unresolved(intent, told, candidates, tuple(end.perm_id for end in ended if end.perm_id not in known))

    def _settle_change(self, intent: Intent) -> Unresolved | None:
        order = self._book.find(intent.target_perm_id or 0)
        if order is not None and shows_change(intent, order):
            self._adopt(intent, intent.target_perm_id or 0, f"{order.key} has the new terms")
            return None
        if order is not None and not order.live and order.status is not Status.GONE:
            self._journal.mark_ended(intent.ulid, self._shared.clock.now(), f"{order.key} is {order.status.value}")
            return None
        words = f"#{intent.target_perm_id} does not show the change" if order else "its order is in no list"
        return Unresolved(intent, (self._sent(intent), words), (order,) if order is not None else ())

    def _adopt(self, intent: Intent, perm_id: int, evidence: str) -> None:
        now = self._shared.clock.now()
        self._journal.record_ack(intent.ulid, perm_id, now)
        self._journal.record_event("intent-adopted", {"intent": intent.ulid, "evidence": evidence}, at=now)
        end = self._ends.completed.get(perm_id)
        row = self._book.find(perm_id)
        if row is not None and intent.kind is IntentKind.PLACE:
            self._book.give_intent(row.key, intent.ulid)
        if end is not None:
            self._journal.mark_ended(intent.ulid, now, end.status)
        self._shared.notices.add(
            Tone.GOOD, f"{_words(intent)} of an earlier run is #{perm_id}: {evidence}", row.key if row else None
        )

    # ---- staged orders

    async def _staged(self, now: datetime) -> None:
        """Staged orders are in no list: the journal knows them, until TWS cannot have them any more."""
        gone_at = self._session.tws_gone_at
        for intent in await self._journal.staged(self._session.endpoint.name, now - KEPT):
            if intent.login != self._session.state.login or intent.perm_id or intent.state is IntentState.ACKED:
                continue
            key = OrderKey.alias(intent.client_id, intent.order_id)
            row = self._book.get(key)
            lost = intent.at < max(gone_at or intent.at, now - STAGED_LIVES)
            sent = intent.state is IntentState.SENT
            ours = intent.client_id in self._own or intent.client_id == self._session.state.client_id
            if sent and row is None and ours and not lost:
                self._book.recall_staged(_placement(intent), intent.client_id)
            elif lost and (row is None or row.status is Status.STAGED):
                self._lost(intent, key, now)

    def _lost(self, intent: Intent, key: OrderKey, now: datetime) -> None:
        words = "TWS has restarted since it was staged"
        self._book.mark_lost(key, words)
        self._journal.mark_ended(intent.ulid, now, f"lost: {words}")
        self._shared.notices.add(Tone.WARN, f"staged {_words(intent)} is lost: {words}. Enter it anew if it is wanted.")

    # ---- choices

    async def adopt(self, ulid: str, perm_id: int | None = None) -> int:
        """Take the one order at the broker, live or ended, that could be the intent's as it; returns its permId. Raises
        ChoiceRefused.
        """
        one = await self._open(ulid)
        fitting = [found for found in one.could_be if perm_id in (None, found)]
        if not fitting:
            raise ChoiceRefused("no order at the broker could be it: look into TWS, then mark it not sent")
        found = _only(fitting, "act on them in the list of orders")
        self._decide("intent-adopt", one, found)
        self._adopt(one.intent, found, "a person says so")
        self._put(tuple(other for other in self.unresolved if other is not one))
        return found

    async def cancel(self, ulid: str, timeout: float = TIMEOUT) -> CancelResult:
        """Cancel exactly the one live order that is or could be the intent's, or nothing. Raises ChoiceRefused."""
        one = await self._open(ulid)
        live = [row for row in one.candidates if row.live]
        if not live:
            raise ChoiceRefused("no live order at the broker could be it: nothing was sent")
        _only([row.perm_id or 0 for row in live], "nothing was sent, cancel them in the list of orders")
        order = live[0]
        refusal = self._cancels.cannot(order)
        if refusal:
            raise ChoiceRefused(f"nothing was sent: {refusal}", ErrorCode.FOREIGN_ORDER)
        self._decide("intent-cancel", one, order.perm_id)
        result = await self._cancels.cancel(order, timeout)
        if result.outcome in {"cancelled", "filled"}:
            self._adopt(one.intent, order.perm_id or 0, f"a person cancelled it: {result.outcome}")
            self._put(tuple(other for other in self.unresolved if other is not one))
        return result

    async def mark_not_sent(self, ulid: str) -> None:
        """A person says that it never became an order. Raises ChoiceRefused, also when its reference is live."""
        one = await self._open(ulid)
        certain = [row for row in one.candidates if is_of(one.intent, row) and row.live]
        if certain and one.intent.kind is IntentKind.PLACE:
            raise ChoiceRefused(f"{certain[0].key} is live and carries its reference: it was sent", ErrorCode.AMBIGUOUS)
        self._decide("intent-not-sent", one, None)
        if not await self._journal.settle_not_sent(ulid, NOT_SENT):
            raise ChoiceRefused("its fate has become known meanwhile: look again")
        for row in list(self._book.orders.values()):
            if row.intent == ulid:
                self._book.drop_unsent(row.key)
        self._put(tuple(other for other in self.unresolved if other is not one))

    async def _open(self, ulid: str) -> Unresolved:
        """The question as it stands now, looked at anew. Raises ChoiceRefused when it is none."""
        if self._session.link is None:
            raise ChoiceRefused("no connection to TWS: what became of it cannot be looked up")
        await self.look()
        found = next((one for one in self.unresolved if one.intent.ulid == ulid), None)
        if found is None:
            known = await self._journal.intent(ulid)
            raise ChoiceRefused(
                f"no intent is {ulid}"
                if known is None
                else f"intent {ulid} is {known.state.value}"
                + (f", order #{known.perm_id}" if known.perm_id else "")
                + ": nothing is open about it"
            )
        return found

    def _decide(self, kind: str, one: Unresolved, perm_id: int | None) -> None:
        self._journal.record_decision(
            kind,
            {"intent": one.intent.ulid, "perm_id": perm_id, "evidence": one.evidence},
            at=self._shared.clock.now(),
        )

    # ---- words

    def _sent(self, intent: Intent) -> str:
        at = f"{intent.at:%Y-%m-%d %H:%M:%S}Z"
        if intent.state is IntentState.SENT:
            return f"sent {at}, no answer was recorded"
        return f"meant {at}; whether its bytes left is not known"

    def _listed(self, candidates: tuple[Order, ...]) -> str:
        if candidates:
            named = ", ".join(f"{row.key} ({row.status.value}, reference {row.order_ref or '-'})" for row in candidates)
            return f"its number is carried by {named}"
        if self._list is None:
            return "no complete list of open orders has come"
        size, at = self._list
        return f"open orders at {at:%H:%M:%S}Z: {size}, none with its reference or number"

    def _time(self) -> str:
        return f"{self._shared.clock.now():%H:%M:%S}Z"


def _only(perm_ids: list[int], advice: str) -> int:
    """The one order. Raises ChoiceRefused when there are more."""
    if len(perm_ids) > 1:
        words = ", ".join(f"#{perm_id}" for perm_id in perm_ids)
        raise ChoiceRefused(f"{len(perm_ids)} orders could be it: {words}; {advice}", ErrorCode.AMBIGUOUS)
    return perm_ids[0]


def _words(intent: Intent) -> str:
    return f"{intent.symbol} {intent.action} {intent.quantity:f}"


def _placement(intent: Intent) -> Placement:
    return Placement(
        order_id=intent.order_id,
        instrument=unknown_instrument(intent.con_id, intent.symbol),
        account=intent.account,
        action=intent.action,
        quantity=intent.quantity,
        order_type=intent.order_type,
        limit_price=intent.limit_price,
        aux_price=intent.aux_price,
        tif=intent.tif,
        outside_rth=False,
        order_ref=intent.order_ref,
        transmit=False,
        intent=intent.ulid,
    )
