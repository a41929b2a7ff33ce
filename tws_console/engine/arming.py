"""Arming of live accounts: by a typed phrase, for this run only, journalled. Imports model, rules and ports only.

A live account starts read-only. What is armed lives in the session's state and nowhere else, so it ends with the
program, and with a connection to another set of accounts.
"""

from __future__ import annotations

from tws_console.engine.ports import JournalPort
from tws_console.engine.session import Session
from tws_console.engine.shared import Shared
from tws_console.model.notice import Tone
from tws_console.rules.live import armable, contradictions, phrase


class Arming:
    """Lets orders out on one live account at a time, or keeps them back again."""

    def __init__(self, session: Session, journal: JournalPort, shared: Shared) -> None:
        self._session = session
        self._journal = journal
        self._notices = shared.notices
        self._clock = shared.clock

    def refusal(self) -> str:
        """Why nothing can be armed, one sentence; empty when something can."""
        state = self._session.state
        if state.entry_refusal:
            return state.entry_refusal
        if self._session.link is None or not state.accounts:
            return "there is no connection yet, so it is not known which accounts there are"
        return "" if armable(state) else f"{', '.join(state.accounts)}: paper, nothing has to be armed"

    def phrases(self) -> tuple[str, ...]:
        """What can be typed now."""
        return () if self.refusal() else tuple(phrase(account) for account in armable(self._session.state))

    def arm(self, typed: str) -> str:
        """Let orders out on the account that the phrase names; returns it.

        Raises ValueError with one sentence when it cannot be or the phrase is another one.
        """
        if reason := self.refusal():
            raise ValueError(reason)
        state = self._session.state
        words = " ".join(typed.split())
        account = next((one for one in armable(state) if words == phrase(one)), "")
        if not account:
            wanted = " or ".join(self.phrases())
            raise ValueError(f"not armed: the phrase is {wanted}")
        self._session.put(armed=tuple(sorted({*state.armed, account})))
        self._note("armed", account)
        self._notices.add(Tone.WARN, f"{account} is armed: orders for it are real")
        return account

    def disarm(self) -> None:
        """Keep every order for a live account back from now on. What is at the broker stays."""
        armed = self._session.state.armed
        if not armed:
            return
        self._session.put(armed=())
        self._note("disarmed", ", ".join(armed))
        self._notices.add(Tone.NOTE, f"{', '.join(armed)} is disarmed: nothing is sent any more, working orders stay")

    def _note(self, what: str, account: str) -> None:
        state = self._session.state
        payload = {
            "account": account,
            "endpoint": f"{state.host}:{state.port}",
            "profile": state.profile,
            "client_id": state.client_id,
            "contradictions": list(contradictions(state)),
        }
        self._journal.record_decision(what, payload, at=self._clock.now())
